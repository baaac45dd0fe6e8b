//! The counters of a host at one instant, parsed from the kernel's own text. Nothing here fails for a file that is
//! missing or odd, but for processor times, without which there is no reading.

mod disks;
mod groups;
mod memory;
mod network;
mod pressure;
mod processor;

#[cfg(test)]
mod tests;

use std::time::Duration;

use model::resources::Memory;
use thiserror::Error;

pub(crate) use disks::DiskCounters;
pub(crate) use groups::GroupCounters;
pub(crate) use network::InterfaceCounters;
pub(crate) use pressure::Stalls;
pub(crate) use processor::{CoreTimes, ProcessorTimes};

/// A text that has no processor times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("there are no processor times in what it answers")]
pub(crate) struct NoReading;

/// Counters and levels at one instant.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Reading {
    /// Since the host's start, by its own clock; to a hundredth of a second.
    pub(crate) uptime: Option<Duration>,
    /// All processors together.
    pub(crate) processor: ProcessorTimes,
    /// Each that is online.
    pub(crate) cores: Vec<CoreTimes>,
    /// Memory.
    pub(crate) memory: Memory,
    /// Means over 1, 5 and 15 minutes.
    pub(crate) load_average: [f64; 3],
    /// Interfaces that are no double of others.
    pub(crate) network: Vec<InterfaceCounters>,
    /// Whole disks.
    pub(crate) disks: Vec<DiskCounters>,
    /// Time waited, where the kernel tells.
    pub(crate) stalls: Option<Stalls>,
    /// Control groups.
    pub(crate) groups: Vec<GroupCounters>,
    /// Hottest thermal zone, degrees Celsius.
    pub(crate) temperature: Option<f64>,
}

impl Reading {
    /// Parses files, each with its path.
    ///
    /// # Errors
    /// Without processor times.
    pub(crate) fn parse<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, NoReading> {
        let mut reading = Self::default();
        let mut has_times = false;
        for (path, text) in files {
            match path {
                "/proc/stat" => {
                    let (whole, cores) = processor::parse(text).ok_or(NoReading)?;
                    (reading.processor, reading.cores, has_times) = (whole, cores, true);
                }
                "/proc/uptime" => reading.uptime = first(text).and_then(seconds),
                "/proc/meminfo" => reading.memory = memory::parse(text),
                "/proc/loadavg" => {
                    for (mean, word) in reading.load_average.iter_mut().zip(text.split_ascii_whitespace()) {
                        *mean = number(word).unwrap_or_default();
                    }
                }
                "/proc/net/dev" => reading.network = network::parse(text),
                "/proc/diskstats" => reading.disks = disks::parse(text),
                _ => reading.take_other(path, text),
            }
        }
        if has_times { Ok(reading) } else { Err(NoReading) }
    }

    fn take_other(&mut self, path: &str, text: &str) {
        if let Some(resource) = path.strip_prefix("/proc/pressure/") {
            pressure::take(&mut self.stalls, resource, text);
        } else if let Some(file) = path.strip_prefix(crate::files::GROUPS_ROOT) {
            groups::take(&mut self.groups, file, text);
        } else if path.starts_with("/sys/class/thermal/") {
            // Sensors that are not there answer with absurd figures.
            let degrees = first(text).and_then(number).map(|thousandths| thousandths / 1000.0);
            let degrees = degrees.filter(|degrees| (-40.0..=150.0).contains(degrees));
            self.temperature = match (self.temperature, degrees) {
                (Some(one), Some(other)) => Some(one.max(other)),
                (one, other) => one.or(other),
            };
        }
    }
}

fn first(text: &str) -> Option<&str> {
    text.split_ascii_whitespace().next()
}

/// A finite number.
fn number(word: &str) -> Option<f64> {
    word.parse().ok().filter(|number: &f64| number.is_finite())
}

fn seconds(word: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(number(word)?).ok()
}

//! `cluster_stats`: what the hosts spent, reading by reading or as means.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use model::resources::{CpuShares, Memory};
use serde_json::{Map, Value, json};

use super::instant::Stamps;
use super::json::JsonFile;
use super::ticks::{Reading, Ticks};
use crate::error::ResultsError;

/// Writes an array with what the hosts spent at each tick. `names` are those that they have in the file, by their index in
/// the run's list.
pub(super) fn write_each(
    ticks: &Ticks<'_>,
    names: &[String],
    zone: &TimeZone,
    out: &mut JsonFile,
) -> Result<(), ResultsError> {
    let mut stamps = Stamps::local(zone.clone());
    out.array(|elements| {
        ticks.each(|tick| {
            let latest = tick.iter().map(|reading| reading.at_unix_ns).max().unwrap_or_default();
            let servers: Vec<Value> =
                tick.iter().map(|reading| as_read(reading, &names[usize::from(reading.host)], &mut stamps)).collect();
            elements.element()?.value(&json!({ "servers": servers, "timestamp": stamps.text(latest.div_euclid(1000)) }))
        })
    })
}

fn as_read(reading: &Reading, name: &str, stamps: &mut Stamps) -> Value {
    let Memory { total, used, free, shared, buff_cache, available } = reading.memory;
    let whole = |kilobytes: f64| kilobytes.round() as i64;
    let milliseconds = reading.round_trip_ns as f64 / 1e6;
    json!({
        "memory": {
            "total": whole(total),
            "used": whole(used),
            "free": whole(free),
            "shared": whole(shared),
            "buff/cache": whole(buff_cache),
            "available": whole(available),
        },
        "stats": stats(&reading.cpu),
        "host": name,
        "timestamp": stamps.text(reading.at_unix_ns.div_euclid(1000)),
        // One question a tick, and without its answer there is no reading.
        "ping": { "transmitted": 1, "received": 1, "min": milliseconds, "avg": milliseconds, "max": milliseconds },
    })
}

fn stats(cpu: &CpuShares) -> Value {
    let mut stats = Map::from_iter([("cpu".to_owned(), "all".into())]);
    stats.extend(shares(cpu).map(|(name, share)| (name.to_owned(), share.into())));
    stats.into()
}

/// The shares with their names, in the order of the file.
fn shares(cpu: &CpuShares) -> [(&'static str, f64); 10] {
    [
        ("usr", cpu.usr),
        ("nice", cpu.nice),
        ("sys", cpu.sys),
        ("iowait", cpu.iowait),
        ("irq", cpu.irq),
        ("soft", cpu.soft),
        ("steal", cpu.steal),
        ("guest", cpu.guest),
        ("gnice", cpu.gnice),
        ("idle", cpu.idle),
    ]
}

/// The memory with its names, in the order of the short form, which is not that of the long one.
fn memory(memory: &Memory) -> [(&'static str, f64); 6] {
    [
        ("used", memory.used),
        ("total", memory.total),
        ("free", memory.free),
        ("shared", memory.shared),
        ("buff/cache", memory.buff_cache),
        ("available", memory.available),
    ]
}

/// What the hosts spent, as means over the ticks, under the names as for [`write_each`]. A trial without any began at `started_unix_ns`.
pub(super) fn means(
    ticks: &Ticks<'_>,
    names: &[String],
    zone: &TimeZone,
    started_unix_ns: i64,
) -> Result<Value, ResultsError> {
    let mut hosts: BTreeMap<u16, HostSums> = BTreeMap::new();
    let mut first = None;
    ticks.each(|tick| {
        for reading in tick {
            first.get_or_insert(reading.at_unix_ns);
            hosts.entry(reading.host).or_default().add(reading);
        }
        Ok(())
    })?;
    let mut stamps = Stamps::local(zone.clone());
    let servers: Vec<Value> =
        hosts.iter().map(|(host, sums)| sums.means(&names[usize::from(*host)], &mut stamps)).collect();
    let first = first.unwrap_or(started_unix_ns);
    Ok(json!({ "servers": servers, "timestamp": stamps.text(first.div_euclid(1000)) }))
}

/// Sums over the readings of a host.
#[derive(Default)]
struct HostSums {
    readings: u32,
    last_unix_ns: i64,
    memory: [f64; 6],
    shares: [f64; 10],
    round_trip_ns: f64,
}

impl HostSums {
    fn add(&mut self, reading: &Reading) {
        self.readings += 1;
        self.last_unix_ns = self.last_unix_ns.max(reading.at_unix_ns);
        self.memory.iter_mut().zip(memory(&reading.memory)).for_each(|(sum, (_, value))| *sum += value);
        self.shares.iter_mut().zip(shares(&reading.cpu)).for_each(|(sum, (_, value))| *sum += value);
        self.round_trip_ns += reading.round_trip_ns as f64;
    }

    fn means(&self, name: &str, stamps: &mut Stamps) -> Value {
        let readings = f64::from(self.readings);
        let memory_names = memory(&Memory::default()).map(|(name, _)| name);
        let memory: Map<String, Value> = memory_names
            .into_iter()
            .zip(self.memory)
            .map(|(name, sum)| (name.to_owned(), (sum / readings).into()))
            .collect();
        let share_names = shares(&CpuShares::default()).map(|(name, _)| name);
        let mut stats = Map::from_iter([("cpu".to_owned(), "all".into())]);
        stats.extend(
            share_names.into_iter().zip(self.shares).map(|(name, sum)| (name.to_owned(), (sum / readings).into())),
        );
        let milliseconds = self.round_trip_ns / readings / 1e6;
        json!({
            "memory": memory,
            "stats": stats,
            "host": name,
            "timestamp": stamps.text(self.last_unix_ns.div_euclid(1000)),
            // As for each reading: means of one, and of the same figure three times.
            "ping": { "transmitted": 1.0, "received": 1.0, "min": milliseconds, "avg": milliseconds, "max": milliseconds },
        })
    }
}

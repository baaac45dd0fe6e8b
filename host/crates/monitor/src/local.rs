//! The tester's own counters, read from the same files and parsed by the same parser.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

use model::resources::{ClockOffset, HostFacts};
use tokio::process::Command;

use crate::clock::UnixClock;
use crate::dialogue::Dialogue;
use crate::facts;
use crate::files;
use crate::outlet::Outlet;
use crate::plan::TESTER;
use crate::reading::{NoReading, Reading};
use crate::remote::Script;
use crate::sample::Taken;
use crate::ticks::Ticks;

/// Most thermal zones that are read.
const ZONES: usize = 16;
/// Most that is read of a file, bytes.
const LONGEST: u64 = 1 << 20;

/// Reads this machine.
#[derive(Debug)]
pub(crate) struct LocalProbe {
    clock: UnixClock,
    paths: Vec<String>,
}

impl LocalProbe {
    pub(crate) fn new(clock: UnixClock) -> Self {
        let zones = std::fs::read_dir("/sys/class/thermal").into_iter().flatten().flatten();
        let zones = zones
            .filter(|entry| entry.file_name().to_string_lossy().starts_with("thermal_zone"))
            .map(|entry| entry.path().join("temp").to_string_lossy().into_owned())
            .filter(|path| Path::new(path).is_file())
            .take(ZONES);
        // Nothing is plugged in while a test runs: what is not there now need not be looked for at each tick.
        let is_there = |path: &String| Path::new(path).exists() || path.contains("kubepods");
        Self { clock, paths: files::all().into_iter().chain(zones).filter(is_there).collect() }
    }

    /// # Errors
    /// Without processor times.
    pub(crate) fn read(&self) -> Result<Taken, NoReading> {
        let begun = Instant::now();
        let texts: Vec<_> = self.paths.iter().filter_map(|path| Some((path.as_str(), text(path)?))).collect();
        let at = begun + begun.elapsed() / 2;
        let reading = Reading::parse(texts.iter().map(|(path, text)| (*path, text.as_str())))?;
        Ok(Taken { reading, at_unix_ns: self.clock.unix_ns(at), round_trip_ns: 0 })
    }
}

/// A file that is not there, or has nothing to tell, is left out.
fn text(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(4096);
    File::open(path).ok()?.take(LONGEST).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Looks at each tick, until dropped.
pub(crate) async fn watch(probe: LocalProbe, first: Taken, mut ticks: Ticks, outlet: Outlet) {
    let mut before = first;
    loop {
        let due = ticks.next().await;
        if due.elapsed() > ticks.interval() {
            outlet.gap(due, "the tester was held up");
            continue;
        }
        match probe.read() {
            Ok(taken) => {
                outlet.sample(due, taken.since(Some(&before)));
                before = taken;
            }
            Err(error) => outlet.gap(due, error.to_string()),
        }
    }
}

/// Facts of this machine, by the script that asks the others too, as far as a shell answers.
pub(crate) async fn facts(clock: UnixClock, reading: &Reading) -> HostFacts {
    let mut facts = ask(clock).await.unwrap_or_else(|| HostFacts { name: TESTER.to_owned(), ..HostFacts::default() });
    facts::add_from(&mut facts, reading);
    // Its clock is the one that others are compared with.
    facts.clock = Some(ClockOffset { offset_ns: 0, bound_ns: 0 });
    facts
}

async fn ask(clock: UnixClock) -> Option<HostFacts> {
    let script = Script::new().ok()?;
    let mut command = Command::new("sh");
    command.arg("-c").arg(script.command());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    let mut child = command.spawn().ok()?;
    let (output, input) = (child.stdout.take()?, child.stdin.take()?);
    let mut dialogue = Dialogue::open(output, input, &script).await.ok()?;
    facts::ask(&mut dialogue, TESTER, clock).await.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_read() {
        let probe = LocalProbe::new(UnixClock::new());
        let taken = probe.read().expect("a reading");
        assert!(!taken.reading.cores.is_empty() && taken.reading.uptime.is_some());
        assert!(taken.reading.memory.total > taken.reading.memory.used && taken.reading.memory.used > 0.0);
    }
}

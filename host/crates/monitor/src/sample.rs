//! What a host spent between two readings.

use std::time::Duration;

use model::resources::{CoreShares, DiskUse, GroupUse, NetworkUse, Pressure, ResourceSample};

use crate::reading::{DiskCounters, GroupCounters, InterfaceCounters, Reading, Stalls};

/// Grain of a host's uptime.
const GRAIN: Duration = Duration::from_millis(10);
/// By how much the time between two readings may differ from the host's own and still be of one start of it. A clock
/// that is slewed, and a machine that was held up, stay within it.
const SAME_START: Duration = Duration::from_secs(2);
/// Milliseconds of a disk wrap here.
const WRAP: u64 = 1 << 32;

/// A reading and its instant.
#[derive(Debug, Clone)]
pub(crate) struct Taken {
    /// What was read.
    pub(crate) reading: Reading,
    /// Middle of the exchange, Unix time, nanoseconds.
    pub(crate) at_unix_ns: i64,
    /// How long the exchange took, nanoseconds.
    pub(crate) round_trip_ns: u64,
}

impl Taken {
    /// The sample that this reading makes with the one before it.
    pub(crate) fn since(&self, before: Option<&Self>) -> ResourceSample {
        let span = before.and_then(|before| Some((before, self.interval_since(before)?)));
        // Counters of processors alone say that a host was started anew.
        let span = span.filter(|(before, _)| self.reading.processor.shares_since(&before.reading.processor).is_some());
        let mut sample = ResourceSample {
            at_unix_ns: self.at_unix_ns,
            round_trip_ns: self.round_trip_ns,
            memory: self.reading.memory,
            load_average: self.reading.load_average,
            temperature: self.reading.temperature,
            ..ResourceSample::default()
        };
        match span {
            Some((before, interval)) => fill_in(&mut sample, &self.reading, &before.reading, interval),
            None => sample.groups = self.reading.groups.iter().map(|group| group_use(group, &[], None)).collect(),
        }
        sample
    }

    /// The time between two readings: that between the middles of their exchanges, as far as the host's own uptime, which
    /// is coarse, allows it. None when the host was started anew in between.
    fn interval_since(&self, before: &Self) -> Option<Duration> {
        let here = u64::try_from(self.at_unix_ns.checked_sub(before.at_unix_ns)?).ok()?;
        let here = Duration::from_nanos(here);
        let interval = match (self.reading.uptime, before.reading.uptime) {
            (Some(now), Some(then)) => {
                let there = now.checked_sub(then)?;
                let slack = SAME_START + Duration::from_nanos(self.round_trip_ns + before.round_trip_ns);
                if there.abs_diff(here) > slack {
                    return None;
                }
                here.clamp(there.saturating_sub(GRAIN), there + GRAIN)
            }
            _ => here,
        };
        (!interval.is_zero()).then_some(interval)
    }
}

fn fill_in(sample: &mut ResourceSample, now: &Reading, before: &Reading, interval: Duration) {
    sample.interval_ns = Some(u64::try_from(interval.as_nanos()).unwrap_or(u64::MAX));
    sample.cpu = now.processor.shares_since(&before.processor);
    sample.cores = now
        .cores
        .iter()
        .filter_map(|core| {
            // A processor that was offline has no time to compare with.
            let then = before.cores.iter().find(|then| then.core == core.core)?;
            Some(CoreShares { core: core.core, shares: core.times.shares_since(&then.times)? })
        })
        .collect();
    sample.network = now.network.iter().filter_map(|one| network_use(one, &before.network, interval)).collect();
    sample.disks = now.disks.iter().filter_map(|one| disk_use(one, &before.disks, interval)).collect();
    sample.pressure = now.stalls.zip(before.stalls).and_then(|(now, before)| pressure(now, before, interval));
    sample.groups = now.groups.iter().map(|group| group_use(group, &before.groups, Some(interval))).collect();
}

/// Per second; none when the counter ran backwards, as when a device was plugged in anew.
fn rate(now: u64, before: u64, interval: Duration) -> Option<f64> {
    Some(now.checked_sub(before)? as f64 / interval.as_secs_f64())
}

fn network_use(now: &InterfaceCounters, before: &[InterfaceCounters], interval: Duration) -> Option<NetworkUse> {
    let then = before.iter().find(|then| then.name == now.name)?;
    Some(NetworkUse {
        name: now.name.clone(),
        received: rate(now.received, then.received, interval)?,
        sent: rate(now.sent, then.sent, interval)?,
    })
}

fn disk_use(now: &DiskCounters, before: &[DiskCounters], interval: Duration) -> Option<DiskUse> {
    let then = before.iter().find(|then| then.name == now.name)?;
    let busy_ms = match now.busy_ms.checked_sub(then.busy_ms) {
        Some(busy) => busy,
        None => (now.busy_ms + WRAP).checked_sub(then.busy_ms)?,
    };
    Some(DiskUse {
        name: now.name.clone(),
        read: rate(now.read, then.read, interval)?,
        written: rate(now.written, then.written, interval)?,
        busy: (busy_ms as f64 / (10.0 * interval.as_secs_f64())).min(100.0),
    })
}

fn pressure(now: Stalls, before: Stalls, interval: Duration) -> Option<Pressure> {
    let share = |now: u64, before: u64| Some((rate(now, before, interval)? / 1e4).min(100.0));
    Some(Pressure {
        cpu: share(now.cpu, before.cpu)?,
        memory: share(now.memory, before.memory)?,
        io: share(now.io, before.io)?,
    })
}

fn group_use(now: &GroupCounters, before: &[GroupCounters], interval: Option<Duration>) -> GroupUse {
    let then = before.iter().find(|then| then.name == now.name);
    let cpu = then.and_then(|then| Some(rate(now.cpu_us?, then.cpu_us?, interval?)? / 1e6));
    GroupUse { name: now.name.clone(), cpu, memory: now.memory }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(at_ms: i64, uptime: &str, files: &[(&str, &str)]) -> Taken {
        let files = files.iter().copied().chain([("/proc/uptime", uptime)]);
        let reading = Reading::parse(files).expect("a reading");
        Taken { reading, at_unix_ns: at_ms * 1_000_000, round_trip_ns: 600_000 }
    }

    const THEN: &str = "cpu  100 0 0 900 0 0 0 0 0 0\ncpu0 50 0 0 450 0 0 0 0 0 0\ncpu1 50 0 0 450 0 0 0 0 0 0\n";
    const NOW: &str = "cpu  150 0 30 1019 1 0 0 0 0 0\ncpu0 150 0 0 450 0 0 0 0 0 0\ncpu2 1 0 0 1 0 0 0 0 0 0\n";

    #[test]
    fn shares_are_of_the_interval_and_not_since_the_start() {
        let sample = taken(2_000, "12.00 1", &[("/proc/stat", NOW)]).since(Some(&taken(
            1_000,
            "11.00 1",
            &[("/proc/stat", THEN)],
        )));
        let cpu = sample.cpu.expect("shares");
        assert_eq!((cpu.usr, cpu.sys, cpu.iowait, cpu.idle, cpu.busy()), (25.0, 15.0, 0.5, 59.5, 40.0));
        assert_eq!(sample.interval_ns, Some(1_000_000_000));
        // cpu1 went, cpu2 came: neither has an interval.
        let cores: Vec<_> = sample.cores.iter().map(|core| (core.core, core.shares.usr)).collect();
        assert_eq!(cores, [(0, 100.0)]);
    }

    #[test]
    fn the_first_reading_has_no_shares_and_no_rates() {
        let group = ("/sys/fs/cgroup/kubepods/memory.current", "4096\n");
        let sample = taken(1_000, "1.00 1", &[("/proc/stat", NOW), group]).since(None);
        assert_eq!((sample.interval_ns, sample.cpu, sample.cores.len()), (None, None, 0));
        assert_eq!(sample.groups, [GroupUse { name: "kubepods".into(), cpu: None, memory: Some(4096) }]);
    }

    #[test]
    fn a_host_that_was_started_anew_begins_anew() {
        let before = taken(1_000, "5000.00 1", &[("/proc/stat", NOW)]);
        let less = taken(61_000, "20.00 1", &[("/proc/stat", NOW)]).since(Some(&before));
        assert_eq!((less.interval_ns, less.cpu), (None, None));
        // Its uptime is more than before, but not by as much as passed.
        let before = taken(1_000, "10.00 1", &[("/proc/stat", THEN)]);
        let more = taken(61_000, "20.00 1", &[("/proc/stat", NOW)]).since(Some(&before));
        assert_eq!((more.interval_ns, more.cpu), (None, None));
        let backwards = taken(2_000, "11.00 1", &[("/proc/stat", THEN)]);
        let backwards = backwards.since(Some(&taken(1_000, "10.00 1", &[("/proc/stat", NOW)])));
        assert_eq!((backwards.interval_ns, backwards.cpu), (None, None));
    }

    #[test]
    fn an_interval_is_as_exact_as_the_exchange_within_the_grain_of_uptime() {
        let interval = |at_ms, uptime| {
            let before = taken(1_000, "10.00 1", &[("/proc/stat", THEN)]);
            taken(at_ms, uptime, &[("/proc/stat", NOW)]).since(Some(&before)).interval_ns
        };
        assert_eq!(interval(1_104, "10.10 1"), Some(104_000_000));
        // An answer that was held up on its way.
        assert_eq!(interval(1_900, "10.10 1"), Some(110_000_000));
        assert_eq!(interval(1_000, "10.10 1"), Some(90_000_000));
    }

    #[test]
    fn rates_are_per_second_and_counters_that_run_backwards_give_none() {
        let net = |eth0: u64, eth1: u64| {
            format!("Inter-|\n face |\n  eth0: {eth0} 0 0 0 0 0 0 0 {} 0\n  eth1:{eth1} 0 0 0 0 0 0 0 1 0\n", eth0 * 2)
        };
        let disk = |sectors: u64, busy: u64| format!(" 8 0 sda 10 0 {sectors} 5 10 0 {sectors} 7 0 {busy} 9\n");
        let some = |total: u64| format!("some avg10=0.00 avg60=0.00 avg300=0.00 total={total}\nfull avg10=0 total=0\n");
        let at = |at_ms, uptime, stat, net: &str, disk: &str, some: &str, cpu: &str| {
            taken(
                at_ms,
                uptime,
                &[
                    ("/proc/stat", stat),
                    ("/proc/net/dev", net),
                    ("/proc/diskstats", disk),
                    ("/proc/pressure/cpu", some),
                    ("/sys/fs/cgroup/kubepods.slice/cpu.stat", cpu),
                ],
            )
        };
        let busy = (1 << 32) - 500;
        let before =
            at(1_000, "10.00", THEN, &net(1_000, 500), &disk(100, busy), &some(0), "usage_usec 1000000\nuser_usec 1");
        let now = at(3_000, "12.00", NOW, &net(3_000, 400), &disk(300, 500), &some(500_000), "usage_usec 4000000\n");
        let sample = now.since(Some(&before));
        assert_eq!(sample.network, [NetworkUse { name: "eth0".into(), received: 1_000.0, sent: 2_000.0 }]);
        assert_eq!(sample.disks, [DiskUse { name: "sda".into(), read: 51_200.0, written: 51_200.0, busy: 50.0 }]);
        assert_eq!(sample.pressure, Some(Pressure { cpu: 25.0, memory: 0.0, io: 0.0 }));
        assert_eq!(sample.groups, [GroupUse { name: "kubepods.slice".into(), cpu: Some(1.5), memory: None }]);
    }
}

//! What a host spent over a span of time, from the samples that lie in it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CoreShares, CpuShares, GroupUse, Memory, Observation, Pressure, ResourceSample, Seen};

/// What a host spent over a span of time: means, each sample weighted by its interval.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HostUse {
    /// Index of the host in the run's list.
    pub host: u16,
    /// Samples that lie wholly within the span.
    pub samples: u32,
    /// Ticks without an answer in it.
    pub gaps: u32,
    /// How much of the span the samples cover, nanoseconds.
    pub covered_ns: u64,
    /// Of all processors together; none without a sample.
    pub cpu: Option<CpuShares>,
    /// Of each processor, over the samples that have it.
    pub cores: Vec<CoreShares>,
    /// Mean; none without a sample.
    pub memory: Option<Memory>,
    /// Most `used` memory, kilobytes of 1024 bytes.
    pub memory_peak: Option<f64>,
    /// Bytes a second through all interfaces, received and sent.
    pub network: Option<(f64, f64)>,
    /// Bytes a second of all disks, read and written.
    pub disks: Option<(f64, f64)>,
    /// Time that tasks waited.
    pub pressure: Option<Pressure>,
    /// Control groups, over the samples that have them.
    pub groups: Vec<GroupUse>,
    /// Hottest thermal zone at its hottest, degrees Celsius.
    pub temperature_peak: Option<f64>,
    /// Round-trip time, nanoseconds: least, mean, most; none on the tester.
    pub round_trip: Option<(f64, f64, f64)>,
}

impl HostUse {
    /// Of one host, over a span of Unix time in nanoseconds. A sample counts when its whole interval lies within the span;
    /// one without an interval is of no time, and does not. The observations may be of several hosts and in any order.
    pub fn over<'a>(
        host: u16,
        from_unix_ns: i64,
        to_unix_ns: i64,
        observations: impl IntoIterator<Item = &'a Observation>,
    ) -> Self {
        let mut gaps = 0;
        let mut samples: Vec<Weighted<'a>> = Vec::new();
        for observation in observations.into_iter().filter(|observation| observation.host == host) {
            match &observation.seen {
                Seen::Gap(_) => gaps += u32::from((from_unix_ns..=to_unix_ns).contains(&observation.due_unix_ns)),
                Seen::Sample(sample) => {
                    let Some(interval) = sample.interval_ns.filter(|interval| *interval > 0) else { continue };
                    let began = sample.at_unix_ns.saturating_sub_unsigned(interval);
                    if began >= from_unix_ns && sample.at_unix_ns <= to_unix_ns {
                        samples.push((interval, sample));
                    }
                }
            }
        }
        Self { host, gaps, ..Self::of(&samples) }
    }

    fn of(samples: &[Weighted<'_>]) -> Self {
        let cpu = mean_shares(samples.iter().filter_map(|(weight, sample)| Some((*weight, sample.cpu?))));
        let memory =
            |figure: fn(&Memory) -> f64| mean(samples.iter().map(|(weight, one)| (*weight, figure(&one.memory))));
        let pair = |figure: &dyn Fn(&ResourceSample) -> Option<(f64, f64)>| {
            let figures = || samples.iter().filter_map(|(weight, sample)| Some((*weight, figure(sample)?)));
            mean(figures().map(|(weight, (one, _))| (weight, one)))
                .zip(mean(figures().map(|(weight, (_, other))| (weight, other))))
        };
        let waited = |figure: fn(&Pressure) -> f64| {
            mean(samples.iter().filter_map(|(weight, sample)| Some((*weight, figure(sample.pressure.as_ref()?)))))
        };
        let round_trips = || samples.iter().map(|(_, sample)| sample.round_trip_ns as f64).filter(|nanos| *nanos > 0.0);
        Self {
            host: 0,
            samples: u32::try_from(samples.len()).unwrap_or(u32::MAX),
            gaps: 0,
            covered_ns: samples.iter().map(|(weight, _)| weight).sum(),
            cpu,
            cores: cores(samples),
            memory: memory(|memory| memory.total).map(|total| Memory {
                total,
                used: memory(|memory| memory.used).unwrap_or_default(),
                free: memory(|memory| memory.free).unwrap_or_default(),
                shared: memory(|memory| memory.shared).unwrap_or_default(),
                buff_cache: memory(|memory| memory.buff_cache).unwrap_or_default(),
                available: memory(|memory| memory.available).unwrap_or_default(),
            }),
            memory_peak: most(samples.iter().map(|(_, sample)| sample.memory.used)),
            network: pair(&|sample| {
                let all = &sample.network;
                (!all.is_empty())
                    .then(|| (all.iter().map(|one| one.received).sum(), all.iter().map(|one| one.sent).sum()))
            }),
            disks: pair(&|sample| {
                let all = &sample.disks;
                (!all.is_empty())
                    .then(|| (all.iter().map(|one| one.read).sum(), all.iter().map(|one| one.written).sum()))
            }),
            pressure: waited(|pressure| pressure.cpu).map(|cpu| Pressure {
                cpu,
                memory: waited(|pressure| pressure.memory).unwrap_or_default(),
                io: waited(|pressure| pressure.io).unwrap_or_default(),
            }),
            groups: groups(samples),
            temperature_peak: most(samples.iter().filter_map(|(_, sample)| sample.temperature)),
            round_trip: round_trips().reduce(f64::min).map(|least| {
                let (sum, count) = round_trips().fold((0.0, 0.0), |(sum, count), nanos| (sum + nanos, count + 1.0));
                (least, sum / count, round_trips().fold(least, f64::max))
            }),
        }
    }
}

/// A sample and its interval.
type Weighted<'a> = (u64, &'a ResourceSample);

fn mean(figures: impl Iterator<Item = (u64, f64)>) -> Option<f64> {
    let add = |(sum, weights): (f64, f64), (weight, figure): (u64, f64)| {
        (sum + weight as f64 * figure, weights + weight as f64)
    };
    let (sum, weights) = figures.fold((0.0, 0.0), add);
    (weights > 0.0).then(|| sum / weights)
}

fn most(figures: impl Iterator<Item = f64>) -> Option<f64> {
    figures.reduce(f64::max)
}

fn mean_shares(all: impl Iterator<Item = (u64, CpuShares)> + Clone) -> Option<CpuShares> {
    let of = |figure: fn(&CpuShares) -> f64| mean(all.clone().map(|(weight, shares)| (weight, figure(&shares))));
    Some(CpuShares {
        usr: of(|shares| shares.usr)?,
        nice: of(|shares| shares.nice)?,
        sys: of(|shares| shares.sys)?,
        iowait: of(|shares| shares.iowait)?,
        irq: of(|shares| shares.irq)?,
        soft: of(|shares| shares.soft)?,
        steal: of(|shares| shares.steal)?,
        guest: of(|shares| shares.guest)?,
        gnice: of(|shares| shares.gnice)?,
        idle: of(|shares| shares.idle)?,
    })
}

fn cores(samples: &[Weighted<'_>]) -> Vec<CoreShares> {
    let mut numbers: Vec<_> =
        samples.iter().flat_map(|(_, sample)| sample.cores.iter().map(|core| core.core)).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let of = |core: u32| {
        let of_sample =
            |(weight, sample): &Weighted<'_>| Some((*weight, sample.cores.iter().find(|one| one.core == core)?.shares));
        Some(CoreShares { core, shares: mean_shares(samples.iter().filter_map(of_sample))? })
    };
    numbers.into_iter().filter_map(of).collect()
}

fn groups(samples: &[Weighted<'_>]) -> Vec<GroupUse> {
    let mut names: Vec<&str> = Vec::new();
    for name in samples.iter().flat_map(|(_, sample)| sample.groups.iter().map(|group| group.name.as_str())) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let of = |name: &str| {
        let figures = |figure: fn(&GroupUse) -> Option<f64>| {
            mean(samples.iter().filter_map(|(weight, sample)| {
                Some((*weight, figure(sample.groups.iter().find(|group| group.name == name)?)?))
            }))
        };
        GroupUse {
            name: name.to_owned(),
            cpu: figures(|group| group.cpu),
            memory: figures(|group| group.memory.map(|bytes| bytes as f64)).map(|bytes| bytes.round() as u64),
        }
    };
    names.into_iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::NetworkUse;

    const SECOND: i64 = 1_000_000_000;

    fn sample(host: u16, at_s: i64, interval_s: Option<u64>, usr: f64) -> Observation {
        let shares = CpuShares { usr, idle: 100.0 - usr, ..CpuShares::default() };
        let sample = ResourceSample {
            at_unix_ns: at_s * SECOND,
            round_trip_ns: at_s as u64 * 1_000,
            interval_ns: interval_s.map(|seconds| seconds * SECOND as u64),
            cpu: interval_s.map(|_| shares),
            cores: vec![CoreShares { core: at_s as u32 % 2, shares }],
            memory: Memory { total: 1_000.0, used: usr, ..Memory::default() },
            network: vec![
                NetworkUse { name: "eth0".into(), received: usr, sent: 1.0 },
                NetworkUse { name: "eth1".into(), received: 1.0, sent: 1.0 },
            ],
            groups: vec![GroupUse { name: "kubepods".into(), cpu: Some(usr / 100.0), memory: Some(10) }],
            temperature: Some(usr),
            ..ResourceSample::default()
        };
        Observation { host, due_unix_ns: at_s * SECOND, seen: Seen::Sample(Box::new(sample)) }
    }

    fn gap(at_s: i64) -> Observation {
        Observation { host: 1, due_unix_ns: at_s * SECOND, seen: Seen::Gap("no answer".into()) }
    }

    #[test]
    fn means_are_weighted_by_the_interval() {
        let seen = [
            sample(1, 11, Some(1), 90.0),
            gap(12),
            gap(13),
            sample(1, 14, Some(3), 10.0),
            sample(0, 12, Some(1), 50.0),
        ];
        let host = HostUse::over(1, 10 * SECOND, 20 * SECOND, &seen);
        let cpu = host.cpu.expect("shares");
        assert_eq!((host.samples, host.gaps, host.covered_ns), (2, 2, 4 * SECOND as u64));
        assert_eq!((cpu.usr, cpu.idle, cpu.busy()), (30.0, 70.0, 30.0));
        assert_eq!(host.memory.map(|memory| memory.used), Some(30.0));
        assert_eq!(host.memory_peak, Some(90.0));
        assert_eq!(host.network, Some((31.0, 2.0)));
        assert_eq!(host.disks, None);
        assert_eq!(host.groups, [GroupUse { name: "kubepods".into(), cpu: Some(0.3), memory: Some(10) }]);
        assert_eq!(host.round_trip, Some((11_000.0, 12_500.0, 14_000.0)));
        assert_eq!(host.temperature_peak, Some(90.0));
        let cores: Vec<_> = host.cores.iter().map(|core| (core.core, core.shares.usr)).collect();
        assert_eq!(cores, [(0, 10.0), (1, 90.0)]);
    }

    #[test]
    fn only_samples_wholly_within_the_span_count() {
        let seen = [
            sample(1, 10, Some(1), 100.0),
            sample(1, 11, Some(1), 10.0),
            sample(1, 12, Some(1), 20.0),
            sample(1, 13, Some(1), 100.0),
            gap(9),
            gap(13),
        ];
        let host = HostUse::over(1, 10 * SECOND, 12 * SECOND, &seen);
        assert_eq!((host.samples, host.gaps, host.cpu.map(|cpu| cpu.usr)), (2, 0, Some(15.0)));
        let short = HostUse::over(1, 10 * SECOND + 1, 11 * SECOND - 1, &seen);
        assert_eq!(short, HostUse { host: 1, ..HostUse::default() });
    }

    #[test]
    fn a_first_reading_is_of_no_time() {
        let host = HostUse::over(1, 0, 20 * SECOND, &[sample(1, 10, None, 100.0)]);
        assert_eq!((host.samples, host.cpu, host.memory), (0, None, None));
    }
}

//! What else the machine did. A pair during which the cores were taken away, by the machine below or by other programs,
//! compares the neighbours.

use std::fs;
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::affinity::Cores;

/// Steal above this share spoils a run.
pub(crate) const STEAL_LIMIT: f64 = 0.02;
/// So do other programs above this share of the generator's core. The kernel's own threads, which write to disk what a
/// generator saved, are among them: not as little as for steal.
pub(crate) const OTHERS_LIMIT: f64 = 0.10;

/// How a run was disturbed; shares from 0 to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Noise {
    /// Time of both cores that the machine below took away.
    pub(crate) steal: f64,
    /// Time of the generator's core that other programs had.
    pub(crate) others: f64,
}

impl Noise {
    /// How much it is against what is allowed; above 1 it spoils the run.
    pub(crate) fn severity(self) -> f64 {
        (self.steal / STEAL_LIMIT).max(self.others / OTHERS_LIMIT)
    }
}

/// Ticks of the benchmark's cores since boot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ticks {
    /// Of both cores.
    steal: u64,
    total: u64,
    /// Of the generator's.
    busy: u64,
    generator_total: u64,
}

impl Ticks {
    /// Reads them now.
    ///
    /// # Errors
    /// When `/proc/stat` cannot be read.
    pub(crate) fn now(cores: Cores) -> Result<Self> {
        let text = fs::read_to_string("/proc/stat").context("cannot read /proc/stat")?;
        Ok(Self::parse(&text, cores))
    }

    fn parse(text: &str, cores: Cores) -> Self {
        let mut ticks = Self { steal: 0, total: 0, busy: 0, generator_total: 0 };
        for line in text.lines() {
            let mut words = line.split_ascii_whitespace();
            let core = words.next().and_then(|word| word.strip_prefix("cpu")).and_then(|core| core.parse().ok());
            let Some(core) = core.filter(|&core: &usize| core == cores.generator || core == cores.target) else {
                continue;
            };
            // user nice system idle iowait irq softirq steal; guest time is within user time.
            let figures: Vec<u64> = words.take(8).map(|word| word.parse().unwrap_or(0)).collect();
            let at = |column: usize| figures.get(column).copied().unwrap_or(0);
            let total = figures.iter().sum::<u64>();
            ticks.steal += at(7);
            ticks.total += total;
            if core == cores.generator {
                ticks.busy = total - at(3) - at(4) - at(7);
                ticks.generator_total = total;
            }
        }
        ticks
    }

    /// What disturbed a generator that used `cpu` in the time `wall` since `earlier`.
    pub(crate) fn noise_since(self, earlier: Self, cpu: Duration, wall: Duration) -> Noise {
        let share = |part: u64, earlier_part: u64, whole: u64, earlier_whole: u64| {
            let whole = whole.saturating_sub(earlier_whole);
            if whole == 0 { 0.0 } else { part.saturating_sub(earlier_part) as f64 / whole as f64 }
        };
        let busy = share(self.busy, earlier.busy, self.generator_total, earlier.generator_total);
        let own = if wall.is_zero() { 0.0 } else { cpu.as_secs_f64() / wall.as_secs_f64() };
        Noise { steal: share(self.steal, earlier.steal, self.total, earlier.total), others: (busy - own).max(0.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CORES: Cores = Cores { generator: 0, target: 1 };
    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn steal_is_that_of_both_cores_and_others_are_what_the_generator_did_not_use_itself() {
        let before =
            Ticks::parse("cpu  9 9 9 9 9 9 9 9 0 0\ncpu0 1 0 1 8 0 0 0 0 0 0\ncpu1 0 0 0 10 0 0 0 0 0 0\n", CORES);
        let after = Ticks::parse(
            "cpu0 51 0 41 18 0 0 0 0 7 0\ncpu1 0 0 0 100 0 0 0 10 0 0\ncpu2 0 0 0 0 0 0 0 900 0 0\nintr 1\n",
            CORES,
        );
        let noise = after.noise_since(before, SECOND * 7 / 10, SECOND);
        assert_eq!(noise.steal, 0.05);
        assert!((noise.others - 0.2).abs() < 1e-9, "{noise:?}");
        assert!((noise.severity() - 2.5).abs() < 1e-9, "{noise:?}");
        assert_eq!(after.noise_since(after, SECOND, SECOND), Noise::default());
    }
}

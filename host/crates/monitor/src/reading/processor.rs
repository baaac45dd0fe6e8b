//! `/proc/stat`: time spent by processors since the start of the host, in ticks of the kernel.

use model::resources::CpuShares;

/// Ticks since start, as the kernel counts them: guests are in `user` and `nice` too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct ProcessorTimes {
    user: u64,
    nice: u64,
    system: u64,
    idle: u64,
    iowait: u64,
    irq: u64,
    softirq: u64,
    steal: u64,
    guest: u64,
    guest_nice: u64,
}

/// Those of one processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CoreTimes {
    /// Its number by the kernel.
    pub(crate) core: u32,
    /// Its times.
    pub(crate) times: ProcessorTimes,
}

impl ProcessorTimes {
    /// Where the time between two readings went, as `mpstat` divides it. None when counters ran backwards, as after a
    /// new start, or when no tick passed.
    pub(crate) fn shares_since(&self, before: &Self) -> Option<CpuShares> {
        // Idle and iowait of a sleeping processor are estimates, and may step back a little: sysstat takes that for 0.
        let estimated = |now: u64, before: u64| Some(now.saturating_sub(before));
        let counted = |now: u64, before: u64| now.checked_sub(before);
        let user = counted(self.user, before.user)?;
        let nice = counted(self.nice, before.nice)?;
        let system = counted(self.system, before.system)?;
        let idle = estimated(self.idle, before.idle)?;
        let iowait = estimated(self.iowait, before.iowait)?;
        let irq = counted(self.irq, before.irq)?;
        let softirq = counted(self.softirq, before.softirq)?;
        // Corrected downwards by some hypervisors.
        let steal = estimated(self.steal, before.steal)?;
        let guest = estimated(self.guest, before.guest)?.min(user);
        let guest_nice = estimated(self.guest_nice, before.guest_nice)?.min(nice);
        let total = [user, nice, system, idle, iowait, irq, softirq, steal].into_iter().fold(0, u64::saturating_add);
        let share = |ticks: u64| 100.0 * ticks as f64 / total as f64;
        (total > 0).then(|| CpuShares {
            usr: share(user - guest),
            nice: share(nice - guest_nice),
            sys: share(system),
            iowait: share(iowait),
            irq: share(irq),
            soft: share(softirq),
            steal: share(steal),
            guest: share(guest),
            gnice: share(guest_nice),
            idle: share(idle),
        })
    }

    fn parse(words: &str) -> Option<Self> {
        let mut fields = words.split_ascii_whitespace().map_while(|word| word.parse::<u64>().ok());
        // The first four are in every kernel, the others came one by one.
        let mut times = Self {
            user: fields.next()?,
            nice: fields.next()?,
            system: fields.next()?,
            idle: fields.next()?,
            ..Self::default()
        };
        let rest = [
            &mut times.iowait,
            &mut times.irq,
            &mut times.softirq,
            &mut times.steal,
            &mut times.guest,
            &mut times.guest_nice,
        ];
        rest.into_iter().zip(fields).for_each(|(field, value)| *field = value);
        Some(times)
    }
}

/// All together and each; none without the line of all.
pub(super) fn parse(text: &str) -> Option<(ProcessorTimes, Vec<CoreTimes>)> {
    let mut whole = None;
    let mut cores = Vec::new();
    for line in text.lines() {
        let Some((name, words)) = line.split_once(' ') else { continue };
        match name.strip_prefix("cpu") {
            Some("") => whole = ProcessorTimes::parse(words),
            Some(number) => {
                if let (Ok(core), Some(times)) = (number.parse(), ProcessorTimes::parse(words)) {
                    cores.push(CoreTimes { core, times });
                }
            }
            None => {}
        }
    }
    whole.map(|whole| (whole, cores))
}

//! Which core does what: one for the generators, one for the target. With both on one core, or free to move, a ratio
//! would say more about the scheduler than about the tools.

use std::io;

use anyhow::{Context as _, Result, bail};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// The two cores of a benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cores {
    /// All threads of whichever generator is running.
    pub(crate) generator: usize,
    /// The target: nginx's worker, or the stamping server.
    pub(crate) target: usize,
}

impl Cores {
    /// The first two cores that this process may use.
    ///
    /// # Errors
    /// When there are fewer than two.
    pub(crate) fn first_two() -> Result<Self> {
        let allowed = sched_getaffinity(None).context("cannot read which cores may be used")?;
        let mut cores = (0..CpuSet::MAX_CPU).filter(|&core| allowed.is_set(core));
        let (Some(generator), Some(target)) = (cores.next(), cores.next()) else {
            bail!("two cores are needed, one for the generators and one for the target");
        };
        Ok(Self { generator, target })
    }
}

/// Keeps the calling thread, and what it starts, on one core. Allocates nothing: it is called between fork and exec.
///
/// # Errors
/// When the system refuses.
pub(crate) fn pin(core: usize) -> io::Result<()> {
    let mut set = CpuSet::new();
    set.set(core);
    sched_setaffinity(None, &set)?;
    Ok(())
}

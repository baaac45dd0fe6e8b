//! Waits for an instant of the trial. Tokio's own timers have a grain of a millisecond, so this does not use them.

use std::io;
use std::num::NonZeroU64;
use std::os::fd::OwnedFd;
use std::sync::Arc;

use model::{Clock, Nanos};
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime,
};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use crate::clock::TrialClock;

/// Waits until an instant. One pacer serves one wait at a time.
pub(crate) trait Pacer: 'static {
    /// Returns at `at` or as soon after as the machine allows; at once when it has passed.
    async fn wait_until(&self, at: Nanos);
}

/// Waits on an absolute timer of the kernel, polled with the sockets of the same thread.
pub(crate) struct TimerPacer {
    clock: Arc<TrialClock>,
    timer: AsyncFd<OwnedFd>,
}

impl TimerPacer {
    /// A pacer for the calling thread, whose runtime must be entered.
    ///
    /// # Errors
    /// When the process is out of descriptors.
    pub(crate) fn new(clock: Arc<TrialClock>) -> io::Result<Self> {
        // Threads inherit a slack of 50 µs, by which the kernel may delay any wake-up.
        rustix::thread::set_current_timer_slack(NonZeroU64::new(1))?;
        let timer = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC)?;
        // SAFETY: the descriptor is owned by the `AsyncFd`, never given out, and so stays open and the same until it is dropped.
        let timer = unsafe { AsyncFd::register_with_interest(timer, Interest::READABLE) }
            .map_err(|error| error.into_parts().1)?;
        Ok(Self { clock, timer })
    }
}

impl Pacer for TimerPacer {
    async fn wait_until(&self, at: Nanos) {
        if at <= self.clock.now() {
            return;
        }
        let due = self.clock.to_monotonic(at).max(1);
        let once = Itimerspec {
            it_interval: Timespec { tv_sec: 0, tv_nsec: 0 },
            it_value: Timespec { tv_sec: due / 1_000_000_000, tv_nsec: due % 1_000_000_000 },
        };
        timerfd_settime(self.timer.get_ref(), TimerfdTimerFlags::ABSTIME, &once)
            .expect("the timer is ours and the time is valid");
        // A wait that was given up may have left the timer readable: only the clock tells whether it is time.
        while self.clock.now() < at {
            let mut ready = self.timer.readable().await.expect("the runtime outlives its tasks");
            let expirations = ready.try_io(|timer| {
                let mut count = [0u8; 8];
                Ok(rustix::io::read(timer.get_ref(), &mut count)?)
            });
            drop(expirations);
        }
    }
}

#[cfg(test)]
pub(crate) mod fake {
    //! A clock that jumps to the next instant somebody waits for: tokio's, paused.

    use super::*;

    /// Both clock and pacer of a paused runtime.
    #[derive(Clone)]
    pub(crate) struct FakeTime(pub(crate) tokio::time::Instant);

    impl Clock for FakeTime {
        fn now(&self) -> Nanos {
            tokio::time::Instant::now().duration_since(self.0).as_nanos() as Nanos
        }
    }

    impl Pacer for FakeTime {
        async fn wait_until(&self, at: Nanos) {
            tokio::time::sleep_until(self.0 + std::time::Duration::from_nanos(at.max(0) as u64)).await;
        }
    }
}

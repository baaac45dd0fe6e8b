//! Wakes the thread at an instant of the trial. Tokio's own timers have a grain of a millisecond, so this does not use them.

use std::io;
use std::os::fd::OwnedFd;
use std::task::{Context, Poll};

use model::Nanos;
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime,
};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// Further ahead nobody waits: a thread that is woken then finds nothing due, and waits again.
const FAR: Nanos = 3_600_000_000_000;

/// A timer of the kernel, polled with the sockets of the same thread.
pub(crate) struct Timer {
    timer: AsyncFd<OwnedFd>,
}

impl Timer {
    /// A timer for the calling thread, whose runtime must be entered.
    ///
    /// # Errors
    /// When the process is out of descriptors.
    pub(crate) fn new() -> io::Result<Self> {
        let timer = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC)?;
        // SAFETY: the descriptor is owned by the `AsyncFd`, never given out, and so stays open and the same until it is dropped.
        let timer = unsafe { AsyncFd::register_with_interest(timer, Interest::READABLE) }
            .map_err(|error| error.into_parts().1)?;
        Ok(Self { timer })
    }

    /// Goes off so many nanoseconds from now.
    pub(crate) fn set(&self, ahead: Nanos) {
        let ahead = ahead.clamp(1, FAR);
        let once = Itimerspec {
            it_interval: Timespec { tv_sec: 0, tv_nsec: 0 },
            it_value: Timespec { tv_sec: ahead / 1_000_000_000, tv_nsec: ahead % 1_000_000_000 },
        };
        timerfd_settime(self.timer.get_ref(), TimerfdTimerFlags::empty(), &once)
            .expect("the timer is ours and the time is valid");
    }

    /// Whether it has gone off; if not, the caller is woken when it does.
    pub(crate) fn has_gone_off(&self, cx: &mut Context<'_>) -> bool {
        loop {
            let Poll::Ready(Ok(mut ready)) = self.timer.poll_read_ready(cx) else { return false };
            let mut count = [0u8; 8];
            match ready.try_io(|timer| Ok(rustix::io::read(timer.get_ref(), &mut count)?)) {
                Ok(read) => return read.is_ok(),
                // It was set anew before it was read.
                Err(_would_block) => {}
            }
        }
    }
}

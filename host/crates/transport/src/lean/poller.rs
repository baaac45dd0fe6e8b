//! Waits for sockets and for an instant at the same time, to the microsecond.

use std::io;
use std::num::NonZeroU64;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;

use model::plan::Pacing;
use model::{Clock, Nanos, Waker};
use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::event::{EventfdFlags, Timespec, eventfd};
use rustix::io::Errno;

/// How long before an instant precise pacing stops sleeping and watches the clock, nanoseconds: a quarter of the wait, which
/// the kernel's wake-up of a sleeping thread mostly takes. With more, a thread that hardly sleeps is not let in before
/// others when it wants its core back, and is late by their slices.
const WATCH: std::ops::RangeInclusive<Nanos> = 20_000..=70_000;

/// Longest sleep, nanoseconds; longer ones are several.
const LONGEST: Nanos = 3_600_000_000_000;
/// Events taken at a time.
const EVENTS: usize = 512;
/// Tells the waker's event from those of sockets.
const WAKER: u64 = u64::MAX;

/// What sockets are watched for, all at once, told when it changes: so each is registered once in its life.
const INTEREST: EventFlags = EventFlags::IN.union(EventFlags::OUT).union(EventFlags::RDHUP).union(EventFlags::ET);

/// The sockets of a thread, and what wakes it.
pub(super) struct Poller {
    epoll: OwnedFd,
    waker: Arc<OwnedFd>,
    pacing: Pacing,
    clock: Arc<dyn Clock>,
    events: Vec<Event>,
}

impl Poller {
    /// A poller for the calling thread.
    ///
    /// # Errors
    /// When the process is out of descriptors.
    pub(super) fn new(clock: Arc<dyn Clock>, pacing: Pacing) -> io::Result<Self> {
        // Threads inherit a slack of 50 µs, by which the kernel may delay any wake-up.
        rustix::thread::set_current_timer_slack(NonZeroU64::new(1))?;
        let epoll = epoll::create(CreateFlags::CLOEXEC)?;
        let waker = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        epoll::add(&epoll, &waker, EventData::new_u64(WAKER), EventFlags::IN)?;
        Ok(Self { epoll, waker: Arc::new(waker), pacing, clock, events: Vec::with_capacity(EVENTS) })
    }

    /// Watches a socket, under a number below `u64::MAX`, until it is closed.
    ///
    /// # Errors
    /// When the system's limit on watched sockets is reached.
    pub(super) fn watch(&self, socket: BorrowedFd<'_>, number: u64) -> io::Result<()> {
        Ok(epoll::add(&self.epoll, socket, EventData::new_u64(number), INTEREST)?)
    }

    /// What ends a wait from another thread.
    pub(super) fn waker(&self) -> Waker {
        let waker = Arc::clone(&self.waker);
        Arc::new(move || {
            // It fails only when it was not looked at for 2^64 wakings: then it wakes all the same.
            let _ = rustix::io::write(&*waker, &1u64.to_ne_bytes());
        })
    }

    /// Returns when a socket has something, at `until` or soon after, or when woken (true then). `events` gets the numbers
    /// of the sockets and what they have.
    pub(super) fn wait(&mut self, until: Nanos, events: &mut Vec<(u64, EventFlags)>) -> bool {
        let watch = (until.saturating_sub(self.clock.now()) / 4).clamp(*WATCH.start(), *WATCH.end());
        loop {
            let left = until.saturating_sub(self.clock.now());
            let sleep = match self.pacing {
                Pacing::Precise => left.saturating_sub(watch),
                Pacing::Economical => left,
            };
            let is_woken = self.poll(sleep.clamp(0, LONGEST));
            events.extend(self.events.iter().map(|event| (event.data.u64(), event.flags)).filter(|it| it.0 != WAKER));
            if is_woken.is_some() || left <= 0 {
                return is_woken == Some(true);
            }
        }
    }

    /// Asks the system once. None: nothing happened; else whether it was the waker.
    fn poll(&mut self, sleep: Nanos) -> Option<bool> {
        let timeout = Timespec { tv_sec: sleep / 1_000_000_000, tv_nsec: sleep % 1_000_000_000 };
        self.events.clear();
        match epoll::wait(&self.epoll, spare_capacity(&mut self.events), Some(&timeout)) {
            Ok(0) | Err(Errno::INTR) => return None,
            Ok(_) => {}
            // Kernels before 5.11 know whole milliseconds alone.
            Err(Errno::NOSYS) => {
                let timeout = Timespec { tv_sec: timeout.tv_sec, tv_nsec: timeout.tv_nsec / 1_000_000 * 1_000_000 };
                if !matches!(epoll::wait(&self.epoll, spare_capacity(&mut self.events), Some(&timeout)), Ok(1..)) {
                    return None;
                }
            }
            Err(error) => unreachable!("the epoll descriptor is ours and open: {error}"),
        }
        let is_waker = self.events.iter().any(|event| event.data.u64() == WAKER);
        if is_waker {
            let mut count = [0; 8];
            // Non-blocking: another look may have taken it.
            let _ = rustix::io::read(self.waker.as_fd(), &mut count);
        }
        Some(is_waker)
    }
}

//! Decides what is looked at next on a thread: whatever was woken, first come first served.
//!
//! A small executor of our own, for three reasons: an exchange is taken up within the call that submits it, one that is
//! cancelled is gone when the call returns, and between any two of them it can be seen whether an arrival is due.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Wake, Waker};

use futures_util::task::AtomicWaker;

/// What can be woken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    /// The exchange of a token.
    Exchange(u32),
    /// A connection that several exchanges share.
    Connection(u32),
}

/// What was woken and was not looked at since.
#[derive(Default)]
pub(crate) struct Woken {
    queue: Mutex<Vec<Key>>,
    /// Wakes the thread when it waits.
    thread: AtomicWaker,
    is_waiting: AtomicBool,
    /// From another thread, by name.
    is_called: AtomicBool,
}

impl Woken {
    /// Wakes a `wait`, this one or the next.
    pub(crate) fn call(&self) {
        self.is_called.store(true, Ordering::Release);
        self.thread.wake();
    }

    /// It was called since the last time.
    pub(crate) fn was_called(&self) -> bool {
        self.is_called.load(Ordering::Relaxed) && self.is_called.swap(false, Ordering::AcqRel)
    }

    /// The thread waits from now on, or no more. While it does not, nobody has to wake it: it looks before it waits.
    pub(crate) fn set_waiting(&self, is_waiting: bool) {
        self.is_waiting.store(is_waiting, Ordering::Release);
    }

    /// What wakes the thread.
    pub(crate) fn register(&self, thread: &Waker) {
        self.thread.register(thread);
    }

    /// Exchanges all that was woken for an empty list.
    pub(crate) fn take(&self, empty: &mut Vec<Key>) {
        std::mem::swap(&mut *self.queue.lock().unwrap_or_else(PoisonError::into_inner), empty);
    }

    /// A waker for `key`.
    pub(crate) fn waker(self: &Arc<Self>, key: Key) -> Waker {
        Waker::from(Arc::new(One { key, woken: Arc::clone(self) }))
    }
}

struct One {
    key: Key,
    woken: Arc<Woken>,
}

impl Wake for One {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let mut queue = self.woken.queue.lock().unwrap_or_else(PoisonError::into_inner);
        // Mostly it was woken just now by the same event, if at all.
        if queue.last() == Some(&self.key) {
            return;
        }
        queue.push(self.key);
        drop(queue);
        if self.woken.is_waiting.load(Ordering::Acquire) {
            self.woken.thread.wake();
        }
    }
}

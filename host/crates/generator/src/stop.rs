//! Ends a trial before its time.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use model::Waker;

/// A switch that any thread may throw, once, and every generator thread watches.
#[derive(Clone, Default)]
pub struct Stop(Arc<Inner>);

#[derive(Default)]
struct Inner {
    is_thrown: AtomicBool,
    wakers: Mutex<Vec<Waker>>,
}

impl fmt::Debug for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Stop").field(&self.is_thrown()).finish()
    }
}

impl Stop {
    /// Throws the switch: nothing more is let go, and what is under way is abandoned.
    pub fn throw(&self) {
        self.0.is_thrown.store(true, Ordering::SeqCst);
        for wake in self.0.wakers.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            wake();
        }
    }

    /// It has been thrown.
    pub fn is_thrown(&self) -> bool {
        self.0.is_thrown.load(Ordering::Relaxed)
    }

    /// Has `waker` called when it is thrown.
    pub(crate) fn wakes(&self, waker: Waker) {
        self.0.wakers.lock().unwrap_or_else(PoisonError::into_inner).push(waker);
    }

    /// Forgets the wakers of a trial that is over.
    pub(crate) fn forget_wakers(&self) {
        self.0.wakers.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

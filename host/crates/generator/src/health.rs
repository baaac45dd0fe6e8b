//! How the calls of a test case fare, on all threads: one that never works ends the trial.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// Failed calls of the test case, with none that worked before them, after which it is taken to fail always.
const ALWAYS: u32 = 100;

/// How the calls of the test case fared, on all threads.
#[derive(Default)]
pub(crate) struct Health {
    builds: Calls,
    reads: Calls,
}

impl Health {
    /// Of one kind of call none has worked, and too many have failed for that to be chance.
    pub(crate) fn is_hopeless(&self) -> bool {
        self.builds.is_hopeless() || self.reads.is_hopeless()
    }

    /// Takes note of a request that was built, or was not. True: it is hopeless.
    pub(crate) fn note_build(&self, has_worked: bool) -> bool {
        self.builds.note(has_worked)
    }

    /// Takes note of an answer that was read, or was not. True: it is hopeless.
    pub(crate) fn note_read(&self, has_worked: bool) -> bool {
        self.reads.note(has_worked)
    }
}

/// How one kind of call fared.
#[derive(Default)]
struct Calls {
    has_worked: AtomicBool,
    failed: AtomicU32,
}

impl Calls {
    fn is_hopeless(&self) -> bool {
        !self.has_worked.load(Ordering::Relaxed) && self.failed.load(Ordering::Relaxed) >= ALWAYS
    }

    fn note(&self, has_worked: bool) -> bool {
        if !has_worked {
            self.failed.fetch_add(1, Ordering::Relaxed);
            return self.is_hopeless();
        }
        if !self.has_worked.load(Ordering::Relaxed) {
            // Written once, so that the threads do not fight for its cache line.
            self.has_worked.store(true, Ordering::Relaxed);
        }
        false
    }
}

//! Where a thread's arrivals come from: the schedule in an open loop, users who are free in a closed one.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use model::schedule::Walk;
use model::{ArrivalSchedule, Nanos};

/// After a request that could not be sent, a user of a closed loop waits at least so long before the next, nanoseconds:
/// nothing else would hold it back.
const AFTER_UNSENT: Nanos = 1_000_000;

/// Requests that are built one after the other for users who are free together: the test case's code stays warm, and so
/// does the system's when they are sent.
const BUILT_TOGETHER: usize = 16;

/// The arrivals of one thread.
pub(crate) enum Source {
    /// Every so-many-th of the schedule.
    Schedule {
        /// Behind the next.
        walk: Walk,
        /// Index and intended start of the next.
        next: Option<(u64, Nanos)>,
    },
    /// Those of users, each when its user is free.
    Users {
        /// When each free user is to begin.
        due: BinaryHeap<Reverse<Nanos>>,
        think_time: Nanos,
        /// Nobody begins then or later.
        end: Nanos,
        index: u64,
        stride: u64,
    },
}

impl Source {
    /// Every `stride`-th arrival from `first` on that is due before `end`.
    pub(crate) fn schedule(schedule: &ArrivalSchedule, first: u64, stride: u64, end: Nanos) -> Self {
        let mut walk = schedule.walk(first, stride, end);
        let next = walk.next();
        Self::Schedule { walk, next }
    }

    /// So many users, who begin before `end`. Their iterations have every `stride`-th index from `first` on.
    pub(crate) fn users(count: u32, think_time: Nanos, first: u64, stride: u64, end: Nanos) -> Self {
        let due = (0..count).map(|_| Reverse(0)).collect();
        Self::Users { due, think_time, end, index: first, stride }
    }

    /// Index of the next arrival, and when it is due; none when there is none, or none yet.
    pub(crate) fn next(&self) -> Option<(u64, Nanos)> {
        match self {
            Self::Schedule { next, .. } => *next,
            Self::Users { due, end, index, .. } => {
                due.peek().filter(|Reverse(due)| due < end).map(|Reverse(due)| (*index, *due))
            }
        }
    }

    /// Index of the next arrival, due or not; none when there will be none.
    pub(crate) fn next_index(&self, now: Nanos) -> Option<u64> {
        match self {
            Self::Schedule { next, .. } => next.map(|(index, _)| index),
            Self::Users { end, index, .. } => (now < *end).then_some(*index),
        }
    }

    /// Index of the arrival whose request is to be built when `built` are built and not let go, and when it is due; where
    /// that is not known, `now`. None when enough are built.
    pub(crate) fn next_to_build(&self, built: usize, now: Nanos) -> Option<(u64, Nanos)> {
        match self {
            Self::Schedule { next, .. } => next.filter(|_| built == 0),
            Self::Users { due, index, stride, end, .. } => {
                let is_wanted = now < *end && built < due.len().clamp(1, BUILT_TOGETHER);
                is_wanted.then_some((index + built as u64 * stride, now))
            }
        }
    }

    /// Takes the next arrival.
    pub(crate) fn take(&mut self) {
        match self {
            Self::Schedule { walk, next } => *next = walk.next(),
            Self::Users { due, index, stride, .. } => {
                due.pop();
                *index += *stride;
            }
        }
    }

    /// Intended start of an arrival that was due at `due` and is let go at `release`.
    ///
    /// A user without think time sends when its request is ready: only then is there something to send.
    pub(crate) fn intended_start(&self, due: Nanos, release: Nanos) -> Nanos {
        match self {
            Self::Users { think_time: 0, .. } => release,
            _ => due,
        }
    }

    /// What a user does behind an iteration depends on when it is over.
    pub(crate) fn has_think_time(&self) -> bool {
        matches!(self, Self::Users { think_time: 1.., .. })
    }

    /// An iteration is over: its user, if it has one, thinks and is free again.
    pub(crate) fn is_over(&mut self, now: Nanos, was_sent: bool) {
        if let Self::Users { due, think_time, .. } = self {
            let pause = if was_sent { *think_time } else { (*think_time).max(AFTER_UNSENT) };
            due.push(Reverse(now + pause));
        }
    }

    /// No arrival is due after this: the trial is stopped, or its data is spent.
    pub(crate) fn close(&mut self) {
        match self {
            Self::Schedule { next, .. } => *next = None,
            Self::Users { end, .. } => *end = Nanos::MIN,
        }
    }

    /// Closed before its time.
    pub(crate) fn is_closed(&self) -> bool {
        matches!(self, Self::Users { end: Nanos::MIN, .. })
    }

    /// Iterations await each other's end.
    pub(crate) fn is_closed_loop(&self) -> bool {
        matches!(self, Self::Users { .. })
    }

    /// Arrivals that follow the next, each with its position counted from the next; to be built ahead.
    pub(crate) fn ahead(&self) -> Box<dyn Iterator<Item = (u64, Nanos)> + '_> {
        match self {
            Self::Schedule { walk, next } => Box::new(next.iter().copied().chain(walk.clone())),
            Self::Users { index, stride, .. } => Box::new((0..).map(move |n| (index + n * stride, Nanos::MIN))),
        }
    }
}

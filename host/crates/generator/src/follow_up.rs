//! When the further steps of iterations are due, after their think time.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

use model::{Clock, Nanos};
use tokio::sync::{Notify, oneshot};

use crate::pacer::Pacer;

/// Steps that wait for their instant, on one thread.
#[derive(Default)]
pub(crate) struct FollowUps {
    waiting: RefCell<BinaryHeap<Reverse<Waiting>>>,
    changed: Notify,
}

struct Waiting {
    due: Nanos,
    wake: oneshot::Sender<()>,
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.due == other.due
    }
}
impl Eq for Waiting {}
impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.due.cmp(&other.due)
    }
}

impl FollowUps {
    /// Returns when `due` has come.
    pub(crate) async fn wait(&self, due: Nanos) {
        let (wake, woken) = oneshot::channel();
        self.waiting.borrow_mut().push(Reverse(Waiting { due, wake }));
        self.changed.notify_one();
        // Only the end of the thread drops the other half; then nobody polls this any more.
        let _ = woken.await;
    }

    /// Wakes each step at its instant, for as long as it is polled.
    pub(crate) async fn run(&self, clock: &dyn Clock, pacer: &impl Pacer) {
        loop {
            let next = self.waiting.borrow().peek().map(|first| first.0.due);
            match next {
                None => self.changed.notified().await,
                Some(due) => tokio::select! {
                    () = pacer.wait_until(due) => {}
                    () = self.changed.notified() => {}
                },
            }
            let now = clock.now();
            let mut waiting = self.waiting.borrow_mut();
            while waiting.peek().is_some_and(|first| first.0.due <= now) {
                if let Some(Reverse(step)) = waiting.pop() {
                    // An abandoned iteration waits no more.
                    let _ = step.wake.send(());
                }
            }
        }
    }
}

//! Ends a trial before its time.

use std::sync::Arc;

use tokio::sync::watch;

/// A switch that any thread may throw, once, and every generator thread watches.
#[derive(Clone, Debug)]
pub struct Stop(Arc<watch::Sender<bool>>);

impl Default for Stop {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }
}

impl Stop {
    /// Throws the switch: nothing more is let go, and what is under way is abandoned.
    pub fn throw(&self) {
        self.0.send_replace(true);
    }

    /// It has been thrown.
    pub fn is_thrown(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns once it is thrown.
    pub(crate) async fn thrown(&self) {
        let mut receiver = self.0.subscribe();
        receiver.wait_for(|thrown| *thrown).await.expect("the sender is held by self");
    }
}

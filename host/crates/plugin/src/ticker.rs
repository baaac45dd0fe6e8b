//! Moves an engine's epoch on, by which calls have deadlines.

use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use wasmtime::Engine;

/// Length of an epoch. Shorter ones would wake a core more often, longer ones would let a deadline be late.
const TICK: Duration = Duration::from_millis(5);

/// Epochs that a call of this length may see begin: never fewer than its time needs.
pub(crate) fn ticks(deadline: Duration) -> u64 {
    deadline.as_nanos().div_ceil(TICK.as_nanos()) as u64 + 1
}

/// A thread that ticks until it is dropped.
pub(crate) struct Ticker {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Ticker {
    /// Starts to tick.
    ///
    /// # Errors
    /// When the system refuses a thread.
    pub(crate) fn start(engine: &Engine) -> std::io::Result<Self> {
        let (stop, stopped) = channel::<()>();
        let engine = engine.weak();
        let thread = std::thread::Builder::new().name("epochs".to_owned()).spawn(move || {
            while let (Err(std::sync::mpsc::RecvTimeoutError::Timeout), Some(engine)) =
                (stopped.recv_timeout(TICK), engine.upgrade())
            {
                engine.increment_epoch();
            }
        })?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            // A thread that only counts has nothing to tell.
            let _ = thread.join();
        }
    }
}

//! Makes load: lets arrivals go when they are due, carries each through its iteration, and records what became of it.
//!
//! Invariants: a due time comes from the arrival schedule alone; guest code never stands inside a measured interval;
//! every request that was due ends up in exactly one sample. How a request travels is the transport's, what it says is
//! the test case's, where samples are kept is the sink's: all three are given as ports of `model`.

mod clock;
mod dispatch;
mod follow_up;
mod guest;
mod iteration;
mod pacer;
mod plugin_threads;
mod recorder;
mod share;
mod stop;
mod trial;
mod validity;

pub use clock::TrialClock;
pub use recorder::Pulse;
pub use share::share_of;
pub use stop::Stop;
pub use trial::{ThreadParts, TrialError, TrialSetup, run_trial};

#[cfg(test)]
mod tests;

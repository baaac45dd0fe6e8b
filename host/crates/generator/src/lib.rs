//! Makes load: lets arrivals go when they are due, carries each through its iteration, and records what became of it.
//!
//! Invariants: a due time comes from the arrival schedule alone; guest code never stands inside a measured interval;
//! every request that was due ends up in exactly one sample. How a request travels is the transport's, what it says is
//! the test case's, where samples are kept is the sink's: all three are given as ports of `model`.
//!
//! Each generator thread is one loop ([`shard`]) that shares nothing with the others on the way of a request.

mod abort;
mod backlog;
mod clock;
mod deadlines;
mod feed;
mod guest;
mod health;
mod iteration;
mod overload;
mod plugin_threads;
mod recorder;
mod shard;
mod share;
mod slices;
mod source;
mod stop;
mod trial;
mod turns;
mod underway;
mod usage;
mod validity;
mod watch;

pub use abort::AbortWhen;
pub use clock::TrialClock;
pub use feed::Feed;
pub use recorder::Pulse;
pub use share::share_of;
pub use stop::Stop;
pub use trial::{MakeTransport, ThreadParts, TrialError, TrialSetup, run_trial};

#[cfg(test)]
mod tests;

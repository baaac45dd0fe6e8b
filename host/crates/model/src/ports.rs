//! Where the libraries of the host meet: what one gives and another uses, without knowing each other.

use std::collections::VecDeque;
use std::sync::Arc;

use thiserror::Error;

use crate::description::TestCaseDescription;
use crate::exchange::{Context, Request, Response, Verdict};
use crate::outcome::Outcome;
use crate::sample::Sample;
use crate::units::Nanos;

/// Tells the time of a trial. The generator gives it; the transport stamps with it.
pub trait Clock: Send + Sync {
    /// Nanoseconds since trial start, monotonic.
    fn now(&self) -> Nanos;
}

/// Makes workloads: one for each thread that calls one. The plugin gives it, the generator uses it.
pub trait WorkloadSource: Send + Sync {
    /// What the test case says of itself.
    fn description(&self) -> &TestCaseDescription;

    /// It must not be called between two requests, whatever it costs (components that use WASI).
    fn needs_plugin_threads(&self) -> bool;

    /// A configured workload for the calling thread.
    ///
    /// # Errors
    /// When an instance cannot be made or refuses its options.
    fn workload(&self) -> Result<Box<dyn Workload>, WorkloadError>;
}

/// A test case on one thread.
pub trait Workload {
    /// Builds the first request of an iteration.
    ///
    /// # Errors
    /// When the test case refuses, traps, crosses a limit or returns something that is no request.
    fn build(&mut self, context: &Context) -> Result<Request, WorkloadError>;

    /// Reads a response. `state` is what the step before gave.
    ///
    /// # Errors
    /// As for [`Workload::build`]; [`WorkloadError::Refused`] means that the answer cannot be read.
    fn read(&mut self, context: &Context, state: &[u8], response: &Response) -> Result<Verdict, WorkloadError>;
}

/// Why a call of a test case failed.
#[derive(Debug, Clone, Error)]
pub enum WorkloadError {
    /// It said no, in order.
    #[error("{0}")]
    Refused(String),
    /// It trapped, crossed a limit, or returned what the contract forbids.
    #[error("{0}")]
    Broken(String),
}

/// Names an exchange under way to whoever submitted it: an index that it chose, used for one exchange at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(pub u32);

/// Wakes a [`Transport::wait`] from another thread.
pub type Waker = Arc<dyn Fn() + Send + Sync>;

/// Carries requests to the target for one generator thread. The transport gives it, the generator drives it.
///
/// Nothing here blocks but [`Transport::open`] and [`Transport::wait`]. An exchange that was submitted comes out exactly
/// once: of `wait`, or of `cancel`.
pub trait Transport {
    /// Opens connections ahead, so that the first arrivals need not wait for them. `stop` ends it early.
    ///
    /// # Errors
    /// When the target cannot be reached.
    fn open(&mut self, stop: &dyn Fn() -> bool) -> Result<(), TransportError>;

    /// Sends a request, now or as soon as a connection is free. All with the same `route` go to the same address; routes
    /// that follow each other go to all of them in turn.
    fn submit(&mut self, token: Token, route: u64, request: Request);

    /// Gives up an exchange, and closes its connection if anything was sent on it. None when it is not under way.
    fn cancel(&mut self, token: Token, why: TransportError) -> Option<Exchange>;

    /// Takes what the sockets have, stamps it, and adds the exchanges that ended. Returns when there is at least one, at
    /// `until` or as soon after as the pacing gives, or when woken. With `until` not in the future it only looks.
    fn wait(&mut self, until: Nanos, ended: &mut VecDeque<(Token, Exchange)>);

    /// What wakes a `wait`, this one or the next.
    fn waker(&self) -> Waker;
}

/// What the transport saw of one exchange. Instants are nanoseconds since trial start.
#[derive(Debug)]
pub struct Exchange {
    /// First byte written.
    pub sent: Option<Nanos>,
    /// First byte of the answer read.
    pub first_byte: Option<Nanos>,
    /// Last byte read, or when it failed.
    pub end: Nanos,
    /// Time spent opening a connection for it, TLS left out, nanoseconds.
    pub connect_ns: Option<u64>,
    /// Time spent on TLS for it, nanoseconds.
    pub tls_ns: Option<u64>,
    /// Index of the base URL it went to.
    pub origin: u16,
    /// Bytes written.
    pub bytes_sent: u64,
    /// Bytes read.
    pub bytes_received: u64,
    /// The answer.
    pub response: Result<Response, TransportError>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TransportError {
    /// No connection.
    #[error("cannot connect to {address}: {reason}")]
    Connect {
        /// Host and port.
        address: String,
        /// What the system says.
        reason: String,
    },
    /// No connection, because the tester has no descriptor or no port left for it.
    #[error("cannot connect to {address}: {reason}")]
    Exhausted {
        /// Host and port.
        address: String,
        /// What ran out, and how to mend it.
        reason: String,
    },
    /// The connection ended too early.
    #[error("connection lost: {0}")]
    Lost(String),
    /// Not HTTP.
    #[error("answer is not HTTP: {0}")]
    Protocol(String),
    /// Not over at the deadline.
    #[error("no answer within the time-out")]
    TimedOut,
    /// Not over at the trial's end.
    #[error("cut off by the trial's end")]
    Abandoned,
}

impl TransportError {
    /// The outcome that this makes of a request.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Connect { .. } | Self::Exhausted { .. } => Outcome::ConnectFailed,
            Self::Lost(_) => Outcome::ConnectionLost,
            Self::Protocol(_) => Outcome::ProtocolError,
            Self::TimedOut => Outcome::TimedOut,
            Self::Abandoned => Outcome::Abandoned,
        }
    }
}

/// Keeps samples. The results give it, the generator writes to it, one for each thread.
pub trait SampleSink: Send {
    /// Offers samples, without ever waiting. Gives the number that could not be taken.
    fn offer(&mut self, samples: Vec<Sample>) -> usize;
}

//! Where the libraries of the host meet: what one gives and another uses, without knowing each other.

use std::future::Future;

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

/// Carries requests to the target for one generator thread. The transport gives it, the generator uses it.
pub trait Transport {
    /// Opens connections ahead, so that the first arrivals need not wait for them.
    ///
    /// # Errors
    /// When the target cannot be reached.
    fn open(&self) -> impl Future<Output = Result<(), TransportError>>;

    /// Ends every exchange under way, now: each gives what it has stamped, with [`TransportError::Abandoned`].
    fn abandon(&self);

    /// Sends a request to base URL `origin` (index into the plan's) and takes its answer.
    /// Ends at `deadline` at the latest; dropping the future gives the request up and closes its connection.
    fn exchange(&self, origin: usize, request: &Request, deadline: Nanos) -> impl Future<Output = Exchange>;
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
    /// Time spent opening a connection for it, nanoseconds.
    pub connect_ns: Option<u64>,
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

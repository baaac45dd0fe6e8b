//! One request's record.

use crate::exchange::ServerSpan;
use crate::outcome::Outcome;
use crate::phase::Phase;
use crate::units::{Load, Nanos};

/// Everything kept of one request. Instants are nanoseconds since trial start.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Index of its iteration.
    pub iteration: u64,
    /// Step within the iteration, from 0.
    pub step: u32,
    /// Phase in which it was due.
    pub phase: Phase,
    /// What became of it.
    pub outcome: Outcome,
    /// Reason of failure, by index into the declared ones.
    pub failure_reason: Option<u32>,
    /// Size of its work.
    pub load: Load,
    /// Index of the base URL it went to.
    pub origin: u16,
    /// When it was due.
    pub intended_start: Nanos,
    /// When the pacer let it go.
    pub release: Nanos,
    /// First byte written; none when nothing was sent.
    pub sent: Option<Nanos>,
    /// First byte of the answer read.
    pub first_byte: Option<Nanos>,
    /// Last byte read, or when it was given up.
    pub end: Nanos,
    /// Time spent opening a connection for it, TLS left out, nanoseconds; none when one was open.
    pub connect_ns: Option<u64>,
    /// Time spent on TLS for it, nanoseconds; none when one was open, and without TLS.
    pub tls_ns: Option<u64>,
    /// HTTP status.
    pub status: Option<u16>,
    /// Bytes of the request, head and body.
    pub bytes_sent: u64,
    /// Bytes of the response, head and body.
    pub bytes_received: u64,
    /// Server's own processing time.
    pub server_span: Option<ServerSpan>,
    /// Metrics read, as (index, value).
    pub metrics: Vec<(u32, f64)>,
}

impl Sample {
    /// End − intended start, nanoseconds.
    pub fn response_time(&self) -> u64 {
        length(self.intended_start, self.end)
    }

    /// End − sent, nanoseconds; none when nothing was sent.
    pub fn service_time(&self) -> Option<u64> {
        self.sent.map(|sent| length(sent, self.end))
    }

    /// Sent − release, nanoseconds: waiting for a connection.
    pub fn queue(&self) -> Option<u64> {
        self.sent.map(|sent| length(self.release, sent))
    }

    /// Release − intended start, nanoseconds.
    pub fn release_lag(&self) -> u64 {
        length(self.intended_start, self.release)
    }

    /// First byte − sent, nanoseconds.
    pub fn time_to_first_byte(&self) -> Option<u64> {
        Some(length(self.sent?, self.first_byte?))
    }
}

fn length(from: Nanos, to: Nanos) -> u64 {
    u64::try_from(to - from).unwrap_or(0)
}

//! Cuts the mean response time into parts that add up to it.
//!
//! Response time = release lag + queue + service time, and service time = first byte + transfer, for each request and
//! so for the means. What is measured for some requests alone (opening a connection, the server's own time) is weighted
//! by how many they are.

use cluster_tester_sdk::Fault;
use cluster_tester_sdk::analysis::{Quantity, Statistics, Trial};

/// Parts of the response time, in order.
pub(crate) const NAMES: [&str; 8] = [
    "release lag",
    "waiting for a connection",
    "connecting",
    "beyond the server",
    "server's own",
    "until first byte",
    "transfer",
    "not told apart",
];

/// Rounding of sums, as a share of the whole.
const ROUNDING: f64 = 1e-6;

/// Parts of the mean response time of the successes of a trial.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parts {
    /// As [`NAMES`] has them, nanoseconds, from 0; NaN where not measured.
    pub(crate) values: [f64; NAMES.len()],
    /// Mean response time, nanoseconds; NaN where not known.
    pub(crate) whole: f64,
    /// Share of the successes that tell the server's own time; NaN where it is not known or none does.
    pub(crate) told: f64,
    /// The server says of itself more time than its answers took to come: its clock is too coarse.
    pub(crate) is_server_too_long: bool,
}

impl Parts {
    /// Those of a trial.
    ///
    /// # Errors
    /// As the host says.
    pub(crate) fn of(trial: &Trial) -> Result<Self, Fault> {
        let successes = trial.successes();
        let measure = |quantity| successes.measure(quantity);
        let whole = measure(Quantity::ResponseTime)?;
        let all = |of: Statistics| if of.count == 0.0 { f64::NAN } else { of.mean };
        let some = |of: Statistics| weighted(of, whole);
        let (lag, queue) = (all(measure(Quantity::ReleaseLag)?), all(measure(Quantity::Queue)?));
        // Connections that were opened ahead are not part of any wait.
        let connecting = (some(measure(Quantity::Connect)?) + some(measure(Quantity::Tls)?)).min(queue);
        let connecting = if queue.is_nan() { f64::NAN } else { connecting };
        let first_byte = all(measure(Quantity::FirstByte)?);
        let server_span = measure(Quantity::ServerSpan)?;
        let told = if server_span.count > 0.0 { server_span.count / whole.count } else { f64::NAN };
        let server =
            split(first_byte, server_span, some(server_span), some(measure(Quantity::BeyondServer)?), whole.mean);
        let transfer = all(measure(Quantity::Transfer)?);
        let mut values =
            [lag, queue - connecting, connecting, server.beyond, server.own, server.untold, transfer, f64::NAN];
        let sum: f64 = values.iter().filter(|value| !value.is_nan()).sum();
        values[NAMES.len() - 1] = significant(whole.mean - sum, whole.mean);
        Ok(Self { values, whole: whole.mean, told, is_server_too_long: server.is_too_long })
    }
}

/// The mean over all requests of what was measured for some.
fn weighted(part: Statistics, whole: Statistics) -> f64 {
    if part.count == 0.0 {
        0.0
    } else if part.count.is_nan() || whole.count.is_nan() {
        // Files that keep means alone tell no counts.
        if part.mean.is_nan() { 0.0 } else { part.mean }
    } else {
        part.mean * part.count / whole.count
    }
}

/// A part, or nothing where it is less than the rounding of the sum.
fn significant(part: f64, whole: f64) -> f64 {
    if part.is_nan() || part <= whole * ROUNDING { f64::NAN } else { part }
}

struct Server {
    beyond: f64,
    own: f64,
    untold: f64,
    is_too_long: bool,
}

/// Divides the time until the first byte.
fn split(first_byte: f64, told: Statistics, own: f64, beyond: f64, whole: f64) -> Server {
    let is_told = told.count != 0.0 && !told.mean.is_nan();
    let until = if first_byte.is_nan() { whole } else { first_byte };
    if !is_told {
        return Server { beyond: f64::NAN, own: f64::NAN, untold: first_byte, is_too_long: false };
    }
    let is_too_long = beyond < 0.0 || own > until * (1.0 + ROUNDING);
    if first_byte.is_nan() {
        return Server { beyond: f64::NAN, own: own.min(until), untold: f64::NAN, is_too_long };
    }
    // What is beyond cannot be less than nothing: the server's own time then stands for the whole. Nor may one request whose
    // server said too much make the sum larger than the whole.
    let own = if beyond < 0.0 { own + beyond } else { own }.min(first_byte);
    let beyond = beyond.clamp(0.0, first_byte - own);
    let untold = significant(first_byte - own - beyond, whole);
    Server { beyond, own, untold, is_too_long }
}

//! The older tool's result files, read. What they lack is lacking here too: nothing is made up.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use model::resources::{CpuShares, Memory};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::instant::unix_ns;
use crate::error::{ResultsError, reason_of};

/// A result file of the older tool.
#[derive(Debug, Clone, PartialEq)]
pub enum AncestorFile {
    /// Trials of a test case with every request of them.
    Benchmark(Benchmark),
    /// A trial as means.
    TestExecution(TestExecution),
}

/// A `…_benchmark.json`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Benchmark {
    /// Test case of all its trials, such as `FibonacciTestCase`.
    pub test_case_name: String,
    /// Its trials, in the order of the file.
    pub test_executions: Vec<Execution>,
}

/// A trial with its requests.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Execution {
    /// From the first request's turn to the last answer, by the local clock.
    pub total_span: TimeSpan,
    /// From the first request's turn to the last one's, by the local clock.
    pub span_making_requests: TimeSpan,
    /// Its test case.
    pub test_case: TestCase,
    /// The requests that succeeded.
    pub results: Vec<RequestResult>,
    /// Requests asked for, per second.
    pub request_per_second: f64,
    /// Length asked for, seconds.
    pub seconds_making_requests: f64,
    /// A text for each request that failed, and in files of this tool one more that says why figures are not the target's.
    pub errors: Vec<String>,
    /// What the hosts spent, a reading each.
    pub cluster_stats: Vec<ClusterStats>,
}

/// A `…_test_execution.json`: a trial as means.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct TestExecution {
    /// Its test case, such as `FibonacciTestCase`.
    pub test_case: String,
    /// Size of one request's work.
    pub load: u32,
    /// Mean over the requests that succeeded, seconds; none when none did.
    pub avg_response_time: Option<f64>,
    /// Mean of the server's own processing time, seconds; none when it never told.
    pub avg_server_processing_time: Option<f64>,
    /// Requests asked for, per second.
    pub request_per_second: f64,
    /// Length asked for, seconds.
    pub seconds_making_requests: f64,
    /// From the first request's turn to the last one's, by the local clock.
    pub span_making_requests: TimeSpan,
    /// From the first request's turn to the last answer, by the local clock.
    pub total_span: TimeSpan,
    /// A text for each request that failed, as in [`Execution::errors`].
    pub errors: Vec<String>,
    /// Means of what the hosts spent.
    pub cluster_stats: ClusterStats,
}

/// A test case, as it describes itself.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct TestCase {
    /// Its name, such as `FibonacciTestCase`.
    pub name: String,
    /// What it does.
    pub description: String,
    /// Base URL of what was tested.
    pub application_base_url: String,
    /// Smallest load for which its figures mean something.
    pub min_recommended_load: u32,
}

/// A request that succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct RequestResult {
    /// Size of its work.
    pub load: u32,
    /// From its start to its end: in files of the older tool from when it was sent, in those of this one from when it was
    /// due.
    pub request_span: TimeSpan,
    /// The server's own processing time, by the server's clock; none when it did not tell.
    pub server_processing_span: Option<TimeSpan>,
}

/// From an instant to another, Unix time in nanoseconds. Spans by the local clock of the machine that wrote the file are
/// as if its zone were UTC: [`Execution::zone_offset_ns`] tells how far it is from that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct TimeSpan {
    /// Its start.
    #[serde(rename = "start", deserialize_with = "unix_ns")]
    pub start_ns: i64,
    /// Its end.
    #[serde(rename = "end", deserialize_with = "unix_ns")]
    pub end_ns: i64,
}

impl TimeSpan {
    /// Its length, nanoseconds; negative where the clock was set back.
    pub fn length_ns(self) -> i64 {
        self.end_ns.saturating_sub(self.start_ns)
    }
}

/// What the hosts spent.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ClusterStats {
    /// When it was seen, by the local clock as in [`TimeSpan`], nanoseconds.
    #[serde(rename = "timestamp", deserialize_with = "unix_ns")]
    pub at_ns: i64,
    /// Each host.
    pub servers: Vec<ServerStats>,
}

/// What a host spent.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ServerStats {
    /// Its name or address.
    pub host: String,
    /// When it was seen, by the local clock as in [`TimeSpan`], nanoseconds.
    #[serde(rename = "timestamp", deserialize_with = "unix_ns")]
    pub at_ns: i64,
    /// Its memory then.
    #[serde(with = "MemoryKeys")]
    pub memory: Memory,
    /// Where its processor time went. In files of the older tool since the host started, not over the trial; in those of
    /// this one since the reading before.
    pub stats: CpuShares,
    /// How far away it was; none where it was not asked.
    pub ping: Option<Ping>,
}

/// Round trips to a host.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct Ping {
    /// Questions sent; in a mean, per reading.
    pub transmitted: f64,
    /// Answers received; in a mean, per reading.
    pub received: f64,
    /// Shortest, milliseconds.
    pub min: Option<f64>,
    /// Mean, milliseconds.
    pub avg: Option<f64>,
    /// Longest, milliseconds.
    pub max: Option<f64>,
}

/// [`Memory`] with the keys of the file.
#[derive(Deserialize)]
#[serde(remote = "Memory")]
struct MemoryKeys {
    total: f64,
    used: f64,
    free: f64,
    shared: f64,
    #[serde(rename = "buff/cache")]
    buff_cache: f64,
    available: f64,
}

impl Execution {
    /// By how much the local clock of the machine that wrote the file was ahead of UTC, nanoseconds, to the quarter of an
    /// hour: requests carry UTC, and the first of them was due when the trial began. None without a request.
    pub fn zone_offset_ns(&self) -> Option<i64> {
        const QUARTER: i64 = 15 * 60 * 1_000_000_000;
        let first = self.results.iter().map(|result| result.request_span.start_ns).min()?;
        let ahead = self.span_making_requests.start_ns.saturating_sub(first);
        Some(ahead.saturating_add(QUARTER / 2).div_euclid(QUARTER) * QUARTER)
    }
}

/// Reads a result file of the older tool, or one that [`Export`](super::Export) wrote.
///
/// # Errors
/// When it is not there, is no such file, or is broken; with the place.
pub fn read(path: &Path) -> Result<AncestorFile, ResultsError> {
    /// The keys that tell the two kinds apart.
    #[derive(Deserialize)]
    struct Keys {
        test_executions: Option<IgnoredAny>,
        // Null when nothing succeeded, so its being there is what counts.
        #[serde(default, deserialize_with = "is_there")]
        avg_response_time: bool,
    }
    let keys: Keys = parse(path)?;
    match keys {
        Keys { test_executions: Some(_), .. } => parse(path).map(AncestorFile::Benchmark),
        Keys { avg_response_time: true, .. } => parse(path).map(AncestorFile::TestExecution),
        _ => Err(ResultsError::NotAncestor { path: path.to_owned() }),
    }
}

fn is_there<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true)
}

fn parse<T: DeserializeOwned>(path: &Path) -> Result<T, ResultsError> {
    let file = File::open(path).map_err(|error| ResultsError::reading(path, error))?;
    // From the file, not from its text: one of ours may be larger than memory is.
    serde_json::from_reader(BufReader::with_capacity(64 * 1024, file)).map_err(|error| match error.io_error_kind() {
        Some(kind) => ResultsError::reading(path, kind.into()),
        None => ResultsError::BrokenAncestor {
            path: path.to_owned(),
            line: error.line(),
            column: error.column(),
            reason: reason_of(&error),
        },
    })
}

//! What is to be done, resolved: nothing here is a default any more.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

use crate::arrivals::LoadModel;
use crate::units::{Load, Span};

/// What stands in a file where a secret was.
pub const REDACTED: &str = "(redacted)";

/// A text that may be a secret. A secret is written to files as [`REDACTED`], and never shown.
#[derive(Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(from = "String")]
#[schemars(with = "String")]
pub struct MaybeSecret {
    /// The text itself.
    pub value: String,
    /// It must not be shown or stored.
    pub is_secret: bool,
}

impl MaybeSecret {
    /// A text that may be shown.
    pub fn plain(value: impl Into<String>) -> Self {
        Self { value: value.into(), is_secret: false }
    }

    /// A text that may not.
    pub fn secret(value: impl Into<String>) -> Self {
        Self { value: value.into(), is_secret: true }
    }

    /// What may be shown of it.
    pub fn shown(&self) -> &str {
        if self.is_secret { REDACTED } else { &self.value }
    }
}

impl From<String> for MaybeSecret {
    fn from(value: String) -> Self {
        Self::plain(value)
    }
}

impl std::fmt::Debug for MaybeSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.shown().fmt(f)
    }
}

impl Serialize for MaybeSecret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.shown().serialize(serializer)
    }
}

/// A header or an option of such a name holds a secret, wherever it comes from.
pub fn is_secret_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase().replace('_', "-");
    ["authorization", "proxy-authorization", "cookie", "x-api-key"].contains(&lower.as_str())
        || ["token", "secret", "password", "api-key"].iter().any(|part| lower.contains(part))
}

/// What a whole run does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunPlan {
    /// Who is asked.
    pub target: TargetPlan,
    /// Its trials, in order; of searches one for each test case, whose load, rate and length each search decides.
    pub trials: Vec<TrialPlan>,
    /// Seed of all that is random.
    pub seed: u64,
}

/// The system under test, as the tester reaches it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TargetPlan {
    /// Name by the config, if it has one.
    pub name: Option<String>,
    /// Base URLs; arrivals go to them in turn.
    pub urls: Vec<String>,
    /// Headers sent with every request, beside the test case's own.
    pub headers: Vec<HeaderPlan>,
    /// How connections to it are made and used.
    pub connection: ConnectionPlan,
}

/// How connections to a target are made and used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ConnectionPlan {
    /// Version of HTTP.
    pub http: HttpVersion,
    /// Most requests at a time on one HTTP/2 connection; at least 1.
    pub streams: u32,
    /// Requests after which a connection is closed and another one opened; none: it is kept while it works.
    pub requests_per_connection: Option<u32>,
    /// Longest wait for a connection, TLS included.
    pub connect_timeout: Span,
    /// File with certificates (PEM) of authorities that are trusted beside the system's.
    pub ca_certificates: Option<PathBuf>,
    /// File with the client's certificate and those between it and its authority (PEM).
    pub client_certificate: Option<PathBuf>,
    /// File with the key of the client's certificate (PEM).
    pub client_key: Option<PathBuf>,
    /// The target's certificate is not looked at.
    pub insecure: bool,
    /// Addresses that stand in for what the name service says, each as `host:port:address`.
    pub resolve: Vec<String>,
    /// Socket file that all connections go to, whatever host the URLs name.
    pub unix_socket: Option<PathBuf>,
}

impl Default for ConnectionPlan {
    fn default() -> Self {
        Self {
            http: HttpVersion::Auto,
            streams: 100,
            requests_per_connection: None,
            connect_timeout: Span::from_secs(10),
            ca_certificates: None,
            client_certificate: None,
            client_key: None,
            insecure: false,
            resolve: Vec::new(),
            unix_socket: None,
        }
    }
}

/// Version of HTTP that is spoken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum HttpVersion {
    /// What the target offers by ALPN, HTTP/2 first; HTTP/1.1 without TLS.
    #[default]
    #[serde(rename = "auto")]
    Auto,
    /// HTTP/1.1.
    #[serde(rename = "1.1")]
    Http1,
    /// HTTP/2, also without TLS (by prior knowledge).
    #[serde(rename = "2")]
    Http2,
}

/// How exactly arrivals are let go, and what that may cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Pacing {
    /// Wakes a moment early and watches the clock until the arrival is due: within a few microseconds, for part of a core.
    #[default]
    Precise,
    /// Sleeps until the arrival is due: tens of microseconds late, for no more than the sending costs.
    Economical,
}

/// A header sent with every request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HeaderPlan {
    /// Name.
    pub name: String,
    /// Value.
    pub value: MaybeSecret,
}

/// The exact bytes that built the requests and read the answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PluginIdentity {
    /// What users call it: its file's name.
    pub name: String,
    /// What its author calls it.
    pub title: String,
    /// Version by its author.
    pub version: String,
    /// SHA-256 of the component, `sha256:` and 64 hexadecimal digits.
    pub digest: String,
    /// Where it came from: `bundled`, or a path.
    pub origin: String,
}

/// One load and one rate held for one time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TrialPlan {
    /// Test case, by the name users call it.
    pub test_case: String,
    /// Its options, defaults filled in, secrets redacted.
    pub options: serde_json::Map<String, serde_json::Value>,
    /// Size of one request's work.
    pub load: Load,
    /// When requests are sent.
    pub load_model: LoadModel,
    /// Left out of the figures, before the steady state and in one schedule with it.
    pub warm_up: Span,
    /// Length of the steady state.
    pub duration: Span,
    /// Longest wait for an answer, from the intended start.
    pub timeout: Span,
    /// How exactly arrivals are let go.
    pub pacing: Pacing,
    /// Generator threads.
    pub threads: u32,
    /// Threads for test cases that take too long to be called between two requests.
    pub plugin_threads: u32,
    /// Most sockets at a time, over all threads; none: as many as are needed.
    pub connections: Option<u32>,
    /// Most arrivals under way at a time; beyond it they are dropped.
    pub max_in_flight: u32,
    /// Where each iteration's row of data comes from.
    pub feed: Option<FeedPlan>,
    /// What the steady state must fulfil, as typed; it is judged at the end.
    pub slo: Option<String>,
    /// What ends the trial as soon as one of it holds over a sliding window, as typed.
    pub abort_when: Option<String>,
    /// Length of that window: whole seconds, at least one.
    pub abort_window: Span,
}

/// A file with a row of data for each iteration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FeedPlan {
    /// The file, CSV with a head line or JSON lines.
    pub file: PathBuf,
    /// SHA-256 of it, `sha256:` and 64 hexadecimal digits.
    pub digest: String,
    /// Rows in it.
    pub rows: u64,
    /// What follows the last row.
    pub mode: FeedMode,
}

/// What follows the last row of a data feed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FeedMode {
    /// The first row again.
    #[default]
    Cycle,
    /// Nothing: an iteration without a row is not sent, and is a failure of its own.
    Unique,
}

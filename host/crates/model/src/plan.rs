//! What is to be done, resolved: nothing here is a default any more.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

use crate::units::{Load, Rate, Span};

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
    /// Its trials, in order.
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
    /// Arrivals a second.
    pub rate: Rate,
    /// Left out of the figures, before the steady state and in one schedule with it.
    pub warm_up: Span,
    /// Length of the steady state.
    pub duration: Span,
    /// Longest wait for an answer, from the intended start.
    pub timeout: Span,
    /// Generator threads.
    pub threads: u32,
    /// Threads for test cases that take too long to be called between two requests.
    pub plugin_threads: u32,
    /// Most sockets at a time, over all threads; none: as many as are needed.
    pub connections: Option<u32>,
    /// Most arrivals under way at a time; beyond it they are dropped.
    pub max_in_flight: u32,
}

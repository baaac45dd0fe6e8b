//! What is held or not by ours alone, without a peer.

/// One figure against its bound.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Claim {
    /// What was measured, with its figure.
    pub(crate) text: String,
    /// What is wanted of it.
    pub(crate) wanted: &'static str,
    /// Whether it is so.
    pub(crate) is_met: bool,
}

impl Claim {
    /// As a line of a report.
    pub(crate) fn line(&self) -> String {
        let verdict = if self.is_met { "pass" } else { "FAIL" };
        format!("{verdict}  {} (wanted: {})", self.text, self.wanted)
    }
}

//! What a call of a test case may use.

use model::Span;

use super::byte_size::ByteSize;

/// What a call of a test case may use, beyond which it fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PluginLimits {
    /// Longest time of one call.
    pub(crate) deadline: Span,
    /// Longest time of `configure`, once an instance.
    pub(crate) configure_deadline: Span,
    /// Most memory of one instance.
    pub(crate) memory: ByteSize,
}

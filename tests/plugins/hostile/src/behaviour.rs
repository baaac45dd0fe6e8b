//! The rules that can be broken, one at a time.

use serde::Deserialize;

/// Which rule it breaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Behaviour {
    /// None.
    #[default]
    Good,
    /// `configure` never returns.
    LoopInConfigure,
    /// `build-request` never returns.
    LoopInBuild,
    /// `read-response` never returns.
    LoopInRead,
    /// `configure` traps.
    TrapInConfigure,
    /// `build-request` writes a line to the log and traps.
    TrapInBuild,
    /// `read-response` traps.
    TrapInRead,
    /// `read-response` traps in iterations 0, 10, 20 and so on.
    TrapSometimes,
    /// `build-request` takes memory until there is none.
    Allocate,
    /// `build-request` keeps 64 bytes of each call for ever; a second step tells whether its state came through.
    Leak,
    /// `configure` finds its option wrong.
    RefuseOption,
    /// `build-request` fails.
    RefuseBuild,
    /// `read-response` fails.
    RefuseRead,
    /// A path that names another host.
    AbsoluteUrl,
    /// A path that does not start with `/`.
    PathWithoutSlash,
    /// A path that would end the request line.
    PathWithControlCharacter,
    /// A path of 65 KiB.
    HugePath,
    /// A header that is the host's.
    ForbiddenHeader,
    /// A header of the connection.
    ForbiddenHopByHop,
    /// A header name with a space in it.
    BadHeaderName,
    /// A header value that would begin a new header.
    BadHeaderValue,
    /// A body of 17 MiB.
    HugeBody,
    /// A reason of failure that was not declared.
    BadReason,
    /// A metric that was not declared.
    BadMetric,
    /// A metric that is no number.
    NanMetric,
    /// A server span that is no number.
    NanServerSpan,
    /// A second request that is due before the first answer.
    NegativeThinkTime,
    /// A second request with a state of 65 KiB.
    HugeState,
    /// One more request after each answer, for ever.
    Endless,
    /// `build-request` writes 100 000 lines to the log.
    DeepLog,
}

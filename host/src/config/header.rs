//! Which headers may be sent with every request.

use model::exchange::HEADERS_OF_THE_HOST;

use super::error::ConfigError;
use super::tree::Origin;

/// Why a text is no header.
pub(super) const NO_COLON: &str = "it has no colon";
/// Why a header of the host's is refused.
pub(super) const OF_THE_HOST: &str = "the tester sets it for each message";

/// Takes `Name: value` apart; the name comes back in lower case.
///
/// # Errors
/// When there is no colon.
pub(crate) fn split(typed: &str, position: usize, flag: &'static str) -> Result<(String, String), ConfigError> {
    // What was typed may be a secret: the message tells its position instead.
    let (name, value) = typed.split_once(':').ok_or_else(|| ConfigError::Header {
        name: format!("{position}"),
        reason: NO_COLON,
        origin: Origin::Flag(flag),
    })?;
    Ok((name.trim().to_ascii_lowercase(), value.trim().to_owned()))
}

/// Checks a header with its final value.
///
/// # Errors
/// When its name is not one, is the host's, or its value cannot stand in a header.
pub(crate) fn check(name: &str, value: &str, origin: &Origin) -> Result<(), ConfigError> {
    let is_token = |c: u8| c.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&c);
    let reason = if name.is_empty() {
        "its name is empty"
    } else if !name.bytes().all(is_token) {
        "its name has a character that a header's name cannot have"
    } else if HEADERS_OF_THE_HOST.contains(&name) {
        OF_THE_HOST
    } else if value.chars().any(|c| c.is_control() && c != '\t') {
        "its value has a line break or another control character"
    } else {
        return Ok(());
    };
    Err(ConfigError::Header { name: format!("`{}`", name.escape_debug()), reason, origin: origin.clone() })
}

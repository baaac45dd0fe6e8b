//! How the digest of a file is written, so that a figure can be traced to the exact bytes behind it.

use std::fmt::Write as _;

/// `sha256:` and 64 hexadecimal digits.
pub(crate) fn digest_text(sha256: &[u8]) -> String {
    let mut text = String::with_capacity("sha256:".len() + sha256.len() * 2);
    text.push_str("sha256:");
    sha256.iter().for_each(|byte| write!(text, "{byte:02x}").expect("a string takes all"));
    text
}

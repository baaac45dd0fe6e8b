//! What users call a plugin in a registry: `HOST/NAME:TAG`, `HOST/NAME@sha256:…`, or both.
//!
//! The grammar is that of the OCI Distribution Specification 1.1, with two things asked for that docker fills in: the
//! host, and a tag or a digest. What is fetched should not depend on a default that nobody sees.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::digest::Digest;

/// Longest host and name together, characters (OCI Distribution Specification 1.1, "Pulling manifests").
const LONGEST_NAME: usize = 255;
/// Longest tag, characters (ibid.).
const LONGEST_TAG: usize = 128;

/// A plugin in a registry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reference {
    host: String,
    name: String,
    tag: Option<String>,
    digest: Option<Digest>,
}

/// A text is no reference.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{}` is no reference: {what} (character {at})", crate::text::line(.text))]
pub struct NotAReference {
    /// The text.
    text: String,
    /// Where it goes wrong, characters from 1.
    at: usize,
    /// What is wrong there.
    what: String,
}

impl Reference {
    /// The registry, with its port if it has one.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The repository within the registry, as `team/analysis`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Registry and repository, as `registry.example/team/analysis`.
    pub fn repository(&self) -> String {
        format!("{}/{}", self.host, self.name)
    }

    /// The repository's last part, which is what the plugin is called.
    pub fn plugin_name(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or(&self.name)
    }

    /// The tag.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// Digest of the manifest.
    pub fn digest(&self) -> Option<Digest> {
        self.digest
    }

    /// The same, bound to a manifest.
    #[must_use]
    pub fn with_digest(&self, digest: Digest) -> Self {
        Self { digest: Some(digest), ..self.clone() }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.host, self.name)?;
        self.tag.iter().try_for_each(|tag| write!(f, ":{tag}"))?;
        self.digest.iter().try_for_each(|digest| write!(f, "@{digest}"))
    }
}

impl FromStr for Reference {
    type Err = NotAReference;

    fn from_str(text: &str) -> Result<Self, NotAReference> {
        let wrong = |at: usize, what: &str| NotAReference {
            text: text.to_owned(),
            at: text.get(..at).map_or(at, |before| before.chars().count()) + 1,
            what: what.to_owned(),
        };
        let (host, rest) =
            text.split_once('/').filter(|(host, _)| host.contains(['.', ':']) || *host == "localhost").ok_or_else(
                || wrong(0, "it begins with the registry's host, as in `registry.example/team/analysis:1.2`"),
            )?;
        if let Some(at) = wrong_host(host) {
            return Err(wrong(at, "a host is letters, digits, `.` and `-`, with `:PORT` if it needs one"));
        }
        let begin = host.len() + 1;
        let (rest, digest) = match rest.split_once('@') {
            None => (rest, None),
            Some((rest, digest)) => {
                let at = begin + rest.len() + 1;
                (rest, Some(digest.parse().map_err(|error: crate::NotADigest| wrong(at, &error.to_string()))?))
            }
        };
        let (name, tag) = rest.split_once(':').map_or((rest, None), |(name, tag)| (name, Some(tag)));
        if let Some(at) = wrong_name(name) {
            return Err(wrong(
                begin + at,
                "a name is parts of lower-case letters and digits, with single `.`, `_` or `-` within, separated by `/`",
            ));
        }
        if begin + name.len() > LONGEST_NAME {
            return Err(wrong(LONGEST_NAME, "host and name have at most 255 characters"));
        }
        if let Some(tag) = tag
            && let Some(at) = wrong_tag(tag)
        {
            let what = "a tag is at most 128 letters, digits, `_`, `.` and `-`, and begins with none of the last two";
            return Err(wrong(begin + name.len() + 1 + at, what));
        }
        if tag.is_none() && digest.is_none() {
            return Err(wrong(text.len(), "it ends with a tag or a digest: add `:TAG` or `@sha256:…`"));
        }
        Ok(Self { host: host.to_owned(), name: name.to_owned(), tag: tag.map(str::to_owned), digest })
    }
}

/// Where a host is wrong, bytes from its beginning.
fn wrong_host(host: &str) -> Option<usize> {
    // An address of version 6 has brackets, and colons of its own.
    let (address, port) = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((inner, port)) if inner.parse::<std::net::Ipv6Addr>().is_ok() => (&host[..inner.len() + 2], port),
        Some(_) => return Some(0),
        None => {
            let end = host.find(':').unwrap_or(host.len());
            let is_in_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
            if let Some(at) = host[..end].find(|c| !is_in_host(c)) {
                return Some(at);
            }
            if host[..end].split('.').any(|label| label.is_empty() || label.starts_with('-') || label.ends_with('-')) {
                return Some(0);
            }
            host.split_at(end)
        }
    };
    let is_port =
        |digits: &str| digits.bytes().all(|b| b.is_ascii_digit()) && digits.parse::<u16>().is_ok_and(|port| port > 0);
    (!port.is_empty() && !port.strip_prefix(':').is_some_and(is_port)).then_some(address.len())
}

/// Where a name is wrong, bytes from its beginning.
fn wrong_name(name: &str) -> Option<usize> {
    let mut begin = 0;
    for part in name.split('/') {
        let wrong = wrong_part(part);
        if wrong.is_some() {
            return wrong.map(|at| begin + at);
        }
        begin += part.len() + 1;
    }
    None
}

/// Words with one separator between two of them: `.`, `_`, `__`, or any number of `-`.
fn wrong_part(part: &str) -> Option<usize> {
    let mut since = 0;
    for (at, c) in part.char_indices() {
        if c.is_ascii_lowercase() || c.is_ascii_digit() {
            since = at + 1;
            continue;
        }
        let separator = &part[since..at + c.len_utf8()];
        let is_separator = matches!(separator, "." | "_" | "__") || separator.bytes().all(|byte| byte == b'-');
        if since == 0 || !is_separator {
            return Some(at);
        }
    }
    (part.is_empty() || since < part.len()).then_some(part.len())
}

/// Where a tag is wrong, bytes from its beginning.
fn wrong_tag(tag: &str) -> Option<usize> {
    let is_in_tag =
        |(at, c): (usize, char)| c.is_ascii_alphanumeric() || c == '_' || (at > 0 && matches!(c, '.' | '-'));
    let wrong = tag.char_indices().find(|each| !is_in_tag(*each)).map(|(at, _)| at);
    wrong.or_else(|| tag.is_empty().then_some(0)).or_else(|| (tag.len() > LONGEST_TAG).then_some(LONGEST_TAG))
}

#[cfg(test)]
#[path = "reference_tests.rs"]
mod tests;

//! Decides what a base URL means: whom to connect to, what `Host` to say, what stands before each path.

use std::collections::HashSet;
use std::fmt;
use std::net::{IpAddr, SocketAddr};

use http::Uri;
use model::TransportError;
use thiserror::Error;

use crate::resolve::Override;

/// Port of plain HTTP.
const HTTP_PORT: u16 = 80;
/// Port of HTTP over TLS.
const HTTPS_PORT: u16 = 443;

/// Why a text is no base URL. Name and password in it are never shown.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UrlError {
    /// It cannot be read.
    #[error("`{url}` is not a URL: {reason}; write it as `http://host:port`")]
    Malformed {
        /// As typed.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Nothing stands before the host.
    #[error("URL `{url}` has no scheme: write it as `http://host:port`")]
    NoScheme {
        /// As typed.
        url: String,
    },
    /// Neither HTTP nor HTTPS.
    #[error("URL `{url}` has scheme `{scheme}`, which is not HTTP: write it as `http://host:port`")]
    Scheme {
        /// As typed.
        url: String,
        /// What it has.
        scheme: String,
    },
    /// A name or a password stands before the host.
    #[error(
        "URL `{url}` has a user name in it: write it as `http://host:port`, and send an `Authorization` header instead"
    )]
    UserInfo {
        /// As typed, without them.
        url: String,
    },
    /// A query or a fragment stands after the path.
    #[error(
        "URL `{url}` has a {part}, but the test case gives it: write it as `http://host:port`, with a path if need be"
    )]
    Tail {
        /// As typed.
        url: String,
        /// `query` or `fragment`.
        part: &'static str,
    },
}

/// A base URL: host, port, and a path that stands before those of the requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    is_tls: bool,
    /// Name or address, without the brackets of IPv6.
    host: String,
    port: u16,
    /// Without a slash at its end; mostly empty.
    prefix: String,
    /// Where the host is; empty until it was looked up.
    addresses: Vec<SocketAddr>,
}

impl Origin {
    /// Reads a base URL. A host that is an address needs no looking up.
    ///
    /// # Errors
    /// When it is not `http[s]://host[:port][/path]`.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        let url = shown(text);
        let malformed = |reason: &str| UrlError::Malformed { url: url.clone(), reason: reason.to_owned() };
        let Some((scheme, rest)) = text.split_once("://") else {
            return Err(UrlError::NoScheme { url });
        };
        let is_tls = match scheme.to_ascii_lowercase().as_str() {
            "http" => false,
            "https" => true,
            _ => return Err(UrlError::Scheme { url, scheme: scheme.to_owned() }),
        };
        let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
        if authority.contains('@') {
            return Err(UrlError::UserInfo { url });
        }
        for (sign, part) in [('#', "fragment"), ('?', "query")] {
            if rest.contains(sign) {
                return Err(UrlError::Tail { url, part });
            }
        }
        let uri: Uri = text.parse().map_err(|error: http::uri::InvalidUri| malformed(&error.to_string()))?;
        let bare = uri.host().unwrap_or_default();
        let host = bare.trim_start_matches('[').trim_end_matches(']').to_owned();
        if host.is_empty() {
            return Err(malformed("it has no host"));
        }
        let port = match &authority[bare.len()..] {
            "" => default_port(is_tls),
            typed => {
                typed[1..].parse().ok().filter(|port| *port > 0).ok_or_else(|| malformed("its port is not one"))?
            }
        };
        let address = host.parse::<IpAddr>().ok().map(|ip| SocketAddr::new(ip, port));
        if address.is_none() && bare.starts_with('[') {
            return Err(malformed("what stands in brackets is no IPv6 address"));
        }
        let prefix = uri.path().trim_end_matches('/').to_owned();
        Ok(Self { is_tls, host, port, prefix, addresses: address.into_iter().collect() })
    }

    /// Finds the host's addresses, once and before a trial, so that no request waits for it: those that `overrides` give
    /// for it, or else those that the name service knows.
    ///
    /// # Errors
    /// When no host has this name, or the names cannot be asked.
    pub async fn resolve(&mut self, overrides: &[Override]) -> Result<&[SocketAddr], TransportError> {
        let given: Vec<_> = overrides.iter().flat_map(|entry| entry.addresses_of(&self.host, self.port)).collect();
        if !given.is_empty() {
            self.addresses = given;
        } else if self.addresses.is_empty() {
            let cannot = |reason: String| TransportError::Connect { address: self.address(), reason };
            let found = tokio::net::lookup_host((self.host.as_str(), self.port)).await;
            let found: Vec<_> = found.map_err(|error| cannot(unknown_host(&self.host, &error)))?.collect();
            if found.is_empty() {
                return Err(cannot(format!("host `{}` has no address", self.host)));
            }
            self.addresses = found;
        }
        let mut seen = HashSet::new();
        self.addresses.retain(|address| seen.insert(*address));
        Ok(&self.addresses)
    }

    /// It is spoken to through TLS.
    pub fn is_tls(&self) -> bool {
        self.is_tls
    }

    /// Name or address of the host, without the brackets of IPv6.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// An origin whose host has these addresses.
    #[cfg(test)]
    pub(crate) fn at(text: &str, addresses: &[SocketAddr]) -> Self {
        Self { addresses: addresses.to_vec(), ..Self::parse(text).expect("a URL") }
    }

    /// Host and port, as one connects to them.
    pub fn address(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// Addresses of the host; empty until it was looked up.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Host and port, as a request says them: without the port that goes without saying.
    pub(crate) fn host_header(&self) -> String {
        let mut address = self.address();
        if self.port == default_port(self.is_tls) {
            let end = address.rfind(':').expect("a port follows the host");
            address.truncate(end);
        }
        address
    }

    /// What a URL begins with.
    pub(crate) fn scheme(&self) -> http::uri::Scheme {
        if self.is_tls { http::uri::Scheme::HTTPS } else { http::uri::Scheme::HTTP }
    }

    /// What stands before the path of each request.
    pub(crate) fn prefix(&self) -> &str {
        &self.prefix
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme(), self.host_header(), self.prefix)
    }
}

fn default_port(is_tls: bool) -> u16 {
    if is_tls { HTTPS_PORT } else { HTTP_PORT }
}

fn unknown_host(host: &str, error: &std::io::Error) -> String {
    let said = error.to_string();
    let said = said.strip_prefix("failed to lookup address information: ").unwrap_or(&said);
    format!("host `{host}` was not found ({})", said.to_lowercase())
}

/// The URL without what stands before an `@`: that may be a password.
fn shown(text: &str) -> String {
    match text.rsplit_once('@') {
        None => text.to_owned(),
        Some((before, after)) => match before.split_once("://") {
            Some((scheme, _)) => format!("{scheme}://…@{after}"),
            None => format!("…@{after}"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> String {
        Origin::parse(text).map_or_else(|error| error.to_string(), |origin| format!("{origin} at {}", origin.address()))
    }

    #[test]
    fn base_urls_are_read() {
        assert_eq!(parsed("http://example.org"), "http://example.org at example.org:80");
        assert_eq!(parsed("HTTP://example.org:80/"), "http://example.org at example.org:80");
        assert_eq!(parsed("http://[::1]:8080/api/"), "http://[::1]:8080/api at [::1]:8080");
        assert_eq!(parsed("http://[::1]"), "http://[::1] at [::1]:80");
        assert_eq!(parsed("https://example.org/a"), "https://example.org/a at example.org:443");
        assert_eq!(parsed("https://[::1]:443"), "https://[::1] at [::1]:443");
        assert_eq!(parsed("https://h:80"), "https://h:80 at h:80");
        assert_eq!(parsed("http://h:443"), "http://h:443 at h:443");
        assert_eq!(parsed("http://10.0.0.1:65535/a/b"), "http://10.0.0.1:65535/a/b at 10.0.0.1:65535");
    }

    #[test]
    fn what_is_no_base_url_is_named_with_its_remedy() {
        for (text, told) in [
            ("localhost:8080", "`localhost:8080` has no scheme: write it as `http://host:port`"),
            ("", "`` has no scheme"),
            ("ftp://h/", "scheme `ftp`, which is not HTTP"),
            ("http://", "`http://` is not a URL"),
            ("http:///path", "`http:///path` is not a URL"),
            ("http://:80", "it has no host"),
            ("http://h:99999", "its port is not one"),
            ("http://h:0", "its port is not one"),
            ("http://h:", "its port is not one"),
            ("http://h:port", "is not a URL"),
            ("http://a b", "is not a URL"),
            ("http://[::1", "is not a URL"),
            ("http://[h]", "is not a URL"),
            ("http://h/?q=1", "has a query"),
            ("http://h?q", "has a query"),
            ("http://h/#top", "has a fragment"),
            ("http://user:pass@h", "`http://…@h` has a user name in it"),
            ("https://user:pass@h", "`https://…@h` has a user name in it"),
        ] {
            let said = parsed(text);
            assert!(said.contains(told), "{text}: {said}");
            assert!(said.contains("http://host:port"), "{text}: {said}");
            assert!(!said.contains("pass"), "{text}: {said}");
        }
    }

    #[tokio::test]
    async fn an_unknown_host_is_named() {
        let mut origin = Origin::parse("http://no-such-host.invalid:81").expect("a URL");
        let error = origin.resolve(&[]).await.expect_err("no such host").to_string();
        let start = "cannot connect to no-such-host.invalid:81: host `no-such-host.invalid` was not found (";
        assert!(error.starts_with(start), "{error}");
    }

    #[tokio::test]
    async fn a_known_host_is_looked_up_once() {
        let mut origin = Origin::parse("http://localhost:81").expect("a URL");
        assert_eq!(origin.addresses(), []);
        let found = origin.resolve(&[]).await.expect("localhost").to_vec();
        assert!(found.iter().all(|address| address.ip().is_loopback() && address.port() == 81), "{found:?}");
        assert_eq!(origin.addresses(), found);
    }
}

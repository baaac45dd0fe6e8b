//! Decides what the application may be asked, and where it finds itself.

use std::num::NonZeroU32;
use std::time::Duration;

use thiserror::Error;
use url::{Host, Url};

/// Largest n of `/fibonacci/{n}` unless told otherwise: 21 891 requests in all.
pub const DEFAULT_MAX_FIBONACCI: u32 = 20;
/// Largest n of `/fibonacci/{n}` that may be told: 331 million requests in all.
pub const HIGHEST_FIBONACCI: u32 = 40;
/// Largest n of `/bubble-sort?n=` unless told otherwise: a few seconds of one processor.
pub const DEFAULT_MAX_BUBBLE_SORT: u32 = 1 << 16;
/// Servers behind `/queue` unless told otherwise.
pub const DEFAULT_QUEUE_SERVERS: NonZeroU32 = NonZeroU32::MIN;
/// Time that each of them takes for a request unless told otherwise: one of them can take 200 requests a second.
pub const DEFAULT_QUEUE_SERVICE_TIME: Duration = Duration::from_millis(5);

/// Why the application cannot be served so.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ConfigError {
    /// Not a URL.
    #[error("`{url}` is not a URL by which the application can call itself: {reason}")]
    NotAUrl {
        /// As given.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Too much.
    #[error("an n of {asked} asks too much: the largest Fibonacci number to allow is that of {HIGHEST_FIBONACCI}")]
    TooLarge {
        /// As given.
        asked: u32,
    },
}

/// How the application is served.
#[derive(Debug, Clone)]
pub struct Config {
    pub(crate) app_url: AppUrl,
    pub(crate) max_fibonacci: u32,
    pub(crate) max_bubble_sort: u32,
    pub(crate) queue_servers: NonZeroU32,
    pub(crate) queue_service_time: Duration,
}

/// Where the application finds itself.
#[derive(Debug, Clone)]
pub(crate) struct AppUrl {
    pub(crate) host: String,
    pub(crate) port: u16,
    /// Host and port, as a request says them.
    pub(crate) authority: String,
    /// Without a slash at its end.
    pub(crate) prefix: String,
}

impl Config {
    /// Calls itself by `app_url`, and answers `/fibonacci/{n}` up to `max_fibonacci`.
    ///
    /// # Errors
    /// When `app_url` is not `http://host[:port][/path]`, or `max_fibonacci` is above [`HIGHEST_FIBONACCI`].
    pub fn new(app_url: &str, max_fibonacci: u32) -> Result<Self, ConfigError> {
        if max_fibonacci > HIGHEST_FIBONACCI {
            return Err(ConfigError::TooLarge { asked: max_fibonacci });
        }
        Ok(Self {
            app_url: AppUrl::parse(app_url)?,
            max_fibonacci,
            max_bubble_sort: DEFAULT_MAX_BUBBLE_SORT,
            queue_servers: DEFAULT_QUEUE_SERVERS,
            queue_service_time: DEFAULT_QUEUE_SERVICE_TIME,
        })
    }

    /// Answers `/bubble-sort?n=` up to this n.
    #[must_use]
    pub fn with_max_bubble_sort(self, max_bubble_sort: u32) -> Self {
        Self { max_bubble_sort, ..self }
    }

    /// Answers `/queue` when the request would have left a queue, first come first served, before so many servers, each of which
    /// takes `service_time` a request. Its capacity is `servers` / `service_time`.
    #[must_use]
    pub fn with_queue(self, servers: NonZeroU32, service_time: Duration) -> Self {
        Self { queue_servers: servers, queue_service_time: service_time, ..self }
    }
}

impl AppUrl {
    fn parse(text: &str) -> Result<Self, ConfigError> {
        let wrong = |reason: &str| ConfigError::NotAUrl { url: text.to_owned(), reason: reason.to_owned() };
        let url = Url::parse(text).map_err(|error| wrong(&error.to_string()))?;
        if url.scheme() != "http" {
            return Err(wrong("only `http` is spoken"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            // Not shown: it may be a password.
            return Err(ConfigError::NotAUrl { url: "…".to_owned(), reason: "it has a user name in it".to_owned() });
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("a query or a fragment has no place in it"));
        }
        let host = match url.host() {
            None => return Err(wrong("it has no host")),
            Some(Host::Ipv6(address)) => address.to_string(),
            Some(host) => host.to_string(),
        };
        let port = url.port_or_known_default().unwrap_or(80);
        let authority = url.authority().to_owned();
        Ok(Self { host, port, authority, prefix: url.path().trim_end_matches('/').to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_may_have_a_path_and_nothing_else() {
        let url = Config::new("http://[::1]:8080/app/", 1).expect("a URL").app_url;
        assert_eq!((url.host.as_str(), url.port, url.prefix.as_str()), ("::1", 8080, "/app"));
        assert_eq!(url.authority, "[::1]:8080");
        let url = Config::new("http://app", 1).expect("a URL").app_url;
        assert_eq!((url.host.as_str(), url.port, url.authority.as_str(), url.prefix.as_str()), ("app", 80, "app", ""));
        for (text, told) in [
            ("app:8080", "only `http` is spoken"),
            ("/", "relative URL without a base"),
            ("https://app", "only `http` is spoken"),
            ("http://app/?x", "a query or a fragment"),
            ("http://me:secret@app", "it has a user name"),
        ] {
            let said = Config::new(text, 1).expect_err("no URL").to_string();
            assert!(said.contains(told) && !said.contains("secret"), "{said}");
        }
    }

    #[test]
    fn what_would_never_end_is_refused() {
        assert_eq!(Config::new("http://app", 41).expect_err("too much"), ConfigError::TooLarge { asked: 41 });
    }
}

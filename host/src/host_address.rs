//! A host as users of `ssh` write it: `user@host:port`.

use std::str::FromStr;

use thiserror::Error;

/// Where a host is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HostAddress {
    /// User, if one was named.
    pub(crate) user: Option<String>,
    /// Name or address, without brackets.
    pub(crate) host: String,
    /// Port, if one was named.
    pub(crate) port: Option<u16>,
}

/// A text that names no host.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` is no host: {why}")]
pub(crate) struct HostAddressError {
    text: String,
    why: &'static str,
}

impl FromStr for HostAddress {
    type Err = HostAddressError;

    fn from_str(text: &str) -> Result<Self, HostAddressError> {
        let wrong = |why| HostAddressError { text: text.to_owned(), why };
        let (user, rest) = match text.rsplit_once('@') {
            Some(("", _)) => return Err(wrong("the user before `@` is missing")),
            Some((user, _)) if user.contains(':') => return Err(wrong("a password does not belong on a command line")),
            Some((user, rest)) => (Some(user.to_owned()), rest),
            None => (None, text),
        };
        let (host, port) = match rest.strip_prefix('[') {
            Some(rest) => {
                let (host, after) = rest.split_once(']').ok_or_else(|| wrong("a `]` is missing"))?;
                (host, after.strip_prefix(':').or_else(|| (!after.is_empty()).then_some("none")))
            }
            // Several colons are of an IPv6 address without a port.
            None => match rest.split_once(':') {
                Some((host, port)) if !port.contains(':') => (host, Some(port)),
                _ => (rest, None),
            },
        };
        let port = port.map(str::parse::<u16>).transpose().map_err(|_| wrong("the port is no number up to 65535"))?;
        if host.is_empty() || host.starts_with('-') || host.contains(char::is_whitespace) {
            return Err(wrong("write it as `host`, `user@host:port`, or `user@[::1]:22`"));
        }
        Ok(Self { user, host: host.to_owned(), port })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Option<String>, String, Option<u16>) {
        let HostAddress { user, host, port } = text.parse().unwrap_or_else(|error| panic!("{error}"));
        (user, host, port)
    }

    #[test]
    fn hosts_are_written_as_for_ssh() {
        assert_eq!(read("db"), (None, "db".into(), None));
        assert_eq!(read("root@10.0.0.1:2222"), (Some("root".into()), "10.0.0.1".into(), Some(2222)));
        assert_eq!(read("fe80::1%eth0"), (None, "fe80::1%eth0".into(), None));
        assert_eq!(read("a@b.c@[::1]:22"), (Some("a@b.c".into()), "::1".into(), Some(22)));
        assert_eq!(read("[::1]"), (None, "::1".into(), None));
    }

    #[test]
    fn what_is_no_host_is_refused_with_the_reason() {
        for (text, why) in [
            ("", "write it as"),
            ("@db", "user before `@`"),
            ("root:hunter2@db", "a password does not belong"),
            ("db:ssh", "port is no number"),
            ("db:70000", "port is no number"),
            ("[::1", "`]` is missing"),
            ("[::1]22", "port is no number"),
            ("-oProxyCommand=id", "write it as"),
        ] {
            let error = text.parse::<HostAddress>().expect_err(text);
            assert!(error.to_string().contains(why), "{error}");
        }
    }
}

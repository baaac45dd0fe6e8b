//! Decides what `host:port:address` means: addresses that stand in for what the name service says of a host.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use thiserror::Error;

/// Addresses that stand in for those of one host and port, as curl's `--resolve` writes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    host: String,
    port: u16,
    addresses: Vec<IpAddr>,
}

/// Why a text is no such entry.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{entry}` does not say where a host is: {reason}; write it as `host:port:address`, for example `{example}`")]
pub struct OverrideError {
    /// As typed.
    pub entry: String,
    /// What is wrong with it.
    pub reason: &'static str,
    /// One that is right.
    pub example: &'static str,
}

impl Override {
    /// Its addresses, when it is about this host and port.
    pub(crate) fn addresses_of(&self, host: &str, port: u16) -> impl Iterator<Item = SocketAddr> {
        let is_meant = self.port == port && self.host.eq_ignore_ascii_case(host);
        self.addresses.iter().filter(move |_| is_meant).map(move |ip| SocketAddr::new(*ip, port))
    }

    /// The host and port that it is about.
    pub fn address(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

impl FromStr for Override {
    type Err = OverrideError;

    fn from_str(text: &str) -> Result<Self, OverrideError> {
        let wrong = |reason| OverrideError { entry: text.to_owned(), reason, example: "example.org:443:192.0.2.1" };
        let (host, rest) = match text.strip_prefix('[') {
            Some(bracketed) => bracketed.split_once("]:").ok_or_else(|| wrong("it has no port"))?,
            None => text.split_once(':').ok_or_else(|| wrong("it has no port"))?,
        };
        match host {
            "" => return Err(wrong("it has no host")),
            "*" => return Err(wrong("`*` is no host: name the one that the URL names")),
            _ => {}
        }
        let (port, addresses) = rest.split_once(':').ok_or_else(|| wrong("it has no address"))?;
        let port = port.parse().ok().filter(|port| *port > 0).ok_or_else(|| wrong("its port is not one"))?;
        let addresses = addresses.split(',').map(|address| {
            let bare = address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(address);
            bare.parse().map_err(|_| wrong("its address is neither IPv4 nor IPv6"))
        });
        Ok(Self { host: host.to_owned(), port, addresses: addresses.collect::<Result<_, _>>()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, host: &str, port: u16) -> Vec<String> {
        let entry: Override = text.parse().expect("an entry");
        entry.addresses_of(host, port).map(|address| address.to_string()).collect()
    }

    #[test]
    fn an_entry_is_about_one_host_and_port() {
        assert_eq!(at("Demo:80:10.0.0.1", "demo", 80), ["10.0.0.1:80"]);
        assert_eq!(at("demo:80:10.0.0.1,[::1],::2", "demo", 80), ["10.0.0.1:80", "[::1]:80", "[::2]:80"]);
        assert_eq!(at("[::5]:80:::1", "::5", 80), ["[::1]:80"]);
        assert!(at("demo:80:10.0.0.1", "demo", 81).is_empty());
        assert!(at("demo:80:10.0.0.1", "other", 80).is_empty());
    }

    #[test]
    fn what_is_no_entry_is_named_with_its_remedy() {
        for (text, told) in [
            ("demo", "it has no port"),
            ("demo:80", "it has no address"),
            (":80:10.0.0.1", "it has no host"),
            ("*:80:10.0.0.1", "`*` is no host"),
            ("demo:x:10.0.0.1", "its port is not one"),
            ("demo:0:10.0.0.1", "its port is not one"),
            ("demo:80:other", "its address is neither IPv4 nor IPv6"),
            ("demo:80:10.0.0.1,", "its address is neither IPv4 nor IPv6"),
        ] {
            let said = text.parse::<Override>().expect_err("no entry").to_string();
            assert!(said.contains(told) && said.contains("write it as `host:port:address`"), "{text}: {said}");
        }
    }
}

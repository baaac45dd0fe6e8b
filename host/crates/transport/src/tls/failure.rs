//! Decides what a failure of TLS is called, and how to mend it.

use std::error::Error as _;
use std::io;

use rustls::pki_types::ServerName;
use rustls::{AlertDescription, CertificateError, Error};

use super::given::is_an_authoritys;

/// What TLS says, when it is TLS that failed.
pub(crate) fn of_tls(error: &io::Error) -> Option<&Error> {
    error.get_ref().and_then(|inner| inner.downcast_ref())
}

/// Why TLS was not agreed, for a person.
pub(crate) fn plain(error: &io::Error) -> String {
    match of_tls(error) {
        Some(error) => told(error),
        None if error.kind() == io::ErrorKind::UnexpectedEof => {
            "closed by the other side during the TLS handshake".to_owned()
        }
        None => format!("{} during the TLS handshake", crate::connect::plain(error)),
    }
}

/// A failure of TLS, for a person.
pub(crate) fn told(error: &Error) -> String {
    match error {
        error if is_an_authoritys(error) => {
            "the certificate is an authority's, shown as the target's own: give that very \
             certificate with `--cacert`, or accept it with `--insecure`"
                .to_owned()
        }
        Error::InvalidCertificate(error) => certificate(error),
        Error::InvalidMessage(_) => {
            "the other side does not speak TLS on this port: write the URL as `http://…`, or with the port of TLS"
                .to_owned()
        }
        Error::AlertReceived(alert) => refused(*alert),
        Error::NoApplicationProtocol => no_protocol(),
        Error::PeerIncompatible(reason) => format!("the other side's TLS is too old or too different ({reason:?})"),
        error => format!("TLS failed ({error})").replace(['\n', '\r'], " "),
    }
}

fn refused(alert: AlertDescription) -> String {
    match alert {
        AlertDescription::CertificateRequired => {
            "the target wants a client certificate: give one with `--cert` and `--key`".to_owned()
        }
        // A target looks at no other certificate than the client's.
        AlertDescription::UnknownCA
        | AlertDescription::BadCertificate
        | AlertDescription::CertificateUnknown
        | AlertDescription::AccessDenied
        | AlertDescription::CertificateExpired
        | AlertDescription::CertificateRevoked
        | AlertDescription::UnsupportedCertificate => format!(
            "the target refuses the client certificate, or misses it ({alert:?}): give one that it trusts with `--cert` \
             and `--key`"
        ),
        AlertDescription::NoApplicationProtocol => no_protocol(),
        AlertDescription::ProtocolVersion => "the target speaks neither TLS 1.2 nor TLS 1.3".to_owned(),
        AlertDescription::UnrecognisedName => {
            "the target does not know this host name: connect by its name, with `--resolve` if need be".to_owned()
        }
        AlertDescription::HandshakeFailure => {
            "the target refuses the TLS handshake; if it wants a client certificate, give one with `--cert` and `--key`"
                .to_owned()
        }
        alert => format!("the target refuses the TLS handshake ({alert:?})"),
    }
}

fn no_protocol() -> String {
    "the target does not offer the wanted version of HTTP: leave `--http` out, and it chooses".to_owned()
}

fn certificate(error: &CertificateError) -> String {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "the certificate has expired: renew it, or accept it with `--insecure`".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "the certificate is not valid yet: set the clocks right, or accept it with `--insecure`".to_owned()
        }
        CertificateError::NotValidForName => {
            "the certificate is for another host: connect by its name, with `--resolve` if need be, or accept it with \
             `--insecure`"
                .to_owned()
        }
        CertificateError::NotValidForNameContext { expected, presented } => {
            let expected = match expected {
                ServerName::DnsName(name) => name.as_ref().to_owned(),
                ServerName::IpAddress(ip) => std::net::IpAddr::from(*ip).to_string(),
                other => format!("{other:?}"),
            };
            let presented = if presented.is_empty() { "none".to_owned() } else { names(presented) };
            format!(
                "the certificate is not for `{expected}` (its names: {presented}): connect by its name, with `--resolve` \
                 if need be, or accept it with `--insecure`"
            )
        }
        CertificateError::Revoked => "the certificate was revoked".to_owned(),
        CertificateError::UnknownIssuer => not_trusted(""),
        // webpki has words of its own for what is rare.
        CertificateError::Other(other) => {
            let said = other.source().map_or_else(|| other.to_string(), ToString::to_string);
            not_trusted(&format!(" ({said})"))
        }
        error => not_trusted(&format!(" ({error})")),
    }
}

fn not_trusted(why: &str) -> String {
    format!("the certificate is not trusted{why}: give its authority with `--cacert`, or accept it with `--insecure`")
}

/// Names as rustls writes them (`DnsName("a")`), as a person does.
fn names(presented: &[String]) -> String {
    let bare = presented.iter().map(|name| name.split('"').nth(1).unwrap_or(name));
    bare.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

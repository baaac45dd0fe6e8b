//! Decides whom TLS trusts and who it says we are. Loaded once a run, shared by all threads.
//!
//! The authorities of the system are trusted, and those of a file beside them. The name in the URL is what the certificate
//! is checked against and what the target is told (SNI). TLS 1.2 and 1.3 by rustls with ring. Sessions are resumed where
//! the target allows it, as browsers and services do: a full handshake for each connection is not what a target sees in use.

mod failure;
mod given;
mod trust_all;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::plan::{ConnectionPlan, HttpVersion};
use rustls::client::WebPkiServerVerifier;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use thiserror::Error;

pub(crate) use failure::{of_tls, plain, told};

/// Names of the versions in ALPN.
pub(crate) const ALPN_HTTP2: &[u8] = b"h2";
const ALPN_HTTP1: &[u8] = b"http/1.1";

/// Why the files for TLS cannot be used.
#[derive(Debug, Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("cannot read {what} file `{}`: {source}", path.display())]
    Read {
        /// What it is for.
        what: &'static str,
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file holds something else.
    #[error("{what} file `{}` {reason}: it is to be PEM, with `-----BEGIN {section}-----`", path.display())]
    Content {
        /// What it is for.
        what: &'static str,
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
        /// What is to be in it.
        section: &'static str,
    },
    /// A certificate of the file cannot be trusted.
    #[error("certificate {index} of the authority file `{}` cannot be used: {reason}", path.display())]
    Authority {
        /// Which file.
        path: PathBuf,
        /// Which one in it, from 1.
        index: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// Key and certificate do not belong together, or are of a kind that is not known.
    #[error(
        "client certificate `{}` cannot be used with key `{}`: {reason}; give the key that the certificate was made for",
        certificate.display(), key.display()
    )]
    Client {
        /// File with the certificate.
        certificate: PathBuf,
        /// File with the key.
        key: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// One without the other.
    #[error("the client's {given} is given without its {missing}: give both, with `--cert` and `--key`")]
    Half {
        /// `certificate` or `key`.
        given: &'static str,
        /// The other one.
        missing: &'static str,
    },
    /// Nobody is trusted.
    #[error(
        "this machine has no trusted certificates{detail}: install `ca-certificates`, or give the target's authority \
         with `--cacert`"
    )]
    NoAuthority {
        /// What was met while looking for them; empty or in brackets.
        detail: String,
    },
}

/// Whom TLS trusts, and who it says we are.
pub struct TlsSettings {
    both: Arc<ClientConfig>,
    http1: Arc<ClientConfig>,
    http2: Arc<ClientConfig>,
}

impl TlsSettings {
    /// Reads what the plan names.
    ///
    /// With [`ConnectionPlan::insecure`] **no certificate is checked at all**: whoever answers is believed to be the target
    /// and is sent all headers, secrets included. It is for tests against targets of one's own.
    ///
    /// # Errors
    /// When a file cannot be used, or nobody is trusted.
    pub fn load(plan: &ConnectionPlan) -> Result<Arc<Self>, TlsError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .expect("ring has the cipher suites of TLS 1.2 and 1.3");
        let builder = if plan.insecure {
            builder.dangerous().with_custom_certificate_verifier(Arc::new(trust_all::TrustAll::new(provider)))
        } else {
            let given = match &plan.ca_certificates {
                Some(path) => certificates("authority", path)?,
                None => Vec::new(),
            };
            let roots = Arc::new(authorities(&given, plan.ca_certificates.as_deref())?);
            let issued = WebPkiServerVerifier::builder_with_provider(roots, provider).build();
            let issued = issued.expect("there are authorities, and no revocation lists");
            builder.dangerous().with_custom_certificate_verifier(Arc::new(given::GivenOrIssued::new(issued, given)))
        };
        let config = match (&plan.client_certificate, &plan.client_key) {
            (None, None) => builder.with_no_client_auth(),
            (Some(_), None) => return Err(TlsError::Half { given: "certificate", missing: "key" }),
            (None, Some(_)) => return Err(TlsError::Half { given: "key", missing: "certificate" }),
            (Some(certificate), Some(key)) => {
                let chain = certificates("client certificate", certificate)?;
                builder.with_client_auth_cert(chain, private_key(key)?).map_err(|error| TlsError::Client {
                    certificate: certificate.clone(),
                    key: key.clone(),
                    reason: error.to_string().to_lowercase(),
                })?
            }
        };
        let with = |protocols: &[&[u8]]| {
            let mut config = config.clone();
            config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
            Arc::new(config)
        };
        Ok(Arc::new(Self {
            both: with(&[ALPN_HTTP2, ALPN_HTTP1]),
            http1: with(&[ALPN_HTTP1]),
            http2: with(&[ALPN_HTTP2]),
        }))
    }

    /// What offers the target these versions.
    pub(crate) fn client(&self, http: HttpVersion) -> Arc<ClientConfig> {
        Arc::clone(match http {
            HttpVersion::Auto => &self.both,
            HttpVersion::Http1 => &self.http1,
            HttpVersion::Http2 => &self.http2,
        })
    }
}

impl fmt::Debug for TlsSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsSettings").finish_non_exhaustive()
    }
}

/// The name that a certificate is checked against.
pub(crate) fn server_name(host: &str) -> Result<ServerName<'static>, String> {
    ServerName::try_from(host.to_owned()).map_err(|_| format!("`{host}` is no name that a certificate can have"))
}

/// Those of the system, and those given, which were read from `path`.
fn authorities(given: &[CertificateDer<'static>], path: Option<&Path>) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    let native = rustls_native_certs::load_native_certs();
    // Old machines have some that no one can read any more: the rest is as good as before.
    roots.add_parsable_certificates(native.certs);
    for (index, certificate) in given.iter().enumerate() {
        roots.add(certificate.clone()).map_err(|error| TlsError::Authority {
            path: path.unwrap_or(Path::new("")).to_owned(),
            index: index + 1,
            reason: error.to_string(),
        })?;
    }
    if roots.is_empty() {
        let detail = native.errors.first().map(|error| format!(" ({error})")).unwrap_or_default();
        return Err(TlsError::NoAuthority { detail });
    }
    Ok(roots)
}

fn certificates(what: &'static str, path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    const SECTION: &str = "CERTIFICATE";
    let found = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let found = found.map_err(|error| unreadable(what, path, SECTION, error))?;
    if found.is_empty() {
        return Err(unreadable(what, path, SECTION, pem::Error::NoItemsFound));
    }
    Ok(found)
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    PrivateKeyDer::from_pem_file(path).map_err(|error| unreadable("client key", path, "PRIVATE KEY", error))
}

fn unreadable(what: &'static str, path: &Path, section: &'static str, error: pem::Error) -> TlsError {
    let path = path.to_owned();
    let reason = match error {
        pem::Error::Io(source) if source.kind() != io::ErrorKind::InvalidData => {
            return TlsError::Read { what, path, source };
        }
        pem::Error::NoItemsFound => "has none in it".to_owned(),
        error => format!("cannot be understood ({error})"),
    };
    TlsError::Content { what, path, reason, section }
}

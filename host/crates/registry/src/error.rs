//! Why a registry, or what was pulled from it, cannot be used.

use std::path::PathBuf;

use thiserror::Error;

use crate::digest::Digest;
use crate::reference::Reference;
use crate::registry::is_loopback;

/// Why a registry, or what was pulled from it, cannot be used. Texts of registries in it are cut, and fit for a terminal.
#[derive(Debug, Error)]
pub enum RegistryError {
    /// No connection, or one that broke.
    #[error("cannot reach registry `{host}`: {cause}")]
    Unreachable {
        /// The registry.
        host: String,
        /// Why.
        cause: String,
    },
    /// It took too long.
    #[error("registry `{host}` did not answer in time: {cause}")]
    TimedOut {
        /// The registry.
        host: String,
        /// What took too long.
        cause: String,
    },
    /// No right to do this.
    #[error("registry `{host}` refuses {}: {cause}", if *.is_logged_in { "this login" } else { "access without login" })]
    Unauthorized {
        /// The registry.
        host: String,
        /// Whether a login was found for it.
        is_logged_in: bool,
        /// What it says.
        cause: String,
    },
    /// The login of docker's config cannot be used.
    #[error("cannot read the login for registry `{host}`: {cause}")]
    Login {
        /// The registry.
        host: String,
        /// Why.
        cause: String,
    },
    /// Nothing has this name.
    #[error("there is no `{reference}`")]
    NotFound {
        /// What was asked for.
        reference: Box<Reference>,
    },
    /// Something else than a component.
    #[error("`{reference}` is no WebAssembly component: {what}")]
    NotAComponent {
        /// What was asked for.
        reference: Box<Reference>,
        /// What it is.
        what: String,
    },
    /// A component beyond the limit.
    #[error("`{reference}` has {size} bytes; a plugin has at most {most}")]
    TooLarge {
        /// What was asked for.
        reference: Box<Reference>,
        /// Its size, bytes.
        size: u64,
        /// The limit, bytes.
        most: u64,
    },
    /// Other bytes than their digest says.
    #[error("`{reference}` came with other bytes than its digest says: {cause}")]
    Tampered {
        /// What was asked for.
        reference: Box<Reference>,
        /// Which.
        cause: String,
    },
    /// The registry says no, for another reason.
    #[error("registry `{host}` refuses: {cause}")]
    Refused {
        /// The registry.
        host: String,
        /// What it says.
        cause: String,
    },
    /// Where one cannot push to.
    #[error("cannot push to `{reference}`: a digest cannot be chosen")]
    PushByDigest {
        /// Where to.
        reference: Box<Reference>,
    },
    /// A tag stands for something else than when it was accepted.
    #[error("`{reference}` has moved since it was accepted")]
    Moved {
        /// The reference.
        reference: Box<Reference>,
        /// Manifest that was accepted.
        locked: Digest,
        /// Manifest that it stands for now.
        found: Digest,
    },
    /// A lock file that is not in its form.
    #[error("lock file `{}` is not valid: {what}", path.display())]
    Lock {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// A file cannot be read or written.
    #[error("cannot {verb} `{}`: {source}", path.display())]
    File {
        /// `read` or `write`.
        verb: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The client itself failed.
    #[error("the registry client failed: {0}")]
    Client(String),
}

impl RegistryError {
    /// How to mend it.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Unreachable { host, cause } if cause.contains("certificate") => format!(
                "its certificate must be of an authority that this system trusts; `--insecure-registry {host}` sends \
                 without encryption"
            ),
            Self::Unreachable { host, .. } if is_loopback(host) => "is it running?".to_owned(),
            Self::Unreachable { host, .. } => {
                format!("is the name right? a registry that does not speak TLS needs `--insecure-registry {host}`")
            }
            Self::TimedOut { .. } => "try again; what was pulled before works without the registry".to_owned(),
            Self::Unauthorized { host, is_logged_in: false, .. } => format!("log in: `docker login {host}`"),
            Self::Unauthorized { host, .. } => {
                format!("log in anew: `docker login {host}`; or ask who runs it for the right to do this")
            }
            Self::Login { host, .. } => format!("log in anew: `docker login {host}`"),
            Self::NotFound { .. } => {
                "are name and tag right? some registries also say so when one must log in".to_owned()
            }
            Self::NotAComponent { .. } => {
                "push it with `cluster-tester plugin push FILE REF` or `wkg oci push REF FILE`".to_owned()
            }
            Self::Tampered { .. } => "do not use it; ask who runs the registry".to_owned(),
            Self::PushByDigest { .. } => "name a tag instead".to_owned(),
            Self::Moved { reference, locked, .. } => format!(
                "to accept what it is now: `cluster-tester plugin pull --update {reference}`; to keep what it was, name \
                 `{}`",
                reference.with_digest(*locked)
            ),
            Self::Lock { .. } => "restore it from version control, or remove it and pull again".to_owned(),
            Self::TooLarge { .. } | Self::Refused { .. } | Self::File { .. } | Self::Client(_) => return None,
        })
    }
}

//! Tells from what the client reports why a registry could not be used.

use std::error::Error;

use oci_client::errors::{DigestError, OciDistributionError, OciErrorCode};

use crate::error::RegistryError;
use crate::reference::Reference;
use crate::text;

/// What was asked for, and how.
pub(crate) struct Asked {
    /// What was asked for.
    pub(crate) reference: Reference,
    /// Whether a login was found for it.
    pub(crate) is_logged_in: bool,
}

/// Why it did not work: told already, or as the client reports it.
pub(crate) enum Failure {
    /// Told.
    Told(Box<RegistryError>),
    /// By the client.
    Client(Box<OciDistributionError>),
}

impl From<RegistryError> for Failure {
    fn from(error: RegistryError) -> Self {
        Self::Told(Box::new(error))
    }
}

impl From<OciDistributionError> for Failure {
    fn from(error: OciDistributionError) -> Self {
        Self::Client(Box::new(error))
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Client(Box::new(OciDistributionError::IoError(error)))
    }
}

impl Failure {
    /// In our words.
    pub(crate) fn told(self, asked: &Asked) -> RegistryError {
        match self {
            Self::Told(error) => *error,
            Self::Client(error) => of_client(&error, asked),
        }
    }
}

fn of_client(error: &OciDistributionError, asked: &Asked) -> RegistryError {
    let reference = Box::new(asked.reference.clone());
    let host = reference.host().to_owned();
    let unauthorized = |cause: &str| RegistryError::Unauthorized {
        host: host.clone(),
        is_logged_in: asked.is_logged_in,
        cause: text::line(cause),
    };
    match error {
        OciDistributionError::AuthenticationFailure(cause) => unauthorized(&message(cause)),
        OciDistributionError::UnauthorizedError { .. } => unauthorized("not authorized"),
        OciDistributionError::ImageManifestNotFoundError(_) => RegistryError::NotFound { reference },
        OciDistributionError::ServerError { code, message: body, .. } => match code {
            401 | 403 => unauthorized(&message(body)),
            404 => RegistryError::NotFound { reference },
            code => RegistryError::Refused { host, cause: text::line(&format!("status {code}, {}", message(body))) },
        },
        OciDistributionError::RegistryError { envelope, .. } => {
            use OciErrorCode::{
                BlobUnknown, Denied, ManifestBlobUnknown, ManifestUnknown, NameUnknown, NotFound, Unauthorized,
            };
            let said: Vec<&str> = envelope.errors.iter().map(|error| error.message.as_str()).collect();
            let cause = if said.is_empty() { "it says nothing more".to_owned() } else { said.join(", ") };
            match envelope.errors.first().map(|error| &error.code) {
                Some(Unauthorized | Denied) => unauthorized(&cause),
                Some(BlobUnknown | ManifestBlobUnknown | ManifestUnknown | NameUnknown | NotFound) => {
                    RegistryError::NotFound { reference }
                }
                _ => RegistryError::Refused { host, cause: text::line(&cause) },
            }
        }
        OciDistributionError::DigestError(error) => {
            RegistryError::Tampered { reference, cause: text::line(&error.to_string()) }
        }
        OciDistributionError::RequestError(error) if error.is_timeout() => {
            RegistryError::TimedOut { host, cause: causes(error) }
        }
        OciDistributionError::RequestError(error) => RegistryError::Unreachable { host, cause: causes(error) },
        OciDistributionError::IoError(error) => of_stream(error, reference),
        error => RegistryError::Refused { host, cause: causes(error) },
    }
}

/// While a component arrives, the client reports all as errors of the stream.
fn of_stream(error: &std::io::Error, reference: Box<Reference>) -> RegistryError {
    let host = reference.host().to_owned();
    let mut source: Option<&(dyn Error + 'static)> = error.get_ref().map(|inner| inner as _);
    while let Some(inner) = source {
        if inner.is::<DigestError>() {
            return RegistryError::Tampered { reference, cause: text::line(&inner.to_string()) };
        }
        // Of the client's time-outs only the text is seen from here.
        if inner.to_string().contains("timed out") {
            return RegistryError::TimedOut { host, cause: causes(error) };
        }
        source = inner.source();
    }
    RegistryError::Unreachable { host, cause: causes(error) }
}

/// What a registry says in a body: the messages if they are in the form of the specification, else the text.
fn message(body: &str) -> String {
    let envelope = serde_json::from_str::<oci_client::errors::OciEnvelope>(body);
    let messages = |envelope: oci_client::errors::OciEnvelope| {
        envelope.errors.into_iter().map(|error| error.message).collect::<Vec<_>>().join(", ")
    };
    envelope.map_or_else(|_| body.to_owned(), messages)
}

/// The innermost cause of an error, and what surrounds it, without addresses: as a line.
pub(crate) fn causes(error: &(dyn Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    text::line(&innermost.to_string())
}

//! Asks registries, one plugin at a time, within bounds of time and size.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use oci_client::client::{Client, ClientConfig, ClientProtocol};
use oci_client::manifest::{IMAGE_MANIFEST_MEDIA_TYPE, OCI_IMAGE_INDEX_MEDIA_TYPE};
use oci_client::secrets::RegistryAuth;
use oci_client::{Reference as Image, RegistryOperation};

use crate::digest::Digest;
use crate::error::RegistryError;
use crate::failure::{Asked, Failure};
use crate::layout::{self, Artifact};
use crate::reference::Reference;
use crate::{credentials, failure};

/// Largest component, bytes; the largest known plugin has 18 MB.
pub const MOST_BYTES: u64 = 256 * 1024 * 1024;

/// Hears how much of a component is there: bytes so far, and of how many.
pub type Progress = Arc<dyn Fn(u64, u64) + Send + Sync>;

/// How registries are asked.
#[derive(Debug, Clone)]
pub struct RegistryConfig {
    /// Registries, as `host` or `host:port`, that are spoken to without TLS; those on a loopback address always are.
    pub insecure: Vec<String>,
    /// Longest wait for a connection.
    pub connect_timeout: Duration,
    /// Longest time in which nothing arrives.
    pub idle_timeout: Duration,
    /// Longest time for all of one request of ours.
    pub timeout: Duration,
}

impl Default for RegistryConfig {
    fn default() -> Self {
        Self {
            insecure: Vec::new(),
            connect_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(60),
            timeout: Duration::from_secs(600),
        }
    }
}

/// Asks registries.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    config: RegistryConfig,
}

/// What a reference stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Digest of the manifest.
    pub manifest: Digest,
    /// Digest of the component.
    pub component: Digest,
    /// Size of the component, bytes; at most [`MOST_BYTES`].
    pub size: u64,
}

impl Registry {
    /// Asks as the config says.
    pub fn new(config: RegistryConfig) -> Self {
        Self { config }
    }

    /// What a reference stands for now; nothing but its manifest is fetched.
    ///
    /// # Errors
    /// When the registry cannot be asked, does not have it, or has something else than a component.
    pub fn find(&self, reference: &Reference) -> Result<Found, RegistryError> {
        let reference = Box::new(reference.clone());
        self.ask(&reference.clone(), RegistryOperation::Pull, move |client, image, auth| async move {
            let accepted = [layout::MANIFEST, IMAGE_MANIFEST_MEDIA_TYPE, OCI_IMAGE_INDEX_MEDIA_TYPE];
            let (manifest, _) = client.pull_manifest_raw(&image, &auth, &accepted).await?;
            // Of these bytes, whatever the registry calls them.
            let digest = Digest::of(&manifest);
            if reference.digest().is_some_and(|asked| asked != digest) {
                return Err(RegistryError::Tampered { cause: format!("its manifest is {digest}"), reference }.into());
            }
            let (component, size) = layout::component(&manifest)
                .map_err(|what| RegistryError::NotAComponent { reference: reference.clone(), what })?;
            if size > MOST_BYTES {
                return Err(RegistryError::TooLarge { reference, size, most: MOST_BYTES }.into());
            }
            Ok(Found { manifest: digest, component, size })
        })
    }

    /// Fetches the component that was found, and checks its digest.
    ///
    /// # Errors
    /// When the registry cannot be asked, or sends other bytes.
    pub fn fetch(&self, reference: &Reference, found: Found, progress: Progress) -> Result<Vec<u8>, RegistryError> {
        let reference = Box::new(reference.clone());
        self.ask(&reference.clone(), RegistryOperation::Pull, move |client, image, _| async move {
            // By its digest alone: other addresses that a manifest may name for it are not asked.
            let digest = found.component.to_string();
            let mut stream = client.pull_blob_stream(&image, digest.as_str()).await?;
            let mut bytes = Vec::new();
            while let Some(part) = stream.next().await {
                bytes.extend_from_slice(&part?);
                let so_far = bytes.len() as u64;
                if so_far > found.size {
                    let cause = format!("it is longer than the {} bytes that its manifest says", found.size);
                    return Err(RegistryError::Tampered { reference, cause }.into());
                }
                progress(so_far, found.size);
            }
            let digest = Digest::of(&bytes);
            if digest != found.component {
                return Err(RegistryError::Tampered { cause: format!("it is {digest}"), reference }.into());
            }
            Ok(bytes)
        })
    }

    /// Pushes a component that exports and imports these interfaces. The same component gets the same digests everywhere.
    ///
    /// # Errors
    /// When the reference has a digest, or the registry cannot be asked or refuses.
    pub fn push(
        &self,
        reference: &Reference,
        component: Vec<u8>,
        exports: &[String],
        imports: &[String],
    ) -> Result<Found, RegistryError> {
        let size = component.len() as u64;
        if reference.digest().is_some() {
            return Err(RegistryError::PushByDigest { reference: Box::new(reference.clone()) });
        }
        if size > MOST_BYTES {
            return Err(RegistryError::TooLarge { reference: Box::new(reference.clone()), size, most: MOST_BYTES });
        }
        let artifact = Artifact::of(&component, exports, imports);
        self.ask(reference, RegistryOperation::Push, move |client, image, _| async move {
            let found = Found { manifest: Digest::of(&artifact.manifest), component: Digest::of(&component), size };
            // The manifest last: until it is there, the tag stands for what it stood for.
            client.push_blob(&image, component, &found.component.to_string()).await?;
            let config = Digest::of(&artifact.config).to_string();
            client.push_blob(&image, artifact.config, &config).await?;
            let media_type = layout::MANIFEST.parse().expect("a media type is a header value");
            client.push_manifest_raw(&image, artifact.manifest, media_type).await?;
            Ok(found)
        })
    }

    /// Logs in and does something, within the time that it may take.
    fn ask<T, W, F>(&self, reference: &Reference, operation: RegistryOperation, what: W) -> Result<T, RegistryError>
    where
        T: Send + 'static,
        W: FnOnce(Client, Image, RegistryAuth) -> F + Send + 'static,
        F: Future<Output = Result<T, Failure>> + Send,
    {
        let auth = credentials::of(reference.host())?;
        let asked = Asked { reference: reference.clone(), is_logged_in: auth != RegistryAuth::Anonymous };
        let client = self.client(reference.host())?;
        let image = image(reference);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| RegistryError::Client(error.to_string()))?;
        let doing = async move {
            // Explicitly: the client itself would go on without a login that failed, and so hide why.
            client.auth(&image, &auth, operation).await?;
            what(client, image, auth).await
        };
        // As a task of its own: a registry that breaks the client breaks this request, and nothing else.
        let task = runtime.block_on(async { tokio::spawn(tokio::time::timeout(self.config.timeout, doing)).await });
        match task {
            Ok(Ok(done)) => done.map_err(|failure| failure.told(&asked)),
            Ok(Err(_)) => Err(RegistryError::TimedOut {
                host: asked.reference.host().to_owned(),
                cause: format!("it was not done after {} s", self.config.timeout.as_secs_f64()),
            }),
            Err(_) => Err(RegistryError::Client("it broke off, at something that the registry sent".to_owned())),
        }
    }

    fn client(&self, host: &str) -> Result<Client, RegistryError> {
        // The one of the process if it has one; else ours, which is the one that the rest of the tester uses.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let is_plain = is_loopback(host) || self.config.insecure.iter().any(|insecure| insecure == host);
        let config = ClientConfig {
            protocol: if is_plain { ClientProtocol::Http } else { ClientProtocol::Https },
            connect_timeout: Some(self.config.connect_timeout),
            read_timeout: Some(self.config.idle_timeout),
            user_agent: concat!("cluster-tester/", env!("CARGO_PKG_VERSION")),
            platform_resolver: None,
            ..ClientConfig::default()
        };
        Client::try_from(config).map_err(|error| RegistryError::Client(failure::causes(&error)))
    }
}

/// Whether a host is this machine, by its name alone.
pub(crate) fn is_loopback(host: &str) -> bool {
    let name = host.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(inner, _)| inner);
    let name = name.unwrap_or_else(|| host.split(':').next().unwrap_or(host));
    name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn image(reference: &Reference) -> Image {
    let (host, name) = (reference.host().to_owned(), reference.name().to_owned());
    match (reference.digest(), reference.tag()) {
        (Some(digest), _) => Image::with_digest(host, name, digest.to_string()),
        (None, tag) => Image::with_tag(host, name, tag.unwrap_or("latest").to_owned()),
    }
}

#[cfg(test)]
#[path = "registry_tests.rs"]
mod tests;

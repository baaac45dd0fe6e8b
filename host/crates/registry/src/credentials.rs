//! The login for a registry, from where `docker login` keeps it: docker's config and its credential helpers.

use docker_credential::{CredentialRetrievalError as Error, DockerCredential};
use oci_client::secrets::RegistryAuth;

use crate::error::RegistryError;
use crate::text;

/// Docker's own registry has its login under this name.
const DOCKER_HUB: &str = "https://index.docker.io/v1/";

/// The login for a registry; without one, access is anonymous.
///
/// # Errors
/// When there is one that cannot be used: to go on without it would fail later, and say less.
pub(crate) fn of(host: &str) -> Result<RegistryAuth, RegistryError> {
    let key = if ["docker.io", "index.docker.io", "registry-1.docker.io"].contains(&host) { DOCKER_HUB } else { host };
    let failed = |cause: &str| RegistryError::Login { host: host.to_owned(), cause: text::line(cause) };
    match docker_credential::get_credential(key) {
        Ok(DockerCredential::UsernamePassword(user, password)) => Ok(RegistryAuth::Basic(user, password)),
        Ok(DockerCredential::IdentityToken(_)) => Err(failed(
            "it is an identity token, which is not supported; log in with a user and a password or access token",
        )),
        // No config, or none for this registry. A helper that has none says so as a failure.
        Err(Error::NoCredentialConfigured | Error::ConfigNotFound) => Ok(RegistryAuth::Anonymous),
        Err(Error::ConfigReadError) if !is_there() => Ok(RegistryAuth::Anonymous),
        Err(Error::HelperFailure { stdout, stderr, .. })
            if stdout.contains("credentials not found") || stderr.contains("credentials not found") =>
        {
            Ok(RegistryAuth::Anonymous)
        }
        Err(Error::HelperFailure { helper, stdout, stderr }) => {
            let said = if stderr.trim().is_empty() { stdout } else { stderr };
            Err(failed(&format!("credential helper `{helper}` failed: {said}")))
        }
        Err(error) => Err(failed(&format!("{error} (docker's config.json)"))),
    }
}

/// Whether there is a config at all; the crate tells neither case from the other.
fn is_there() -> bool {
    let dir = std::env::var_os("DOCKER_CONFIG").map(std::path::PathBuf::from);
    let dir = dir.or_else(|| Some(std::path::PathBuf::from(std::env::var_os("HOME")?).join(".docker")));
    dir.is_some_and(|dir| dir.join("config.json").exists())
}

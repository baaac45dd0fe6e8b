//! A real registry on the loopback address: Debian's docker-registry, with and without a login.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use crate::command::{Place, wait_until};

/// The login of a registry that has one.
pub(crate) const USER: &str = "alice";
pub(crate) const PASSWORD: &str = "correct horse";

/// A running registry with its files in a place; it ends when this is dropped.
pub(crate) struct RegistryServer {
    child: Child,
    place: PathBuf,
    /// `127.0.0.1:PORT`.
    pub(crate) host: String,
}

impl RegistryServer {
    /// One that everyone may use.
    pub(crate) fn start(place: &Place) -> Self {
        Self::start_with(place, "")
    }

    /// One that wants a login.
    pub(crate) fn start_with_login(place: &Place) -> Self {
        let file = place.path().join("htpasswd");
        let mut command = Command::new("htpasswd");
        // bcrypt, the only one that the registry takes; as cheap as it can be.
        command.args(["-B", "-C", "4", "-b", "-c"]).arg(&file).args([USER, PASSWORD]);
        let made = command.output().expect("htpasswd starts; `tests/registry install` installs it");
        assert!(made.status.success(), "{made:?}");
        Self::start_with(place, &format!("auth: {{ htpasswd: {{ realm: test, path: {} }} }}\n", file.display()))
    }

    fn start_with(place: &Place, more: &str) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
        let host = format!("127.0.0.1:{port}");
        let files = place.path().join("registry");
        let config = format!(
            "version: 0.1\nlog: {{ level: error }}\nstorage: {{ filesystem: {{ rootdirectory: {} }} }}\nhttp: {{ addr: {host} }}\n\
             {more}",
            files.display()
        );
        let config = place.write("registry.yml", config);
        let mut command = place.command_of("docker-registry", "serve");
        command.arg(config).stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        let child = command.spawn().expect("docker-registry starts; `tests/registry install` installs it");
        let mut server = Self { child, place: files, host: host.clone() };
        wait_until("the registry listens", || {
            let ended = server.child.try_wait().expect("its state");
            assert!(ended.is_none(), "the registry ended: {ended:?}");
            TcpStream::connect(&host).is_ok()
        });
        server
    }

    /// A reference in it.
    pub(crate) fn reference(&self, rest: &str) -> String {
        format!("{}/{rest}", self.host)
    }

    /// The file with the bytes of this digest.
    pub(crate) fn blob(&self, digest: &str) -> PathBuf {
        let hex = digest.strip_prefix("sha256:").expect("a digest");
        self.place.join("docker/registry/v2/blobs/sha256").join(&hex[..2]).join(hex).join("data")
    }
}

impl Drop for RegistryServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Writes docker's config as `docker login` does.
pub(crate) fn log_in(dir: &Path, host: &str, password: &str) {
    // `auth` is base64 of user and password; with the two apart, docker and we read the same.
    let config = serde_json::json!({ "auths": { host: { "username": USER, "password": password } } });
    std::fs::create_dir_all(dir.join(".docker")).expect("a directory");
    std::fs::write(dir.join(".docker/config.json"), config.to_string()).expect("written");
}

//! An `sshd` of the tests: its own keys and config, a free port, and its end with the test.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use monitor::{HostPlan, Secret};
use tempfile::TempDir;

/// The server, its keys, and a client's config that knows it.
pub(crate) struct Server {
    folder: TempDir,
    child: Child,
    log: Arc<Mutex<String>>,
    port: u16,
}

impl Server {
    /// Starts one that takes keys and passwords.
    pub(crate) fn start() -> Self {
        Self::with("")
    }

    /// Starts one with more lines in its config, before all others: the first value of a key counts.
    pub(crate) fn with(config: &str) -> Self {
        Self::through(&[], "127.0.0.1", config)
    }

    /// Starts one by a command that runs it, on an address.
    pub(crate) fn through(runner: &[&str], address: &str, config: &str) -> Self {
        let folder = tempfile::tempdir().expect("a directory");
        let path = |name: &str| folder.path().join(name).display().to_string();
        for key in ["host", "user", "stranger"] {
            make_key(&folder.path().join(key));
        }
        // sshd itself wants it, and nothing makes it where no service was started.
        if is_root() {
            fs::create_dir_all("/run/sshd").expect("/run/sshd");
        }
        fs::copy(path("user.pub"), path("authorized_keys")).expect("a copy");
        let port = free_port();
        let server = format!(
            "{config}\nPort {port}\nListenAddress {address}\nHostKey {}\nPidFile none\nUsePAM no\nStrictModes no\n\
             AuthorizedKeysFile {}\nPermitRootLogin yes\nPasswordAuthentication yes\n\
             KbdInteractiveAuthentication no\nMaxStartups 200\nPerSourceMaxStartups none\nUseDNS no\nLogLevel VERBOSE\n",
            path("host"),
            path("authorized_keys"),
        );
        fs::write(path("sshd_config"), server).expect("a config");
        let client = format!(
            "IdentityFile {}\nIdentitiesOnly yes\nIdentityAgent none\nUserKnownHostsFile {}\nGlobalKnownHostsFile /dev/null\n",
            path("user"),
            path("known_hosts"),
        );
        fs::write(path("ssh_config"), client).expect("a config");
        let program = which("sshd").unwrap_or_else(|| panic!("`sshd` is missing: run `tests/ssh-server install`"));
        let line: Vec<String> = runner.iter().map(|word| (*word).to_owned()).chain([program]).collect();
        let mut child = Command::new(&line[0])
            .args(&line[1..])
            .args(["-D", "-e", "-f", &path("sshd_config")])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("sshd starts");
        let log = Arc::new(Mutex::new(String::new()));
        let (stderr, kept) = (child.stderr.take().expect("piped"), Arc::clone(&log));
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                kept.lock().expect("no panic").push_str(&format!("{line}\n"));
            }
        });
        let server = Self { folder, child, log, port };
        server.write_known_hosts("host.pub", address);
        let deadline = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect((address, port)).is_err() {
            assert!(Instant::now() < deadline, "sshd does not listen:\n{}", server.log());
            std::thread::sleep(Duration::from_millis(20));
        }
        server
    }

    /// A host that is this server, by the user's own key.
    pub(crate) fn host(&self) -> HostPlan {
        HostPlan { name: "db".into(), host: "127.0.0.1".into(), port: Some(self.port), ..HostPlan::default() }
    }

    /// The same by a password.
    pub(crate) fn host_with(&self, user: &str, password: &str) -> HostPlan {
        HostPlan { user: Some(user.into()), password: Some(Secret::new(password)), ..self.host() }
    }

    /// The config file of the client.
    pub(crate) fn client_config(&self) -> PathBuf {
        self.path("ssh_config")
    }

    /// A file of this server.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Makes this public key the one that is known of the server.
    pub(crate) fn write_known_hosts(&self, key: &str, address: &str) {
        let key = fs::read_to_string(self.path(key)).expect("a key");
        let known = format!("[{address}]:{} {key}", self.port);
        fs::write(self.path("known_hosts"), known).expect("known hosts");
    }

    /// What the server logged.
    pub(crate) fn log(&self) -> String {
        self.log.lock().expect("no panic").clone()
    }

    /// All processes that the server started, and those that these started.
    pub(crate) fn sessions(&self) -> Vec<i32> {
        descendants(self.child.id() as i32)
    }

    /// Sends a signal to all of them.
    pub(crate) fn signal_sessions(&self, signal: &str) {
        let sessions: Vec<_> = self.sessions().iter().map(i32::to_string).collect();
        assert!(!sessions.is_empty(), "there are sessions");
        // One may have ended meanwhile.
        let _ = Command::new("kill").arg(format!("-{signal}")).args(sessions).stderr(Stdio::null()).status();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let sessions: Vec<_> = self.sessions().iter().map(i32::to_string).collect();
        let _ = self.child.kill();
        let _ = self.child.wait();
        if !sessions.is_empty() {
            let _ = Command::new("kill").arg("-KILL").args(sessions).stderr(Stdio::null()).status();
        }
    }
}

/// The files of users are changed by one test at a time.
static USERS: Mutex<()> = Mutex::new(());

/// A user with a password, for as long as this lives.
pub(crate) struct User {
    name: &'static str,
}

impl User {
    pub(crate) const PASSWORD: &str = "correct horse 'battery' $taple";

    /// None where the test may not make one, which is said.
    pub(crate) fn make(name: &'static str) -> Option<Self> {
        if !is_root() {
            use std::io::Write as _;
            // Past the capture of output: nothing is to be skipped in silence.
            let _ = writeln!(std::io::stderr(), "SKIPPED: only root can make a user with a password");
            return None;
        }
        let _turn = USERS.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = Command::new("userdel").args(["--force", name]).stderr(Stdio::null()).status();
        let made = Command::new("useradd")
            .args(["--no-create-home", "--home-dir", "/tmp", "--shell", "/bin/sh", name])
            .status();
        assert!(made.expect("useradd").success());
        let mut child = Command::new("chpasswd").stdin(Stdio::piped()).spawn().expect("chpasswd");
        let mut stdin = child.stdin.take().expect("piped");
        std::io::Write::write_all(&mut stdin, format!("{name}:{}\n", Self::PASSWORD).as_bytes()).expect("taken");
        drop(stdin);
        assert!(child.wait().expect("chpasswd").success());
        Some(Self { name })
    }
}

impl Drop for User {
    fn drop(&mut self) {
        let _turn = USERS.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = Command::new("userdel").args(["--force", self.name]).stderr(Stdio::null()).status();
    }
}

/// All processes below one.
pub(crate) fn descendants(of: i32) -> Vec<i32> {
    let all: Vec<(i32, i32)> = fs::read_dir("/proc")
        .expect("/proc")
        .flatten()
        .filter_map(|entry| {
            let id = entry.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
            // The name stands in brackets and may hold anything.
            let parent = stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()?;
            Some((id, parent))
        })
        .collect();
    let mut found = vec![of];
    let mut next = 0;
    while next < found.len() {
        let of = found[next];
        found.extend(all.iter().filter(|(_, parent)| *parent == of).map(|(id, _)| *id));
        next += 1;
    }
    found.split_off(1)
}

/// Processor time of a process so far, seconds.
pub(crate) fn cpu_seconds(process: i32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{process}/schedstat")).unwrap_or_default();
    stat.split(' ').next().and_then(|nanos| nanos.parse::<f64>().ok()).unwrap_or_default() / 1e9
}

/// A script that sshd runs instead of what is asked for.
pub(crate) fn script(folder: &Path, text: &str) -> String {
    let path = folder.join("forced");
    fs::write(&path, text).expect("a script");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("executable");
    path.display().to_string()
}

pub(crate) fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0)
}

fn make_key(path: &Path) {
    let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(path).status();
    assert!(made.expect("ssh-keygen").success());
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port()
}

fn which(program: &str) -> Option<String> {
    ["/usr/sbin", "/sbin", "/usr/local/sbin", "/usr/bin"]
        .iter()
        .map(|folder| format!("{folder}/{program}"))
        .find(|path| Path::new(path).exists())
}

//! The connection to a host: a control master of OpenSSH, a child of ours that ends with us. So config files, agents,
//! jump hosts and IPv6 work as they do for whoever types `ssh`.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustix::process::{Signal, set_parent_process_death_signal, setsid};
use tokio::io::AsyncReadExt as _;
use tokio::process::{Child, ChildStderr, Command};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::askpass;
use crate::fault::Fault;
use crate::plan::{HostPlan, MonitorPlan, Secret};

/// Longest time from start to login, which some servers take seconds for.
const LOGIN: Duration = Duration::from_secs(20);
/// How often the socket is looked for.
const LOOK: Duration = Duration::from_millis(10);
/// Longest wait for the end of what was asked to end.
const END: Duration = Duration::from_millis(500);
/// Most that is kept of what `ssh` says, bytes.
const SAID: usize = 8 * 1024;

/// What `ssh` is told, whatever its config files say.
const OPTIONS: [&str; 11] = [
    "ControlPersist=no",
    "ConnectTimeout=10",
    // A host that is silent for longer is lost: a frozen one comes back, a dead one is noticed.
    "ServerAliveInterval=5",
    "ServerAliveCountMax=3",
    "ClearAllForwardings=yes",
    "ForwardAgent=no",
    "ForwardX11=no",
    "PermitLocalCommand=no",
    "RemoteCommand=none",
    // Without the server's banner.
    "LogLevel=ERROR",
    "NumberOfPasswordPrompts=1",
];

/// A connection.
#[derive(Debug)]
pub(crate) struct Master {
    child: Child,
    socket: PathBuf,
    said: Arc<Mutex<Vec<u8>>>,
    listener: JoinHandle<()>,
}

impl Master {
    /// Logs in to a host. The socket's path must be free and short.
    ///
    /// # Errors
    /// When there is no `ssh`, or it ends without a login, or takes too long.
    pub(crate) async fn start(host: &HostPlan, plan: &MonitorPlan, socket: PathBuf) -> Result<Self, Fault> {
        let mut command = command(host, plan);
        command.args(["-M", "-N", "-T", "-S"]).arg(&socket);
        for option in OPTIONS {
            command.args(["-o", option]);
        }
        let keys = if plan.accept_new_host_keys { "accept-new" } else { "yes" };
        command.args(["-o", &format!("StrictHostKeyChecking={keys}")]);
        match &host.password {
            None => {
                command.args(["-o", "BatchMode=yes"]).stdin(Stdio::null());
                // Nor does a jump host's `ssh` ask anyone, on whatever desktop this runs.
                command.env_remove("SSH_ASKPASS").env("SSH_ASKPASS_REQUIRE", "never");
            }
            Some(password) => {
                command.args(["-o", "BatchMode=no", "-o", "PubkeyAuthentication=no"]);
                command.args(["-o", "PreferredAuthentications=password,keyboard-interactive"]);
                command.env("SSH_ASKPASS", &plan.askpass).env("SSH_ASKPASS_REQUIRE", "force");
                command.env(askpass::VARIABLE, user_and_host(host, plan).await?);
                command.stdin(pipe_with(password).map_err(no_ssh)?);
            }
        }
        command.arg("--").arg(&host.host).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        // SAFETY: what runs between fork and exec is two system calls, without allocation or locks.
        unsafe {
            command.pre_exec(|| {
                set_parent_process_death_signal(Some(Signal::TERM))?;
                // Away from the terminal: its Ctrl-C is for us, and nobody is to be asked there.
                setsid()?;
                Ok(())
            });
        }
        let mut child = command.spawn().map_err(no_ssh)?;
        let said = Arc::default();
        let listener = tokio::spawn(listen(child.stderr.take(), Arc::clone(&said)));
        let mut master = Self { child, socket, said, listener };
        match timeout(LOGIN, master.logged_in()).await {
            Ok(true) => Ok(master),
            Ok(false) => Err(Fault::read(&master.last_words().await, host.password.is_some())),
            Err(_) => Err(Fault::TimedOut { what: "login", after: LOGIN }),
        }
    }

    /// Its socket.
    pub(crate) fn socket(&self) -> &Path {
        &self.socket
    }

    /// Whether it has not ended.
    pub(crate) fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// What it said, once it has ended or is about to.
    pub(crate) async fn last_words(&mut self) -> String {
        // Whoever jumped for it may hold its stderr open.
        let _ = timeout(END, &mut self.listener).await;
        let said = self.said.lock().map(|said| said.clone()).unwrap_or_default();
        String::from_utf8_lossy(&said).into_owned()
    }

    /// Ends the connection, and awaits its end.
    pub(crate) async fn end(mut self) {
        if let Some(process) = self.child.id().and_then(|id| rustix::process::Pid::from_raw(id.try_into().ok()?)) {
            // Ended already.
            let _ = rustix::process::kill_process(process, Signal::TERM);
        }
        if timeout(END, self.child.wait()).await.is_err() {
            let _ = self.child.kill().await;
        }
    }

    /// The socket is made after the login.
    async fn logged_in(&mut self) -> bool {
        loop {
            if self.socket.exists() {
                return true;
            }
            tokio::select! {
                _ = self.child.wait() => return false,
                () = sleep(LOOK) => {}
            }
        }
    }
}

/// `ssh` with what says which host is meant.
fn command(host: &HostPlan, plan: &MonitorPlan) -> Command {
    let mut command = Command::new("ssh");
    if let Some(config) = &plan.ssh_config {
        command.arg("-F").arg(config);
    }
    if let Some(port) = host.port {
        command.args(["-p", &port.to_string()]);
    }
    if let Some(user) = &host.user {
        command.args(["-l", user]);
    }
    if let Some(key) = &host.identity_file {
        command.arg("-i").arg(key).args(["-o", "IdentitiesOnly=yes"]);
    }
    command
}

/// As `ssh` will call them in its question, after its config files.
async fn user_and_host(host: &HostPlan, plan: &MonitorPlan) -> Result<String, Fault> {
    let mut command = command(host, plan);
    command.args(["-G", "--"]).arg(&host.host).stdin(Stdio::null()).kill_on_drop(true);
    // A config file may run programs.
    let output = timeout(LOGIN, command.output()).await;
    let output = output.map_err(|_| Fault::TimedOut { what: "answer of `ssh -G`", after: LOGIN })?.map_err(no_ssh)?;
    let text = String::from_utf8_lossy(&output.stdout);
    let value = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(' ')).map(str::to_owned);
    let named = value("hostkeyalias").filter(|alias| alias != "none").or_else(|| value("hostname"));
    match value("user").zip(named) {
        Some((user, host)) => Ok(format!("{user}@{host}")),
        None => Err(Fault::read(&String::from_utf8_lossy(&output.stderr), true)),
    }
}

/// A pipe that holds the password, to be read once.
fn pipe_with(password: &Secret) -> io::Result<Stdio> {
    let (reader, mut writer) = io::pipe()?;
    writeln!(writer, "{}", password.reveal())?;
    Ok(reader.into())
}

fn no_ssh(error: io::Error) -> Fault {
    Fault::NoSsh { said: error.to_string() }
}

async fn listen(stderr: Option<ChildStderr>, said: Arc<Mutex<Vec<u8>>>) {
    let Some(mut stderr) = stderr else { return };
    let mut piece = [0; 1024];
    while let Ok(length @ 1..) = stderr.read(&mut piece).await {
        if let Ok(mut said) = said.lock() {
            said.extend_from_slice(&piece[..length]);
            let surplus = said.len().saturating_sub(SAID);
            said.drain(..surplus);
        }
    }
}

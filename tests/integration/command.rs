//! Runs the command in a directory of its own, with nothing of the tester's own surroundings.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// The built command.
pub(crate) const COMMAND: &str = env!("CARGO_BIN_EXE_cluster-tester");
/// Longest time of one command; only one that hangs takes it.
const PATIENCE: Duration = Duration::from_secs(120);

/// A working directory with a home in it, removed at the end.
pub(crate) struct Place {
    dir: tempfile::TempDir,
}

/// What a command left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().expect("a temporary directory") }
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Writes a file into it and gives its path.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().expect("within the place")).expect("a directory");
        std::fs::write(&path, content).expect("written");
        path
    }

    /// The command with its arguments, words separated by spaces; not started.
    pub(crate) fn command(&self, words: &str) -> Command {
        self.command_of(COMMAND, words)
    }

    /// Another program, in the same place.
    pub(crate) fn command_of(&self, program: &str, words: &str) -> Command {
        let mut command = Command::new(program);
        command.args(words.split_whitespace()).current_dir(self.path()).stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).env_clear();
        // Compiled plugins are kept for all tests together, below the target directory.
        let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache");
        let path = std::env::var_os("PATH").unwrap_or_default();
        command.env("HOME", self.path()).env("XDG_CACHE_HOME", cache).env("PATH", path);
        command
    }

    /// Runs the command with its arguments, words separated by spaces.
    pub(crate) fn run(&self, words: &str) -> Ran {
        run(self.command(words))
    }

    /// `run.json` of the only run in `db`.
    pub(crate) fn saved(&self) -> Value {
        serde_json::from_slice(&std::fs::read(self.run_dir().join("run.json")).expect("run.json")).expect("JSON")
    }

    /// Directory of the only run in `db`.
    pub(crate) fn run_dir(&self) -> PathBuf {
        let runs = self.run_dirs();
        assert_eq!(runs.len(), 1, "{runs:?}");
        runs.into_iter().next().expect("one")
    }

    /// Directories of all runs in `db`.
    pub(crate) fn run_dirs(&self) -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(self.path().join("db")) else { return Vec::new() };
        entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.join("run.json").exists()).collect()
    }
}

/// Runs a command to its end.
pub(crate) fn run(mut command: Command) -> Ran {
    let child = command.spawn().expect("the command starts");
    finish(child)
}

/// Waits for a command and reads what it said.
pub(crate) fn finish(child: Child) -> Ran {
    let id = child.id();
    let (done, is_done) = std::sync::mpsc::channel::<()>();
    let watchdog = std::thread::spawn(move || {
        if is_done.recv_timeout(PATIENCE) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
            let _ = Command::new("kill").args(["-9", &id.to_string()]).status();
        }
    });
    let output = child.wait_with_output().expect("it ends");
    drop(done);
    watchdog.join().expect("the watchdog ends");
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

impl Ran {
    /// The trial was held and saved, or nearly so: on a busy machine the tester may be late, which it says by 11.
    pub(crate) fn assert_measured(&self) {
        assert!([0, 11].contains(&self.code), "{self:?}");
    }

    /// The run as printed by `--format json`.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// What a person reads of an error, with what differs from place to place made alike.
    pub(crate) fn error(&self, place: &Place) -> String {
        let place = place.path().to_str().expect("UTF-8");
        format!("exit code {}\n{}", self.code, self.stderr.replace(place, "<place>"))
    }
}

/// The demo application, in a process of its own.
pub(crate) struct Target {
    child: Child,
    pub(crate) url: String,
}

impl Target {
    pub(crate) fn start(place: &Place) -> Self {
        Self::start_with(place, "")
    }

    /// With flags of its own.
    pub(crate) fn start_with(place: &Place, words: &str) -> Self {
        let mut command = place.command(&format!("target --listen 127.0.0.1:0 {words}"));
        let mut child = command.spawn().expect("the target starts");
        let mut line = String::new();
        BufReader::new(child.stderr.take().expect("piped")).read_line(&mut line).expect("it says where it listens");
        let url = line.split_whitespace().find(|word| word.starts_with("http://")).expect("a URL in what it says");
        Self { url: url.trim_end_matches(',').to_owned(), child }
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until something is so.
pub(crate) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(30), "not within 30 s: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Compares an error that a person reads with its snapshot; ports and system texts made alike.
macro_rules! assert_error {
    ($ran:expr, $place:expr, @$snapshot:literal) => {
        insta::with_settings!({ filters => vec![
            (r"127\.0\.0\.1:\d+", "127.0.0.1:<port>"),
            (r"sha256:[0-9a-f]{64}", "sha256:<digest>"),
        ] }, { insta::assert_snapshot!($ran.error($place), @$snapshot) });
    };
}
pub(crate) use assert_error;

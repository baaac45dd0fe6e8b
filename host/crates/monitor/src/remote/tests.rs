//! Facts about the script, on the shells and awks that hosts may have.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

use super::*;
use crate::frame::{Answer, Framer, sections};
use crate::reading::Reading;

/// A script that runs in a shell of this machine, with these programs and no others.
struct Session {
    child: Child,
    questions: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    framer: Framer,
    _programs: tempfile::TempDir,
}

impl Session {
    fn start(programs: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a directory");
        for (name, program) in programs {
            let found = ["/bin", "/usr/bin"].iter().map(|dir| Path::new(dir).join(program)).find(|path| path.exists());
            let found = found.unwrap_or_else(|| panic!("`{program}` is missing: run `tests/ssh-server install`"));
            symlink(found, folder.path().join(name)).expect("a link");
        }
        let script = Script::new().expect("a script");
        // The script adds directories to its path, which would bring other programs back.
        let text = script.text.replace("PATH=\"$PATH:", "UNUSED=\"");
        let script = Script { text, ..script };
        let shell = folder.path().join("sh");
        let mut child = Command::new(shell)
            .args(["-c", &script.command()])
            .env_clear()
            .env("PATH", folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell");
        let mut questions = child.stdin.take().expect("a pipe");
        questions.write_all(script.text.as_bytes()).expect("the script is taken");
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut session =
            Self { child, questions: Some(questions), output, framer: Framer::new(&script.marker), _programs: folder };
        assert_eq!(session.next().question, "hello");
        session
    }

    fn send(&mut self, question: &str) {
        writeln!(self.questions.as_mut().expect("open"), "{question}").expect("the question is taken");
    }

    fn ask(&mut self, question: &str) -> String {
        self.send(question);
        let answer = self.next();
        assert_eq!(answer.question, question);
        answer.text
    }

    fn next(&mut self) -> Answer {
        loop {
            let mut line = Vec::new();
            let read = self.output.read_until(b'\n', &mut line).expect("output");
            assert!(read > 0, "the script ended: {}", self.framer.noise());
            if let Some(answer) = self.framer.push(&line, Instant::now()).pop() {
                return answer;
            }
        }
    }

    /// The whole life of a script.
    fn live(programs: &[(&str, &str)]) {
        let mut session = Self::start(programs);
        let facts = session.ask("facts");
        assert!(sections(&facts).iter().any(|(name, text)| *name == "uname" && text.contains('.')), "{facts}");
        session.ask("kubernetes");
        session.send("sample");
        for question in ["1", "2", "3"] {
            let text = session.ask(question);
            let reading =
                Reading::parse(sections(&text)).unwrap_or_else(|error| panic!("{programs:?}: {error}\n{text}"));
            assert!(reading.uptime.is_some() && !reading.cores.is_empty() && reading.memory.total > 0.0, "{text}");
            assert!(reading.load_average.iter().all(|mean| *mean >= 0.0));
        }
        // It ends with its input, and leaves nothing behind.
        session.questions = None;
        assert!(session.child.wait().expect("an end").success(), "{programs:?}");
    }
}

const COREUTILS: [(&str, &str); 8] = [
    ("dd", "dd"),
    ("uname", "uname"),
    ("cat", "cat"),
    ("head", "head"),
    ("tr", "tr"),
    ("date", "date"),
    ("timeout", "timeout"),
    ("sleep", "sleep"),
];

fn with(shell: &'static str, awk: Option<&'static str>) -> Vec<(&'static str, &'static str)> {
    COREUTILS.into_iter().chain([("sh", shell)]).chain(awk.map(|awk| ("awk", awk))).collect()
}

#[test]
fn it_runs_in_dash_and_in_bash() {
    Session::live(&with("dash", Some("mawk")));
    Session::live(&with("bash", Some("mawk")));
}

#[test]
fn it_runs_with_every_awk_and_without_one() {
    for awk in ["mawk", "gawk", "original-awk"] {
        Session::live(&with("dash", Some(awk)));
    }
    Session::live(&with("dash", None));
}

#[test]
fn busybox_alone_suffices() {
    let tools = ["sh", "dd", "uname", "cat", "head", "tr", "date", "timeout"].map(|name| (name, "busybox"));
    Session::live(&tools.iter().copied().chain([("awk", "busybox")]).collect::<Vec<_>>());
    Session::live(&tools);
}

#[test]
fn its_clock_is_told_in_nanoseconds_where_date_can() {
    let mut session = Session::start(&with("dash", Some("mawk")));
    let offset = crate::clock::offset(&session.ask("clock 1"), 0, 0).expect("GNU date tells nanoseconds");
    assert!(offset.offset_ns > 1_700_000_000_000_000_000);
}

#[test]
fn an_end_before_the_samples_is_an_end() {
    let mut session = Session::start(&with("dash", None));
    session.questions = None;
    assert!(session.child.wait().expect("an end").success());
}

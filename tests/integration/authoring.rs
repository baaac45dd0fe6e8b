//! What an author does: write a project, build it, check it, send one iteration.

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use tests::fixture;
use tests::misbehaving::{Behaviour, Misbehaving};

use crate::command::{Place, Target, run};

/// Longest wait for a line of a command that watches; only one that hangs takes it.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn a_project_is_written_whole_in_each_language() {
    let place = Place::new();
    for (language, kind, main, has) in [
        ("rust", "test-case", "src/lib.rs", "pub struct MyPluginTestCase"),
        ("rust", "analysis", "src/lib.rs", "pub struct MyPluginAnalysis"),
        ("js", "test-case", "my-plugin.js", "class MyPluginTestCase"),
        ("js", "analysis", "my-plugin.js", "class MyPluginAnalysis"),
        ("python", "test-case", "my_plugin.py", "class MyPluginTestCase"),
        ("python", "analysis", "my_plugin.py", "class MyPluginAnalysis"),
        ("c", "test-case", "my-plugin.c", "MyPluginTestCase"),
    ] {
        let ran = place.run(&format!("plugin new my-plugin --lang {language} --kind {kind}"));
        assert_eq!((ran.code, ran.stdout.as_str()), (0, "my-plugin\n"), "{ran:?}");
        assert_eq!(ran.stderr.lines().count(), 4, "three lines of what to do next: {}", ran.stderr);
        let dir = place.path().join("my-plugin");
        let text = std::fs::read_to_string(dir.join(main)).expect("the main file");
        assert!(text.contains(has), "{language}, {kind}: {text}");
        assert!(dir.join("cluster-tester/wit/types.wit").is_file());
        // Nothing of it is overwritten.
        let again = place.run(&format!("plugin new my-plugin --lang {language} --kind {kind}"));
        assert_eq!(again.code, 2, "{again:?}");
        assert!(again.stderr.contains("is there already; nothing was written"), "{}", again.stderr);
        std::fs::remove_dir_all(dir).expect("removed");
    }
}

#[test]
fn what_is_no_name_of_a_plugin_is_refused() {
    let place = Place::new();
    for name in ["Mine", "my_case", "../up", "9lives", "a--b", "a-", "class", "test"] {
        let ran = place.run(&format!("plugin new {name} --lang rust"));
        assert_eq!(ran.code, 2, "{name}: {ran:?}");
        assert!(ran.stderr.contains("a name has lower-case letters"), "{name}: {}", ran.stderr);
    }
    let ran = place.run("plugin new mine --lang c --kind analysis");
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stderr.contains("there is no SDK for analyses in C"), "{}", ran.stderr);
    assert_eq!(std::fs::read_dir(place.path()).expect("the place").count(), 0, "nothing was written");
}

#[test]
fn a_new_project_in_rust_has_all_that_cargo_asks_for() {
    let place = Place::new();
    place.run("plugin new mine --lang rust");
    let mut cargo = Command::new("cargo");
    cargo.args(["metadata", "--no-deps", "--offline", "--format-version", "1"]).current_dir(place.path().join("mine"));
    let output = cargo.output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // The SDK's macro finds the contract where it lies in the repository, too.
    let bindings = place.path().join("mine/cluster-tester/sdk/rust/src/bindings.rs");
    assert!(std::fs::read_to_string(bindings).expect("the bindings").contains("\"../../wit\""));
}

#[test]
fn a_missing_tool_is_told_with_what_to_install() {
    let place = Place::new();
    for (language, hint) in [("rust", "rustup"), ("js", "Node.js"), ("python", "Python 3.11"), ("c", "wit-bindgen")] {
        place.run(&format!("plugin new mine --lang {language}"));
        let mut command = place.command("plugin build mine");
        command.env("PATH", place.path());
        let ran = run(command);
        assert_eq!(ran.code, 5, "{ran:?}");
        assert!(ran.stderr.contains("is not installed") && ran.stderr.contains(hint), "{language}: {}", ran.stderr);
        std::fs::remove_dir_all(place.path().join("mine")).expect("removed");
    }
    // With the one tool of C, the other is missed.
    place.run("plugin new mine --lang c");
    let tool = place.write("bin/wit-bindgen", "");
    let mut command = place.command("plugin build mine");
    command.env("PATH", tool.parent().expect("a directory"));
    let ran = run(command);
    assert_eq!(ran.code, 5, "{ran:?}");
    assert!(ran.stderr.contains("a C compiler for wasm is not installed"), "{}", ran.stderr);
    assert!(ran.stderr.contains("pip install ziglang"), "{}", ran.stderr);
    let ran = place.run("plugin build .");
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stderr.contains("is no project of a plugin"), "{}", ran.stderr);
}

#[test]
fn the_shipped_plugins_pass_their_check() {
    let place = Place::new();
    let listed = place.run("plugin list --format json").json();
    for plugin in listed.as_array().expect("a list") {
        let name = plugin["name"].as_str().expect("a name");
        let ran = place.run(&format!("plugin check {name}"));
        assert_eq!(ran.code, 0, "{ran:?}");
        assert!(!ran.stdout.contains("FAIL"), "{}", ran.stdout);
        assert!(ran.stdout.contains("fit for use: "), "{}", ran.stdout);
    }
}

#[test]
fn a_check_shows_a_budget_and_is_read_by_programs() {
    let place = Place::new();
    let ran = place.run("plugin check fibonacci --format json").json();
    assert_eq!(ran["passed"], true, "{ran}");
    let checks = ran["checks"].as_array().expect("checks");
    let of = |name: &str| checks.iter().find(|check| check["check"] == name).unwrap_or_else(|| panic!("{name}: {ran}"));
    for name in ["component", "imports", "description", "options", "requests", "answers", "same seed"] {
        assert_eq!(of(name)["mark"], "ok", "{name}: {ran}");
    }
    let figure = |check: &str, figure: &str| of(check)["figures"][figure].as_f64().expect("a figure");
    assert!(figure("cost of request", "median_ns") > 0.0);
    assert_eq!(figure("cost of request", "limit_ns"), 50e6);
    assert!((1.0..=64.0 * 1024.0 * 1024.0).contains(&figure("memory", "taken_bytes")));
}

#[test]
fn an_answer_that_should_be_good_must_be_judged_good() {
    let place = Place::new();
    place
        .write("good.json", r#"{"start":"2026-11-24T12:00:00.000Z","end":"2026-11-24T12:00:00.002Z","fibonacci":"1"}"#);
    place.write("bad.json", "{}");
    let bad = place.run("plugin check fibonacci --answer bad.json");
    assert_eq!(bad.code, 5, "{bad:?}");
    assert!(bad.stdout.contains("FAIL  answer given: judged unreadable"), "{}", bad.stdout);
}

#[test]
fn what_a_bad_plugin_does_is_found() {
    let place = Place::new();
    place.write("cluster-tester.toml", "[plugins]\nconfigure-deadline = \"500ms\"\n");
    let check = |options: &str| {
        let ran = place.run(&format!("plugin check {} {options}", fixture("hostile").display()));
        assert_eq!(ran.code, 5, "{ran:?}");
        ran.stdout
    };
    let said = check("");
    assert!(said.contains("FAIL  options: ") && said.contains("trap-in-configure"), "{said}");
    let said = check("--plugin-option behaviour=loop-in-build");
    assert!(said.contains("FAIL  requests: ") && said.contains("50 ms deadline"), "{said}");
    let said = check("--plugin-option behaviour=trap-in-read");
    assert!(said.contains("FAIL  answers: ") && said.contains("trapped"), "{said}");
    let said = check("--plugin-option behaviour=refuse-build");
    assert!(said.contains("FAIL  requests: it refuses every load"), "{said}");
}

#[test]
fn what_is_no_plugin_is_a_failed_check_and_what_is_not_there_too() {
    let place = Place::new();
    place.write("text.wasm", "not wasm");
    for (file, what) in [("text.wasm", "is no WebAssembly component"), ("missing.wasm", "cannot read")] {
        let ran = place.run(&format!("plugin check {file}"));
        assert_eq!(ran.code, 5, "{ran:?}");
        assert!(ran.stdout.contains("FAIL  component: ") && ran.stdout.contains(what), "{}", ran.stdout);
    }
    for untidy in ["untidy", "future", "network"] {
        let ran = place.run(&format!("plugin check {}", fixture(untidy).display()));
        assert_eq!(ran.code, 5, "{untidy}: {ran:?}");
        assert!(!ran.stdout.contains('\u{1b}'), "{}", ran.stdout);
    }
}

#[test]
fn an_iteration_is_shown_step_by_step() {
    let place = Place::new();
    let target = Target::start(&place);
    let ran = place.run(&format!("plugin test fibonacci --load 7 --url {}", target.url));
    assert_eq!(ran.code, 0, "{ran:?}");
    for part in ["GET /fibonacci/7", "answer    status 200", "content-type: application/json", "outcome   success"] {
        assert!(ran.stdout.contains(part), "{part}: {}", ran.stdout);
    }
    assert!(place.run_dirs().is_empty());
    // A POST is refused by the target, which the test case says.
    let two_step = fixture("two-step").display();
    let ran = place.run(&format!("plugin test {two_step} --url {}", target.url));
    assert_eq!(ran.code, 13, "{ran:?}");
    assert!(ran.stdout.contains("POST /") && ran.stdout.contains("failure, unexpected status"), "{}", ran.stdout);
}

#[test]
fn the_steps_of_an_iteration_follow_each_other() {
    let place = Place::new();
    let server = Misbehaving::start(Behaviour::Json("{}".to_owned()));
    let ran = place.run(&format!("plugin test {} --url {}", fixture("two-step").display(), server.url()));
    assert_eq!(ran.code, 0, "{ran:?}");
    let at = |part: &str| ran.stdout.find(part).unwrap_or_else(|| panic!("{part}: {}", ran.stdout));
    assert!(at("step 1") < at("POST /") && at("next ") < at("step 2") && at("step 2") < at("GET /"), "{}", ran.stdout);
}

#[test]
fn secrets_are_not_shown_and_a_target_that_is_gone_is_told() {
    let place = Place::new();
    let target = Target::start(&place);
    let mut command = place.command(&format!("plugin test http --url {} --header", target.url));
    command.arg("Authorization: Bearer hunter2");
    let ran = run(command);
    assert!(!ran.stdout.contains("hunter2") && ran.stdout.contains("(redacted)"), "{ran:?}");
    let ran = place.run("plugin test http --url http://127.0.0.1:1");
    assert_eq!(ran.code, 4, "{ran:?}");
}

/// Writes a project of which a stand-in for Python's interpreter makes the component named in the source.
fn cheap_project(place: &Place) -> PathBuf {
    place.run("plugin new mine --lang python");
    let interpreter = "#!/bin/sh\n\
        # build.py MAIN -o COMPONENT\n\
        made=$(sed -n 's/^# made: //p' \"$2\")\n\
        [ -n \"$made\" ] || { echo \"$2: nothing is made of this\" >&2; exit 1; }\n\
        cp \"$made\" \"$4\"\n";
    let path = place.write("mine/venv/bin/python", interpreter);
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("executable");
    place.path().join("mine/mine.py")
}

/// A source of the cheap project.
fn making(plugin: &str) -> String {
    format!("# made: {}\nTestCase = None\n", fixture(plugin).display())
}

#[test]
fn a_file_that_changes_is_tried_again_and_a_broken_one_leaves_the_last_good_one_in_place() {
    let place = Place::new();
    let target = Target::start(&place);
    let file = place.write("mine.wasm", std::fs::read(fixture("two-step")).expect("built"));
    let mut watching = Watching::start(&place, &format!("plugin test mine.wasm --watch --url {}", target.url));
    watching.sees("POST /");
    watching.sees("watching for changes; Ctrl-C ends it");
    replace(&file, b"not wasm");
    watching.sees("is no WebAssembly component");
    watching.sees("not usable as it is now: the last good one stays");
    watching.sees("POST /");
    watching.sees("watching for changes");
    replace(&file, &std::fs::read(fixture("busy")).expect("built"));
    watching.sees("GET /");
    watching.sees("watching for changes");
    std::fs::remove_file(&file).expect("removed");
    watching.sees("the last good one stays");
    watching.sees("GET /");
    watching.sees("watching for changes");
    replace(&file, &std::fs::read(fixture("two-step")).expect("built"));
    watching.sees("POST /");
    watching.sees("watching for changes");
    assert_eq!(watching.ended_by("-INT"), Some(0));
    assert!(place.run_dirs().is_empty());
}

#[test]
fn a_project_is_built_anew_when_a_source_changes() {
    let place = Place::new();
    let target = Target::start(&place);
    let main = cheap_project(&place);
    std::fs::write(&main, "TestCase = None\n\nTestCase = None\n").expect("written");
    let mut watching = Watching::start(&place, &format!("plugin test mine --watch --url {}", target.url));
    watching.sees("building mine");
    watching.sees("mine.py: nothing is made of this");
    watching.sees("`python3` did not build the plugin");
    watching.sees("there is no good one yet");
    watching.sees("watching for changes");
    std::fs::write(&main, making("two-step")).expect("written");
    watching.sees("building mine");
    watching.sees("POST /");
    watching.sees("watching for changes");
    std::fs::write(&main, "\nTestCase = None\n").expect("written");
    watching.sees("`python3` did not build the plugin");
    watching.sees("the last good one stays");
    watching.sees("POST /");
    watching.sees("watching for changes");
    std::fs::write(&main, making("busy")).expect("written");
    watching.sees("building mine");
    watching.sees("GET /");
    watching.sees("watching for changes");
    // A file beside it is a source too.
    place.write("mine/more.py", "");
    watching.sees("building mine");
    watching.sees("GET /");
    watching.sees("watching for changes");
    assert_eq!(watching.ended_by("-TERM"), Some(0));
}

#[test]
fn what_is_saved_while_a_project_is_built_is_built_too() {
    let place = Place::new();
    let target = Target::start(&place);
    let main = cheap_project(&place);
    std::fs::write(&main, making("two-step")).expect("written");
    // The author saves as soon as the build has begun.
    place.write("next.py", making("busy"));
    let interpreter = place.path().join("mine/venv/bin/python");
    let script = std::fs::read_to_string(&interpreter).expect("written");
    let saving = "cp \"$made\" \"$4\"\n[ -e ../next.py ] && mv ../next.py mine.py\nexit 0\n";
    std::fs::write(&interpreter, script.replace("cp \"$made\" \"$4\"\n", saving)).expect("written");
    let mut watching = Watching::start(&place, &format!("plugin test mine --watch --url {}", target.url));
    watching.sees("building mine");
    watching.sees("building mine");
    watching.sees("GET /");
    watching.sees("watching for changes");
}

#[test]
fn a_target_that_is_not_there_yet_does_not_end_the_watching() {
    let place = Place::new();
    let file = place.write("mine.wasm", std::fs::read(fixture("busy")).expect("built"));
    let mut watching = Watching::start(&place, "plugin test mine.wasm --watch --url http://127.0.0.1:1");
    for _ in 0..2 {
        watching.sees("error: ");
        watching.sees("watching for changes");
        replace(&file, &std::fs::read(fixture("busy")).expect("built"));
    }
}

fn replace(file: &Path, content: &[u8]) {
    let made = file.with_extension("made");
    std::fs::write(&made, content).expect("written");
    std::fs::rename(made, file).expect("renamed");
}

/// A command that does not end by itself, and the lines that it says, in their order.
struct Watching {
    child: Child,
    lines: Receiver<String>,
}

impl Watching {
    fn start(place: &Place, words: &str) -> Self {
        // One pipe for both streams, as a terminal is: else their order would be lost.
        let (reader, writer) = std::io::pipe().expect("a pipe");
        let mut command = place.command(words);
        command.stdout(writer.try_clone().expect("a pipe")).stderr(writer);
        let child = command.spawn().expect("it starts");
        // Else the pipe would never end: it has the writers, too.
        drop(command);
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            BufReader::new(reader).lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        Self { child, lines }
    }

    /// Waits for a line with this text.
    fn sees(&mut self, text: &str) {
        let mut before = Vec::new();
        loop {
            let line = self.lines.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|_| panic!("no line with `{text}` after {before:#?}"));
            if line.contains(text) {
                return;
            }
            before.push(line);
        }
    }

    /// Sends a signal, and gives the exit code.
    fn ended_by(mut self, signal: &str) -> Option<i32> {
        let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status();
        assert!(sent.expect("kill starts").success());
        // Its pipe ends with it.
        while self.lines.recv_timeout(PATIENCE).is_ok() {}
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

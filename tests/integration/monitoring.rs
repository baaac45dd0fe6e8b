//! Hosts are monitored by the command, over SSH to a real `sshd`; what goes wrong there is held by the library's own tests.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::command::{COMMAND, Place, Ran, Target, finish};
use crate::server::{Server, User};

/// Users of these tests: one each, as they run side by side.
const BENCHMARK_USER: &str = "ct-benchmark";
const USER: &str = "ct-monitor-command";

/// A place whose config knows the server, with more in it.
fn place_for(server: &Server, config: &str) -> Place {
    let place = Place::new();
    let ssh_config = server.client_config();
    place.write("cluster-tester.toml", format!("[monitor]\nssh-config = \"{}\"\n{config}", ssh_config.display()));
    place
}

fn lines(ran: &Ran) -> Vec<Value> {
    ran.stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

#[test]
fn a_host_is_looked_at_and_shown_in_each_format() {
    let server = Server::start();
    let host = server.host();
    let place =
        place_for(&server, &format!("[monitor.hosts.db]\nhost = \"127.0.0.1\"\nport = {}\n", host.port.unwrap_or(22)));
    let ran = place.run("monitor --interval 200ms --duration 1.5s --format json-lines");
    assert_eq!(ran.code, 0, "{ran:?}");
    let lines = lines(&ran);
    assert_eq!((&lines[0]["facts"]["name"], &lines[1]["facts"]["name"]), (&"db".into(), &"tester".into()));
    let samples =
        |name: &str| lines.iter().filter(|line| line["name"] == name && line["sample"]["cpu"].is_object()).count();
    assert!(samples("db") >= 4 && samples("tester") >= 4, "{ran:?}");
    let csv = place.run("monitor --interval 200ms --duration 1s --format csv").stdout;
    assert!(csv.starts_with("time,host,gap,interval_s,") && csv.lines().any(|line| line.contains(",db,,0.2")), "{csv}");
    let text = place.run("monitor --interval 200ms --duration 1s").stdout;
    assert!(text.starts_with("host ") && text.lines().any(|line| line.starts_with("db ")), "{text}");
}

#[test]
fn the_older_config_with_its_password_is_enough() {
    let Some(_user) = User::make(USER) else { return };
    let server = Server::start();
    let place = place_for(&server, "");
    let port = server.host().port.unwrap_or(22);
    let older = serde_json::json!({"app": {"name": "a", "url": "http://127.0.0.1:1"}, "monitorServers": [
        {"name": "Server 1", "host": "127.0.0.1", "port": port, "sshAuthMethod": "password",
         "authentication": {"username": USER, "password": User::PASSWORD}}]});
    place.write("config.json", older.to_string());
    let configs = "--config cluster-tester.toml --config config.json";
    let ran = place.run(&format!("monitor --interval 200ms --duration 1s --format json-lines {configs}"));
    assert_eq!(ran.code, 0, "{ran:?}\n{}", server.log());
    assert!(lines(&ran).iter().any(|line| line["name"] == "Server 1" && line["sample"].is_object()), "{ran:?}");
    assert!(ran.stderr.contains("has its password in clear"), "{}", ran.stderr);
    assert!(server.log().contains(&format!("Accepted password for {USER}")), "{}", server.log());

    let wrong = older.to_string().replace("correct", "wrong");
    place.write("config.json", wrong);
    let ran = place.run(&format!("monitor --duration 1s {configs}"));
    assert_eq!(ran.code, 7, "{ran:?}");
    assert!(ran.stderr.contains("cannot monitor host `Server 1`: it refuses the password"), "{}", ran.stderr);
    assert!(!format!("{ran:?}").contains("battery"), "{ran:?}");
}

#[test]
fn check_looks_at_each_host_and_tells_how_to_mend_it() {
    let server = Server::start();
    let port = server.host().port.unwrap_or(22);
    let place = place_for(
        &server,
        &format!(
            "[monitor.hosts.db]\nhost = \"127.0.0.1\"\nport = {port}\n[monitor.hosts.web]\nhost = \"127.0.0.1\"\nport = 1\n"
        ),
    );
    let ran = place.run("check");
    assert_eq!(ran.code, 7, "{ran:?}");
    assert!(ran.stdout.contains("ok    host db: ") && ran.stdout.contains("kernel "), "{}", ran.stdout);
    assert!(ran.stdout.contains("FAIL  host web: cannot monitor host `web`: it cannot be reached"), "{}", ran.stdout);
    assert!(ran.stdout.contains("Connection refused") && ran.stdout.contains("hint: "), "{}", ran.stdout);
    let ran = place.run("monitor --duration 500ms --interval 100ms --monitor optional");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stderr.contains("it is tried again") && ran.stdout.contains("web     no figures: "), "{ran:?}");
    assert_eq!(place.run("monitor --duration 300ms --interval 100ms --monitor off").code, 0);
}

#[test]
fn ctrl_c_ends_it_in_order() {
    let server = Server::start();
    let port = server.host().port.unwrap_or(22);
    let place = place_for(&server, &format!("[monitor.hosts.db]\nhost = \"127.0.0.1\"\nport = {port}\n"));
    let mut command = place.command("monitor --interval 100ms");
    let mut child = command.stdout(Stdio::piped()).spawn().expect("the command starts");
    let mut rows = BufReader::new(child.stdout.take().expect("piped")).lines();
    assert!(rows.any(|row| row.is_ok_and(|row| row.starts_with("db "))), "it looks at the host");
    let id = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().expect("kill").success());
    let ran = finish(child);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stderr.contains("stopping"), "{}", ran.stderr);
    wait_until("the end of all sessions", || server.sessions().is_empty());
}

#[test]
fn a_command_that_is_killed_leaves_no_connection_behind() {
    let server = Server::start();
    let port = server.host().port.unwrap_or(22);
    let place = place_for(&server, &format!("[monitor.hosts.db]\nhost = \"127.0.0.1\"\nport = {port}\n"));
    let mut child = place.command("monitor").stdout(Stdio::null()).spawn().expect("the command starts");
    wait_until("a session", || server.sessions().len() >= 2);
    child.kill().expect("killed");
    child.wait().expect("it ends");
    wait_until("the end of all sessions", || server.sessions().is_empty());
}

#[test]
fn as_an_askpass_it_answers_nothing_but_the_question_it_was_started_for() {
    let ask = |prompt: &str| {
        let mut command = std::process::Command::new(COMMAND);
        command.arg(prompt).env("CLUSTER_TESTER_ASKPASS_FOR", "bench@db").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        std::io::Write::write_all(&mut child.stdin.take().expect("piped"), b"hunter2\n")
            .or_else(|error| if error.kind() == std::io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) })
            .expect("taken, or refused unread");
        child.wait_with_output().expect("it ends")
    };
    let output = ask("bench@db's password: ");
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(0), b"hunter2\n".as_slice()));
    let output = ask("bench@jump's password: ");
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(1), b"".as_slice()));
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !is_so() {
        assert!(Instant::now() < deadline, "{what} is awaited in vain");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn the_older_commands_run_as_they_stand_and_leave_their_files() {
    let Some(_user) = User::make(BENCHMARK_USER) else { return };
    let server = Server::start();
    let place = place_for(&server, "");
    let target = Target::start(&place);
    let port = server.host().port.unwrap_or(22);
    let older = serde_json::json!({"app": {"name": "k3s", "url": target.url}, "monitorServers": [
        {"name": "Server 1", "host": "127.0.0.1", "port": port, "sshAuthMethod": "password",
         "authentication": {"username": BENCHMARK_USER, "password": User::PASSWORD}}]});
    place.write("db/config.json", older.to_string());
    let ran = place.run(
        "benchmark --test-cases bubble-sort --duration-per-test 2 --max-response-time 2.0 --max-n-loads-to-test 1 \
         --min-requests-per-second 5 --rest-time 0 --max-load 11 --max-rate 10/s --strategy classic --monitor-interval 0.5",
    );
    assert!([0, 11].contains(&ran.code), "{ran:?}\n{}", server.log());
    let ran = place.run(
        "test-execution --test-cases bubble-sort --load 10 --requests-per-second 5 --duration-per-test 2 \
         --monitoring-interval 0.5",
    );
    ran.assert_measured();
    let file = |end: &str| -> Value {
        let entries = std::fs::read_dir(place.path().join("db")).expect("db");
        let mut names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let name = names.find(|name| name.ends_with(end)).unwrap_or_else(|| panic!("no file {end}: {ran:?}"));
        let text = std::fs::read_to_string(place.path().join("db").join(name)).expect("the older file");
        assert!(!text.contains(User::PASSWORD));
        serde_json::from_str(&text).expect("JSON")
    };
    let benchmark = file("_benchmark.json");
    let ticks = benchmark["test_executions"][0]["cluster_stats"].as_array().expect("ticks").clone();
    let server_1 = &ticks.first().unwrap_or_else(|| panic!("no tick: {benchmark}"))["servers"][0];
    assert_eq!(server_1["host"], "127.0.0.1", "{server_1}");
    assert!(server_1["memory"]["used"].as_f64() > Some(0.0), "{server_1}");
    assert!(server_1["stats"]["usr"].as_f64().is_some_and(|usr| (0.0..=100.0).contains(&usr)), "{server_1}");
    let execution = file("_test_execution.json");
    assert!(execution["cluster_stats"]["servers"][0]["stats"].is_object(), "{execution}");
}

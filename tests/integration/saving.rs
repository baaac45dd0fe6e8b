//! Whether what was measured is there afterwards, whatever happened.

use std::process::Command;

use tests::misbehaving::{Behaviour, Misbehaving};

use crate::command::{COMMAND, Place, Target, finish, run, wait_until};

fn signal(name: &str, id: u32) {
    assert!(Command::new("kill").args([name, &id.to_string()]).status().expect("kill").success());
}

#[test]
fn ctrl_c_ends_the_trial_and_saves_what_there_is() {
    let place = Place::new();
    let server = Misbehaving::start(Behaviour::Json("{}".to_owned()));
    let mut command = place.command(&format!("run --test-case http --url {} --rate 100/s --duration 5m", server.url()));
    let child = command.spawn().expect("started");
    wait_until("requests", || server.requests() > 100);
    signal("-INT", child.id());
    let ran = finish(child);
    assert_eq!(ran.code, 130, "{ran:?}");
    let saved = place.saved();
    assert_eq!(saved["state"], "interrupted");
    let trial = &saved["trials"][0];
    // On a busy machine it may be generator-bound as well, which is worse.
    assert!(["interrupted", "generator-bound"].contains(&trial["validity"].as_str().expect("a validity")), "{trial}");
    assert_eq!(trial["validity_reasons"][0]["cause"], "stopped");
    assert!(trial["summary"]["successes"].as_u64() >= Some(100), "{}", trial["summary"]);
}

#[test]
fn a_command_killed_outright_loses_no_more_than_the_last_half_second() {
    let place = Place::new();
    let server = Misbehaving::start(Behaviour::Json("{}".to_owned()));
    let mut command = place.command(&format!("run --test-case http --url {} --rate 500/s --duration 5m", server.url()));
    let mut child = command.spawn().expect("started");
    wait_until("requests", || server.requests() > 1_500);
    signal("-KILL", child.id());
    child.wait().expect("dead");
    let before = server.requests() as u64;
    let id = place.run_dir().file_name().expect("a name").to_string_lossy().into_owned();
    assert!(place.run(&format!("results show {id}")).stderr.contains("results recover"));
    let ran = place.run(&format!("results recover {id}"));
    assert_eq!(ran.code, 0, "{ran:?}");
    let rows = place.saved()["trials"][0]["samples"]["rows"].as_u64().expect("rows");
    assert!(rows + 400 >= before, "{rows} of {before} at 500/s");
    let again = place.run(&format!("results recover {id}"));
    assert_ne!(again.code, 0, "what is whole is left alone: {again:?}");
}

#[test]
fn a_full_disk_loses_samples_and_no_figure() {
    let place = Place::new();
    let server = Misbehaving::start(Behaviour::Json("{}".to_owned()));
    // Blocks of 512 bytes or 1 kB, by shell: enough for run.json, not for the samples.
    let script = format!(
        "ulimit -f 96; exec {COMMAND} run --test-case http --url {} --rate 2000/s --duration 4s --format json",
        server.url()
    );
    let mut command = place.command_of("sh", "");
    command.arg("-c").arg(script);
    let ran = run(command);
    ran.assert_measured();
    let trial = &place.saved()["trials"][0];
    assert_eq!(trial["summary"]["requests"], 8_000);
    assert_eq!(trial["samples"]["complete"], false, "{}", trial["samples"]);
    assert!(
        trial["samples"]["cause"].as_str().is_some_and(|cause| cause.contains("large") || cause.contains("written")),
        "{}",
        trial["samples"]
    );
}

#[test]
fn every_request_is_exported_and_read_by_another_program() {
    let place = Place::new();
    let target = Target::start(&place);
    let ran = place.run(&format!("run --test-case fibonacci --load 5 --url {} --rate 50/s --duration 2s", target.url));
    ran.assert_measured();
    let id = place.run_dir().file_name().expect("a name").to_string_lossy().into_owned();
    let csv = place.run(&format!("results export {id} --format csv")).stdout;
    assert_eq!(csv.lines().count(), 101, "a line of names and one a request");
    let json = place.run(&format!("results export {id} --format json")).json();
    assert_eq!(json["trials"][0]["summary"]["successes"], 100);

    let python = concat!(env!("CARGO_TARGET_TMPDIR"), "/../parquet-reader/bin/python");
    let script = format!(
        "import duckdb; print(duckdb.sql(\"select count(*), min(end_ns - intended_start_ns) > 0, max(status) from '{}'\").fetchone())",
        place.run_dir().join("trials/0001/samples.parquet").display()
    );
    let mut command = place.command_of(python, "-c");
    command.arg(script);
    let read = run(command);
    assert_eq!(read.stdout.trim(), "(100, True, 200)", "{read:?}; `make test` installs the reader");
}

#[test]
fn a_run_is_exported_as_files_of_the_older_tool() {
    let place = Place::new();
    let target = Target::start(&place);
    let ran = place.run(&format!("run --test-case fibonacci --load 5 --url {} --rate 50/s --duration 2s", target.url));
    ran.assert_measured();
    let run = place.run_dir().display().to_string();
    let to = place.path().join("older");
    let written = |words: &str| {
        let ran = place.run(&format!("results export {run} --format ancestor -o {} {words}", to.display()));
        assert_eq!(ran.code, 0, "{ran:?}");
        let path = std::path::PathBuf::from(ran.stdout.trim());
        let value: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).expect("a file")).expect("JSON");
        (path.file_name().expect("a name").to_string_lossy().into_owned(), value)
    };
    let (name, benchmark) = written("");
    assert!(name.starts_with("cluster-FibonacciTestCase-") && name.ends_with("_benchmark.json"), "{name}");
    assert_eq!(benchmark["test_executions"][0]["results"].as_array().map(Vec::len), Some(100));
    let (name, means) = written("--trial 1");
    assert!(name.ends_with("_test_execution.json"), "{name}");
    assert_eq!((&means["test_case"], &means["load"]), (&"FibonacciTestCase".into(), &5.into()));

    let onto = place.run_dir().join("run.json");
    let refused = place.run(&format!("results export {run} --format ancestor -o {}", onto.display()));
    assert!(refused.code == 2 && refused.stderr.contains("is not a directory"), "{refused:?}");
    let unknown = place.run(&format!("results export {run} --format ancestor --trial 2"));
    assert!(unknown.code != 0 && unknown.stderr.contains("has no trial 2"), "{unknown:?}");
}

#[test]
fn nothing_is_left_of_a_run_that_could_not_begin() {
    let place = Place::new();
    let ran = place.run("run --test-case http --url http://127.0.0.1:1 --duration 1s");
    assert_eq!(ran.code, 4, "{ran:?}");
    assert!(place.run_dirs().is_empty());
}

//! Long campaigns (`make soak`, about eight minutes): what holds over a minute, over many kills, with hostile targets, and at scale.

#[path = "../integration/command.rs"]
#[allow(dead_code, unused_macros, unused_imports, reason = "shared with the integration tests, which use all of it")]
mod command;
mod hostile_targets;
mod scale;

use std::process::Child;
use std::time::{Duration, Instant};

use tests::misbehaving::{Behaviour, Misbehaving};

use command::{Place, Target, finish, wait_until};

/// Resident memory of a process, bytes; none when it has ended.
fn resident(id: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? * 1024)
}

/// Memory of a process from now until this instant or its end, twice a second: time from now, and bytes resident.
fn watch_memory(child: &Child, until: Duration) -> Vec<(Duration, u64)> {
    let (begun, mut seen) = (Instant::now(), Vec::new());
    while let Some(bytes) = resident(child.id()).filter(|_| begun.elapsed() < until) {
        seen.push((begun.elapsed(), bytes));
        std::thread::sleep(Duration::from_millis(500));
    }
    seen
}

#[test]
fn a_thousand_a_second_for_a_minute_is_offered_within_a_thousandth_in_flat_memory() {
    let place = Place::new();
    let target = Target::start(&place);
    // Compiled code is warm: its making is no part of this.
    place.run("plugin list");
    let words = format!("run --test-case http --url {} --rate 1000/s --duration 60s --format json --quiet", target.url);
    let child = place.command(&words).spawn().expect("started");
    let seen = watch_memory(&child, Duration::from_secs(59));
    let ran = finish(child);
    ran.assert_measured();
    let run = ran.json();
    let trial = &run["trials"][0];
    let offered = trial["summary"]["offered_rate"].as_f64().expect("a rate");
    assert!((offered - 1_000.0).abs() <= 1.0, "{offered}");
    assert_eq!((&trial["summary"]["requests"], &trial["steady"]["counts"]["dropped"]), (&60_000.into(), &0.into()));
    let most = seen.iter().map(|(_, bytes)| *bytes).max().expect("looked at");
    let settled = seen.iter().find(|(at, _)| *at > Duration::from_secs(10)).expect("after ten seconds").1;
    println!("offered {offered}/s, resident {} MB, {} MB after 10 s", most / 1_000_000, settled / 1_000_000);
    assert!(most < 80_000_000, "{most} bytes resident");
    assert!(most < settled + 5_000_000, "{settled} bytes after 10 s, {most} at most");
}

#[test]
fn whenever_it_is_killed_all_but_the_last_half_second_comes_back() {
    let server = Misbehaving::start(Behaviour::Json("{}".to_owned()));
    for attempt in 0..20_u64 {
        let place = Place::new();
        let before = server.requests();
        let words = format!("run --test-case http --url {} --rate 1000/s --duration 5m --quiet", server.url());
        let mut child = place.command(&words).spawn().expect("started");
        wait_until("a first request", || server.requests() > before);
        std::thread::sleep(Duration::from_millis(300 + attempt * 97));
        child.kill().expect("killed");
        child.wait().expect("dead");
        std::thread::sleep(Duration::from_millis(50));
        let sent = (server.requests() - before) as u64;
        let id = place.run_dir().file_name().expect("a name").to_string_lossy().into_owned();
        let ran = place.run(&format!("results recover {id}"));
        assert_eq!(ran.code, 0, "{ran:?}");
        let rows = place.saved()["trials"][0]["samples"]["rows"].as_u64().expect("rows");
        println!("{rows} of {sent} requests");
        assert!(rows + 600 >= sent, "{rows} of {sent} at 1000/s");
    }
}

//! Many connections, and many requests for long.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::process::{Resource, getrlimit, setrlimit};

use crate::command::{Place, Target, finish};
use crate::watch_memory;

/// Connections of the one, and descriptors that each end needs for them: the ends are processes of their own.
const CONNECTIONS: usize = 10_000;
const DESCRIPTORS: u64 = 12_000;

/// Lets this process and those that it starts have as many descriptors as the system allows.
fn raise_descriptor_limit() {
    let mut limit = getrlimit(Resource::Nofile);
    let most = limit.maximum.unwrap_or(u64::MAX);
    assert!(most >= DESCRIPTORS, "the hard limit of open files is {most}: raise it to {DESCRIPTORS}, `ulimit -Hn`");
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).expect("up to the hard limit it is free");
}

/// Established connections whose end on this machine has this port.
fn established(port: u16) -> usize {
    let port = format!(":{port:04X}");
    let table = std::fs::read_to_string("/proc/net/tcp").expect("Linux");
    let is_one = |line: &&str| {
        let mut fields = line.split_whitespace().skip(1);
        let (local, state) = (fields.next(), fields.nth(1));
        local.is_some_and(|local| local.ends_with(&port)) && state == Some("01")
    };
    table.lines().filter(is_one).count()
}

#[test]
fn ten_thousand_connections_are_held_open_at_a_thousand_a_second() {
    raise_descriptor_limit();
    let place = Place::new();
    let target = Target::start(&place);
    let port = target.url.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a URL with a port");
    let words = format!(
        "run --test-case http --url {} --connections {CONNECTIONS} --rate 1000/s --duration 20s --threads 1 --format json --quiet",
        target.url
    );
    let is_over = AtomicBool::new(false);
    let (ran, seen) = std::thread::scope(|scope| {
        let looking = scope.spawn(|| {
            let mut seen = Vec::new();
            while !is_over.load(Ordering::Relaxed) {
                seen.push(established(port));
                // Reading the table costs time that the two need: not often.
                std::thread::sleep(Duration::from_secs(1));
            }
            seen
        });
        let ran = place.run(&words);
        is_over.store(true, Ordering::Relaxed);
        (ran, looking.join().expect("it looks"))
    });
    println!("connections open, each second: {seen:?}");
    let run = ran.json();
    let trial = &run["trials"][0];
    let counts = &trial["steady"]["counts"];
    println!("exit code {}, {}, {counts}", ran.code, trial["summary"]);
    assert_eq!((&counts["scheduled"], &counts["sent"]), (&20_000.into(), &20_000.into()), "{counts}");
    assert_eq!((&counts["dropped"], &counts["outcomes"]["success"]), (&0.into(), &20_000.into()), "{counts}");
    assert_eq!(seen.iter().max(), Some(&CONNECTIONS), "{seen:?}");
    let long = seen.iter().filter(|open| **open == CONNECTIONS).count();
    assert!(long >= 10, "all of them only for {long} s: {seen:?}");
    // Last: what a busy machine fails is this, and only this.
    assert_eq!(ran.code, 0, "{}: {}", trial["validity"], trial["validity_reasons"]);
}

/// A number from the environment of the tests.
fn from_environment(name: &str) -> Option<f64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|error| panic!("{name}={text}: {error}")))
}

/// Ninety seconds at 20 000/s, which a small machine can do beside other work; `SOAK_MINUTES=10 SOAK_RATE=50000` for more.
#[test]
fn memory_stays_flat_at_fifty_thousand_a_second() {
    let length = Duration::from_secs_f64(from_environment("SOAK_MINUTES").map_or(90.0, |minutes| minutes * 60.0));
    let rate = from_environment("SOAK_RATE").unwrap_or(20_000.0);
    let place = Place::new();
    let target = Target::start(&place);
    // Compiled code is warm: its making is no part of this.
    place.run("plugin list");
    // Arrivals under way are memory by right: a target that falls behind must not make many of them.
    let words = format!(
        "run --test-case http --url {} --rate {rate}/s --duration {}s --max-in-flight 2000 --format json --quiet",
        target.url,
        length.as_secs()
    );
    let child = place.command(&words).spawn().expect("started");
    let seen = watch_memory(&child, length.saturating_sub(Duration::from_secs(1)));
    let ran = finish(child);
    ran.assert_measured();
    let run = ran.json();
    let trial = &run["trials"][0];
    let offered = trial["summary"]["offered_rate"].as_f64().expect("a rate");
    let settling = Duration::from_secs(60).min(length / 3);
    let settled = seen.iter().find(|(at, _)| *at >= settling).expect("it runs that long").1;
    let (_, last) = *seen.last().expect("looked at");
    let most = seen.iter().map(|(_, bytes)| *bytes).max().expect("looked at");
    let [settled_mb, last_mb, most_mb] = [settled, last, most].map(|bytes| bytes / 1_000_000);
    println!(
        "exit code {}, offered {offered}/s, {settled_mb} MB after {settling:?}, {last_mb} MB at the end, {most_mb} MB at most, {}",
        ran.code, trial["steady"]["counts"]
    );
    // Far fewer would say nothing about this rate.
    assert!(offered > rate * 0.9, "{offered}/s of {rate}/s");
    assert!(last < settled + 10_000_000, "{settled} bytes after {settling:?}, {last} at the end");
    assert!(most < 150_000_000, "{most} bytes resident");
}

//! Targets that break HTTP, or mean harm: each request has an outcome by name, and the tester stays small.

use std::time::Duration;

use tests::misbehaving::{Behaviour, Misbehaving};

use crate::command::{Place, finish};
use crate::watch_memory;

/// Most memory of the tester, bytes.
const MOST_RESIDENT: u64 = 150_000_000;

/// What one target does, how many requests a second it gets, and the outcomes that they may have.
type Case = (Behaviour, u64, &'static [&'static str]);

#[test]
fn each_request_to_a_hostile_target_ends_in_a_named_outcome_in_bounded_memory() {
    let cases: [Case; 8] = [
        (Behaviour::ResetsWithinAnswer, 200, &["connection-lost"]),
        (Behaviour::Stalls, 200, &["timed-out"]),
        (Behaviour::Trickles(Duration::from_millis(20)), 200, &["timed-out"]),
        (Behaviour::CutOff, 200, &["connection-lost"]),
        // A fast machine reads it all within the time-out.
        (Behaviour::HugeBody(1_000_000_000), 2, &["success", "timed-out"]),
        (Behaviour::BadChunks, 200, &["protocol-error"]),
        (Behaviour::EndlessHead, 200, &["protocol-error"]),
        (Behaviour::ClosesKept, 200, &["success"]),
    ];
    let place = Place::new();
    // Compiled code is warm: its making is no part of this.
    place.run("plugin list");
    // All are looked at before any is judged: one campaign tells everything.
    let wrong: Vec<String> = cases.into_iter().filter_map(|case| look_at(&place, case).err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Runs against one target. An error says what is wrong.
fn look_at(place: &Place, (behaviour, rate, expected): Case) -> Result<(), String> {
    let label = format!("{behaviour:?}");
    let server = Misbehaving::start(behaviour);
    let words = format!(
        "run --test-case http --url {} --rate {rate}/s --duration 8s --timeout 1s --max-in-flight 500 --format json --quiet",
        server.url()
    );
    let child = place.command(&words).spawn().expect("started");
    // Past the last time-out; the command ends soon after, or is ended.
    let seen = watch_memory(&child, Duration::from_secs(20));
    let ran = finish(child);
    // 13: nothing succeeded. 11: the machine was busy.
    if ![0, 11, 13].contains(&ran.code) {
        return Err(format!("{label}: {ran:?}"));
    }
    let run = ran.json();
    let trial = &run["trials"][0];
    let counts = &trial["steady"]["counts"];
    let count = |name: &str| counts[name].as_u64().expect("a count");
    let outcomes = counts["outcomes"].as_object().expect("counts by outcome");
    let outcomes: Vec<(&str, u64)> = outcomes
        .iter()
        .map(|(name, count)| (name.as_str(), count.as_u64().expect("a count")))
        .filter(|(_, count)| *count > 0)
        .collect();
    let most = seen.iter().map(|(_, bytes)| *bytes).max().expect("looked at");
    println!("{label}: exit code {}, {outcomes:?}, at most {} MB resident", ran.code, most / 1_000_000);

    let scheduled = rate * 8;
    let accounted = count("sent") + count("dropped") + count("abandoned_unsent");
    let is_right = count("scheduled") == scheduled
        && accounted == scheduled
        && outcomes.iter().map(|(_, count)| count).sum::<u64>() == scheduled
        && outcomes.iter().all(|(name, _)| expected.contains(name))
        && trial["samples"]["rows"].as_u64() == Some(scheduled)
        && most < MOST_RESIDENT;
    if is_right { Ok(()) } else { Err(format!("{label}: {most} bytes resident, {counts}, {}", trial["samples"])) }
}

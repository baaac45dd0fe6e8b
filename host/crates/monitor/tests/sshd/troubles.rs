//! What happens to a host meanwhile.

use std::time::Duration;

use super::server::{Server, script};
use super::{gap, gaps, observe, plan, sample, samples, start};

#[test]
fn a_session_that_is_killed_leaves_a_gap_and_comes_back() {
    let server = Server::start();
    let monitor = start(plan(&server, vec![server.host()])).expect("a monitor");
    observe(&monitor, 0, |seen| samples(seen) >= 2);
    server.signal_sessions("KILL");
    let seen = observe(&monitor, 0, |seen| gaps(seen) >= 1 && seen.last().is_some_and(|last| sample(last).is_some()));
    assert!(seen.iter().filter_map(gap).all(|why| why.contains("the session ended")), "{seen:?}");
    // What the host counted meanwhile is not lost: the sample after the gap spans it.
    let back = seen.last().and_then(sample).expect("a sample");
    let interval = Duration::from_nanos(back.interval_ns.expect("an interval"));
    assert!(interval > Duration::from_millis(400) && interval < Duration::from_secs(8), "{interval:?}");
    let observations = observe(&monitor, 1, |seen| seen.len() >= 2);
    assert_eq!(gaps(&observations), 0, "the tester was looked at all the while");
}

#[test]
fn a_host_that_is_frozen_for_five_seconds_leaves_gaps_and_goes_on() {
    let server = Server::start();
    let monitor = start(plan(&server, vec![server.host()])).expect("a monitor");
    observe(&monitor, 0, |seen| samples(seen) >= 2);
    let sessions = server.sessions();
    server.signal_sessions("STOP");
    std::thread::sleep(Duration::from_secs(5));
    server.signal_sessions("CONT");
    let seen = observe(&monitor, 0, |seen| gaps(seen) >= 40 && seen.last().is_some_and(|last| sample(last).is_some()));
    assert!(seen.iter().filter_map(gap).any(|why| why.starts_with("no answer for")), "{seen:?}");
    let due: Vec<_> = seen.iter().map(|observation| observation.due_unix_ns).collect();
    assert!(due.windows(2).all(|pair| pair[1] - pair[0] == 100_000_000), "one observation a tick, in order: {due:?}");
    let back = seen.last().and_then(sample).expect("a sample");
    assert!(back.interval_ns.is_some_and(|nanos| nanos > 4_900_000_000), "{back:?}");
    assert!(back.round_trip_ns < 1_000_000_000, "the late answer is not taken for one: {back:?}");
    assert_eq!(server.sessions(), sessions, "the session survived");
}

#[test]
fn a_host_that_begins_to_print_nonsense_leaves_gaps() {
    let folder = tempfile::tempdir().expect("a directory");
    // Answers are cut off after a while, and noise takes their place.
    let text =
        "#!/bin/sh\nsh -c \"$SSH_ORIGINAL_COMMAND\" | { sed -u 400q; while :; do echo nonsense; sleep 0.01; done; }\n";
    let server = Server::with(&format!("ForceCommand {}", script(folder.path(), text)));
    let monitor = start(plan(&server, vec![server.host()])).expect("a monitor");
    let seen = observe(&monitor, 0, |seen| gaps(seen) >= 12);
    assert!(samples(&seen) >= 1, "{seen:?}");
    assert!(seen.last().and_then(gap).is_some_and(|why| why.starts_with("no answer for")), "{seen:?}");
}

#[test]
fn what_was_not_taken_at_the_end_can_still_be() {
    let server = Server::start();
    let monitor = start(plan(&server, Vec::new())).expect("a monitor");
    let taken = monitor.observations();
    std::thread::sleep(Duration::from_millis(350));
    assert_eq!(monitor.lost(), 0);
    monitor.stop();
    assert!(taken.into_iter().count() >= 3);
}

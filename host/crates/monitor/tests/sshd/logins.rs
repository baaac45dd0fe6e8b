//! How hosts are logged in to, and what keeps one from it.

use std::time::{Duration, Instant};

use monitor::{Fault, HostPlan, Monitor, MonitorError, MonitorPlan, check};

use super::server::{Server, User, script};
use super::{fault_of, observe, plan, samples, start};

/// A user of one test.
const USER: &str = "ct-monitor-test";

#[test]
fn a_key_is_enough_and_facts_are_told() {
    let server = Server::start();
    let monitor = start(plan(&server, vec![server.host()])).unwrap_or_else(|error| panic!("{error}\n{}", server.log()));
    let facts = monitor.facts();
    assert_eq!(facts.len(), 2);
    let (host, tester) = (&facts[0], &facts[1]);
    assert_eq!((host.name.as_str(), host.is_tester), ("db", false));
    assert_eq!((tester.name.as_str(), tester.is_tester), ("tester", true));
    // It is the same machine.
    assert_eq!(
        (&host.kernel, &host.os, host.cores, host.memory_kb),
        (&tester.kernel, &tester.os, tester.cores, tester.memory_kb)
    );
    assert!(host.kernel.is_some() && host.cores.is_some() && host.memory_kb.is_some(), "{host:?}");
    let clock = host.clock.expect("GNU date tells fractions");
    assert!(clock.offset_ns.unsigned_abs() <= clock.bound_ns && clock.bound_ns < 1_000_000_000, "{clock:?}");
    let seen = observe(&monitor, 0, |seen| samples(seen) >= 5);
    assert_eq!(seen.len(), 5, "no gaps: {seen:?}");
    monitor.stop();
    assert!(wait_until(|| server.sessions().is_empty()), "nothing is left on the host: {:?}", server.sessions());
}

#[test]
fn the_tester_is_monitored_without_any_host() {
    let server = Server::start();
    let monitor = start(plan(&server, Vec::new())).expect("a monitor");
    let seen = observe(&monitor, 0, |seen| seen.len() >= 3);
    assert_eq!(samples(&seen), 3);
    assert!(server.log().lines().all(|line| !line.contains("Accepted")));
}

#[test]
fn a_password_is_handed_over_and_a_wrong_one_is_told() {
    let Some(_user) = User::make(USER) else { return };
    let server = Server::start();
    let monitor = start(plan(&server, vec![server.host_with(USER, User::PASSWORD)]));
    let monitor = monitor.unwrap_or_else(|error| panic!("{error:?}\n{}", server.log()));
    assert!(server.log().contains(&format!("Accepted password for {USER}")), "{}", server.log());
    observe(&monitor, 0, |seen| samples(seen) >= 2);
    assert!(!is_visible(User::PASSWORD), "neither a command line nor an environment shows it");
    monitor.stop();

    let begun = Instant::now();
    let error = fault_of(plan(&server, vec![server.host_with(USER, "wrong")]));
    assert!(matches!(error.fault, Fault::WrongPassword { .. }), "{error:?}");
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
    assert!(!format!("{error:?} {error} {}", error.hint()).contains("wrong"), "{error:?}");
}

#[test]
fn a_wrong_key_is_told_with_what_the_host_takes() {
    let server = Server::with("PasswordAuthentication no");
    let host = HostPlan { identity_file: Some(server.path("stranger")), ..server.host() };
    // The config of the client has a key that would do.
    let text = std::fs::read_to_string(server.client_config()).expect("a config").replace("IdentityFile", "#");
    std::fs::write(server.client_config(), text).expect("a config");
    let error = fault_of(plan(&server, vec![host.clone()]));
    assert!(matches!(&error.fault, Fault::NotAdmitted { asked, .. } if asked == "publickey"), "{error:?}");
    assert!(error.hint().contains("identity-file"), "{}", error.hint());
    let known = HostPlan { identity_file: Some(server.path("user")), ..host };
    assert!(start(plan(&server, vec![known])).is_ok());
    // A password where none is taken.
    let error = fault_of(plan(&server, vec![server.host_with("root", "any")]));
    assert!(matches!(error.fault, Fault::NotAdmitted { had_password: true, .. }), "{error:?}");
    assert!(error.hint().contains("takes no passwords"), "{}", error.hint());
}

#[test]
fn an_unknown_host_key_is_refused_or_trusted_on_first_use() {
    let server = Server::start();
    std::fs::write(server.path("known_hosts"), "").expect("empty");
    let strict = plan(&server, vec![server.host()]);
    let error = fault_of(strict.clone());
    assert!(matches!(error.fault, Fault::UnknownHostKey { .. }), "{error:?}");
    assert!(error.hint().contains("--accept-new-host-keys"), "{}", error.hint());
    assert!(start(MonitorPlan { accept_new_host_keys: true, ..strict.clone() }).is_ok());
    assert!(start(strict).is_ok(), "it is known from then on");
}

#[test]
fn a_changed_host_key_is_refused_whatever_is_trusted() {
    let server = Server::start();
    server.write_known_hosts("stranger.pub", "127.0.0.1");
    let strict = plan(&server, vec![server.host()]);
    for accept_new_host_keys in [false, true] {
        let error = fault_of(MonitorPlan { accept_new_host_keys, ..strict.clone() });
        assert!(matches!(error.fault, Fault::ChangedHostKey { .. }), "{error:?}");
        assert!(error.said().is_some_and(|said| said.contains("IDENTIFICATION HAS CHANGED")), "{error:?}");
    }
}

#[test]
fn a_host_that_cannot_be_reached_stops_all_or_is_left_for_later() {
    let server = Server::start();
    let nobody = HostPlan { name: "web".into(), port: Some(1), ..server.host() };
    let both = plan(&server, vec![nobody, server.host()]);
    let error = fault_of(both.clone());
    assert!(matches!(error.fault, Fault::Unreachable { .. }), "{error:?}");
    assert_eq!(
        (error.name.as_str(), error.index, error.to_string().as_str()),
        ("web", 0, "cannot monitor host `web`: it cannot be reached")
    );
    assert!(error.said().is_some_and(|said| said.contains("Connection refused")), "{error:?}");

    let optional = start(MonitorPlan { required: false, ..both.clone() }).expect("a monitor");
    assert_eq!(optional.unreachable(), std::slice::from_ref(&error));
    let seen = observe(&optional, 0, |seen| seen.len() >= 3);
    assert_eq!(samples(&seen), 0);
    assert!(super::gap(&seen[0]).is_some_and(|why| why.contains("refused")), "{seen:?}");
    observe(&optional, 1, |seen| samples(seen) >= 1);

    let checked = check(both).expect("this machine is well");
    assert_eq!(checked[0], Err(error));
    assert!(checked[1].as_ref().is_ok_and(|facts| facts.kernel.is_some()), "{checked:?}");
    assert!(checked[2].as_ref().is_ok_and(|facts| facts.is_tester));
}

#[test]
fn a_shell_that_prints_a_banner_is_answered_and_one_that_prints_nonsense_is_told() {
    let folder = tempfile::tempdir().expect("a directory");
    let forced = |text: &str| Server::with(&format!("ForceCommand {}", script(folder.path(), text)));
    let server = forced("#!/bin/sh\necho Welcome; printf 'Today: '\nexec sh -c \"$SSH_ORIGINAL_COMMAND\"\n");
    let monitor = start(plan(&server, vec![server.host()])).expect("a monitor");
    assert_eq!(samples(&observe(&monitor, 0, |seen| seen.len() >= 3)), 3);
    drop(monitor);

    let server = forced("#!/bin/sh\necho This account is not available.\n");
    let error = fault_of(plan(&server, vec![server.host()]));
    assert!(matches!(error.fault, Fault::NotLinux { .. }), "{error:?}");
    assert_eq!(error.said(), Some("This account is not available."));
}

#[test]
fn waiting_for_logins_can_be_given_up() {
    // A port that takes connections and says nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let server = Server::start();
    let port = silent.local_addr().expect("an address").port();
    let host = HostPlan { port: Some(port), ..server.host() };
    let begun = Instant::now();
    let ended = Monitor::start(plan(&server, vec![host]), &|| begun.elapsed() > Duration::from_millis(200));
    assert!(matches!(ended, Err(MonitorError::Interrupted)), "{ended:?}");
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
}

fn wait_until(is_so: impl Fn() -> bool) -> bool {
    let deadline = Instant::now() + Duration::from_secs(5);
    while !is_so() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(20));
    }
    is_so()
}

/// Whether a process of this machine shows a text to those who look.
fn is_visible(text: &str) -> bool {
    let own = std::process::id().to_string();
    let processes = std::fs::read_dir("/proc").expect("/proc").flatten();
    processes
        .filter(|entry| entry.file_name().to_str().is_some_and(|name| name.parse::<u32>().is_ok() && name != own))
        .any(|entry| {
            ["cmdline", "environ"].iter().any(|file| {
                std::fs::read(entry.path().join(file)).is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains(text))
            })
        })
}

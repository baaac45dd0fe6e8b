//! Ways to a host: IPv6, a jump host, keyboard-interactive, network namespaces of their own.

use std::io::Write as _;
use std::process::{Command, Stdio};

use model::resources::Observation;
use monitor::{HostPlan, Monitor};

use super::server::{Server, User, is_root};
use super::{gap, gaps, observe, plan, sample, samples, start};

/// A user of one test.
const INTERACTIVE: &str = "ct-monitor-kbd";
/// A user of another.
const BEHIND: &str = "ct-monitor-jump";

fn skipped(why: &str) {
    // Past the capture of output: nothing is to be skipped in silence.
    let _ = writeln!(std::io::stderr(), "SKIPPED: {why}");
}

#[test]
fn a_host_by_ipv6_is_monitored() {
    if std::net::TcpListener::bind("[::1]:0").is_err() {
        return skipped("this machine has no IPv6");
    }
    let server = Server::through(&[], "::1", "");
    let monitor = start(plan(&server, vec![HostPlan { host: "::1".into(), ..server.host() }])).expect("a monitor");
    observe(&monitor, 0, |seen| samples(seen) >= 2);
}

#[test]
fn an_alias_behind_a_jump_host_gets_its_password_and_the_jump_host_does_not() {
    let Some(_user) = User::make(BEHIND) else { return };
    let (inner, jump) = (Server::start(), Server::start());
    let port = |server: &Server| server.host().port.unwrap_or_default();
    let text = std::fs::read_to_string(jump.client_config()).expect("a config");
    // The jump host takes the user's key, the inner one the password.
    let aliases = format!(
        "Host inner\nHostName 127.0.0.1\nPort {}\nProxyJump gate\nHost gate\nHostName 127.0.0.1\nPort {}\nHost *\n{text}",
        port(&inner),
        port(&jump)
    );
    std::fs::write(jump.client_config(), aliases).expect("a config");
    let known = [&inner, &jump].map(|server| std::fs::read_to_string(server.path("known_hosts")).expect("known hosts"));
    std::fs::write(jump.path("known_hosts"), known.concat()).expect("known hosts");
    let host = HostPlan { host: "inner".into(), port: None, ..inner.host_with(BEHIND, User::PASSWORD) };
    let monitor = start(plan(&jump, vec![host.clone()]));
    let monitor = monitor.unwrap_or_else(|error| panic!("{error:?}\n{}\n{}", inner.log(), jump.log()));
    observe(&monitor, 0, |seen| samples(seen) >= 2);
    assert!(inner.log().contains(&format!("Accepted password for {BEHIND}")), "{}", inner.log());
    assert!(jump.log().contains("Accepted publickey"), "{}", jump.log());
    drop(monitor);

    // A jump host that takes no key asks for a password too, and gets none.
    std::fs::write(jump.path("authorized_keys"), "").expect("no keys");
    assert!(start(plan(&jump, vec![host])).is_err());
    assert!(!jump.log().contains("Accepted password"), "{}", jump.log());
}

#[test]
fn a_server_that_asks_for_the_password_by_pam_gets_it() {
    let Some(_user) = User::make(INTERACTIVE) else { return };
    let server = Server::with("UsePAM yes\nKbdInteractiveAuthentication yes\nPasswordAuthentication no");
    let monitor = start(plan(&server, vec![server.host_with(INTERACTIVE, User::PASSWORD)]));
    let monitor = monitor.unwrap_or_else(|error| panic!("{error:?}\n{}", server.log()));
    observe(&monitor, 0, |seen| samples(seen) >= 2);
    assert!(server.log().contains("Accepted keyboard-interactive/pam"), "{}", server.log());
}

/// A network namespace with one address, and its end here.
struct Namespace {
    name: &'static str,
    here: String,
    address: String,
}

impl Namespace {
    /// None where the machine does not allow it.
    fn make(name: &'static str, subnet: u8) -> Option<Self> {
        let (here, there) = (format!("{name}h"), format!("{name}n"));
        let address = format!("10.213.{subnet}.2");
        let namespace = Self { name, here, address };
        namespace.remove();
        let commands = [
            format!("netns add {name}"),
            format!("link add {} type veth peer name {there} netns {name}", namespace.here),
            format!("addr add 10.213.{subnet}.1/30 dev {}", namespace.here),
            format!("link set {} up", namespace.here),
            format!("-n {name} addr add {}/30 dev {there}", namespace.address),
            format!("-n {name} link set {there} up"),
            format!("-n {name} link set lo up"),
        ];
        commands.iter().all(|command| ip(command)).then_some(namespace)
    }

    fn server(&self) -> Server {
        Server::through(&["/usr/bin/env", "ip", "netns", "exec", self.name], &self.address, "")
    }

    fn remove(&self) {
        ip(&format!("link delete {}", self.here));
        ip(&format!("netns delete {}", self.name));
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        self.remove();
    }
}

fn ip(words: &str) -> bool {
    let mut command = Command::new("ip");
    command.args(words.split(' ')).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

#[test]
fn two_hosts_in_network_namespaces_are_told_apart_and_one_that_is_cut_off_leaves_the_other() {
    let made = is_root().then(|| Namespace::make("cta", 1).zip(Namespace::make("ctb", 2))).flatten();
    let Some((a, b)) = made else { return skipped("this machine makes no network namespaces") };
    let (server_a, server_b) = (a.server(), b.server());
    let known =
        [&server_a, &server_b].map(|server| std::fs::read_to_string(server.path("known_hosts")).expect("hosts"));
    std::fs::write(server_a.path("known_hosts"), known.concat()).expect("known hosts");
    let host = |server: &Server, at: &Namespace| HostPlan { host: at.address.clone(), ..server.host() };
    let key = HostPlan { identity_file: Some(server_b.path("user")), ..host(&server_b, &b) };
    let monitor = start(plan(&server_a, vec![host(&server_a, &a), key])).unwrap_or_else(|error| panic!("{error:?}"));
    let interface = |host, monitor: &Monitor| -> Vec<String> {
        let seen = observe(monitor, host, |seen: &[Observation]| samples(seen) >= 2);
        seen.iter()
            .filter_map(sample)
            .next_back()
            .into_iter()
            .flat_map(|sample| &sample.network)
            .map(|one| one.name.clone())
            .collect()
    };
    assert_eq!((interface(0, &monitor), interface(1, &monitor)), (vec!["ctan".to_owned()], vec!["ctbn".to_owned()]));

    assert!(ip(&format!("link set {} down", a.here)));
    let cut = observe(&monitor, 0, |seen| gaps(seen) >= 5);
    assert!(cut.iter().filter_map(gap).all(|why| why.starts_with("no answer for")), "{cut:?}");
    monitor.observations().drain().for_each(drop);
    assert_eq!(gaps(&observe(&monitor, 1, |seen| seen.len() >= 3)), 0, "the other is looked at all the while");
    assert!(ip(&format!("link set {} up", a.here)));
    observe(&monitor, 0, |seen| samples(seen) >= 2);
}

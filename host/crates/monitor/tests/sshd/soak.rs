//! What takes long: `make soak` runs it. The figures are printed.

use std::io::Write as _;
use std::process::Command;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use model::resources::{HostUse, Observation};
use monitor::{HostPlan, MonitorPlan};

use super::measuring::under_load;
use super::server::{Server, cpu_seconds, descendants};
use super::{observe, plan, samples, start};

/// Hosts of the crowd.
const CROWD: usize = 100;

fn say(line: String) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn unix_ns() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_nanos() as i64
}

#[test]
#[ignore = "takes half a minute"]
fn shares_are_within_two_points_of_mpstat() {
    let server = Server::start();
    // Nobody takes the observations meanwhile: so many find room.
    let interval = Duration::from_millis(250);
    let monitor = start(MonitorPlan { interval, ..plan(&server, vec![server.host()]) }).expect("a monitor");
    let seconds = "30";
    let (from, output, to) = under_load(0.6, || {
        let from = unix_ns();
        let output = Command::new("mpstat").env("LC_ALL", "C").args([seconds, "1"]).output();
        (from, output.expect("`mpstat` is missing: run `tests/ssh-server install`"), unix_ns())
    });
    let seen: Vec<Observation> = monitor.observations().drain().collect();
    assert_eq!(monitor.lost(), 0);
    let host = HostUse::over(0, from, to, &seen);
    let tester = HostUse::over(1, from, to, &seen);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().find(|line| line.starts_with("Average:") && line.contains(" all ")).expect("an average");
    let theirs: Vec<f64> = line.split_ascii_whitespace().skip(2).map(|word| word.parse().expect("a number")).collect();
    for (name, used) in [("host", host), ("tester", tester)] {
        let cpu = used.cpu.expect("shares");
        let ours =
            [cpu.usr, cpu.nice, cpu.sys, cpu.iowait, cpu.irq, cpu.soft, cpu.steal, cpu.guest, cpu.gnice, cpu.idle];
        say(format!("{name}: {ours:.2?} of {} samples; mpstat: {theirs:?}", used.samples));
        for (ours, theirs) in ours.iter().zip(&theirs) {
            assert!((ours - theirs).abs() < 2.0, "{name}: {ours} against {theirs}\n{text}");
        }
    }
}

#[test]
#[ignore = "takes half a minute"]
fn a_host_pays_less_than_half_a_per_cent_of_a_core() {
    let server = Server::start();
    let interval = Duration::from_secs(1);
    let monitor = start(MonitorPlan { interval, ..plan(&server, vec![server.host()]) }).expect("a monitor");
    observe(&monitor, 0, |seen| samples(seen) >= 2);
    let spent = || server.sessions().into_iter().map(cpu_seconds).sum::<f64>();
    let (begun, before) = (Instant::now(), spent());
    std::thread::sleep(Duration::from_secs(30));
    let share = 100.0 * (spent() - before) / begun.elapsed().as_secs_f64();
    say(format!("a host pays {share:.3} % of a core at one look a second, sshd included"));
    assert!(share < 0.5, "{share}");
}

#[test]
#[ignore = "takes a minute"]
fn a_hundred_hosts_cost_the_tester_less_than_a_tenth_of_a_core() {
    let server = Server::start();
    let host = |number| HostPlan { name: format!("host {number}"), ..server.host() };
    let plan = MonitorPlan { interval: Duration::from_secs(1), ..plan(&server, (0..CROWD).map(host).collect()) };
    let begun = Instant::now();
    let monitor = start(plan).expect("a monitor");
    say(format!("{CROWD} logins took {:.1} s", begun.elapsed().as_secs_f64()));
    observe(&monitor, 0, |seen| samples(seen) >= 3);
    let own = std::process::id() as i32;
    let not_ours = server.sessions();
    // The masters, and this process with the monitor's thread.
    let processes: Vec<_> =
        descendants(own).into_iter().filter(|id| !not_ours.contains(id)).chain(threads_of(own)).collect();
    let spent = || processes.iter().copied().map(cpu_seconds).sum::<f64>();
    monitor.observations().drain().for_each(drop);
    let (begun, before) = (Instant::now(), spent());
    std::thread::sleep(Duration::from_secs(30));
    let share = 100.0 * (spent() - before) / begun.elapsed().as_secs_f64();
    let seen: Vec<Observation> = monitor.observations().drain().collect();
    let (answered, all) = (samples(&seen), seen.len());
    say(format!("{CROWD} hosts cost the tester {share:.1} % of a core; {answered} of {all} ticks answered"));
    assert!(share < 10.0, "{share}");
    assert_eq!((monitor.lost(), answered), (0, all));
    assert!(all >= 29 * CROWD, "{all}");
    let begun = Instant::now();
    monitor.stop();
    say(format!("their end took {:.2} s", begun.elapsed().as_secs_f64()));
    let left: Vec<_> = descendants(own).into_iter().filter(|id| !not_ours.contains(id)).collect();
    assert!(left.len() <= 1, "the server itself is left, and no connection: {left:?}");
}

/// The threads of a process but its first: `/proc/PID` counts that one alone in its `schedstat`.
fn threads_of(process: i32) -> Vec<i32> {
    let tasks = std::fs::read_dir(format!("/proc/{process}/task")).expect("threads").flatten();
    tasks.filter_map(|task| task.file_name().to_str()?.parse().ok()).collect()
}

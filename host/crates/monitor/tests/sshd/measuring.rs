//! Whether the figures are true.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::server::Server;
use super::{observe, plan, sample, samples, start};

/// Keeps one processor busy for as long as it lives.
pub(crate) struct Load<'a>(&'a AtomicBool);

impl Drop for Load<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Runs `work` while one processor is busy for this part of each 20 ms.
pub(crate) fn under_load<T>(part: f64, work: impl FnOnce() -> T) -> T {
    let ends = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !ends.load(Ordering::Relaxed) {
                let slice = std::time::Instant::now();
                while slice.elapsed() < Duration::from_millis(20).mul_f64(part) {
                    std::hint::spin_loop();
                }
                std::thread::sleep(Duration::from_millis(20).saturating_sub(slice.elapsed()));
            }
        });
        let _load = Load(&ends);
        work()
    })
}

#[test]
fn a_busy_processor_is_seen_from_outside_and_by_the_tester_itself() {
    let server = Server::start();
    let monitor = start(plan(&server, vec![server.host()])).expect("a monitor");
    let cores = monitor.facts()[0].cores.expect("cores") as f64;
    let seen = under_load(1.0, || {
        std::thread::sleep(Duration::from_millis(200));
        observe(&monitor, 0, |seen| samples(seen) >= 12)
    });
    let busy: Vec<_> = seen.iter().filter_map(|one| Some(sample(one)?.cpu?.busy())).skip(3).collect();
    let mean = busy.iter().sum::<f64>() / busy.len() as f64;
    // Others can only add to it.
    assert!(mean > 80.0 / cores, "{mean} of {cores} processors: {busy:?}");
    let last = seen.last().and_then(sample).expect("a sample");
    assert!(last.memory.total >= last.memory.used && last.memory.used > 0.0);
    assert!(last.round_trip_ns > 0 && last.cores.len() as f64 == cores);
    let own = observe(&monitor, 1, |seen| samples(seen) >= 3);
    assert!(own.iter().filter_map(sample).all(|sample| sample.round_trip_ns == 0));
}

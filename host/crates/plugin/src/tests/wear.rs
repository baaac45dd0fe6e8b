//! What becomes of a guest that leaks in a long trial.

use super::*;

#[test]
fn a_guest_that_leaks_serves_a_million_iterations_in_bounded_memory_and_no_state_is_lost() {
    // What it leaks in all, 64 MB and more, is four times what its instance may have.
    let limits = Limits { memory: 16 << 20, ..Limits::default() };
    let runtime = Runtime::new(&RuntimeConfig { cache_dir: None, limits, instances: 1 }).expect("a runtime");
    let mut workload = hostile(&runtime, "leak").workload().expect("an instance");
    let at = |iteration| Context { iteration, ..context(1) };
    let mut carried: Option<(Context, Bytes)> = None;
    for iteration in 0..1_000_000 {
        let now = at(iteration);
        workload.build(&now).expect("a request");
        // The second step of the iteration before is read by what may be a fresh instance.
        if let Some((before, state)) = carried.take() {
            let Ok(Verdict::Done(judgement)) = workload.read(&before, &state, &answer(200, "")) else {
                panic!("iteration {iteration} lost the state of the one before")
            };
            assert_eq!(judgement.failure, None);
        }
        let Ok(Verdict::Next(step)) = workload.read(&now, &[], &answer(200, "")) else { panic!("a second step") };
        carried = Some((now, step.state));
    }
}

//! The same seed gives the same requests and judgements, whichever instance is called and in whatever order.

use model::{Load, Request, Verdict, Workload, WorkloadError, WorkloadSource as _};
use plugin::TestCase;

use super::findings::{Findings, Mark};
use super::requests::context;
use super::{Subject, answers};

/// Iterations that are compared.
const ITERATIONS: u64 = 20;

/// What an iteration gave: errors as texts, so that they can be compared.
type Given = (Result<Request, String>, Result<Verdict, String>);

pub(super) fn check(subject: &Subject<'_>, test_case: &TestCase, findings: &mut Findings) -> Result<(), WorkloadError> {
    let first = run(subject, test_case, 0..ITERATIONS)?;
    let again = run(subject, test_case, 0..ITERATIONS)?;
    let mut backwards = run(subject, test_case, (0..ITERATIONS).rev())?;
    backwards.reverse();
    let differing = |other: &[Given]| first.iter().zip(other).position(|(one, other)| one != other);
    let hint = "take all that is random from the context's seed or from `random`, and keep nothing between calls";
    if let Some(index) = differing(&again) {
        let text = format!("iteration {index} differs in another instance, for the same seed");
        findings.add(Mark::Failed, "same seed", text).detail(format!("hint: {hint}"));
    } else if let Some(index) = differing(&backwards) {
        let text = format!("iteration {index} differs when iterations come in another order");
        let why = "which instance serves an iteration, and after which other, differs from run to run";
        findings.add(Mark::Warning, "same seed", text).detail(why).detail(format!("hint: {hint}"));
    } else {
        findings.add(Mark::Ok, "same seed", format!("{ITERATIONS} iterations are alike in every instance and order"));
    }
    Ok(())
}

fn run(
    subject: &Subject<'_>,
    test_case: &TestCase,
    iterations: impl Iterator<Item = u64>,
) -> Result<Vec<Given>, WorkloadError> {
    let mut workload: Box<dyn Workload> = test_case.workload()?;
    let load = test_case.description().min_recommended_load.max(Load(1));
    let response = answers::usual(subject, test_case);
    let mut all = Vec::new();
    for iteration in iterations {
        let context = context(subject, load, iteration);
        let built = workload.build(&context).map_err(|error| error.to_string());
        let read = workload.read(&context, &[], &response).map_err(|error| error.to_string());
        all.push((built, read));
    }
    Ok(all)
}

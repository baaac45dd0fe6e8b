//! Requests over a range of loads. That each is valid HTTP, the library `plugin` has looked at.

use model::{Context, Load, Request, Workload, WorkloadError, WorkloadSource as _};
use plugin::TestCase;

use super::Subject;
use super::findings::{Findings, Mark};

/// Loads that a plan may well have.
const USUAL: [u32; 8] = [1, 2, 3, 5, 10, 30, 100, 1_000];
/// Loads that nobody means.
const EXTREME: [u32; 3] = [0, 1_000_000, u32::MAX];

/// What an iteration is about.
pub(super) fn context(subject: &Subject<'_>, load: Load, iteration: u64) -> Context {
    Context {
        load,
        iteration,
        seed: Context::iteration_seed(0, iteration),
        // 24 November 2026, 12:00:00 UTC: any instant will do, but it is always the same.
        intended_start_unix_ms: 1_795_521_600_000.0 + iteration as f64,
        row: subject.row.clone(),
    }
}

/// Whether requests can be built at all.
pub(super) fn check(
    subject: &Subject<'_>,
    test_case: &TestCase,
    findings: &mut Findings,
) -> Result<bool, WorkloadError> {
    let mut workload = test_case.workload()?;
    let least = test_case.description().min_recommended_load;
    let mut loads: Vec<Load> = USUAL.map(Load).into_iter().filter(|load| *load >= least).collect();
    if !loads.contains(&least) {
        loads.insert(0, least);
    }
    let tried = loads.len();
    let (mut built, mut refused, mut broken) = (Vec::new(), Vec::new(), Vec::new());
    for load in loads {
        match workload.build(&context(subject, load, 0)) {
            Ok(request) => built.push((load, request)),
            Err(WorkloadError::Refused(why)) => refused.push((load, format!("load {load}: {why}"))),
            Err(WorkloadError::Broken(why)) => broken.push(format!("load {load}: {why}")),
        }
    }
    let is_usable = !built.is_empty();
    if !broken.is_empty() {
        let text = format!("none that can be sent at {} of {tried} loads", broken.len());
        findings.add(Mark::Failed, "requests", text).details(broken);
    }
    if !is_usable && !refused.is_empty() {
        findings
            .add(Mark::Failed, "requests", "it refuses every load")
            .details(refused.into_iter().map(|(_, why)| why))
            .detail(
                "hint: a test case that needs an option or a row of data gets them by `--plugin-option` and `--row`",
            );
        return Ok(false);
    }
    if let (Some((low, first)), Some((high, last))) = (built.first(), built.last()) {
        let shown = |request: &Request| test_case.redact(format!("{} {}", request.method, request.path));
        let text = format!("{} loads from {low} to {high} give valid HTTP", built.len());
        // Too much is refused rightly; what lies between loads that it takes is not.
        let has_gap = refused.iter().any(|(load, _)| load < high);
        let mark = if has_gap { Mark::Warning } else { Mark::Ok };
        let finding = findings.add(mark, "requests", text);
        finding.detail(format!("load {low}: {}", shown(first))).detail(format!("load {high}: {}", shown(last)));
        finding.details(refused.into_iter().map(|(_, why)| why));
        extremes(subject, workload.as_mut(), findings);
    }
    Ok(is_usable)
}

/// A trap or a deadline at a load beyond all sense is worth a word, no more.
fn extremes(subject: &Subject<'_>, workload: &mut dyn Workload, findings: &mut Findings) {
    let broken: Vec<String> = EXTREME
        .iter()
        .filter_map(|load| match workload.build(&context(subject, Load(*load), 0)) {
            Err(WorkloadError::Broken(why)) => Some(format!("load {load}: {why}")),
            _ => None,
        })
        .collect();
    if !broken.is_empty() {
        let text = "it breaks at loads that nobody means; refuse them rather";
        findings.add(Mark::Warning, "requests", text).details(broken);
    }
}

//! Answers good, empty, broken and huge: a test case judges each, or says in order that it cannot read it.

use bytes::Bytes;
use http::{HeaderName, HeaderValue};
use model::{Context, Load, Response, Verdict, Workload, WorkloadError, WorkloadSource as _};
use plugin::TestCase;

use super::Subject;
use super::findings::{Findings, Mark};
use super::requests::context;

/// Steps of one iteration that are followed.
const STEPS: usize = 20;
/// Length that a huge body claims to have, bytes.
const HUGE: u64 = 1 << 40;

/// A sample answer.
struct Sample {
    name: String,
    status: u16,
    body: Bytes,
    /// What every wanted header holds; none: no header came.
    header: Option<&'static [u8]>,
    is_huge: bool,
    /// No target that is not hostile gives it: breaking is worth a word, no more.
    is_hostile: bool,
}

/// How a test case took an answer.
enum Taken {
    Good,
    Failed,
    Unreadable,
    Broken(String),
}

pub(super) fn check(subject: &Subject<'_>, test_case: &TestCase, findings: &mut Findings) -> Result<(), WorkloadError> {
    let mut workload = test_case.workload()?;
    let (mut good, mut failed, mut unreadable) = (0_u32, 0_u32, 0_u32);
    let (mut broken, mut breaking, mut odd) = (Vec::new(), Vec::new(), Vec::new());
    let samples = samples(test_case.description().body_limit as usize);
    let tried = samples.len();
    for sample in samples {
        match take(subject, test_case, workload.as_mut(), &sample) {
            Taken::Good => {
                good += 1;
                if sample.status >= 500 {
                    odd.push(sample.name);
                }
            }
            Taken::Failed => failed += 1,
            Taken::Unreadable => unreadable += 1,
            Taken::Broken(why) if sample.is_hostile => breaking.push(format!("{}: {why}", sample.name)),
            Taken::Broken(why) => broken.push(format!("{}: {why}", sample.name)),
        }
    }
    let counts = format!("{good} judged good, {failed} failed, {unreadable} unreadable");
    let survived = tried - broken.len() - breaking.len();
    if broken.is_empty() {
        findings.add(Mark::Ok, "answers", format!("{survived} sample answers are survived: {counts}"));
    } else {
        let text = format!("{} of {tried} sample answers break it; {counts}", broken.len());
        findings.add(Mark::Failed, "answers", text).details(broken);
    }
    if !breaking.is_empty() {
        let text = "an answer that only a hostile target gives breaks it; the run goes on";
        findings.add(Mark::Warning, "answers", text).details(breaking);
    }
    if !odd.is_empty() {
        findings.add(Mark::Warning, "answers", format!("judged good: {}", odd.join(", ")));
    }
    if let Some(body) = &subject.answer {
        let sample = Sample { body: body.clone(), ..plain("the answer given", 200, Bytes::new()) };
        match take(subject, test_case, workload.as_mut(), &sample) {
            Taken::Good => findings.add(Mark::Ok, "answer given", "judged good"),
            Taken::Failed => findings.add(Mark::Failed, "answer given", "judged a failure"),
            Taken::Unreadable => findings.add(Mark::Failed, "answer given", "judged unreadable"),
            Taken::Broken(why) => findings.add(Mark::Failed, "answer given", why),
        };
    }
    Ok(())
}

/// An answer to measure the reading with: the one given, else an object without members.
pub(super) fn usual(subject: &Subject<'_>, test_case: &TestCase) -> Response {
    let body = subject.answer.clone().unwrap_or_else(|| Bytes::from_static(b"{}"));
    response(test_case, &plain("", 200, body))
}

fn plain(name: &str, status: u16, body: impl Into<Bytes>) -> Sample {
    Sample { name: name.to_owned(), status, body: body.into(), header: None, is_huge: false, is_hostile: false }
}

fn samples(limit: usize) -> Vec<Sample> {
    let noise: Vec<u8> = (0..4096_u32).map(|index| (index.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let huge = |byte: u8| Sample { is_huge: true, ..plain("", 200, vec![byte; limit]) };
    let mut samples = vec![
        plain("an object without members", 200, "{}"),
        plain("an empty list", 200, "[]"),
        plain("no body", 200, ""),
        plain("a page of HTML", 200, "<!doctype html><title>Welcome</title>"),
        plain("bytes that are no text", 200, noise.clone()),
        plain("half an object", 200, r#"{"start":"2026-11-24T12:00:0"#),
        plain("numbers beyond all bounds", 200, r#"{"n":1e999,"start":-9223372036854775809,"end":1e-400}"#),
        Sample { is_hostile: true, ..plain("20 000 lists within each other", 200, "[".repeat(20_000)) },
        plain("a text with escapes", 200, "\"\\u0000\\ud800\u{202e}\x1b[2J\""),
        Sample { name: "a huge body of letters".to_owned(), ..huge(b'a') },
        Sample { name: "a huge body of blanks".to_owned(), ..huge(b' ') },
        Sample { header: Some(b""), ..plain("empty headers", 200, "{}") },
        Sample { header: Some(b"\xff\xfe\x80"), ..plain("headers that are no text", 200, "{}") },
    ];
    for status in [100, 204, 301, 404, 429, 500, 503, 599, 999] {
        samples.push(plain(&format!("status {status}"), status, ""));
    }
    samples.push(plain("status 500 with bytes that are no text", 500, noise));
    samples
}

fn response(test_case: &TestCase, sample: &Sample) -> Response {
    let description = test_case.description();
    let header = |name: &String| {
        let name: HeaderName = name.parse().ok()?;
        Some((name, HeaderValue::from_bytes(sample.header?).ok()?))
    };
    let length = if sample.is_huge { HUGE } else { sample.body.len() as u64 };
    Response {
        status: sample.status,
        headers: description.response_headers.iter().filter_map(header).collect(),
        body: sample.body.slice(..sample.body.len().min(description.body_limit as usize)),
        body_length: length,
    }
}

/// Follows an iteration in which every request gets this answer.
fn take(subject: &Subject<'_>, test_case: &TestCase, workload: &mut dyn Workload, sample: &Sample) -> Taken {
    let load = test_case.description().min_recommended_load.max(Load(1));
    let context: Context = context(subject, load, 0);
    if let Err(WorkloadError::Broken(why)) = workload.build(&context) {
        return Taken::Broken(why);
    }
    let response = response(test_case, sample);
    let (mut state, mut is_good) = (Bytes::new(), true);
    for _ in 0..STEPS {
        let judgement = match workload.read(&context, &state, &response) {
            Err(WorkloadError::Refused(_)) => return Taken::Unreadable,
            Err(WorkloadError::Broken(why)) => return Taken::Broken(why),
            Ok(Verdict::Done(judgement)) => {
                is_good &= judgement.failure.is_none();
                return if is_good { Taken::Good } else { Taken::Failed };
            }
            Ok(Verdict::Next(step)) => {
                state = step.state;
                step.judgement
            }
        };
        is_good &= judgement.failure.is_none();
    }
    if is_good { Taken::Good } else { Taken::Failed }
}

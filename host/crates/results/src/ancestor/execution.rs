//! A trial in the older tool's shape: every request, or as means.
//!
//! The samples are read once for each part of the file that needs them, and never held.

use jiff::tz::TimeZone;
use model::{Outcome, Phase, Sample, ServerSpan, Validity};
use serde_json::{Value, json};

use super::cluster;
use super::instant::Stamps;
use super::json::{JsonFile, number};
use super::name::TestCaseName;
use super::ticks::Ticks;
use crate::error::ResultsError;
use crate::run::Run;
use crate::run_file::TrialRecord;
use crate::writer::trial_dir;

/// What counts as the whole length of a trial: this much less of it, nanoseconds.
const NEARLY: u64 = 1_000_000;

/// A trial to be written.
pub(super) struct ExecutionWriter<'a> {
    run: &'a Run,
    trial: &'a TrialRecord,
    test_case: TestCaseName,
    names: &'a [String],
    zone: &'a TimeZone,
}

/// What the samples of a steady state say together.
#[derive(Debug, Default)]
struct Tally {
    /// When the last request ended, nanoseconds since trial start.
    last_end: i64,
    successes: u64,
    /// Sum over the successes, nanoseconds.
    response_time: u128,
    /// Successes for which the server told its time.
    told: u64,
    /// Sum over those, nanoseconds.
    server_time: u128,
}

impl<'a> ExecutionWriter<'a> {
    /// Of a trial of `run`, whose hosts are called `names`.
    ///
    /// # Errors
    /// When there is no such trial.
    pub(super) fn of(run: &'a Run, trial: u32, names: &'a [String], zone: &'a TimeZone) -> Result<Self, ResultsError> {
        let trial = run.trial(trial)?;
        let ours = trial.plan.test_case.as_str();
        let title =
            run.file().plugins.iter().find(|plugin| plugin.name == ours).map_or(ours, |plugin| plugin.title.as_str());
        Ok(Self { run, trial, test_case: TestCaseName::of(ours, title), names, zone })
    }

    /// Name of the test case in older files.
    pub(super) fn test_case(&self) -> &str {
        &self.test_case.name
    }

    /// Writes it with every request.
    pub(super) fn write(&self, out: &mut JsonFile) -> Result<(), ResultsError> {
        let (start, end) = self.steady();
        let tally = self.tally()?;
        let urls = &self.run.file().plan.target.urls;
        out.text("{")?;
        out.member("total_span", &self.span(start, end.max(self.unix_ns(tally.last_end))))?;
        out.member("span_making_requests", &self.span(start, end))?;
        let test_case = json!({
            "name": self.test_case.name,
            "description": self.test_case.description,
            "application_base_url": urls.first().map_or("", |url| url.trim_end_matches('/')),
            "min_recommended_load": self.test_case.min_recommended_load,
        });
        out.member("test_case", &test_case)?;
        out.text("\"results\":")?;
        self.write_results(out)?;
        out.text(",")?;
        out.member("request_per_second", &self.rate())?;
        out.member("seconds_making_requests", &self.seconds())?;
        out.text("\"errors\":")?;
        self.write_errors(out)?;
        out.text(",\"cluster_stats\":")?;
        cluster::write_each(&Ticks::within(self.run, start, end)?, self.names, self.zone, out)?;
        out.text("}")
    }

    /// Writes it as means.
    pub(super) fn write_means(&self, out: &mut JsonFile) -> Result<(), ResultsError> {
        let (start, end) = self.steady();
        let tally = self.tally()?;
        let seconds = |sum: u128, count: u64| (count > 0).then(|| sum as f64 / count as f64 / 1e9);
        out.text("{")?;
        out.member("test_case", &self.test_case.name.as_str().into())?;
        out.member("load", &self.trial.plan.load.0.into())?;
        out.member("avg_response_time", &seconds(tally.response_time, tally.successes).into())?;
        out.member("avg_server_processing_time", &seconds(tally.server_time, tally.told).into())?;
        out.member("request_per_second", &self.rate())?;
        out.member("seconds_making_requests", &self.seconds())?;
        out.member("span_making_requests", &self.span(start, end))?;
        out.member("total_span", &self.span(start, end.max(self.unix_ns(tally.last_end))))?;
        out.text("\"errors\":")?;
        self.write_errors(out)?;
        out.text(",\"cluster_stats\":")?;
        out.value(&cluster::means(&Ticks::within(self.run, start, end)?, self.names, self.zone, start)?)?;
        out.text("}")
    }

    /// Unix time of an instant of the trial, nanoseconds both.
    fn unix_ns(&self, instant: i64) -> i64 {
        self.trial.result.started_unix_ns.saturating_add(instant)
    }

    /// Start and end of the steady state, Unix time, nanoseconds. The older tool has no warm-up.
    fn steady(&self) -> (i64, i64) {
        let start = self.unix_ns(self.trial.plan.warm_up.nanos());
        let length = i64::try_from(self.trial.result.steady.length_ns).unwrap_or(i64::MAX);
        (start, start.saturating_add(length))
    }

    fn span(&self, start_unix_ns: i64, end_unix_ns: i64) -> Value {
        let mut stamps = Stamps::local(self.zone.clone());
        let [start, end] = [start_unix_ns, end_unix_ns].map(|instant| stamps.text(instant.div_euclid(1000)));
        json!({ "start": start, "end": end })
    }

    /// Arrivals asked for, per second; in a closed loop, which asks for none, those that came.
    fn rate(&self) -> Value {
        let summary = &self.trial.summary;
        number(summary.intended_rate.unwrap_or(summary.offered_rate))
    }

    /// Length of the steady state in seconds: as planned, unless it ended early.
    fn seconds(&self) -> Value {
        let planned = u64::try_from(self.trial.plan.duration.nanos()).unwrap_or(0);
        let lasted = self.trial.result.steady.length_ns;
        let length = if lasted + NEARLY < planned { lasted } else { planned };
        number(length as f64 / 1e9)
    }

    fn each_steady(&self, mut take: impl FnMut(&Sample) -> Result<(), ResultsError>) -> Result<(), ResultsError> {
        let dir = self.run.dir().join(trial_dir(self.trial.number));
        self.run.samples(self.trial.number)?.each(&dir, |sample| match sample.phase {
            Phase::Steady => take(&sample),
            Phase::WarmUp | Phase::Drain => Ok(()),
        })
    }

    fn tally(&self) -> Result<Tally, ResultsError> {
        let mut tally = Tally::default();
        self.each_steady(|sample| {
            tally.last_end = tally.last_end.max(sample.end);
            if sample.outcome == Outcome::Success {
                tally.successes += 1;
                tally.response_time += u128::from(sample.response_time());
                if let Some(span) = sample.server_span {
                    tally.told += 1;
                    tally.server_time += u128::from(span.nanos());
                }
            }
            Ok(())
        })?;
        Ok(tally)
    }

    /// The requests that succeeded.
    fn write_results(&self, out: &mut JsonFile) -> Result<(), ResultsError> {
        let mut stamps = Stamps::utc();
        let head = format!("{{\"test_case_name\":{},\"load\":", Value::from(self.test_case()));
        let mut text = String::new();
        out.array(|elements| {
            self.each_steady(|sample| {
                if sample.outcome != Outcome::Success {
                    return Ok(());
                }
                text.clear();
                text.push_str(&head);
                text.push_str(&sample.load.0.to_string());
                text.push_str(",\"request_span\":");
                // From when it was due: the wait of a late one is part of its response time.
                let [start, end] = [sample.intended_start, sample.end].map(|at| self.unix_ns(at).div_euclid(1000));
                put_span(&mut stamps, start, end, &mut text);
                text.push_str(",\"server_processing_span\":");
                match self.server_span(sample) {
                    Some((start, end)) => put_span(&mut stamps, start, end, &mut text),
                    None => text.push_str("null"),
                }
                text.push('}');
                elements.element()?.text(&text)
            })
        })
    }

    /// Start and end of the server's own time, Unix time, microseconds. Of a length alone the place is not known; it is
    /// put where it can have been, after the request was sent.
    fn server_span(&self, sample: &Sample) -> Option<(i64, i64)> {
        // Milliseconds of the epoch are whole microseconds in an f64, but not whole nanoseconds.
        let microseconds = |ms: f64| (ms * 1e3).round() as i64;
        match sample.server_span? {
            ServerSpan::Between { start_ms, end_ms } => Some((microseconds(start_ms), microseconds(end_ms))),
            ServerSpan::Lasting { ms } => {
                let start = self.unix_ns(sample.sent.unwrap_or(sample.release)).div_euclid(1000);
                Some((start, start.saturating_add(microseconds(ms))))
            }
        }
    }

    /// A text for each request that failed. The older shape has no other place for what is wrong with the trial as a whole,
    /// so that is said first.
    fn write_errors(&self, out: &mut JsonFile) -> Result<(), ResultsError> {
        out.array(|elements| {
            let result = &self.trial.result;
            let verdict = match result.validity {
                Validity::Valid => None,
                Validity::GeneratorBound => Some("not valid: the tester could not hold this load"),
                Validity::Interrupted => Some("ended before its time"),
            };
            if let Some(verdict) = verdict {
                let reasons = result.validity_reasons.iter().map(|reason| reason.message.as_str());
                let words: Vec<&str> = std::iter::once(verdict).chain(reasons).collect();
                elements.element()?.value(&words.join(": ").into())?;
            }
            let samples = &self.trial.samples;
            if samples.lost > 0 {
                let cause = samples.cause.as_deref().unwrap_or("they could not be saved");
                elements.element()?.value(&format!("{} requests are missing here: {cause}", samples.lost).into())?;
            }
            self.each_steady(|sample| match sample.outcome {
                Outcome::Success => Ok(()),
                _ => elements.element()?.value(&self.failure(sample).into()),
            })
        })
    }

    fn failure(&self, sample: &Sample) -> String {
        let reason = sample.failure_reason.and_then(|reason| self.trial.failure_reasons.get(reason as usize));
        let outcome = sample.outcome.name();
        match (reason, sample.status) {
            (Some(reason), _) => format!("{outcome}: {reason}"),
            (None, Some(status)) => format!("{outcome}: HTTP status {status}"),
            (None, None) => outcome.to_owned(),
        }
    }
}

fn put_span(stamps: &mut Stamps, start_unix_us: i64, end_unix_us: i64, text: &mut String) {
    text.push_str("{\"start\":\"");
    stamps.put(start_unix_us, text);
    text.push_str("\",\"end\":\"");
    stamps.put(end_unix_us, text);
    text.push_str("\"}");
}

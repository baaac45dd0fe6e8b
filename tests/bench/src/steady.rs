//! A rate held: 30 000/s on one thread, nothing dropped.

use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::child::Terms;
use crate::claim::Claim;
use crate::nginx::{self, Nginx};
use crate::report::Results;
use crate::session::Session;
use crate::tool::Url;

const RATE: u32 = 30_000;

/// Measures it.
///
/// # Errors
/// When nginx or the run fails.
pub(crate) fn measure(session: &Session, results: &mut Results) -> Result<()> {
    let nginx = Nginx::start(&nginx::program()?, session.cores.target, &session.work)?;
    let (base, length) = (nginx.base(), session.args.steady_length);
    session.progress(&format!("steady: {RATE}/s for {} s", length.as_secs_f64()));
    let command = session.ours.open_loop(&Url { base: &base }, RATE, length, &session.storage());
    let terms = Terms {
        cores: session.cores,
        limit: length + Duration::from_secs(120),
        every: Duration::from_millis(500),
        work: &session.work,
    };
    let (finished, _) = session.run(&session.ours, command.context("a rate")?, terms, &mut |_, _| ())?;
    let held = Held::read(&finished.stdout)?;
    let share = finished.cpu.as_secs_f64() / length.as_secs_f64() * 100.0;
    let text = format!(
        "{RATE}/s for {} s on one thread: {}; {share:.0} % of a core, {:.1} % stolen",
        length.as_secs_f64(),
        held.words(),
        finished.noise.steal * 100.0
    );
    results.claim(Claim { text, wanted: "offered within 0.1 %, nothing dropped", is_met: held.is_held() });
    Ok(())
}

/// What became of the rate.
#[derive(Debug, PartialEq)]
struct Held {
    offered: f64,
    dropped: u64,
    failures: u64,
    validity: String,
    /// p99 of the response time; `None` when it is unbounded.
    p99_ns: Option<f64>,
}

impl Held {
    fn read(text: &str) -> Result<Self> {
        let run: Value = serde_json::from_str(text).context("no JSON on the standard output")?;
        let trial = &run["trials"][0];
        let summary = &trial["summary"];
        let counts = &trial["steady"]["counts"];
        Ok(Self {
            offered: summary["offered_rate"].as_f64().context("no `offered_rate`")?,
            dropped: [&summary["dropped"], &counts["dropped"]]
                .into_iter()
                .find_map(Value::as_u64)
                .context("no count of dropped arrivals")?,
            failures: summary["failures"].as_u64().context("no `failures`")?,
            validity: trial["validity"].as_str().unwrap_or("not judged").to_owned(),
            p99_ns: summary["response_time"]["p99_ns"].as_f64(),
        })
    }

    fn is_held(&self) -> bool {
        (self.offered / f64::from(RATE) - 1.0).abs() <= 0.001 && self.dropped == 0
    }

    fn words(&self) -> String {
        let p99 = self.p99_ns.map_or("unbounded".to_owned(), |p99| format!("{:.2} ms", p99 / 1e6));
        let off = (self.offered / f64::from(RATE) - 1.0) * 100.0;
        let Self { offered, dropped, failures, validity, .. } = self;
        format!(
            "offered {offered:.1}/s ({off:+.3} %), {dropped} dropped, {failures} failed, p99 response time {p99}, {validity}"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(offered: f64, dropped: u64) -> String {
        format!(
            r#"{{"trials": [{{"summary": {{"offered_rate": {offered}, "failures": 0, "response_time": {{"p99_ns": 310000}}}},
                "validity": "valid", "steady": {{"counts": {{"dropped": {dropped}}}}}}}]}}"#
        )
    }

    #[test]
    fn a_rate_is_held_within_a_thousandth_and_without_drops() {
        assert!(Held::read(&json(29_980.0, 0)).unwrap().is_held());
        assert!(!Held::read(&json(29_960.0, 0)).unwrap().is_held());
        assert!(!Held::read(&json(30_000.0, 1)).unwrap().is_held());
        let words = Held::read(&json(29_985.0, 0)).unwrap().words();
        assert_eq!(words, "offered 29985.0/s (-0.050 %), 0 dropped, 0 failed, p99 response time 0.31 ms, valid");
        assert!(Held::read("{}").is_err());
    }
}

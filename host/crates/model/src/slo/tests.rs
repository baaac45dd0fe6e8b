//! Facts of conditions: what is read, where reading fails, and what holds of which figures.

use proptest::prelude::*;

use super::*;
use crate::description::MetricKind;
use crate::outcome::Outcome;
use crate::phase::Phase;
use crate::sample::Sample;
use crate::units::{Load, Rate, Span};

fn slo(text: &str) -> Slo {
    text.parse().unwrap_or_else(|error: SloError| panic!("{error}"))
}

fn metrics() -> Vec<Metric> {
    ["size", "depth"].map(|name| Metric { name: name.to_owned(), unit: "1".to_owned(), kind: MetricKind::Gauge }).into()
}

/// A second with so many successes of 1, 2, 3 … ms, then failures; sizes are 10, 20, 30 …
fn phase(successes: u64, failures: u64) -> PhaseResult {
    let mut phase = PhaseResult::new(1_000_000_000);
    for n in 0..successes + failures {
        let is_success = n < successes;
        let sample = Sample {
            iteration: n,
            step: 0,
            phase: Phase::Steady,
            outcome: if is_success { Outcome::Success } else { Outcome::TimedOut },
            failure_reason: None,
            load: Load(1),
            origin: 0,
            intended_start: 0,
            release: 0,
            sent: Some(0),
            first_byte: Some(0),
            end: (n as i64 + 1) * 1_000_000,
            connect_ns: None,
            tls_ns: None,
            status: None,
            bytes_sent: 0,
            bytes_received: 0,
            server_span: None,
            metrics: vec![(0, (n + 1) as f64 * 10.0)],
        };
        phase.record(&sample, 0);
    }
    phase
}

#[test]
fn conditions_read_as_typed() {
    for (typed, written) in [
        ("p99 < 50ms, errors < 0.1%, goodput > 990/s", "p99 < 50ms, errors < 0.1%, goodput > 990/s"),
        ("p99<50ms,errors<=0.001", "p99 < 50ms, errors <= 0.1%"),
        (" response-time p99.99 >= 1.5 s ", "p99.99 >= 1500ms"),
        ("service-time mean < 5ms", "service-time mean < 5ms"),
        ("first-byte max < 1h30m", "first-byte max < 90m"),
        ("queue p50 <= 0ms, connect min > 3us", "queue p50 <= 0s, connect min > 3us"),
        ("tls p100 < 1s, release-lag p99 < 1ms", "tls p100 < 1s, release-lag p99 < 1ms"),
        ("server p90 < 1s, iteration-time mean < 1s", "server p90 < 1s, iteration-time mean < 1s"),
        ("errors <= 3 requests, dropped < 1 request", "errors <= 3 requests, dropped < 1 request"),
        ("timed-out <= 0, success >= 99.9%", "timed-out <= 0%, success >= 99.9%"),
        ("offered >= 60/m, goodput > 0", "offered >= 1/s, goodput > 0/s"),
        ("metric depth p95 <= -1e3, metric size sum > 100", "metric depth p95 <= -1000, metric size sum > 100"),
        ("metric\tmean\nmean<1", "metric mean mean < 1"),
    ] {
        assert_eq!(slo(typed).to_string(), written);
    }
}

#[test]
fn an_error_has_its_exact_place() {
    const TIME: &str = "a time with its unit";
    for (text, at, expected, found) in [
        ("", 0, "a condition as `p99 < 50ms`", ""),
        ("  ", 2, "a condition as", ""),
        (",", 0, "a condition as", ","),
        ("p99 < 50ms,", 11, "a condition as", ""),
        ("p99 < 50ms, , mean < 1s", 12, "a condition as", ","),
        ("p99 < 50ms errors < 1%", 6, TIME, "50ms errors < 1%"),
        ("latency < 5ms", 0, "a condition as", "latency"),
        ("p99 < 1s, eror < 1%", 10, "a condition as", "eror"),
        ("P99 < 1s", 0, "a condition as", "P99"),
        ("p < 1s", 0, "a condition as", "p"),
        ("p0 < 1s", 0, "a percentile above `p0`", "p0"),
        ("p100.1 < 1s", 0, "a percentile above", "p100.1"),
        ("p9.9.9 < 1s", 0, "a percentile above", "p9.9.9"),
        ("p1e1 < 1s", 0, "a percentile above", "p1e1"),
        ("service-time < 1s", 13, "`mean`, `min`, `max` or a percentile", "<"),
        ("service-time sum < 1s", 13, "`mean`, `min`, `max` or a percentile", "sum"),
        ("sum < 1s", 0, "a condition as", "sum"),
        ("p99", 3, "`<`, `<=`, `>` or `>=`", ""),
        ("p99 = 1s", 4, "`<`, `<=`, `>` or `>=`", "="),
        ("p99 == 1s", 4, "`<`, `<=`, `>` or `>=`", "="),
        ("p99 is 1s", 4, "`<`, `<=`, `>` or `>=`", "is"),
        ("p99 <", 5, TIME, ""),
        ("p99 < 50", 6, TIME, "50"),
        ("p99 < 1h30", 6, TIME, "1h30"),
        ("p99 < fast", 6, TIME, "fast"),
        ("p99 << 5ms", 5, TIME, "< 5ms"),
        ("p99 < 31d", 6, "a time of 30 days at most", "31d"),
        ("errors < 5", 9, "a share as `0.1%` or `0.001`, or a count", "5"),
        ("errors < 101%", 9, "a share as", "101%"),
        ("errors < -1%", 9, "a share as", "-1%"),
        ("errors < NaN%", 9, "a share as", "NaN%"),
        ("errors < 1.5 requests", 9, "a share as", "1.5 requests"),
        ("dropped < 5ms", 10, "a share as", "5ms"),
        ("goodput > fast", 10, "a rate as `990/s`", "fast"),
        ("goodput > -1/s", 10, "a rate as", "-1/s"),
        ("goodput > 1,000/s", 12, "a condition as", "000/s"),
        ("metric", 6, "the name of a metric", ""),
        ("metric < 3", 7, "the name of a metric", "<"),
        ("metric size < 3", 12, "`mean`, `min`, `max`, `sum`, `count` or", "<"),
        ("metric size mean < inf", 19, "a number as `3.5`", "inf"),
        ("µ99 < 1s", 0, "a condition as", "µ99"),
        ("p99 < 1s, µs < 1", 10, "a condition as", "µs"),
    ] {
        let error = text.parse::<Slo>().expect_err(text);
        assert_eq!((error.at, error.found.as_str()), (at, found), "{error}");
        assert!(error.expected.starts_with(expected), "{error}");
    }
}

#[test]
fn the_message_marks_the_place() {
    let error = "p99 < 1µs, p50 < 50".parse::<Slo>().expect_err("no unit");
    let message = "cannot read the condition at byte 18: expected a time with its unit, as `50ms` or `1.5s`; found `50`\n  \
                   p99 < 1µs, p50 < 50\n                   ^";
    assert_eq!(error.to_string(), message);
    let error = "p99 <\t".parse::<Slo>().expect_err("no limit").to_string();
    assert!(error.ends_with("found nothing\n  p99 < \n        ^"), "{error}");
}

#[test]
fn a_typo_is_answered_by_the_known_words() {
    let error = "responsetime p99 < 1s".parse::<Slo>().expect_err("a typo").to_string();
    for word in ["response-time", "iteration-time", "timed-out", "no-row", "goodput", "metric", "errors", "mean"] {
        assert!(error.contains(word), "{error}");
    }
}

#[test]
fn percentiles_count_failures_as_infinite() {
    let phase = phase(990, 10);
    let verdicts = slo("p99 < 1s, p99 < 990ms, p99 <= 990ms, p99.1 < 10s, p99.1 > 10s").judge(&phase, &[]);
    assert_eq!(verdicts.iter().map(|verdict| verdict.is_met).collect::<Vec<_>>(), [true, false, true, false, true]);
    assert_eq!((verdicts[0].actual.as_str(), verdicts[0].value), ("990ms", Some(990e6)));
    assert_eq!((verdicts[3].actual.as_str(), verdicts[3].value), ("unbounded", None));
    for time in ["service-time", "first-byte"] {
        assert!(!slo(&format!("{time} p99.1 < 10s")).judge(&phase, &[])[0].is_met);
    }
    assert!(slo("queue p100 <= 0ms, release-lag p100 <= 0ms").judge(&phase, &[]).iter().all(|verdict| verdict.is_met));
}

#[test]
fn a_mean_implies_that_there_are_no_errors() {
    let text = "mean < 1s";
    let verdicts = slo(text).judge(&phase(3, 1), &[]);
    assert_eq!(verdicts[0].value, Some(2e6));
    let implied = ConditionVerdict {
        condition: "errors <= 0% (implied by `mean < 1s`)".to_owned(),
        is_met: false,
        actual: "25% (1 of 4 requests)".to_owned(),
        value: Some(0.25),
    };
    assert_eq!(verdicts[1..], [implied]);
    assert!(slo(text).judge(&phase(3, 0), &[]).iter().all(|verdict| verdict.is_met));
    assert!(slo(text).conditions()[0].holds(&phase(3, 1), &[]), "an abort condition implies nothing");
    for (text, count) in
        [("p99 < 1s", 1), ("queue max < 1s", 1), ("max < 1s, errors < 1%", 2), ("min < 1s, dropped <= 0", 2)]
    {
        assert_eq!(slo(text).judge(&phase(3, 1), &[]).len(), count, "{text}");
    }
    assert_eq!(slo("metric size mean < 99").judge(&phase(3, 1), &metrics()).len(), 2);
}

#[test]
fn errors_are_a_share_of_all_or_a_count() {
    let phase = phase(997, 3);
    for (text, is_met) in [
        ("errors <= 0.3%", true),
        ("errors < 0.3%", false),
        ("errors < 0.31%", true),
        ("errors <= 3 requests", true),
        ("errors < 3 requests", false),
        ("timed-out >= 0.003", true),
        ("dropped <= 0", true),
        ("success > 99.7%", false),
        ("success >= 99.7%", true),
    ] {
        assert_eq!(slo(text).conditions()[0].holds(&phase, &[]), is_met, "{text}");
    }
    let verdict = &slo("errors <= 3 requests").judge(&phase, &[])[0];
    assert_eq!((verdict.actual.as_str(), verdict.value), ("3 of 1000 requests", Some(3.0)));
}

#[test]
fn rates_are_those_of_the_phase() {
    let verdicts = slo("goodput >= 997/s, offered < 1000/s").judge(&phase(997, 3), &[]);
    assert_eq!(verdicts.iter().map(|verdict| verdict.is_met).collect::<Vec<_>>(), [true, false]);
    assert_eq!((verdicts[0].actual.as_str(), verdicts[1].actual.as_str()), ("997/s", "1000/s"));
}

#[test]
fn metrics_are_over_successes_by_name() {
    let phase = phase(4, 1);
    let text =
        "metric size mean <= 25, metric size sum <= 100, metric size count <= 4, metric size max <= 40, errors < 50%";
    let verdicts = slo(text).judge(&phase, &metrics());
    assert!(verdicts.iter().all(|verdict| verdict.is_met), "{verdicts:?}");
    assert_eq!(verdicts.iter().filter_map(|verdict| verdict.value).collect::<Vec<_>>(), [25.0, 100.0, 4.0, 40.0, 0.2]);
    assert_eq!(slo("metric depth mean < 1").judge(&phase, &metrics())[0].actual, "no data");
}

#[test]
fn without_data_nothing_is_met_and_nothing_holds() {
    let text =
        "p99 < 1s, mean < 1s, max > 0s, errors <= 1, dropped >= 0, goodput >= 0, offered >= 0, metric size sum >= 0";
    let verdicts = slo(text).judge(&PhaseResult::new(0), &metrics());
    assert_eq!(verdicts.len(), 8);
    for verdict in verdicts {
        assert_eq!((verdict.is_met, verdict.actual.as_str(), verdict.value), (false, "no data", None), "{verdict:?}");
    }
}

#[test]
fn an_undeclared_metric_is_answered_by_those_declared() {
    assert_eq!(slo("metric size mean < 1, p99 < 1s").check(&metrics()), Ok(()));
    let error = slo("metric width mean < 1").check(&metrics()).expect_err("undeclared");
    assert_eq!(error.to_string(), "the test case has no metric `width`: it declares `size`, `depth`");
    let error = slo("metric width mean < 1").check(&[]).expect_err("undeclared");
    assert_eq!(error.to_string(), "the test case has no metric `width`: it declares none");
}

#[test]
fn an_slo_is_text_in_files() {
    let slo = slo("p99 < 50ms, errors < 0.1%");
    let text = serde_json::to_string(&slo).expect("text");
    assert_eq!(text, r#""p99 < 50ms, errors < 0.1%""#);
    assert_eq!(serde_json::from_str::<Slo>(&text).expect("own text"), slo);
}

fn condition() -> impl Strategy<Value = Condition> {
    let statistic = |count: usize| {
        let named = prop::sample::select(Statistic::NAMED.map(|(_, statistic, _)| statistic)[..count].to_vec());
        prop_oneof![named, (1e-6f64..=100.0).prop_map(Statistic::Percentile)]
    };
    let time = (prop::sample::select(TimeMeasure::ALL.to_vec()), statistic(3), 0u64..2_592_000_000_000_000);
    let time = time.prop_map(|((_, time), statistic, nanos)| {
        (Measure::Time { time, statistic }, Limit::Time(Span(std::time::Duration::from_nanos(nanos))))
    });
    let outcome = prop::sample::select(
        Outcome::ALL.map(Measure::Outcome).into_iter().chain([Measure::Errors]).collect::<Vec<_>>(),
    );
    let share = prop_oneof![(0.0f64..=100.0).prop_map(Limit::Percent), any::<u64>().prop_map(Limit::Requests)];
    let rate =
        (prop::sample::select(vec![Measure::Goodput, Measure::Offered]), (0.0..=Rate::MAX).prop_map(Limit::Rate));
    let metric = ("[a-z][a-z0-9-]{0,20}", statistic(5), any::<f64>().prop_filter("finite", |value| value.is_finite()));
    let metric =
        metric.prop_map(|(name, statistic, value)| (Measure::Metric { name, statistic }, Limit::Number(value)));
    let comparison = prop::sample::select(Comparison::ALL.map(|(_, comparison)| comparison).to_vec());
    (prop_oneof![time, (outcome, share), rate, metric], comparison)
        .prop_map(|((measure, limit), comparison)| Condition { measure, comparison, limit })
}

proptest! {
    #[test]
    fn an_slo_survives_being_written(conditions in prop::collection::vec(condition(), 1..6)) {
        let slo = Slo { conditions };
        let text = slo.to_string();
        prop_assert_eq!(text.parse::<Slo>().map_err(|error| error.to_string()), Ok(slo));
    }

    #[test]
    fn any_text_is_read_or_refused_at_a_place_in_it(text in any::<String>()) {
        refused_in_place(&text)?;
    }

    #[test]
    fn text_made_of_its_words_is_read_or_refused_at_a_place_in_it(
        words in prop::collection::vec(prop::sample::select(vec![
            "p99", "p", "mean", "metric", "errors", "goodput", "server", "<", "<=", ">", "=", ",", " ", "50ms", "1e9", "%", "-", "µ", "\u{85}", "requests", "٣",
        ]), 0..16),
    ) {
        refused_in_place(&words.concat())?;
    }
}

fn refused_in_place(text: &str) -> Result<(), TestCaseError> {
    if let Err(error) = text.parse::<Slo>() {
        prop_assert!(text.is_char_boundary(error.at), "{error}");
        prop_assert!(text[error.at..].starts_with(&error.found), "{error}");
        prop_assert_eq!(error.to_string().lines().count(), 3);
    }
    Ok(())
}

//! Reads conditions from text.

use std::str::FromStr;

use super::error::SloError;
use super::limit::{Comparison, Limit};
use super::measure::{Measure, Statistic, TimeMeasure};
use super::{Condition, Slo};
use crate::outcome::Outcome;
use crate::units::{self, Rate, Span, UnitError};

const STATISTIC: &str = "`mean`, `min`, `max` or a percentile as `p99`";
const METRIC_STATISTIC: &str = "`mean`, `min`, `max`, `sum`, `count` or a percentile as `p95`";
const SHARE: &str = "a share as `0.1%` or `0.001`, or a count as `3 requests`";

impl FromStr for Slo {
    type Err = SloError;
    fn from_str(text: &str) -> Result<Self, SloError> {
        let mut parser = Parser { text, at: 0 };
        let mut conditions = vec![parser.condition()?];
        while parser.take(",") {
            conditions.push(parser.condition()?);
        }
        Ok(Self { conditions })
    }
}

/// A text and how far it was read, in bytes.
struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parser<'a> {
    /// A condition, up to a comma or the end.
    fn condition(&mut self) -> Result<Condition, SloError> {
        let measure = self.measure()?;
        self.space();
        let comparison =
            Comparison::ALL.into_iter().find(|(text, _)| self.take(text)).map(|(_, comparison)| comparison);
        let comparison = comparison.ok_or_else(|| self.error("`<`, `<=`, `>` or `>=`"))?;
        let limit = self.limit(&measure)?;
        Ok(Condition { measure, comparison, limit })
    }

    fn measure(&mut self) -> Result<Measure, SloError> {
        let (at, word) = self.word();
        let outcome = Outcome::ALL.into_iter().find(|outcome| outcome.name() == word);
        let time = TimeMeasure::ALL.into_iter().find(|(name, _)| *name == word).map(|(_, time)| time);
        Ok(match (word, outcome, time) {
            ("errors", ..) => Measure::Errors,
            ("goodput", ..) => Measure::Goodput,
            ("offered", ..) => Measure::Offered,
            ("metric", ..) => {
                let (at, name) = self.word();
                if name.is_empty() {
                    return Err(self.error_at(at, "the name of a metric"));
                }
                Measure::Metric { name: name.to_owned(), statistic: self.statistic(METRIC_STATISTIC, true)? }
            }
            (_, Some(outcome), _) => Measure::Outcome(outcome),
            (_, _, Some(time)) => Measure::Time { time, statistic: self.statistic(STATISTIC, false)? },
            _ => {
                self.at = at;
                let statistic = self.statistic(&measures(), false)?;
                Measure::Time { time: TimeMeasure::Response, statistic }
            }
        })
    }

    fn statistic(&mut self, expected: &str, is_of_metric: bool) -> Result<Statistic, SloError> {
        let (at, word) = self.word();
        let named = Statistic::NAMED.into_iter().find(|(name, ..)| *name == word);
        if let Some((_, statistic, _)) = named.filter(|(.., of_metrics_only)| is_of_metric || !of_metrics_only) {
            return Ok(statistic);
        }
        let percent = word.strip_prefix('p').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        let percent = percent.ok_or_else(|| self.error_at(at, expected))?;
        let is_plain = percent.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        match percent.parse() {
            Ok(percent) if is_plain && percent > 0.0 && percent <= 100.0 => Ok(Statistic::Percentile(percent)),
            _ => Err(self.error_at(at, "a percentile above `p0` and at most `p100`, as `p99.9`")),
        }
    }

    fn limit(&mut self, measure: &Measure) -> Result<Limit, SloError> {
        self.space();
        let at = self.at;
        let rest = &self.text[at..];
        let value = rest[..rest.find(',').unwrap_or(rest.len())].trim_end();
        let wrong = |expected: &str| SloError {
            text: self.text.to_owned(),
            at,
            expected: expected.to_owned(),
            found: value.to_owned(),
        };
        let number = |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite());
        let limit = match measure {
            Measure::Time { .. } => {
                const TIME: &str = "a time with its unit, as `50ms` or `1.5s`";
                // A bare number would be seconds to one and milliseconds to another.
                let has_unit = value.ends_with(|c: char| c.is_ascii_alphabetic());
                match value.parse::<Span>() {
                    Ok(span) if has_unit => Limit::Time(span),
                    Err(UnitError::SpanRange(_)) => return Err(wrong("a time of 30 days at most")),
                    _ => return Err(wrong(TIME)),
                }
            }
            Measure::Errors | Measure::Outcome(_) => share(value).ok_or_else(|| wrong(SHARE))?,
            Measure::Goodput | Measure::Offered => {
                let rate = units::per_second(value).ok().filter(|rate| (0.0..=Rate::MAX).contains(rate));
                Limit::Rate(rate.ok_or_else(|| wrong("a rate as `990/s`, at most 10000000/s"))?)
            }
            Measure::Metric { .. } => Limit::Number(number(value).ok_or_else(|| wrong("a number as `3.5`"))?),
        };
        self.at = at + value.len();
        self.space();
        Ok(limit)
    }

    /// The next word and where it begins; empty when there is none.
    fn word(&mut self) -> (usize, &'a str) {
        self.space();
        let at = self.at;
        let word = word_of(&self.text[at..]);
        self.at += word.len();
        (at, word)
    }

    fn space(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    fn take(&mut self, text: &str) -> bool {
        let is_next = self.text[self.at..].starts_with(text);
        if is_next {
            self.at += text.len();
        }
        is_next
    }

    fn error(&self, expected: &str) -> SloError {
        self.error_at(self.at, expected)
    }

    fn error_at(&self, at: usize, expected: &str) -> SloError {
        let rest = &self.text[at..];
        let word = word_of(rest);
        let length = if word.is_empty() { rest.chars().next().map_or(0, char::len_utf8) } else { word.len() };
        let found = rest[..length].to_owned();
        SloError { text: self.text.to_owned(), at, expected: expected.to_owned(), found }
    }
}

/// What comes before a space, a comma or a comparison.
fn word_of(rest: &str) -> &str {
    let is_end = |c: char| c.is_whitespace() || matches!(c, ',' | '<' | '>' | '=');
    &rest[..rest.find(is_end).unwrap_or(rest.len())]
}

/// `0.1%`, `0.001` or `3 requests`.
fn share(value: &str) -> Option<Limit> {
    if let Some(count) = value.strip_suffix("requests").or_else(|| value.strip_suffix("request")) {
        return count.trim_end().parse().ok().map(Limit::Requests);
    }
    let percent = match value.strip_suffix('%') {
        Some(percent) => percent.trim_end().parse().ok(),
        None => value.parse().ok().map(|share: f64| share * 100.0),
    };
    percent.filter(|percent| (0.0..=100.0).contains(percent)).map(Limit::Percent)
}

/// All that a condition may begin with.
fn measures() -> String {
    let times = TimeMeasure::ALL.map(|(name, _)| name);
    let outcomes = Outcome::ALL.map(Outcome::name);
    format!(
        "a condition as `p99 < 50ms`, which begins with {STATISTIC}; one of the times {}, and then one of these; \
         `errors` or an outcome ({}); `goodput` or `offered`; or `metric` and its name",
        times.join(", "),
        outcomes.join(", ")
    )
}

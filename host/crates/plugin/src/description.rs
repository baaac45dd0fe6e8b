//! Decides whether what a test case says of itself keeps to the contract.

use std::collections::BTreeSet;

use model::{Load, Metric, MetricKind, TestCaseDescription};

use crate::request::{BODY, shown};
use crate::{options, wire};

/// Most metrics.
const METRICS: usize = 64;
/// Most reasons of failure.
const REASONS: usize = 256;
/// Longest name, version, unit, reason or header, bytes.
const NAME: usize = 100;
/// Longest description, bytes.
const TEXT: usize = 1_000;

/// Checks a description against the contract.
///
/// # Errors
/// What the contract forbids, for its author.
pub(crate) fn check(description: wire::Description) -> Result<TestCaseDescription, String> {
    let identity = description.identity;
    let named = [("name", &identity.name), ("version", &identity.version)];
    if let Some((what, text)) = named.into_iter().find(|(_, text)| text.is_empty() || text.len() > NAME) {
        return Err(format!("a {what} of {} bytes; it has 1 to {NAME}", text.len()));
    }
    if identity.description.len() > TEXT {
        return Err(format!("a description of {} bytes; at most {TEXT} are allowed", identity.description.len()));
    }
    let texts = [&identity.name, &identity.version, &identity.description];
    let units = description.metrics.iter().map(|metric| &metric.unit);
    let lines = texts.into_iter().chain(&description.failure_reasons).chain(units);
    if let Some(text) = lines.into_iter().find(|text| text.chars().any(char::is_control)) {
        return Err(format!("the text `{}`, which has a control character", shown(text)));
    }
    options::check_schema(&identity.options_schema)?;
    if description.body_limit as usize > BODY {
        return Err(format!("a body limit of {} bytes; at most {BODY} are allowed", description.body_limit));
    }
    for header in &description.response_headers {
        let is_name = http::HeaderName::from_bytes(header.as_bytes()).is_ok_and(|name| name.as_str() == header);
        if !is_name || header.len() > NAME {
            return Err(format!("response header `{}`, which is no header's name in lower case", shown(header)));
        }
    }
    if description.failure_reasons.len() > REASONS {
        return Err(format!("{} reasons of failure; at most {REASONS} are allowed", description.failure_reasons.len()));
    }
    if let Some(reason) = description.failure_reasons.iter().find(|reason| reason.is_empty() || reason.len() > NAME) {
        return Err(format!("reason of failure `{}`; it has 1 to {NAME} bytes", shown(reason)));
    }
    Ok(TestCaseDescription {
        name: identity.name,
        version: identity.version,
        description: identity.description,
        options_schema: identity.options_schema,
        min_recommended_load: Load(description.min_recommended_load),
        response_headers: description.response_headers,
        body_limit: description.body_limit,
        metrics: metrics(description.metrics)?,
        failure_reasons: description.failure_reasons,
    })
}

fn metrics(metrics: Vec<wire::Metric>) -> Result<Vec<Metric>, String> {
    if metrics.len() > METRICS {
        return Err(format!("{} metrics; at most {METRICS} are allowed", metrics.len()));
    }
    let mut names = BTreeSet::new();
    for wire::Metric { name, unit, .. } in &metrics {
        let is_kebab = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
        if name.is_empty() || name.len() > NAME || !name.bytes().all(is_kebab) {
            return Err(format!("metric `{}`; a name has lower-case letters, digits and dashes", shown(name)));
        }
        if !names.insert(name.clone()) {
            return Err(format!("two metrics named `{name}`"));
        }
        if unit.is_empty() || unit.len() > NAME {
            return Err(format!("unit `{}` of metric `{name}`; a plain number has the unit `1`", shown(unit)));
        }
    }
    let kind = |kind| match kind {
        wire::MetricKind::Counter => MetricKind::Counter,
        wire::MetricKind::Gauge => MetricKind::Gauge,
    };
    Ok(metrics.into_iter().map(|m| Metric { name: m.name, unit: m.unit, kind: kind(m.kind) }).collect())
}

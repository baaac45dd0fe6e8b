//! Decides whether what a plugin says of itself keeps to the contract.

use std::collections::BTreeSet;

use model::{AnalysisDescription, Load, Metric, MetricKind, TestCaseDescription};

use crate::request::{BODY, shown};
use crate::{bindings, options, wire};

/// Most metrics.
const METRICS: usize = 64;
/// Most reasons of failure.
const REASONS: usize = 256;
/// Longest name, version, unit, reason or header, bytes.
const NAME: usize = 100;
/// Longest description, bytes.
const TEXT: usize = 1_000;

/// Checks the description of a test case against the contract.
///
/// # Errors
/// What the contract forbids, for its author.
pub(crate) fn of_test_case(description: wire::Description) -> Result<TestCaseDescription, String> {
    let identity = description.identity;
    check_identity(&identity)?;
    let units = description.metrics.iter().map(|metric| &metric.unit);
    check_lines(description.failure_reasons.iter().chain(units))?;
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

/// Checks the description of an analysis against the contract.
///
/// # Errors
/// What the contract forbids, for its author.
pub(crate) fn of_analysis(description: bindings::Description) -> Result<AnalysisDescription, String> {
    let identity = description.identity;
    check_identity(&identity)?;
    let (min_datasets, max_datasets) = (description.min_datasets, description.max_datasets);
    if min_datasets == 0 {
        return Err("no dataset at least; an analysis works on one or more".to_owned());
    }
    if max_datasets != 0 && max_datasets < min_datasets {
        return Err(format!("at least {min_datasets} datasets and at most {max_datasets}; 0 at most means any number"));
    }
    Ok(AnalysisDescription {
        name: identity.name,
        version: identity.version,
        description: identity.description,
        options_schema: identity.options_schema,
        min_datasets,
        max_datasets,
    })
}

fn check_identity(identity: &wire::Identity) -> Result<(), String> {
    let named = [("name", &identity.name), ("version", &identity.version)];
    if let Some((what, text)) = named.into_iter().find(|(_, text)| text.is_empty() || text.len() > NAME) {
        return Err(format!("a {what} of {} bytes; it has 1 to {NAME}", text.len()));
    }
    if identity.description.len() > TEXT {
        return Err(format!("a description of {} bytes; at most {TEXT} are allowed", identity.description.len()));
    }
    check_lines([&identity.name, &identity.version, &identity.description])?;
    options::check_schema(&identity.options_schema)
}

fn check_lines<'a>(lines: impl IntoIterator<Item = &'a String>) -> Result<(), String> {
    match lines.into_iter().find(|text| text.chars().any(char::is_control)) {
        Some(text) => Err(format!("the text `{}`, which has a control character", shown(text))),
        None => Ok(()),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn analysis(min_datasets: u32, max_datasets: u32) -> Result<AnalysisDescription, String> {
        let text = |text: &str| text.to_owned();
        let identity = wire::Identity {
            name: text("MediansAnalysis"),
            version: text("1.0.0"),
            description: text("Medians."),
            options_schema: String::new(),
        };
        of_analysis(bindings::Description { identity, min_datasets, max_datasets })
    }

    #[test]
    fn an_analysis_works_on_one_dataset_or_more() {
        assert_eq!(analysis(2, 0).map(|known| (known.min_datasets, known.max_datasets)), Ok((2, 0)));
        assert!(analysis(2, 2).is_ok());
        assert!(analysis(0, 1).unwrap_err().starts_with("no dataset at least"));
        assert!(analysis(3, 2).unwrap_err().starts_with("at least 3 datasets and at most 2"));
    }
}

//! How the response times of trials are spread, their tail above all.

mod bins;
mod charts;
mod chosen;
mod spread;

use cluster_tester_sdk::Fault;
use cluster_tester_sdk::analysis::{Analysis, Block, Datasets, Description, Finding, Report, Severity, Trial, text};
use serde::Deserialize;

use spread::Spread;

/// The analysis.
#[derive(Debug)]
pub struct Distribution;

/// Which trials to show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Number of the trial, from 1; none: all main ones.
    #[serde(default)]
    pub trial: Option<u32>,
}

impl Analysis for Distribution {
    type Options = Options;

    fn describe() -> Description {
        let text = "How response times are spread: percentiles to the far tail, shares, histogram.";
        Description::new("DistributionAnalysis", text).options_schema(include_str!("options.schema.json"))
    }

    fn analyse(options: Options, datasets: &Datasets) -> Result<Report, Fault> {
        let (chosen, mut findings) = chosen::choose(options.trial, &datasets.all()?)?;
        let mut spreads = Vec::new();
        for (name, trial) in &chosen {
            match Spread::of(name, trial)? {
                Some(spread) => spreads.push(spread),
                None => findings.push(Finding { severity: Severity::Caution, message: nothing_known(name, trial)? }),
            }
        }
        let mut report = Report::new("Distribution of response times");
        report.blocks.extend(findings.into_iter().map(Block::Finding));
        if spreads.is_empty() {
            return Ok(report);
        }
        report = report.text(
            "Response time counts from when a request was due, service time from when it was sent; both end with the last \
             byte of the answer. Where the two part, requests waited before they could be sent: a wait that users feel and \
             that a tester which counts from the sending leaves out (coordinated omission).",
        );
        if spreads.len() > 1 {
            report = report.chart(charts::side_by_side(&spreads));
        }
        Ok(spreads.iter().fold(report, |report, spread| spread.add_to(report)))
    }
}

/// Why there is no time of a trial to show.
fn nothing_known(name: &str, trial: &Trial) -> Result<String, Fault> {
    let outcomes = trial.outcomes()?;
    let requests: f64 = outcomes.iter().sum();
    let why = match outcomes.first() {
        _ if requests == 0.0 && trial.facts.has_samples => "no request was due in the steady state".to_owned(),
        Some(0.0) if requests == 1.0 => "its only request did not succeed".to_owned(),
        Some(0.0) if requests > 1.0 => format!("none of its {} requests succeeded", text::number(requests)),
        _ => "no times of single requests are known".to_owned(),
    };
    Ok(format!("{name}, trial {}: {why}.", trial.facts.number))
}

cluster_tester_sdk::export_analysis!(Distribution);

#[cfg(test)]
mod tests;

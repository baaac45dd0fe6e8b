//! What came of a run, at a glance: what the reader must know first, capacities, trials, outcomes.

mod capacities;
mod chart;
mod findings;
mod overview;
mod record;
mod tables;

use cluster_tester_sdk::analysis::{Analysis, Block, DatasetSource, Datasets, Description, Report};
use cluster_tester_sdk::{Fault, NoOptions};

use overview::Overview;

/// The analysis.
#[derive(Debug)]
pub struct Summary;

impl Analysis for Summary {
    type Options = NoOptions;

    fn describe() -> Description {
        let text = "What came of a run at a glance: warnings, capacities, rates, response times, outcomes.";
        Description::new("SummaryAnalysis", text)
    }

    fn analyse(_: NoOptions, datasets: &Datasets) -> Result<Report, Fault> {
        let overviews = datasets.all()?.into_iter().map(Overview::of).collect::<Result<Vec<_>, Fault>>()?;
        let mut report = Report::new("Summary");
        report.blocks.extend(findings::of(&overviews).into_iter().map(Block::Finding));
        if overviews.iter().any(|overview| !overview.trials.is_empty()) {
            let is_older = |overview: &Overview| overview.dataset.facts.source != DatasetSource::Run;
            let from = match overviews.iter().filter(|overview| is_older(overview)).count() {
                0 => "when a request was due",
                all if all == overviews.len() => "when a request was sent (so the older tool measured)",
                _ => "when a request was due (in files of the older tool: sent)",
            };
            report = report.text(format!(
                "Response time counts from {from} to the last byte of its answer. Percentiles are over all requests of the \
                 steady state: one that did not succeed counts as unbounded. Those of successes alone are named so."
            ));
        }
        Ok(overviews.iter().fold(report, |report, overview| overview.add_to(report)))
    }
}

cluster_tester_sdk::export_analysis!(Summary);

#[cfg(test)]
mod tests;

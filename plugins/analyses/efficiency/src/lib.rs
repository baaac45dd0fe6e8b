//! What a request costs the cluster, in processor time and memory.

mod charts;
mod cost;

use cluster_tester_sdk::analysis::{
    Analysis, Block, Datasets, Description, Finding, Report, Severity, Table, Validity, text,
};
use cluster_tester_sdk::{Fault, NoOptions};

use cost::{Cluster, Cost};

/// The analysis.
#[derive(Debug)]
pub struct Efficiency;

impl Analysis for Efficiency {
    type Options = NoOptions;

    fn describe() -> Description {
        let text = "Requests per CPU-second and per GiB of memory in use, by cluster, load and rate.";
        Description::new("EfficiencyAnalysis", text)
    }

    fn analyse(_: NoOptions, datasets: &Datasets) -> Result<Report, Fault> {
        let clusters = datasets.all()?.into_iter().map(Cluster::of).collect::<Result<Vec<_>, Fault>>()?;
        let mut report = Report::new("Efficiency");
        report.blocks.extend(clusters.iter().flat_map(findings).map(Block::Finding));
        let shown: Vec<&Cluster> = clusters.iter().filter(|cluster| !cluster.costs.is_empty()).collect();
        if shown.is_empty() {
            return Ok(report);
        }
        report = report.text(
            "What a cluster does with what it spends, all its hosts together, the tester left out. Requests per CPU-second: good \
             completions for each second of one processor's work (goodput / processors busy). Above idle: the same without \
             the work that the hosts do when nothing is asked of them. Goodput per GiB: good completions per second for each \
             GiB of memory in use. More is better; compare at the same load and rate: what a cluster \
             spends for being there is shared by more requests at a higher rate.",
        );
        report = charts::bars(&shown).into_iter().fold(report, Report::chart);
        Ok(shown.into_iter().fold(report, |report, cluster| report.table(table(cluster))))
    }
}

/// A row for each trial; without figures that are known of none.
fn table(cluster: &Cluster) -> Table {
    let numbers = |of: fn(&Cost) -> f64| cluster.costs.iter().map(of).collect::<Vec<f64>>();
    let table = Table::new(format!("{}: efficiency by trial", cluster.name()))
        .numbers("trial", "1", numbers(|cost| f64::from(cost.facts.number)))
        .text("test case", cluster.costs.iter().map(|cost| cost.facts.test_case.clone()).collect())
        .numbers("load", "1", numbers(|cost| f64::from(cost.facts.load)))
        .numbers("goodput", "/s", numbers(|cost| cost.facts.goodput));
    let table = with_known(table, "processors busy", "1", numbers(|cost| cost.busy));
    let table = with_known(table, "busy when idle", "1", numbers(|cost| cost.busy_when_idle));
    let table = with_known(table, "requests per CPU-second", "/CPU-s", numbers(Cost::per_cpu_second));
    let table = with_known(table, "the same above idle", "/CPU-s", numbers(Cost::per_cpu_second_above_idle));
    let table = with_known(table, "memory in use", "bytes", numbers(|cost| cost.memory));
    with_known(table, "goodput per GiB", "/s per GiB", numbers(Cost::per_gibibyte))
}

fn with_known(table: Table, heading: &str, unit: &str, values: Vec<f64>) -> Table {
    if values.iter().all(|value| value.is_nan()) { table } else { table.numbers(heading, unit, values) }
}

/// What is missing, and which trials do not count.
fn findings(cluster: &Cluster) -> Vec<Finding> {
    let name = cluster.name();
    let mut findings = Vec::new();
    let mut say = |severity, message| findings.push(Finding { severity, message });
    if cluster.costs.is_empty() {
        say(Severity::Caution, format!("{name} has no trials."));
        return findings;
    }
    if !cluster.lacking.is_empty() {
        say(Severity::Caution, format!("{name} lacks {}.", text::list(&cluster.lacking, text::NAMED)));
    }
    let is_bound = |cost: &&Cost| cost.facts.validity == Validity::GeneratorBound;
    let bound: Vec<u32> = cluster.costs.iter().filter(is_bound).map(|cost| cost.facts.number).collect();
    if !bound.is_empty() {
        let which = if bound.len() == 1 { "trial" } else { "trials" };
        let message = "the tester could not hold the load, so it is not in the charts";
        say(Severity::Caution, format!("{name}, {which} {}: {message}.", text::list(&bound, text::NAMED)));
    }
    findings
}

cluster_tester_sdk::export_analysis!(Efficiency);

#[cfg(test)]
mod tests;

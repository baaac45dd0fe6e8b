//! The checks of an analysis: made-up runs of every kind, empty ones among them, and those of its author.

use std::sync::Arc;
use std::time::{Duration, Instant};

use model::AnalysisDescription;
use model::dataset::Dataset;
use model::report::Report;
use plugin::{Analysis, PluginError};

use super::cost::budget;
use super::findings::{Findings, Mark};
use super::sample_dataset::SampleDataset;
use super::test_case::{label, say, with};
use super::{Subject, options};
use crate::error::CliError;
use crate::figure;

/// Datasets to work on, and whether it should be able to.
struct Given {
    what: &'static str,
    datasets: Vec<Arc<dyn Dataset>>,
    is_usual: bool,
}

pub(super) fn check(subject: &Subject<'_>, description: &AnalysisDescription, findings: &mut Findings) {
    let analysis = match subject.runtime.open_analysis(subject.entry, subject.given) {
        Ok(analysis) => analysis,
        Err(error) => return findings.error("options", &CliError::from(error)),
    };
    let usual = usual(description);
    check_options(subject, description, &usual, findings);
    let mut all = vec![
        Given { what: "made-up runs", datasets: usual.clone(), is_usual: true },
        Given { what: "runs without trials", datasets: several(description, SampleDataset::empty), is_usual: false },
        Given {
            what: "runs in which all failed",
            datasets: several(description, SampleDataset::failed),
            is_usual: false,
        },
        Given { what: "files with means alone", datasets: several(description, SampleDataset::means), is_usual: false },
    ];
    let is_own = !subject.datasets.is_empty();
    if is_own {
        all.insert(0, Given { what: "the runs given", datasets: subject.datasets.clone(), is_usual: true });
    }
    for given in &all {
        run(&analysis, given, findings);
    }
    cost(&analysis, if is_own { &subject.datasets } else { &usual }, findings);
}

fn usual(description: &AnalysisDescription) -> Vec<Arc<dyn Dataset>> {
    several(description, SampleDataset::usual)
}

/// As many as it takes at least, and two if it takes them.
fn several(description: &AnalysisDescription, make: fn(&str) -> SampleDataset) -> Vec<Arc<dyn Dataset>> {
    let AnalysisDescription { min_datasets: least, max_datasets: most, .. } = *description;
    let wanted = if most == 0 { least.max(2) } else { least.max(2).min(most) };
    (1..=wanted).map(|number| Arc::new(make(&format!("made-up-{number}"))) as Arc<dyn Dataset>).collect()
}

fn check_options(
    subject: &Subject<'_>,
    description: &AnalysisDescription,
    datasets: &[Arc<dyn Dataset>],
    findings: &mut Findings,
) {
    let edges = options::edges(&description.options_schema);
    let (mut refused, mut broken) = (Vec::new(), Vec::new());
    for (name, value) in &edges {
        let tried = with(subject.given, name, value);
        let opened = subject.runtime.open_analysis(subject.entry, &tried);
        if let Err(error) = opened.and_then(|analysis| analysis.run(datasets.to_vec())) {
            let list = if error.is_refusal() { &mut refused } else { &mut broken };
            list.push(label(name, value, &error));
        }
    }
    say(edges.len(), refused, broken, findings);
}

fn run(analysis: &Analysis, given: &Given, findings: &mut Findings) {
    let Given { what, datasets, is_usual } = given;
    let (first, again) = (analysis.run(datasets.clone()), analysis.run(datasets.clone()));
    match &first {
        Ok(report) => {
            let blocks = report.blocks.len();
            let noun = if blocks == 1 { "part" } else { "parts" };
            findings.add(Mark::Ok, "report", format!("{what}: `{}`, {blocks} {noun}", report.title));
        }
        Err(error) if error.is_refusal() => {
            let mark = if *is_usual { Mark::Warning } else { Mark::Ok };
            let finding = findings.add(mark, "report", format!("{what}: it says that it cannot ({error})"));
            if *is_usual {
                finding.detail("hint: name a run that it can work on by `--run RUN`");
            }
        }
        Err(error) => {
            let cli = CliError::from(error.clone());
            let finding = findings.add(Mark::Failed, "report", format!("{what}: {}", cli.what));
            finding.details(cli.hint.map(|hint| format!("hint: {hint}")));
        }
    }
    if *is_usual && !is_alike(&first, &again) {
        let text = format!("{what}: two runs gave two reports");
        findings.add(Mark::Failed, "same seed", text).detail("hint: take all that is random from `random`");
    } else if *is_usual && first.is_ok() {
        findings.add(Mark::Ok, "same seed", format!("{what}: two runs gave the same report"));
    }
}

fn is_alike(one: &Result<Report, PluginError>, other: &Result<Report, PluginError>) -> bool {
    // By their texts, in which what is not known is like what is not known.
    format!("{one:?}") == format!("{other:?}")
}

fn cost(analysis: &Analysis, datasets: &[Arc<dyn Dataset>], findings: &mut Findings) {
    let (deadline, most) = analysis.limits();
    let begun = Instant::now();
    let Ok((_, memory)) = analysis.measure(datasets.to_vec()) else { return };
    let mut time: [Duration; 1] = [begun.elapsed()];
    budget("cost", &mut time, deadline, "a report, the tester's own work included", findings);
    let share = memory as f64 / most as f64;
    let mark = if share > 0.5 { Mark::Warning } else { Mark::Ok };
    let text = format!("{} of {} ({:.1} %)", figure::bytes(memory), figure::bytes(most), share * 100.0);
    findings.add(mark, "memory", text).figures =
        Some(serde_json::json!({ "taken_bytes": memory, "limit_bytes": most }));
}

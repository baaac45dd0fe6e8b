//! Puts the report together.

use cluster_tester_sdk::Fault;
use cluster_tester_sdk::analysis::{Dataset, Report, Severity, text};

use crate::cells::{self, Cell};
use crate::cluster::{self, Cluster};
use crate::decision::{self, Comparison};
use crate::figure::Figure;
use crate::limit;
use crate::regression::{self, Answer};
use crate::settings::{GroupBy, Settings};
use crate::{charts, findings, tables};

/// Most clusters: all pairs of them are compared, and each is a series of a chart.
const MOST: usize = 40;

/// The report on some datasets.
///
/// # Errors
/// When regressions were to be looked for and nothing can be compared; and as the host says.
pub(crate) fn of(datasets: Vec<Dataset>, settings: &Settings) -> Result<Report, Fault> {
    let clusters = cluster::group(datasets, settings.group_by)?;
    let names: Vec<&str> = clusters.iter().map(|cluster| &*cluster.name).collect();
    let shown: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut report = Report::new(format!("Comparison of {}", text::list(&shown, text::NAMED)));
    if let Some(why) = refusal(clusters.len(), settings) {
        // A comparison that was to fail must not pass in silence.
        return match settings.limit {
            Some(_) => Err(Fault::invalid_option(limit::OPTION, format!("nothing was compared: {why}"))),
            // No figure is wrong: a page of repetitions must not be called invalid for it.
            None => Ok(report.finding(Severity::Caution, format!("Nothing was compared: {why}."))),
        };
    }
    let mut cells: Vec<Cell> = Vec::new();
    for figure in figures(settings) {
        cells.extend(cells::gather(&clusters, figure)?);
    }
    let comparisons = decision::compare(&cells, settings);
    if let Some(limit) = settings.limit
        && !comparisons.iter().any(|comparison| cells[comparison.cell].figure == limit.figure)
    {
        let why =
            format!("nothing was compared: the clusters have nothing in common of which the {} is known", limit.figure);
        return Err(Fault::invalid_option(limit::OPTION, why));
    }
    report = regressions(report, &comparisons, &cells, &names, settings);
    for sentence in findings::cautions(&clusters, &figures(settings), &cells)? {
        report = report.finding(Severity::Caution, sentence);
    }
    report = weak(report, &comparisons, &clusters);
    if cells.is_empty() {
        let sentence = "The clusters have no trial of one test case, load and rate in common, and no search: nothing was \
                        compared.";
        return Ok(report.finding(Severity::Invalid, sentence));
    }
    if cells.iter().all(|cell| cell.figure != settings.figure) {
        let sentence = format!("The clusters have nothing in common of which the {} is known.", settings.figure);
        report = report.finding(Severity::Caution, sentence);
    }
    report = report.text(how_to_read(&comparisons, settings));
    for figure in figures(settings) {
        report = section(report, figure, &comparisons, &cells, &names, settings);
    }
    Ok(report)
}

/// Why so many clusters are not compared.
fn refusal(clusters: usize, settings: &Settings) -> Option<String> {
    match (clusters, settings.group_by) {
        (0 | 1, GroupBy::Name) => Some(
            "by their names all datasets are of one cluster; name them apart by --name, or compare each by --option \
             group-by=dataset"
                .to_owned(),
        ),
        (0 | 1, GroupBy::Dataset) => Some("there is one dataset alone".to_owned()),
        _ if clusters > MOST => Some(format!(
            "{clusters} clusters are too many to compare each with each; {MOST} at most, and repetitions of one cluster \
             have the same name"
        )),
        _ => None,
    }
}

/// Capacities are compared wherever there are any, beside what was asked for.
fn figures(settings: &Settings) -> Vec<Figure> {
    let mut figures = vec![settings.figure];
    let others = settings.limit.map(|limit| limit.figure).into_iter().chain([Figure::Capacity]);
    for figure in others {
        if !figures.contains(&figure) {
            figures.push(figure);
        }
    }
    figures
}

fn regressions(
    mut report: Report,
    comparisons: &[Comparison],
    cells: &[Cell],
    names: &[&str],
    settings: &Settings,
) -> Report {
    let Some(limit) = settings.limit else { return report };
    let mut answers = Vec::new();
    for comparison in comparisons {
        let cell = &cells[comparison.cell];
        if let Some(answer) = regression::answer(comparison, cell, limit) {
            answers.push((answer, regression::sentence(answer, comparison, cell, names, limit)));
        }
    }
    let severities = [
        (Answer::Worse, Severity::Regression),
        (Answer::Undecided, Severity::Caution),
        (Answer::Within, Severity::Note),
    ];
    for (wanted, severity) in severities {
        for (_, sentence) in answers.iter().filter(|(answer, _)| *answer == wanted) {
            report = report.finding(severity, sentence.clone());
        }
    }
    // A cluster that nothing was said of must not pass in silence.
    for (cluster, name) in names.iter().enumerate().skip(1) {
        let is_its =
            |comparison: &&Comparison| comparison.pair == (0, cluster) && cells[comparison.cell].figure == limit.figure;
        if comparisons.iter().find(is_its).is_none() {
            let first = names[0];
            let sentence = format!(
                "Whether {name} is worse than {first} cannot be decided: they have nothing in common of which the {} is known.",
                limit.figure
            );
            report = report.finding(Severity::Caution, sentence);
        }
    }
    report
}

fn weak(report: Report, comparisons: &[Comparison], clusters: &[Cluster]) -> Report {
    let is_weak = |cluster: usize| {
        let of = |comparison: &&Comparison| comparison.pair.0 == cluster || comparison.pair.1 == cluster;
        comparisons.iter().filter(of).any(|comparison| comparison.is_weak && comparison.step.is_some())
    };
    let names: Vec<String> = clusters
        .iter()
        .enumerate()
        .filter(|(cluster, _)| is_weak(*cluster))
        .map(|(_, cluster)| cluster.name.clone())
        .collect();
    if names.is_empty() {
        return report;
    }
    let sentence = format!(
        "Some answers on {} come from blocks of one trial: differences between repetitions are not seen, so they are weaker \
         than they look. Repeat the trials.",
        text::list(&names, text::NAMED)
    );
    report.finding(Severity::Caution, sentence)
}

fn how_to_read(comparisons: &[Comparison], settings: &Settings) -> String {
    let number = comparisons.iter().filter(|comparison| comparison.step.is_some()).count();
    let alpha = text::per_cent(settings.alpha());
    let chance = match number {
        0 => "No comparison here rests on a test.".to_owned(),
        1 => format!("The chance that the one comparison claims a difference that is not there is {alpha} at most."),
        _ => {
            format!(
                "The chance that any of {number} comparisons claims a difference that is not there is {alpha} at most (Holm)."
            )
        }
    };
    format!(
        "Ratios are of geometric means over repetitions; an interval that leaves out 1 is a difference (Welch, on \
         logarithms). {chance} \"Would have been found\" means: in four of five such comparisons."
    )
}

fn section(
    mut report: Report,
    figure: Figure,
    comparisons: &[Comparison],
    cells: &[Cell],
    names: &[&str],
    settings: &Settings,
) -> Report {
    let of_figure: Vec<&Comparison> =
        comparisons.iter().filter(|comparison| cells[comparison.cell].figure == figure).collect();
    if of_figure.is_empty() {
        return report;
    }
    report = report.heading(charts::capitalised(&figure.in_full()));
    report = report.table(tables::decisions(&of_figure, cells, names, settings));
    report = report.table(tables::matrix(&of_figure, names));
    if let Some(chart) = charts::differences(&of_figure, cells, figure, names, settings.limit) {
        report = report.chart(chart);
    }
    // Capacities are rates or loads: an axis has one unit.
    let own: Vec<&Cell> = cells.iter().filter(|cell| cell.figure == figure).collect();
    for unit in ["ns", "/s", "1"] {
        let of_unit: Vec<&Cell> = own.iter().copied().filter(|cell| cell.unit == unit).collect();
        if !of_unit.is_empty() {
            report = report.chart(charts::means(&of_unit, figure, names, settings));
            report = report.table(tables::figures(&of_unit, figure, names, settings));
        }
    }
    if names.len() > 2 {
        report = report.chart(charts::matrix(&of_figure, figure, names));
    }
    report.table(tables::statistics(&of_figure, cells, names))
}

//! Puts the report together.

use std::collections::BTreeSet;

use cluster_tester_sdk::Fault;
use cluster_tester_sdk::analysis::{Dataset, Report, Severity, Table, Trial, text};
use trials::{counted_from_sending, left_out};

use crate::curve::{Curve, P99, PERCENTILES, Reading};
use crate::work::{self, Work};
use crate::{Options, charts, knee};

const READING: &str = "Each point is a rate; of several trials at one rate the middle one, with a band from the \
    least to the most. Steps of searches are among them: they are short, so that beyond the highest good rate true \
    percentiles are higher still. A percentile is over all requests, and unbounded (at the upper edge) when more \
    failed than it leaves out.";

/// Only a chart of one dataset has that line.
const OFFERED: &str = " Where goodput leaves the line of what was offered, the target no longer keeps up.";

/// Requests of which a trial's p99 says something of low rates.
const FEWEST_REQUESTS: f64 = 20.0;

/// The report on some datasets.
///
/// # Errors
/// When the options name what is not there, and as the host says.
pub(crate) fn of(options: &Options, datasets: &[Dataset]) -> Result<Report, Fault> {
    let trials: Vec<Vec<Trial>> = datasets.iter().map(Dataset::trials).collect::<Result<_, _>>()?;
    let Some((work, others)) = work::choose(options, trials.iter().flatten())? else {
        let report = Report::new("Response time by rate");
        return Ok(report.finding(Severity::Invalid, "There is no trial in the datasets: nothing to show."));
    };
    let curves = datasets.iter().zip(&trials).map(|(dataset, trials)| Curve::of(dataset, trials, &work));
    let curves: Vec<Curve> = curves.collect::<Result<_, _>>()?;
    let mut report = Report::new(format!("Response time by rate: {}", work.name()));
    for (dataset, trials) in datasets.iter().zip(&trials) {
        let of_work: Vec<Trial> = trials.iter().filter(|trial| work.includes(trial)).cloned().collect();
        let name = &dataset.facts.name;
        if of_work.is_empty() {
            report = report.finding(Severity::Caution, format!("{name} has no trial of {}.", work.name()));
        }
        if let Some(sentence) = left_out(name, &of_work) {
            report = report.finding(Severity::Caution, sentence);
        }
    }
    if let Some(sentence) = counted_from_sending(datasets) {
        report = report.finding(Severity::Note, sentence);
    }
    let curves: Vec<Curve> = curves.into_iter().filter(|curve| !curve.readings.is_empty()).collect();
    for curve in &curves {
        let closed = curve.readings.iter().filter(|reading| reading.is_closed_loop);
        let numbers: Vec<u32> = closed.map(|reading| reading.number).collect();
        if !numbers.is_empty() {
            let trials = if numbers.len() == 1 { "trial" } else { "trials" };
            let list = text::list(&numbers, text::NAMED);
            let sentence = format!(
                "Not on the curve: {trials} {list} of {} (closed loop, where the target decides the rate).",
                curve.name
            );
            report = report.finding(Severity::Note, sentence);
        }
    }
    let knees: Vec<Option<f64>> = curves.iter().map(find_knee).collect();
    for (curve, knee) in curves.iter().zip(&knees) {
        if let Some(knee) = knee {
            report = report.finding(Severity::Note, knee_sentence(curve, *knee));
        }
    }
    if let Some(sentence) = too_few_rates(&curves) {
        report = report.finding(Severity::Note, sentence);
    }
    report = report.text(if curves.len() == 1 { format!("{READING}{OFFERED}") } else { READING.to_owned() });
    report = match curves.as_slice() {
        _ if !curves.iter().any(Curve::has_points) => report,
        [one] => report.chart(charts::of_one(one, &work, knees[0])),
        several => {
            (0..PERCENTILES.len()).fold(report, |report, index| report.chart(charts::of_several(several, &work, index)))
        }
    };
    if curves.len() > charts::MOST {
        let sentence = format!("The charts show the first {} of {} datasets.", charts::MOST, curves.len());
        report = report.finding(Severity::Note, sentence);
    }
    report = report.table(bounds(&curves, &knees)).table(readings(&curves));
    if !others.is_empty() {
        let names: Vec<String> = others.iter().map(Work::name).collect();
        let sentence =
            format!("Options test-case and load show what else there is: {}.", text::list(&names, text::NAMED));
        report = report.text(sentence);
    }
    Ok(report)
}

/// That there are too few rates for a curve; none where a dataset has several.
fn too_few_rates(curves: &[Curve]) -> Option<&'static str> {
    if curves.iter().any(|curve| curve.points.len() > 1) {
        return None;
    }
    let rates = curves.iter().flat_map(|curve| &curve.points).map(|point| text::rate(point.intended_rate));
    Some(match rates.collect::<BTreeSet<String>>().len() {
        0 => "There is no rate: a curve needs several, as a search or a sweep makes them.",
        1 => "There is one rate alone: a curve needs several, as a search or a sweep makes them.",
        _ => "Each dataset has one rate alone: its curve needs several, as a search or a sweep makes them.",
    })
}

fn find_knee(curve: &Curve) -> Option<f64> {
    let large = || curve.points.iter().filter(|point| point.requests >= FEWEST_REQUESTS);
    let rates: Vec<f64> = large().map(|point| point.offered_rate).collect();
    let values: Vec<f64> = large().map(|point| point.percentiles[P99]).collect();
    knee::find(&rates, &values)
}

fn knee_sentence(curve: &Curve, knee: f64) -> String {
    let times = text::number(knee::FACTOR);
    let rate = text::rate(knee);
    format!("The knee of {} is at {rate}: above it p99 exceeds {times} times its value at low rates.", curve.name)
}

fn bounds(curves: &[Curve], knees: &[Option<f64>]) -> Table {
    let mut rows = Vec::new();
    for (curve, knee) in curves.iter().zip(knees) {
        let searched = curve.bounds.iter().map(|bounds| (bounds.lower, bounds.upper));
        let searched: Vec<(f64, f64)> = searched.collect();
        let searched = if searched.is_empty() { vec![(f64::NAN, f64::NAN)] } else { searched };
        let knee = knee.unwrap_or(f64::NAN);
        rows.extend(searched.into_iter().map(|(lower, upper)| (curve.name.clone(), knee, lower, upper)));
    }
    Table::new("Knees, and bounds of searches")
        .text("dataset", rows.iter().map(|row| row.0.clone()).collect())
        .numbers("knee", "/s", rows.iter().map(|row| row.1).collect())
        .numbers("highest good rate", "/s", rows.iter().map(|row| row.2).collect())
        .numbers("lowest bad rate", "/s", rows.iter().map(|row| row.3).collect())
}

fn readings(curves: &[Curve]) -> Table {
    let rows: Vec<(&str, &Reading)> =
        curves.iter().flat_map(|curve| curve.readings.iter().map(move |reading| (&*curve.name, reading))).collect();
    let column = |of: &dyn Fn(&Reading) -> f64| rows.iter().map(|(_, reading)| of(reading)).collect::<Vec<f64>>();
    let table = Table::new("Trials by rate")
        .text("dataset", rows.iter().map(|(name, _)| (*name).to_owned()).collect())
        .numbers("trial", "1", column(&|reading| f64::from(reading.number)))
        .text("made for", rows.iter().map(|(_, reading)| reading.kind.clone()).collect())
        .numbers("intended rate", "/s", column(&|reading| reading.intended_rate))
        .numbers("offered rate", "/s", column(&|reading| reading.offered_rate))
        .numbers("goodput", "/s", column(&|reading| reading.goodput));
    let table = PERCENTILES.iter().enumerate().fold(table, |table, (index, (_, name))| {
        table.numbers(*name, "ns", column(&move |reading| reading.percentiles[index]))
    });
    table.numbers("not successful", "%", column(&|reading| reading.failed * 100.0))
}

//! Puts the report together.

use cluster_tester_sdk::Fault;
use cluster_tester_sdk::analysis::{Dataset, Report, Severity, Table, Trial, text};
use trials::left_out;

use crate::curve::{Curve, P99, PERCENTILES, Reading};
use crate::work::{self, Work};
use crate::{Options, charts, knee};

const READING: &str = "Each point is a rate; of several trials at one rate the middle one, with a band from the \
    least to the most. Steps of searches are among them: they are short, so that beyond the highest good rate true \
    percentiles are higher still. A percentile is over all requests, and unbounded (at the upper edge) when more \
    failed than it leaves out. Where goodput leaves the line of what was offered, the target no longer keeps up.";

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
    let curves: Vec<Curve> = curves.into_iter().filter(|curve| !curve.readings.is_empty()).collect();
    let knees: Vec<Option<f64>> = curves.iter().map(find_knee).collect();
    for (curve, knee) in curves.iter().zip(&knees) {
        if let Some(knee) = knee {
            report = report.finding(Severity::Note, knee_sentence(curve, *knee));
        }
    }
    if curves.iter().all(|curve| curve.points.len() < 2) {
        let sentence = "There is one rate alone: a curve needs several, as a search or a sweep makes them.";
        report = report.finding(Severity::Note, sentence);
    }
    report = report.text(READING);
    report = match curves.as_slice() {
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

fn find_knee(curve: &Curve) -> Option<f64> {
    let rates: Vec<f64> = curve.points.iter().map(|point| point.offered_rate).collect();
    let values: Vec<f64> = curve.points.iter().map(|point| point.percentiles[P99]).collect();
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

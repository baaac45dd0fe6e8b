//! The curve of one dataset: a point for each rate.

use std::collections::BTreeMap;

use cluster_tester_sdk::Fault;
use cluster_tester_sdk::analysis::{Dataset, Purpose, Quantity, Subject, Trial, Validity};
use trials::LoadPoint;

use crate::work::Work;

/// Percentiles that are shown, with their names.
pub(crate) const PERCENTILES: [(f64, &str); 4] = [(0.5, "p50"), (0.9, "p90"), (0.99, "p99"), (0.999, "p99.9")];
/// Where p99 stands among them.
pub(crate) const P99: usize = 2;

/// What a trial tells.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    /// Number by which users know the trial.
    pub(crate) number: u32,
    /// What it was for, and whether it is valid, in words.
    pub(crate) kind: String,
    /// Its figures may be used.
    pub(crate) is_usable: bool,
    /// The target decided its rate: it has no place on the curve.
    pub(crate) is_closed_loop: bool,
    /// Requests that were due.
    pub(crate) requests: f64,
    /// Per second, as are the next ones.
    pub(crate) intended_rate: f64,
    /// Really let go.
    pub(crate) offered_rate: f64,
    /// Good completions.
    pub(crate) goodput: f64,
    /// Response times of all requests at [`PERCENTILES`], nanoseconds; infinite where too many failed.
    pub(crate) percentiles: Vec<f64>,
    /// Share of requests that did not succeed.
    pub(crate) failed: f64,
}

/// A point of a curve: the trials at one rate. The middle one of them counts: percentiles cannot be averaged.
#[derive(Debug, Clone)]
pub(crate) struct Point {
    /// Rate that was asked for, per second; NaN where not known.
    pub(crate) intended_rate: f64,
    /// Offered rate, per second.
    pub(crate) offered_rate: f64,
    /// Goodput, per second.
    pub(crate) goodput: f64,
    /// Response times at [`PERCENTILES`], nanoseconds.
    pub(crate) percentiles: Vec<f64>,
    /// The least and the most of them.
    pub(crate) range: Vec<(f64, f64)>,
    /// How many trials.
    pub(crate) trials: usize,
    /// Requests of the largest of them.
    pub(crate) requests: f64,
}

/// Bounds of a search for the highest rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bounds {
    /// Highest rate found good, per second.
    pub(crate) lower: f64,
    /// Lowest rate found bad.
    pub(crate) upper: f64,
}

/// The curve of one dataset.
#[derive(Debug, Clone)]
pub(crate) struct Curve {
    /// Name of the dataset.
    pub(crate) name: String,
    /// Its trials, in order of the rate.
    pub(crate) readings: Vec<Reading>,
    /// Those that may be used, by rate, rising.
    pub(crate) points: Vec<Point>,
    /// Its searches at this load.
    pub(crate) bounds: Vec<Bounds>,
}

impl Curve {
    /// Trials whose place is on the curve, but whose figures are not to be used.
    pub(crate) fn not_valid(&self) -> Vec<&Reading> {
        self.readings.iter().filter(|reading| !reading.is_usable && !reading.is_closed_loop).collect()
    }

    /// There is something to draw.
    pub(crate) fn has_points(&self) -> bool {
        !(self.points.is_empty() && self.not_valid().is_empty())
    }

    /// That of the trials of `work`.
    ///
    /// # Errors
    /// As the host says.
    pub(crate) fn of(dataset: &Dataset, trials: &[Trial], work: &Work) -> Result<Self, Fault> {
        let mut readings = Vec::new();
        let mut rates: BTreeMap<LoadPoint, Vec<Reading>> = BTreeMap::new();
        for trial in trials.iter().filter(|trial| work.includes(trial)) {
            let reading = read(trial)?;
            // In a closed loop no rate was asked for: it is what the target left, not a place to look at.
            if reading.is_usable && !reading.is_closed_loop && reading.offered_rate.is_finite() {
                rates.entry(LoadPoint::of(&trial.facts)).or_default().push(reading.clone());
            }
            readings.push(reading);
        }
        readings.sort_by(|one, other| one.offered_rate.total_cmp(&other.offered_rate));
        let mut points: Vec<Point> = rates.into_values().map(|readings| point(&readings)).collect();
        points.sort_by(|one, other| one.offered_rate.total_cmp(&other.offered_rate));
        let of_work = dataset.searches()?.into_iter().filter(|search| {
            search.subject == Subject::Rate && search.test_case == work.test_case && search.held == f64::from(work.load)
        });
        let bounds = of_work.map(|search| Bounds { lower: search.lower, upper: search.upper }).collect();
        Ok(Self { name: dataset.facts.name.clone(), readings, points, bounds })
    }
}

fn read(trial: &Trial) -> Result<Reading, Fault> {
    let facts = &trial.facts;
    let outcomes = trial.outcomes()?;
    let all: f64 = outcomes.iter().sum();
    let purpose = match facts.purpose {
        Purpose::Plan => "plan",
        Purpose::Search => "search",
        Purpose::Confirmation => "confirmation",
    };
    let purpose = if facts.is_closed_loop { format!("{purpose}, closed loop") } else { purpose.to_owned() };
    let kind = match facts.validity {
        Validity::Valid => purpose,
        Validity::Unknown => format!("{purpose}, validity not known"),
        Validity::GeneratorBound => format!("{purpose}, not valid: the tester could not hold the load"),
        Validity::Interrupted => format!("{purpose}, not valid: interrupted"),
    };
    let mut percentiles = trial.all().quantiles(Quantity::ResponseTime, &PERCENTILES.map(|(p, _)| p))?;
    percentiles.resize(PERCENTILES.len(), f64::NAN);
    Ok(Reading {
        number: facts.number,
        kind,
        is_usable: facts.has_figures(),
        is_closed_loop: facts.is_closed_loop,
        requests: all,
        intended_rate: facts.intended_rate,
        // Files of the older tool need not tell what was let go.
        offered_rate: if facts.offered_rate.is_nan() { facts.intended_rate } else { facts.offered_rate },
        goodput: facts.goodput,
        percentiles,
        failed: 1.0 - outcomes.first().copied().unwrap_or(f64::NAN) / all,
    })
}

fn point(readings: &[Reading]) -> Point {
    let sorted = |of: &dyn Fn(&Reading) -> f64| {
        let mut values: Vec<f64> = readings.iter().map(of).filter(|value| !value.is_nan()).collect();
        values.sort_by(f64::total_cmp);
        values
    };
    // Of an even number the worse one: a half-way value was never measured.
    let middle = |values: &[f64]| values.get(values.len() / 2).copied().unwrap_or(f64::NAN);
    let ends =
        |values: &[f64]| (values.first().copied().unwrap_or(f64::NAN), values.last().copied().unwrap_or(f64::NAN));
    let percentiles: Vec<Vec<f64>> =
        (0..PERCENTILES.len()).map(|index| sorted(&move |reading: &Reading| reading.percentiles[index])).collect();
    Point {
        intended_rate: readings.iter().map(|reading| reading.intended_rate).fold(f64::NAN, f64::max),
        offered_rate: middle(&sorted(&|reading| reading.offered_rate)),
        goodput: middle(&sorted(&|reading| reading.goodput)),
        range: percentiles.iter().map(|values| ends(values)).collect(),
        percentiles: percentiles.iter().map(|values| middle(values)).collect(),
        trials: readings.len(),
        requests: readings.iter().map(|reading| reading.requests).fold(0.0, f64::max),
    }
}

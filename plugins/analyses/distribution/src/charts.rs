//! The charts of a trial.

use cluster_tester_sdk::analysis::{Axis, Chart, Scale};

use crate::bins;
use crate::spread::{Spread, Times};

/// Places of a curve of shares.
const PLACES: u32 = 200;

const RESPONSE: &str = "response time";
const SERVICE: &str = "service time";

/// Quantiles by probability, on a scale that spreads the tail.
pub(crate) fn percentiles(spread: &Spread) -> Chart {
    let title = format!("{}: time by percentile", spread.title);
    let mut chart = Chart::percentiles(title, spread.probabilities.clone(), Axis::new("time", "ns"));
    if spread.failures() > 0.0 {
        chart = chart.series("response time, all requests", spread.response_of_all.clone());
        chart = chart.series("response time, successes", spread.response.quantiles.clone());
    } else {
        chart = chart.series(RESPONSE, spread.response.quantiles.clone());
    }
    if spread.service.is_known() {
        chart = chart.series(SERVICE, spread.service.quantiles.clone());
    }
    chart
}

/// Share of all requests that were done by a time.
pub(crate) fn cdf(spread: &Spread) -> Chart {
    let (least, most) = range(spread);
    let places = bins::places(least, most, PLACES);
    let share = |times: &Times| bins::shares(&times.histogram, &places, spread.requests);
    let title = format!("{}: share of requests by time", spread.title);
    let chart = Chart::cdf(title, Axis::new("time", "ns").scale(Scale::Logarithmic), places.clone());
    let chart = chart.series(RESPONSE, share(&spread.response));
    let chart = if spread.service.is_known() { chart.series(SERVICE, share(&spread.service)) } else { chart };
    // The axis reaches to all of them, or the curve would seem to.
    if spread.failures() > 0.0 { chart.horizontal_mark(1.0, "all requests") } else { chart }
}

/// How many successes took how long, both times one above the other.
pub(crate) fn histogram(spread: &Spread) -> Chart {
    let (least, most) = range(spread);
    let edges = bins::edges(least, most, spread.response.statistics.count);
    let count = |times: &Times| bins::count(&times.histogram, &edges);
    let title = format!("{}: successful requests by time", spread.title);
    let x = Axis::new("time", "ns").scale(Scale::Logarithmic);
    let y = |of: &str| Axis::new(format!("requests by {of}"), "1");
    let chart = Chart::histogram(title, x, edges.clone(), y(RESPONSE)).series(RESPONSE, count(&spread.response));
    if spread.service.is_known() { chart.panel(y(SERVICE)).series(SERVICE, count(&spread.service)) } else { chart }
}

/// Response times of all trials by percentile, over all requests.
pub(crate) fn side_by_side(spreads: &[Spread]) -> Chart {
    let longest = spreads.iter().max_by(|a, b| a.requests.total_cmp(&b.requests)).expect("there are several");
    let y = Axis::new("response time, all requests", "ns");
    let chart = Chart::percentiles("Response time by percentile, all trials", longest.probabilities.clone(), y);
    spreads.iter().fold(chart, |chart, spread| {
        // All probabilities but the last are of one sequence; where a trial had fewer requests its curve ends with its
        // longest at the next place.
        let known: Vec<(f64, f64)> =
            spread.probabilities.iter().copied().zip(spread.response_of_all.iter().copied()).collect();
        let mut left = known.iter().peekable();
        let value = |place: &f64| {
            let mut found = f64::NAN;
            while let Some((_, value)) = left.next_if(|(own, _)| own <= place) {
                found = *value;
            }
            found
        };
        chart.series(&spread.title, longest.probabilities.iter().map(value).collect())
    })
}

/// Shortest and longest time of both, by their buckets.
fn range(spread: &Spread) -> (f64, f64) {
    let buckets = || spread.response.histogram.highest.iter().chain(&spread.service.histogram.highest).copied();
    (buckets().fold(f64::INFINITY, f64::min), buckets().fold(0.0, f64::max))
}

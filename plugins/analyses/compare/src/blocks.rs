//! One trial cut into blocks of time, for want of repetitions. What differs between repetitions is not seen by that, so
//! an answer from blocks is weaker, and says so.

use cluster_tester_sdk::Fault;
use cluster_tester_sdk::analysis::{Quantity, Trial, Windows};

use crate::effect::moments;
use crate::figure::Figure;

/// Fewest and most blocks.
const NUMBER: (f64, f64) = (10.0, 30.0);
/// Points of the quantile function that make the mean of a block.
const POINTS: u32 = 500;

/// A figure by blocks of one trial.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Blocks {
    /// Its value in each block, in time.
    pub(crate) values: Vec<f64>,
    /// Correlation of the logarithms of neighbours; NaN where one has none.
    pub(crate) autocorrelation: f64,
    /// How many independent blocks they are worth, at least 2.
    pub(crate) effective: f64,
}

impl Blocks {
    /// Of values in time. Blocks that resemble their neighbours tell less: n (1 − r) / (1 + r) is the number of
    /// independent ones with an equally sure mean (M. S. Bartlett, "Some aspects of the time-correlation problem in
    /// regard to tests of significance", Journal of the Royal Statistical Society 98 (1935) 536–543, for a process of
    /// first order).
    pub(crate) fn of(values: Vec<f64>) -> Self {
        let logs: Vec<f64> = values.iter().map(|value| value.ln()).collect();
        let count = logs.len() as f64;
        let (mean, squares) = moments(&logs);
        let products: f64 = logs.windows(2).map(|pair| (pair[0] - mean) * (pair[1] - mean)).sum();
        let autocorrelation = if squares == 0.0 { 0.0 } else { products / squares };
        let r = autocorrelation.clamp(0.0, 1.0);
        let effective = if r.is_nan() { count } else { count * (1.0 - r) / (1.0 + r) };
        Self { values, autocorrelation, effective: effective.max(2.0) }
    }
}

/// Cuts a trial; none where it has too few requests, or keeps no record of them one by one.
pub(crate) fn cut(trial: &Trial, figure: Figure) -> Result<Option<Blocks>, Fault> {
    let facts = &trial.facts;
    let requests: f64 = trial.outcomes()?.iter().filter(|count| count.is_finite()).sum();
    // So many that a few lie above the percentile; and so many that at least one should.
    let (wanted, least) = match figure {
        Figure::Percentile(percent) => {
            let above = 1.0 / (1.0 - percent.min(99.999) / 100.0);
            ((5.0 * above).max(20.0), above.max(5.0))
        }
        Figure::Mean | Figure::Goodput => (50.0, 5.0),
        Figure::Capacity => return Ok(None),
    };
    if !facts.has_samples || requests / NUMBER.0 < least {
        return Ok(None);
    }
    let number = (requests / wanted).floor().clamp(NUMBER.0, NUMBER.1);
    let width = facts.steady_length / number;
    if !(width.is_finite() && width >= 1e6) {
        return Ok(None);
    }
    let (selected, probabilities) = match figure {
        Figure::Percentile(percent) => (trial.all(), vec![percent / 100.0]),
        Figure::Mean => {
            let middle = |point| (f64::from(point) + 0.5) / f64::from(POINTS);
            (trial.successes(), (0..POINTS).map(middle).collect())
        }
        Figure::Goodput | Figure::Capacity => (trial.successes(), vec![0.5]),
    };
    let windows = selected.over_time(Quantity::ResponseTime, width, &probabilities)?;
    let value = |window: usize| match figure {
        Figure::Goodput | Figure::Capacity => windows.counts[window] / width * 1e9,
        _ => {
            let quantiles = &windows.quantiles[window * probabilities.len()..(window + 1) * probabilities.len()];
            quantiles.iter().sum::<f64>() / quantiles.len() as f64
        }
    };
    let whole = whole_windows(&windows, width, facts.steady_start, facts.steady_start + facts.steady_length);
    let values: Vec<f64> = whole.map(value).filter(|value| !value.is_nan()).collect();
    // The windows need not begin with the steady state: then one of them is lost at its ends.
    Ok((values.len() as f64 + 1.0 >= NUMBER.0).then(|| Blocks::of(values)))
}

/// Windows that lie within the steady state.
fn whole_windows(windows: &Windows, width: f64, from: f64, to: f64) -> impl Iterator<Item = usize> {
    let slack = width * 0.01;
    let within = move |start: f64| start >= from - slack && start + width <= to + slack;
    windows.starts.iter().enumerate().filter(move |(_, start)| within(**start)).map(|(window, _)| window)
}

#[cfg(test)]
mod tests {
    use cluster_tester_sdk::analysis::Datasets;
    use cluster_tester_sdk::analysis::fake::{FakeDataset, FakeTrial};

    use super::*;

    fn trial(requests: u32) -> Trial {
        let times = (0..requests).map(|index| 1e6 + f64::from(index % 100) * 1e4);
        let fake = FakeTrial::new(10, 1_000.0).response_times(times);
        let dataset = Datasets::fake([FakeDataset::new("k3s").trial(fake)]).all().expect("datasets").remove(0);
        dataset.trials().expect("trials").remove(0)
    }

    #[test]
    fn the_number_of_blocks_goes_by_the_requests() {
        let number =
            |requests, figure| cut(&trial(requests), figure).expect("blocks").map(|blocks| blocks.values.len());
        assert_eq!(number(30_000, Figure::Percentile(99.0)), Some(30));
        assert_eq!(number(10_000, Figure::Percentile(99.0)), Some(20));
        assert_eq!(number(2_000, Figure::Percentile(99.0)), Some(10));
        assert_eq!(number(900, Figure::Percentile(99.0)), None);
        assert_eq!(number(900, Figure::Mean), Some(18));
        assert_eq!(number(900, Figure::Capacity), None);
    }

    #[test]
    fn blocks_have_the_figures_of_their_time() {
        let first = |figure| cut(&trial(10_000), figure).expect("blocks").expect("enough").values[0];
        assert!((first(Figure::Percentile(99.0)) - 1.98e6).abs() < 1.0);
        assert!((first(Figure::Mean) / 1.45e6 - 1.0).abs() < 0.01, "{}", first(Figure::Mean));
        assert!((first(Figure::Goodput) - 1_000.0).abs() < 10.0);
    }

    #[test]
    fn blocks_that_resemble_their_neighbours_are_worth_fewer() {
        let rising = Blocks::of((1..=20).map(f64::from).collect());
        assert!(rising.autocorrelation > 0.6 && rising.effective < 6.0, "{rising:?}");
        let swinging = Blocks::of((0..20).map(|index| 1.0 + f64::from(index % 2)).collect());
        assert!(swinging.autocorrelation < -0.9, "{swinging:?}");
        assert_eq!(swinging.effective, 20.0);
        assert_eq!(Blocks::of(vec![1.0; 10]).effective, 10.0);
        let unbounded = Blocks::of(vec![1.0, f64::INFINITY, 1.0]);
        assert!(unbounded.autocorrelation.is_nan());
        assert_eq!(unbounded.effective, 3.0);
    }
}

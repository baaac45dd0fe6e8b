//! A distribution known by some of its quantiles.

use super::columns::Columns;

/// Evenly spread probabilities by which a distribution is drawn from its quantiles.
const DRAWS: usize = 400;

/// Rows read of a column.
const MOST_ROWS: usize = 20_000;

/// Quantiles, rising in both.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Quantiles {
    /// Probability and value; finite.
    pub(super) points: Vec<(f64, f64)>,
    /// Some of the highest have no bound.
    pub(super) is_unbounded: bool,
}

impl Quantiles {
    /// Those of a column, the first column being the probabilities.
    pub(super) fn of(columns: &Columns<'_>, column: usize) -> Self {
        let rows = 0..columns.rows().min(MOST_ROWS);
        let all: Vec<(f64, f64)> = rows
            .map(|row| (columns.number(0, row), columns.number(column, row)))
            .filter(|(p, value)| (0.0..=1.0).contains(p) && !value.is_nan())
            .collect();
        let is_unbounded = all.iter().any(|(_, value)| *value == f64::INFINITY);
        let mut points: Vec<_> = all.into_iter().filter(|(_, value)| value.is_finite()).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        points.dedup_by_key(|point| point.0);
        // A higher quantile is no lower value, whatever was given.
        let mut most = f64::NEG_INFINITY;
        for (_, value) in &mut points {
            most = value.max(most);
            *value = most;
        }
        Self { points, is_unbounded }
    }

    /// Nothing is known.
    pub(super) fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// The quantile of a probability, on a straight line between those known; the outermost beyond them. NaN if none.
    pub(super) fn at(&self, p: f64) -> f64 {
        let above = self.points.partition_point(|(known, _)| *known < p);
        match (above.checked_sub(1).map(|below| self.points[below]), self.points.get(above)) {
            (Some((low_p, low)), Some((high_p, high))) => low + (high - low) * ((p - low_p) / (high_p - low_p)),
            (Some((_, value)), None) | (None, Some(&(_, value))) => value,
            (None, None) => f64::NAN,
        }
    }

    /// The mean of what is bounded: the area below the quantiles, by trapezia. NaN if none.
    pub(super) fn mean(&self) -> f64 {
        let Some(((first_p, first), (last_p, last))) = self.points.first().copied().zip(self.points.last().copied())
        else {
            return f64::NAN;
        };
        let area = |pair: &[(f64, f64)]| (pair[1].0 - pair[0].0) * (pair[0].1 / 2.0 + pair[1].1 / 2.0);
        let tails = first_p * first + (1.0 - last_p) * last;
        tails + self.points.windows(2).map(area).sum::<f64>()
    }

    /// Values evenly spread over the probabilities, rising.
    pub(super) fn draws(&self) -> Vec<f64> {
        if self.is_empty() {
            return Vec::new();
        }
        (0..DRAWS).map(|draw| self.at((draw as f64 + 0.5) / DRAWS as f64)).collect()
    }
}

/// Density at evenly spaced places from the least to the greatest of rising values, as place and share of the highest.
/// Gaussian kernels, as wide as Silverman's rule of thumb has it (Density Estimation, 1986, eq. 3.31).
pub(super) fn density(values: &[f64], places: usize) -> Vec<(f64, f64)> {
    let [first, .., last] = values else { return values.iter().map(|value| (*value, 1.0)).collect() };
    let count = values.len() as f64;
    let mean = values.iter().map(|value| value / count).sum::<f64>();
    let deviation = values.iter().map(|value| (value - mean).powi(2) / count).sum::<f64>().sqrt();
    let quartile = |share: f64| values[((count * share) as usize).min(values.len() - 1)];
    let spread = (quartile(0.75) - quartile(0.25)) / 1.34;
    let narrower = if spread > 0.0 { deviation.min(spread) } else { deviation };
    let width = 0.9 * narrower * count.powf(-0.2);
    if !width.is_finite() || width <= 0.0 {
        return vec![(*first, 1.0), (*last, 1.0)];
    }
    let step = (last - first) / (places.max(2) - 1) as f64;
    // Between places at least some of a kernel must be seen.
    let width = width.max(step * 0.7);
    let kernel = |place: f64| values.iter().map(|value| (-((place - value) / width).powi(2) / 2.0).exp()).sum::<f64>();
    let found: Vec<(f64, f64)> =
        (0..places.max(2)).map(|number| first + step * number as f64).map(|place| (place, kernel(place))).collect();
    let highest = found.iter().map(|(_, density)| *density).fold(0.0, f64::max);
    found.into_iter().map(|(place, density)| (place, if highest > 0.0 { density / highest } else { 1.0 })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn even() -> Quantiles {
        Quantiles {
            points: (0..=10).map(|tenth| (f64::from(tenth) / 10.0, f64::from(tenth))).collect(),
            is_unbounded: false,
        }
    }

    #[test]
    fn quantiles_between_those_known_lie_on_a_line() {
        assert!((even().at(0.25) - 2.5).abs() < 1e-9);
        assert_eq!((even().at(-1.0), even().at(2.0)), (0.0, 10.0));
        assert!(Quantiles::default().at(0.5).is_nan());
        assert!((even().mean() - 5.0).abs() < 1e-9);
    }

    #[test]
    fn density_is_highest_where_values_crowd() {
        let mut points = even().points;
        // Half of all lies between 7 and 8.
        points[3].1 = 7.0;
        for (place, point) in points.iter_mut().enumerate().skip(3).take(5) {
            point.1 = 7.0 + (place as f64 - 3.0) / 5.0;
        }
        let found = density(&Quantiles { points, is_unbounded: false }.draws(), 101);
        let (peak, _) = found.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
        assert!((7.0..8.0).contains(&peak), "{peak}");
        assert!(found.iter().all(|(_, density)| (0.0..=1.0).contains(density)));
    }

    #[test]
    fn values_all_alike_have_a_density() {
        assert_eq!(density(&[3.0, 3.0, 3.0], 50).len(), 2);
        assert!(density(&[-1e300, 0.0, 1e300], 50).iter().all(|(_, density)| density.is_finite()));
        assert!(density(&[], 50).is_empty());
    }
}

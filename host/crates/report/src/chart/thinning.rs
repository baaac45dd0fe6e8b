//! Leaves points out of long series, but never their extremes.

/// Rows, at most about `most` of them, that show what all would: of each stretch its least and its greatest finite value,
/// an infinite one, and one that is missing.
pub(super) fn thin(values: &[f64], most: usize) -> Vec<usize> {
    if values.len() <= most {
        return (0..values.len()).collect();
    }
    let stretch = values.len().div_ceil((most / 2).max(1));
    let mut kept = Vec::new();
    for (number, part) in values.chunks(stretch).enumerate() {
        let from = number * stretch;
        let rows = || part.iter().enumerate();
        let finite = || rows().filter(|(_, value)| value.is_finite());
        let mut of_part: Vec<usize> = [
            finite().min_by(|a, b| a.1.total_cmp(b.1)),
            finite().max_by(|a, b| a.1.total_cmp(b.1)),
            rows().find(|(_, value)| value.is_infinite()),
            rows().find(|(_, value)| value.is_nan()),
        ]
        .into_iter()
        .flatten()
        .map(|(row, _)| from + row)
        .collect();
        of_part.sort_unstable();
        of_part.dedup();
        kept.extend(of_part);
    }
    kept
}

/// Stretches of rows, for what is summed up over each: at most `most` of them, from and to.
pub(super) fn stretches(rows: usize, most: usize) -> impl Iterator<Item = (usize, usize)> {
    let stretch = rows.div_ceil(most.max(1)).max(1);
    (0..rows.div_ceil(stretch)).map(move |number| (number * stretch, ((number + 1) * stretch).min(rows)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extremes_and_gaps_survive() {
        let mut values: Vec<f64> = (0..1_000_000).map(|row| f64::from(row % 100)).collect();
        values[123_456] = 1e9;
        values[654_321] = -1e9;
        values[777_777] = f64::NAN;
        values[888_888] = f64::INFINITY;
        let kept = thin(&values, 2_000);
        assert!(kept.len() <= 2_100, "{}", kept.len());
        assert!([123_456, 654_321, 777_777, 888_888].iter().all(|row| kept.contains(row)));
        assert!(kept.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn stretches_cover_all_rows() {
        let found: Vec<_> = stretches(10, 4).collect();
        assert_eq!(found, [(0, 3), (3, 6), (6, 9), (9, 10)]);
        assert_eq!(stretches(0, 4).count(), 0);
    }
}

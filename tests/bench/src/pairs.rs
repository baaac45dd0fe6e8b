//! Alternated pairs: ours, the peer's, ours, the peer's. A pair that the machine disturbed is measured again.

use anyhow::Result;

use crate::run::Run;

/// How often a pair is measured at most.
const ATTEMPTS: u32 = 3;

/// Which of the two runs next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// Cluster Tester.
    Ours,
    /// What it is compared with.
    Peer,
}

/// One measuring of a pair.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pair {
    /// Number of the pair, from 1.
    pub(crate) number: u32,
    /// Which attempt at it, from 1.
    pub(crate) attempt: u32,
    /// Whether it counts: one attempt of each pair does.
    pub(crate) is_kept: bool,
    /// Ours.
    pub(crate) ours: Run,
    /// The peer's.
    pub(crate) peer: Run,
}

impl Pair {
    /// The noise of the run that had more; above 1 it spoils the pair.
    fn severity(&self) -> f64 {
        self.ours.noise.severity().max(self.peer.noise.severity())
    }

    /// Whether the machine took too much away.
    pub(crate) fn is_noisy(&self) -> bool {
        self.severity() > 1.0
    }
}

/// Measures `count` pairs; all attempts are given back, those that count marked. When every attempt at a pair was
/// noisy, the least noisy counts.
///
/// # Errors
/// When `measure` fails.
pub(crate) fn alternated(count: u32, mut measure: impl FnMut(Side) -> Result<Run>) -> Result<Vec<Pair>> {
    let mut pairs = Vec::new();
    for number in 1..=count {
        let first = pairs.len();
        for attempt in 1..=ATTEMPTS {
            let (ours, peer) = (measure(Side::Ours)?, measure(Side::Peer)?);
            let pair = Pair { number, attempt, is_kept: false, ours, peer };
            let is_noisy = pair.is_noisy();
            pairs.push(pair);
            if !is_noisy {
                break;
            }
        }
        let best = pairs[first..].iter_mut().min_by(|a, b| a.severity().total_cmp(&b.severity()));
        best.into_iter().for_each(|best| best.is_kept = true);
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::tests::run;

    fn with_steals(steals: &[f64], count: u32) -> (Vec<Pair>, Vec<Side>) {
        let mut sides = Vec::new();
        let pairs = alternated(count, |side| {
            let steal = steals.get(sides.len() / 2).copied().unwrap_or(0.0);
            sides.push(side);
            Ok(run("any", 1.0, if side == Side::Peer { steal } else { 0.0 }))
        });
        (pairs.unwrap(), sides)
    }

    #[test]
    fn quiet_pairs_alternate_and_all_count() {
        let (pairs, sides) = with_steals(&[], 2);
        assert_eq!(sides, [Side::Ours, Side::Peer, Side::Ours, Side::Peer]);
        assert!(pairs.len() == 2 && pairs.iter().all(|pair| pair.is_kept && !pair.is_noisy()));
    }

    #[test]
    fn a_noisy_pair_is_repeated_and_one_attempt_counts() {
        let (pairs, _) = with_steals(&[0.5, 0.0], 1);
        assert_eq!(pairs.iter().map(|pair| pair.is_kept).collect::<Vec<_>>(), [false, true]);
    }

    #[test]
    fn the_quietest_counts_when_none_is_quiet_and_repeats_are_bounded() {
        let (pairs, _) = with_steals(&[0.5, 0.1, 0.3], 2);
        let kept: Vec<_> = pairs.iter().map(|pair| (pair.number, pair.attempt, pair.is_kept)).collect();
        assert_eq!(kept, [(1, 1, false), (1, 2, true), (1, 3, false), (2, 1, true)]);
        assert!(pairs[1].is_noisy());
    }
}

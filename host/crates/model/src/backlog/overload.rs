//! Decides, while a trial is under way, that its target is plainly overloaded: what follows would only be a longer queue.
//!
//! Goes by counts alone. It would rather let an overloaded trial run to its end than cut a good one.

use super::{Backlog, BacklogSlice};

/// Length of the shortest window that is looked at, nanoseconds. Longer ones are 2, 4 and 8 times as long.
const SHORTEST_WINDOW_NS: u64 = 1_500_000_000;
/// Windows that are looked at, each twice as long as the one before.
const WINDOWS: u32 = 4;
/// Parts of a window, in each of which the backlog must rise.
const PARTS: usize = 5;
/// A window in a part of which nothing ends must be at least this long, nanoseconds: a target that stalls may recover.
const LONGEST_STALL_NS: u64 = 5_000_000_000;
/// Least share of a window's arrivals that it falls behind by.
const LEAST_SHARE: f64 = 0.05;
/// Standard deviations of a backlog that rises by chance, which it must rise by.
const DEVIATIONS: f64 = 5.0;
/// When nothing ends, so long must have been watched, nanoseconds.
const WITHOUT_ENDS_NS: u64 = 10_000_000_000;
/// Least share of all ends that lies in the first half of what was watched: with less, the target is speeding up.
const LEAST_EARLY: f64 = 0.45;
/// That share where the target starts from empty and each answer takes long, by chance: mean and standard deviation of one
/// end.
const EARLY_AT_START: (f64, f64) = (0.25, 0.433);
/// Standard deviations that the share must be above that.
const EARLY_DEVIATIONS: f64 = 4.0;

impl Backlog {
    /// True when the target falls behind so steadily, and by so much, that neither chance, nor a stall, nor a start from
    /// empty explains it. Slices of 100 ms, the trial's first to its newest, suit it best; the newest may be incomplete.
    ///
    /// Any of the windows of 1.5, 3, 6 and 12 s that end now is enough, if in it
    ///
    /// - arrivals − ends ≥ 5 √(arrivals + ends): were arrivals and ends Poisson and the target just able to keep up, the
    ///   right side is 5 standard deviations of that difference;
    /// - arrivals − ends ≥ 5 % of the arrivals;
    /// - each fifth of it has at least half the mean rise of all fifths, so a stall, or a burst, of less than
    ///   four fifths of the window is never taken for overload;
    /// - something ended in each fifth, where the window is shorter than 5 s: a target that stands still may recover.
    ///
    /// And, of all that was watched, the first half must have its share of the n ends: at least 0.45, and at least
    /// 0.25 + 4 · 0.433 / √n. A target that starts from empty, and takes long for each answer, ends more and more, until it
    /// ends as much as arrives: the ends of an immigration–death process grow as t² at first, so a quarter of them lies in
    /// the first half. Those of an overloaded one grow as t. Where nothing ends at all, 10 s must have been watched.
    ///
    /// A target far above its capacity is found after 1.6 s when it ends some 50 requests in that time; otherwise when
    /// they are enough to tell.
    pub fn is_plainly_overloaded(&self) -> bool {
        let Some((_, whole)) = self.slices.split_last() else { return false };
        let shortest = usize::try_from(SHORTEST_WINDOW_NS.div_ceil(self.slice_ns.max(1))).unwrap_or(usize::MAX);
        let shortest = shortest.div_ceil(PARTS).saturating_mul(PARTS);
        let lengths = (0..WINDOWS).map(|doublings| shortest.saturating_mul(1 << doublings));
        let mut windows = lengths.filter_map(|length| whole.len().checked_sub(length)).map(|first| &whole[first..]);
        windows.any(|window| self.falls_behind_over(window)) && self.does_not_speed_up(whole)
    }

    fn falls_behind_over(&self, window: &[BacklogSlice]) -> bool {
        let (arrivals, ends) = totals(window);
        let rise = arrivals as f64 - ends as f64;
        let least = (LEAST_SHARE * arrivals as f64).max(DEVIATIONS * ((arrivals + ends) as f64).sqrt());
        let is_long = self.slice_ns.saturating_mul(window.len() as u64) >= LONGEST_STALL_NS;
        let mut parts = window.chunks(window.len() / PARTS).map(totals);
        let rises_steadily = parts.all(|(arrivals, ends)| {
            arrivals as f64 - ends as f64 >= rise / PARTS as f64 / 2.0 && (ends > 0 || is_long)
        });
        rise > 0.0 && rise >= least && rises_steadily
    }

    fn does_not_speed_up(&self, watched: &[BacklogSlice]) -> bool {
        let (early, late) = watched.split_at(watched.len() / 2);
        let (early, late) = (totals(early).1 as f64, totals(late).1 as f64);
        let ends = early + late;
        if ends == 0.0 {
            return self.slice_ns.saturating_mul(watched.len() as u64) >= WITHOUT_ENDS_NS;
        }
        let (at_start, deviation) = EARLY_AT_START;
        early / ends >= LEAST_EARLY.max(at_start + EARLY_DEVIATIONS * deviation / ends.sqrt())
    }
}

/// Arrivals and ends of some slices.
fn totals(slices: &[BacklogSlice]) -> (u64, u64) {
    slices.iter().fold((0, 0), |sum, slice| (sum.0 + slice.arrivals, sum.1 + slice.ends))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MS: u64 = 1_000_000;

    fn backlog(slices: impl IntoIterator<Item = (u64, u64)>) -> Backlog {
        let slices = slices.into_iter().map(|(arrivals, ends)| BacklogSlice { arrivals, ends }).collect();
        Backlog { at_start: 0, slice_ns: 100 * MS, slices }
    }

    /// When it is first found, in slices of 100 ms.
    fn found_after(slices: &[(u64, u64)]) -> Option<usize> {
        (1..=slices.len()).find(|count| backlog(slices[..*count].iter().copied()).is_plainly_overloaded())
    }

    /// What a target does that answers after `service` slices what arrives at so many a slice, at most `capacity` a slice.
    fn target(arrivals: &[u64], service: usize, capacity: impl Fn(usize) -> u64) -> Vec<(u64, u64)> {
        let (mut waiting, mut slices) = (0, Vec::new());
        for (at, arriving) in arrivals.iter().enumerate() {
            waiting += at.checked_sub(service).map_or(0, |due| arrivals[due]);
            let ends = waiting.min(capacity(at));
            waiting -= ends;
            slices.push((*arriving, ends));
        }
        slices
    }

    /// Uniform in [0, 1), from a seed and an index.
    fn uniform(seed: u64, index: u64) -> f64 {
        let mut z = seed.wrapping_mul(0xD134_2543_DE82_EF95).wrapping_add(index.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Slices of one server with exponential service times of `mean_ms`, Poisson arrivals at `rate` a second.
    fn one_server(seed: u64, rate: f64, mean_ms: f64, seconds: usize) -> Vec<(u64, u64)> {
        let mut slices = vec![(0, 0); seconds * 10];
        let (mut arrival, mut free) = (0.0, 0.0f64);
        for index in 0u64.. {
            let draw = |which: u64| -(1.0 - uniform(seed, 2 * index + which)).ln();
            arrival += draw(0) * 1000.0 / rate;
            if arrival >= seconds as f64 * 1000.0 {
                break;
            }
            free = free.max(arrival) + draw(1) * mean_ms;
            slices[(arrival / 100.0) as usize].0 += 1;
            if let Some(slice) = slices.get_mut((free / 100.0) as usize) {
                slice.1 += 1;
            }
        }
        slices
    }

    #[test]
    fn a_target_far_above_capacity_is_found_within_two_seconds() {
        for (rate, capacity) in [(6, 3), (10, 1), (100, 4), (100, 50), (1000, 500), (1000, 750), (100_000, 4)] {
            let found = found_after(&target(&vec![rate; 600], 0, |_| capacity));
            // With few ends it takes longer to be plain.
            let most = if rate < 20 { 60 } else { 20 };
            assert!(found.is_some_and(|slices| slices <= most), "{rate} of {capacity}: {found:?}");
        }
        assert_eq!(found_after(&target(&[1000; 600], 0, |_| 100)), Some(16));
    }

    #[test]
    fn one_that_is_overloaded_later_is_found_within_two_seconds_of_it() {
        let slices = target(&[100; 600], 1, |at| if at < 300 { 200 } else { 40 });
        assert!(found_after(&slices).is_some_and(|slices| (315..=320).contains(&slices)), "{:?}", found_after(&slices));
    }

    #[test]
    fn one_that_keeps_up_is_left_alone() {
        assert_eq!(found_after(&target(&[100; 600], 3, |_| 100)), None);
        for seed in 0..50 {
            for rate in [200.0, 950.0, 1000.0] {
                assert_eq!(found_after(&one_server(seed, rate, 1.0, 30)), None, "seed {seed}, {rate}/s");
            }
        }
    }

    #[test]
    fn one_that_starts_from_empty_is_left_alone_however_long_an_answer_takes() {
        for service in [1, 5, 14, 20, 40, 90] {
            assert_eq!(found_after(&target(&[100; 600], service, |_| u64::MAX)), None, "{service}");
        }
        // Exponential service times, mean 10 s, any number at once.
        for seed in 0..50 {
            let mut slices = vec![(10, 0); 600];
            for index in 0..6000 {
                let end = index as f64 / 10.0 - 100.0 * (1.0 - uniform(seed, index)).ln();
                if let Some(slice) = slices.get_mut(end as usize) {
                    slice.1 += 1;
                }
            }
            assert_eq!(found_after(&slices), None, "seed {seed}");
        }
    }

    #[test]
    fn a_stall_is_left_alone() {
        for stall in [1, 5, 9, 12, 20, 40] {
            // The target goes on at hardly more than what arrives, or at twice that.
            for capacity in [101, 200] {
                let able = |at: usize| if (100..100 + stall).contains(&at) { 0 } else { capacity };
                assert_eq!(found_after(&target(&[100; 600], 1, able)), None, "{stall}, {capacity}");
            }
        }
        let slow = |at: usize| if (100..110).contains(&at) { 10 } else { 101 };
        assert_eq!(found_after(&target(&[100; 600], 1, slow)), None, "a second of slowness");
    }

    #[test]
    fn one_that_never_answers_is_found_when_it_has_been_waited_for_long_enough() {
        assert_eq!(found_after(&target(&[100; 600], 0, |_| 0)), Some(101));
        let dies = target(&[100; 600], 0, |at| if at < 300 { 100 } else { 0 });
        assert_eq!(found_after(&dies), Some(355), "some 5 s after its last answer");
    }

    #[test]
    fn a_burst_is_left_alone() {
        let mut arrivals = vec![100; 600];
        arrivals[200..210].fill(1000);
        assert_eq!(found_after(&target(&arrivals, 0, |_| 120)), None);
    }

    #[test]
    fn dropped_arrivals_are_backlog() {
        // The target answers as much as it can and 50 are under way; the rest of what arrives is dropped, and never ends.
        let slices: Vec<_> = (0..100).map(|at| (100, if at < 5 { 18 } else { 20 })).collect();
        assert!(found_after(&slices).is_some_and(|slices| slices <= 20), "{:?}", found_after(&slices));
    }

    #[test]
    fn without_slices_nothing_is_plain() {
        assert!(!Backlog::default().is_plainly_overloaded());
        assert!(!backlog([(1000, 0); 14]).is_plainly_overloaded());
        assert!(!Backlog { slice_ns: 0, ..backlog([(1000, 0); 100]) }.is_plainly_overloaded());
    }

    proptest! {
        #[test]
        fn any_length_of_slices_will_do(slice_ms in 1u64..3000, rate in 100.0f64..10_000.0) {
            let slice = slice_ms as f64 / 1000.0;
            let slices = (0..(20.0 / slice) as usize + 21).map(|_| BacklogSlice {
                arrivals: (rate * slice).round() as u64, ends: (rate * slice / 4.0).round() as u64,
            });
            let backlog = Backlog { at_start: 7, slice_ns: slice_ms * MS, slices: slices.collect() };
            prop_assert!(backlog.is_plainly_overloaded() || rate * slice < 3.0);
        }
    }
}

//! One trial in an open loop: arrivals evenly spaced, first come first served.

use model::{Backlog, BacklogSlice};

use super::{Random, Target, WARM_UP};

/// Length of the slices by which a trial is watched, seconds.
const WATCHED: f64 = 0.1;
/// Slices of a result: as the generator has them.
const SHORTEST_SLICE: u32 = 24;
const MOST_SLICES: u64 = 200;

pub(crate) struct Trial {
    /// Arrival and end of each request, seconds since the trial began.
    requests: Vec<(f64, f64)>,
    seconds: f64,
}

impl Trial {
    pub(crate) fn run(target: &Target, rate: f64, seconds: f64, random: &mut Random) -> Self {
        let over = WARM_UP + seconds;
        let stalls = stalls(target, over, random);
        let unrest: Vec<f64> =
            (0..(over / WATCHED) as usize + 1).map(|_| (1.0 + target.unrest * random.normal()).max(0.05)).collect();
        let slowness = target.slowness(rate);
        let mut free = vec![0.0f64; target.servers];
        let mut requests = Vec::with_capacity((over * rate) as usize + 1);
        for index in 0.. {
            let arrival = index as f64 / rate;
            if arrival >= over {
                break;
            }
            // In time that stands still while the target stalls.
            let at = moving(&stalls, arrival);
            let server = free.iter_mut().min_by(|one, other| one.total_cmp(other)).expect("a server");
            let start = server.max(at);
            let stretch = unrest[((start / WATCHED) as usize).min(unrest.len() - 1)];
            *server = start + target.draw(random) * slowness * stretch;
            requests.push((arrival, real(&stalls, *server)));
        }
        Self { requests, seconds }
    }

    /// When the trial is ended because the target is plainly overloaded, seconds since it began.
    pub(crate) fn overloaded_at(&self, may_end_early: bool) -> Option<f64> {
        let all = self.sliced(0.0, WARM_UP + self.seconds, (WATCHED * 1e9) as u64);
        let most = all.in_flight().max().unwrap_or(0) as f64;
        let least = 5.0 * (self.requests.len() as f64 / (WARM_UP + self.seconds) * 1.5).sqrt();
        if !may_end_early || most < least {
            return None;
        }
        let mut seen = Backlog { slices: Vec::new(), ..all.clone() };
        all.slices
            .iter()
            .position(|slice| {
                seen.slices.push(*slice);
                seen.is_plainly_overloaded()
            })
            .map(|slice| (slice + 1) as f64 * WATCHED)
            .filter(|at| *at < WARM_UP + self.seconds)
    }

    /// Time from the last arrival to the last end, seconds.
    pub(crate) fn drain(&self) -> f64 {
        let last = self.requests.iter().map(|(_, end)| *end).fold(0.0, f64::max);
        (last - WARM_UP - self.seconds).max(0.0)
    }

    /// The quantile of response times over all arrivals of the steady state is below the limit.
    pub(crate) fn is_met(&self, quantile: f64, limit: f64) -> bool {
        let steady = || self.requests.iter().filter(|(arrival, _)| *arrival >= WARM_UP);
        let all = steady().count() as f64;
        let below = steady().filter(|(arrival, end)| end - arrival < limit).count() as f64;
        all > 0.0 && below >= (quantile * all - 1e-9).ceil()
    }

    pub(crate) fn goodput(&self, length: f64) -> f64 {
        let window = WARM_UP..WARM_UP + length;
        self.requests.iter().filter(|(_, end)| window.contains(end)).count() as f64 / length.max(1e-9)
    }

    /// As the generator's result has it.
    pub(crate) fn backlog(&self, length: f64) -> Backlog {
        let mut shift = SHORTEST_SLICE;
        while ((self.seconds * 1e9) as u64).div_ceil(1 << shift) > MOST_SLICES {
            shift += 1;
        }
        self.sliced(WARM_UP, length, 1 << shift)
    }

    fn sliced(&self, from: f64, length: f64, slice_ns: u64) -> Backlog {
        let slice = slice_ns as f64 / 1e9;
        let mut slices = vec![BacklogSlice::default(); (length / slice).ceil() as usize];
        let mut at_start = 0;
        let index = |at: f64| (at >= from && at < from + length).then(|| ((at - from) / slice) as usize);
        for (arrival, end) in &self.requests {
            at_start += u64::from(*arrival < from && *end >= from);
            if let Some(slice) = index(*arrival).and_then(|index| slices.get_mut(index)) {
                slice.arrivals += 1;
            }
            if let Some(slice) = index(*end).and_then(|index| slices.get_mut(index)) {
                slice.ends += 1;
            }
        }
        Backlog { at_start, slice_ns, slices }
    }
}

/// Begin and length of each stall, in order; they do not overlap.
fn stalls(target: &Target, over: f64, random: &mut Random) -> Vec<(f64, f64)> {
    let mut stalls = Vec::new();
    if let Some((gap, length)) = target.stalls {
        let mut at = gap * random.exponential();
        while at < over + 10.0 {
            stalls.push((at, length));
            at += length + gap * random.exponential();
        }
    }
    stalls
}

/// Time without what was stalled before an instant.
fn moving(stalls: &[(f64, f64)], at: f64) -> f64 {
    let stalled: f64 =
        stalls.iter().take_while(|(begin, _)| *begin < at).map(|(begin, length)| length.min(at - begin)).sum();
    at - stalled
}

/// The instant of a time without stalls.
fn real(stalls: &[(f64, f64)], mut at: f64) -> f64 {
    for (begin, length) in stalls {
        if *begin >= at {
            break;
        }
        at += length;
    }
    at
}

//! What a guest can learn of the world: the intended start, and random numbers that come again.
//!
//! Both are set anew before each call of a test case, from what the call is about: which instance serves it changes
//! nothing. An analysis sees the start of the first trial that it is given.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use model::Context;

/// Shared by an instance and the clocks and random sources that it was given.
#[derive(Debug, Clone, Default)]
pub(crate) struct Surroundings(Arc<Values>);

#[derive(Debug, Default)]
struct Values {
    unix_ns: AtomicU64,
    random: AtomicU64,
}

impl Surroundings {
    /// Sets them for a call. `state` is what the step before gave, empty for the first.
    pub(crate) fn begin(&self, context: &Context, state: &[u8]) {
        self.0.unix_ns.store((context.intended_start_unix_ms * 1e6).max(0.0) as u64, Ordering::Relaxed);
        self.0.random.store(u64::from(context.seed) << 32 | u64::from(fnv(state)), Ordering::Relaxed);
    }

    /// Sets them for an analysis, for as long as its instance lives.
    pub(crate) fn begin_analysis(&self, began_unix_ms: f64, seed: u64) {
        self.0.unix_ns.store((began_unix_ms * 1e6).max(0.0) as u64, Ordering::Relaxed);
        self.0.random.store(seed, Ordering::Relaxed);
    }

    /// The intended start, nanoseconds since the Unix epoch.
    pub(crate) fn unix_ns(&self) -> u64 {
        self.0.unix_ns.load(Ordering::Relaxed)
    }

    /// The next random number: SplitMix64 (Steele et al. 2014). One instance is called by one thread at a time.
    pub(crate) fn next(&self) -> u64 {
        let state = self.0.random.load(Ordering::Relaxed).wrapping_add(0x9E37_79B9_7F4A_7C15);
        self.0.random.store(state, Ordering::Relaxed);
        let z = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

/// FNV-1a.
pub(crate) fn fnv(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811C_9DC5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use model::Load;

    use super::*;

    fn context(seed: u32) -> Context {
        Context { load: Load(1), iteration: 0, seed, intended_start_unix_ms: 1.5, row: None }
    }

    #[test]
    fn random_numbers_come_again_for_the_same_call_and_no_other() {
        let surroundings = Surroundings::default();
        let drawn = |seed, state: &[u8]| {
            surroundings.begin(&context(seed), state);
            [surroundings.next(), surroundings.next()]
        };
        let first = drawn(7, b"");
        assert_eq!(drawn(7, b""), first);
        assert_ne!(drawn(8, b""), first);
        assert_ne!(drawn(7, b"second step"), first);
        assert_ne!(first[0], first[1]);
    }

    #[test]
    fn the_clock_shows_the_intended_start() {
        let surroundings = Surroundings::default();
        surroundings.begin(&context(0), b"");
        assert_eq!(surroundings.unix_ns(), 1_500_000);
    }
}

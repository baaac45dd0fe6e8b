//! Decides when an instance has served long enough. Guests leak: Python some 50 bytes a call, which would fill any memory
//! within a long trial. A guest that keeps to its memory is never replaced.

use crate::limits::Allowance;

/// Calls after which growth counts as a leak (before, a guest fills its caches and buffers), and from one look to the
/// next: who cannot be replaced, or grows at once, does not cost an instance each call.
const WARM_UP: u32 = 1_000;
/// Calls after which a guest that leaks is replaced: with 50 bytes a call, 5 MB.
const SERVICE: u32 = 100_000;

/// What an instance has served, and the memory it had when it was ready.
#[derive(Debug, Default)]
pub(super) struct Wear {
    calls: u32,
    /// Memory after `configure`, and what was left then, bytes.
    configured: (usize, usize),
    /// Memory after the warm-up, bytes.
    warm: usize,
}

impl Wear {
    /// The instance is configured.
    pub(super) fn begin(&mut self, allowance: &Allowance) {
        *self = Self { calls: 0, configured: (allowance.granted(), allowance.left()), warm: allowance.granted() };
    }

    /// Counts a call that is about to be made, and says whether another instance should make it.
    ///
    /// `may_hoard`: it may keep what its memory does not show, handles of WASI, and has served long enough whether or not
    /// it grew.
    pub(super) fn count(&mut self, allowance: &Allowance, may_hoard: bool) -> bool {
        self.calls += 1;
        if !self.calls.is_multiple_of(WARM_UP) {
            return false;
        }
        if self.calls == WARM_UP {
            self.warm = allowance.granted();
        }
        let (had, left) = self.configured;
        if allowance.granted() - had > left / 2 {
            return true;
        }
        if self.calls < SERVICE {
            return false;
        }
        // If another need not be made, or cannot be: it serves as long again, and no warm-up follows.
        self.calls = WARM_UP;
        may_hoard || allowance.granted() > self.warm
    }
}

#[cfg(test)]
mod tests {
    use wasmtime::ResourceLimiter as _;

    use super::*;

    const MIB: usize = 1 << 20;

    /// Calls until it is worn, of a guest that has 16 of 64 MiB and grows in some calls; none: never in a million.
    fn served(may_hoard: bool, grows: impl Fn(u32) -> usize) -> Option<u32> {
        let (mut allowance, mut wear) = (Allowance::new(64 << 20), Wear::default());
        allowance.memory_growing(0, 16 * MIB, None).unwrap();
        wear.begin(&allowance);
        (1..=1_000_000).find(|call| {
            allowance.memory_growing(0, grows(*call), None).unwrap();
            wear.count(&allowance, may_hoard)
        })
    }

    #[test]
    fn a_guest_that_keeps_to_its_memory_is_never_worn() {
        assert_eq!(served(false, |_| 0), None);
        assert_eq!(served(false, |call| if call == 3 { 20 * MIB } else { 0 }), None);
    }

    #[test]
    fn a_guest_that_leaks_or_may_hoard_serves_100_000_calls() {
        assert_eq!(served(false, |call| if call % 1_286 == 0 { 64 << 10 } else { 0 }), Some(SERVICE));
        assert_eq!(served(true, |_| 0), Some(SERVICE));
    }

    #[test]
    fn a_guest_is_worn_at_half_of_what_it_had_left_but_not_within_its_warm_up() {
        assert_eq!(served(false, |call| if call % 100 == 0 { 64 << 10 } else { 0 }), Some(39_000));
        assert_eq!(served(false, |call| if call == 1 { 30 * MIB } else { 0 }), Some(WARM_UP));
    }
}

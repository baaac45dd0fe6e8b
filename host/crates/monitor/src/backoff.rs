//! How long to wait before a host is logged in to again.

use std::time::Duration;

/// Longest wait.
const LONGEST: Duration = Duration::from_secs(30);
/// Shortest wait after a refusal: repeated ones may lock the user out.
const REFUSED: Duration = Duration::from_secs(60);
/// First wait.
const FIRST: Duration = Duration::from_millis(500);

/// Doubles with each failure.
#[derive(Debug)]
pub(crate) struct Backoff {
    next: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { next: FIRST }
    }
}

impl Backoff {
    /// How long to wait now.
    pub(crate) fn wait(&mut self, was_refused: bool) -> Duration {
        let wait = self.next;
        self.next = (self.next * 2).min(LONGEST);
        if was_refused { wait.max(REFUSED) } else { wait }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_half_a_minute() {
        let mut backoff = Backoff::default();
        let waits: Vec<_> = (0..8).map(|_| backoff.wait(false).as_millis()).collect();
        assert_eq!(waits, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
        assert_eq!(backoff.wait(true), REFUSED);
    }
}

//! What a trial asked of the target. Trials of one load point are repetitions of each other.

use std::fmt;

use cluster_tester_sdk::analysis::{TrialFacts, text};

/// Rates are told apart by millionths of a request per second.
const STEPS: f64 = 1e6;

/// What a trial asked of the target.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LoadPoint {
    /// Test case.
    pub test_case: String,
    /// Size of one request's work.
    pub load: u32,
    /// Intended rate in steps; none in a closed loop, and where it is not known.
    rate: Option<u64>,
    is_closed_loop: bool,
    /// Users of a closed loop; 0 in an open one.
    users: u32,
}

impl LoadPoint {
    /// That of a trial.
    pub fn of(facts: &TrialFacts) -> Self {
        let is_known = !facts.is_closed_loop && facts.intended_rate.is_finite() && facts.intended_rate > 0.0;
        Self {
            test_case: facts.test_case.clone(),
            load: facts.load,
            rate: is_known.then_some((facts.intended_rate * STEPS).round() as u64),
            is_closed_loop: facts.is_closed_loop,
            users: facts.users,
        }
    }

    /// Intended rate, per second; none in a closed loop, and where it is not known.
    pub fn rate(&self) -> Option<f64> {
        self.rate.map(|steps| steps as f64 / STEPS)
    }

    /// Users of a closed loop; 0 in an open one.
    pub fn users(&self) -> u32 {
        self.users
    }

    /// Test case and load, without the rate.
    pub fn work(&self) -> String {
        format!("{} {}", self.test_case, self.load)
    }

    /// The rate in words; of a closed loop its users.
    pub fn pace(&self) -> String {
        match (self.rate(), self.users) {
            (Some(rate), _) => text::intended_rate(rate),
            (None, 1) if self.is_closed_loop => "closed loop of 1 user".to_owned(),
            (None, users) if self.is_closed_loop => format!("closed loop of {users} users"),
            (None, _) => "rate not known".to_owned(),
        }
    }
}

impl fmt::Display for LoadPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.work(), self.pace())
    }
}

#[cfg(test)]
mod tests {
    use cluster_tester_sdk::analysis::fake::FakeTrial;

    use super::*;

    #[test]
    fn trials_of_one_load_and_rate_are_of_one_load_point() {
        let mut facts = FakeTrial::new(10, 100.0).facts;
        let point = LoadPoint::of(&facts);
        facts.offered_rate = 99.0;
        assert_eq!(LoadPoint::of(&facts), point);
        assert_eq!(point.to_string(), "fibonacci 10, 100/s");
        facts.intended_rate = 100.5;
        assert!(LoadPoint::of(&facts) > point);
        facts.intended_rate = f64::NAN;
        assert_eq!(LoadPoint::of(&facts).to_string(), "fibonacci 10, rate not known");
    }

    #[test]
    fn closed_loops_of_other_numbers_of_users_are_other_load_points() {
        let mut facts = FakeTrial::new(10, 100.0).facts;
        (facts.is_closed_loop, facts.intended_rate, facts.users) = (true, f64::NAN, 8);
        let eight = LoadPoint::of(&facts);
        assert_eq!(eight.to_string(), "fibonacci 10, closed loop of 8 users");
        facts.users = 1;
        assert_ne!(LoadPoint::of(&facts), eight);
        assert_eq!(LoadPoint::of(&facts).to_string(), "fibonacci 10, closed loop of 1 user");
    }
}

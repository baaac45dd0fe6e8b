//! What the facts of a trial say together.

use super::{Purpose, TrialFacts, Validity, text};

impl TrialFacts {
    /// Arrivals per second: those asked for; in a closed loop, where completions decide the rate, those that came.
    pub fn rate(&self) -> f64 {
        if self.is_closed_loop || self.intended_rate.is_nan() { self.offered_rate } else { self.intended_rate }
    }

    /// [`rate`](Self::rate) in words, such as `27/s`.
    pub fn rate_in_words(&self) -> String {
        let is_asked_for = !self.is_closed_loop && !self.intended_rate.is_nan();
        if is_asked_for { text::intended_rate(self.intended_rate) } else { text::rate(self.offered_rate) }
    }

    /// What to call it among the trials of a dataset, such as `load 10, 27/s`.
    pub fn label(&self) -> String {
        format!("load {}, {}", self.load, self.rate_in_words())
    }

    /// It is one whose figures count: made for its own sake, or to confirm what a search found.
    pub fn is_main(&self) -> bool {
        self.purpose != Purpose::Search
    }

    /// Its figures may be used: it is valid, or of a file that does not tell.
    pub fn has_figures(&self) -> bool {
        matches!(self.validity, Validity::Valid | Validity::Unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fake::FakeTrial;
    use super::*;

    #[test]
    fn in_a_closed_loop_the_rate_is_what_came() {
        let mut trial = FakeTrial::new(10, 27.0).facts;
        assert_eq!(trial.label(), "load 10, 27/s");
        (trial.is_closed_loop, trial.intended_rate, trial.offered_rate) = (true, f64::NAN, 412.5);
        assert_eq!(trial.label(), "load 10, 412/s");
    }

    #[test]
    fn trials_of_older_files_have_figures_and_those_cut_short_have_none() {
        let mut trial = FakeTrial::new(10, 27.0).facts;
        let mut has_figures = |validity| {
            trial.validity = validity;
            trial.has_figures()
        };
        assert!(has_figures(Validity::Valid) && has_figures(Validity::Unknown));
        assert!(!has_figures(Validity::GeneratorBound) && !has_figures(Validity::Interrupted));
    }
}

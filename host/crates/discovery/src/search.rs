//! Runs a search: asks a strategy for the next trial, has it measured, repeats what does not count, minds time and number.

use model::{Measurer, MeasurerError, Pace, SearchAnswer, SearchEnd, SearchPlan, TrialOrder};

use crate::answer;
use crate::error::SearchError;
use crate::goal::span;
use crate::history::History;
use crate::progress::Progress;
use crate::strategy::{self, Next, Steps, View};
use crate::verdict::Verdict;

/// Times that a trial which does not count is repeated.
const REPETITIONS: u32 = 3;

/// Searches as the plan says. `watch` is told where the search is before each trial, and once when it is over.
///
/// The answer depends on the plan and the measurements alone: a measurer that first gives those of an earlier search of the
/// same plan, with their [`elapsed`](model::Measurement::elapsed), makes it go on from there.
///
/// # Errors
/// When the plan makes no sense, or the measurer fails. One that is [stopped](MeasurerError::Stopped) gives an answer:
/// what is known so far.
pub fn search(
    plan: &SearchPlan,
    measurer: &mut dyn Measurer,
    watch: &mut dyn FnMut(&Progress<'_>),
) -> Result<SearchAnswer, SearchError> {
    let mut steps = strategy::of(plan)?;
    let mut history = History::new(plan.subject, plan.width);
    let end = loop {
        let elapsed = measurer.elapsed().0.as_secs_f64();
        match steps.next(&View { plan, history: &history, elapsed }) {
            Next::Measure(order) => {
                let mut one = One { plan, steps: steps.as_ref(), history: &mut history, measurer: &mut *measurer };
                if let Some(end) = one.measure(&order, watch)? {
                    break end;
                }
            }
            Next::End(end) => break end,
        }
    };
    let view = View { plan, history: &history, elapsed: measurer.elapsed().0.as_secs_f64() };
    let mut over = progress(steps.as_ref(), &view, None, 0);
    over.left = span(0.0);
    watch(&over);
    Ok(answer::of(steps.as_ref(), &view, end))
}

/// One trial of a search, with its repetitions.
struct One<'a> {
    plan: &'a SearchPlan,
    steps: &'a dyn Steps,
    history: &'a mut History,
    measurer: &'a mut dyn Measurer,
}

impl One<'_> {
    /// Has it measured, until it counts or must be given up. Gives the search's end when it is to end here.
    fn measure(
        &mut self,
        order: &TrialOrder,
        watch: &mut dyn FnMut(&Progress<'_>),
    ) -> Result<Option<SearchEnd>, SearchError> {
        let mut verdict = Verdict::CutShort;
        // A closed loop only asks where to begin.
        let repetitions = if matches!(order.pace, Pace::Closed(_)) { 0 } else { REPETITIONS };
        for repetition in 0..=repetitions {
            if self.is_spent(order) {
                return Ok(Some(SearchEnd::BudgetSpent));
            }
            let elapsed = self.measurer.elapsed().0.as_secs_f64();
            let view = View { plan: self.plan, history: self.history, elapsed };
            watch(&progress(self.steps, &view, Some(order), repetition));
            verdict = match self.measurer.measure(order) {
                Ok(measurement) => self.history.push(measurement),
                Err(MeasurerError::Stopped) => return Ok(Some(SearchEnd::Stopped)),
                Err(error) => return Err(error.into()),
            };
            if matches!(verdict, Verdict::Good | Verdict::Bad) {
                return Ok(None);
            }
        }
        if let Some(value) = self.history.value(order) {
            match verdict {
                Verdict::TesterBound => self.history.limit_tester(value),
                // Whatever keeps ending it, such as the plan's own `abort-when`: it was not seen to be good.
                _ => self.history.condemn_last(),
            }
        }
        Ok(None)
    }

    /// There is no time for it, or it would be one too many.
    fn is_spent(&self, order: &TrialOrder) -> bool {
        let after = self.measurer.elapsed().0.as_secs_f64()
            + order.duration.0.as_secs_f64()
            + self.measurer.due_rest().0.as_secs_f64()
            + self.history.overhead().unwrap_or(0.0);
        let is_late = self.plan.budget.is_some_and(|budget| after > budget.0.as_secs_f64());
        let count = u32::try_from(self.history.trials().len()).unwrap_or(u32::MAX);
        is_late || self.plan.max_trials.is_some_and(|most| count >= most)
    }
}

fn progress<'a>(steps: &dyn Steps, view: &View<'_>, order: Option<&'a TrialOrder>, repetition: u32) -> Progress<'a> {
    let (trials, seconds) = steps.left(view);
    let overhead = view.history.overhead().unwrap_or(0.0);
    let mut left = seconds + overhead * trials;
    if let Some(budget) = view.plan.budget {
        left = left.min(budget.0.as_secs_f64() - view.elapsed);
    }
    Progress {
        bounds: answer::bounds(steps, view),
        looking: answer::looking(view),
        order,
        repetition,
        trials: u32::try_from(view.history.trials().len()).unwrap_or(u32::MAX),
        left: span(left),
    }
}

#[cfg(test)]
pub(crate) mod tests;

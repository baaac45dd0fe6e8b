//! Quantiles of a trial's samples by windows of time.

use std::sync::{Mutex, PoisonError};

use model::Outcome;
use model::dataset::{DatasetError, Quantity, Selection, Windows};

use super::block::{Block, INTENDED_START, MISSING, columns_of};
use super::scan::{TrialSamples, Wanted};
use super::trial::Trial;
use crate::dataset::windows::{Band, WindowCounts, Windowing};

const SUCCESS: u8 = Outcome::Success as u8;

/// As asked of a dataset. The first window begins where the first phase wanted does.
pub(super) fn windows(
    trial: Trial<'_>,
    selection: Selection,
    quantity: Quantity,
    width: f64,
    probabilities: &[f64],
) -> Result<Windows, DatasetError> {
    let starts = trial.phases(selection.phases).map(|(phase, _)| trial.start_of(phase));
    let ends = trial.phases(selection.phases).map(|(phase, _)| trial.end_of(phase));
    let (start, end) = (starts.min().unwrap_or(0), ends.max().unwrap_or(0));
    let windowing = Windowing::new(start, end, width)?;
    let samples = trial.samples()?;
    let scan = Scan { samples: &samples, wanted: Wanted::of(selection.phases, selection.outcomes), quantity };
    let counts = scan.count(windowing, end).map_err(|error| trial.error(&error))?;
    let mut quantiles = Vec::new();
    for windows in counts.bands() {
        let band = Mutex::new(Band::of(&counts, windows.clone()));
        scan.fill(windowing.due(&windows), &band).map_err(|error| trial.error(&error))?;
        band.into_inner().unwrap_or_else(PoisonError::into_inner).quantiles(probabilities, &mut quantiles);
    }
    Ok(counts.into_windows(quantiles))
}

struct Scan<'a> {
    samples: &'a TrialSamples,
    wanted: Wanted,
    quantity: Quantity,
}

impl Scan<'_> {
    fn columns(&self) -> Vec<&'static str> {
        let mut columns = vec![INTENDED_START];
        columns.extend(columns_of(self.quantity).iter().filter(|column| **column != INTENDED_START));
        columns
    }

    fn count(&self, windowing: Windowing, end: i64) -> Result<WindowCounts, crate::ResultsError> {
        let make = || (WindowCounts::new(windowing, end), Vec::new());
        let parts = self.samples.fold(&self.columns(), &self.wanted, make, |(counts, durations), block| {
            self.each(block, durations, |due, outcome, nanos| counts.add(due, outcome == SUCCESS, nanos != MISSING))
        })?;
        let mut parts = parts.into_iter().map(|(counts, _)| counts);
        let mut all = parts.next().unwrap_or_else(|| WindowCounts::new(windowing, end));
        parts.for_each(|part| all.merge(&part));
        Ok(all)
    }

    fn fill(&self, due: (i64, i64), band: &Mutex<Band>) -> Result<(), crate::ResultsError> {
        let wanted = Wanted { due, ..self.wanted };
        let make = || (Vec::new(), Vec::new());
        self.samples.fold(&self.columns(), &wanted, make, |(durations, found): &mut (_, Vec<(i64, u64)>), block| {
            found.clear();
            self.each(block, durations, |due, outcome, nanos| {
                if outcome == SUCCESS && nanos != MISSING {
                    found.push((due, nanos));
                }
                Ok(())
            })?;
            let mut band = band.lock().unwrap_or_else(PoisonError::into_inner);
            found.iter().for_each(|(due, nanos)| band.add(*due, *nanos));
            Ok(())
        })?;
        Ok(())
    }

    /// Hands over when each wanted sample was due, its outcome and its duration.
    fn each(
        &self,
        block: &Block,
        durations: &mut Vec<u64>,
        mut take: impl FnMut(i64, u8, u64) -> Result<(), String>,
    ) -> Result<(), String> {
        block.durations(self.quantity, durations)?;
        let codes = block.phases()?.iter().zip(block.outcomes()?);
        for (((phase, outcome), due), nanos) in codes.zip(block.intended_starts()?).zip(&*durations) {
            if self.wanted.has(*phase, *outcome) {
                take(*due, *outcome, *nanos)?;
            }
        }
        Ok(())
    }
}

//! Reads a column of a selection from some row on, and stays there for the next part.

use model::dataset::{Chunk, Column, Selection};

use super::block::{Block, OUTCOME, PHASE, columns_of_numbers};
use super::scan::{Share, TrialSamples, Wanted, holds};
use crate::error::ResultsError;

/// Which column of which samples, and the row that comes next.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Position {
    pub(super) selection: Selection,
    pub(super) column: Column,
    pub(super) next: u64,
}

/// A place in a column.
pub(super) struct Cursor {
    blocks: Box<dyn Iterator<Item = Result<Block, ResultsError>> + Send>,
    wanted: Wanted,
    column: Column,
    /// Name of the column, of a metric.
    metric: String,
    samples: TrialSamples,
    /// Values that were read and not yet given, from `given` on.
    values: Vec<f64>,
    is_there: Vec<bool>,
    given: usize,
}

impl std::fmt::Debug for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cursor").field("column", &self.column).finish_non_exhaustive()
    }
}

impl Cursor {
    /// At row `from` of a column, whose name is `metric` if it is that of a metric.
    pub(super) fn open(
        samples: TrialSamples,
        selection: Selection,
        column: &Column,
        metric: String,
        from: u64,
    ) -> Result<Self, ResultsError> {
        let wanted = Wanted::of(selection.phases, selection.outcomes);
        let (groups, skipped) = first_groups(&samples, &wanted, from)?;
        let mut columns = vec![PHASE, OUTCOME];
        columns.extend(columns_of_numbers(column, &metric));
        let blocks = samples.batches(groups, &columns)?;
        let mut cursor = Self {
            blocks,
            wanted,
            column: column.clone(),
            metric,
            samples,
            values: Vec::new(),
            is_there: Vec::new(),
            given: 0,
        };
        cursor.skip(from - skipped)?;
        Ok(cursor)
    }

    /// The next values, at most `most`.
    pub(super) fn read(&mut self, most: usize) -> Result<Chunk, ResultsError> {
        let mut chunk = Chunk::default();
        let mut is_there: Vec<bool> = Vec::new();
        while chunk.values.len() < most && self.has_more()? {
            let to = self.values.len().min(self.given + most - chunk.values.len());
            chunk.values.extend(&self.values[self.given..to]);
            is_there.extend(&self.is_there[self.given..to]);
            self.given = to;
        }
        chunk.more = self.has_more()?;
        if is_there.contains(&false) {
            chunk.validity = crate::spool::bitmap(&is_there).collect();
        }
        Ok(chunk)
    }

    fn skip(&mut self, mut rows: u64) -> Result<(), ResultsError> {
        while rows > 0 && self.has_more()? {
            let skipped = usize::try_from(rows).unwrap_or(usize::MAX).min(self.values.len() - self.given);
            self.given += skipped;
            rows -= skipped as u64;
        }
        Ok(())
    }

    /// There is a value that was not given yet; reads on for it.
    fn has_more(&mut self) -> Result<bool, ResultsError> {
        while self.given == self.values.len() {
            self.values.clear();
            self.is_there.clear();
            self.given = 0;
            match self.blocks.next() {
                Some(block) => {
                    let taken = self.take(&block?);
                    taken.map_err(|reason| ResultsError::samples(self.samples.dir(), reason))?;
                }
                None => return Ok(false),
            }
        }
        Ok(true)
    }

    fn take(&mut self, block: &Block) -> Result<(), String> {
        let (values, nulls) = block.numbers(&self.column, &self.metric)?;
        let codes = block.phases()?.iter().zip(block.outcomes()?);
        for (row, (value, (phase, outcome))) in values.into_iter().zip(codes).enumerate() {
            if self.wanted.has(*phase, *outcome) {
                let is_there = nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row));
                self.values.push(if is_there { value } else { 0.0 });
                self.is_there.push(is_there);
            }
        }
        Ok(())
    }
}

/// The row groups from the one on in which row `from` of the wanted ones is, and how many wanted ones lie before.
fn first_groups(samples: &TrialSamples, wanted: &Wanted, from: u64) -> Result<(Vec<usize>, u64), ResultsError> {
    let Some(file) = samples.parquet() else { return Ok((Vec::new(), 0)) };
    let groups = TrialSamples::groups(file, wanted);
    let mut skipped = 0;
    for (index, group) in groups.iter().enumerate() {
        if skipped == from {
            return Ok((groups[index..].to_vec(), skipped));
        }
        let rows = match holds(file, *group, wanted) {
            Share::None => 0,
            Share::All => file.rows(*group),
            Share::Some => count(samples, *group, wanted)?,
        };
        if skipped + rows > from {
            return Ok((groups[index..].to_vec(), skipped));
        }
        skipped += rows;
    }
    Ok((Vec::new(), skipped))
}

fn count(samples: &TrialSamples, group: usize, wanted: &Wanted) -> Result<u64, ResultsError> {
    let mut count = 0;
    for block in samples.batches(vec![group], &[PHASE, OUTCOME])? {
        let block = block?;
        let codes = block.phases().and_then(|phases| Ok((phases, block.outcomes()?)));
        let (phases, outcomes) = codes.map_err(|reason| ResultsError::samples(samples.dir(), reason))?;
        count += phases.iter().zip(outcomes).filter(|(phase, outcome)| wanted.has(**phase, **outcome)).count() as u64;
    }
    Ok(count)
}

//! A run directory on disk.
//!
//! ```text
//! <storage>/<run id>/run.json                        what was done and what came of it: see [`RunFile`]
//! <storage>/<run id>/.lock                           held while the run is being written
//! <storage>/<run id>/resources.jsonl                 what its hosts spent, one reading a line
//! <storage>/<run id>/trials/0001/samples.parquet     every request of a trial, one row each
//! <storage>/<run id>/trials/0001/spool-0001.data     the same while the trial runs, with a sidecar index
//! ```
//!
//! A run is there from its first moment: `run.json` is written before the first trial and replaced whole after each
//! one, samples reach the disk twice in each half second, and [`recover`] makes a run that was killed readable again;
//! [`Storage::resume_run`] takes it up where it was cut off. [`ancestor`] reads and writes the older tool's files.
//! [`open_dataset`] gives both kinds to analyses.
//! Whatever the disk does, a generator thread that offers samples never waits, and no figure of `run.json` depends on them.

pub mod ancestor;
mod atomic_file;
mod checksum;
mod columns;
mod dataset;
mod delta;
mod error;
mod export;
mod lock;
mod observations;
mod parquet_file;
mod parquet_reader;
mod parquet_writer;
mod recovery;
mod resource_log;
mod rows;
mod run;
mod run_file;
mod run_id;
mod run_text;
mod spool;
mod storage;
mod summary;
mod table;
mod tester;
mod writer;

#[cfg(test)]
mod tests;

pub use columns::TrialHeader;
pub use dataset::{OlderDataset, RunDataset, open_dataset};
pub use error::ResultsError;
pub use export::SampleFormat;
pub use observations::Observations;
pub use recovery::{RecoveredTrial, Recovery, recover};
pub use resource_log::ResourceLog;
pub use run::{Run, SampleBatches};
pub use run_file::{
    Baseline, FORMAT_VERSION, MetricColumn, RunFile, RunHeader, RunState, SamplesRecord, SearchRecord, TrialExtras,
    TrialRecord, schema,
};
pub use spool::SpoolSink;
pub use storage::{ListedRun, ListedTrial, Resumed, RunListing, Storage};
pub use summary::{LoopKind, Percentiles, Summary};
pub use tester::Tester;
pub use writer::{RunWriter, TrialWriter};

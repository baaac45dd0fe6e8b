//! A run directory as a dataset.

mod block;
mod cache;
mod cursor;
mod facts;
mod over_time;
mod run_dataset;
mod scan;
mod series;
mod stored;
mod tally;
mod trial;

pub use run_dataset::RunDataset;

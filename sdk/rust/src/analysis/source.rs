//! Where datasets come from: the host, or a test.

use crate::bindings::analysis::cluster_tester::plugin::dataset;
use crate::fault::Fault;

use super::{
    Chunk, Column, DatasetFacts, Histogram, Phases, Quantity, ResourceSeries, SearchFacts, Selection, Statistics,
    TrialFacts, Windows,
};

macro_rules! source {
    ($($(#[doc = $doc:literal])* fn $name:ident($($argument:ident: $kind:ty),*) -> $result:ty;)*) => {
        /// Where datasets come from: the functions of the WIT interface `dataset`, one to one. Numbers are from 0.
        pub trait Source {
            /// Number of datasets.
            fn count(&self) -> u32;
            $(
                $(#[doc = $doc])*
                ///
                /// # Errors
                /// As the host says.
                fn $name(&self, $($argument: $kind),*) -> Result<$result, Fault>;
            )*
        }

        /// The host. Outside of one, its functions panic.
        #[derive(Debug, Clone, Copy)]
        pub(super) struct Host;

        impl Source for Host {
            fn count(&self) -> u32 {
                dataset::count()
            }
            $(
                fn $name(&self, $($argument: $kind),*) -> Result<$result, Fault> {
                    dataset::$name($($argument),*)
                }
            )*
        }
    };
}

source! {
    /// What a dataset is.
    fn describe_dataset(dataset: u32) -> DatasetFacts;
    /// What a trial is.
    fn describe_trial(dataset: u32, trial: u32) -> TrialFacts;
    /// Searches that came to an answer.
    fn searches(dataset: u32) -> Vec<SearchFacts>;
    /// All that is known of a dataset, as JSON.
    fn manifest(dataset: u32) -> String;
    /// Requests by what became of them, in the order of the flags of [`Outcomes`](super::Outcomes).
    fn count_outcomes(dataset: u32, trial: u32, phases: Phases) -> Vec<f64>;
    /// Exact figures of a quantity.
    fn measure(selection: Selection, quantity: Quantity) -> Statistics;
    /// Quantiles, nanoseconds; a selected request that did not succeed counts as infinite.
    fn quantiles(selection: Selection, quantity: Quantity, probabilities: &[f64]) -> Vec<f64>;
    /// All durations, in buckets.
    fn count_durations(selection: Selection, quantity: Quantity) -> Histogram;
    /// Quantiles by windows of time.
    fn over_time(selection: Selection, quantity: Quantity, width: f64, probabilities: &[f64]) -> Windows;
    /// Rows of a column.
    fn read(selection: Selection, column: &Column, from: u32, most: u32) -> Chunk;
    /// What each host spent over the steady state of a trial.
    fn resources(dataset: u32, trial: u32, figure: &str) -> Vec<f64>;
    /// The same while nothing was asked of the target.
    fn idle_resources(dataset: u32, figure: &str) -> Vec<f64>;
    /// What a host spent over time.
    fn resources_over_time(dataset: u32, trial: u32, host: u32, figure: &str) -> ResourceSeries;
}

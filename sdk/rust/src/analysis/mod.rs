//! An analysis: reads finished runs through the host and returns a report, which the host draws.
//!
//! ```
//! use cluster_tester_sdk::analysis::{Analysis, Datasets, Description, Quantity, Report, Table};
//! use cluster_tester_sdk::{Fault, NoOptions};
//!
//! struct Medians;
//!
//! impl Analysis for Medians {
//!     type Options = NoOptions;
//!
//!     fn describe() -> Description {
//!         Description::new("MediansAnalysis", "Median response time of each trial.")
//!     }
//!
//!     fn analyse(_: NoOptions, datasets: &Datasets) -> Result<Report, Fault> {
//!         let mut report = Report::new("Medians");
//!         for dataset in datasets.all()? {
//!             let mut medians = Vec::new();
//!             for trial in dataset.trials()? {
//!                 medians.extend(trial.successes().quantiles(Quantity::ResponseTime, &[0.5])?);
//!             }
//!             report = report.table(Table::new(&dataset.facts.name).numbers("p50", "ns", medians));
//!         }
//!         Ok(report)
//!     }
//! }
//!
//! cluster_tester_sdk::export_analysis!(Medians);
//!
//! use cluster_tester_sdk::analysis::fake::{FakeDataset, FakeTrial};
//! let run = FakeDataset::new("k3s").trial(FakeTrial::new(10, 100.0).response_times([3e6, 1e6, 2e6]));
//! let report = Medians::analyse(NoOptions {}, &Datasets::fake([run]))?;
//! assert_eq!(report.title, "Medians");
//! # Ok::<(), Fault>(())
//! ```

mod chart;
mod datasets;
mod facts;
pub mod fake;
mod report;
mod source;
pub mod text;

pub use crate::bindings::analysis::cluster_tester::plugin::dataset::{
    Chunk, Column, DatasetFacts, Histogram, HostFacts, Outcomes, Phases, PluginFacts, Purpose, Quantity,
    ResourceSeries, SearchFacts, Selection, Source as DatasetSource, Statistics, Subject, TrialFacts, Validity,
    Windows,
};
pub use crate::bindings::analysis::cluster_tester::plugin::report::{
    Axis, Band, Block, Cells, Chart, Finding, Mark, Report, Scale, Series, Severity, Table, TableColumn,
};
pub use crate::bindings::analysis::exports::cluster_tester::plugin::analysis::Description;
pub use datasets::{Dataset, Datasets, Selected, Trial};
pub use source::Source;

use crate::bindings::test_case::cluster_tester::plugin::types::Identity;
use crate::fault::Fault;
use crate::identity;

/// An analysis. `datasets` gives it what it works on: the host's own, or [`fake`] ones in a unit test.
pub trait Analysis {
    /// Options, as the description's schema has them; [`NoOptions`](crate::NoOptions) for none.
    type Options: serde::de::DeserializeOwned;

    /// What this analysis is.
    fn describe() -> Description;

    /// Works on the datasets and returns a report. At most 60 s in all.
    ///
    /// # Errors
    /// When the datasets do not hold what it needs.
    fn analyse(options: Self::Options, datasets: &Datasets) -> Result<Report, Fault>;
}

identity::builders!(Description);

impl Description {
    /// A description for any number of datasets and without options. The version is that of the plugin's crate.
    pub fn new(name: &str, description: &str) -> Self {
        Self { identity: Identity::new(name, description), min_datasets: 1, max_datasets: 0 }
    }

    /// With the fewest and the most datasets that it can work on; 0 at most: any number.
    #[must_use]
    pub fn datasets(mut self, fewest: u32, most: u32) -> Self {
        (self.min_datasets, self.max_datasets) = (fewest, most);
        self
    }
}

/// Makes the crate a component of the world `analysis-plugin`. `$analysis` implements [`Analysis`]. Natively it is
/// nothing, so that the crate is unit-tested without a wasm toolchain.
#[macro_export]
macro_rules! export_analysis {
    ($analysis:ty) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            use $crate::Fault;
            use $crate::analysis::{Analysis, Datasets};
            use $crate::bindings::analysis::cluster_tester::plugin::report::Report;
            use $crate::bindings::analysis::export_world;
            use $crate::bindings::analysis::exports::cluster_tester::plugin::analysis as world;

            struct Export;

            impl world::Guest for Export {
                fn describe() -> Result<world::Description, Fault> {
                    let mut description = <$analysis as Analysis>::describe();
                    description.identity = description.identity.or_version(::std::env!("CARGO_PKG_VERSION"));
                    Ok(description)
                }

                fn analyse(options: String) -> Result<Report, Fault> {
                    <$analysis as Analysis>::analyse($crate::options::parse(&options)?, &Datasets::host())
                }
            }

    export_world!(Export with_types_in $crate::bindings::analysis);
        };
    };
}

//! An analysis: reads finished runs through the host and returns a report, which the host draws.

pub use crate::bindings::analysis::cluster_tester::plugin::dataset::{
    self, Chunk, Column, MonitorColumn, Outcomes, Phases, Quantity, Selection,
};
pub use crate::bindings::analysis::cluster_tester::plugin::report::{
    Block, Cells, Chart, Finding, Report, Severity, Table, TableColumn,
};
pub use crate::bindings::analysis::exports::cluster_tester::plugin::analysis::Description;
use crate::bindings::test_case::cluster_tester::plugin::types::Identity;
use crate::fault::Fault;

/// An analysis. The functions of [`dataset`] give it what it works on; they exist under a host only, so keep the
/// arithmetic in functions of its own, which a unit test can call.
pub trait Analysis {
    /// Options, as the description's schema has them; [`NoOptions`](crate::NoOptions) for none.
    type Options: serde::de::DeserializeOwned;

    /// What this analysis is.
    fn describe() -> Description;

    /// Works on the datasets and returns a report. At most 60 s in all.
    ///
    /// # Errors
    /// When the datasets do not hold what it needs.
    fn analyse(options: Self::Options) -> Result<Report, Fault>;
}

impl Description {
    /// A description for at least one dataset and without options. The version is that of the plugin's crate.
    pub fn new(name: &str, description: &str) -> Self {
        Self { identity: Identity::new(name, description), min_datasets: 1 }
    }

    /// With another version than that of the plugin's crate.
    #[must_use]
    pub fn version(mut self, version: &str) -> Self {
        self.identity.version = version.to_owned();
        self
    }

    /// With options, as the text of a JSON Schema of an object.
    #[must_use]
    pub fn options_schema(mut self, schema: &str) -> Self {
        self.identity.options_schema = schema.to_owned();
        self
    }

    /// With the fewest datasets that it can work on.
    #[must_use]
    pub fn min_datasets(mut self, datasets: u32) -> Self {
        self.min_datasets = datasets;
        self
    }
}

impl Selection {
    /// The steady state's successes of a trial.
    pub fn successes(dataset: u32, trial: u32) -> Self {
        Self { dataset, trial, phases: Phases::STEADY, outcomes: Outcomes::SUCCESS }
    }
}

impl Report {
    /// An empty report.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), blocks: Vec::new() }
    }

    /// With a heading.
    #[must_use]
    pub fn heading(self, text: impl Into<String>) -> Self {
        self.block(Block::Heading(text.into()))
    }

    /// With a paragraph.
    #[must_use]
    pub fn text(self, text: impl Into<String>) -> Self {
        self.block(Block::Text(text.into()))
    }

    /// With a table.
    #[must_use]
    pub fn table(self, table: Table) -> Self {
        self.block(Block::Table(table))
    }

    /// With a chart.
    #[must_use]
    pub fn chart(self, chart: Chart) -> Self {
        self.block(Block::Chart(chart))
    }

    /// With something the reader should know first.
    #[must_use]
    pub fn finding(self, severity: Severity, message: impl Into<String>) -> Self {
        self.block(Block::Finding(Finding { severity, message: message.into() }))
    }

    fn block(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }
}

impl Table {
    /// A table without columns.
    pub fn new(caption: impl Into<String>) -> Self {
        Self { caption: caption.into(), columns: Vec::new() }
    }

    /// With a column of text.
    #[must_use]
    pub fn text(self, heading: &str, values: Vec<String>) -> Self {
        self.column(heading, "", Cells::Text(values))
    }

    /// With a column of numbers in `unit` (`ns`, `/s`, `bytes`, `1`); the host chooses the scale to show.
    #[must_use]
    pub fn numbers(self, heading: &str, unit: &str, values: Vec<f64>) -> Self {
        self.column(heading, unit, Cells::Numbers(values))
    }

    fn column(mut self, heading: &str, unit: &str, values: Cells) -> Self {
        self.columns.push(TableColumn { heading: heading.to_owned(), unit: unit.to_owned(), values });
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
            use $crate::analysis::Analysis;
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
                    <$analysis as Analysis>::analyse($crate::options::parse(&options)?)
                }
            }

    export_world!(Export with_types_in $crate::bindings::analysis);
        };
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_keeps_its_blocks_in_the_order_of_reading() {
        let table = Table::new("Rates").text("host", vec!["a".into()]).numbers("rate", "/s", vec![7.5]);
        let report = Report::new("Capacity")
            .finding(Severity::Caution, "The tester was busy.")
            .heading("Rates")
            .table(table)
            .text("That is all.");
        assert!(matches!(
            report.blocks.as_slice(),
            [Block::Finding(_), Block::Heading(_), Block::Table(_), Block::Text(_)]
        ));
        let Block::Table(table) = &report.blocks[2] else { panic!("no table") };
        let columns: Vec<_> = table.columns.iter().map(|column| (&*column.heading, &*column.unit)).collect();
        assert_eq!(columns, [("host", ""), ("rate", "/s")]);
    }

    #[test]
    fn successes_are_those_of_the_steady_state() {
        let selection = Selection::successes(1, 2);
        assert_eq!((selection.dataset, selection.trial), (1, 2));
        assert_eq!((selection.phases, selection.outcomes), (Phases::STEADY, Outcomes::SUCCESS));
    }
}

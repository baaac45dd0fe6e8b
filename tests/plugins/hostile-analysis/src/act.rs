//! The rules that can be broken, one at a time.

use serde::Deserialize;

macro_rules! acts {
    ($($(#[doc = $doc:literal])* $act:ident,)*) => {
        /// Which rule it breaks.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Act {
            /// None.
            #[default]
            Good,
            $($(#[doc = $doc])* $act,)*
        }
    };
}

acts! {
    /// Writes a line to the log and traps.
    Trap,
    /// Never returns.
    Loop,
    /// Takes memory until there is none.
    Memory,
    /// Calls itself without end.
    Recursion,
    /// Asks the host without end.
    Ask,
    /// Writes 100 000 lines to the log.
    Log,
    /// Fails.
    Refuse,
    /// Finds its option wrong.
    RefuseOption,
    /// Puts its secret into the report.
    Tell,
    /// Asks for a dataset that there is not.
    AbsentDataset,
    /// Asks for a trial that there is not.
    AbsentTrial,
    /// Asks for a host that there is not.
    AbsentHost,
    /// Asks for a figure that there is not.
    AbsentFigure,
    /// Asks for a metric with a name of 1 MiB.
    AbsentMetric,
    /// Asks for a quantile of NaN.
    BadProbability,
    /// Asks for 10 001 quantiles.
    ManyProbabilities,
    /// Asks for windows of almost no time.
    NarrowWindow,
    /// Asks for windows of NaN.
    NoWindow,
    /// Asks for 10 000 quantiles by windows of a millisecond.
    ManyWindows,
    /// A table whose columns differ in length.
    Ragged,
    /// A table and a chart of numbers that are none, or infinite.
    Nan,
    /// A chart of a million points.
    Million,
    /// A table of a million and one rows.
    ManyRows,
    /// Escape codes, line breaks and markup in every text.
    Escapes,
    /// A paragraph of 65 KiB.
    HugeText,
    /// A title of 1 001 bytes.
    LongTitle,
    /// A report of 72 MB.
    HugeReport,
    /// 1 001 parts.
    ManyBlocks,
    /// A table of 201 columns.
    ManyColumns,
    /// A chart of 51 series.
    ManySeries,
    /// A series in a column that there is not.
    AbsentColumn,
    /// A series whose column holds text.
    TextSeries,
    /// Notes whose column holds numbers.
    NumberNotes,
    /// A series in a panel that there is not.
    AbsentPanel,
    /// A mark in a panel that there is not.
    AbsentPanelOfMark,
    /// A chart without a vertical axis.
    NoPanel,
    /// A chart without a column.
    NoColumn,
    /// A chart of a kind that nobody knows.
    UnknownKind,
    /// A file name that leads elsewhere.
    BadFileName,
}

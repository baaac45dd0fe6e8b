//! The plugins of the older tool's analyses: each is a name, a sentence and the call that makes its report.

/// Makes an analysis and its export: type, identity, description, options (with their schema, where there are any), and
/// the report of options and datasets.
#[macro_export]
macro_rules! older_analysis {
    ($analysis:ident, $identity:literal, $text:literal, $report:expr) => {
        $crate::older_analysis!($analysis, $identity, $text, ::cluster_tester_sdk::NoOptions, "", $report);
    };
    ($analysis:ident, $identity:literal, $text:literal, $options:ty, $schema:expr, $report:expr) => {
        /// The analysis.
        #[derive(Debug)]
        pub struct $analysis;

        impl ::cluster_tester_sdk::analysis::Analysis for $analysis {
            type Options = $options;

            fn describe() -> ::cluster_tester_sdk::analysis::Description {
                ::cluster_tester_sdk::analysis::Description::new($identity, $text).options_schema($schema)
            }

            fn analyse(
                options: $options,
                datasets: &::cluster_tester_sdk::analysis::Datasets,
            ) -> Result<::cluster_tester_sdk::analysis::Report, ::cluster_tester_sdk::Fault> {
                $report(&options, datasets)
            }
        }

        ::cluster_tester_sdk::export_analysis!($analysis);
    };
}

//! What is typed for `demo`.

use clap::Args;

use super::run::TextFormat;

/// Flags of `demo`; where it saves is `--storage`.
#[derive(Debug, Clone, Args)]
pub(crate) struct DemoArgs {
    /// How the summary is printed
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: TextFormat,
}

//! Flags that every subcommand takes.

use std::path::PathBuf;

use clap::Args;

/// Flags that every subcommand takes.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalArgs {
    /// Config file, TOML or the older JSON; repeatable, later wins
    ///
    /// Without it, `cluster-tester.toml` in the working directory is read if it is there. For `test-execution`, a name
    /// inside the storage directory, as in the older tool [default there: config.json].
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Vec<PathBuf>,
    /// Where runs are saved [default: db]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) storage: Option<PathBuf>,
    /// Directory with plugins; repeatable, the later wins by name
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) plugins: Vec<PathBuf>,
    /// Say more on stderr
    #[arg(long, global = true, conflicts_with = "quiet")]
    pub(crate) verbose: bool,
    /// Say nothing on stderr but errors
    #[arg(long, global = true)]
    pub(crate) quiet: bool,
}

//! What the eight analyses of the older tool have in common: which trials they show, its figures to its digits, and the
//! names of its files. Each analysis is a plugin of a few lines.

mod before;
mod comparison;
mod file_name;
mod host_comparison;
mod host_figure;
mod host_use;
mod plugin;
mod response_time;
mod shown;

pub use before::seconds;
pub use comparison::{COMPARE_OPTIONS, Chosen, CompareOptions, Comparison};
pub use file_name::file_name;
pub use host_comparison::compare_hosts;
pub use host_figure::{CPU_USAGE, HostFigure, RAM_USAGE};
pub use host_use::host_use;
pub use response_time::{TimeFigure, response_time};
pub use shown::counted_from_sending;

#[cfg(test)]
mod tests;

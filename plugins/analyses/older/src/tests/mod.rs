//! The older tool's figures, and what is shown where something is missing.

mod comparing;
mod fixture;
mod hosts;
mod response_times;

use cluster_tester_sdk::analysis::{Report, Table};

fn findings(report: &Report) -> Vec<&str> {
    report.findings().iter().map(|(_, message)| *message).collect()
}

fn text<'a>(table: &'a Table, heading: &str) -> &'a [String] {
    table.text_of(heading).expect("the column")
}

fn numbers<'a>(table: &'a Table, heading: &str) -> &'a [f64] {
    table.numbers_of(heading).expect("the column")
}

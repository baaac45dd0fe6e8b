//! An analysis that breaks one rule of the contract, told by its option `act`. By default it breaks none.

mod act;
mod reports;

use cluster_tester_sdk::analysis::{Analysis, Datasets, Description, Report};
use cluster_tester_sdk::bindings::analysis::cluster_tester::plugin::dataset;
use cluster_tester_sdk::{Fault, log};
use serde::Deserialize;

pub use act::Act;

/// A number of which there is none.
const ABSENT: u32 = 9;

/// Options as `options.schema.json` explains them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    act: Act,
    token: Option<String>,
}

/// The analysis.
pub struct Hostile;

impl Analysis for Hostile {
    type Options = Options;

    fn describe() -> Description {
        Description::new("HostileAnalysis", "Breaks one rule at a time.")
            .options_schema(include_str!("options.schema.json"))
    }

    fn analyse(options: Options, _: &Datasets) -> Result<Report, Fault> {
        match options.act {
            Act::Trap => {
                log::warning("about to trap in `analyse`");
                panic!("told to trap");
            }
            Act::Loop => spin(),
            Act::Memory => allocate(),
            Act::Recursion => Ok(Report::new(recurse(0).to_string())),
            Act::Ask => ask(),
            Act::Log => {
                (0..100_000).for_each(|line| log::info(&format!("line {line}")));
                Ok(reports::good())
            }
            Act::Refuse => Err(Fault::failed("told to refuse\x1b[2J")),
            Act::RefuseOption => Err(Fault::invalid_option("act", "told to refuse its option")),
            Act::Tell => Ok(Report::new("Secrets").text(options.token.unwrap_or_default())),
            Act::AbsentDataset => dataset::describe_dataset(ABSENT).map(|_| reports::good()),
            Act::AbsentTrial => dataset::describe_trial(0, ABSENT).map(|_| reports::good()),
            Act::AbsentHost => dataset::resources_over_time(0, 0, ABSENT, "cpu.usr").map(|_| reports::good()),
            Act::AbsentFigure => dataset::resources(0, 0, "cpu.user").map(|_| reports::good()),
            Act::AbsentMetric => read(&dataset::Column::Metric("x".repeat(1024 * 1024))),
            Act::BadProbability => quantiles(&[0.5, f64::NAN]),
            Act::ManyProbabilities => quantiles(&[0.5; 10_001]),
            Act::NarrowWindow => windows(1e-300, 1),
            Act::NoWindow => windows(f64::NAN, 1),
            Act::ManyWindows => windows(1e6, 10_000),
            act => Ok(reports::of(act)),
        }
    }
}

fn spin() -> ! {
    loop {
        std::hint::black_box(());
    }
}

fn allocate() -> ! {
    let mut taken = Vec::new();
    loop {
        taken.push(std::hint::black_box(vec![1_u8; 1024 * 1024]));
    }
}

#[expect(unconditional_recursion, reason = "told to")]
fn recurse(depth: u64) -> u64 {
    std::hint::black_box(depth) + std::hint::black_box(recurse(depth + 1))
}

/// Asks without end, and never minds the answers.
fn ask() -> ! {
    loop {
        std::hint::black_box(dataset::describe_dataset(ABSENT).is_ok());
    }
}

fn selection() -> dataset::Selection {
    let (phases, outcomes) = (dataset::Phases::all(), dataset::Outcomes::all());
    dataset::Selection { dataset: 0, trial: 0, phases, outcomes }
}

fn read(column: &dataset::Column) -> Result<Report, Fault> {
    dataset::read(selection(), column, 0, u32::MAX).map(|_| reports::good())
}

fn quantiles(probabilities: &[f64]) -> Result<Report, Fault> {
    dataset::quantiles(selection(), dataset::Quantity::Queue, probabilities).map(|_| reports::good())
}

fn windows(width: f64, probabilities: usize) -> Result<Report, Fault> {
    let probabilities = vec![0.5; probabilities];
    dataset::over_time(selection(), dataset::Quantity::Queue, width, &probabilities).map(|_| reports::good())
}

cluster_tester_sdk::export_analysis!(Hostile);

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn every_act_of_the_schema_is_one() {
        let schema: Value = serde_json::from_str(include_str!("options.schema.json")).expect("JSON");
        for act in schema["properties"]["act"]["enum"].as_array().expect("a list") {
            let options: Options = serde_json::from_value(json!({ "act": act })).expect("an act");
            assert_eq!(
                json!(format!("{:?}", options.act)).as_str().map(str::len),
                act.as_str().map(|name| { name.chars().filter(|c| *c != '-').count() })
            );
        }
    }
}

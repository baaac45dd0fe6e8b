//! An analysis of package 0.1.0 as its author left it: neither the SDK nor the WIT of today is in it. `bindings.rs` is
//! what wit-bindgen 0.61.1 generated from `tests/contract/0.1.0/wit`, and is not generated again.
//!
//! It calls every function that its world gives, with every value of every enum, and returns every kind of block. Of each
//! answer there is a table, whose first column says what was asked.

#[rustfmt::skip]
#[allow(
    missing_docs,
    unreachable_pub,
    unused_imports,
    unused_qualifications,
    clippy::all,
    clippy::unwrap_used,
    reason = "generated"
)]
mod bindings;
mod drawings;

use bindings::cluster_tester::plugin::dataset::{self, Column, Outcomes, Phases, Quantity, Selection};
use bindings::cluster_tester::plugin::log::{self, Level};
use bindings::cluster_tester::plugin::random;
use bindings::cluster_tester::plugin::report::{Block, Cells, Finding, Report, Severity, Table, TableColumn};
use bindings::cluster_tester::plugin::types::{Fault, Identity, InvalidOption};
use bindings::exports::cluster_tester::plugin::analysis::{Description, Guest};

/// Options, an object whose only member is `mood`.
const SCHEMA: &str = r#"{"type": "object", "additionalProperties": false, "properties": {"mood":
    {"type": "string", "default": "good", "enum": ["good", "refuse", "fail"], "description": "What `analyse` does."}}}"#;
const PROBABILITIES: [f64; 3] = [0.5, 0.99, 1.0];
/// Width of windows, nanoseconds.
const WIDTH: f64 = 1e9;
/// Figures of hosts, by one of each unit, and one of the peaks.
const FIGURES: [&str; 6] =
    ["cpu.busy", "memory.peak", "network.received", "pressure.io", "temperature.peak", "round-trip.mean"];
const QUANTITIES: [Quantity; 10] = [
    Quantity::ResponseTime,
    Quantity::ServiceTime,
    Quantity::Queue,
    Quantity::ReleaseLag,
    Quantity::FirstByte,
    Quantity::Connect,
    Quantity::Tls,
    Quantity::ServerSpan,
    Quantity::BeyondServer,
    Quantity::Transfer,
];

struct Kept;

impl Guest for Kept {
    fn describe() -> Result<Description, Fault> {
        let identity = Identity {
            name: "KeptAnalysis".to_owned(),
            version: "0.1.0".to_owned(),
            description: "Uses all that package 0.1.0 has.".to_owned(),
            options_schema: SCHEMA.to_owned(),
        };
        Ok(Description { identity, min_datasets: 1, max_datasets: 3 })
    }

    fn analyse(options: String) -> Result<Report, Fault> {
        if options.contains("refuse") {
            let (name, reason) = ("mood".to_owned(), "told to refuse".to_owned());
            return Err(Fault::InvalidOption(InvalidOption { name, reason }));
        }
        if options.contains("fail") {
            return Err(Fault::Failed("told to fail".to_owned()));
        }
        log::write(Level::Debug, &options);
        log::write(Level::Info, "for your information");
        log::write(Level::Warning, "for your attention");
        let draws = [random::next(), random::next()];
        let finding = |severity: Severity| Block::Finding(Finding { severity, message: format!("{severity:?}") });
        let mut blocks = vec![
            Block::Heading("Kept".to_owned()),
            Block::Text(format!("{draws:?}")),
            finding(Severity::Note),
            finding(Severity::Caution),
            finding(Severity::Invalid),
            finding(Severity::Regression),
        ];
        blocks.extend(of_datasets()?);
        blocks.extend(drawings::all().into_iter().map(Block::Chart));
        Ok(Report { title: "Kept".to_owned(), blocks })
    }
}

/// Answers of every function, for the first trial of the first dataset.
fn of_datasets() -> Result<Vec<Block>, Fault> {
    let mut blocks = vec![numbers("count", vec![dataset::count().into()])];
    for number in 0..dataset::count() {
        blocks.push(text("describe-dataset", format!("{:?}", dataset::describe_dataset(number)?)));
    }
    blocks.push(text("describe-trial", format!("{:?}", dataset::describe_trial(0, 0)?)));
    for search in dataset::searches(0)? {
        blocks.push(text("searches", format!("{search:?}")));
    }
    blocks.push(text("manifest", dataset::manifest(0)?));
    blocks.push(text("fault", format!("{:?}", dataset::describe_dataset(99).err())));
    for (what, phases) in [("warm-up", Phases::WARM_UP), ("steady", Phases::STEADY), ("drain", Phases::DRAIN)] {
        blocks.push(numbers(&format!("count-outcomes {what}"), dataset::count_outcomes(0, 0, phases)?));
    }
    let good = Selection { dataset: 0, trial: 0, phases: Phases::STEADY, outcomes: Outcomes::SUCCESS };
    let all = Selection { outcomes: every_outcome(), phases: Phases::all(), ..good };
    for quantity in QUANTITIES {
        let figures = dataset::measure(all, quantity)?;
        let figures = vec![figures.count, figures.mean, figures.standard_deviation, figures.least, figures.most];
        blocks.push(numbers(&format!("measure {quantity:?}"), figures));
    }
    let quantity = Quantity::ResponseTime;
    blocks.push(numbers("quantiles", dataset::quantiles(good, quantity, &PROBABILITIES)?));
    let histogram = dataset::count_durations(good, quantity)?;
    blocks.push(numbers("count-durations highest", histogram.highest));
    blocks.push(numbers("count-durations counts", histogram.counts));
    let windows = dataset::over_time(good, quantity, WIDTH, &PROBABILITIES[..1])?;
    blocks.push(numbers("over-time starts", windows.starts));
    blocks.push(numbers("over-time counts", windows.counts));
    blocks.push(numbers("over-time quantiles", windows.quantiles));
    for column in [
        Column::IntendedStart,
        Column::Quantity(Quantity::ServiceTime),
        Column::Status,
        Column::Outcome,
        Column::Metric("cache-hits".to_owned()),
    ] {
        blocks.push(match dataset::read(good, &column, 0, 3) {
            Ok(chunk) => {
                let name = format!("read {column:?} {:?} {}", chunk.validity, chunk.more);
                numbers(&name, chunk.values)
            }
            Err(fault) => text(&format!("read {column:?}"), format!("{fault:?}")),
        });
    }
    for figure in FIGURES {
        blocks.push(numbers(&format!("resources {figure}"), dataset::resources(0, 0, figure)?));
        blocks.push(numbers(&format!("idle-resources {figure}"), dataset::idle_resources(0, figure)?));
    }
    let series = dataset::resources_over_time(0, 0, 0, "cpu.usr")?;
    blocks.push(numbers("resources-over-time at", series.at));
    blocks.push(numbers("resources-over-time values", series.values));
    Ok(blocks)
}

/// Flag by flag, so that each is named here.
fn every_outcome() -> Outcomes {
    Outcomes::SUCCESS
        | Outcomes::FAILED
        | Outcomes::UNREADABLE
        | Outcomes::TIMED_OUT
        | Outcomes::CONNECT_FAILED
        | Outcomes::CONNECTION_LOST
        | Outcomes::PROTOCOL_ERROR
        | Outcomes::DROPPED
        | Outcomes::ABANDONED
        | Outcomes::GUEST_FAULT
        | Outcomes::NO_ROW
}

fn numbers(asked: &str, values: Vec<f64>) -> Block {
    table(asked, Cells::Numbers(values))
}

fn text(asked: &str, value: String) -> Block {
    table(asked, Cells::Text(vec![value]))
}

fn table(asked: &str, values: Cells) -> Block {
    let column = TableColumn { heading: "answer".to_owned(), unit: String::new(), values };
    Block::Table(Table { caption: asked.to_owned(), columns: vec![column] })
}

#[cfg(target_arch = "wasm32")]
bindings::export!(Kept with_types_in bindings);

#[cfg(not(target_arch = "wasm32"))]
const _: fn(String) -> Result<Report, Fault> = Kept::analyse;

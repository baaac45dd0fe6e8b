//! How the times of requests are spread at one load, dataset beside dataset.

mod times;

use cluster_tester_sdk::Fault;
use cluster_tester_sdk::analysis::{Analysis, Block, Datasets, Description, Finding, Quantity, Report, Severity};
use older_analyses::{COMPARE_OPTIONS, CompareOptions, Comparison, counted_from_sending, file_name};

use times::Times;

/// The analysis.
#[derive(Debug)]
pub struct ResponseTimeCompare;

/// What is compared: the quantity, its name, what it means, and the end of the file's name.
const COMPARED: [(Quantity, &str, &str, &str); 2] = [
    (
        Quantity::ServerSpan,
        "Server's own time",
        "How long the application says it worked on a request. The older tool drew this and called it response time.",
        "",
    ),
    (
        Quantity::ResponseTime,
        "Response time",
        "From when a request was due to the last byte of its answer, waits included: what users see.",
        "_response",
    ),
];

impl Analysis for ResponseTimeCompare {
    type Options = CompareOptions;

    fn describe() -> Description {
        let text = "Spread of the server's own time and of the response time at one load, dataset beside dataset.";
        Description::new("ResponseTimeCompareAnalysis", text).options_schema(COMPARE_OPTIONS)
    }

    fn analyse(options: CompareOptions, datasets: &Datasets) -> Result<Report, Fault> {
        let Comparison { datasets, load, chosen, mut findings } = Comparison::of(&options, datasets)?;
        findings.extend(counted_from_sending(&datasets));
        let mut parts = Report::new(format!("Response time by dataset, load {load}"))
            .text("Successful requests of one trial a dataset. The wider a violin, the more requests took that long.");
        for (quantity, name, meaning, end) in COMPARED {
            let times = chosen.iter().map(|one| Times::of(one, quantity)).collect::<Result<Vec<_>, Fault>>()?;
            for one in times.iter().filter(|times| !times.has_shape()) {
                let what = if one.statistics.mean.is_nan() { "does not tell it" } else { "tells its mean alone" };
                let message = format!("{name}: {} {what}, so there is no violin of it.", one.name);
                findings.push(Finding { severity: Severity::Note, message });
            }
            parts = parts.heading(name).text(meaning);
            let title = format!("{name} by dataset, load {load}");
            if times.iter().any(Times::has_shape) {
                let file = file_name(&format!("response_time_load_{load}_"), &datasets);
                parts = parts.chart(times::violins(&title, name, &times).file_name(file + end));
            }
            parts = parts.table(times::table(&title, &times, quantity == Quantity::ServerSpan));
        }
        parts.blocks.splice(0..0, findings.into_iter().map(Block::Finding));
        Ok(parts)
    }
}

cluster_tester_sdk::export_analysis!(ResponseTimeCompare);

#[cfg(test)]
mod tests;

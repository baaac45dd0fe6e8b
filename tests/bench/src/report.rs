//! What is told in the end: a table, every run as CSV, a chart.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::args::Args;
use crate::chart;
use crate::claim::Claim;
use crate::csv::Csv;
use crate::machine::Machine;
use crate::noise::{OTHERS_LIMIT, STEAL_LIMIT};
use crate::pairs::Pair;
use crate::ratio::{Better, Ratio};
use crate::table;
use crate::tool::{Kind, Tool, package_version};

/// All that was measured so far.
#[derive(Debug)]
pub(crate) struct Results {
    /// Comparisons, in the order they were made.
    pub(crate) ratios: Vec<Ratio>,
    claims: Vec<Claim>,
    notes: Vec<String>,
    versions: Vec<(&'static str, String)>,
    csv: Csv,
}

impl Results {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        Self { ratios: Vec::new(), claims: Vec::new(), notes: Vec::new(), versions: Vec::new(), csv: Csv::new() }
    }

    /// A peer, if it is installed; that it is not is noted once.
    pub(crate) fn peer(&mut self, kind: Kind) -> Option<Tool> {
        let Some(tool) = kind.find() else {
            let hint = if kind == Kind::Oha { "cargo install oha --locked" } else { "tests/bench/install" };
            self.note(format!("left out: {}, which is not installed ({hint})", kind.name()));
            return None;
        };
        self.uses(&tool);
        Some(tool)
    }

    /// Takes note of a tool's version.
    pub(crate) fn uses(&mut self, tool: &Tool) {
        if !self.versions.iter().any(|(name, _)| *name == tool.kind.name()) {
            self.versions.push((tool.kind.name(), tool.version.clone()));
        }
    }

    /// Takes note of something the reader should know.
    pub(crate) fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            table::say(&note);
            self.notes.push(note);
        }
    }

    /// Takes a figure that is held against a bound.
    pub(crate) fn claim(&mut self, claim: Claim) {
        table::say(&claim.line());
        self.claims.push(claim);
    }

    /// Takes the runs of a comparison, and notes what is odd about them.
    pub(crate) fn pairs(&mut self, measurement: &str, peer: &str, pairs: &[Pair]) {
        self.csv.add(measurement, peer, pairs);
        let head = format!("{measurement} against {peer}");
        let limit = format!(
            "more than {} % of steal or {} % of the generator's core with other programs",
            STEAL_LIMIT * 100.0,
            OTHERS_LIMIT * 100.0
        );
        match pairs.iter().filter(|pair| !pair.is_kept).count() {
            0 => {}
            again => self.note(format!("{head}: {again} pairs measured again, for {limit}")),
        }
        match pairs.iter().filter(|pair| pair.is_kept && pair.is_noisy()).count() {
            0 => {}
            noisy => self.note(format!("{head}: {noisy} pairs count with {limit}")),
        }
        for run in pairs.iter().filter(|pair| pair.is_kept).flat_map(|pair| [&pair.ours, &pair.peer]) {
            if run.failures > 0 {
                self.note(format!("{head}: {} of {} requests of {} failed", run.failures, run.requests, run.tool));
            }
            if !run.is_confirmed() {
                let (seen, requests) = (run.seen, run.requests);
                self.note(format!("{head}: {} says {requests} requests, its target saw {seen}", run.tool));
            }
        }
    }

    /// The table and the lines below it.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        if !self.ratios.is_empty() {
            let header = ["measured", "", "against", "ours", "theirs", "ratio", "95 % interval", "pairs", "wanted"];
            let mut rows = vec![header.map(str::to_owned).to_vec()];
            rows.extend(self.ratios.iter().map(row));
            text += &table::aligned(&rows, 3);
            text += "\nratio: ours over theirs, median of the pairs' ratios; interval: bootstrap of it\n";
        }
        for (title, lines) in [
            ("", self.claims.iter().map(Claim::line).collect::<Vec<_>>()),
            ("notes:\n", self.notes.iter().map(|note| format!("- {note}")).collect()),
        ] {
            if !lines.is_empty() {
                text += &format!("\n{title}{}\n", lines.join("\n"));
            }
        }
        text
    }

    /// Writes `README.md`, `raw.csv` and, when something was compared, `chart.svg`.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub(crate) fn write(&self, directory: &Path, machine: &Machine, args: &Args) -> Result<()> {
        let wrong = || format!("cannot write to {}", directory.display());
        fs::create_dir_all(directory).with_context(wrong)?;
        let mut files = vec![("README.md", self.readme(machine, args))];
        if !self.ratios.is_empty() {
            files.push(("raw.csv", self.csv.text().to_owned()));
            files.push(("chart.svg", chart::draw(&self.ratios, &format!("{}, {}", machine.short(), machine.date))));
        }
        for (name, text) in files {
            fs::write(directory.join(name), text).with_context(wrong)?;
        }
        Ok(())
    }

    fn readme(&self, machine: &Machine, args: &Args) -> String {
        let Machine { cores, model, kernel, system, date, commit } = machine;
        let mut text = format!(
            "# Measured on {date}\n\n- machine: {cores} cores, {model}\n- kernel: {kernel}, {system}\n- command: `{}`, by \
             `make bench`; {} s a run\n",
            args.command(),
            args.length.as_secs_f64()
        );
        // Another binary may be of any commit.
        if let Some(commit) = commit.as_ref().filter(|_| args.binary.is_none()) {
            text += &format!("- commit: {commit}\n");
        }
        let nginx = package_version("nginx").map(|version| ("nginx", version));
        for (name, version) in self.versions.iter().cloned().chain(nginx) {
            text += &format!("- {name}: {version}\n");
        }
        text += &format!("\nHow it is measured: [docs/benchmarks](../README.md).\n\n```\n{}```\n", self.text());
        if !self.ratios.is_empty() {
            text += "\n![ratios with their intervals](chart.svg)\n\nEvery run: [raw.csv](raw.csv).\n";
        }
        text
    }
}

fn row(ratio: &Ratio) -> Vec<String> {
    let interval = ratio.interval;
    let pairs =
        if ratio.noisy > 0 { format!("{} ({} noisy)", ratio.pairs, ratio.noisy) } else { ratio.pairs.to_string() };
    let better = if ratio.better == Better::Higher { "more is better" } else { "less is better" };
    vec![
        ratio.name.to_owned(),
        better.to_owned(),
        ratio.peer.to_owned(),
        ratio.unit.write(ratio.ours),
        ratio.unit.write(ratio.theirs),
        format!("{:.3}", interval.median),
        format!("{:.3} to {:.3}", interval.low, interval.high),
        pairs,
        ratio.wanted_words(),
    ]
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::pairs::alternated;
    use crate::ratio::tests::RATE;
    use crate::run::tests::run;

    fn results() -> Results {
        let mut results = Results::new();
        let pairs = alternated(3, |_| Ok(run("wrk", 100_000.0, 0.03))).unwrap();
        results.pairs("closed loop", "wrk", &pairs);
        results.ratios.extend(Ratio::new(RATE, "wrk", &pairs, Some(1.0)));
        results.claim(Claim { text: "30000/s".to_owned(), wanted: "nothing dropped", is_met: false });
        results
    }

    #[test]
    fn the_table_tells_ratios_claims_and_noise() {
        let text = results().text();
        assert!(text.contains("1.000 to 1.000  3 (3 noisy)  ≥ 1: yes\n"), "{text}");
        assert!(text.contains("FAIL  30000/s (wanted: nothing dropped)\n"), "{text}");
        assert!(
            text.contains("- closed loop against wrk: 6 pairs measured again, for more than 2 % of steal or"),
            "{text}"
        );
    }

    #[test]
    fn a_directory_has_all_three_files() {
        let directory = tempfile::tempdir().unwrap();
        let args = Args::try_parse_from(["bench"]).unwrap();
        results().write(directory.path(), &Machine::here(), &args).unwrap();
        for name in ["README.md", "raw.csv", "chart.svg"] {
            assert!(directory.path().join(name).is_file(), "{name}");
        }
    }
}

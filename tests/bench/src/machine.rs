//! On what it was measured, without the name of the machine.

use std::fs;
use std::process::Command;

use crate::tool::first_line;

/// The machine and the moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Machine {
    /// Its cores.
    pub(crate) cores: usize,
    /// The CPU's model as the kernel has it.
    pub(crate) model: String,
    /// The kernel's release.
    pub(crate) kernel: String,
    /// The distribution.
    pub(crate) system: String,
    /// Today in UTC, as 2026-01-31.
    pub(crate) date: String,
    /// The commit that is checked out, where git can tell.
    pub(crate) commit: Option<String>,
}

impl Machine {
    /// This one, now.
    pub(crate) fn here() -> Self {
        let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default().trim().to_owned();
        let release = read("/etc/os-release");
        let system = release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME=")).unwrap_or("unknown");
        let mut git = Command::new("git");
        git.args(["-C", env!("CARGO_MANIFEST_DIR"), "describe", "--always", "--dirty"]);
        Self {
            cores: cpu.lines().filter(|line| line.starts_with("processor")).count(),
            model: model(&cpu).unwrap_or_else(|| "unknown".to_owned()),
            kernel: read("/proc/sys/kernel/osrelease"),
            system: system.trim_matches('"').to_owned(),
            date: jiff::Timestamp::now().strftime("%Y-%m-%d").to_string(),
            commit: first_line(&mut git),
        }
    }

    /// The machine as part of a directory's name: `2-cores-amd-epyc`.
    pub(crate) fn short(&self) -> String {
        format!("{}-cores-{}", self.cores, slug(&self.model))
    }
}

fn model(cpuinfo: &str) -> Option<String> {
    let line = cpuinfo.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// Lower case and dashes; without trade marks, clock, or the words that every model has.
fn slug(model: &str) -> String {
    let model = model.split('@').next().unwrap_or_default().replace("(R)", "").replace("(TM)", "");
    let model = model.to_lowercase();
    let words = model
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty() && !["cpu", "processor", "core", "with"].contains(word));
    let slug = words.take(5).collect::<Vec<_>>().join("-");
    if slug.is_empty() { "unknown".to_owned() } else { slug }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_becomes_a_short_name() {
        assert_eq!(slug("AMD EPYC"), "amd-epyc");
        assert_eq!(slug("Intel(R) Xeon(R) CPU E5-2680 v4 @ 2.40GHz"), "intel-xeon-e5-2680-v4");
        assert_eq!(slug("AMD Ryzen 9 5950X 16-Core Processor"), "amd-ryzen-9-5950x-16");
        assert_eq!(slug("(R)"), "unknown");
    }

    #[test]
    fn the_model_is_the_first_cores() {
        let text = "processor\t: 0\nmodel name\t: AMD EPYC\nprocessor\t: 1\nmodel name\t: other\n";
        assert_eq!(model(text).as_deref(), Some("AMD EPYC"));
        assert_eq!(model(""), None);
    }
}

//! Charts as files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use model::report::{Block, Chart, Report};

use crate::cli::ChartFormat;
use crate::error::{CliError, ExitCode};

/// Longest name of a file without its extension, bytes.
const LONGEST: usize = 200;

/// Writes the charts of a report into a directory, which is made if it is not there. Gives where they are. One of a kind
/// that is not known is left out.
///
/// # Errors
/// When one cannot be drawn or written.
pub(crate) fn write(
    analysis: &str,
    report: &Report,
    dir: &Path,
    format: ChartFormat,
) -> Result<Vec<PathBuf>, CliError> {
    let cannot = |path: &Path, error: &dyn std::fmt::Display| {
        CliError::new(ExitCode::Storage, format!("cannot write `{}`: {error}", path.display()))
            .with_hint("name another directory with `--out DIR`")
    };
    fs::create_dir_all(dir).map_err(|error| cannot(dir, &error))?;
    let charts = report.blocks.iter().filter_map(|block| match block {
        Block::Chart(chart) => Some(chart),
        _ => None,
    });
    let (mut written, mut taken) = (Vec::new(), BTreeMap::new());
    for chart in charts {
        let drawn = match format {
            ChartFormat::Svg => report::svg(chart).map(String::into_bytes),
            ChartFormat::Png => report::png(chart).map_err(|error| {
                CliError::new(ExitCode::Internal, format!("cannot draw “{}”: {error}", chart.title))
            })?,
        };
        let Some(drawn) = drawn else { continue };
        let extension = match format {
            ChartFormat::Svg => "svg",
            ChartFormat::Png => "png",
        };
        let stem = stem(analysis, chart);
        let turn = taken.entry(stem.clone()).and_modify(|turn| *turn += 1).or_insert(1_u32);
        let path = dir.join(match turn {
            1 => format!("{stem}.{extension}"),
            turn => format!("{stem}-{turn}.{extension}"),
        });
        fs::write(&path, drawn).map_err(|error| cannot(&path, &error))?;
        written.push(path);
    }
    Ok(written)
}

/// Name of a chart's file: what the analysis wants, but never another directory or a hidden file.
fn stem(analysis: &str, chart: &Chart) -> String {
    let wanted = match chart.file_name.trim() {
        "" => format!("{analysis}-{}", slug(&chart.title)),
        name => name.to_owned(),
    };
    let is_plain = |character: char| character.is_alphanumeric() || "-_.+=@, ".contains(character);
    let plain: String = wanted.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    let mut plain = plain.trim_start_matches('.').trim().to_owned();
    while plain.len() > LONGEST {
        plain.pop();
    }
    if plain.is_empty() { "chart".to_owned() } else { plain }
}

/// A title as a file's name: words in lower case, joined by dashes.
fn slug(title: &str) -> String {
    let words = title.split(|c: char| !c.is_alphanumeric() && c != '.').map(|word| word.trim_matches('.'));
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-").to_lowercase()
}

#[cfg(test)]
mod tests {
    use model::report::{Axis, Scale, Table};

    use super::*;

    fn chart(file_name: &str, title: &str) -> Chart {
        let axis = Axis { label: String::new(), unit: String::new(), scale: Scale::Linear };
        Chart {
            kind: "unknown".to_owned(),
            file_name: file_name.to_owned(),
            title: title.to_owned(),
            x: axis,
            panels: Vec::new(),
            data: Table::default(),
            series: Vec::new(),
            marks: Vec::new(),
        }
    }

    #[test]
    fn a_file_stays_in_its_directory_whatever_it_is_called() {
        assert_eq!(
            stem("a", &chart("ram_usage_comparison_load_10_k3s_k0s", "")),
            "ram_usage_comparison_load_10_k3s_k0s"
        );
        assert_eq!(stem("a", &chart("../../etc/passwd", "")), "_.._etc_passwd");
        assert_eq!(stem("a", &chart("a\0b\n\u{1b}[31m", "")), "a_b__[31m".replace('[', "_"));
        assert_eq!(stem("a", &chart("", "Response time / rate")), "a-response-time-rate");
        assert_eq!(stem("a", &chart("...", "")), "chart");
        assert!(stem("a", &chart(&"ä".repeat(500), "")).len() <= LONGEST);
    }
}

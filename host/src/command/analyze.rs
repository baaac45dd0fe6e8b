//! `analyze` and `data-analysis`: one analysis over runs and older result files.

use std::fmt::Write as _;
use std::io;
use std::path::Path;
use std::sync::Arc;

use model::dataset::Dataset;
use model::report::Report;
use plugin::Entry;
use report::Terminal;
use results::Storage;
use serde_json::json;

use crate::cli::{AnalysisSettings, AnalyzeArgs, ChartFormat, DataAnalysisArgs, GlobalArgs, Pair, ReportFormat};
use crate::config::{self, Layers};
use crate::datasets::{self, Names};
use crate::error::{CliError, ExitCode, wants_colour};
use crate::output::{self, Talk};
use crate::plugins::Plugins;
use crate::{analyses, chart_files};

/// Option by which an analysis is told what not to let pass.
pub(super) const FAIL_ON_REGRESSION: &str = "fail-on-regression";
/// Columns of a terminal that does not say how many it has.
const COLUMNS: usize = 100;
/// The load that the older tool compares where none is named.
const OLDER_LOAD: u32 = 1;
/// What the older tool calls files without a name of their own.
const OLDER_NAME: &str = "benchmark";

pub(crate) fn run(args: &AnalyzeArgs, global: &GlobalArgs, talk: Talk) -> Result<ExitCode, CliError> {
    let layers = super::layers(global)?;
    let common = config::resolve_common(&layers)?;
    talk.notices(&common.notices);
    let plugins = Plugins::find(&common, 1, talk)?;
    if args.list {
        return list(&plugins, args.shown.format, talk);
    }
    // Before the runs are read: a name that is misspelt is told first.
    let entry = plugins.entry(args.analysis.as_deref().unwrap_or_default())?;
    let names = Names { given: &args.name, numbered: None, hosts: &args.shown.alias_hosts };
    let datasets = datasets::open(&args.runs, &Storage::at(common.storage), &names)?;
    execute(&entry, &args.shown, layers, &plugins, &datasets, talk)
}

pub(crate) fn data_analysis(args: &DataAnalysisArgs, global: &GlobalArgs, talk: Talk) -> Result<ExitCode, CliError> {
    // It needs no config: its storage is `--storage`, and what it works on are files.
    let layers = super::layers(global)?;
    let common = config::resolve_common(&layers)?;
    talk.notices(&common.notices);
    let plugins = Plugins::find(&common, 1, talk)?;
    let entry = plugins.entry(&args.analysis)?;
    let names = Names { given: &args.benchmark_names, numbered: Some(OLDER_NAME), hosts: &args.shown.alias_hosts };
    let datasets = datasets::open(&args.files, &Storage::at(common.storage), &names)?;
    let mut shown = args.shown.clone();
    // Charts are files in the working directory, as in the older tool.
    shown.charts = shown.charts.or(Some(ChartFormat::Png));
    // The older tool's default, where there is such a load; else the analysis chooses one.
    let has_default = || {
        let mut loads =
            datasets.iter().flat_map(|dataset| (0..dataset.facts().trials).map(|index| dataset.trial(index)));
        args.analysis.ends_with("-compare") && loads.any(|trial| trial.is_some_and(|trial| trial.load == OLDER_LOAD))
    };
    let load = args.load.or_else(|| has_default().then_some(OLDER_LOAD));
    if let Some(load) = load
        && analyses::has_option(&entry, "load", &plugins)?
    {
        shown.option.insert(0, Pair(format!("load={load}")));
    }
    execute(&entry, &shown, layers, &plugins, &datasets, talk)
}

fn execute(
    entry: &Entry,
    settings: &AnalysisSettings,
    layers: Layers,
    plugins: &Plugins,
    datasets: &[Arc<dyn Dataset>],
    talk: Talk,
) -> Result<ExitCode, CliError> {
    let mut options = settings.option.clone();
    if let Some(limit) = &settings.fail_on_regression {
        check_can_fail(entry, plugins)?;
        options.push(Pair(format!("{FAIL_ON_REGRESSION}={limit}")));
    }
    let layers = layers.with_options(&entry.name, &options, "--option")?;
    let analysis = analyses::open(entry, &layers, plugins)?;
    talk.notices(plugins.runtime.take_notices());
    let report = analyses::run(&entry.name, &analysis, datasets, talk)?;
    let printed = print(&report, settings.format);
    let written = match (&settings.out, settings.charts) {
        (None, None) => Vec::new(),
        (dir, format) => {
            let dir = dir.as_deref().unwrap_or(Path::new("."));
            chart_files::write(&entry.name, &report, dir, format.unwrap_or(ChartFormat::Png))?
        }
    };
    written.iter().for_each(|path| talk.say(format!("chart: {}", path.display())));
    printed.map(|()| analyses::code(&report))
}

/// # Errors
/// When an analysis knows no limits: a comparison that was to fail must not pass in silence.
pub(super) fn check_can_fail(entry: &Entry, plugins: &Plugins) -> Result<(), CliError> {
    match analyses::has_option(entry, FAIL_ON_REGRESSION, plugins)? {
        true => Ok(()),
        false => {
            let name = &entry.name;
            let what = format!("`{name}` does not compare, so `--fail-on-regression` means nothing to it");
            Err(CliError::new(ExitCode::Usage, what).with_hint("use it with `analyze compare`"))
        }
    }
}

fn print(report: &Report, format: ReportFormat) -> Result<(), CliError> {
    match format {
        ReportFormat::Text => {
            let width =
                terminal_size::terminal_size_of(io::stdout()).map_or(COLUMNS, |(width, _)| usize::from(width.0));
            let terminal = Terminal { width, has_colours: wants_colour(&io::stdout()) };
            output::made_visible(&report::terminal(report, terminal))
        }
        ReportFormat::Json => output::json(report),
        ReportFormat::Markdown => output::made_visible(&report::markdown(report)),
        ReportFormat::Csv => output::made_visible(&report::csv(report)),
    }
}

fn list(plugins: &Plugins, format: ReportFormat, talk: Talk) -> Result<ExitCode, CliError> {
    let all = analyses::list(plugins);
    match format {
        ReportFormat::Json => {
            let all = all.iter().map(|(entry, analysis)| {
                json!({ "name": entry.name, "origin": entry.origin.to_string(), "analysis": analysis })
            });
            output::json(&all.collect::<Vec<_>>())?;
        }
        ReportFormat::Text => {
            let mut text = String::new();
            for (entry, analysis) in &all {
                let _ = writeln!(text, "{:<22} {}", entry.name, analysis.description);
            }
            text.push_str("\nOptions of one: cluster-tester plugin inspect NAME\n");
            output::data(&text)?;
        }
        ReportFormat::Markdown | ReportFormat::Csv => {
            let what = "`analyze --list` is printed as text or JSON";
            return Err(CliError::new(ExitCode::Usage, what));
        }
    }
    talk.notices(plugins.runtime.take_notices());
    Ok(ExitCode::Ok)
}

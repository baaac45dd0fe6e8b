//! `report`: all that runs show, as one page.

use results::Storage;

use crate::cli::{GlobalArgs, Pair, ReportArgs};
use crate::config;
use crate::datasets::{self, Names};
use crate::error::{CliError, ExitCode};
use crate::output::Talk;
use crate::plugins::Plugins;
use crate::report_page::{self, Wanted};

use super::analyze::{FAIL_ON_REGRESSION, check_can_fail};

/// The analysis that compares.
const COMPARE: &str = "compare";

pub(crate) fn run(args: &ReportArgs, global: &GlobalArgs, talk: Talk) -> Result<ExitCode, CliError> {
    let mut layers = super::layers(global)?;
    let common = config::resolve_common(&layers)?;
    talk.notices(&common.notices);
    let plugins = Plugins::find(&common, 1, talk)?;
    let names = Names { given: &args.name, numbered: None, hosts: &args.alias_hosts };
    let datasets = datasets::open(&args.runs, &Storage::at(common.storage), &names)?;
    if let Some(limit) = &args.fail_on_regression {
        check_can_fail(&plugins.entry(COMPARE)?, &plugins)?;
        if !args.analysis.is_empty() && !args.analysis.iter().any(|name| name == COMPARE) {
            let what = "`--fail-on-regression` is for `compare`, which `--analysis` leaves out";
            return Err(CliError::new(ExitCode::Usage, what).with_hint("add `--analysis compare`"));
        }
        if datasets.len() < 2 {
            let what = "`--fail-on-regression` compares runs, and only one was named";
            return Err(CliError::new(ExitCode::Usage, what).with_hint("name the run to compare with first"));
        }
        layers = layers.with_options(COMPARE, &[Pair(format!("{FAIL_ON_REGRESSION}={limit}"))], "--option")?;
    }
    let wanted = match args.analysis.as_slice() {
        // A comparison that was to fail must not pass in silence.
        [] => Wanted::Fitting(args.fail_on_regression.as_ref().map(|_| COMPARE)),
        names => Wanted::Named(names),
    };
    let made = report_page::make(&datasets, &wanted, &layers, &plugins, talk);
    report_page::write(&made.page, &args.output)?;
    talk.say(format!("report: {}", args.output.display()));
    made.failure.map_or(Ok(made.code), Err)
}

//! `plugin check`: the conformance run that an author wants.

use bytes::Bytes;
use results::Storage;
use serde_json::json;

use crate::cli::{GlobalArgs, PluginCheckArgs, TextFormat};
use crate::config;
use crate::conformance::{self, Findings, Mark, Subject};
use crate::datasets::{self, Names};
use crate::error::{CliError, ExitCode};
use crate::output::{self, Talk};
use crate::plugins::{self, Plugins};

/// Instances that are there at a time.
const INSTANCES: u32 = 4;

pub(crate) fn run(args: &PluginCheckArgs, global: &GlobalArgs, talk: Talk) -> Result<ExitCode, CliError> {
    let layers = super::layers(global)?;
    let common = config::resolve_common(&layers)?;
    talk.notices(&common.notices);
    let plugins = Plugins::find(&common, INSTANCES, talk)?;
    let entry = match plugins.entry(&args.plugin) {
        Ok(entry) => entry,
        Err(error) => {
            let mut findings = Findings::default();
            findings.error("component", &error);
            show(&args.plugin, &args.plugin, &findings, args.format)?;
            return Ok(error.code);
        }
    };
    let layers = layers.with_options(&entry.name, &args.plugin_option, "--plugin-option")?;
    let answer = args.answer.as_ref().map(|file| {
        std::fs::read(file)
            .map(Bytes::from)
            .map_err(|error| CliError::new(ExitCode::Usage, format!("cannot read `{}`: {error}", file.display())))
    });
    let subject = Subject {
        runtime: &plugins.runtime,
        entry: &entry,
        given: &plugins::given(config::resolve_options(&layers, &entry.name)?),
        row: args.row.clone(),
        answer: answer.transpose()?,
        datasets: datasets::open(&args.run, &Storage::at(&common.storage), &Names::default())?,
    };
    let findings = conformance::check(&subject);
    talk.notices(plugins.runtime.take_notices());
    show(&entry.name, &entry.origin.to_string(), &findings, args.format)?;
    Ok(code(&findings))
}

fn show(name: &str, origin: &str, findings: &Findings, format: TextFormat) -> Result<(), CliError> {
    match format {
        TextFormat::Json => {
            let is_good = findings.count(Mark::Failed) == 0;
            output::json(&json!({ "name": name, "origin": origin, "passed": is_good, "checks": findings.all() }))
        }
        TextFormat::Text => output::data(&format!("{name}\n{}{}\n", findings.text(), in_a_line(findings))),
    }
}

/// How a command ends that found this.
pub(super) fn code(findings: &Findings) -> ExitCode {
    if findings.count(Mark::Failed) > 0 { ExitCode::Plugin } else { ExitCode::Ok }
}

/// The findings in a line.
pub(super) fn in_a_line(findings: &Findings) -> String {
    let [ok, warnings, failed] = [Mark::Ok, Mark::Warning, Mark::Failed].map(|mark| findings.count(mark));
    let verdict = if failed > 0 { "not fit for use" } else { "fit for use" };
    format!("{verdict}: {ok} ok, {warnings} to look at, {failed} failed")
}

//! `results`: runs that are saved.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use results::{ResultsError, Run, RunListing, RunState, SampleFormat, Storage, TrialRecord};

use crate::cli::{ExportArgs, ExportFormat, GlobalArgs, ResultsCommand, TextFormat};
use crate::config;
use crate::error::{CliError, ExitCode};
use crate::figure;
use crate::older_files::{self, OlderFile};
use crate::output::{self, Talk};
use crate::session::is_confirmation;
use crate::{load_model, summary};

impl From<ResultsError> for CliError {
    fn from(error: ResultsError) -> Self {
        let cli = Self::from_error(ExitCode::Storage, &error);
        match error.hint() {
            Some(hint) => cli.with_hint(hint),
            None => cli,
        }
    }
}

pub(crate) fn run(command: &ResultsCommand, global: &GlobalArgs, talk: Talk) -> Result<ExitCode, CliError> {
    if let ResultsCommand::Schema = command {
        output::json(&results::schema())?;
        return Ok(ExitCode::Ok);
    }
    let common = config::resolve_common(&super::layers(global)?)?;
    talk.notices(&common.notices);
    let storage = Storage::at(common.storage);
    match command {
        ResultsCommand::Schema => {}
        ResultsCommand::List(args) => list(&storage.list()?, args.format)?,
        ResultsCommand::Show(args) => {
            let run = storage.open(&args.run)?;
            match args.format {
                TextFormat::Text => output::data(&summary::of_run(run.file()))?,
                TextFormat::Json => output::json(&run.file().without_histograms())?,
            }
            if run.file().state == RunState::Running && !run.is_live() {
                talk.say(format!(
                    "notice: its writer was killed; `cluster-tester results recover {}` brings back its samples",
                    args.run
                ));
            }
        }
        ResultsCommand::Export(args) => export(&storage.open(&args.run)?, args)?,
        ResultsCommand::Recover(args) => {
            let dir = storage.find(&args.run)?;
            let recovery = results::recover(&dir)?;
            talk.notices(&recovery.notes);
            for trial in &recovery.trials {
                let what =
                    if trial.is_record_new { "its figures are made from them" } else { "its figures were there" };
                talk.say(format!(
                    "trial {}: {} requests brought back; {what}",
                    trial.number,
                    figure::count(trial.rows)
                ));
            }
            talk.say(format!("recovered {}", dir.display()));
        }
    }
    Ok(ExitCode::Ok)
}

fn list(runs: &[RunListing], format: TextFormat) -> Result<(), CliError> {
    if format == TextFormat::Json {
        return output::json(&runs.iter().map(as_json).collect::<Vec<_>>());
    }
    let mut text = String::new();
    for listing in runs {
        let row = match &listing.run {
            Err(error) => format!("{:<36} broken       {error}\n", listing.id),
            Ok(run) => {
                let state = match run.state {
                    RunState::Running if !listing.is_live => "killed".to_owned(),
                    state => state.to_string(),
                };
                let name = run.name.as_deref().map(|name| format!("  “{name}”")).unwrap_or_default();
                let trials = run.trials.iter().map(|trial| {
                    let p99 = match trial.summary.response_time.p99_ns {
                        Some(nanos) => figure::time(nanos as f64),
                        None => "unbounded".to_owned(),
                    };
                    let (plan, goodput) = (&trial.plan, figure::rate(trial.summary.goodput));
                    let mark = if trial.validity == model::Validity::GeneratorBound { "  NOT VALID" } else { "" };
                    format!(
                        "    {}, load {}, {}: goodput {goodput}, p99 {p99}{mark}\n",
                        plan.test_case,
                        plan.load,
                        load_model::of(&plan.load_model)
                    )
                });
                format!("{:<36} {state:<12} {}{name}\n{}", listing.id, run.created, trials.collect::<String>())
            }
        };
        text.push_str(&row);
    }
    if runs.is_empty() {
        text.push_str("no runs\n");
    }
    output::data(&text)
}

fn as_json(listing: &RunListing) -> serde_json::Value {
    let (id, path) = (&listing.id, listing.dir.display().to_string());
    match &listing.run {
        Err(error) => serde_json::json!({ "id": id, "path": path, "error": error.to_string() }),
        Ok(run) => serde_json::json!({
            "id": id,
            "path": path,
            "state": run.state,
            "is_live": listing.is_live,
            "name": run.name,
            "labels": run.labels,
            "created": run.created,
            "trials": run.trials.iter().map(|trial| serde_json::json!({
                "number": trial.number,
                "test_case": trial.plan.test_case,
                "load": trial.plan.load,
                "load_model": trial.plan.load_model,
                "validity": trial.validity,
                "summary": trial.summary,
            })).collect::<Vec<_>>(),
        }),
    }
}

fn export(run: &Run, args: &ExportArgs) -> Result<(), CliError> {
    let cannot = |error: io::Error| {
        let place = args.output.as_ref().map_or_else(|| "stdout".to_owned(), |path| format!("`{}`", path.display()));
        CliError::new(ExitCode::Storage, format!("cannot write to {place}: {error}"))
    };
    // Before a file that is there is emptied.
    if let Some(number) = args.trial {
        run.trial(number)?;
    }
    if args.format == ExportFormat::Ancestor {
        return export_older(run, args);
    }
    let mut out: Box<dyn Write> = match &args.output {
        Some(path) => Box::new(BufWriter::new(File::create(path).map_err(cannot)?)),
        None => Box::new(BufWriter::new(io::stdout().lock())),
    };
    let written = match args.format {
        ExportFormat::Ancestor => Ok(()),
        ExportFormat::Json => {
            let mut value = run.file().without_histograms();
            if let Some(number) = args.trial {
                run.trial(number)?;
                let trials = value.get_mut("trials").and_then(serde_json::Value::as_array_mut);
                trials.into_iter().for_each(|trials| trials.retain(|trial| trial["number"] == number));
            }
            serde_json::to_writer_pretty(&mut out, &value).map_err(io::Error::from).and_then(|()| out.write_all(b"\n"))
        }
        ExportFormat::Csv => {
            let number = match (args.trial, run.file().trials.as_slice()) {
                (Some(number), _) => number,
                (None, [only]) => only.number,
                (None, trials) => {
                    return Err(CliError::new(ExitCode::Usage, format!("the run has {} trials", trials.len()))
                        .with_hint("say which one's requests with `--trial N`"));
                }
            };
            match run.export_samples(number, SampleFormat::Csv, &mut out) {
                Err(ResultsError::Output(error)) => Err(error),
                Err(error) => return Err(error.into()),
                Ok(_) => Ok(()),
            }
        }
    };
    match written.and_then(|()| out.flush()) {
        // A reader that has gone (`| head`) has had what it wanted.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(cannot(error)),
        _ => Ok(()),
    }
}

/// Files of the older tool: a trial that was named as a test execution, else a benchmark for each test case.
fn export_older(run: &Run, args: &ExportArgs) -> Result<(), CliError> {
    let to = args.output.as_deref().unwrap_or(Path::new("."));
    if to.exists() && !to.is_dir() {
        return Err(CliError::new(ExitCode::Usage, format!("`{}` is not a directory", to.display()))
            .with_hint("the files have names of their own: say with `--output DIR` where they are to lie"));
    }
    let trials = &run.file().trials;
    let numbers = |is_wanted: fn(&TrialRecord) -> bool| -> Vec<u32> {
        trials.iter().filter(|trial| is_wanted(trial)).map(|trial| trial.number).collect()
    };
    // As `benchmark` does: the steps of a search are short, and say little of the target.
    let confirmations = numbers(is_confirmation);
    let shown = if confirmations.is_empty() { numbers(|_| true) } else { confirmations };
    let wanted = args.trial.map_or(OlderFile::Benchmarks(&shown), OlderFile::TestExecution);
    let written = older_files::export(run, &wanted, to)?;
    if written.is_empty() {
        return Err(CliError::new(ExitCode::Storage, format!("run `{}` has no trials to write", run.file().run_id)));
    }
    output::data(&written.iter().map(|path| format!("{}\n", path.display())).collect::<String>())
}

//! `discover`: the highest rate at a load, or the highest load at a rate.

use serde_json::json;

use crate::answer;
use crate::cli::{DiscoverArgs, GlobalArgs, TextFormat, Wanted};
use crate::command_line;
use crate::config::{self, SearchKind};
use crate::error::{CliError, ExitCode};
use crate::output::{self, Talk};
use crate::plugins::Plugins;
use crate::search::Search;
use crate::search_setup::{self, Subject};

pub(crate) fn run(args: &DiscoverArgs, global: &GlobalArgs, talk: Talk) -> Result<ExitCode, CliError> {
    if let Some(wanted) = &args.search.resume {
        let mut typed = args.clone();
        (typed.search.resume, typed.format, typed.what) = (None, TextFormat::default(), None);
        command_line::check_alone(&typed, &DiscoverArgs::default())?;
        return super::resume(wanted, args.format, global, talk);
    }
    execute(args, global, talk)
}

/// Searches, from the beginning or from where a run was cut off.
pub(super) fn execute(args: &DiscoverArgs, global: &GlobalArgs, talk: Talk) -> Result<ExitCode, CliError> {
    let layers = super::layers(global)?.with(&args.settings)?.with_search(&args.search);
    let kind = match args.what {
        Some(Wanted::Load) => SearchKind::Load,
        Some(Wanted::Rate) | None => SearchKind::Rate,
    };
    let settings = config::resolve_search(&layers, kind)?;
    let monitored = config::resolve_monitor(&layers)?;
    talk.notices(&monitored.notices);
    talk.notices(&settings.run.common.notices);
    let plugins = Plugins::find(&settings.run.common, settings.run.threads + settings.run.plugin_threads, talk)?;
    let subject = Subject::open(settings, &plugins)?;
    talk.notices(plugins.runtime.take_notices());
    let Subject { settings, base } = &subject;
    let plan = match kind {
        SearchKind::Load => settings.for_load(&settings.run.test_case, subject.recommended_load()),
        _ => settings.for_rate(&settings.run.test_case, settings.run.load),
    };
    let about = settings.run.name.clone().unwrap_or_else(|| settings.run.test_case.clone());
    let mut session = search_setup::begin(std::slice::from_ref(&subject), &about, &args.search, &monitored, talk)?;
    talk.say(answer::title(&plan));
    let answer = match Search::new(&mut session, base, settings).run(&plan, 0) {
        Ok(answer) => answer,
        Err(error) => return Err(session.fail(error)),
    };
    let ran = session.end()?;
    match args.format {
        TextFormat::Text => output::data(&answer::text(&plan, &answer))?,
        TextFormat::Json => {
            let mut value = json!({ "run": ran.file.run_id, "plan": plan });
            let fields = serde_json::to_value(&answer).expect("an answer is plain data");
            let of_search = ran.file.trials.iter().filter(|trial| answer.trials.contains(&trial.number));
            let trials: Vec<_> = of_search.filter_map(|trial| trial.extras.measurement.as_ref()).collect();
            if let (Some(value), Some(fields)) = (value.as_object_mut(), fields.as_object()) {
                value.extend(fields.clone());
                value.insert("trials".to_owned(), json!(trials));
            }
            output::json(&value)?;
        }
    }
    ran.say_where(talk);
    Ok(ran.code.or_worse(answer::code(&answer)).or_worse(answer::code_of_trials(&ran.file)))
}

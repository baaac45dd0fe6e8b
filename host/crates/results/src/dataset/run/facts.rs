//! What a run says of itself, in the terms of datasets.

use model::dataset::{
    DatasetFacts, HostEntry, PluginFacts, Purpose, SearchFacts, Source, SubjectKind, TrialFacts, TrialValidity,
};
use model::{HostFacts, LoadModel, PluginIdentity, Subject, Validity};

use super::trial::Trial;
use crate::run::Run;
use crate::run_file::{RunFile, SearchRecord, TrialRecord};

/// Bytes of a kilobyte.
const KILOBYTE: f64 = 1024.0;

/// Of a run.
pub(super) fn of_run(run: &RunFile) -> DatasetFacts {
    DatasetFacts {
        name: run.name.clone().unwrap_or_else(|| run.run_id.clone()),
        is_name_given: false,
        id: run.run_id.clone(),
        source: Source::Run,
        created: run.created.clone(),
        state: run.state.to_string(),
        target: run.plan.target.urls.first().cloned().unwrap_or_default(),
        trials: run.trials.len(),
        hosts: run.hosts.iter().map(of_host).collect(),
        plugins: run.plugins.iter().map(of_plugin).collect(),
        is_cpu_since_boot: false,
    }
}

fn of_host(host: &HostFacts) -> HostEntry {
    HostEntry {
        name: host.name.clone(),
        is_tester: host.is_tester,
        cpu_model: host.cpu_model.clone().unwrap_or_default(),
        cores: host.cores.unwrap_or(0),
        memory: host.memory_kb.map_or(f64::NAN, |kilobytes| kilobytes as f64 * KILOBYTE),
        kernel: host.kernel.clone().unwrap_or_default(),
    }
}

fn of_plugin(plugin: &PluginIdentity) -> PluginFacts {
    PluginFacts { name: plugin.name.clone(), version: plugin.version.clone(), digest: plugin.digest.clone() }
}

/// Of the trials of a run, in order.
pub(super) fn of_trials(run: &Run) -> Vec<TrialFacts> {
    let trials = (0..run.file().trials.len()).filter_map(|index| Trial::of(run, index).ok());
    trials.map(|trial| of_trial(run.file(), trial)).collect()
}

fn of_trial(run: &RunFile, trial: Trial<'_>) -> TrialFacts {
    let TrialRecord { number, plan, summary, result, extras, .. } = trial.record;
    let of_search = || run.searches.iter().find(|search| search.trials.contains(number));
    TrialFacts {
        number: *number,
        test_case: plan.test_case.clone(),
        load: plan.load.0,
        is_closed_loop: matches!(plan.load_model, LoadModel::Closed { .. }),
        users: match plan.load_model {
            LoadModel::Closed { users, .. } => users,
            LoadModel::Open { .. } => 0,
        },
        intended_rate: summary.intended_rate.unwrap_or(f64::NAN),
        offered_rate: summary.offered_rate,
        goodput: summary.goodput,
        started: result.started_unix_ns as f64 / 1e6,
        steady_start: plan.warm_up.nanos() as f64,
        steady_length: result.steady.length_ns as f64,
        validity: match result.validity {
            Validity::Valid => TrialValidity::Valid,
            Validity::GeneratorBound => TrialValidity::GeneratorBound,
            Validity::Interrupted => TrialValidity::Interrupted,
        },
        reasons: result.validity_reasons.iter().map(|reason| reason.message.clone()).collect(),
        purpose: match extras.order.as_ref().map(|order| order.purpose) {
            None => Purpose::Plan,
            Some(model::Purpose::Confirmation) => Purpose::Confirmation,
            Some(model::Purpose::FirstGuess | model::Purpose::Steering | model::Purpose::Bound) => Purpose::Search,
        },
        slo: plan.slo.clone().or_else(|| Some(of_search()?.plan.slo.clone())).unwrap_or_default(),
        has_samples: trial.has_samples(),
    }
}

/// Of the searches of a run that came to an answer, in order.
pub(super) fn of_searches(run: &RunFile) -> Vec<SearchFacts> {
    run.searches.iter().filter_map(|search| of_search(run, search)).collect()
}

fn of_search(run: &RunFile, search: &SearchRecord) -> Option<SearchFacts> {
    let answer = search.answer.as_ref()?;
    let (subject, held) = match search.plan.subject {
        Subject::Rate { load, .. } => (SubjectKind::Rate, f64::from(load.0)),
        Subject::Load { rate, .. } => (SubjectKind::Load, rate.get()),
    };
    let index = |number: &u32| run.trials.iter().position(|trial| trial.number == *number);
    Some(SearchFacts {
        test_case: search.plan.test_case.clone(),
        subject,
        held,
        slo: search.plan.slo.clone(),
        lower: answer.lower.unwrap_or(f64::NAN),
        upper: answer.upper.unwrap_or(f64::NAN),
        is_provisional: answer.is_provisional,
        notes: answer.notes.clone(),
        trials: search.trials.iter().filter_map(index).collect(),
    })
}

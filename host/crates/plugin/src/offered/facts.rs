//! What datasets are, in the types of the boundary.

use model::dataset as ours;

use crate::bindings::dataset as wit;

pub(super) fn of_dataset(facts: &ours::DatasetFacts) -> wit::DatasetFacts {
    wit::DatasetFacts {
        name: facts.name.clone(),
        is_name_given: facts.is_name_given,
        id: facts.id.clone(),
        source: match facts.source {
            ours::Source::Run => wit::Source::Run,
            ours::Source::OlderBenchmark => wit::Source::OlderBenchmark,
            ours::Source::OlderExecution => wit::Source::OlderExecution,
        },
        created: facts.created.clone(),
        state: facts.state.clone(),
        target: facts.target.clone(),
        trials: facts.trials as u32,
        hosts: facts.hosts.iter().map(of_host).collect(),
        plugins: facts.plugins.iter().map(of_plugin).collect(),
        is_cpu_since_boot: facts.is_cpu_since_boot,
    }
}

fn of_host(host: &ours::HostEntry) -> wit::HostFacts {
    wit::HostFacts {
        name: host.name.clone(),
        is_tester: host.is_tester,
        cpu_model: host.cpu_model.clone(),
        cores: host.cores,
        memory: host.memory,
        kernel: host.kernel.clone(),
    }
}

fn of_plugin(plugin: &ours::PluginFacts) -> wit::PluginFacts {
    wit::PluginFacts { name: plugin.name.clone(), version: plugin.version.clone(), digest: plugin.digest.clone() }
}

pub(super) fn of_trial(facts: &ours::TrialFacts) -> wit::TrialFacts {
    wit::TrialFacts {
        number: facts.number,
        test_case: facts.test_case.clone(),
        load: facts.load,
        is_closed_loop: facts.is_closed_loop,
        users: facts.users,
        intended_rate: facts.intended_rate,
        offered_rate: facts.offered_rate,
        goodput: facts.goodput,
        started: facts.started,
        steady_start: facts.steady_start,
        steady_length: facts.steady_length,
        validity: match facts.validity {
            ours::TrialValidity::Valid => wit::Validity::Valid,
            ours::TrialValidity::GeneratorBound => wit::Validity::GeneratorBound,
            ours::TrialValidity::Interrupted => wit::Validity::Interrupted,
            ours::TrialValidity::Unknown => wit::Validity::Unknown,
        },
        reasons: facts.reasons.clone(),
        purpose: match facts.purpose {
            ours::Purpose::Plan => wit::Purpose::Plan,
            ours::Purpose::Search => wit::Purpose::Search,
            ours::Purpose::Confirmation => wit::Purpose::Confirmation,
        },
        slo: facts.slo.clone(),
        has_samples: facts.has_samples,
    }
}

pub(super) fn of_search(facts: &ours::SearchFacts) -> wit::SearchFacts {
    wit::SearchFacts {
        test_case: facts.test_case.clone(),
        subject: match facts.subject {
            ours::SubjectKind::Rate => wit::Subject::Rate,
            ours::SubjectKind::Load => wit::Subject::Load,
        },
        held: facts.held,
        slo: facts.slo.clone(),
        lower: facts.lower,
        upper: facts.upper,
        is_provisional: facts.is_provisional,
        notes: facts.notes.clone(),
        trials: facts.trials.iter().map(|trial| *trial as u32).collect(),
    }
}

//! How a load model is said: what was asked, and whether arrivals waited for answers.

use model::{Arrivals, LoadModel, Spacing, Stage, TrialPlan};

use crate::figure;

/// Stages named one by one; of more, how many there are and their bounds.
const STAGES_NAMED: usize = 4;

/// In a few words: `500/s (open loop)`, `max (closed loop, 50 users)`.
pub(crate) fn of(model: &LoadModel) -> String {
    match model {
        LoadModel::Open { arrivals: Arrivals::Stages { stages, spacing } } => {
            format!("{} (open loop{})", of_stages(stages), of_spacing(*spacing))
        }
        LoadModel::Open { arrivals: Arrivals::Replay { file, .. } } => {
            let name = file.file_name().unwrap_or(file.as_os_str());
            format!("replay of {} (open loop)", name.to_string_lossy())
        }
        LoadModel::Closed { users, think_time } => {
            let users =
                if *users == 1 { "1 user".to_owned() } else { format!("{} users", figure::count((*users).into())) };
            let thinking = if think_time.0.is_zero() { String::new() } else { format!(", think time {think_time}") };
            format!("max (closed loop, {users}{thinking})")
        }
    }
}

/// A whole trial: `http, load 1, 500/s (open loop) for 30s after 5s of warm-up`.
pub(crate) fn of_trial(plan: &TrialPlan) -> String {
    let TrialPlan { test_case, load, load_model, duration, warm_up, .. } = plan;
    let warm_up = if warm_up.0.is_zero() { String::new() } else { format!(" after {warm_up} of warm-up") };
    format!("{test_case}, load {load}, {} for {duration}{warm_up}", of(load_model))
}

fn of_stages(stages: &[Stage]) -> String {
    match stages {
        [one] => rates(one),
        few if few.len() <= STAGES_NAMED => {
            few.iter().map(|stage| format!("{} for {}", rates(stage), stage.length)).collect::<Vec<_>>().join(", ")
        }
        many => {
            let all = || many.iter().flat_map(|stage| [stage.from, stage.to]);
            let (least, most) = (all().fold(f64::INFINITY, f64::min), all().fold(0.0, f64::max));
            format!("{} stages from {least}/s to {most}/s", many.len())
        }
    }
}

fn rates(stage: &Stage) -> String {
    let Stage { from, to, .. } = stage;
    if from == to { format!("{from}/s") } else { format!("{from}/s to {to}/s") }
}

fn of_spacing(spacing: Spacing) -> String {
    match spacing {
        Spacing::Even => String::new(),
        Spacing::Poisson => ", Poisson".to_owned(),
        Spacing::Bursts(size) => format!(", bursts of {size}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Span;

    fn open(stages: &[(f64, f64, u64)], spacing: Spacing) -> String {
        let stages = stages.iter().map(|&(from, to, s)| Stage { from, to, length: Span::from_secs(s) }).collect();
        of(&LoadModel::Open { arrivals: Arrivals::Stages { stages, spacing } })
    }

    #[test]
    fn every_load_model_says_what_it_is() {
        assert_eq!(open(&[(500.0, 500.0, 30)], Spacing::Even), "500/s (open loop)");
        assert_eq!(open(&[(0.5, 0.5, 30)], Spacing::Poisson), "0.5/s (open loop, Poisson)");
        assert_eq!(open(&[(10.0, 10.0, 30)], Spacing::Bursts(5)), "10/s (open loop, bursts of 5)");
        assert_eq!(
            open(&[(100.0, 2000.0, 60), (2000.0, 2000.0, 30)], Spacing::Even),
            "100/s to 2000/s for 1m, 2000/s for 30s (open loop)"
        );
        assert_eq!(open(&[(1.0, 9.0, 1); 5], Spacing::Even), "5 stages from 1/s to 9/s (open loop)");
        let replay = Arrivals::Replay { file: "a/b.txt".into(), digest: String::new(), offsets_ns: Default::default() };
        assert_eq!(of(&LoadModel::Open { arrivals: replay }), "replay of b.txt (open loop)");
        let closed = |users, seconds| of(&LoadModel::Closed { users, think_time: Span::from_secs(seconds) });
        assert_eq!(closed(50, 0), "max (closed loop, 50 users)");
        assert_eq!(closed(1, 2), "max (closed loop, 1 user, think time 2s)");
    }
}

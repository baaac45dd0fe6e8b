//! How the most that a target carries is searched for: each key with its default, and those that go together.

use model::units::IntendedRate;
use model::{Load, Rate, SearchPlan, Span, Strategy, Subject};

use super::error::ConfigError;
use super::goal::Conditions;
use super::layers::Layers;
use super::merge::Merge;
use super::quantity::Quantity;
use super::resolve::{ResolvedRun, resolve};
use super::tree::Origin;

/// Limit of the older tool, for searches without another.
const SLO: &str = "mean < 2s";
/// Loads whose highest rate a benchmark searches for, unless another number is given; the older tool's.
pub(crate) const LOADS: u32 = 3;
/// Pause of a benchmark after a trial that overloaded the target, unless another is given; the older tool's.
const REST_OF_BENCHMARK: Span = Span::from_secs(30);

/// A search, with nothing left open but what the test case recommends.
#[derive(Debug, Clone)]
pub(crate) struct ResolvedSearch {
    /// What each trial is; its rate, load and length are the search's.
    pub(crate) run: ResolvedRun,
    /// What a trial must fulfil.
    pub(crate) slo: Conditions,
    /// How trials are chosen.
    pub(crate) strategy: Strategy,
    /// Relative width of the bounds: above 0, below 1.
    pub(crate) width: f64,
    /// Longest time for a search.
    pub(crate) budget: Option<Span>,
    /// Most trials of a search; at least 1.
    pub(crate) max_trials: Option<u32>,
    /// Lowest and highest rate.
    pub(crate) rates: (Rate, Rate),
    /// Lowest and highest load; none: what the test case recommends, and no limit.
    pub(crate) loads: (Option<u32>, Option<u32>),
    /// Rate of a search for a load.
    pub(crate) rate: Rate,
    /// Length of trials that count.
    pub(crate) duration: Span,
    /// Pause after a trial that overloaded the target.
    pub(crate) rest_time: Span,
    /// Warm-up of each trial; none: a part of its length.
    pub(crate) warm_up: Option<Span>,
}

/// What is searched for decides which keys go with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SearchKind {
    /// The highest rate at a load.
    Rate,
    /// The highest load at a rate.
    Load,
    /// Both, for several loads.
    Benchmark,
}

/// Resolves a search.
///
/// # Errors
/// When something is missing, out of its range, or does not go together.
pub(crate) fn resolve_search(layers: &Layers, kind: SearchKind) -> Result<ResolvedSearch, ConfigError> {
    let merge = Merge::of(layers)?;
    let (run, discovery) = (merge.run(), merge.file.discovery.as_ref());
    let is_given = |key: &str| merge.origin(key) != Origin::Default;
    let refuse = |key: &'static str, hint: &'static str| {
        let what = format!("`{key}` does not go with a search");
        Err(ConfigError::Conflict { what, keys: vec![("where", merge.origin(key))], hint })
    };
    for key in ["run.stages", "run.replay", "run.think-time", "run.abort-when"] {
        if is_given(key) {
            return refuse(key, "leave it out: a search decides when requests are sent, and when a trial ends");
        }
    }
    for key in ["run.junit", "run.markdown"] {
        if is_given(key) {
            return refuse(key, "leave it out, or take the answer with `--format json`");
        }
    }
    if kind != SearchKind::Load && is_given("run.rate") {
        return refuse("run.rate", "the rate is what is searched for; `--min-rate` and `--max-rate` bound it");
    }
    if kind != SearchKind::Rate && is_given("run.load") {
        return refuse("run.load", "the load is what is searched for; `--min-load` and `--max-load` bound it");
    }
    let missing = |key: &str| ConfigError::Merged(format!("`discovery.{key}` has no value"));
    let discovery = discovery.ok_or_else(|| missing("strategy"))?;
    let rate =
        |key: &'static str, quantity: Option<Quantity<Rate>>| quantity.map(|it| it.0).ok_or_else(|| missing(key));
    let rates = (rate("min-rate", discovery.min_rate)?, rate("max-rate", discovery.max_rate)?);
    if rates.0 > rates.1 {
        return merge.exclude("discovery.min-rate", "discovery.max-rate", "the lowest rate is above the highest");
    }
    let loads = (discovery.min_load, discovery.max_load);
    if let (Some(least), Some(most)) = loads
        && least > most
    {
        return merge.exclude("discovery.min-load", "discovery.max-load", "the lowest load is above the highest");
    }
    merge.above_zero("discovery.max-trials", discovery.max_trials == Some(0))?;
    merge.above_zero("discovery.budget", discovery.budget.is_some_and(|budget| budget.0.0.is_zero()))?;
    let slo = match (&run.slo, merge.text("run.slo")) {
        (Some(slo), Some(text)) => {
            Conditions { text: text.to_owned(), slo: slo.0.clone(), origin: merge.origin("run.slo") }
        }
        _ => Conditions {
            text: SLO.to_owned(),
            slo: SLO.parse().expect("the default is valid"),
            origin: Origin::Default,
        },
    };
    let at_rate = match run.rate.as_ref().map(|rate| rate.0) {
        Some(IntendedRate::Fixed(rate)) if kind == SearchKind::Load => rate,
        Some(IntendedRate::Max) => return refuse("run.rate", "a load is searched for at a rate: `--rate 10/s`"),
        _ => rates.0,
    };
    let rest_time = match kind {
        SearchKind::Benchmark if !is_given("discovery.rest-time") => REST_OF_BENCHMARK,
        _ => discovery.rest_time.ok_or_else(|| missing("rest-time"))?.0,
    };
    let resolved = resolve(&merge)?;
    let duration = resolved.pattern.duration().unwrap_or(Span::from_secs(30));
    if let Some(budget) = discovery.budget
        && kind != SearchKind::Rate
        && budget.0 < duration
    {
        return Err(ConfigError::Conflict {
            what: format!("a budget of {} holds no trial of {duration}", budget.0),
            keys: ["discovery.budget", "run.duration"].map(|key| (key, merge.origin(key))).to_vec(),
            hint: "raise `--budget`, or make trials shorter with `--duration`",
        });
    }
    Ok(ResolvedSearch {
        slo,
        strategy: discovery.strategy.ok_or_else(|| missing("strategy"))?.0.0,
        width: discovery.width.ok_or_else(|| missing("width"))?.0.0,
        budget: discovery.budget.map(|budget| budget.0),
        max_trials: discovery.max_trials,
        rates,
        loads,
        rate: at_rate,
        duration,
        rest_time,
        warm_up: is_given("run.warm-up").then_some(resolved.warm_up),
        run: resolved,
    })
}

impl ResolvedSearch {
    /// The search for the highest rate at a load.
    pub(crate) fn for_rate(&self, test_case: &str, load: Load) -> SearchPlan {
        self.plan(test_case, Subject::Rate { load, min: self.rates.0, max: self.rates.1 })
    }

    /// The search for the highest load at a rate. `recommended` is the least load that the test case recommends.
    pub(crate) fn for_load(&self, test_case: &str, recommended: Load) -> SearchPlan {
        let most = self.loads.1.unwrap_or(u32::MAX);
        let min = Load(self.loads.0.unwrap_or(recommended.0).min(most));
        let max = Load(most);
        self.plan(test_case, Subject::Load { rate: self.rate, min, max })
    }

    fn plan(&self, test_case: &str, subject: Subject) -> SearchPlan {
        SearchPlan {
            test_case: test_case.to_owned(),
            subject,
            slo: self.slo.text.clone(),
            strategy: self.strategy,
            width: self.width,
            duration: self.duration,
            budget: self.budget,
            max_trials: self.max_trials,
        }
    }
}

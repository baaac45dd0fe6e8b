//! What the hosts of a cluster spent together.

use cluster_tester_sdk::Fault;
use cluster_tester_sdk::analysis::{Dataset, HostFacts, TrialFacts};

/// Bytes of a gibibyte.
const GIBIBYTE: f64 = 1024.0 * 1024.0 * 1024.0;

/// A dataset and what its trials cost.
#[derive(Debug)]
pub(crate) struct Cluster {
    pub(crate) dataset: Dataset,
    /// Its main trials.
    pub(crate) costs: Vec<Cost>,
    /// What is not known of it, in words.
    pub(crate) lacking: Vec<&'static str>,
}

/// What a trial cost all hosts but the tester. A sum of which a part is not known is NaN.
#[derive(Debug)]
pub(crate) struct Cost {
    pub(crate) facts: TrialFacts,
    /// Processors busy, in the mean over the steady state.
    pub(crate) busy: f64,
    /// Processors busy when nothing was asked of the hosts.
    pub(crate) busy_when_idle: f64,
    /// Memory in use, bytes.
    pub(crate) memory: f64,
}

impl Cost {
    /// Good completions for each second of one processor's work.
    pub(crate) fn per_cpu_second(&self) -> f64 {
        self.goodput_for(self.busy)
    }

    /// The same without the work that is done when idle.
    pub(crate) fn per_cpu_second_above_idle(&self) -> f64 {
        self.goodput_for(self.busy - self.busy_when_idle)
    }

    /// Good completions per second for each GiB of memory in use.
    pub(crate) fn per_gibibyte(&self) -> f64 {
        self.goodput_for(self.memory / GIBIBYTE)
    }

    /// NaN where nothing was spent: what costs nothing has no price.
    fn goodput_for(&self, spent: f64) -> f64 {
        if spent > 0.0 { self.facts.goodput / spent } else { f64::NAN }
    }
}

impl Cluster {
    pub(crate) fn of(dataset: Dataset) -> Result<Self, Fault> {
        let hosts = &dataset.facts.hosts;
        let idle = busy(hosts, &dataset.idle_resources("cpu.busy")?);
        // Means since the hosts were started say nothing of a trial.
        let known = |busy: f64| if dataset.facts.is_cpu_since_boot { f64::NAN } else { busy };
        let mut costs = Vec::new();
        for trial in dataset.main_trials()? {
            costs.push(Cost {
                busy: known(busy(hosts, &trial.resources("cpu.busy")?)),
                busy_when_idle: known(idle),
                memory: sum(hosts, &trial.resources("memory.used")?, |_, used| used),
                facts: trial.facts,
            });
        }
        let lacking = lacking(&dataset, &costs);
        Ok(Self { dataset, costs, lacking })
    }

    /// Name of the dataset.
    pub(crate) fn name(&self) -> &str {
        &self.dataset.facts.name
    }
}

/// Processors busy, of shares in per cent.
fn busy(hosts: &[HostFacts], shares: &[f64]) -> f64 {
    let known = |cores: u32| if cores > 0 { f64::from(cores) } else { f64::NAN };
    sum(hosts, shares, |host, share| share / 100.0 * known(host.cores))
}

/// Sum over the hosts of the target of what `of` makes of each one's value; NaN without such hosts.
fn sum(hosts: &[HostFacts], values: &[f64], of: impl Fn(&HostFacts, f64) -> f64) -> f64 {
    let values = values.iter().copied().chain(std::iter::repeat(f64::NAN));
    let parts = hosts.iter().zip(values).filter(|(host, _)| !host.is_tester).map(|(host, value)| of(host, value));
    parts.reduce(|sum, part| sum + part).unwrap_or(f64::NAN)
}

fn lacking(dataset: &Dataset, costs: &[Cost]) -> Vec<&'static str> {
    let facts = &dataset.facts;
    if facts.hosts.iter().all(|host| host.is_tester) {
        return vec![if facts.hosts.is_empty() { "monitored hosts" } else { "monitored hosts other than the tester" }];
    }
    let mut lacking = Vec::new();
    if facts.is_cpu_since_boot {
        lacking.push("processor shares of its trials (they may be means since the hosts were started)");
    }
    if facts.hosts.iter().any(|host| !host.is_tester && host.cores == 0) {
        lacking.push("the number of processors of its hosts");
    }
    if lacking.is_empty() && costs.iter().any(|cost| cost.busy.is_nan()) {
        lacking.push("processor shares of some trial and host");
    }
    if lacking.is_empty() && costs.iter().any(|cost| cost.busy_when_idle.is_nan()) {
        lacking.push("what its hosts spend when idle (the baseline before the trials)");
    }
    if costs.iter().any(|cost| cost.memory.is_nan()) {
        lacking.push("memory in use of some trial and host");
    }
    lacking
}

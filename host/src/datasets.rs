//! The datasets of an analysis: runs and older result files, under the names that the user gave them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::dataset::{
    Chunk, Column, Dataset, DatasetError, DatasetFacts, Durations, PhaseSet, Quantity, ResourceFigure, ResourceSeries,
    SearchFacts, Selection, Statistics, TrialFacts, Windows,
};
use results::Storage;
use serde_json::Value;

use crate::error::{CliError, ExitCode};

/// What the datasets are called.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names<'a> {
    /// Of the datasets, in their order; the last may be missing.
    pub(crate) given: &'a [String],
    /// What those are called that were given no name, and a number; none: their own name.
    pub(crate) numbered: Option<&'static str>,
    /// Other names of hosts, `host:alias[,host:alias]`.
    pub(crate) hosts: &'a [String],
}

/// Opens runs and older result files, in the order named.
///
/// # Errors
/// When one is not there or cannot be read, and when names do not fit them.
pub(crate) fn open(wanted: &[String], storage: &Storage, names: &Names<'_>) -> Result<Vec<Arc<dyn Dataset>>, CliError> {
    if let Some(surplus) = names.given.get(wanted.len()) {
        let what = format!("there are {} names for {} runs", names.given.len(), wanted.len());
        return Err(CliError::new(ExitCode::Usage, what).with_detail("first surplus name", surplus));
    }
    let aliases = aliases(names.hosts)?;
    let mut all: Vec<Named> = Vec::new();
    let mut places: Vec<PathBuf> = Vec::new();
    for (index, wanted) in wanted.iter().enumerate() {
        let place = place(wanted, storage)?;
        let whole = place.canonicalize().unwrap_or_else(|_| place.clone());
        // Once more would count as a repetition, and make a comparison surer than it is.
        if let Some(before) = places.iter().position(|before| *before == whole) {
            let what = format!("`{wanted}` is named twice");
            return Err(CliError::new(ExitCode::Usage, what)
                .with_detail("place", format!("{}, and {} of them", before + 1, index + 1))
                .with_hint("name each run once"));
        }
        places.push(whole);
        let inner = results::open_dataset(&place)?;
        let mut facts = inner.facts().clone();
        match (names.given.get(index), names.numbered) {
            (Some(given), _) => {
                facts.name.clone_from(given);
                facts.is_name_given = true;
            }
            (None, Some(word)) => facts.name = format!("{word}_{}", index + 1),
            (None, None) => {}
        }
        for host in &mut facts.hosts {
            if let Some((_, alias)) = aliases.iter().find(|(name, _)| *name == host.name) {
                host.name.clone_from(alias);
            }
        }
        all.push(Named { facts, inner });
    }
    check_aliases(&aliases, &all)?;
    make_unique(&mut all);
    Ok(all.into_iter().map(|named| Arc::new(named) as Arc<dyn Dataset>).collect())
}

/// Where it lies: a file or a directory, by its name in the storage directory or its path; else a run by its id.
fn place(wanted: &str, storage: &Storage) -> Result<PathBuf, CliError> {
    let (inside, path) = (storage.path().join(wanted), Path::new(wanted));
    // The file of a run stands for its directory.
    if path.file_name().is_some_and(|name| name == "run.json") && path.is_file() {
        return Ok(path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned());
    }
    if inside.is_file() {
        return Ok(inside);
    }
    if path.is_file() {
        return Ok(path.to_owned());
    }
    if path.extension().is_some_and(|extension| extension == "json") {
        let what = format!("there is no file `{wanted}`");
        return Err(CliError::new(ExitCode::Storage, what)
            .with_detail("looked in", format!("{} and the working directory", storage.path().display()))
            .with_hint("name it inside the storage directory (`--storage DIR`), or by its path"));
    }
    Ok(storage.find(wanted)?)
}

/// Hosts and what to call them.
fn aliases(given: &[String]) -> Result<Vec<(String, String)>, CliError> {
    let pairs = given.iter().flat_map(|several| several.split(',')).filter(|pair| !pair.is_empty());
    let pair = |pair: &str| {
        // An address of IPv6 has colons of its own.
        let split = pair.rsplit_once(':').map(|(host, alias)| (host.trim(), alias.trim()));
        match split.filter(|(host, alias)| !host.is_empty() && !alias.is_empty()) {
            Some((host, alias)) => Ok((host.to_owned(), alias.to_owned())),
            None => Err(CliError::new(ExitCode::Usage, format!("`--alias-hosts` has `{pair}`, which is no pair"))
                .with_hint("for example `--alias-hosts 10.0.0.5:node-1,10.0.0.6:node-2`")),
        }
    };
    pairs.map(pair).collect()
}

/// # Errors
/// When an alias is for a host that no dataset has: it is misspelt.
fn check_aliases(aliases: &[(String, String)], all: &[Named]) -> Result<(), CliError> {
    let hosts = || all.iter().flat_map(|named| named.inner.facts().hosts.iter().map(|host| host.name.as_str()));
    let unknown = aliases.iter().find(|(host, _)| !hosts().any(|known| known == host));
    unknown.map_or(Ok(()), |(host, _)| {
        let mut known: Vec<&str> = hosts().collect();
        known.sort_unstable();
        known.dedup();
        let there = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        Err(CliError::new(ExitCode::Usage, format!("`--alias-hosts` names `{host}`, which was not monitored"))
            .with_detail("monitored hosts", there))
    })
}

/// Several of one name are told apart by `#1`, `#2`, …
fn make_unique(all: &mut [Named]) {
    let names: Vec<String> = all.iter().map(|named| named.facts.name.clone()).collect();
    for (index, name) in names.iter().enumerate() {
        if names.iter().filter(|other| *other == name).count() > 1 {
            let turn = names[..=index].iter().filter(|other| *other == name).count();
            all[index].facts.name = format!("{name}#{turn}");
        }
    }
}

/// A dataset under another name.
#[derive(Debug)]
struct Named {
    facts: DatasetFacts,
    inner: Arc<dyn Dataset>,
}

impl Dataset for Named {
    fn facts(&self) -> &DatasetFacts {
        &self.facts
    }

    fn trial(&self, trial: usize) -> Option<&TrialFacts> {
        self.inner.trial(trial)
    }

    fn searches(&self) -> &[SearchFacts] {
        self.inner.searches()
    }

    fn manifest(&self) -> Value {
        self.inner.manifest()
    }

    fn count_outcomes(&self, trial: usize, phases: PhaseSet) -> Result<[f64; 11], DatasetError> {
        self.inner.count_outcomes(trial, phases)
    }

    fn measure(&self, selection: Selection, quantity: Quantity) -> Result<Statistics, DatasetError> {
        self.inner.measure(selection, quantity)
    }

    fn durations(&self, selection: Selection, quantity: Quantity) -> Result<Option<Durations>, DatasetError> {
        self.inner.durations(selection, quantity)
    }

    fn over_time(
        &self,
        selection: Selection,
        quantity: Quantity,
        width: f64,
        probabilities: &[f64],
    ) -> Result<Windows, DatasetError> {
        self.inner.over_time(selection, quantity, width, probabilities)
    }

    fn read(&self, selection: Selection, column: &Column, from: u64, most: usize) -> Result<Chunk, DatasetError> {
        self.inner.read(selection, column, from, most)
    }

    fn resources(&self, trial: usize, figure: ResourceFigure) -> Result<Vec<f64>, DatasetError> {
        self.inner.resources(trial, figure)
    }

    fn idle_resources(&self, figure: ResourceFigure) -> Vec<f64> {
        self.inner.idle_resources(figure)
    }

    fn resources_over_time(
        &self,
        trial: usize,
        host: usize,
        figure: ResourceFigure,
    ) -> Result<ResourceSeries, DatasetError> {
        self.inner.resources_over_time(trial, host, figure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_are_pairs_and_an_address_may_have_colons() {
        let given = ["10.0.0.5:node-1,fd00::6:node-2".to_owned(), "c:d".to_owned()];
        let pairs = aliases(&given).expect("pairs");
        let expected = [("10.0.0.5", "node-1"), ("fd00::6", "node-2"), ("c", "d")];
        assert!(pairs.iter().map(|(host, alias)| (host.as_str(), alias.as_str())).eq(expected));
        for wrong in ["node", "node:", ":alias"] {
            assert_eq!(aliases(&[wrong.to_owned()]).expect_err("no pair").code, ExitCode::Usage, "{wrong}");
        }
    }
}

//! Which of the older tool's files are written from a run, and what they are called.

use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use serde_json::Value;

use super::execution::ExecutionWriter;
use super::instant::Stamps;
use super::json::JsonFile;
use super::name::{benchmark_file, test_execution_file};
use crate::error::ResultsError;
use crate::run::Run;

/// Writes the older tool's files from a run. No file that is there is replaced: where two would have one name, the later
/// one says a later second. Memory does not grow with the number of requests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Export {
    /// Name of the cluster, with which the names of benchmark files begin.
    pub cluster: String,
    /// When the files are saved, which their names say by the local clock: Unix time, seconds.
    pub saved_unix_s: i64,
}

impl Export {
    /// Writes a benchmark file to `dir` for each test case of the trials, which are in the file in the order given, and
    /// says where they are.
    ///
    /// # Errors
    /// When there is no such trial, its samples or what was seen of the hosts cannot be read, or a file cannot be written.
    pub fn benchmarks(&self, run: &Run, trials: &[u32], dir: &Path) -> Result<Vec<PathBuf>, ResultsError> {
        self.benchmarks_in(&TimeZone::system(), run, trials, dir)
    }

    /// Writes the test-execution file of a trial to `dir`, and says where it is.
    ///
    /// # Errors
    /// As for [`Export::benchmarks`].
    pub fn test_execution(&self, run: &Run, trial: u32, dir: &Path) -> Result<PathBuf, ResultsError> {
        self.test_execution_in(&TimeZone::system(), run, trial, dir)
    }

    /// [`Export::benchmarks`] by the clocks of a zone.
    pub(crate) fn benchmarks_in(
        &self,
        zone: &TimeZone,
        run: &Run,
        trials: &[u32],
        dir: &Path,
    ) -> Result<Vec<PathBuf>, ResultsError> {
        let names = Self::names(run);
        let mut of_test_cases: Vec<(String, Vec<ExecutionWriter<'_>>)> = Vec::new();
        for trial in trials {
            let execution = ExecutionWriter::of(run, *trial, &names, zone)?;
            match of_test_cases.iter_mut().find(|(test_case, _)| test_case == execution.test_case()) {
                Some((_, executions)) => executions.push(execution),
                None => of_test_cases.push((execution.test_case().to_owned(), vec![execution])),
            }
        }
        let write = |(test_case, executions): (String, Vec<ExecutionWriter<'_>>)| {
            let mut out = JsonFile::begin(dir, &test_case)?;
            out.text("{\"test_executions\":")?;
            out.array(|elements| executions.iter().try_for_each(|execution| execution.write(elements.element()?)))?;
            out.text(",\"test_case_name\":")?;
            out.value(&Value::from(test_case.as_str()))?;
            out.text("}")?;
            out.finish(self.times(zone).map(|time| benchmark_file(&self.cluster, &test_case, &time)))
        };
        of_test_cases.into_iter().map(write).collect()
    }

    /// [`Export::test_execution`] by the clocks of a zone.
    pub(crate) fn test_execution_in(
        &self,
        zone: &TimeZone,
        run: &Run,
        trial: u32,
        dir: &Path,
    ) -> Result<PathBuf, ResultsError> {
        let names = Self::names(run);
        let execution = ExecutionWriter::of(run, trial, &names, zone)?;
        let mut out = JsonFile::begin(dir, execution.test_case())?;
        execution.write_means(&mut out)?;
        out.finish(self.times(zone).map(|time| test_execution_file(&time)))
    }

    fn names(run: &Run) -> Vec<String> {
        // The older tool has addresses.
        let hosts = run.file().hosts.iter();
        hosts.map(|host| host.address.as_ref().unwrap_or(&host.name).clone()).collect()
    }

    /// Times that a name may say: that of saving, and the seconds after it.
    fn times(&self, zone: &TimeZone) -> impl Iterator<Item = String> {
        let stamps = Stamps::local(zone.clone());
        let saved = self.saved_unix_s;
        (0..86_400).map(move |later| stamps.seconds(saved.saturating_add(later), "%Y%m%d_%H%M%S"))
    }
}

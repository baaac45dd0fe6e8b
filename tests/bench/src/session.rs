//! One benchmark from its beginning to its report.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use std::{env, fs, io};

use anyhow::{Context as _, Result, bail};

use crate::affinity::Cores;
use crate::args::{Args, Measurement};
use crate::child::{self, Finished, Terms};
use crate::machine::Machine;
use crate::output::Said;
use crate::report::Results;
use crate::table;
use crate::tool::Tool;
use crate::{memory, precision, steady, throughput};

/// What all measurements share.
#[derive(Debug)]
pub(crate) struct Session {
    /// What was typed.
    pub(crate) args: Args,
    /// Who runs where.
    pub(crate) cores: Cores,
    /// A directory for what is needed meanwhile, emptied at the start and removed at the end.
    pub(crate) work: PathBuf,
    /// Cluster Tester.
    pub(crate) ours: Tool,
    /// Where the results go.
    output: PathBuf,
}

impl Session {
    /// Makes ready: cores, directories, the command.
    ///
    /// # Errors
    /// When one of them is not there.
    pub(crate) fn new(args: Args) -> Result<Self> {
        let args = args.shortened();
        let here = env::current_exe().context("cannot tell where this program is")?;
        let beside = here.parent().context("this program is in no directory")?;
        // Beside the build, so that samples are written to a disk, as a user's are, and not to a /tmp in memory.
        let own = beside.parent().unwrap_or(beside).join("bench");
        let work = own.join("work");
        clear(&work)?;
        fs::create_dir_all(&work).with_context(|| format!("cannot make {}", work.display()))?;
        let program = args.binary.clone().unwrap_or_else(|| beside.join("cluster-tester"));
        let ours = Tool::ours(&program)?;
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/benchmarks");
        let output = args.output.clone().unwrap_or(if args.quick { own } else { docs });
        Ok(Self { cores: Cores::first_two()?, args, work, ours, output })
    }

    /// Measures what was asked for, prints the table and writes the directory of results.
    ///
    /// # Errors
    /// When something could not be run or written; what was measured until then is printed.
    pub(crate) fn measure(self) -> Result<()> {
        let mut results = Results::new();
        results.uses(&self.ours);
        let measured = self.each(&mut results);
        let text = results.text();
        if !text.is_empty() {
            table::print(&text);
        }
        measured?;
        let machine = Machine::here();
        let directory = self.output.join(self.directory(&machine));
        results.write(&directory, &machine, &self.args)?;
        table::say(&format!("written to {}", directory.display()));
        clear(&self.work)
    }

    fn each(&self, results: &mut Results) -> Result<()> {
        for measurement in &self.args.only {
            match measurement {
                Measurement::Throughput => throughput::measure(self, results)?,
                Measurement::Precision => precision::measure(self, results)?,
                Measurement::Steady => steady::measure(self, results)?,
                Measurement::Memory => memory::measure(self, results)?,
            }
        }
        Ok(())
    }

    /// Date and machine; with what was measured when that is not the usual, so that no result takes the place of another.
    fn directory(&self, machine: &Machine) -> String {
        let usual = [Measurement::Throughput, Measurement::Precision, Measurement::Steady];
        let mut name = format!("{}-{}", machine.date, machine.short());
        if self.args.only != usual {
            self.args.only.iter().for_each(|measurement| name += &format!("-{}", measurement.name()));
        }
        name
    }

    /// Says how far it is.
    pub(crate) fn progress(&self, line: &str) {
        table::say(line);
    }

    /// Where ours saves its runs.
    pub(crate) fn storage(&self) -> PathBuf {
        self.work.join("db")
    }

    /// Removes what ours saved.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub(crate) fn clear_storage(&self) -> Result<()> {
        clear(&self.storage())
    }

    /// Runs a tool and reads what it says; what ours saved is removed.
    ///
    /// # Errors
    /// When it cannot be run, does not end in time, or says nothing of use.
    pub(crate) fn run(
        &self,
        tool: &Tool,
        command: Command,
        terms: Terms<'_>,
        watch: &mut dyn FnMut(u32, Duration),
    ) -> Result<(Finished, Said)> {
        let ran = self.run_keeping(tool, command, terms, watch);
        self.clear_storage()?;
        ran
    }

    /// As [`Self::run`], with what ours saved left there.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub(crate) fn run_keeping(
        &self,
        tool: &Tool,
        command: Command,
        terms: Terms<'_>,
        watch: &mut dyn FnMut(u32, Duration),
    ) -> Result<(Finished, Said)> {
        let name = tool.kind.name();
        let finished = child::run(command, terms, watch)?;
        // The exit code is no use here: ours has one for a rate that could not be held, which is a figure too.
        let said = tool.read(&finished.stdout).with_context(|| format!("{name} failed: {}", finished.complaint()))?;
        if said.requests == said.failures {
            bail!("no request of {name} succeeded: {}", finished.complaint());
        }
        Ok((finished, said))
    }
}

fn clear(directory: &Path) -> Result<()> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", directory.display()))
        }
        _ => Ok(()),
    }
}

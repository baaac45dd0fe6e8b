//! A generator as a process: pinned, bounded in time, and what it cost.

use std::fs::{self, File};
use std::os::unix::process::CommandExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use std::{io, mem, thread};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process, set_parent_process_death_signal};

use crate::affinity::{self, Cores};
use crate::noise::{Noise, Ticks};

/// What a process left behind.
#[derive(Debug)]
pub(crate) struct Finished {
    /// Its standard output.
    pub(crate) stdout: String,
    /// Its standard error.
    pub(crate) stderr: String,
    /// How it ended.
    pub(crate) status: ExitStatus,
    /// User and system time of all its threads, and of its children that it waited for.
    pub(crate) cpu: Duration,
    /// Largest resident memory, in bytes.
    pub(crate) peak_rss: u64,
    /// What disturbed it.
    pub(crate) noise: Noise,
}

impl Finished {
    /// How it failed, with the end of what it said.
    pub(crate) fn complaint(&self) -> String {
        let said = if self.stderr.trim().is_empty() { &self.stdout } else { &self.stderr };
        let lines: Vec<&str> = said.lines().collect();
        format!("{}: {}", self.status, lines[lines.len().saturating_sub(8)..].join("\n"))
    }
}

/// How a process is run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms<'a> {
    /// The benchmark's cores; the process has the generator's.
    pub(crate) cores: Cores,
    /// When it is killed, counted from its start.
    pub(crate) limit: Duration,
    /// How often it is looked at. Each look may delay it: not often where delays are what is measured.
    pub(crate) every: Duration,
    /// Where its output is kept.
    pub(crate) work: &'a Path,
}

/// Keeps `command`, once it runs, on `core`, and ends it with this process.
pub(crate) fn confine(command: &mut Command, core: usize) {
    let prepare = move || {
        affinity::pin(core)?;
        set_parent_process_death_signal(Some(Signal::TERM))?;
        Ok(())
    };
    // SAFETY: between fork and exec only two system calls are made, nothing is allocated and no lock is taken.
    unsafe { command.pre_exec(prepare) };
}

/// Runs `command` to its end. `watch` is called with its process id and the time since its start on each look.
///
/// # Errors
/// When it cannot be started, does not end in time, or the figures cannot be read. Not when it fails by itself.
pub(crate) fn run(mut command: Command, terms: Terms<'_>, watch: &mut dyn FnMut(u32, Duration)) -> Result<Finished> {
    let program = command.get_program().to_string_lossy().into_owned();
    let (stdout, stderr) = (terms.work.join("stdout"), terms.work.join("stderr"));
    // Files, not pipes: nobody has to read along.
    command.stdin(Stdio::null()).stdout(File::create(&stdout)?).stderr(File::create(&stderr)?);
    confine(&mut command, terms.cores.generator);
    let ticks = Ticks::now(terms.cores)?;
    let start = Instant::now();
    // Not waited for by `Child`, which gives no account of what the process used.
    let child = command.spawn().with_context(|| format!("cannot start {program}"))?;
    let id = child.id();
    let mut high_water = 0;
    let (status, usage) = loop {
        thread::sleep(terms.every);
        if let Some(ended) = reap(id)? {
            break ended;
        }
        let elapsed = start.elapsed();
        high_water = high_water.max(memory(&format!("{id}"), "VmHWM:").unwrap_or(0));
        watch(id, elapsed);
        if elapsed > terms.limit {
            if let Some(pid) = i32::try_from(id).ok().and_then(Pid::from_raw) {
                kill_process(pid, Signal::KILL)?;
            }
            while reap(id)?.is_none() {
                thread::sleep(Duration::from_millis(10));
            }
            bail!("{program} did not end within {} s", terms.limit.as_secs());
        }
    };
    let cpu = span(usage.ru_utime) + span(usage.ru_stime);
    let noise = Ticks::now(terms.cores)?.noise_since(ticks, cpu, start.elapsed());
    // The kernel's peak begins with the memory of the process that forked, ours: below that only what was looked at counts.
    let kernels = u64::try_from(usage.ru_maxrss).unwrap_or(0) * 1024;
    let own = memory("self", "VmHWM:").unwrap_or(0);
    let peak_rss = if kernels > own || high_water == 0 { kernels } else { high_water };
    let text = |path: &Path| fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    Ok(Finished { stdout: text(&stdout)?, stderr: text(&stderr)?, status, cpu, peak_rss, noise })
}

/// The child's end and what it used, once it has ended.
fn reap(id: u32) -> Result<Option<(ExitStatus, libc::rusage)>> {
    let pid = i32::try_from(id).context("a process id")?;
    let mut status = 0;
    // SAFETY: a `rusage` is numbers alone, for which zeros are a value.
    let mut usage: libc::rusage = unsafe { mem::zeroed() };
    // SAFETY: both pointers are to live values of the right type; the child is ours and nobody else waits for it.
    match unsafe { libc::wait4(pid, &raw mut status, libc::WNOHANG, &raw mut usage) } {
        0 => Ok(None),
        -1 => Err(io::Error::last_os_error()).context("cannot wait for a process"),
        _ => Ok(Some((ExitStatus::from_raw(status), usage))),
    }
}

fn span(time: libc::timeval) -> Duration {
    Duration::from_secs(u64::try_from(time.tv_sec).unwrap_or(0))
        + Duration::from_micros(u64::try_from(time.tv_usec).unwrap_or(0))
}

/// A figure of `/proc/PROCESS/status`, in bytes, by its name with colon.
pub(crate) fn memory(process: &str, name: &str) -> Option<u64> {
    kibibytes(&fs::read_to_string(format!("/proc/{process}/status")).ok()?, name)
}

fn kibibytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_a_status_are_in_bytes() {
        let text = "Name:\twrk\nVmPeak:\t   20000 kB\nVmHWM:\t    4096 kB\nVmRSS:\t    4000 kB\n";
        assert_eq!(kibibytes(text, "VmHWM:"), Some(4_194_304));
        assert_eq!(kibibytes(text, "VmSwap:"), None);
    }

    #[test]
    fn a_process_is_pinned_accounted_and_bounded() {
        let work = tempfile::tempdir().unwrap();
        let cores = Cores { generator: 0, target: 0 };
        let every = Duration::from_millis(5);
        let terms = Terms { cores, limit: Duration::from_secs(20), every, work: work.path() };
        let mut command = Command::new("sh");
        command.args(["-c", "grep Cpus_allowed_list /proc/self/status; echo oh >&2; exit 3"]);
        let finished = run(command, terms, &mut |_, _| ()).unwrap();
        assert_eq!(finished.stdout, "Cpus_allowed_list:\t0\n");
        assert_eq!((finished.stderr.as_str(), finished.status.code()), ("oh\n", Some(3)));
        assert!(finished.peak_rss > 100_000 && finished.complaint().contains("oh"), "{finished:?}");

        let mut command = Command::new("sleep");
        command.arg("60");
        let error = run(command, Terms { limit: Duration::ZERO, ..terms }, &mut |_, _| ()).unwrap_err();
        assert!(error.to_string().contains("did not end"), "{error}");
    }
}

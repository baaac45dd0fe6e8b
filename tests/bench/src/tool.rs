//! Who is compared: how each tool is asked for the same, and where it is found.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::output::{self, Said};

/// Connections, or users of the closed loop, of every tool.
pub(crate) const CONNECTIONS: u32 = 50;

/// A load generator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Cluster Tester.
    Ours,
    /// wrk: one thread, a fixed request, answers counted.
    Wrk,
    /// oha, in Rust on tokio and hyper.
    Oha,
    /// hey, in Go.
    Hey,
    /// ApacheBench.
    Ab,
    /// h2load, over HTTP/1.1.
    H2load,
    /// The bare loop in `pacer.c`.
    Pacer,
}

/// A load generator that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tool {
    /// Which.
    pub(crate) kind: Kind,
    /// Its program.
    pub(crate) program: PathBuf,
    /// Its version, as far as it can be told.
    pub(crate) version: String,
}

impl Kind {
    /// The name in tables.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ours => "cluster-tester",
            Self::Wrk => "wrk",
            Self::Oha => "oha",
            Self::Hey => "hey",
            Self::Ab => "ab",
            Self::H2load => "h2load",
            Self::Pacer => "clock_nanosleep",
        }
    }

    /// The tool, if it is installed.
    pub(crate) fn find(self) -> Option<Tool> {
        let program = find(self.name())?;
        let version = self.version(&program);
        Some(Tool { kind: self, program, version })
    }

    fn version(self, program: &Path) -> String {
        let package = match self {
            Self::Ab => "apache2-utils",
            Self::H2load => "nghttp2-client",
            _ => self.name(),
        };
        let version = match self {
            Self::Oha => first_line(Command::new(program).arg("--version")),
            _ => package_version(package),
        };
        version.unwrap_or_else(|| "unknown version".to_owned())
    }
}

impl Tool {
    /// Cluster Tester at `program`.
    ///
    /// # Errors
    /// When it does not start.
    pub(crate) fn ours(program: &Path) -> Result<Self> {
        let version = first_line(Command::new(program).arg("--version")).with_context(|| {
            format!("{} does not start\n  hint: cargo build --release --workspace --bins", program.display())
        })?;
        Ok(Self { kind: Kind::Ours, program: program.to_owned(), version })
    }

    /// Asks for a closed loop for `length`: each connection's next request follows its answer.
    pub(crate) fn closed_loop(&self, url: &Url<'_>, length: Duration, storage: &Path) -> Command {
        let seconds = length.as_secs_f64();
        let connections = CONNECTIONS.to_string();
        let mut command = Command::new(&self.program);
        match self.kind {
            Kind::Ours => return self.cluster_tester(url, "max", length, storage),
            Kind::Wrk => command.arg("-t1").args(["-c", &connections]).arg(format!("-d{}s", seconds.ceil())),
            Kind::Oha => oha(&mut command, length),
            Kind::Hey => command.args(["-c", &connections, "-cpus", "1"]).arg("-z").arg(format!("{seconds}s")),
            // After -t, which says 50 000.
            Kind::Ab => command
                .args(["-k", "-q", "-c", &connections, "-t", &seconds.ceil().to_string()])
                .args(["-n", &(seconds.ceil() * 400_000.0).to_string()]),
            Kind::H2load => {
                command.arg("--h1").args(["-c", &connections, "-t", "1", "-D", &seconds.ceil().to_string()])
            }
            Kind::Pacer => &mut command,
        };
        command.arg(url.whole());
        command
    }

    /// Asks for `rate` a second for `length`, whatever the answers do. `None` where a tool has no rate.
    pub(crate) fn open_loop(&self, url: &Url<'_>, rate: u32, length: Duration, storage: &Path) -> Option<Command> {
        let mut command = Command::new(&self.program);
        match self.kind {
            Kind::Ours => return Some(self.cluster_tester(url, &format!("{rate}/s"), length, storage)),
            Kind::Oha => oha(&mut command, length).args(["-q", &rate.to_string()]),
            // A worker's share; each worker has one connection.
            Kind::Hey => command
                .args(["-c", &CONNECTIONS.to_string(), "-cpus", "1"])
                .args(["-q", &(f64::from(rate) / f64::from(CONNECTIONS)).to_string()])
                .arg("-z")
                .arg(format!("{}s", length.as_secs_f64())),
            Kind::Pacer => {
                let port = url.base.rsplit(':').next().unwrap_or_default();
                command.args([port, &rate.to_string(), &length.as_secs_f64().to_string(), &CONNECTIONS.to_string()]);
                return Some(command);
            }
            Kind::Wrk | Kind::Ab | Kind::H2load => return None,
        };
        command.arg(url.whole());
        Some(command)
    }

    /// With a user's defaults: samples are saved, the test case is called for each request and each answer.
    fn cluster_tester(&self, url: &Url<'_>, rate: &str, length: Duration, storage: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command.args(["run", "--test-case", "fibonacci", "--load", "10", "--url", url.base, "--rate", rate]);
        command.arg("--duration").arg(format!("{}ms", length.as_millis()));
        command.args(["--connections", &CONNECTIONS.to_string(), "--threads", "1"]);
        command.args(["--format", "json", "--quiet"]).arg("--storage").arg(storage);
        command
    }

    /// Reads what it says about a run.
    ///
    /// # Errors
    /// When a figure is missing.
    pub(crate) fn read(&self, text: &str) -> Result<Said> {
        match self.kind {
            Kind::Ours => output::ours(text),
            Kind::Wrk => output::wrk(text),
            Kind::Oha => output::oha(text),
            Kind::Hey => output::hey(text),
            Kind::Ab => output::ab(text),
            Kind::H2load => output::h2load(text),
            Kind::Pacer => output::pacer(text),
        }
    }
}

fn oha(command: &mut Command, length: Duration) -> &mut Command {
    command.env("TOKIO_WORKER_THREADS", "1");
    command.args(["--no-tui", "--output-format", "json", "-c", &CONNECTIONS.to_string()]);
    command.arg("-z").arg(format!("{}ms", length.as_millis()))
}

/// Where the target is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Url<'a> {
    /// Scheme, host and port.
    pub(crate) base: &'a str,
}

impl Url<'_> {
    /// What the peers ask for again and again, and what our test case builds each time.
    fn whole(&self) -> String {
        format!("{}/fibonacci/10", self.base)
    }
}

/// The program of this name: on the search path, or where Debian and Cargo put programs that may not be on it.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let home = env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo"));
    let cargo = env::var_os("CARGO_HOME").map(PathBuf::from).or(home).map(|home| home.join("bin"));
    let others = [Some(PathBuf::from("/usr/sbin")), cargo];
    env::split_paths(&path)
        .chain(others.into_iter().flatten())
        .map(|directory| directory.join(name))
        .find(|program| program.is_file())
}

/// The version that Debian's package has.
pub(crate) fn package_version(package: &str) -> Option<String> {
    first_line(Command::new("dpkg-query").args(["-W", "-f", "${Version}", package]))
}

/// The first line that a command prints, if it succeeds.
pub(crate) fn first_line(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    String::from_utf8_lossy(&output.stdout).lines().next().map(str::to_owned).filter(|line| !line.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(command: &Command) -> String {
        command.get_args().map(|arg| arg.to_string_lossy()).collect::<Vec<_>>().join(" ")
    }

    fn tool(kind: Kind) -> Tool {
        Tool { kind, program: PathBuf::from(kind.name()), version: String::new() }
    }

    const URL: Url<'_> = Url { base: "http://127.0.0.1:81" };
    const LENGTH: Duration = Duration::from_secs(5);

    #[test]
    fn a_closed_loop_is_asked_of_each_in_its_own_words() {
        let words = |kind| typed(&tool(kind).closed_loop(&URL, LENGTH, Path::new("db")));
        assert_eq!(
            words(Kind::Ours),
            "run --test-case fibonacci --load 10 --url http://127.0.0.1:81 --rate max --duration 5000ms --connections 50 \
             --threads 1 --format json --quiet --storage db"
        );
        assert_eq!(words(Kind::Wrk), "-t1 -c 50 -d5s http://127.0.0.1:81/fibonacci/10");
        assert_eq!(words(Kind::Oha), "--no-tui --output-format json -c 50 -z 5000ms http://127.0.0.1:81/fibonacci/10");
        assert_eq!(words(Kind::Hey), "-c 50 -cpus 1 -z 5s http://127.0.0.1:81/fibonacci/10");
        assert_eq!(words(Kind::Ab), "-k -q -c 50 -t 5 -n 2000000 http://127.0.0.1:81/fibonacci/10");
        assert_eq!(words(Kind::H2load), "--h1 -c 50 -t 1 -D 5 http://127.0.0.1:81/fibonacci/10");
    }

    #[test]
    fn a_rate_is_asked_of_those_that_have_one() {
        let words = |kind| tool(kind).open_loop(&URL, 1000, LENGTH, Path::new("db")).as_ref().map(typed);
        assert!(words(Kind::Ours).is_some_and(|words| words.contains("--rate 1000/s")));
        assert_eq!(words(Kind::Hey).unwrap(), "-c 50 -cpus 1 -q 20 -z 5s http://127.0.0.1:81/fibonacci/10");
        assert_eq!(words(Kind::Pacer).unwrap(), "81 1000 5 50");
        assert!(words(Kind::Oha).is_some_and(|words| words.contains("-q 1000")));
        assert_eq!((words(Kind::Wrk), words(Kind::Ab), words(Kind::H2load)), (None, None, None));
    }
}

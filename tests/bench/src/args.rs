//! What was typed.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};

/// Measure Cluster Tester side by side with other load generators
#[derive(Debug, Clone, Parser)]
#[command(name = "bench")]
pub(crate) struct Args {
    /// Pairs of runs against wrk and against oha; a third of it against each other peer
    #[arg(long, value_name = "N", default_value_t = 15, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) pairs: u32,
    /// Length of each run of a pair
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = length)]
    pub(crate) length: Duration,
    /// See that all works: two short pairs each, nothing written to docs/
    #[arg(long)]
    pub(crate) quick: bool,
    /// Measure these alone; memory is measured only when it is asked for here
    #[arg(long, value_enum, value_delimiter = ',', default_value = "throughput,precision,steady")]
    pub(crate) only: Vec<Measurement>,
    /// Length of the steady run
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = length)]
    pub(crate) steady_length: Duration,
    /// Length of the memory run
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = length)]
    pub(crate) memory_length: Duration,
    /// The command to measure [default: cluster-tester beside this program]
    #[arg(long, value_name = "FILE")]
    pub(crate) binary: Option<PathBuf>,
    /// Where the directory with the results is made [default: docs/benchmarks, with --quick in the target directory]
    #[arg(long, value_name = "DIR")]
    pub(crate) output: Option<PathBuf>,
}

/// One thing to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Measurement {
    /// Requests a second, CPU time a request and peak memory, closed loop
    Throughput,
    /// How far from a perfect schedule arrivals are at the target, open loop
    Precision,
    /// 30 000/s held on one thread
    Steady,
    /// Memory and disk over a long run at 50 000/s
    Memory,
}

impl Measurement {
    /// The name as typed.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Throughput => "throughput",
            Self::Precision => "precision",
            Self::Steady => "steady",
            Self::Memory => "memory",
        }
    }
}

impl Args {
    /// The arguments with what `--quick` shortens.
    pub(crate) fn shortened(mut self) -> Self {
        if self.quick {
            let second = Duration::from_secs(1);
            self.pairs = self.pairs.min(2);
            self.length = self.length.min(2 * second);
            self.steady_length = self.steady_length.min(5 * second);
            self.memory_length = self.memory_length.min(10 * second);
        }
        self
    }

    /// Pairs against a peer that is not among the two that matter most.
    pub(crate) fn fewer_pairs(&self) -> u32 {
        self.pairs.div_ceil(3)
    }

    /// The command that repeats this, without paths of this machine.
    pub(crate) fn command(&self) -> String {
        let only: Vec<&str> = self.only.iter().map(|measurement| measurement.name()).collect();
        let mut command =
            format!("bench --pairs {} --length {}s --only {}", self.pairs, self.length.as_secs_f64(), only.join(","));
        if self.only.contains(&Measurement::Steady) {
            command += &format!(" --steady-length {}s", self.steady_length.as_secs_f64());
        }
        if self.only.contains(&Measurement::Memory) {
            command += &format!(" --memory-length {}s", self.memory_length.as_secs_f64());
        }
        command
    }
}

/// `5s`, `10m`, `1h`.
fn length(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is no length of time: write 5s, 10m or 1h");
    let unit = text.chars().last().ok_or_else(wrong)?;
    let factor = match unit {
        's' => 1.0,
        'm' => 60.0,
        'h' => 3600.0,
        _ => return Err(wrong()),
    };
    let number: f64 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
    if !(1.0..=86_400.0).contains(&(number * factor)) {
        return Err(format!("`{text}` is not between 1s and 24h"));
    }
    Ok(Duration::from_secs_f64(number * factor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_has_a_unit() {
        assert_eq!(length("10m"), Ok(Duration::from_secs(600)));
        assert_eq!(length("2.5s"), Ok(Duration::from_millis(2500)));
        for wrong in ["", "5", "s", "-1s", "0s", "5d", "NaNs", "30h", "é"] {
            assert!(length(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_defaults_leave_memory_out() {
        let args = Args::try_parse_from(["bench"]).unwrap();
        assert_eq!(args.only, [Measurement::Throughput, Measurement::Precision, Measurement::Steady]);
        let args = Args::try_parse_from(["bench", "--quick", "--only", "memory,steady"]).unwrap().shortened();
        assert_eq!(args.only, [Measurement::Memory, Measurement::Steady]);
        assert_eq!((args.pairs, args.fewer_pairs()), (2, 1));
    }
}

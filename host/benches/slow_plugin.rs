//! What a test case made slow on purpose adds to response times, which is to be nothing: its calls stand in no measured
//! interval. 1 000/s for a target that answers after 5 ms, tester and target on the same cores, once with a test case that
//! takes no time and once with one of 200 µs a call, in turns; told are the medians of how p50 and p99 move.
//!
//! `PAIRS` is the number of pairs (9 if not told), `COMMAND` the command to measure (the one built for this).

use std::error::Error;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::{env, fs};

use serde_json::Value;

/// Time of a call, nanoseconds.
const CALL: u64 = 200_000;
/// Rounds by which it is found how long one takes.
const TRIED: u64 = 100;

/// A target that ends with this value.
struct Target(Child);

impl Drop for Target {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[expect(clippy::print_stdout, reason = "the table is what this is for")]
fn main() -> Result<(), Box<dyn Error>> {
    let pairs = env::var("PAIRS").map_or(Ok(9), |pairs| pairs.parse::<usize>().map(|pairs| pairs.max(1)))?;
    let command = env::var("COMMAND").unwrap_or_else(|_| env!("CARGO_BIN_EXE_cluster-tester").to_owned());
    let words = ["target", "--listen", "127.0.0.1:0", "--queue-servers", "1000", "--queue-service-time", "5ms"];
    let mut target = Target(Command::new(&command).args(words).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?);
    let mut line = String::new();
    BufReader::new(target.0.stderr.take().ok_or("no standard error")?).read_line(&mut line)?;
    let url = line.split_whitespace().find(|word| word.starts_with("http://")).ok_or("the target does not listen")?;
    let run = |rounds: u64, duration: &str| trial(&command, url.trim_end_matches(','), rounds, duration);
    let cost = figure(&run(TRIED, "1s")?, "guest_build", "p50_ns")?;
    let rounds = (TRIED as f64 * CALL as f64 / cost.max(1.0)).ceil() as u64;
    println!("pair | p50 ms | with 200 µs a call | p99 ms | with 200 µs a call | build µs | validity");
    let (mut p50, mut p99) = (Vec::new(), Vec::new());
    for number in 1..=pairs {
        let (quick, slow) = (run(0, "4s")?, run(rounds, "4s")?);
        let of = |quantile| -> Result<[f64; 2], Box<dyn Error>> {
            Ok([figure(&quick, "response_time", quantile)?, figure(&slow, "response_time", quantile)?])
        };
        let ([a, b], [c, d]) = (of("p50_ns")?, of("p99_ns")?);
        let build = figure(&slow, "guest_build", "p50_ns")? / 1e3;
        let validity = [&quick, &slow].map(|trial| trial["validity"].as_str().unwrap_or("?").to_owned()).join(", ");
        println!(
            "{number} | {:.2} | {:.2} | {:.2} | {:.2} | {build:.0} | {validity}",
            a / 1e6,
            b / 1e6,
            c / 1e6,
            d / 1e6
        );
        p50.push(b / a - 1.0);
        p99.push(d / c - 1.0);
    }
    let (p50, p99) = (median(&mut p50) * 100.0, median(&mut p99) * 100.0);
    // Less than nothing is the machine's doing.
    let verdict = if p50 < 5.0 && p99 < 5.0 { "pass" } else { "FAIL" };
    println!("{verdict}  medians: p50 {p50:+.1} %, p99 {p99:+.1} % (wanted: each rises by less than 5 %)");
    Ok(())
}

/// One trial by a test case that spins for so many rounds in each of its two calls.
fn trial(command: &str, url: &str, rounds: u64, duration: &str) -> Result<Value, Box<dyn Error>> {
    let place = tempfile::tempdir()?;
    fs::copy(tests::fixture("busy"), place.path().join("busy.wasm"))?;
    let ran = Command::new(command)
        .args(["run", "--test-case", "busy", "--plugins"])
        .arg(place.path())
        .args(["--url", url, "--rate", "1000/s", "--duration", duration, "--format", "json", "--quiet", "--storage"])
        .arg(place.path().join("db"))
        .args(["--plugin-option", "path=/queue"])
        .args(["--plugin-option", &format!("build_rounds={rounds}")])
        .args(["--plugin-option", &format!("read_rounds={rounds}")])
        .output()?;
    let run: Value = serde_json::from_slice(&ran.stdout)
        .map_err(|error| format!("{error}\n{}", String::from_utf8_lossy(&ran.stderr)))?;
    Ok(run["trials"][0].clone())
}

fn figure(trial: &Value, what: &str, quantile: &str) -> Result<f64, Box<dyn Error>> {
    trial["summary"][what][quantile].as_f64().ok_or_else(|| format!("no `{what}` `{quantile}`").into())
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { (values[middle - 1] + values[middle]) / 2.0 }
}

//! What each tool says about its own run.

use anyhow::{Context as _, Result};
use serde_json::Value;

/// What a tool says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Said {
    /// Requests made.
    pub(crate) requests: u64,
    /// Of these, those that failed.
    pub(crate) failures: u64,
    /// Requests a second.
    pub(crate) rate: f64,
}

/// Cluster Tester's `--format json`.
///
/// # Errors
/// When a figure is missing.
pub(crate) fn ours(text: &str) -> Result<Said> {
    let run: Value = serde_json::from_str(text).context("no JSON on the standard output")?;
    let summary = &run["trials"][0]["summary"];
    let figure =
        |name: &str| summary[name].as_f64().with_context(|| format!("no `{name}` in the first trial's summary"));
    let (requests, failures) = (figure("requests")? as u64, figure("failures")? as u64);
    Ok(Said { requests, failures, rate: figure("goodput")? })
}

/// wrk's text.
///
/// # Errors
/// When a figure is missing.
pub(crate) fn wrk(text: &str) -> Result<Said> {
    let requests = before(text, " requests in ").context("no count")?.parse()?;
    let not_good = after(text, "Non-2xx or 3xx responses:").map_or(Ok(0), str::parse)?;
    // Socket errors: connect 0, read 0, write 0, timeout 0
    let sockets = text.lines().find(|line| line.contains("Socket errors:")).map_or(0, figures);
    Ok(Said { requests, failures: not_good + sockets, rate: rate_after(text, "Requests/sec:")? })
}

/// oha's `--output-format json`. Requests cut off by the end of the test are no failures.
///
/// # Errors
/// When a figure is missing.
pub(crate) fn oha(text: &str) -> Result<Said> {
    let run: Value = serde_json::from_str(text).context("no JSON on the standard output")?;
    let rate = run["summary"]["requestsPerSec"].as_f64().context("no `requestsPerSec`")?;
    let statuses = run["statusCodeDistribution"].as_object().context("no `statusCodeDistribution`")?;
    let sum = |of: &serde_json::Map<String, Value>, counts: fn(&str) -> bool| -> u64 {
        of.iter().filter(|(name, _)| counts(name)).filter_map(|(_, count)| count.as_u64()).sum()
    };
    let errors = run["errorDistribution"].as_object().map_or(0, |of| sum(of, |name| !name.contains("deadline")));
    let failures = sum(statuses, |status| status != "200") + errors;
    Ok(Said { requests: sum(statuses, |_| true) + errors, failures, rate })
}

/// hey's text.
///
/// # Errors
/// When a figure is missing.
pub(crate) fn hey(text: &str) -> Result<Said> {
    // [200]	28770 responses, and below "Error distribution:" [3]	text of the error
    let (mut requests, mut failures) = (0, 0);
    let mut in_errors = false;
    for line in text.lines().map(str::trim) {
        in_errors |= line.starts_with("Error distribution:");
        let Some((inside, rest)) = line.strip_prefix('[').and_then(|line| line.split_once(']')) else { continue };
        let count = if in_errors { inside.parse() } else { rest.trim().trim_end_matches(" responses").parse() };
        let count: u64 = count.context("a count that is no number")?;
        requests += count;
        failures += if in_errors || inside != "200" { count } else { 0 };
    }
    Ok(Said { requests, failures, rate: rate_after(text, "Requests/sec:")? })
}

/// ab's text.
///
/// # Errors
/// When a figure is missing.
pub(crate) fn ab(text: &str) -> Result<Said> {
    let count = |name| after(text, name).map(str::parse::<u64>);
    let failed =
        count("Failed requests:").context("no count of failures")?? + count("Non-2xx responses:").unwrap_or(Ok(0))?;
    let requests = count("Complete requests:").context("no count")??;
    Ok(Said { requests, failures: failed, rate: rate_after(text, "Requests per second:")? })
}

/// h2load's text.
///
/// # Errors
/// When a figure is missing.
pub(crate) fn h2load(text: &str) -> Result<Said> {
    // requests: 67148 total, 67198 started, 67148 done, 67148 succeeded, 0 failed, 0 errored, 0 timeout
    let line = text.lines().find(|line| line.starts_with("requests:")).context("no line of requests")?;
    let figure = |name| before(line, name).context("no count")?.parse::<u64>().context("a count that is no number");
    let rate = before(text, " req/s,").context("no rate")?.parse()?;
    Ok(Said { requests: figure(" done,")?, failures: figure(" failed,")?, rate })
}

/// The pacer's line; it does not read answers.
///
/// # Errors
/// When the count is missing.
pub(crate) fn pacer(text: &str) -> Result<Said> {
    Ok(Said { requests: after(text, "sent").context("no count")?.parse()?, failures: 0, rate: 0.0 })
}

/// The word that stands before `mark`.
fn before<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    text[..text.find(mark)?].split_ascii_whitespace().next_back()
}

/// The word that stands after `mark`.
fn after<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    text[text.find(mark)? + mark.len()..].split_ascii_whitespace().next()
}

fn rate_after(text: &str, mark: &str) -> Result<f64> {
    after(text, mark).with_context(|| format!("no `{mark}`"))?.parse().context("a rate that is no number")
}

/// The sum of the whole numbers in a line.
fn figures(line: &str) -> u64 {
    line.split(|letter: char| !letter.is_ascii_digit()).filter_map(|word| word.parse::<u64>().ok()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(requests: u64, failures: u64, rate: f64) -> Said {
        Said { requests, failures, rate }
    }

    #[test]
    fn ours_is_the_first_trials_summary() {
        let text = r#"{"trials": [{"summary": {"offered_rate": 1000.5, "goodput": 999.5, "requests": 3000,
                       "successes": 2999, "failures": 1}}]}"#;
        assert_eq!(ours(text).unwrap(), said(3000, 1, 999.5));
        assert!(ours("error: no target").is_err() && ours("{}").unwrap_err().to_string().contains("`requests`"));
    }

    #[test]
    fn wrk_with_and_without_errors() {
        let text = "Running 1s test @ http://127.0.0.1:1/\n  1 threads and 50 connections\n  Thread Stats   Avg\n    \
                    Latency   403.39us  306.81us   4.51ms   97.28%\n  97793 requests in 1.10s, 22.20MB read\n\
                    Requests/sec:  88732.68\nTransfer/sec:     20.14MB\n";
        assert_eq!(wrk(text).unwrap(), said(97_793, 0, 88_732.68));
        let text = text.replace(
            "Requests/sec",
            "  Socket errors: connect 1, read 2, write 0, timeout 4\n  \
                                                 Non-2xx or 3xx responses: 30\nRequests/sec",
        );
        assert_eq!(wrk(&text).unwrap().failures, 37);
        assert!(wrk("unable to connect").is_err());
    }

    #[test]
    fn oha_without_what_the_end_cut_off() {
        let text = r#"{"summary": {"successRate": 1.0, "total": 1.0, "requestsPerSec": 85000.5},
            "statusCodeDistribution": {"200": 84950, "500": 3},
            "errorDistribution": {"aborted due to deadline": 50, "connection refused": 2}}"#;
        assert_eq!(oha(text).unwrap(), said(84_955, 5, 85_000.5));
    }

    #[test]
    fn hey_with_errors() {
        let text = "\nSummary:\n  Total:\t1.0008 secs\n  Requests/sec:\t28746.5059\n  \nResponse time histogram:\n  \
                    0.000 [1]\t|\n  0.001 [8808]\t|###\n\nStatus code distribution:\n  [200]\t28770 responses\n  \
                    [502]\t7 responses\n\nError distribution:\n  [3]\tGet \"http://127.0.0.1:1\": refused\n";
        assert_eq!(hey(text).unwrap(), said(28_780, 10, 28_746.505_9));
    }

    #[test]
    fn ab_and_its_mean() {
        let text = "Complete requests:      79723\nFailed requests:        2\nNon-2xx responses:      5\n\
                    Requests per second:    79723.00 [#/sec] (mean)\nTime per request:       0.627 [ms] (mean)\n";
        assert_eq!(ab(text).unwrap(), said(79_723, 7, 79_723.0));
    }

    #[test]
    fn h2load_counts_what_is_done() {
        let text = "finished in 1.01s, 67148.00 req/s, 15.24MB/s\nrequests: 67148 total, 67198 started, 67148 done, \
                    67140 succeeded, 8 failed, 0 errored, 0 timeout\nreq/s           :    1271.40     1457.65\n";
        assert_eq!(h2load(text).unwrap(), said(67_148, 8, 67_148.0));
    }

    #[test]
    fn the_pacer_says_how_many_it_sent() {
        assert_eq!(pacer("sent 5000\n").unwrap().requests, 5000);
        assert!(pacer("").is_err());
    }
}

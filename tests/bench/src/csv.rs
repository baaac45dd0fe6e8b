//! Every run, as it was: for who wants to reckon again.

use std::fmt::Write as _;

use crate::pairs::Pair;
use crate::run::Run;

/// Runs as comma-separated values, begun with their header.
#[derive(Debug)]
pub(crate) struct Csv(String);

impl Csv {
    /// No runs yet.
    pub(crate) fn new() -> Self {
        let header = "measurement,peer,pair,attempt,kept,tool,requests,failures,seen_by_target,requests_per_second,\
                      cpu_ns_per_request,peak_rss_bytes,distance_p50_ns,distance_p99_ns,distance_max_ns,steal,others\n";
        Self(header.to_owned())
    }

    /// Adds both runs of each pair.
    pub(crate) fn add(&mut self, measurement: &str, peer: &str, pairs: &[Pair]) {
        for pair in pairs {
            for run in [&pair.ours, &pair.peer] {
                let (number, attempt) = (pair.number, pair.attempt);
                let kept = if pair.is_kept { "yes" } else { "no" };
                self.line(&format!("{measurement},{peer},{number},{attempt},{kept}"), run);
            }
        }
    }

    fn line(&mut self, start: &str, run: &Run) {
        let Run { tool, requests, failures, seen, rate, peak_rss, noise, .. } = run;
        let cpu = run.cpu_ns_per_request();
        let distance = run.distance.map_or(",,".to_owned(), |distance| {
            format!("{:.0},{:.0},{:.0}", distance.p50_ns, distance.p99_ns, distance.max_ns)
        });
        let line = format!(
            "{start},{tool},{requests},{failures},{seen},{rate:.1},{cpu:.0},{peak_rss},{distance},{:.4},{:.4}",
            noise.steal, noise.others
        );
        let _ = writeln!(self.0, "{line}");
    }

    /// The whole text.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::tests::run;

    #[test]
    fn every_line_has_as_many_fields_as_the_header() {
        let mut csv = Csv::new();
        let pair = |is_kept| Pair {
            number: 1,
            attempt: 1,
            is_kept,
            ours: run("cluster-tester", 2.0, 0.1),
            peer: run("wrk", 1.0, 0.0),
        };
        csv.add("closed loop", "wrk", &[pair(false), pair(true)]);
        let lines: Vec<&str> = csv.text().lines().collect();
        assert_eq!(lines.len(), 5);
        assert!(lines.iter().all(|line| line.split(',').count() == 17), "{lines:#?}");
        assert_eq!(lines[1], "closed loop,wrk,1,1,no,cluster-tester,10,0,10,2.0,500000000,4000000,,,,0.1000,0.0000");
    }
}

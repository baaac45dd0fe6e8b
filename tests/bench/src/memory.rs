//! A long run at 50 000/s: whether memory stays flat, and what a sample takes on disk. Some gigabytes of disk are used
//! meanwhile, below the target directory.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::child::{self, Terms};
use crate::claim::Claim;
use crate::nginx::{self, Nginx};
use crate::report::Results;
use crate::session::Session;
use crate::tool::Url;

const RATE: u32 = 50_000;
const MEGABYTE: f64 = 1e6;

/// Measures it.
///
/// # Errors
/// When nginx or the run fails.
pub(crate) fn measure(session: &Session, results: &mut Results) -> Result<()> {
    let nginx = Nginx::start(&nginx::program()?, session.cores.target, &session.work)?;
    let (base, length) = (nginx.base(), session.args.memory_length);
    session.progress(&format!("memory: {RATE}/s for {} s", length.as_secs_f64()));
    let storage = session.storage();
    let command = session.ours.open_loop(&Url { base: &base }, RATE, length, &storage).context("a rate")?;
    let terms = Terms {
        cores: session.cores,
        limit: length * 2 + Duration::from_secs(120),
        every: Duration::from_millis(500),
        work: &session.work,
    };
    let mut growth = Growth::new(length);
    let mut spool = 0;
    let (finished, _) = session.run_keeping(&session.ours, command, terms, &mut |id, elapsed| {
        growth.look(elapsed, child::memory(&id.to_string(), "VmRSS:").unwrap_or(0));
        // Written in order and kept until the Parquet file stands: the largest is the whole.
        spool = spool.max(bytes_of(&storage, &|name| name.contains("spool")));
    })?;
    let parquet = bytes_of(&storage, &|name| name.ends_with(".parquet"));
    session.clear_storage()?;
    let run: Value = serde_json::from_str(&finished.stdout).context("no JSON on the standard output")?;
    let trial = &run["trials"][0];
    let rows = trial["samples"]["rows"].as_u64().filter(|&rows| rows > 0).context("no samples were saved")?;
    let offered = trial["summary"]["offered_rate"].as_f64().context("no `offered_rate`")?;
    let head = format!("{RATE}/s for {} s", length.as_secs_f64());
    // Memory that stayed flat at a lower rate says nothing.
    let is_met = (offered / f64::from(RATE) - 1.0).abs() <= 0.01;
    results.claim(Claim { text: format!("{head}: offered {offered:.0}/s"), wanted: "within 1 %", is_met });
    growth.claims(&head, finished.peak_rss).into_iter().for_each(|claim| results.claim(claim));
    for (name, bytes, bound, wanted) in
        [("Parquet", parquet, 16.0, "at most 16 bytes"), ("spool", spool, 64.0, "at most 64 bytes")]
    {
        let each = bytes as f64 / rows as f64;
        let text = format!("{head}: {each:.1} bytes a sample in the {name}, {rows} samples");
        results.claim(Claim { text, wanted, is_met: bytes > 0 && each <= bound });
    }
    Ok(())
}

/// Resident memory over a run.
#[derive(Debug)]
struct Growth {
    length: Duration,
    /// When memory should have settled: after a minute, or half a run that is shorter than two.
    settled: Duration,
    early: u64,
    late: u64,
    largest: u64,
}

impl Growth {
    fn new(length: Duration) -> Self {
        Self { length, settled: (length / 2).min(Duration::from_secs(60)), early: 0, late: 0, largest: 0 }
    }

    /// Takes note of `bytes` resident at `elapsed`. What comes after the load, the writing of the Parquet file, counts for
    /// the largest alone.
    fn look(&mut self, elapsed: Duration, bytes: u64) {
        self.largest = self.largest.max(bytes);
        if elapsed >= self.settled && self.early == 0 {
            self.early = bytes;
        }
        if elapsed <= self.length && bytes > 0 {
            self.late = bytes;
        }
    }

    fn claims(&self, head: &str, peak: u64) -> [Claim; 2] {
        let [early, late] = [self.early, self.late].map(|bytes| bytes as f64 / MEGABYTE);
        let largest = self.largest.max(peak) as f64 / MEGABYTE;
        let settled = self.settled.as_secs_f64();
        let text =
            format!("{head}: {early:.1} MB resident after {settled} s, {late:.1} MB at the end ({:+.1})", late - early);
        let flat = Claim { text, wanted: "within 10 MB", is_met: early > 0.0 && (late - early).abs() <= 10.0 };
        let text = format!("{head}: {largest:.1} MB resident at most, saving included");
        [flat, Claim { text, wanted: "below 150 MB", is_met: largest < 150.0 }]
    }
}

/// Bytes of the files below `directory` whose name is `wanted`. Files that vanish meanwhile count nothing.
fn bytes_of(directory: &Path, wanted: &dyn Fn(&str) -> bool) -> u64 {
    let Ok(entries) = fs::read_dir(directory) else { return 0 };
    let each = entries.flatten().map(|entry| match entry.metadata() {
        Ok(found) if found.is_dir() => bytes_of(&entry.path(), wanted),
        Ok(found) if wanted(&entry.file_name().to_string_lossy()) => found.len(),
        _ => 0,
    });
    each.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_from_the_first_minute_to_the_end_of_the_load() {
        let mut growth = Growth::new(Duration::from_secs(600));
        for (second, megabytes) in [(30, 20), (60, 40), (300, 45), (600, 49), (605, 90)] {
            growth.look(Duration::from_secs(second), megabytes * 1_000_000);
        }
        let [flat, largest] = growth.claims("load", 60_000_000);
        assert!(flat.is_met && largest.is_met);
        assert_eq!(flat.text, "load: 40.0 MB resident after 60 s, 49.0 MB at the end (+9.0)");
        assert_eq!(largest.text, "load: 90.0 MB resident at most, saving included");
        growth.look(Duration::from_secs(600), 51_000_000);
        assert!(!growth.claims("load", 150_000_000)[0].is_met && !growth.claims("load", 150_000_000)[1].is_met);
    }

    #[test]
    fn files_are_found_below() {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir_all(directory.path().join("run/trials")).unwrap();
        fs::write(directory.path().join("run/trials/spool-1.arrows"), [0; 70]).unwrap();
        fs::write(directory.path().join("run/trials/spool-2.arrows"), [0; 30]).unwrap();
        fs::write(directory.path().join("run/run.json"), [0; 7]).unwrap();
        assert_eq!(bytes_of(directory.path(), &|name| name.contains("spool")), 100);
        assert_eq!(bytes_of(&directory.path().join("none"), &|_| true), 0);
    }
}

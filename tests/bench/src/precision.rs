//! Open loop on 50 connections: how far from a perfect schedule requests arrive, as the target sees it.
//!
//! The measure of what the machine allows is a bare loop on `clock_nanosleep` in C.

use std::fs;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::child::Terms;
use crate::distance::{Distance, distance};
use crate::pairs::{self, Side};
use crate::ratio::{Better, Figure, Ratio, Unit};
use crate::report::Results;
use crate::run::Run;
use crate::session::Session;
use crate::stamper::Stamper;
use crate::tool::{Kind, Tool, Url, find, first_line};

/// The start of each run, left out: connections are made then.
const SKIP: Duration = Duration::from_millis(500);

const fn p99(name: &'static str) -> Figure {
    Figure {
        name,
        unit: Unit::Microseconds,
        better: Better::Lower,
        of: |run| run.distance.map_or(f64::NAN, |it| it.p99_ns),
    }
}

const RATES: [(u32, Figure); 2] = [(1_000, p99("p99 distance at 1 000/s")), (10_000, p99("p99 distance at 10 000/s"))];

/// Measures it against every peer that is there and has a rate.
///
/// # Errors
/// When a run fails.
pub(crate) fn measure(session: &Session, results: &mut Results) -> Result<()> {
    let peers = [pacer(session, results)?, results.peer(Kind::Oha), results.peer(Kind::Hey)];
    for (rate, figure) in RATES {
        for peer in peers.iter().flatten() {
            let count = session.args.fewer_pairs();
            session.progress(&format!("precision at {rate}/s: {count} pairs against {}", peer.kind.name()));
            let pairs = pairs::alternated(count, |side| {
                run(session, rate, if side == Side::Ours { &session.ours } else { peer })
            })?;
            results.pairs(&format!("open loop at {rate}/s"), peer.kind.name(), &pairs);
            let wanted = match peer.kind {
                Kind::Pacer => Some(1.5),
                Kind::Oha => Some(0.25),
                _ => None,
            };
            results.ratios.extend(Ratio::new(figure, peer.kind.name(), &pairs, wanted));
        }
    }
    Ok(())
}

fn run(session: &Session, rate: u32, tool: &Tool) -> Result<Run> {
    let length = session.args.length;
    let expected = (f64::from(rate) * length.as_secs_f64() * 1.5) as usize;
    let stamper = Stamper::start(session.cores.target, expected)?;
    let base = stamper.base();
    let command = tool.open_loop(&Url { base: &base }, rate, length, &session.storage());
    let command = command.with_context(|| format!("{} has no rate", tool.kind.name()))?;
    let terms = Terms {
        cores: session.cores,
        limit: length + Duration::from_secs(60),
        every: Duration::from_millis(250),
        work: &session.work,
    };
    let (finished, said) = session.run(tool, command, terms, &mut |_, _| ())?;
    let stamps = stamper.stamps()?;
    let seen = stamps.len() as u64;
    let seen_rate = observed_rate(&stamps);
    let Some(distance) = distance(stamps, f64::from(rate), SKIP) else {
        bail!("{} sent next to nothing at {rate}/s", tool.kind.name());
    };
    let Distance { p50_ns, p99_ns, max_ns, .. } = distance;
    let [p50, p99, max] = [p50_ns, p99_ns, max_ns].map(|figure| Unit::Microseconds.write(figure));
    session.progress(&format!("  {}: p50 {p50}, p99 {p99}, max {max}, {seen_rate:.1}/s seen", tool.kind.name()));
    Ok(Run {
        tool: tool.kind.name(),
        requests: said.requests,
        failures: said.failures,
        seen,
        rate: seen_rate,
        cpu: finished.cpu,
        peak_rss: finished.peak_rss,
        noise: finished.noise,
        distance: Some(distance),
    })
}

/// Arrivals a second between the first and the last.
fn observed_rate(stamps: &[u64]) -> f64 {
    match (stamps.first(), stamps.last()) {
        (Some(first), Some(last)) if last > first => (stamps.len() - 1) as f64 * 1e9 / (last - first) as f64,
        _ => 0.0,
    }
}

/// Compiles the bare loop, if there is a C compiler.
fn pacer(session: &Session, results: &mut Results) -> Result<Option<Tool>> {
    let Some(compiler) = find("cc") else {
        results.note("left out: clock_nanosleep, as there is no C compiler".to_owned());
        return Ok(None);
    };
    let (source, program) = (session.work.join("pacer.c"), session.work.join("pacer"));
    fs::write(&source, include_str!("../pacer.c"))?;
    let output = Command::new(&compiler).args(["-O2", "-Wall", "-o"]).arg(&program).arg(&source).output()?;
    if !output.status.success() {
        bail!("cannot compile pacer.c: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let version = first_line(Command::new(&compiler).arg("--version")).unwrap_or_default();
    let tool = Tool { kind: Kind::Pacer, program, version: format!("pacer.c, {version}") };
    results.uses(&tool);
    Ok(Some(tool))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_seen_is_that_between_first_and_last() {
        assert_eq!(observed_rate(&[0, 1_000_000, 2_000_000]), 1000.0);
        assert_eq!((observed_rate(&[]), observed_rate(&[7])), (0.0, 0.0));
    }
}

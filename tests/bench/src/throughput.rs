//! Closed loop on 50 connections: requests a second, CPU time a request, peak memory.
//!
//! Ours with a user's defaults: the test case builds each request and reads each answer, each sample is saved. The peers
//! send one fixed request again and again and, but for counting, let the answers be.

use std::time::Duration;

use anyhow::Result;

use crate::child::Terms;
use crate::nginx::{self, Nginx};
use crate::pairs::{self, Side};
use crate::ratio::{Better, Figure, Ratio, Unit};
use crate::report::Results;
use crate::run::Run;
use crate::session::Session;
use crate::tool::{Kind, Tool, Url};

const RATE: Figure =
    Figure { name: "requests a second", unit: Unit::PerSecond, better: Better::Higher, of: |run| run.rate };
const CPU: Figure =
    Figure { name: "CPU time a request", unit: Unit::Microseconds, better: Better::Lower, of: Run::cpu_ns_per_request };
const MEMORY: Figure =
    Figure { name: "peak memory", unit: Unit::Megabytes, better: Better::Lower, of: |run| run.peak_rss as f64 };

/// Measures it against every peer that is installed.
///
/// # Errors
/// When nginx or a run fails.
pub(crate) fn measure(session: &Session, results: &mut Results) -> Result<()> {
    let nginx = Nginx::start(&nginx::program()?, session.cores.target, &session.work)?;
    // Fills caches, ours of compiled components among them, and does not count.
    run(session, &nginx, &session.ours)?;
    for kind in [Kind::Wrk, Kind::Oha, Kind::Hey, Kind::Ab, Kind::H2load] {
        let Some(peer) = results.peer(kind) else { continue };
        let is_main = matches!(kind, Kind::Wrk | Kind::Oha);
        let count = if is_main { session.args.pairs } else { session.args.fewer_pairs() };
        session.progress(&format!("throughput: {count} pairs against {}", kind.name()));
        let pairs = pairs::alternated(count, |side| {
            run(session, &nginx, if side == Side::Ours { &session.ours } else { &peer })
        })?;
        results.pairs("closed loop", kind.name(), &pairs);
        let wanted = match kind {
            Kind::Wrk => [Some(1.0), Some(1.15), None],
            Kind::Oha => [Some(1.25), None, None],
            _ => [None; 3],
        };
        for (figure, wanted) in [RATE, CPU, MEMORY].into_iter().zip(wanted) {
            results.ratios.extend(Ratio::new(figure, kind.name(), &pairs, wanted));
        }
    }
    Ok(())
}

fn run(session: &Session, nginx: &Nginx, tool: &Tool) -> Result<Run> {
    let (base, length) = (nginx.base(), session.args.length);
    let command = tool.closed_loop(&Url { base: &base }, length, &session.storage());
    let terms = Terms {
        cores: session.cores,
        limit: length + Duration::from_secs(60),
        every: Duration::from_millis(100),
        work: &session.work,
    };
    let before = nginx.requests()?;
    let (finished, said) = session.run(tool, command, terms, &mut |_, _| ())?;
    Ok(Run {
        tool: tool.kind.name(),
        requests: said.requests,
        failures: said.failures,
        // Without the question itself.
        seen: (nginx.requests()? - before).saturating_sub(1),
        rate: said.rate,
        cpu: finished.cpu,
        peak_rss: finished.peak_rss,
        noise: finished.noise,
        distance: None,
    })
}

//! What the hosts spent, as the older tool adds it up.

use model::dataset::{ResourceFigure, ResourceSeries};

use crate::ancestor::{ClusterStats, ServerStats};

/// A figure of a reading; NaN when it does not tell.
fn figure_of(server: &ServerStats, figure: ResourceFigure) -> f64 {
    let value = match figure {
        ResourceFigure::RoundTripMean => server.ping.and_then(|ping| ping.avg).map(|milliseconds| milliseconds * 1e6),
        _ => figure.of_shares(Some(&server.stats)).or_else(|| figure.of_memory(Some(&server.memory))),
    };
    value.unwrap_or(f64::NAN)
}

/// The mean over a trial as the older tool makes it: the sum divided by the number of *all* readings of the cluster,
/// those included that lack the host. NaN when all do.
pub(super) fn mean(stats: &[ClusterStats], host: &str, figure: ResourceFigure) -> f64 {
    let of_host = stats.iter().flat_map(|reading| reading.servers.iter().filter(|server| server.host == host));
    let figures: Vec<f64> = match figure {
        // The most of any reading is not what the older tool kept, but follows from it.
        ResourceFigure::MemoryPeak => {
            let used = of_host.map(|server| figure_of(server, ResourceFigure::MemoryUsed));
            return used.reduce(f64::max).unwrap_or(f64::NAN);
        }
        _ => of_host.map(|server| figure_of(server, figure)).collect(),
    };
    if figures.is_empty() { f64::NAN } else { figures.iter().sum::<f64>() / stats.len() as f64 }
}

/// A figure at each reading, since a trial that began at `start_ns` by the same clock.
pub(super) fn series(stats: &[ClusterStats], host: &str, figure: ResourceFigure, start_ns: i64) -> ResourceSeries {
    let mut series = ResourceSeries::default();
    for server in stats.iter().filter_map(|reading| reading.servers.iter().find(|server| server.host == host)) {
        let at = server.at_ns.saturating_sub(start_ns) as f64;
        if series.at.last().is_none_or(|last| at > *last) {
            series.at.push(at);
            series.values.push(figure_of(server, figure));
        }
    }
    series
}

//! Opens connections before the first arrival, so that none waits for them. No request is sent on them.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use model::TransportError;

use super::http2::Http2;
use super::lease::{Held, Lease};
use super::pool::Sharing;
use super::shared::Shared;

/// Connections that are opened at the same time: more would overrun the backlog of a small server.
const TOGETHER: usize = 32;
/// How often a connection is looked at for the target's settings.
const LOOK_EVERY: Duration = Duration::from_millis(1);
/// A target that has not told its settings by then is used without.
const SETTINGS_WITHIN: Duration = Duration::from_secs(2);

/// Opens all connections below the cap, or as many as `at_once` requests on each route need.
///
/// # Errors
/// When none could be opened on a route.
pub(crate) async fn open(shared: Rc<Shared>, cap: Option<usize>, at_once: usize) -> Result<(), TransportError> {
    let routes = shared.routes.len();
    let mut held = Vec::new();
    for route in 0..routes {
        // Its even share of the cap.
        let wanted = cap.map_or(at_once, |cap| cap / routes + usize::from(route < cap % routes));
        if wanted == 0 {
            continue;
        }
        let mut one_by_one = 0;
        if shared.pool.sharing(route) == Sharing::Unknown {
            // The first one tells how many are needed.
            held.extend(open_some(&shared, route, 1).await?);
            one_by_one = 1;
        }
        let count = match (cap, shared.pool.sharing(route)) {
            (None, Sharing::Shared) => wanted.div_ceil(shared.streams),
            _ => wanted,
        };
        held.extend(open_some(&shared, route, count - one_by_one).await?);
    }
    Ok(())
}

/// Opens so many connections; they are idle as soon as the leases are dropped.
async fn open_some(shared: &Rc<Shared>, route: usize, count: usize) -> Result<Vec<Lease>, TransportError> {
    let opened =
        stream::iter(0..count).map(|_| open_one(shared, route)).buffer_unordered(TOGETHER).collect::<Vec<_>>().await;
    let (opened, failed): (Vec<_>, Vec<_>) = opened.into_iter().partition(Result::is_ok);
    match failed.into_iter().next() {
        Some(Err(error)) if opened.is_empty() => Err(error),
        _ => Ok(opened.into_iter().flatten().flatten().collect()),
    }
}

async fn open_one(shared: &Rc<Shared>, route: usize) -> Result<Option<Lease>, TransportError> {
    let Some(mut lease) = shared.pool.reserve(route) else { return Ok(None) };
    shared.connect(route, &mut lease, &Cell::default()).await?;
    if let Held::Http2(http2) = lease.held() {
        let http2 = Rc::clone(http2);
        await_settings(&http2).await?;
    }
    Ok(Some(lease))
}

/// Waits until the target has told how many streams it allows, so that no request is refused for it.
async fn await_settings(http2: &Http2) -> Result<(), TransportError> {
    let until = tokio::time::Instant::now() + SETTINGS_WITHIN;
    while !http2.has_settings() && tokio::time::Instant::now() < until {
        if !http2.is_open() {
            return Err(http2.end().error);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(())
}

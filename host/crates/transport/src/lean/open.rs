//! Opens connections before the first request.

use model::{Nanos, TransportError};

use super::LeanTransport;
use crate::settings::Settings;

/// Connections that are opened at the same time: more would overrun the backlog of a small server.
const TOGETHER: usize = 32;
/// How often to look whether it is to end early, nanoseconds.
const LOOK_EVERY: Nanos = 20_000_000;

impl LeanTransport {
    /// Opens as many connections to each route as the settings say.
    ///
    /// # Errors
    /// When a route gets none.
    pub(super) fn open_ahead(&mut self, stop: &dyn Fn() -> bool) -> Result<(), TransportError> {
        let routes = self.routes.len() as u32;
        // Its even share of the cap, so that none of them waits here for what another one holds.
        let share = |cap: u32, route: u32| cap / routes + u32::from(route < cap % routes);
        let Settings { connections, open_ahead, .. } = self.settings;
        let ahead = |route| connections.map_or(open_ahead, |cap| share(cap.max(1), route));
        let mut wanted: Vec<_> = (0..routes).map(|route| (route as usize, ahead(route))).collect();
        loop {
            while self.opening() < TOGETHER
                && let Some((route, left)) = wanted.iter_mut().max_by_key(|(_, left)| *left)
                && *left > 0
            {
                *left -= 1;
                let route = *route;
                self.open_for(route, None, Vec::new());
            }
            if let Some((route, _)) = self.refused.first() {
                let route = *route;
                // One that refuses some is asked for no more; one that refuses all is not there.
                wanted[route].1 = 0;
                if self.opening() == 0 {
                    let (_, error) = self.refused.swap_remove(0);
                    if self.pool.of_route(route) == 0 {
                        return Err(error);
                    }
                    continue;
                }
            }
            if stop() || self.opening() == 0 && wanted.iter().all(|(_, left)| *left == 0) {
                self.refused.clear();
                return Ok(());
            }
            let until = self.clock.now() + LOOK_EVERY;
            self.turn(until);
        }
    }

    /// Connections that are being opened.
    fn opening(&mut self) -> usize {
        self.expire();
        let Self { connecting, pool, .. } = self;
        connecting.retain(|(_, place)| pool.get(*place).is_some_and(|it| it.is_opening()));
        connecting.len()
    }
}

//! Keeps the connections of a thread: where each is, which are free, and how many there may be.

use std::collections::VecDeque;

use super::connection::{Connection, State};

/// The connections of one thread, to all its routes.
pub(super) struct Pool {
    places: Vec<Option<Connection>>,
    free_places: Vec<u32>,
    /// Free connections of each route, as (place, serial); some may be gone.
    idle: Vec<VecDeque<(u32, u32)>>,
    of_route: Vec<u32>,
    count: u32,
    /// Most connections; none: no end. Those of a thread with a cap are used in turn, so that all stay in use.
    cap: Option<u32>,
    next_serial: u32,
}

/// Where a connection is, and which it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) index: u32,
    pub(super) serial: u32,
}

impl Place {
    /// As the poller names it.
    pub(super) fn number(self) -> u64 {
        u64::from(self.serial) << 32 | u64::from(self.index)
    }

    pub(super) fn from_number(number: u64) -> Self {
        Self { index: number as u32, serial: (number >> 32) as u32 }
    }
}

impl Pool {
    pub(super) fn new(routes: usize, cap: Option<u32>) -> Self {
        Self {
            places: Vec::new(),
            free_places: Vec::new(),
            idle: (0..routes).map(|_| VecDeque::new()).collect(),
            of_route: vec![0; routes],
            count: 0,
            cap: cap.map(|cap| cap.max(1)),
            next_serial: 0,
        }
    }

    /// One more connection may be opened.
    pub(super) fn has_room(&self) -> bool {
        self.cap.is_none_or(|cap| self.count < cap)
    }

    /// Connections of a route, in whatever state.
    pub(super) fn of_route(&self, route: usize) -> u32 {
        self.of_route[route]
    }

    /// The serial that the next connection is to have. Never that of the waker.
    pub(super) fn serial(&mut self) -> u32 {
        self.next_serial = (self.next_serial + 1) % (u32::MAX - 1);
        self.next_serial
    }

    pub(super) fn insert(&mut self, connection: Connection) -> Place {
        let serial = connection.serial;
        self.of_route[connection.route as usize] += 1;
        self.count += 1;
        let index = match self.free_places.pop() {
            Some(index) => {
                self.places[index as usize] = Some(connection);
                index
            }
            None => {
                self.places.push(Some(connection));
                self.places.len() as u32 - 1
            }
        };
        Place { index, serial }
    }

    /// The connection, unless it is gone.
    pub(super) fn get(&mut self, place: Place) -> Option<&mut Connection> {
        self.places.get_mut(place.index as usize)?.as_mut().filter(|connection| connection.serial == place.serial)
    }

    /// Takes a connection away; dropping it closes it.
    pub(super) fn remove(&mut self, place: Place) -> Option<Connection> {
        self.get(place)?;
        let connection = self.places[place.index as usize].take()?;
        self.free_places.push(place.index);
        // One that was retired is counted no more.
        if connection.state != State::Closing {
            self.of_route[connection.route as usize] -= 1;
            self.count -= 1;
        }
        Some(connection)
    }

    /// Leaves a connection that only waits for its end out of the count.
    pub(super) fn retire(&mut self, place: Place) {
        let Some(route) = self.get(place).map(|connection| connection.route as usize) else { return };
        self.of_route[route] -= 1;
        self.count -= 1;
    }

    /// A connection of the route that is free, which it is no more.
    pub(super) fn take_idle(&mut self, route: usize) -> Option<Place> {
        loop {
            // With a cap in turn; else the one used last, so that those that are too many come to their end.
            let idle = &mut self.idle[route];
            let (index, serial) = if self.cap.is_some() { idle.pop_front() } else { idle.pop_back() }?;
            let place = Place { index, serial };
            if self.get(place).is_some_and(|connection| connection.state == State::Idle) {
                return Some(place);
            }
        }
    }

    /// Marks a connection as free.
    pub(super) fn put_idle(&mut self, place: Place) {
        let Some(connection) = self.get(place) else { return };
        connection.state = State::Idle;
        let route = connection.route as usize;
        let most = 2 * self.of_route[route] as usize + 64;
        self.idle[route].push_back((place.index, place.serial));
        if self.idle[route].len() > most {
            let mut idle = std::mem::take(&mut self.idle[route]);
            idle.retain(|&(index, serial)| {
                self.get(Place { index, serial }).is_some_and(|connection| connection.state == State::Idle)
            });
            self.idle[route] = idle;
        }
    }

    /// The route, but this one, that has most free connections, if it has any.
    pub(super) fn richest_route(&self, but: usize) -> Option<usize> {
        let others = (0..self.idle.len()).filter(|route| *route != but && !self.idle[*route].is_empty());
        others.max_by_key(|route| self.idle[*route].len())
    }
}

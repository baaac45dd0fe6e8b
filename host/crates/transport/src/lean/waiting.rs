//! Decides which exchange gets the next free connection: the one that came first.

use std::collections::VecDeque;

use model::Request;

use super::connection::Underway;

/// A ticket, and the exchange unless it was given up.
type Entry = (u64, Option<(Underway, Request)>);

/// Exchanges that wait for a connection, in the order in which they came.
#[derive(Default)]
pub(super) struct Waiting {
    next_ticket: u64,
    routes: Vec<VecDeque<Entry>>,
}

impl Waiting {
    pub(super) fn new(routes: usize) -> Self {
        Self { next_ticket: 0, routes: (0..routes).map(|_| VecDeque::new()).collect() }
    }

    /// Queues an exchange; gives its ticket.
    pub(super) fn push(&mut self, route: usize, underway: Underway, request: Request) -> u64 {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.routes[route].push_back((ticket, Some((underway, request))));
        ticket
    }

    /// Route of the exchange that came first.
    pub(super) fn first_route(&self) -> Option<usize> {
        let firsts = self.routes.iter().enumerate().filter_map(|(route, queue)| Some((queue.front()?.0, route)));
        firsts.min().map(|(_, route)| route)
    }

    /// Takes the first of a route.
    pub(super) fn pop(&mut self, route: usize) -> Option<(Underway, Request)> {
        let (_, first) = self.routes[route].pop_front()?;
        self.tidy(route);
        first
    }

    /// Takes an exchange out, wherever it stands.
    pub(super) fn remove(&mut self, route: usize, ticket: u64) -> Option<Underway> {
        let queue = &mut self.routes[route];
        let at = queue.binary_search_by_key(&ticket, |(ticket, _)| *ticket).ok()?;
        let (underway, _) = queue[at].1.take()?;
        self.tidy(route);
        Some(underway)
    }

    /// The first of a route is always one that still waits.
    fn tidy(&mut self, route: usize) {
        let queue = &mut self.routes[route];
        while queue.front().is_some_and(|(_, waiting)| waiting.is_none()) {
            queue.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::Method;
    use model::Token;

    use super::*;

    #[test]
    fn who_comes_first_is_served_first_and_who_left_is_not() {
        let request = || Request {
            method: Method::GET,
            path: "/".parse().expect("a path"),
            headers: Vec::new(),
            body: Bytes::new(),
        };
        let mut waiting = Waiting::new(2);
        let tickets: Vec<_> = [(1, 10), (0, 11), (1, 12), (0, 13)]
            .map(|(route, token)| (route, waiting.push(route, Underway::new(Token(token), 0, &Method::GET), request())))
            .into();
        assert_eq!(waiting.first_route(), Some(1));
        assert_eq!(waiting.remove(1, tickets[0].1).map(|underway| underway.token), Some(Token(10)));
        assert!(waiting.remove(1, tickets[0].1).is_none());
        assert_eq!(waiting.first_route(), Some(0));
        assert_eq!(waiting.pop(0).map(|(underway, _)| underway.token), Some(Token(11)));
        assert_eq!(waiting.pop(1).map(|(underway, _)| underway.token), Some(Token(12)));
        assert_eq!(waiting.pop(1).map(|(underway, _)| underway.token), None);
        assert_eq!(waiting.first_route(), Some(0));
    }
}

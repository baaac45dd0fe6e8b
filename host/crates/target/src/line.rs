//! Decides when each request leaves a line before several servers, first come first served.
//!
//! Departure = max(arrival, server free) + service time: computed from the instants of arrival alone, so whoever acts late
//! on a departure moves no later one. Instants are nanoseconds of one clock.

use std::collections::VecDeque;

/// A line before servers that take equally long for each request.
pub(crate) struct Line<T> {
    service_time: u64,
    idle: u32,
    /// With the instant of arrival.
    waiting: VecDeque<(u64, T)>,
    /// With the instant of departure. They start in order and take equally long, so they leave in order.
    served: VecDeque<(u64, T)>,
}

impl<T> Line<T> {
    pub(crate) fn new(servers: u32, service_time: u64) -> Self {
        Self { service_time, idle: servers, waiting: VecDeque::new(), served: VecDeque::new() }
    }

    /// Takes a request that arrives at `now`, which never goes back.
    pub(crate) fn arrive(&mut self, now: u64, request: T) {
        if self.idle == 0 {
            self.waiting.push_back((now, request));
        } else {
            self.idle -= 1;
            self.served.push_back((now + self.service_time, request));
        }
    }

    /// When the next request leaves; none when there is none.
    pub(crate) fn next_departure(&self) -> Option<u64> {
        self.served.front().map(|(departure, _)| *departure)
    }

    /// Takes the next request if it has left by `now`. Its server takes the first of those that wait and are still there;
    /// who has gone is not served.
    pub(crate) fn depart(&mut self, now: u64, is_there: impl Fn(&T) -> bool) -> Option<T> {
        let (free, left) = self.served.pop_front_if(|(departure, _)| *departure <= now)?;
        loop {
            match self.waiting.pop_front() {
                Some((_, gone)) if !is_there(&gone) => {}
                Some((arrival, next)) => {
                    self.served.push_back((free.max(arrival) + self.service_time, next));
                    break;
                }
                None => {
                    self.idle += 1;
                    break;
                }
            }
        }
        Some(left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who left when, if each departure is acted on as late as `lag` says.
    fn departures(servers: u32, service_time: u64, arrivals: &[u64], lag: u64) -> Vec<(u64, usize)> {
        let mut line = Line::new(servers, service_time);
        let mut left = Vec::new();
        let mut leave = |line: &mut Line<usize>, now| {
            while let Some(departure) = line.next_departure().filter(|departure| departure + lag <= now) {
                left.push((departure, line.depart(now, |_| true).expect("it is time")));
            }
        };
        for (index, arrival) in arrivals.iter().enumerate() {
            leave(&mut line, *arrival);
            line.arrive(*arrival, index);
        }
        leave(&mut line, u64::MAX);
        left
    }

    /// Arrivals whose gaps go from 0 to 6 in no order.
    fn arrivals(count: u64) -> Vec<u64> {
        let gaps = (0..count).map(|index| index.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40).map(|mixed| mixed % 7);
        gaps.scan(0, |at, gap| Some(std::mem::replace(at, *at + gap))).collect()
    }

    #[test]
    fn each_leaves_a_service_time_after_it_came_or_its_server_was_free() {
        let arrivals = arrivals(1_000);
        for (servers, service_time) in [(1, 2), (1, 3), (1, 5), (3, 9), (8, 30), (2, 0)] {
            let mut free = vec![0; servers];
            let expected: Vec<_> = arrivals
                .iter()
                .enumerate()
                .map(|(index, arrival)| {
                    let server = free.iter_mut().min().expect("a server");
                    *server = (*server).max(*arrival) + service_time;
                    (*server, index)
                })
                .collect();
            for lag in [0, 1, 50] {
                assert_eq!(
                    departures(servers as u32, service_time, &arrivals, lag),
                    expected,
                    "{servers} {service_time}"
                );
            }
        }
    }

    #[test]
    fn nobody_leaves_before_the_time() {
        let mut line = Line::new(1, 10);
        assert_eq!((line.next_departure(), line.depart(100, |()| true)), (None, None));
        line.arrive(100, ());
        assert_eq!(line.depart(109, |()| true), None);
        assert_eq!(line.depart(110, |()| true), Some(()));
    }

    #[test]
    fn who_has_gone_is_not_served() {
        let mut line = Line::new(1, 10);
        (0..4).for_each(|request| line.arrive(request, request));
        let is_there = |request: &u64| *request != 1 && *request != 2;
        assert_eq!(line.depart(10, is_there), Some(0));
        assert_eq!(line.next_departure(), Some(20));
        assert_eq!(line.depart(20, is_there), Some(3));
        assert_eq!(line.next_departure(), None);
    }
}

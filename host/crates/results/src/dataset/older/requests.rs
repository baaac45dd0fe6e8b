//! The requests of a trial of the older tool, or the means that are left of them.

use model::Outcome;
use model::dataset::{Column, Quantity, Statistics};

use crate::ancestor::{Execution, TestExecution};
use crate::dataset::moments::Moments;

/// What is known of a trial's requests.
#[derive(Debug)]
pub(super) enum Requests {
    /// Each that succeeded.
    Each(Vec<Request>),
    /// Means of those that succeeded, nanoseconds; NaN: none.
    Means { response_time: f64, server_span: f64 },
}

/// A request that succeeded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Request {
    /// Nanoseconds since trial start. The older tool sent when it could, and called that the start.
    pub(super) intended_start: i64,
    response_time: u64,
    server_span: Option<u64>,
}

impl Requests {
    /// Of a trial of a benchmark.
    pub(super) fn each(execution: &Execution) -> Self {
        let start = execution.span_making_requests.start_ns.saturating_sub(execution.zone_offset_ns().unwrap_or(0));
        let length = |nanos: i64| u64::try_from(nanos).unwrap_or(0);
        let request = |result: &crate::ancestor::RequestResult| Request {
            intended_start: result.request_span.start_ns.saturating_sub(start),
            response_time: length(result.request_span.length_ns()),
            server_span: result.server_processing_span.map(|span| length(span.length_ns())),
        };
        Self::Each(execution.results.iter().map(request).collect())
    }

    /// Of a test execution.
    pub(super) fn means(execution: &TestExecution) -> Self {
        let nanos = |seconds: Option<f64>| seconds.map_or(f64::NAN, |seconds| seconds * 1e9);
        Self::Means {
            response_time: nanos(execution.avg_response_time),
            server_span: nanos(execution.avg_server_processing_time),
        }
    }

    /// Each of them; none where only means are left.
    pub(super) fn all(&self) -> Option<&[Request]> {
        match self {
            Self::Each(requests) => Some(requests),
            Self::Means { .. } => None,
        }
    }

    /// How many succeeded; NaN when not known.
    pub(super) fn count(&self) -> f64 {
        self.all().map_or(f64::NAN, |requests| requests.len() as f64)
    }

    /// Figures of a quantity of all of them.
    pub(super) fn statistics(&self, quantity: Quantity) -> Statistics {
        let requests = match (self, quantity) {
            (Self::Each(requests), _) => requests.as_slice(),
            (Self::Means { response_time: mean, .. }, Quantity::ResponseTime)
            | (Self::Means { server_span: mean, .. }, Quantity::ServerSpan) => {
                return Statistics { mean: *mean, ..Statistics::UNKNOWN };
            }
            (Self::Means { .. }, _) => &[],
        };
        let mut moments = Moments::default();
        requests.iter().filter_map(|request| request.duration(quantity)).for_each(|nanos| moments.add(nanos));
        moments.statistics()
    }
}

impl Request {
    /// A quantity of it, nanoseconds; none when the older tool did not measure it.
    pub(super) fn duration(&self, quantity: Quantity) -> Option<u64> {
        match quantity {
            Quantity::ResponseTime => Some(self.response_time),
            Quantity::ServerSpan => self.server_span,
            _ => None,
        }
    }

    /// Its value in a column; none when it is not known.
    pub(super) fn number(&self, column: &Column) -> Option<f64> {
        match column {
            Column::IntendedStart => Some(self.intended_start as f64),
            Column::Quantity(quantity) => self.duration(*quantity).map(|nanos| nanos as f64),
            Column::Outcome => Some(f64::from(Outcome::Success.code())),
            Column::Status | Column::Metric(_) => None,
        }
    }
}

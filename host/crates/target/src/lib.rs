//! The demo application under test.
//!
//! Decides what one request costs: `/fibonacci/{n}` calls the application itself over HTTP for n − 1 and n − 2, without
//! remembering anything, so that one request fans out over a whole cluster; `/bubble-sort?n=` works on one processor;
//! `/queue` works on nothing, and waits as long as a request would in a queue of known capacity.
//! Nothing is measured here but the server's own processing span, which is part of each answer.

mod answer;
mod bubble_sort;
mod caller;
mod config;
mod fibonacci;
mod line;
mod queue;
mod routes;
mod running;
mod server;
mod stream;

#[cfg(test)]
mod tests;

pub use config::{
    Config, ConfigError, DEFAULT_MAX_BUBBLE_SORT, DEFAULT_MAX_FIBONACCI, DEFAULT_QUEUE_SERVERS,
    DEFAULT_QUEUE_SERVICE_TIME, HIGHEST_FIBONACCI,
};
pub use running::{RunningTarget, spawn};
pub use server::serve;

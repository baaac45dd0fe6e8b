//! HTTP from a generator thread to the target: connections, the instants of each exchange, and why one failed.
//!
//! Decides nothing about when or what: a request is carried as it was built, at once or as soon as a connection is free.
//! All of it lives on one thread and one current-thread runtime; nothing here is `Send` but [`Origin`] and [`Settings`].
//! HTTP/1.1 over plain TCP. What speaks to the network knows no HTTP ([`connect`]), and what speaks HTTP takes any
//! stream ([`stamped`]): other streams come in there.

mod attempt;
mod connect;
mod connection;
mod failure;
mod message;
mod origin;
mod pool;
mod stamped;
mod transport;

#[cfg(test)]
mod tests;

pub use origin::{Origin, UrlError};
pub use transport::{HttpTransport, Settings};

//! Writes Cluster Tester plugins in Rust: a trait and a macro for each world.
//!
//! A *test case* says what to ask and what an answer means: [`TestCase`], [`export_test_case!`]. An *analysis* reads
//! finished runs and returns a report: [`analysis::Analysis`], [`export_analysis!`]. The host owns the clock, the
//! sockets and the disk. A plugin has no network, files or environment.
//!
//! ```
//! use cluster_tester_sdk::{Context, Description, Fault, NoOptions, Outcome, Request, Response, TestCase};
//!
//! struct Greeting;
//!
//! impl TestCase for Greeting {
//!     type Options = NoOptions;
//!
//!     fn describe() -> Description {
//!         Description::new("GreetingTestCase", "Asks for greetings.").failure_reasons(["unexpected status"])
//!     }
//!
//!     fn configure(_: NoOptions) -> Result<Self, Fault> {
//!         Ok(Self)
//!     }
//!
//!     fn build(&mut self, context: &Context) -> Result<Request, Fault> {
//!         Ok(Request::get(format!("/greetings/{}", context.load)))
//!     }
//!
//!     fn read(&mut self, _: &Context, response: &Response) -> Result<Outcome, Fault> {
//!         Ok(Outcome::success_if(response.status == 200, 0))
//!     }
//! }
//!
//! cluster_tester_sdk::export_test_case!(Greeting);
//!
//! let request = Greeting.build(&Context::of_load(3)).expect("a request");
//! assert_eq!(request.path, "/greetings/3");
//! ```
//!
//! The crate of a plugin is a `cdylib` (for the component) and an `rlib` (for its native unit tests). Building it for
//! `wasm32-unknown-unknown` gives a core module; `wit-component` makes that a component. This crate's README shows how.

pub mod analysis;
#[doc(hidden)]
#[allow(missing_docs, unreachable_pub, unused_qualifications, clippy::all, reason = "generated")]
pub mod bindings;
pub mod fault;
mod identity;
pub mod log;
pub mod options;
pub mod random;
pub mod request;
pub mod response;
pub mod test_case;
pub mod time;

pub use fault::{Fault, InvalidOption};
pub use options::NoOptions;
pub use request::{Header, Method, Request};
pub use response::{Failure, MetricValue, Outcome, Response, ServerInstants, ServerSpan, Step, Verdict};
pub use test_case::{Context, Description, Metric, MetricKind, TestCase};

/// The plugin that the README shows compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// So does the analysis that the README for all languages shows.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct ReadmeOfAllLanguages;

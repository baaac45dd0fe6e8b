//! The runtime with real components: those that are shipped, and fixtures that break the contract.

mod analyses;
mod calls;
pub(crate) mod crafted;
mod dataset;
mod direct;
mod fuzz;
mod hostile;
mod kept;
mod loading;
mod random_guests;
mod wear;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use model::{Context, Load, Response, Verdict, WorkloadError, WorkloadSource as _};

use crate::{Catalog, Entry, GivenOption, GivenValue, Limits, Origin, Runtime, RuntimeConfig, TestCase};

/// A runtime whose limits are soon reached, and which keeps nothing.
fn runtime() -> Runtime {
    let limits = Limits {
        deadline: Duration::from_millis(200),
        configure_deadline: Duration::from_millis(500),
        ..Limits::default()
    };
    Runtime::new(&RuntimeConfig { cache_dir: None, limits, instances: 1 }).expect("a runtime")
}

fn bundled(name: &str) -> Entry {
    let embedded = bundled::PLUGINS.iter().map(|plugin| (plugin.name, plugin.component));
    Catalog::new(embedded, &[]).expect("no directories").find(name).expect("shipped").clone()
}

fn file(path: impl Into<PathBuf>) -> Entry {
    Entry::new("mine", Origin::File(path.into()))
}

fn fixture(name: &str) -> Entry {
    Entry::new(name, Origin::File(::tests::fixture(name).to_owned()))
}

fn option(name: &str, value: impl Into<serde_json::Value>) -> GivenOption {
    GivenOption { name: name.to_owned(), value: GivenValue::Json(value.into()), is_secret: false }
}

fn context(load: u32) -> Context {
    Context { load: Load(load), iteration: 3, seed: 9, intended_start_unix_ms: 1.8e12, row: None }
}

fn answer(status: u16, body: &'static str) -> Response {
    Response { status, headers: Vec::new(), body: Bytes::from_static(body.as_bytes()), body_length: body.len() as u64 }
}

/// The fixture that breaks one rule.
fn hostile(runtime: &Runtime, behaviour: &str) -> TestCase {
    runtime.test_case(&fixture("hostile"), &[option("behaviour", behaviour)]).expect("it loads")
}

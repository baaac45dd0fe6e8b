//! What `bindgen!` makes of the world `analysis-plugin`: the records of `dataset` and `report`, and the functions that the
//! host gives; also the types that both worlds share.
//!
//! Generated, unlike the other world: an analysis calls some thousand times, not some thousand times a second, and has
//! forty types. The host's functions are synchronous ones, which both ways of calling a guest take.
#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    clippy::all,
    reason = "generated, and more of it than is used"
)]

wasmtime::component::bindgen!({
    path: "../../../wit",
    interfaces: "import cluster-tester:plugin/dataset@0.1.0; export cluster-tester:plugin/analysis@0.1.0;",
    imports: { default: trappable },
});

pub(crate) use cluster_tester::plugin::{dataset, report, types};
pub(crate) use exports::cluster_tester::plugin::analysis::Description;

//! What `wit-bindgen` makes of the WIT. Plugins use the names that the crate re-exports; only its macros reach in here.

/// World `test-case-plugin`.
pub mod test_case {
    wit_bindgen::generate!({
        world: "test-case-plugin",
        path: "../../wit",
        pub_export_macro: true,
        export_macro_name: "export_world",
        generate_unused_types: true,
    });
}

/// World `analysis-plugin`. What it shares with the other world is the other's.
pub mod analysis {
    wit_bindgen::generate!({
        world: "analysis-plugin",
        path: "../../wit",
        pub_export_macro: true,
        export_macro_name: "export_world",
        generate_unused_types: true,
        with: {
            "cluster-tester:plugin/types@0.1.0": super::test_case::cluster_tester::plugin::types,
            "cluster-tester:plugin/log@0.1.0": super::test_case::cluster_tester::plugin::log,
            "cluster-tester:plugin/random@0.1.0": super::test_case::cluster_tester::plugin::random,
        },
    });
}

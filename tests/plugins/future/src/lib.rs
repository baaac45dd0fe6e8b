//! A test case of the contract's version 0.2.0, which is not there yet. What such a version will say is not known: here
//! it is the smallest thing that a component can export.

#![allow(missing_docs, unreachable_pub, unused_qualifications, reason = "generated, but for five lines")]

#[cfg(target_arch = "wasm32")]
mod component {
    wit_bindgen::generate!({
        inline: "
            package cluster-tester:plugin@0.2.0;

            interface test-case {
                describe: func() -> string;
            }

            world test-case-plugin {
                export test-case;
            }
        ",
    });

    struct Future;

    impl exports::cluster_tester::plugin::test_case::Guest for Future {
        fn describe() -> String {
            "FutureTestCase".to_owned()
        }
    }

    export!(Future);
}

//! A test case of the contract's version 0.1.9, which is not there yet: it imports a function and an interface that this
//! version does not give. What it exports is the smallest thing that a component can, because nobody gets so far.

#![allow(missing_docs, unreachable_pub, unused_qualifications, reason = "generated, but for ten lines")]

#[cfg(target_arch = "wasm32")]
mod component {
    wit_bindgen::generate!({
        inline: "
            package cluster-tester:plugin@0.1.9;

            interface log {
                enum level { debug, info, warning }
                write: func(level: level, message: string);
                flush: func();
            }

            interface clock {
                now: func() -> f64;
            }

            interface test-case {
                describe: func() -> string;
            }

            world test-case-plugin {
                import log;
                import clock;
                export test-case;
            }
        ",
    });

    use cluster_tester::plugin::{clock, log};

    struct Newer;

    impl exports::cluster_tester::plugin::test_case::Guest for Newer {
        fn describe() -> String {
            log::write(log::Level::Info, "described");
            log::flush();
            format!("NewerTestCase at {}", clock::now())
        }
    }

    export!(Newer);
}

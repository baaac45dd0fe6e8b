//! A test case: what to ask, and what an answer means.

use crate::bindings::test_case::cluster_tester::plugin::types::Identity;
pub use crate::bindings::test_case::exports::cluster_tester::plugin::test_case::{
    Context, Description, Metric, MetricKind,
};
use crate::fault::Fault;
use crate::identity;
use crate::request::Request;
use crate::response::{Outcome, Response, Verdict};

/// Bytes of a body that a test case gets if it asks for no other number.
pub const DEFAULT_BODY_LIMIT: u32 = 64 * 1024;

/// A test case. One value serves one call at a time; a trial may use several, and any of them may serve any step of any
/// iteration: what an iteration must remember goes through the state of a [`Step`](crate::Step).
///
/// Write [`read`](Self::read) where an iteration is one request, [`read_step`](Self::read_step) where it is several.
pub trait TestCase: Sized {
    /// Options, as the description's schema has them; [`NoOptions`](crate::NoOptions) for none.
    type Options: serde::de::DeserializeOwned;

    /// What this test case is.
    fn describe() -> Description;

    /// Makes a value from the options, defaults filled in. Called once for each value, outside of any measured time.
    ///
    /// # Errors
    /// When an option is wrong in a way that its schema cannot tell: [`Fault::invalid_option`].
    fn configure(options: Self::Options) -> Result<Self, Fault>;

    /// Builds the first (mostly the only) request of an iteration, before it is due.
    ///
    /// # Errors
    /// When there is no such request, for example because the load is out of range.
    fn build(&mut self, context: &Context) -> Result<Request, Fault>;

    /// Reads the response of an iteration that is one request. Called after its end is stamped.
    ///
    /// # Errors
    /// An error makes the request *unreadable*: a failure, with the text as its detail.
    fn read(&mut self, context: &Context, response: &Response) -> Result<Outcome, Fault> {
        let _ = (context, response);
        Err(Fault::failed("this test case has neither `read` nor `read_step`"))
    }

    /// Reads a response of any step, given the state that the step before left, empty after `build`. Gives the outcome
    /// or a further step, `.into()`.
    ///
    /// # Errors
    /// As for [`read`](Self::read); it ends the iteration.
    fn read_step(&mut self, context: &Context, state: &[u8], response: &Response) -> Result<Verdict, Fault> {
        let _ = state;
        self.read(context, response).map(Verdict::Done)
    }
}

identity::builders!(Description);

impl Description {
    /// A description with the smallest load 1, no options, no headers wanted, [`DEFAULT_BODY_LIMIT`], no metrics, no
    /// reasons of failure. The version is that of the plugin's crate.
    pub fn new(name: &str, description: &str) -> Self {
        Self {
            identity: Identity::new(name, description),
            min_recommended_load: 1,
            response_headers: Vec::new(),
            body_limit: DEFAULT_BODY_LIMIT,
            metrics: Vec::new(),
            failure_reasons: Vec::new(),
        }
    }

    /// With the smallest load for which the figures mean something.
    #[must_use]
    pub fn min_recommended_load(mut self, load: u32) -> Self {
        self.min_recommended_load = load;
        self
    }

    /// With these response headers, in lower case. Each costs about 0.1 µs a response.
    #[must_use]
    pub fn response_headers<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> Self {
        self.response_headers = names.into_iter().map(str::to_owned).collect();
        self
    }

    /// With so many bytes of a body at most, up to 16 MiB.
    #[must_use]
    pub fn body_limit(mut self, bytes: u32) -> Self {
        self.body_limit = bytes;
        self
    }

    /// With one more metric whose sum counts. Its index is the number of those before it.
    #[must_use]
    pub fn counter(self, name: &str, unit: &str) -> Self {
        self.metric(name, unit, MetricKind::Counter)
    }

    /// With one more metric whose mean and percentiles count. Its index is the number of those before it.
    #[must_use]
    pub fn gauge(self, name: &str, unit: &str) -> Self {
        self.metric(name, unit, MetricKind::Gauge)
    }

    fn metric(mut self, name: &str, unit: &str, kind: MetricKind) -> Self {
        self.metrics.push(Metric { name: name.to_owned(), unit: unit.to_owned(), kind });
        self
    }

    /// With these reasons of failure, each a short phrase; outcomes name them by index.
    #[must_use]
    pub fn failure_reasons<'a>(mut self, reasons: impl IntoIterator<Item = &'a str>) -> Self {
        self.failure_reasons = reasons.into_iter().map(str::to_owned).collect();
        self
    }
}

impl Context {
    /// A context as a unit test wants one: the first iteration, this load, no data feed.
    pub fn of_load(load: u32) -> Self {
        Self { load, iteration: 0, seed: 0, intended_start: 0.0, row: None }
    }
}

/// Makes the crate a component of the world `test-case-plugin`. `$test_case` implements [`TestCase`]. Natively it is
/// nothing, so that the crate is unit-tested without a wasm toolchain.
#[macro_export]
macro_rules! export_test_case {
    ($test_case:ty) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            use ::std::cell::RefCell;
            use $crate::bindings::test_case::export_world;
            use $crate::bindings::test_case::exports::cluster_tester::plugin::test_case as world;
            use $crate::{Fault, TestCase};

            ::std::thread_local! {
                static CONFIGURED: RefCell<Option<$test_case>> = const { RefCell::new(None) };
            }

            fn configured<R>(call: impl FnOnce(&mut $test_case) -> Result<R, Fault>) -> Result<R, Fault> {
                CONFIGURED.with_borrow_mut(|configured| match configured {
                    Some(test_case) => call(test_case),
                    None => Err(Fault::failed("`configure` was not called")),
                })
            }

            struct Export;

            impl world::Guest for Export {
                fn describe() -> Result<world::Description, Fault> {
                    let mut description = <$test_case as TestCase>::describe();
                    description.identity = description.identity.or_version(::std::env!("CARGO_PKG_VERSION"));
                    Ok(description)
                }

                fn configure(options: String) -> Result<(), Fault> {
                    let test_case = <$test_case as TestCase>::configure($crate::options::parse(&options)?)?;
                    CONFIGURED.set(Some(test_case));
                    Ok(())
                }

                fn build_request(context: world::Context) -> Result<world::Request, Fault> {
                    configured(|test_case| test_case.build(&context))
                }

                fn read_response(
                    context: world::Context,
                    state: Option<Vec<u8>>,
                    response: world::Response,
                ) -> Result<world::Verdict, Fault> {
                    configured(|test_case| {
                        test_case.read_step(&context, state.as_deref().unwrap_or_default(), &response)
                    })
                }
            }

    export_world!(Export with_types_in $crate::bindings::test_case);
        };
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_have_the_index_of_their_turn() {
        let description = Description::new("ATestCase", "Tests.").counter("bytes-read", "bytes").gauge("age", "ms");
        let named: Vec<_> = description.metrics.iter().map(|metric| (metric.name.as_str(), metric.kind)).collect();
        assert_eq!(named, [("bytes-read", MetricKind::Counter), ("age", MetricKind::Gauge)]);
    }

    #[test]
    fn the_version_is_the_crates_unless_told() {
        let untold = Description::new("ATestCase", "Tests.").identity.or_version("1.2.0");
        assert_eq!(untold.version, "1.2.0");
        let told = Description::new("ATestCase", "Tests.").version("7.0.0").identity.or_version("1.2.0");
        assert_eq!(told.version, "7.0.0");
    }

    #[test]
    fn a_test_case_that_reads_one_way_need_not_read_the_other() {
        struct Mute;

        impl TestCase for Mute {
            type Options = crate::NoOptions;

            fn describe() -> Description {
                Description::new("MuteTestCase", "Reads nothing.")
            }

            fn configure(_: crate::NoOptions) -> Result<Self, Fault> {
                Ok(Self)
            }

            fn build(&mut self, _: &Context) -> Result<Request, Fault> {
                Ok(Request::get("/"))
            }
        }

        let Err(Fault::Failed(reason)) = Mute.read_step(&Context::of_load(1), &[], &Response::new(200, "")) else {
            panic!("readable")
        };
        assert_eq!(reason, "this test case has neither `read` nor `read_step`");
    }
}

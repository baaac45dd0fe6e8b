//! A good test case, but for one thing: it wants to send a request itself, for which no host of ours gives the means.

#[allow(missing_docs, unreachable_pub, unused_qualifications, clippy::all, reason = "generated")]
mod bindings {
    wit_bindgen::generate!({
        world: "network",
        generate_all,
        inline: "
            package fixture:network;

            world network {
                import wasi:http/outgoing-handler@0.2.0;
            }

            // So much of WASI's as makes the import.
            package wasi:http@0.2.0 {
                interface types {
                    resource fields {
                        constructor();
                    }
                    resource outgoing-request {
                        constructor(headers: fields);
                    }
                    resource request-options;
                    resource future-incoming-response;
                }

                interface outgoing-handler {
                    use types.{outgoing-request, request-options, future-incoming-response};

                    handle: func(
                        request: outgoing-request,
                        options: option<request-options>,
                    ) -> result<future-incoming-response>;
                }
            }
        ",
    });
}

use bindings::wasi::http::outgoing_handler;
use bindings::wasi::http::types::{Fields, OutgoingRequest};
use cluster_tester_sdk::{Context, Description, Fault, NoOptions, Outcome, Request, Response, TestCase};

/// The test case.
pub struct Network;

impl TestCase for Network {
    type Options = NoOptions;

    fn describe() -> Description {
        Description::new("NetworkTestCase", "Wants to send a request itself.")
    }

    fn configure(_: NoOptions) -> Result<Self, Fault> {
        Ok(Self)
    }

    fn build(&mut self, _: &Context) -> Result<Request, Fault> {
        let request = OutgoingRequest::new(Fields::new());
        outgoing_handler::handle(request, None).map_err(|()| Fault::failed("no network"))?;
        Ok(Request::get("/"))
    }

    fn read(&mut self, _: &Context, _: &Response) -> Result<Outcome, Fault> {
        Ok(Outcome::success())
    }
}

cluster_tester_sdk::export_test_case!(Network);

//! Fibonacci numbers by calls for the two before. Nothing is remembered: the fan-out is the point.

use http::StatusCode;
use jiff::Timestamp;
use serde::Serialize;

use crate::answer::{self, Answer, Span};
use crate::caller::Caller;

#[derive(Serialize)]
struct Body {
    #[serde(flatten)]
    span: Span,
    fibonacci: u64,
}

/// Answers with the Fibonacci number of n, where those of 0 and 1 are 0 and 1.
pub(crate) async fn answer(caller: &Caller, n: u32) -> Answer {
    let start = Timestamp::now();
    let fibonacci = if n <= 1 {
        u64::from(n)
    } else {
        let called = tokio::try_join!(async { caller.call(n - 1).await.map_err(|error| (n - 1, error)) }, async {
            caller.call(n - 2).await.map_err(|error| (n - 2, error))
        });
        match called {
            Ok((one_before, two_before)) => one_before + two_before,
            Err((n, error)) => {
                let error = format!("calling {} failed: {error}; does `--app-url` lead here?", caller.url(n));
                return answer::refusal(StatusCode::BAD_GATEWAY, &error);
            }
        }
    };
    answer::ok(&Body { span: Span::since(start), fibonacci })
}

//! Decides what a path means, and refuses what is none or asks too much.

use std::io;
use std::ops::RangeInclusive;

use http::{Method, Request, StatusCode};
use hyper::body::Incoming;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use url::form_urlencoded;

use crate::answer::{self, Answer, Span};
use crate::bubble_sort::Sorter;
use crate::caller::Caller;
use crate::config::Config;
use crate::fibonacci;
use crate::queue::Queue;

/// The application.
pub(crate) struct App {
    config: Config,
    caller: Caller,
    sorter: Sorter,
    queue: Queue,
}

#[derive(Serialize)]
struct Sorted {
    #[serde(flatten)]
    span: Span,
    n: u32,
}

impl App {
    /// # Errors
    /// When the system refuses a thread.
    pub(crate) fn new(config: Config) -> io::Result<Self> {
        let caller = Caller::new(config.app_url.clone(), config.max_fibonacci);
        let queue = Queue::start(config.queue_servers, config.queue_service_time)?;
        Ok(Self { config, caller, sorter: Sorter::new(), queue })
    }

    /// Answers a request.
    pub(crate) async fn answer(&self, request: &Request<Incoming>) -> Answer {
        let path = request.uri().path();
        let is_known = ["/", "/bubble-sort", "/queue"].contains(&path) || path.starts_with("/fibonacci/");
        if !is_known {
            let error = format!("there is no {path}, only /, /fibonacci/{{n}}, /bubble-sort?n={{n}} and /queue");
            return answer::refusal(StatusCode::NOT_FOUND, &error);
        }
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return answer::only_get();
        }
        if let Some(n) = path.strip_prefix("/fibonacci/") {
            return match number(n, 0..=self.config.max_fibonacci) {
                Ok(n) => fibonacci::answer(&self.caller, n).await,
                Err(reason) => answer::refusal(StatusCode::BAD_REQUEST, &reason),
            };
        }
        if path == "/bubble-sort" {
            let query = request.uri().query().unwrap_or_default().as_bytes();
            let n = form_urlencoded::parse(query).find(|(key, _)| key == "n").map(|(_, n)| n).unwrap_or_default();
            return match number(&n, 1..=self.config.max_bubble_sort) {
                Ok(n) => self.bubble_sort(n).await,
                Err(reason) => answer::refusal(StatusCode::BAD_REQUEST, &reason),
            };
        }
        if path == "/queue" {
            let start = Timestamp::now();
            self.queue.pass().await;
            return answer::ok(&Span::since(start));
        }
        answer::ok(&json!({
            "name": "cluster-tester target",
            "version": env!("CARGO_PKG_VERSION"),
            "routes": ["/", "/fibonacci/{n}", "/bubble-sort?n={n}", "/queue"],
        }))
    }

    async fn bubble_sort(&self, n: u32) -> Answer {
        let start = Timestamp::now();
        self.sorter.sort_reversed(n).await;
        answer::ok(&Sorted { span: Span::since(start), n })
    }
}

fn number(text: &str, range: RangeInclusive<u32>) -> Result<u32, String> {
    match text.parse() {
        Ok(n) if range.contains(&n) => Ok(n),
        _ => {
            let (least, most) = range.into_inner();
            Err(format!("n is `{}`: it must be a whole number from {least} to {most}", text.escape_debug()))
        }
    }
}

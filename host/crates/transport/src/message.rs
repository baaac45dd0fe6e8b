//! Decides what goes out: a test case's request with what the host adds to it.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HOST, USER_AGENT};
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use http_body_util::Full;
use model::{Request, TransportError};

use crate::connection::Body;
use crate::origin::Origin;

const AGENT: HeaderValue = HeaderValue::from_static(concat!("cluster-tester/", env!("CARGO_PKG_VERSION")));

/// What every request to one origin has in common.
pub(crate) struct Template {
    prefix: String,
    headers: HeaderMap,
}

impl Template {
    /// The plan's headers win over `Host` and `User-Agent` of our own.
    pub(crate) fn new(origin: &Origin, base_headers: &[(HeaderName, HeaderValue)]) -> Self {
        let mut headers = HeaderMap::with_capacity(base_headers.len() + 8);
        for (name, value) in base_headers {
            headers.append(name, value.clone());
        }
        if !headers.contains_key(HOST) {
            let host = HeaderValue::from_str(&origin.host_header()).expect("a URL's host is visible ASCII");
            headers.insert(HOST, host);
        }
        headers.entry(USER_AGENT).or_insert(AGENT);
        Self { prefix: origin.prefix().to_owned(), headers }
    }

    /// The message for a request. The request's headers win over the plan's.
    ///
    /// # Errors
    /// When the path is too long with the base URL's before it.
    pub(crate) fn message(&self, request: &Request) -> Result<http::Request<Body>, TransportError> {
        let mut message = http::Request::new(Full::new(request.body.clone()));
        *message.method_mut() = request.method.clone();
        *message.uri_mut() = Uri::from(self.path(&request.path)?);
        let headers = message.headers_mut();
        *headers = self.headers.clone();
        for (index, (name, value)) in request.headers.iter().enumerate() {
            if request.headers[..index].iter().any(|(before, _)| before == name) {
                headers.append(name, value.clone());
            } else {
                headers.insert(name, value.clone());
            }
        }
        // Some servers refuse these without a length, be it 0; hyper leaves it out.
        if request.body.is_empty() && [Method::POST, Method::PUT, Method::PATCH].contains(&request.method) {
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        Ok(message)
    }

    fn path(&self, path: &PathAndQuery) -> Result<PathAndQuery, TransportError> {
        if self.prefix.is_empty() {
            return Ok(path.clone());
        }
        let joined = Bytes::from([self.prefix.as_str(), path.as_str()].concat());
        PathAndQuery::from_maybe_shared(joined).map_err(|error| {
            TransportError::Protocol(format!("the path cannot be sent below `{}`: {error}", self.prefix))
        })
    }
}

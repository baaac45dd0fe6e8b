//! Decides what goes out: a test case's request with what the host adds to it.

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_LENGTH, HOST, HeaderName, TRANSFER_ENCODING, UPGRADE, USER_AGENT};
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderMap, HeaderValue, Method, Uri};
use http_body_util::Full;
use model::{Request, TransportError};

use crate::origin::Origin;

pub(crate) const AGENT: HeaderValue = HeaderValue::from_static(concat!("cluster-tester/", env!("CARGO_PKG_VERSION")));

/// Headers about a connection, which HTTP/2 does not have.
const OF_A_CONNECTION: [HeaderName; 5] = [
    CONNECTION,
    TRANSFER_ENCODING,
    UPGRADE,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
];

/// What every request to one origin has in common.
pub(crate) struct Template {
    prefix: String,
    headers: HeaderMap,
    scheme: Scheme,
    authority: Authority,
    /// `headers` without those of a connection and without the host, which is the authority.
    http2_headers: HeaderMap,
}

impl Template {
    /// The plan's headers win over `Host` and `User-Agent` of our own.
    pub(crate) fn new(origin: &Origin, base_headers: &[(HeaderName, HeaderValue)]) -> Self {
        let mut headers = HeaderMap::with_capacity(base_headers.len() + 8);
        for (name, value) in base_headers {
            headers.append(name, value.clone());
        }
        let own = origin.host_header();
        if !headers.contains_key(HOST) {
            headers.insert(HOST, HeaderValue::from_str(&own).expect("a URL's host is visible ASCII"));
        }
        headers.entry(USER_AGENT).or_insert(AGENT);
        let mut http2_headers = headers.clone();
        for name in OF_A_CONNECTION {
            http2_headers.remove(name);
        }
        let given = headers.get(HOST).and_then(|host| Authority::try_from(host.as_bytes()).ok());
        if given.is_some() {
            http2_headers.remove(HOST);
        }
        let authority = given.unwrap_or_else(|| own.parse().expect("a URL's host is an authority"));
        Self { prefix: origin.prefix().to_owned(), headers, scheme: origin.scheme(), authority, http2_headers }
    }

    /// Sees whether a request can be sent at all.
    ///
    /// # Errors
    /// When the path is too long with the base URL's before it.
    pub(crate) fn check(&self, request: &Request) -> Result<(), TransportError> {
        if self.prefix.is_empty() { Ok(()) } else { self.path(&request.path).map(drop) }
    }

    /// The message for a request over HTTP/1.1; `is_last` says that none follows on the connection. The request's headers
    /// win over the plan's.
    ///
    /// # Errors
    /// As for [`Template::check`].
    pub(crate) fn http1(&self, request: &Request, is_last: bool) -> Result<http::Request<Full<Bytes>>, TransportError> {
        let mut message = http::Request::new(Full::new(request.body.clone()));
        *message.method_mut() = request.method.clone();
        *message.uri_mut() = Uri::from(self.path(&request.path)?);
        let headers = message.headers_mut();
        *headers = merged(&self.headers, request);
        // Some servers refuse these without a length, be it 0; hyper leaves it out.
        if request.body.is_empty() && usually_has_a_body(&request.method) {
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        if is_last {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        Ok(message)
    }

    /// The message for a request over HTTP/2, without its body.
    ///
    /// # Errors
    /// As for [`Template::check`].
    pub(crate) fn http2(&self, request: &Request) -> Result<http::Request<()>, TransportError> {
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(self.path(&request.path)?);
        let uri = Uri::from_parts(parts)
            .map_err(|error| TransportError::Protocol(format!("the path cannot be sent: {error}")))?;
        let mut message = http::Request::new(());
        *message.version_mut() = http::Version::HTTP_2;
        *message.method_mut() = request.method.clone();
        *message.uri_mut() = uri;
        let headers = message.headers_mut();
        *headers = merged(&self.http2_headers, request);
        if !request.body.is_empty() || usually_has_a_body(&request.method) {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(request.body.len()));
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

/// The request's headers over the plan's.
fn merged(base: &HeaderMap, request: &Request) -> HeaderMap {
    let mut headers = base.clone();
    for (index, (name, value)) in request.headers.iter().enumerate() {
        if request.headers[..index].iter().any(|(before, _)| before == name) {
            headers.append(name, value.clone());
        } else {
            headers.insert(name, value.clone());
        }
    }
    headers
}

fn usually_has_a_body(method: &Method) -> bool {
    [Method::POST, Method::PUT, Method::PATCH].contains(method)
}

//! Builds requests. Host, scheme and port come from the plan: a plugin cannot aim load elsewhere.

pub use crate::bindings::test_case::exports::cluster_tester::plugin::test_case::{Header, Method, Request};

impl Request {
    /// A request without headers or body. `path` is path and query, starting with `/`, percent-encoded.
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), headers: Vec::new(), body: None }
    }

    /// GET.
    pub fn get(path: impl Into<String>) -> Self {
        Self::new(Method::Get, path)
    }

    /// POST with a body.
    pub fn post(path: impl Into<String>, body: impl Into<Vec<u8>>) -> Self {
        Self::new(Method::Post, path).body(body)
    }

    /// PUT with a body.
    pub fn put(path: impl Into<String>, body: impl Into<Vec<u8>>) -> Self {
        Self::new(Method::Put, path).body(body)
    }

    /// DELETE.
    pub fn delete(path: impl Into<String>) -> Self {
        Self::new(Method::Delete, path)
    }

    /// With one more header, its name in lower case. `host`, `content-length` and hop-by-hop headers are the host's.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<Vec<u8>>) -> Self {
        self.headers.push(Header { name: name.into(), value: value.into() });
        self
    }

    /// With this body, at most 16 MiB.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }
}

impl Method {
    /// The method of this name, in upper case.
    pub fn named(name: &str) -> Self {
        match name {
            "GET" => Self::Get,
            "HEAD" => Self::Head,
            "POST" => Self::Post,
            "PUT" => Self::Put,
            "DELETE" => Self::Delete,
            "OPTIONS" => Self::Options,
            "PATCH" => Self::Patch,
            other => Self::Other(other.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_keeps_its_headers_in_order() {
        let request = Request::post("/orders", "{}").header("accept", "*/*").header("x-id", "7");
        assert!(matches!(request.method, Method::Post));
        let names: Vec<&str> = request.headers.iter().map(|header| header.name.as_str()).collect();
        assert_eq!((names.as_slice(), request.body.as_deref()), (&["accept", "x-id"][..], Some(&b"{}"[..])));
    }

    #[test]
    fn methods_are_known_by_name_in_upper_case() {
        assert!(matches!(Method::named("PATCH"), Method::Patch));
        assert!(matches!(Method::named("PURGE"), Method::Other(name) if name == "PURGE"));
        assert!(matches!(Method::named("get"), Method::Other(name) if name == "get"));
    }
}

//! What can be told to the test case, and what of it makes no request.

use std::collections::BTreeMap;
use std::fmt;

use cluster_tester_sdk::{Fault, Header, Method};
use serde::Deserialize;

use crate::Http;
use crate::template::Template;

/// Options as written; `options.schema.json` explains them.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Options {
    #[serde(default = "root")]
    path: String,
    #[serde(default = "get")]
    method: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    expected_status: ExpectedStatus,
}

fn root() -> String {
    "/".into()
}

fn get() -> String {
    "GET".into()
}

/// Which statuses make a success.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(untagged, expecting = "expected a status from 100 to 599, or a list of them")]
pub(crate) enum ExpectedStatus {
    One(u16),
    AnyOf(Vec<u16>),
    #[default]
    Successful,
}

impl ExpectedStatus {
    pub(crate) fn covers(&self, status: u16) -> bool {
        match self {
            Self::One(one) => *one == status,
            Self::AnyOf(any) => any.contains(&status),
            Self::Successful => (200..300).contains(&status),
        }
    }

    fn named(&self) -> &[u16] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::AnyOf(any) => any,
            Self::Successful => &[],
        }
    }
}

impl fmt::Display for ExpectedStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::Successful {
            return f.write_str("200 to 299");
        }
        for (i, status) in self.named().iter().enumerate() {
            write!(f, "{}{status}", if i == 0 { "" } else { " or " })?;
        }
        Ok(())
    }
}

impl Options {
    /// The test case that these options make.
    ///
    /// # Errors
    /// [`Fault::InvalidOption`] for one that makes no request.
    pub(crate) fn check(self) -> Result<Http, Fault> {
        if !self.path.starts_with('/') {
            return Err(Fault::invalid_option("path", format!("`{}` does not start with `/`", self.path)));
        }
        if let Some(bad) = self.path.chars().find(|c| !c.is_ascii_graphic() || *c == '#') {
            return Err(Fault::invalid_option("path", format!("{bad:?} must be percent-encoded in a path")));
        }
        if self.method.is_empty() || !self.method.bytes().all(|b| b.is_ascii_uppercase() || b == b'-') {
            let reason = format!("`{}` is no method: expected upper-case letters such as `POST`", self.method);
            return Err(Fault::invalid_option("method", reason));
        }
        let statuses = self.expected_status.named();
        if self.expected_status == ExpectedStatus::AnyOf(Vec::new()) {
            return Err(Fault::invalid_option("expected-status", "an empty list: no answer could be a success"));
        }
        if let Some(bad) = statuses.iter().find(|status| !(100..600).contains(*status)) {
            return Err(Fault::invalid_option("expected-status", format!("{bad} is no status: expected 100 to 599")));
        }
        let body = self.body.as_deref().map(Template::parse).transpose();
        Ok(Http {
            method: Method::named(&self.method),
            path: Template::parse(&self.path).map_err(|reason| Fault::invalid_option("path", reason))?,
            headers: self.headers.into_iter().map(header).collect::<Result<_, _>>()?,
            body: body.map_err(|reason| Fault::invalid_option("body", reason))?,
            expected_status: self.expected_status,
        })
    }
}

fn header((name, value): (String, String)) -> Result<Header, Fault> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(is_token) {
        return Err(Fault::invalid_option("headers", format!("{name:?} is no header name")));
    }
    if value.bytes().any(|byte| byte.is_ascii_control() && byte != b'\t') {
        return Err(Fault::invalid_option("headers", format!("the value of `{name}` has a control character in it")));
    }
    Ok(Header { name: name.to_ascii_lowercase(), value: value.into_bytes() })
}

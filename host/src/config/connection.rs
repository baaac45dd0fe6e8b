//! How connections to a target are made: each key with its default, and those that go together.

use model::plan::ConnectionPlan;
use transport::Override;

use super::error::ConfigError;
use super::merge::Merge;
use super::shape::ConnectionShape;

/// Resolves the connections of the target in the table `target`. What is not given is [`ConnectionPlan::default`],
/// which the reference shows under `[target.connection]`.
///
/// # Errors
/// When a value is 0, a certificate has no key, or an address is not in its form.
pub(super) fn resolve(
    merge: &Merge<'_>,
    shape: Option<&ConnectionShape>,
    target: &str,
) -> Result<ConnectionPlan, ConfigError> {
    let Some(shape) = shape else { return Ok(ConnectionPlan::default()) };
    let key = |name: &str| format!("{target}.connection.{name}");
    let default = ConnectionPlan::default();
    let plan = ConnectionPlan {
        http: shape.http.map_or(default.http, |http| http.0.0),
        streams: shape.streams.unwrap_or(default.streams),
        requests_per_connection: shape.requests_per_connection,
        connect_timeout: shape.connect_timeout.map_or(default.connect_timeout, |span| span.0),
        ca_certificates: shape.cacert.clone(),
        client_certificate: shape.cert.clone(),
        client_key: shape.key.clone(),
        insecure: shape.insecure.unwrap_or(default.insecure),
        resolve: shape.resolve.clone().unwrap_or_default(),
        unix_socket: shape.unix_socket.clone(),
    };
    merge.above_zero(&key("streams"), plan.streams == 0)?;
    merge.above_zero(&key("requests-per-connection"), plan.requests_per_connection == Some(0))?;
    merge.above_zero(&key("connect-timeout"), plan.connect_timeout.0.is_zero())?;
    match (&plan.client_certificate, &plan.client_key) {
        (Some(_), None) => return alone(merge, &key("cert"), "the key of the client certificate is missing", BOTH),
        (None, Some(_)) => return alone(merge, &key("key"), "there is a client key, but no certificate", BOTH),
        _ => {}
    }
    for entry in &plan.resolve {
        entry.parse::<Override>().or_else(|error| alone(merge, &key("resolve"), &error.to_string(), RESOLVE))?;
    }
    Ok(plan)
}

const BOTH: &str = "give both: `--cert FILE --key FILE`, or `cert` and `key` under `connection`";
const RESOLVE: &str = "several addresses of one host stand in a row: `host:port:address,address`";

fn alone<T>(merge: &Merge<'_>, key: &str, what: &str, hint: &'static str) -> Result<T, ConfigError> {
    Err(ConfigError::Conflict { what: what.to_owned(), keys: vec![("where", merge.origin(key))], hint })
}

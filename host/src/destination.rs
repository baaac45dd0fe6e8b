//! The target as a run reaches it: found once, and the same for all threads.

use std::io;
use std::sync::Arc;

use http::{HeaderName, HeaderValue};
use model::plan::{ConnectionPlan, HeaderPlan, TargetPlan};
use model::{Clock, Transport};
use transport::{Origin, Override, Route, Settings, TlsError, TlsSettings};

use crate::error::{CliError, ExitCode};

/// The target as a run reaches it.
#[derive(Clone)]
pub(crate) struct Destination {
    origins: Vec<Origin>,
    routes: Vec<Route>,
    headers: Vec<(HeaderName, HeaderValue)>,
    tls: Option<Arc<TlsSettings>>,
    connection: ConnectionPlan,
}

impl Destination {
    /// Reads the URLs and the files for TLS, and looks the hosts up. Sends nothing. The second are notices.
    ///
    /// # Errors
    /// When a URL is malformed, a host not known, or a file cannot be used.
    pub(crate) fn find(plan: &TargetPlan) -> Result<(Self, Vec<String>), CliError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| CliError::new(ExitCode::Internal, error.to_string()))?;
        let connection = plan.connection.clone();
        let parsed = plan.urls.iter().map(|url| Origin::parse(url));
        let mut origins: Vec<_> =
            parsed.collect::<Result<_, _>>().map_err(|error| CliError::from_error(ExitCode::Target, &error))?;
        let names_files = connection.ca_certificates.is_some() || connection.client_certificate.is_some();
        let needs_tls = names_files || origins.iter().any(Origin::is_tls);
        let tls = needs_tls.then(|| TlsSettings::load(&connection)).transpose()?;
        let overrides = connection.resolve.iter().map(|entry| entry.parse::<Override>());
        let overrides: Vec<_> =
            overrides.collect::<Result<_, _>>().map_err(|error| CliError::from_error(ExitCode::Config, &error))?;
        // All connections go to the socket file: nobody need know the host.
        if connection.unix_socket.is_none() {
            for (origin, url) in origins.iter_mut().zip(&plan.urls) {
                runtime.block_on(origin.resolve(&overrides)).map_err(|error| {
                    CliError::from_error(ExitCode::Target, &error).with_detail("url", url).with_hint(
                        "is the host's name right, and does this machine know it? `--resolve` gives its address",
                    )
                })?;
            }
        }
        let routes = transport::routes(&origins, connection.unix_socket.as_deref());
        let (routes, notices) = runtime.block_on(transport::reachable(routes, connection.connect_timeout.0));
        let headers = plan.headers.iter().map(header).collect::<Result<_, _>>()?;
        Ok((Self { origins, routes, headers, tls, connection }, notices))
    }

    /// Ways to it: each address of each URL is one.
    pub(crate) fn route_count(&self) -> u32 {
        u32::try_from(self.routes.len()).unwrap_or(u32::MAX)
    }

    /// What a thread's transport is told of connections; the rest is the trial's.
    pub(crate) fn settings(&self) -> Settings {
        Settings {
            connect_timeout: self.connection.connect_timeout.0,
            requests_per_connection: self.connection.requests_per_connection,
            http: self.connection.http,
            streams: self.connection.streams,
            tls: self.tls.clone(),
            ..Settings::default()
        }
    }

    /// A transport for the calling thread.
    ///
    /// # Errors
    /// When the process is out of descriptors.
    pub(crate) fn transport(&self, clock: Arc<dyn Clock>, settings: Settings) -> io::Result<Box<dyn Transport>> {
        transport::transport(self.routes.clone(), self.origins.clone(), self.headers.clone(), clock, settings)
    }
}

/// A header of the plan, with its secret.
fn header(plan: &HeaderPlan) -> Result<(HeaderName, HeaderValue), CliError> {
    let header = plan.name.parse().ok().zip(plan.value.value.parse().ok());
    header.ok_or_else(|| CliError::new(ExitCode::Config, format!("header `{}` cannot be sent", plan.name)))
}

impl From<TlsError> for CliError {
    fn from(error: TlsError) -> Self {
        Self::from_error(ExitCode::Config, &error)
    }
}

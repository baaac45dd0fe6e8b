//! What is typed about connections, for every subcommand that makes some.

use std::path::PathBuf;

use clap::Args;
use model::Span;
use model::plan::HttpVersion;

use super::typed::Typed;
use crate::word::Word;

/// Flags that say how connections are made and used. Those not typed come from the config.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Connections")]
pub(crate) struct ConnectionSettings {
    /// Most sockets; with `--rate max` the users [default: as needed, 10]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) connections: Option<u32>,
    /// Version of HTTP: `auto`, `1.1`, `2` [default: auto]
    ///
    /// `auto` takes what a target with TLS offers (ALPN), HTTP/2 first, and HTTP/1.1 without TLS; `2` without TLS is HTTP/2
    /// by prior knowledge.
    #[arg(long, value_name = "VERSION")]
    pub(crate) http: Option<Typed<Word<HttpVersion>>>,
    /// Most requests at a time on an HTTP/2 connection [default: 100]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) streams: Option<u32>,
    /// Requests before a connection is closed [default: no limit]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) requests_per_connection: Option<u32>,
    /// Longest wait for a connection, TLS included [default: 10s]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) connect_timeout: Option<Span>,
    /// Certificates (PEM) to trust beside the system's
    #[arg(long, value_name = "FILE")]
    pub(crate) cacert: Option<PathBuf>,
    /// Client certificate (PEM), for a target that asks for one
    #[arg(long, value_name = "FILE")]
    pub(crate) cert: Option<PathBuf>,
    /// Key (PEM) of the client certificate
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    /// Do not look at the target's certificate
    #[arg(long)]
    pub(crate) insecure: bool,
    /// Address of a host, `host:port:address`; repeatable
    #[arg(long, value_name = "HOST:PORT:ADDR")]
    pub(crate) resolve: Vec<String>,
    /// Socket file that all connections go to
    #[arg(long, value_name = "PATH")]
    pub(crate) unix_socket: Option<PathBuf>,
}

//! What is typed for `target`.

use std::net::SocketAddr;

use clap::Args;

/// Flags of `target`.
#[derive(Debug, Clone, Args)]
pub(crate) struct TargetArgs {
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,
    /// URL by which it calls itself [default: http://<listen>]
    ///
    /// In a cluster this is the service's address, so that one request fans out over all its hosts.
    #[arg(long, value_name = "URL")]
    pub(crate) app_url: Option<String>,
    /// Largest N of /fibonacci/N that it answers
    #[arg(long, value_name = "N", default_value_t = target::DEFAULT_MAX_FIBONACCI)]
    pub(crate) max_fibonacci: u32,
}

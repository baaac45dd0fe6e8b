//! What is typed for `target`.

use std::net::SocketAddr;
use std::num::NonZeroU32;

use clap::Args;
use model::Span;

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
    /// Servers behind /queue, which is first come first served
    ///
    /// A request to /queue costs next to nothing and is answered when it would have left that queue, within some tens of
    /// microseconds. So the target's capacity is known: servers by service time.
    #[arg(long, value_name = "C", default_value_t = target::DEFAULT_QUEUE_SERVERS)]
    pub(crate) queue_servers: NonZeroU32,
    /// Time that each of these servers takes for a request
    #[arg(long, value_name = "TIME", default_value_t = Span(target::DEFAULT_QUEUE_SERVICE_TIME))]
    pub(crate) queue_service_time: Span,
}

//! Serves the application: one task a connection.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::config::Config;
use crate::routes::App;
use crate::stream::Stream;

/// Pause after a connection could not be accepted: mostly too many files are open, and some will be closed.
const BREATH: Duration = Duration::from_millis(10);

/// Serves the application until the future is dropped; its connections end with it.
///
/// # Errors
/// When the system refuses a thread, or the listener is not fit to accept connections. Being short of descriptors for a while is no error.
pub async fn serve(listener: TcpListener, config: Config) -> io::Result<()> {
    let app = Arc::new(App::new(config)?);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(converse(stream, Arc::clone(&app)));
                }
                Err(error) if error.kind() == io::ErrorKind::InvalidInput => return Err(error),
                Err(_) => tokio::time::sleep(BREATH).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn converse(stream: TcpStream, app: Arc<App>) {
    // Without it answers are only slower.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| {
        let app = Arc::clone(&app);
        async move { Ok::<_, Infallible>(app.answer(&request).await) }
    });
    // A client that breaks off or speaks no HTTP is no business of the application's.
    let _ = http1::Builder::new().serve_connection(Stream(stream), service).await;
}

//! `target`: serves the demo application until it is stopped.

use tokio::signal::unix::{SignalKind, signal};

use crate::cli::TargetArgs;
use crate::error::{CliError, ExitCode};
use crate::output::Talk;

pub(crate) fn run(args: &TargetArgs, talk: Talk) -> Result<ExitCode, CliError> {
    let cannot = |error: std::io::Error| {
        CliError::new(ExitCode::Target, format!("cannot listen on {}: {error}", args.listen)).with_hint(
            "is something else running there? give another address with `--listen`, or port 0 for a free one",
        )
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(cannot)?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(args.listen).await.map_err(cannot)?;
        let address = listener.local_addr().map_err(cannot)?;
        let app_url = args.app_url.clone().unwrap_or_else(|| format!("http://{address}"));
        let config = target::Config::new(&app_url, args.max_fibonacci).map_err(|error| {
            CliError::from_error(ExitCode::Usage, &error).with_hint("write `--app-url http://host:port`")
        })?;
        let config = config.with_queue(args.queue_servers, args.queue_service_time.0);
        talk.say(format!(
            "serving the demo application on http://{address}, which calls itself by {app_url}; Ctrl-C ends it"
        ));
        // As the first process of a container, it would not be ended by SIGTERM unless it listens for it.
        let mut terminate = signal(SignalKind::terminate()).map_err(cannot)?;
        tokio::select! {
            result = target::serve(listener, config) => result.map_err(cannot).map(|()| ExitCode::Ok),
            _ = tokio::signal::ctrl_c() => Ok(ExitCode::Ok),
            _ = terminate.recv() => Ok(ExitCode::Ok),
        }
    })
}

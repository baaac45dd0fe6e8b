//! What the system's signals mean here: Ctrl-C ends the trial and saves what there is, a second one ends at once.

use std::io;

use generator::Stop;
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::error::{CliError, ExitCode};
use crate::output::Talk;

/// Local ports for connections to one address, on a system with the usual range.
const PORTS: u32 = 20_000;
/// Descriptors for all else.
const OTHER_FILES: u64 = 256;
/// SIGXFSZ: a file reached the limit on its size. Its default is to kill; handled, the write fails, which is dealt with.
const FILE_SIZE_SIGNAL: i32 = 25;

/// Has a write beyond the limit on a file's size fail, as on a full disk, instead of killing the process.
pub(crate) fn survive_file_size_limit() {
    if let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_io().build() {
        let _entered = runtime.enter();
        // Tokio keeps a handler for good, whether or not anyone listens. Without one it is as it was.
        drop(signal(SignalKind::from_raw(FILE_SIZE_SIGNAL)));
    }
}

/// Gets this process ready for load: what signals throw, and as many open files as there may be.
///
/// # Errors
/// When the system takes no handlers.
pub(crate) fn begin(talk: Talk) -> Result<Stop, CliError> {
    let stop = Stop::default();
    watch(stop.clone(), "what there is will be saved", talk).map_err(|error| no_handlers(&error))?;
    raise_descriptor_limit();
    Ok(stop)
}

/// Watches, on a thread of its own, until the process ends. Throws `stop` at the first signal to end, and says what is
/// done about it.
///
/// # Errors
/// When the system takes no handlers.
pub(crate) fn watch(stop: Stop, what: &'static str, talk: Talk) -> io::Result<()> {
    let (runtime, [mut interrupt, mut terminate]) = listen()?;
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        runtime.block_on(async {
            for is_first in [true, false] {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
                if is_first {
                    talk.say(format!("stopping: {what}; once more ends at once"));
                    stop.throw();
                }
            }
        });
        #[expect(clippy::exit, reason = "asked for twice; what is on disk can be recovered")]
        std::process::exit(i32::from(ExitCode::Interrupted.number()));
    })?;
    Ok(())
}

/// Ends the process with this code at the first signal to end: for commands with nothing to save that nothing else ends.
///
/// # Errors
/// When the system takes no handlers.
pub(crate) fn end_with(code: ExitCode, talk: Talk) -> Result<(), CliError> {
    let watching = listen().and_then(|(runtime, [mut interrupt, mut terminate])| {
        std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
            });
            // The terminal has written `^C`, and no end of the line.
            talk.say("");
            #[expect(clippy::exit, reason = "the other thread waits for what may never happen")]
            std::process::exit(i32::from(code.number()));
        })
    });
    watching.map(|_| ()).map_err(|error| no_handlers(&error))
}

/// Hears SIGINT and SIGTERM from now on.
fn listen() -> io::Result<(Runtime, [Signal; 2])> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let signals = {
        let _entered = runtime.enter();
        [signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?]
    };
    Ok((runtime, signals))
}

fn no_handlers(error: &io::Error) -> CliError {
    CliError::new(ExitCode::Internal, format!("no signal handlers: {error}"))
}

/// Requests that may be under way at a time with a connection each, before this machine runs out of descriptors or ports.
pub(crate) fn most_connections() -> u32 {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current.unwrap_or(u64::from(PORTS));
    u32::try_from(limit.saturating_sub(OTHER_FILES)).unwrap_or(PORTS).clamp(1, PORTS)
}

/// Allows this process as many open files as the system lets it have: each connection is one.
fn raise_descriptor_limit() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    // Refused, it stays as it was, and connections beyond it fail by name.
    let _ = setrlimit(Resource::Nofile, limit);
}

//! Threads for test cases that take too long to be called between two requests.
//!
//! Requests are built ahead of their intended start, answers are read behind their end, so that the cost stands in no
//! measured interval (law 3). Both queues are bounded: a test case that cannot keep up shows as late builds.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Instant;

use bytes::Bytes;
use model::{Context, Request, Response, Verdict, Workload, WorkloadError, WorkloadSource};
use tokio::sync::oneshot;

/// Requests of one generator thread that are built ahead, if they are small.
pub(crate) const BUILD_AHEAD: u64 = 256;
/// Bytes of them, about: large ones are fewer.
pub(crate) const BYTES_AHEAD: u64 = 32 * 1024 * 1024;
/// Answers that may wait to be read, over all threads.
const READ_BEHIND: usize = 256;

/// A request built, with the time that took, nanoseconds.
pub(crate) struct Built {
    pub(crate) position: u64,
    pub(crate) request: Result<Request, WorkloadError>,
    pub(crate) cost: u64,
}

/// An answer read.
pub(crate) struct Read {
    pub(crate) verdict: Result<Verdict, WorkloadError>,
    /// Time that took, nanoseconds.
    pub(crate) cost: u64,
    /// It had to wait for a place in the queue.
    pub(crate) was_late: bool,
}

struct BuildJob {
    position: u64,
    context: Context,
    reply: flume::Sender<Built>,
}

struct ReadJob {
    context: Context,
    state: Bytes,
    response: Response,
    reply: oneshot::Sender<(Result<Verdict, WorkloadError>, u64)>,
}

/// Where jobs go. The threads end when all clones of it are gone.
#[derive(Clone)]
pub(crate) struct PluginThreads {
    builds: flume::Sender<BuildJob>,
    reads: flume::Sender<ReadJob>,
}

impl PluginThreads {
    /// Starts the threads, each with a workload of its own.
    ///
    /// # Errors
    /// When a workload cannot be made.
    pub(crate) fn start(
        count: u32,
        source: &Arc<dyn WorkloadSource>,
    ) -> Result<(Self, Vec<JoinHandle<()>>), WorkloadError> {
        let (builds, build_jobs) = flume::unbounded::<BuildJob>();
        let (reads, read_jobs) = flume::bounded::<ReadJob>(READ_BEHIND);
        let (ready, made) = flume::unbounded();
        let handles = (0..count)
            .map(|index| {
                let (source, ready) = (Arc::clone(source), ready.clone());
                let (build_jobs, read_jobs) = (build_jobs.clone(), read_jobs.clone());
                std::thread::Builder::new()
                    .name(format!("plugin-{index}"))
                    .spawn(move || match source.workload() {
                        Ok(workload) => {
                            let _ = ready.send(Ok(()));
                            serve(workload, &build_jobs, &read_jobs);
                        }
                        Err(error) => {
                            let _ = ready.send(Err(error));
                        }
                    })
                    .map_err(|error| WorkloadError::Broken(format!("cannot start a plugin thread: {error}")))
            })
            .collect::<Result<Vec<_>, _>>()?;
        // A thread that died without a word must not be waited for.
        drop(ready);
        made.iter().take(handles.len()).collect::<Result<(), _>>()?;
        Ok((Self { builds, reads }, handles))
    }

    /// Asks for a request. The queue takes any number; callers ask for [`BUILD_AHEAD`] at most.
    pub(crate) fn build(&self, position: u64, context: Context, reply: flume::Sender<Built>) {
        // The threads outlive every sender.
        let _ = self.builds.send(BuildJob { position, context, reply });
    }

    /// Has an answer read; waits while too many are.
    pub(crate) async fn read(&self, context: Context, state: Bytes, response: Response) -> Read {
        let (reply, read) = oneshot::channel();
        let job = ReadJob { context, state, response, reply };
        let was_late = self.reads.is_full();
        // The threads outlive every sender, and answer every job.
        let _ = self.reads.send_async(job).await;
        let (verdict, cost) =
            read.await.unwrap_or_else(|_| (Err(WorkloadError::Broken("the plugin threads have ended".to_owned())), 0));
        Read { verdict, cost, was_late }
    }
}

fn serve(mut workload: Box<dyn Workload>, builds: &flume::Receiver<BuildJob>, reads: &flume::Receiver<ReadJob>) {
    enum Job {
        Build(BuildJob),
        Read(Box<ReadJob>),
    }
    loop {
        // A late build spoils a figure, a late reading does not: builds first.
        let job = match builds.try_recv() {
            Ok(job) => Some(Job::Build(job)),
            Err(_) => flume::Selector::new()
                .recv(builds, |job| job.ok().map(Job::Build))
                .recv(reads, |job| job.ok().map(|job| Job::Read(Box::new(job))))
                .wait(),
        };
        // Both queues lose their senders together; what still lies in them nobody waits for.
        let Some(job) = job else { return };
        let is_wanted = match &job {
            Job::Build(job) => !job.reply.is_disconnected(),
            Job::Read(job) => !job.reply.is_closed(),
        };
        if !is_wanted {
            continue;
        }
        let begun = Instant::now();
        // A generator thread that has ended takes no reply.
        match job {
            Job::Build(BuildJob { position, context, reply }) => {
                let request = unless_it_panics(|| workload.build(&context));
                let _ = reply.send(Built { position, request, cost: nanos_since(begun) });
            }
            Job::Read(job) => {
                let verdict = unless_it_panics(|| workload.read(&job.context, &job.state, &job.response));
                let _ = job.reply.send((verdict, nanos_since(begun)));
            }
        }
    }
}

/// A fault of ours in one call must not leave the others waiting for ever.
fn unless_it_panics<T>(call: impl FnOnce() -> Result<T, WorkloadError>) -> Result<T, WorkloadError> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(call)).unwrap_or_else(|_| {
        Err(WorkloadError::Broken("the tester itself failed in a call of the test case".to_owned()))
    })
}

/// Nanoseconds since `begun`, for guest time, which no measured interval contains.
pub(crate) fn nanos_since(begun: Instant) -> u64 {
    u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

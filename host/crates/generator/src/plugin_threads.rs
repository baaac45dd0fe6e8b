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

/// Requests of one generator thread that are built ahead.
pub(crate) const BUILD_AHEAD: u64 = 256;
/// Answers that may wait to be read, over all threads.
const READ_BEHIND: usize = 256;

/// A request built, with the time that took, nanoseconds.
pub(crate) struct Built {
    pub(crate) position: u64,
    pub(crate) request: Result<Request, WorkloadError>,
    pub(crate) cost: u64,
}

/// An answer read, with the time that took, nanoseconds.
pub(crate) type Read = (Result<Verdict, WorkloadError>, u64);

struct BuildJob {
    position: u64,
    context: Context,
    reply: flume::Sender<Built>,
}

struct ReadJob {
    context: Context,
    state: Bytes,
    response: Response,
    reply: oneshot::Sender<Read>,
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
        let gone = |_| (Err(WorkloadError::Broken("the plugin threads have ended".to_owned())), 0);
        match self.reads.send_async(job).await {
            Ok(()) => read.await.unwrap_or_else(gone_away),
            Err(error) => gone(error),
        }
    }
}

fn gone_away(_: oneshot::error::RecvError) -> Read {
    (Err(WorkloadError::Broken("a plugin thread has ended".to_owned())), 0)
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
        let begun = Instant::now();
        // A generator thread that has ended takes no reply.
        match job {
            Job::Build(BuildJob { position, context, reply }) => {
                let request = workload.build(&context);
                let _ = reply.send(Built { position, request, cost: nanos_since(begun) });
            }
            Job::Read(job) => {
                let verdict = workload.read(&job.context, &job.state, &job.response);
                let _ = job.reply.send((verdict, nanos_since(begun)));
            }
        }
    }
}

/// Nanoseconds since `begun`, for guest time, which no measured interval contains.
pub(crate) fn nanos_since(begun: Instant) -> u64 {
    u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

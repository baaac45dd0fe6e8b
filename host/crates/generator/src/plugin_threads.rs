//! Threads for test cases that take too long to be called between two requests.
//!
//! Requests are built ahead of their intended start, answers are read behind their end, so that the cost stands in no
//! measured interval (law 3). Both queues are bounded: a test case that cannot keep up shows as late builds.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Instant;

use bytes::Bytes;
use model::{Context, Request, Response, Verdict, Waker, Workload, WorkloadError, WorkloadSource};

use crate::turns;
use crate::underway::Key;

/// Requests of one generator thread that are built ahead, if they are small.
pub(crate) const BUILD_AHEAD: u64 = 256;
/// Bytes of them, about: large ones are fewer.
pub(crate) const BYTES_AHEAD: u64 = 32 * 1024 * 1024;
/// Answers that may wait to be read, over all threads.
const READ_BEHIND: usize = 256;

/// After so much work, nanoseconds, a plugin thread gives way to whoever waits for the processor.
const STINT: u64 = 150_000;

/// A request built, with the time that took, nanoseconds.
pub(crate) struct Built {
    pub(crate) position: u64,
    pub(crate) request: Result<Request, WorkloadError>,
    pub(crate) cost: u64,
}

/// An answer read, with the time that took, nanoseconds.
pub(crate) struct Read {
    pub(crate) key: Key,
    pub(crate) verdict: Result<Verdict, WorkloadError>,
    pub(crate) cost: u64,
}

/// What a plugin thread gives back.
pub(crate) enum Reply {
    Built(Built),
    Read(Read),
}

/// Where a generator thread gets its replies, and what wakes it to look.
#[derive(Clone)]
pub(crate) struct ReplyTo {
    pub(crate) replies: flume::Sender<Reply>,
    pub(crate) waker: Waker,
}

impl ReplyTo {
    fn send(&self, reply: Reply) {
        // A generator thread that has ended takes no reply.
        if self.replies.send(reply).is_ok() {
            (self.waker)();
        }
    }
}

struct BuildJob {
    position: u64,
    context: Context,
    reply_to: ReplyTo,
}

/// An answer to be read.
pub(crate) struct ReadJob {
    pub(crate) key: Key,
    pub(crate) context: Context,
    pub(crate) state: Bytes,
    pub(crate) response: Response,
    pub(crate) reply_to: ReplyTo,
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
                            // Jobs come in bursts, and neither generator nor target is to wait for the end of one.
                            turns::ask_for_short_ones();
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
    pub(crate) fn build(&self, position: u64, context: Context, reply_to: ReplyTo) {
        // The threads outlive every sender.
        let _ = self.builds.send(BuildJob { position, context, reply_to });
    }

    /// Has an answer read; gives the job back when too many wait for that.
    pub(crate) fn read(&self, job: ReadJob) -> Option<ReadJob> {
        match self.reads.try_send(job) {
            Ok(()) => None,
            Err(flume::TrySendError::Full(job) | flume::TrySendError::Disconnected(job)) => Some(job),
        }
    }
}

fn serve(mut workload: Box<dyn Workload>, builds: &flume::Receiver<BuildJob>, reads: &flume::Receiver<ReadJob>) {
    enum Job {
        Build(BuildJob),
        Read(Box<ReadJob>),
    }
    let mut worked = 0;
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
        let reply_to = match &job {
            Job::Build(job) => &job.reply_to,
            Job::Read(job) => &job.reply_to,
        };
        if reply_to.replies.is_disconnected() {
            continue;
        }
        let begun = Instant::now();
        let cost = match job {
            Job::Build(BuildJob { position, context, reply_to }) => {
                let request = unless_it_panics(|| workload.build(&context));
                let cost = nanos_since(begun);
                reply_to.send(Reply::Built(Built { position, request, cost }));
                cost
            }
            Job::Read(job) => {
                let verdict = unless_it_panics(|| workload.read(&job.context, &job.state, &job.response));
                let cost = nanos_since(begun);
                job.reply_to.send(Reply::Read(Read { key: job.key, verdict, cost }));
                cost
            }
        };
        worked += cost;
        if worked >= STINT {
            turns::give_way();
            worked = 0;
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

//! Calls the test case: on the generator thread while that is cheap, on plugin threads once it is not (law 3).

use std::collections::{HashMap, VecDeque};
use std::time::Instant;

use bytes::Bytes;
use model::{Context, Request, Response, Verdict, Workload, WorkloadError};

use crate::plugin_threads::{BUILD_AHEAD, BYTES_AHEAD, Built, PluginThreads, ReadJob, Reply, ReplyTo, nanos_since};
use crate::underway::Key;

/// A call that costs no more, nanoseconds, is cheap: five times the usual cost of a compiled guest.
const CHEAP: u64 = 5_000;
/// A call that costs more, nanoseconds, is dear however seldom it comes.
const DEAR: u64 = 100_000;
/// Between the two it is dear if it takes more than this part of the time since the call of its kind before: calls that come
/// seldom find cold caches and cost ten times as much, and hold up nobody.
const DEAR_PART: u64 = 20;
/// Calls of a kind looked at together.
const WINDOW: u32 = 32;
/// Dear calls among them that make the test case dear; fewer are the machine's hiccups.
const DEAR_CALLS: u32 = 24;

/// The test case of one generator thread.
pub(crate) struct Guest {
    workload: Box<dyn Workload>,
    threads: PluginThreads,
    reply_to: ReplyTo,
    replies: flume::Receiver<Reply>,
    /// By kind.
    calls: [Calls; 2],
    is_dear: bool,
    ahead: Ahead,
    /// Answers for which the plugin threads have no room yet.
    unread: VecDeque<ReadJob>,
}

/// How the calls of a kind went.
#[derive(Clone, Copy)]
struct Calls {
    /// In this window.
    count: u32,
    /// Dear ones among them.
    dear: u32,
    last: Instant,
}

/// The calls that a test case takes. Each is looked at for itself: one may be dear and the other cheap.
#[derive(Clone, Copy)]
enum Kind {
    Build,
    Read,
}

/// What a call gave, and what it cost, nanoseconds.
pub(crate) struct Called<T> {
    pub(crate) given: Result<T, WorkloadError>,
    pub(crate) cost: u64,
}

/// Requests that plugin threads build ahead.
#[derive(Default)]
struct Ahead {
    /// Bytes of the last one.
    size: u64,
    /// Next position to ask for.
    next: u64,
    built: HashMap<u64, Built>,
}

/// Bytes that a request holds, about.
fn size_of(request: &Request) -> u64 {
    let headers: usize = request.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    (request.path.as_str().len() + headers + request.body.len()) as u64
}

impl Guest {
    pub(crate) fn new(
        workload: Box<dyn Workload>,
        threads: PluginThreads,
        waker: model::Waker,
        needs_plugin_threads: bool,
    ) -> Self {
        let (sender, replies) = flume::unbounded();
        Self {
            workload,
            threads,
            reply_to: ReplyTo { replies: sender, waker },
            replies,
            calls: [Calls { count: 0, dear: 0, last: Instant::now() }; 2],
            is_dear: needs_plugin_threads,
            ahead: Ahead::default(),
            unread: VecDeque::new(),
        }
    }

    /// Builds a request a number of times before the trial, so that its cost is known and its code is warm.
    ///
    /// # Errors
    /// When its first calls fail, three in a row: then it always does.
    pub(crate) fn rehearse(&mut self, context: &Context) -> Result<(), WorkloadError> {
        let mut has_worked = false;
        for attempt in 0..WINDOW {
            match self.build(context, Instant::now()).given {
                Err(error) if attempt == 2 && !has_worked => return Err(error),
                Err(_) => {}
                Ok(request) => {
                    has_worked = true;
                    self.ahead.size = size_of(&request);
                }
            }
            if attempt >= 2 && self.is_dear {
                break;
            }
        }
        Ok(())
    }

    /// Builds a request, here and now, which is `begun`: who builds several knows it from the last one's cost.
    pub(crate) fn build(&mut self, context: &Context, begun: Instant) -> Called<Request> {
        let given = self.workload.build(context);
        self.called(Kind::Build, begun, given)
    }

    /// Has plugin threads build requests from `position` on, as many as are worth it. `contexts` gives those that follow
    /// each other from the position that it is asked for.
    pub(crate) fn build_ahead(&mut self, position: u64, mut context: impl FnMut(u64) -> Option<Context>) {
        let ahead = &mut self.ahead;
        ahead.next = ahead.next.max(position);
        let most = (BYTES_AHEAD / ahead.size.max(1)).clamp(2, BUILD_AHEAD);
        // Half of them at a time: what follows has to be found in the schedule first.
        if ahead.next > position + most / 2 {
            return;
        }
        while ahead.next < position + most
            && let Some(context) = context(ahead.next)
        {
            self.threads.build(ahead.next, context, self.reply_to.clone());
            ahead.next += 1;
        }
    }

    /// Takes a request that was built ahead; none when it is not there yet.
    pub(crate) fn take(&mut self, position: u64) -> Option<Called<Request>> {
        let Built { request, cost, .. } = self.ahead.built.remove(&position)?;
        if let Ok(request) = &request {
            self.ahead.size = size_of(request);
        }
        Some(Called { given: request, cost })
    }

    /// Reads an answer, here and now.
    pub(crate) fn read(&mut self, context: &Context, state: &[u8], response: &Response) -> Called<Verdict> {
        let begun = Instant::now();
        let given = self.workload.read(context, state, response);
        self.called(Kind::Read, begun, given)
    }

    /// Has plugin threads read an answer. True: too many wait for that already.
    pub(crate) fn read_behind(&mut self, key: Key, context: Context, state: Bytes, response: Response) -> bool {
        let job = ReadJob { key, context, state, response, reply_to: self.reply_to.clone() };
        let left = if self.unread.is_empty() { self.threads.read(job) } else { Some(job) };
        let was_late = left.is_some();
        self.unread.extend(left);
        was_late
    }

    /// What plugin threads have done since the last look: keeps requests that were built, gives answers that were read.
    pub(crate) fn look(&mut self) -> Option<(Key, Called<Verdict>)> {
        while let Some(job) = self.unread.pop_front() {
            if let Some(job) = self.threads.read(job) {
                self.unread.push_front(job);
                break;
            }
        }
        loop {
            match self.replies.try_recv().ok()? {
                Reply::Built(built) => drop(self.ahead.built.insert(built.position, built)),
                Reply::Read(read) => return Some((read.key, Called { given: read.verdict, cost: read.cost })),
            }
        }
    }

    /// It runs on plugin threads by now.
    pub(crate) fn is_dear(&self) -> bool {
        self.is_dear
    }

    fn called<T>(&mut self, kind: Kind, begun: Instant, given: Result<T, WorkloadError>) -> Called<T> {
        let cost = nanos_since(begun);
        let calls = &mut self.calls[kind as usize];
        let apart = begun.saturating_duration_since(calls.last).as_nanos();
        let is_dear = cost > DEAR || cost > CHEAP && u128::from(cost * DEAR_PART) > apart;
        (calls.count, calls.dear, calls.last) = (calls.count + 1, calls.dear + u32::from(is_dear), begun);
        // After a fault an instance may have to be made and configured anew, which is not to be done between two requests.
        if calls.dear >= DEAR_CALLS || matches!(given, Err(WorkloadError::Broken(_))) {
            self.is_dear = true;
        }
        if calls.count >= WINDOW {
            (calls.count, calls.dear) = (0, 0);
        }
        Called { given, cost }
    }
}

//! Calls the test case: on the generator thread while that is cheap, on plugin threads once it is not (law 3).

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Instant;

use bytes::Bytes;
use model::{Context, Nanos, Phase, Request, Response, Verdict, Workload, WorkloadError};

use crate::plugin_threads::{BUILD_AHEAD, BYTES_AHEAD, Built, PluginThreads, Read, nanos_since};
use crate::recorder::Recorder;

/// A call that costs no more, nanoseconds, is cheap: five times the usual cost of a compiled guest.
const CHEAP: u64 = 5_000;
/// A call that costs more, nanoseconds, is dear however seldom it comes.
const DEAR: u64 = 100_000;
/// Between the two it is dear if it takes more than this part of the time since the call before: calls that come
/// seldom find cold caches and cost ten times as much, and hold up nobody.
const DEAR_PART: u64 = 20;
/// Calls of a kind looked at together.
const WINDOW: u32 = 32;
/// Dear calls among them that make the test case dear; fewer are the machine's hiccups.
const DEAR_CALLS: u32 = 24;

/// The test case of one generator thread.
pub(crate) struct Guest {
    workload: RefCell<Box<dyn Workload>>,
    threads: PluginThreads,
    recorder: Rc<RefCell<Recorder>>,
    /// Calls in this window, and the dear ones among them, by kind.
    calls: [Cell<(u32, u32)>; 2],
    last_call: Cell<Instant>,
    is_dear: Cell<bool>,
    ahead: RefCell<Ahead>,
}

/// The calls that a test case takes. Each is looked at for itself: one may be dear and the other cheap.
#[derive(Clone, Copy)]
enum Kind {
    Build,
    Read,
}

/// Bytes that a request holds, about.
fn size_of(request: &Request) -> u64 {
    let headers: usize = request.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    (request.path.as_str().len() + headers + request.body.len()) as u64
}

/// Requests that plugin threads build ahead.
struct Ahead {
    /// Bytes of the last one.
    size: u64,
    /// Next position to ask for.
    next: u64,
    built: HashMap<u64, Built>,
    replies: flume::Receiver<Built>,
    reply: flume::Sender<Built>,
}

impl Guest {
    pub(crate) fn new(
        workload: Box<dyn Workload>,
        threads: PluginThreads,
        recorder: Rc<RefCell<Recorder>>,
        needs_plugin_threads: bool,
    ) -> Self {
        let (reply, replies) = flume::unbounded();
        let ahead = Ahead { size: 0, next: 0, built: HashMap::new(), replies, reply };
        Self {
            workload: RefCell::new(workload),
            threads,
            recorder,
            calls: Default::default(),
            last_call: Cell::new(Instant::now()),
            is_dear: Cell::new(needs_plugin_threads),
            ahead: RefCell::new(ahead),
        }
    }

    /// Builds a request a number of times before the trial, so that its cost is known and its code is warm.
    ///
    /// # Errors
    /// When its first calls fail, three in a row: then it always does.
    pub(crate) fn rehearse(&self, context: &Context) -> Result<(), WorkloadError> {
        let mut has_worked = false;
        for attempt in 0..WINDOW {
            let begun = Instant::now();
            let request = self.workload.borrow_mut().build(context);
            self.count(Kind::Build, begun, nanos_since(begun));
            match request {
                Err(error) if attempt == 2 && !has_worked => return Err(error),
                Err(_) => {}
                Ok(request) => {
                    has_worked = true;
                    self.ahead.borrow_mut().size = size_of(&request);
                }
            }
            if attempt >= 2 && self.is_dear.get() {
                break;
            }
        }
        Ok(())
    }

    /// Starts to build the request at `position` of this thread's `total`, where that need not wait.
    pub(crate) fn prepare(&self, position: u64, total: u64, context: impl Fn(u64) -> Context) -> Prepared {
        if !self.is_dear.get() {
            let begun = Instant::now();
            let request = self.workload.borrow_mut().build(&context(position));
            let cost = nanos_since(begun);
            self.count(Kind::Build, begun, cost);
            self.note_fault(&request);
            self.recorder.borrow_mut().guest.build.record(cost);
            return Prepared::Ready(request);
        }
        let mut ahead = self.ahead.borrow_mut();
        ahead.next = ahead.next.max(position);
        let most = (BYTES_AHEAD / ahead.size.max(1)).clamp(2, BUILD_AHEAD);
        while ahead.next < total.min(position + most) {
            self.threads.build(ahead.next, context(ahead.next), ahead.reply.clone());
            ahead.next += 1;
        }
        Prepared::Ahead(position)
    }

    /// Takes a request that was prepared; it is due now, at `intended_start`.
    pub(crate) async fn take(&self, prepared: Prepared, intended_start: Nanos) -> Result<Request, WorkloadError> {
        let position = match prepared {
            Prepared::Ready(request) => return request,
            Prepared::Ahead(position) => position,
        };
        let replies = {
            let mut ahead = self.ahead.borrow_mut();
            while let Ok(built) = ahead.replies.try_recv() {
                ahead.built.insert(built.position, built);
            }
            ahead.replies.clone()
        };
        let mut is_late = false;
        loop {
            let built = self.ahead.borrow_mut().built.remove(&position);
            if let Some(built) = built {
                let mut recorder = self.recorder.borrow_mut();
                let counts = is_late && recorder.phase_of(intended_start) == Phase::Steady;
                recorder.guest.build.record(built.cost);
                recorder.guest.late_builds += u64::from(counts);
                if let Ok(request) = &built.request {
                    self.ahead.borrow_mut().size = size_of(request);
                }
                return built.request;
            }
            is_late = true;
            let built = replies.recv_async().await.expect("a sender is held by self");
            self.ahead.borrow_mut().built.insert(built.position, built);
        }
    }

    /// Reads the answer to a request that was due at `intended_start`.
    pub(crate) async fn read(
        &self,
        intended_start: Nanos,
        context: &Context,
        state: Bytes,
        response: Response,
    ) -> Result<Verdict, WorkloadError> {
        let Read { verdict, cost, was_late } = if self.is_dear.get() {
            self.threads.read(context.clone(), state, response).await
        } else {
            let begun = Instant::now();
            let verdict = self.workload.borrow_mut().read(context, &state, &response);
            let cost = nanos_since(begun);
            self.count(Kind::Read, begun, cost);
            self.note_fault(&verdict);
            Read { verdict, cost, was_late: false }
        };
        let mut recorder = self.recorder.borrow_mut();
        recorder.guest.read.record(cost);
        if was_late {
            recorder.note_late_read(intended_start);
        }
        verdict
    }

    /// It runs on plugin threads by now.
    pub(crate) fn is_dear(&self) -> bool {
        self.is_dear.get()
    }

    /// After a fault an instance may have to be made and configured anew, which is not to be done between two requests.
    fn note_fault<T>(&self, called: &Result<T, WorkloadError>) {
        if matches!(called, Err(WorkloadError::Broken(_))) {
            self.is_dear.set(true);
        }
    }

    fn count(&self, kind: Kind, begun: Instant, cost: u64) {
        let apart = begun.saturating_duration_since(self.last_call.replace(begun)).as_nanos();
        let is_dear = cost > DEAR || cost > CHEAP && u128::from(cost * DEAR_PART) > apart;
        let window = &self.calls[kind as usize];
        let (calls, dear) = window.get();
        let (calls, dear) = (calls + 1, dear + u32::from(is_dear));
        if dear >= DEAR_CALLS {
            self.is_dear.set(true);
        }
        window.set(if calls >= WINDOW { (0, 0) } else { (calls, dear) });
    }
}

/// A request that is, or is being, built.
pub(crate) enum Prepared {
    /// It is there.
    Ready(Result<Request, WorkloadError>),
    /// Plugin threads build it: this position.
    Ahead(u64),
}

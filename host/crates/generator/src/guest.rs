//! Calls the test case: on the generator thread while that is cheap, on plugin threads once it is not (law 3).

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Instant;

use bytes::Bytes;
use model::{Context, Request, Response, Verdict, Workload, WorkloadError};

use crate::plugin_threads::{BUILD_AHEAD, Built, PluginThreads, nanos_since};
use crate::recorder::Recorder;

/// A call that costs no more, nanoseconds, is cheap: five times the usual cost of a compiled guest.
const CHEAP: u64 = 5_000;
/// A call that costs more, nanoseconds, is dear however seldom it comes.
const DEAR: u64 = 100_000;
/// Between the two it is dear if it takes more than this part of the time since the call before: calls that come
/// seldom find cold caches and cost ten times as much, and hold up nobody.
const DEAR_PART: u64 = 20;
/// Calls looked at together.
const WINDOW: u32 = 32;
/// Dear calls among them that make the test case dear; fewer are the machine's hiccups.
const DEAR_CALLS: u32 = 24;

/// The test case of one generator thread.
pub(crate) struct Guest {
    workload: RefCell<Box<dyn Workload>>,
    threads: PluginThreads,
    recorder: Rc<RefCell<Recorder>>,
    calls: Cell<(u32, u32)>,
    last_call: Cell<Instant>,
    is_dear: Cell<bool>,
    ahead: RefCell<Ahead>,
}

/// Requests that plugin threads build ahead.
struct Ahead {
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
        let ahead = Ahead { next: 0, built: HashMap::new(), replies, reply };
        Self {
            workload: RefCell::new(workload),
            threads,
            recorder,
            calls: Cell::new((0, 0)),
            last_call: Cell::new(Instant::now()),
            is_dear: Cell::new(needs_plugin_threads),
            ahead: RefCell::new(ahead),
        }
    }

    /// Builds a request a number of times before the trial, so that its cost is known and its code is warm.
    ///
    /// # Errors
    /// When it fails three times in a row: then it always does.
    pub(crate) fn rehearse(&self, context: &Context) -> Result<(), WorkloadError> {
        for attempt in 0..WINDOW {
            let begun = Instant::now();
            let request = self.workload.borrow_mut().build(context);
            self.count(begun, nanos_since(begun));
            match request {
                Err(error) if attempt == 2 => return Err(error),
                Ok(_) if attempt < 2 || !self.is_dear.get() => {}
                Err(_) if attempt < 2 => {}
                _ => break,
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
            self.count(begun, cost);
            self.recorder.borrow_mut().guest.build.record(cost);
            return Prepared::Ready(request);
        }
        let mut ahead = self.ahead.borrow_mut();
        ahead.next = ahead.next.max(position);
        while ahead.next < total.min(position + BUILD_AHEAD) {
            self.threads.build(ahead.next, context(ahead.next), ahead.reply.clone());
            ahead.next += 1;
        }
        Prepared::Ahead(position)
    }

    /// Takes a request that was prepared; it is due now.
    pub(crate) async fn take(&self, prepared: Prepared) -> Result<Request, WorkloadError> {
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
                let guest = &mut self.recorder.borrow_mut().guest;
                guest.build.record(built.cost);
                guest.late_builds += u64::from(is_late);
                return built.request;
            }
            is_late = true;
            let built = replies.recv_async().await.expect("a sender is held by self");
            self.ahead.borrow_mut().built.insert(built.position, built);
        }
    }

    /// Reads an answer.
    pub(crate) async fn read(
        &self,
        context: &Context,
        state: Bytes,
        response: Response,
    ) -> Result<Verdict, WorkloadError> {
        let (verdict, cost) = if self.is_dear.get() {
            self.threads.read(context.clone(), state, response).await
        } else {
            let begun = Instant::now();
            let verdict = self.workload.borrow_mut().read(context, &state, &response);
            let cost = nanos_since(begun);
            self.count(begun, cost);
            (verdict, cost)
        };
        self.recorder.borrow_mut().guest.read.record(cost);
        verdict
    }

    /// It runs on plugin threads by now.
    pub(crate) fn is_dear(&self) -> bool {
        self.is_dear.get()
    }

    fn count(&self, begun: Instant, cost: u64) {
        let apart = begun.saturating_duration_since(self.last_call.replace(begun)).as_nanos();
        let is_dear = cost > DEAR || cost > CHEAP && u128::from(cost * DEAR_PART) > apart;
        let (calls, dear) = self.calls.get();
        let (calls, dear) = (calls + 1, dear + u32::from(is_dear));
        if dear >= DEAR_CALLS {
            self.is_dear.set(true);
        }
        self.calls.set(if calls >= WINDOW { (0, 0) } else { (calls, dear) });
    }
}

/// A request that is, or is being, built.
pub(crate) enum Prepared {
    /// It is there.
    Ready(Result<Request, WorkloadError>),
    /// Plugin threads build it: this position.
    Ahead(u64),
}

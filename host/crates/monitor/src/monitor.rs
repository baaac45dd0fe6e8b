//! The monitor as a whole: its thread, its beginning and its end.

use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use flume::{Receiver, Sender};
use model::resources::{HostFacts, Observation};
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::clock::UnixClock;
use crate::error::MonitorError;
use crate::fault::HostError;
use crate::host::{Course, Host, Way};
use crate::local::{self, LocalProbe};
use crate::login::{First, Login};
use crate::outlet::Outlet;
use crate::plan::{MonitorPlan, SHORTEST_INTERVAL, TESTER};
use crate::ticks::Ticks;

/// Logins at a time. A server, and a jump host above all, refuses more than ten by default.
const LOGINS: usize = 8;
/// Observations that may wait for each host; more are lost, and counted.
const WAITING: usize = 256;
/// How often it is asked whether to go on waiting for logins.
const ASK: Duration = Duration::from_millis(50);
/// The monitor stands back: what is measured goes first.
const NICE: i32 = 5;
/// Longest wait for sessions to end in order.
const END: Duration = Duration::from_secs(2);
/// How long killed children take to end.
const REAP: Duration = Duration::from_millis(50);
/// Longest directory for sockets: their paths must fit into 104 bytes, and `ssh` adds 17 while it makes one.
const LONGEST_FOLDER: usize = 64;

/// Hosts under observation, and the tester with them.
#[derive(Debug)]
pub struct Monitor {
    facts: Arc<Mutex<Vec<HostFacts>>>,
    unreachable: Vec<HostError>,
    observations: Receiver<Observation>,
    lost: Arc<AtomicU64>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What came of the logins.
type Started = Result<Vec<HostError>, MonitorError>;

impl Monitor {
    /// Logs in to all hosts, reads each once, and begins to observe them. Blocks meanwhile, seconds when a host does not
    /// answer; `is_cancelled` is asked every now and then whether to give up.
    ///
    /// # Errors
    /// When a host cannot be monitored that must be, or this machine does not let itself be read.
    pub fn start(plan: MonitorPlan, is_cancelled: &dyn Fn() -> bool) -> Result<Self, MonitorError> {
        let plan = MonitorPlan { interval: plan.interval.max(SHORTEST_INTERVAL), ..plan };
        let hosts = plan.hosts.iter().map(|host| HostFacts {
            name: host.name.clone(),
            address: Some(host.host.clone()),
            ..HostFacts::default()
        });
        let tester = HostFacts { name: TESTER.to_owned(), is_tester: true, ..HostFacts::default() };
        let facts = hosts.chain([tester]);
        let facts = Arc::new(Mutex::new(facts.collect::<Vec<_>>()));
        let (sender, observations) = flume::bounded(WAITING * (plan.hosts.len() + 1));
        let lost = Arc::new(AtomicU64::new(0));
        let (stop, stopped) = oneshot::channel();
        let (started_to, started) = sync_channel(1);
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(MonitorError::Thread)?;
        let folder = folder().map_err(MonitorError::Directory)?;
        let task = Task { facts: Arc::clone(&facts), sender, lost: Arc::clone(&lost), clock: UnixClock::new() };
        let run = move || {
            // Of this thread alone, and of the children that it starts. Refused, it does no harm.
            let _ = rustix::process::nice(NICE);
            runtime.block_on(task.run(plan, folder.path().to_owned(), &started_to, stopped));
            drop(folder);
        };
        let thread = std::thread::Builder::new().name("monitor".to_owned()).spawn(run).map_err(MonitorError::Thread)?;
        let mut monitor =
            Self { facts, unreachable: Vec::new(), observations, lost, stop: Some(stop), thread: Some(thread) };
        loop {
            match started.recv_timeout(ASK) {
                Ok(Ok(unreachable)) => {
                    monitor.unreachable = unreachable;
                    return Ok(monitor);
                }
                Ok(Err(error)) => return Err(error),
                Err(RecvTimeoutError::Timeout) if is_cancelled() => return Err(MonitorError::Interrupted),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(MonitorError::Thread(io::Error::other("it ended before it began")));
                }
            }
        }
    }

    /// What is known of each host, in the order of the plan; the tester comes last. A host that was not reached yet has
    /// nothing but its name.
    pub fn facts(&self) -> Vec<HostFacts> {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Hosts that could not be reached at the start, which are tried again; empty where all are required.
    pub fn unreachable(&self) -> &[HostError] {
        &self.unreachable
    }

    /// Where observations come out: one for each host and tick, a host's own in the order of its ticks. Whoever takes them
    /// too slowly loses some.
    pub fn observations(&self) -> Receiver<Observation> {
        self.observations.clone()
    }

    /// Observations that were lost because nobody took them.
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    /// Ends all sessions, and waits for that. Observations that were not taken yet can still be.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has ended its sessions with itself.
            let _ = thread.join();
        }
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        self.end();
    }
}

/// Logs in to each host of the plan, reads it once, and tells its facts or why not; the tester comes last.
///
/// # Errors
/// When this machine is at fault.
pub fn check(plan: MonitorPlan) -> Result<Vec<Result<HostFacts, HostError>>, MonitorError> {
    let monitor = Monitor::start(MonitorPlan { required: false, ..plan }, &|| false)?;
    let mut failed = monitor.unreachable().to_vec();
    let outcome = |(index, facts): (usize, HostFacts)| {
        let failed_at = failed.iter().position(|error| error.index == index);
        failed_at.map_or(Ok(facts), |at| Err(failed.swap_remove(at)))
    };
    let outcomes = monitor.facts().into_iter().enumerate().map(outcome).collect();
    monitor.stop();
    Ok(outcomes)
}

/// What runs on the monitor's thread.
struct Task {
    facts: Arc<Mutex<Vec<HostFacts>>>,
    sender: Sender<Observation>,
    lost: Arc<AtomicU64>,
    clock: UnixClock,
}

impl Task {
    async fn run(
        self,
        plan: MonitorPlan,
        folder: PathBuf,
        started: &SyncSender<Started>,
        stopped: oneshot::Receiver<()>,
    ) {
        let (count, interval, required) = (plan.hosts.len(), plan.interval, plan.required);
        let way = Arc::new(Way { plan, folder, logins: Semaphore::new(LOGINS), clock: self.clock });
        let mut stopped = std::pin::pin!(stopped);
        let probe = LocalProbe::new(self.clock);
        let tester = match probe.read() {
            Ok(taken) => taken,
            Err(error) => return drop(started.send(Err(MonitorError::Tester(error.to_string())))),
        };
        let (begun, facts) = tokio::select! {
            _ = &mut stopped => return,
            both = async { tokio::join!(begin(&way, count), local::facts(self.clock, &tester.reading)) } => both,
        };
        self.tell(count, facts);
        let failed: Vec<_> = begun.iter().filter_map(|(_, first)| first.as_ref().err().cloned()).collect();
        if required && !failed.is_empty() {
            end_all(begun.into_iter().filter_map(|(_, first)| first.ok().map(|(login, _)| login))).await;
            return drop(started.send(Err(MonitorError::Hosts(failed))));
        }
        for (index, (_, first)) in begun.iter().enumerate() {
            if let Ok((_, First { facts, .. })) = first {
                self.tell(index, facts.clone());
            }
        }
        // The first look after the logins' own has a whole interval too.
        let start = Instant::now() + interval;
        let mut tasks = JoinSet::new();
        for (index, (host, first)) in begun.into_iter().enumerate() {
            let facts = Arc::clone(&self.facts);
            let course = Course {
                ticks: Ticks::of(index, count + 1, start, interval),
                outlet: self.outlet(index),
                told: Box::new(move |told| tell(&facts, index, told)),
            };
            tasks.spawn(host.watch(first, course));
        }
        tasks.spawn(local::watch(probe, tester, Ticks::of(count, count + 1, start, interval), self.outlet(count)));
        drop(started.send(Ok(failed)));
        let _ = stopped.await;
        // Dropped, a session ends its script's input and its connection.
        tasks.shutdown().await;
        // Children that were killed are waited for by the runtime, if it lives to see their end.
        sleep(REAP).await;
    }

    fn outlet(&self, host: usize) -> Outlet {
        let host = u16::try_from(host).unwrap_or(u16::MAX);
        Outlet { host, clock: self.clock, observations: self.sender.clone(), lost: Arc::clone(&self.lost) }
    }

    fn tell(&self, index: usize, facts: HostFacts) {
        tell(&self.facts, index, facts);
    }
}

/// Takes what a host tells; whether it is the tester stays.
fn tell(all: &Mutex<Vec<HostFacts>>, index: usize, told: HostFacts) {
    let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
    let is_tester = all[index].is_tester;
    let address = all[index].address.take();
    all[index] = HostFacts { is_tester, address, ..told };
}

/// Logs in to all hosts at once, as far as logins are allowed at a time. In the order of the plan.
async fn begin(way: &Arc<Way>, count: usize) -> Vec<(Host, Result<(Login, First), HostError>)> {
    let mut logins = JoinSet::new();
    for index in 0..count {
        let mut host = Host::new(Arc::clone(way), index);
        logins.spawn(async move {
            let first = host.log_in().await;
            (index, host, first)
        });
    }
    let mut begun = logins.join_all().await;
    begun.sort_by_key(|(index, ..)| *index);
    begun.into_iter().map(|(_, host, first)| (host, first)).collect()
}

async fn end_all(logins: impl Iterator<Item = Login>) {
    let mut ends = JoinSet::new();
    logins.for_each(|login| drop(ends.spawn(login.end())));
    let _ = timeout(END, ends.join_all()).await;
}

/// A directory that nobody else can look into, with a short path.
fn folder() -> io::Result<tempfile::TempDir> {
    use std::os::unix::fs::PermissionsExt as _;
    let mut builder = tempfile::Builder::new();
    builder.prefix("ct-").rand_bytes(8).permissions(std::fs::Permissions::from_mode(0o700));
    let usual = std::env::temp_dir();
    match usual.as_os_str().len() > LONGEST_FOLDER {
        true => builder.tempdir_in("/tmp"),
        false => builder.tempdir_in(usual),
    }
}

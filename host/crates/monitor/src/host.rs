//! One host over the whole time: a look at each tick, a gap where none came, and a new login when the session is lost.

use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use model::resources::HostFacts;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, sleep_until};

use crate::backoff::Backoff;
use crate::clock::UnixClock;
use crate::dialogue::Exchange;
use crate::fault::{Fault, HostError};
use crate::login::{First, Login};
use crate::outlet::Outlet;
use crate::plan::MonitorPlan;
use crate::sample::Taken;
use crate::ticks::Ticks;

/// Shortest time that an answer may take: a far host at a short interval skips ticks rather than gives nothing.
const PATIENCE: Duration = Duration::from_secs(1);
/// A session that is silent for so long is lost, even if its connection is not.
const SILENCE: Duration = Duration::from_secs(30);

/// How hosts are logged in to.
#[derive(Debug)]
pub(crate) struct Way {
    /// What is asked for.
    pub(crate) plan: MonitorPlan,
    /// Where sockets lie.
    pub(crate) folder: PathBuf,
    /// Logins at a time: a jump host would refuse more.
    pub(crate) logins: Semaphore,
    /// Unix time.
    pub(crate) clock: UnixClock,
}

/// A host.
#[derive(Debug)]
pub(crate) struct Host {
    way: Arc<Way>,
    index: usize,
    logins: u32,
}

/// What the task of a host needs beside the host.
pub(crate) struct Course {
    /// Its ticks.
    pub(crate) ticks: Ticks,
    /// Where observations go.
    pub(crate) outlet: Outlet,
    /// Told when the host was logged in to again.
    pub(crate) told: Box<dyn Fn(HostFacts) + Send>,
}

impl Host {
    pub(crate) fn new(way: Arc<Way>, index: usize) -> Self {
        Self { way, index, logins: 0 }
    }

    /// Logs in and looks once.
    ///
    /// # Errors
    /// When that fails.
    pub(crate) async fn log_in(&mut self) -> Result<(Login, First), HostError> {
        let way = Arc::clone(&self.way);
        let plan = &way.plan;
        let host = &plan.hosts[self.index];
        host.check().map_err(|fault| HostError::of(host, self.index, fault))?;
        // Each with a socket of its own: one that was killed leaves its behind.
        self.logins += 1;
        let socket = way.folder.join(format!("{}-{}", self.index, self.logins));
        Login::begin(host, &way, socket).await.map_err(|fault| HostError::of(host, self.index, fault))
    }

    /// Looks at the host at each tick, until dropped or `stop` says so.
    pub(crate) async fn watch(mut self, first: Result<(Login, First), HostError>, course: Course) {
        let Course { ticks, outlet, told } = course;
        let mut looks = Looks { ticks, outlet, before: None };
        let mut session = first;
        let mut backoff = Backoff::default();
        loop {
            let fault = match session {
                Ok((login, First { facts, taken })) => {
                    told(facts);
                    // A host that lost nothing but its session goes on where it was.
                    looks.before.get_or_insert(taken);
                    let begun = Instant::now();
                    let fault = looks.while_it_answers(login).await;
                    if begun.elapsed() > SILENCE {
                        backoff = Backoff::default();
                    }
                    fault
                }
                Err(error) => error.fault,
            };
            let wait = backoff.wait(fault.is_refusal());
            let again = async {
                sleep(wait).await;
                self.log_in().await
            };
            session = looks.gaps_during(again, &fault.in_short()).await;
        }
    }
}

/// The ticks of a host and what comes of each.
struct Looks {
    ticks: Ticks,
    outlet: Outlet,
    before: Option<Taken>,
}

impl Looks {
    /// Gaps for as long as something else is done.
    async fn gaps_during<T>(&mut self, work: impl Future<Output = T>, why: &str) -> T {
        let mut work = pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return done,
                due = self.ticks.next() => self.outlet.gap(due, why),
            }
        }
    }

    /// Looks until the session is lost, and tells why it was.
    async fn while_it_answers(&mut self, mut login: Login) -> Fault {
        for number in 0_u64.. {
            let due = self.ticks.next().await;
            if due.elapsed() > self.ticks.interval() {
                self.outlet.gap(due, "the tester was held up");
                continue;
            }
            let Asked { answered, passed } = self.ask(&mut login, &number.to_string(), due).await;
            let fault = match answered {
                Ok(None) => None,
                Ok(Some(exchange)) => {
                    self.take(&login, &exchange, due);
                    None
                }
                Err(fault) => Some(fault),
            };
            passed.into_iter().for_each(|next| self.outlet.gap(next, "the answer before outlasted the interval"));
            let Some(fault) = fault else { continue };
            // Ended in order where that is possible, without holding up the ticks.
            let why = fault.in_short();
            self.gaps_during(login.end(), &why).await;
            return fault;
        }
        unreachable!("there are more numbers than ticks")
    }

    fn take(&mut self, login: &Login, exchange: &Exchange, due: Instant) {
        match login.taken(exchange) {
            Ok(taken) => {
                self.outlet.sample(due, taken.since(self.before.as_ref()));
                self.before = Some(taken);
            }
            Err(error) => self.outlet.gap(due, error.to_string()),
        }
    }

    /// Asks, and gives the answer if it came in time; the gap is told if it did not.
    async fn ask(&mut self, login: &mut Login, question: &str, due: Instant) -> Asked {
        let patience = self.ticks.interval().max(PATIENCE);
        let begun = Instant::now();
        let mut answer = pin!(login.ask(question));
        let mut passed = Vec::new();
        let mut is_late = false;
        let answered = loop {
            tokio::select! {
                biased;
                answered = &mut answer => break answered,
                next = self.ticks.next() => match is_late {
                    true => self.outlet.gap(next, no_answer(begun)),
                    false => passed.push(next),
                },
                () = sleep_until(begun + patience), if !is_late => {
                    is_late = true;
                    [due].into_iter().chain(passed.drain(..)).for_each(|due| self.outlet.gap(due, no_answer(begun)));
                }
                () = sleep_until(begun + SILENCE) => break Err(Fault::TimedOut { what: "answer", after: SILENCE }),
            }
        };
        if !is_late && let Err(fault) = &answered {
            self.outlet.gap(due, fault.in_short());
        }
        // When a late answer was read is not known well enough.
        Asked { answered: answered.map(|exchange| (!is_late).then_some(exchange)), passed }
    }
}

/// What became of a question.
struct Asked {
    answered: Result<Option<Exchange>, Fault>,
    /// Ticks that passed before the answer came, to be told after it.
    passed: Vec<Instant>,
}

fn no_answer(since: Instant) -> String {
    format!("no answer for {:.0} s", since.elapsed().as_secs_f64())
}

//! A session with a host, from its login to its end.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use model::resources::HostFacts;
use openssh::{Child, ChildStderr, ChildStdin, ChildStdout, Session, Stdio};
use tokio::io::AsyncReadExt as _;
use tokio::time::timeout;

use crate::clock::UnixClock;
use crate::dialogue::{Dialogue, Exchange, Gone};
use crate::facts;
use crate::fault::Fault;
use crate::frame::sections;
use crate::host::Way;
use crate::master::Master;
use crate::plan::HostPlan;
use crate::reading::{NoReading, Reading};
use crate::remote::Script;
use crate::sample::Taken;

/// Longest wait for the first sign of the script, and for its first answer.
const FIRST_SIGN: Duration = Duration::from_secs(10);
/// Longest wait for what a shell says beside.
const ASIDE: Duration = Duration::from_millis(100);

/// A host that answers.
#[derive(Debug)]
pub(crate) struct Login {
    // First: dropped, its input ends, and with it the script on the host.
    dialogue: Dialogue<ChildStdout, ChildStdin>,
    _script: Child<Arc<Session>>,
    master: Master,
    clock: UnixClock,
}

/// What one look at a host gives.
#[derive(Debug)]
pub(crate) struct First {
    /// Facts of the host.
    pub(crate) facts: HostFacts,
    /// Its first reading.
    pub(crate) taken: Taken,
}

impl Login {
    /// Logs in, asks for the facts, and reads once.
    ///
    /// # Errors
    /// When one of these fails.
    pub(crate) async fn begin(host: &HostPlan, way: &Way, socket: PathBuf) -> Result<(Self, First), Fault> {
        let turn = way.logins.acquire().await;
        let master = Master::start(host, &way.plan, socket).await?;
        drop(turn);
        let mut login = Self::with_script(master, way.clock).await?;
        let first = login.first(&host.name).await;
        match first {
            Ok(first) => Ok((login, first)),
            Err(fault) => {
                login.end().await;
                Err(fault)
            }
        }
    }

    /// Asks for a reading, and awaits it however long it takes.
    ///
    /// # Errors
    /// When the session has ended.
    pub(crate) async fn ask(&mut self, question: &str) -> Result<Exchange, Fault> {
        match self.dialogue.ask(question).await {
            Ok(exchange) => Ok(exchange),
            Err(Gone(noise)) => Err(self.ended(noise).await),
        }
    }

    /// What an exchange says of the host's resources.
    ///
    /// # Errors
    /// When it says nothing.
    pub(crate) fn taken(&self, exchange: &Exchange) -> Result<Taken, NoReading> {
        Ok(Taken {
            reading: Reading::parse(sections(&exchange.text))?,
            at_unix_ns: self.clock.unix_ns(exchange.middle()),
            round_trip_ns: exchange.round_trip_ns(),
        })
    }

    /// Ends the session: the script by the end of its input, then the connection.
    pub(crate) async fn end(self) {
        let Self { dialogue, _script, master, .. } = self;
        drop((dialogue, _script));
        master.end().await;
    }

    async fn with_script(mut master: Master, clock: UnixClock) -> Result<Self, Fault> {
        let ended = |error: &dyn std::error::Error| Fault::Ended { said: error.to_string() };
        let script = Script::new().map_err(|error| ended(&error))?;
        let session = Arc::new(Session::resume_mux(master.socket().into(), None));
        let mut command = session.arc_raw_command(script.command());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = match timeout(FIRST_SIGN, command.spawn()).await {
            Ok(Ok(child)) => child,
            Ok(Err(error)) => return Err(ended(&error)),
            Err(_) => return Err(Fault::TimedOut { what: "session", after: FIRST_SIGN }),
        };
        let streams = child.stdin().take().zip(child.stdout().take());
        let Some((input, output)) = streams else { return Err(Fault::Ended { said: String::new() }) };
        let aside = child.stderr().take();
        let dialogue = match timeout(FIRST_SIGN, Dialogue::open(output, input, &script)).await {
            Ok(Ok(dialogue)) => dialogue,
            Err(_) => return Err(Fault::TimedOut { what: "answer from its shell", after: FIRST_SIGN }),
            Ok(Err(Gone(noise))) => {
                let said = [noise, aside_of(aside).await].join("\n");
                let is_shell = master.is_running();
                master.end().await;
                let said = said.trim().to_owned();
                return Err(if is_shell { Fault::NotLinux { said } } else { Fault::Ended { said } });
            }
        };
        Ok(Self { dialogue, _script: child, master, clock })
    }

    async fn first(&mut self, name: &str) -> Result<First, Fault> {
        let asked = facts::ask(&mut self.dialogue, name, self.clock).await;
        let mut facts = match asked {
            Ok(facts) => facts,
            Err(Gone(noise)) => return Err(self.ended(noise).await),
        };
        if let Err(Gone(noise)) = self.dialogue.tell("sample").await {
            return Err(self.ended(noise).await);
        }
        let exchange = timeout(FIRST_SIGN, self.ask("first")).await;
        let exchange = exchange.map_err(|_| Fault::TimedOut { what: "reading", after: FIRST_SIGN })??;
        let beginning = |text: &str| text.chars().take(200).collect();
        let taken = self.taken(&exchange).map_err(|_| Fault::NotLinux { said: beginning(&exchange.text) })?;
        facts::add_from(&mut facts, &taken.reading);
        Ok(First { facts, taken })
    }

    async fn ended(&mut self, noise: String) -> Fault {
        let said = self.master.last_words().await;
        Fault::Ended { said: if said.trim().is_empty() { noise } else { said.trim().to_owned() } }
    }
}

async fn aside_of(stderr: Option<ChildStderr>) -> String {
    let mut said = Vec::new();
    if let Some(stderr) = stderr {
        // Whatever came until then will do.
        let _ = timeout(ASIDE, stderr.take(1024).read_to_end(&mut said)).await;
    }
    String::from_utf8_lossy(&said).into_owned()
}

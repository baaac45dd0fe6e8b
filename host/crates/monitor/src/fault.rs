//! Why a host cannot be monitored, as `ssh` tells it, and how to mend it.

use std::fmt;
use std::time::Duration;

use thiserror::Error;

use crate::plan::HostPlan;

/// Most lines that are kept of what `ssh` says: as many as it spends on a changed key.
const LINES: usize = 20;

/// A host that cannot be monitored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostError {
    /// Its name.
    pub name: String,
    /// Where it is: `user@host:port`.
    pub address: String,
    /// Its place in the plan's list.
    pub index: usize,
    /// Why.
    pub fault: Fault,
}

impl HostError {
    pub(crate) fn of(plan: &HostPlan, index: usize, fault: Fault) -> Self {
        Self { name: plan.name.clone(), address: plan.address(), index, fault }
    }

    /// What `ssh` or the host said, if it said something.
    pub fn said(&self) -> Option<&str> {
        match &self.fault {
            Fault::Unreachable { said }
            | Fault::UnknownHostKey { said }
            | Fault::ChangedHostKey { said }
            | Fault::WrongPassword { said }
            | Fault::NotAdmitted { said, .. }
            | Fault::NotLinux { said }
            | Fault::Ended { said } => Some(said.trim()).filter(|said| !said.is_empty()),
            Fault::NoSsh { said } => Some(said),
            Fault::Plan { .. } | Fault::TimedOut { .. } => None,
        }
    }

    /// How to mend it.
    pub fn hint(&self) -> String {
        let address = &self.address;
        match &self.fault {
            Fault::NoSsh { .. } => "install the OpenSSH client (Debian: `apt-get install openssh-client`)".to_owned(),
            Fault::Unreachable { .. } => {
                format!("is it up, and does `ssh {}` reach it from here?", ssh_address(address))
            }
            Fault::UnknownHostKey { .. } => format!(
                "log in once with `ssh {}` and compare its key, or trust it on first use with `--accept-new-host-keys`",
                ssh_address(address)
            ),
            Fault::ChangedHostKey { .. } => format!(
                "find out why its key changed, as another machine may answer in its place; then forget the old one with \
                 `ssh-keygen -R '{}'`",
                known_name(address)
            ),
            Fault::WrongPassword { .. } => "check its user and its password".to_owned(),
            Fault::NotAdmitted { asked, had_password: false, .. } if takes_password(asked) => {
                "give it a key (`ssh-copy-id`), load yours into the agent (`ssh-add`), or name a password in the config"
                    .to_owned()
            }
            Fault::NotAdmitted { had_password: false, .. } => {
                "check its user, and that the agent or `identity-file` has a key that it takes".to_owned()
            }
            Fault::NotAdmitted { .. } => "it takes no passwords: leave the password out, and use a key".to_owned(),
            Fault::NotLinux { .. } => "monitored hosts need Linux with /proc, and a user with a shell".to_owned(),
            Fault::TimedOut { .. } => "is it overloaded, or does a firewall drop what is sent to it?".to_owned(),
            Fault::Ended { .. } => "see its log of sshd".to_owned(),
            Fault::Plan { .. } => "mend it in the config".to_owned(),
        }
    }

    /// The config is at fault, not the host.
    pub fn is_of_plan(&self) -> bool {
        matches!(self.fault, Fault::Plan { .. })
    }
}

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot monitor host `{}`: {}", self.name, self.fault)
    }
}

impl std::error::Error for HostError {}

/// What keeps a host from being monitored.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Fault {
    /// There is no `ssh` here.
    #[error("`ssh` cannot be started")]
    NoSsh {
        /// Why not.
        said: String,
    },
    /// No connection.
    #[error("it cannot be reached")]
    Unreachable {
        /// What `ssh` said.
        said: String,
    },
    /// Its key is not in `known_hosts`.
    #[error("its host key is not known here")]
    UnknownHostKey {
        /// What `ssh` said.
        said: String,
    },
    /// Its key is not the one in `known_hosts`.
    #[error("its host key is not the one that is known here")]
    ChangedHostKey {
        /// What `ssh` said.
        said: String,
    },
    /// It refused the password.
    #[error("it refuses the password")]
    WrongPassword {
        /// What `ssh` said.
        said: String,
    },
    /// It admits by no way that there is.
    #[error("it admits neither a key nor anything else that is at hand{}", ways(asked))]
    NotAdmitted {
        /// By what it would admit, as SSH calls it: `publickey,password`.
        asked: String,
        /// A password was at hand.
        had_password: bool,
        /// What `ssh` said.
        said: String,
    },
    /// It answers, and not with the counters of a Linux kernel.
    #[error("it gives no counters of a Linux kernel")]
    NotLinux {
        /// What it said instead.
        said: String,
    },
    /// It took too long.
    #[error("no {what} within {} s", after.as_secs())]
    TimedOut {
        /// What was awaited.
        what: &'static str,
        /// How long.
        after: Duration,
    },
    /// The session ended.
    #[error("the session ended")]
    Ended {
        /// What was said last.
        said: String,
    },
    /// What is asked for cannot be.
    #[error("{what}")]
    Plan {
        /// What is wrong.
        what: &'static str,
    },
}

impl Fault {
    /// Reads what `ssh` said before it ended without a session.
    pub(crate) fn read(said: &str, had_password: bool) -> Self {
        let said = last_lines(said);
        let lower = said.to_lowercase();
        let has = |text: &str| lower.contains(text);
        if has("identification has changed") || has("host key for") && has("has changed") {
            return Self::ChangedHostKey { said };
        }
        if has("host key is known for") || has("host key verification failed") {
            return Self::UnknownHostKey { said };
        }
        if has("too many authentication failures") {
            return Self::NotAdmitted { asked: String::new(), had_password, said };
        }
        if let Some(at) = lower.rfind("permission denied (") {
            let asked = lower[at + "permission denied (".len()..].split(')').next().unwrap_or_default().to_owned();
            return match had_password && takes_password(&asked) {
                true => Self::WrongPassword { said },
                false => Self::NotAdmitted { asked, had_password, said },
            };
        }
        Self::Unreachable { said }
    }

    /// It will not do by itself, and trying often may lock the user out.
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::WrongPassword { .. }
                | Self::NotAdmitted { .. }
                | Self::UnknownHostKey { .. }
                | Self::ChangedHostKey { .. }
                | Self::Plan { .. }
        )
    }

    /// In a few words, for a gap.
    pub(crate) fn in_short(&self) -> String {
        match self {
            Self::Unreachable { said } | Self::Ended { said } if !said.is_empty() => {
                format!("{self}: {}", said.lines().last().unwrap_or_default().trim())
            }
            _ => self.to_string(),
        }
    }
}

fn takes_password(asked: &str) -> bool {
    asked.split(',').any(|way| way == "password" || way == "keyboard-interactive")
}

fn ways(asked: &str) -> String {
    if asked.is_empty() { String::new() } else { format!("; it takes {}", asked.replace(',', ", ")) }
}

/// As a command line of `ssh` takes it, which knows a port in a URL alone.
fn ssh_address(address: &str) -> String {
    if has_port(address) { format!("ssh://{address}") } else { address.replace(['[', ']'], "") }
}

/// As `known_hosts` names it.
fn known_name(address: &str) -> String {
    let host = address.rsplit_once('@').map_or(address, |(_, host)| host);
    match host.rsplit_once(':').filter(|_| has_port(host)) {
        Some((host, port)) if port != "22" => format!("[{}]:{port}", host.trim_matches(['[', ']'])),
        Some((host, _)) => host.replace(['[', ']'], ""),
        None => host.replace(['[', ']'], ""),
    }
}

fn has_port(address: &str) -> bool {
    address.rsplit_once(':').is_some_and(|(host, port)| {
        port.bytes().all(|c| c.is_ascii_digit()) && !port.is_empty() && (!host.contains(':') || host.ends_with(']'))
    })
}

/// The end of what was said, without what frames it.
fn last_lines(said: &str) -> String {
    let bare = |line: &'_ str| line.trim_end().trim_matches('@').trim().to_owned();
    let lines: Vec<_> = said.lines().map(bare).filter(|line| !line.is_empty()).collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ssh_says_is_read() {
        let read = |said: &str| Fault::read(said, true);
        assert!(matches!(
            read(
                "No ED25519 host key is known for [127.0.0.1]:2222 and you have requested strict checking.\r\nHost key verification failed.\r\n"
            ),
            Fault::UnknownHostKey { .. }
        ));
        assert!(matches!(
            read(
                "@@@@@@@@\r\n@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\r\nHost key verification failed.\r\n"
            ),
            Fault::ChangedHostKey { .. }
        ));
        assert!(matches!(
            read("Permission denied, please try again.\r\nbench@127.0.0.1: Permission denied (publickey,password)."),
            Fault::WrongPassword { .. }
        ));
        let Fault::NotAdmitted { asked, .. } = read("bench@h: Permission denied (publickey).") else { panic!() };
        assert_eq!(asked, "publickey");
        assert!(matches!(
            Fault::read("bench@h: Permission denied (publickey,password).", false),
            Fault::NotAdmitted { had_password: false, .. }
        ));
        for said in ["ssh: connect to host h port 22: Connection refused", "ssh: Could not resolve hostname h", ""] {
            assert!(matches!(read(said), Fault::Unreachable { .. }), "{said}");
        }
    }

    #[test]
    fn a_remedy_can_be_typed() {
        let plan = HostPlan { name: "db".into(), host: "::1".into(), port: Some(2222), ..HostPlan::default() };
        let hint = |plan: &HostPlan| HostError::of(plan, 0, Fault::UnknownHostKey { said: String::new() }).hint();
        assert!(hint(&plan).contains("`ssh ssh://[::1]:2222`"), "{}", hint(&plan));
        assert!(hint(&HostPlan { port: None, ..plan.clone() }).contains("`ssh ::1`"));
        assert!(hint(&HostPlan { host: "db".into(), ..plan }).contains("`ssh ssh://db:2222`"));
        let known = ["root@db", "root@db:2222", "[::1]", "a@[::1]:22"].map(known_name);
        assert_eq!(known, ["db", "[db]:2222", "::1", "::1"]);
    }
}

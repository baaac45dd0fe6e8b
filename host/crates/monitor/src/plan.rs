//! What is to be monitored, and how its hosts are reached.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::fault::Fault;

/// Shortest time between two ticks: a kernel counts processor time in hundredths of a second.
pub const SHORTEST_INTERVAL: Duration = Duration::from_millis(100);
/// Name of the machine that makes the load.
pub const TESTER: &str = "tester";
/// Longest password, bytes: it must fit into a pipe that nobody reads yet.
const LONGEST_PASSWORD: usize = 1024;

/// A text that is not shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps a text from being shown.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A host to monitor. What is left out is as `ssh` and its config files have it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HostPlan {
    /// Name in results.
    pub name: String,
    /// Name or address, or an alias of `~/.ssh/config`.
    pub host: String,
    /// Port.
    pub port: Option<u16>,
    /// User to log in as.
    pub user: Option<String>,
    /// Password; without it a key must do.
    pub password: Option<Secret>,
    /// Private key to use, and no other.
    pub identity_file: Option<PathBuf>,
}

impl HostPlan {
    /// How a person writes where it is: `user@host:port`, as far as that is given.
    pub fn address(&self) -> String {
        let user = self.user.iter().map(|user| format!("{user}@")).collect::<String>();
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        let port = self.port.iter().map(|port| format!(":{port}")).collect::<String>();
        format!("{user}{host}{port}")
    }

    /// # Errors
    /// When `ssh` could take the host or the user for something else, or the password cannot be handed over.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        let is_name = |text: &str| {
            !text.is_empty() && !text.starts_with('-') && !text.contains(|c: char| c.is_whitespace() || c.is_control())
        };
        let wrong = if !is_name(&self.host) {
            Some("its `host` is no name or address")
        } else if self.user.as_deref().is_some_and(|user| !is_name(user)) {
            Some("its `user` is no name of a user")
        } else if self.password.as_ref().is_some_and(|Secret(text)| text.contains(['\n', '\r', '\0'])) {
            Some("its password has more than one line")
        } else if self.password.as_ref().is_some_and(|Secret(text)| text.len() > LONGEST_PASSWORD) {
            Some("its password is longer than 1024 bytes")
        } else {
            None
        };
        wrong.map_or(Ok(()), |what| Err(Fault::Plan { what }))
    }
}

/// What a monitor does.
#[derive(Debug, Clone)]
pub struct MonitorPlan {
    /// Hosts beside the tester, which is always monitored and comes last in every list.
    pub hosts: Vec<HostPlan>,
    /// From one tick to the next; at least [`SHORTEST_INTERVAL`], a shorter one is taken for that.
    pub interval: Duration,
    /// A host that cannot be reached at the start is an error; else it is tried again and again, and leaves gaps.
    pub required: bool,
    /// Trust the key of a host that is not known yet, and remember it.
    pub accept_new_host_keys: bool,
    /// Program that `ssh` asks for passwords: it must call [`crate::answer_if_asked`] before all else.
    pub askpass: PathBuf,
    /// Config file of `ssh`, instead of the user's and the system's.
    pub ssh_config: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(name: &str) -> HostPlan {
        HostPlan { name: "a".into(), host: name.into(), ..HostPlan::default() }
    }

    #[test]
    fn a_password_is_not_shown() {
        let plan = HostPlan { password: Some(Secret::new("hunter2")), ..host("db") };
        assert!(!format!("{plan:?}").contains("hunter2"));
    }

    #[test]
    fn an_address_reads_as_ssh_users_write_it() {
        let plan = HostPlan { user: Some("root".into()), port: Some(2222), ..host("fe80::1%eth0") };
        assert_eq!(plan.address(), "root@[fe80::1%eth0]:2222");
        assert_eq!(host("db").address(), "db");
    }

    #[test]
    fn what_ssh_could_take_for_an_option_is_refused() {
        for plan in [
            host("-oProxyCommand=id"),
            host(""),
            host("a b"),
            HostPlan { user: Some("-lroot".into()), ..host("a") },
            HostPlan { password: Some(Secret::new("a\nb")), ..host("a") },
            HostPlan { password: Some(Secret::new("a".repeat(1025))), ..host("a") },
        ] {
            assert!(plan.check().is_err(), "{plan:?}");
        }
        assert!(host("fe80::1%eth0").check().is_ok());
    }
}

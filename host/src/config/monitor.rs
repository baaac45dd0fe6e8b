//! Which hosts are monitored, and how they are reached.

use std::io;
use std::path::{Path, PathBuf};

use model::Span;
use monitor::{HostPlan, SHORTEST_INTERVAL, Secret};
use serde::Deserialize;

use super::error::ConfigError;
use super::layers::Layers;
use super::merge::Merge;
use super::secret;
use super::shape::HostShape;
use super::tree::{Node, Origin};

/// What is made of a host that cannot be reached at the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Presence {
    /// Nothing begins.
    #[default]
    Required,
    /// It is tried again, and leaves gaps until then.
    Optional,
    /// No host is looked at, but for the tester.
    Off,
}

/// What is monitored, with nothing left open.
#[derive(Debug, Clone)]
pub(crate) struct ResolvedMonitor {
    /// Hosts beside the tester, in the order of the config.
    pub(crate) hosts: Vec<HostPlan>,
    /// From one look to the next.
    pub(crate) interval: Span,
    /// The interval was not given.
    pub(crate) is_interval_default: bool,
    /// What is made of one that cannot be reached.
    pub(crate) presence: Presence,
    /// Time before the first trial in which hosts are looked at idle; 0: none.
    pub(crate) baseline: Span,
    /// Whether the key of a host that is not known yet is trusted.
    pub(crate) accept_new_host_keys: bool,
    /// Config file of `ssh`.
    pub(crate) ssh_config: Option<PathBuf>,
    /// What the user should be told of passwords.
    pub(crate) notices: Vec<String>,
}

/// Resolves what is monitored. Files with passwords are read here.
///
/// # Errors
/// When a password cannot be had, or the interval is too short.
pub(crate) fn resolve_monitor(layers: &Layers) -> Result<ResolvedMonitor, ConfigError> {
    let merge = Merge::of(layers)?;
    let missing = |key: &str| ConfigError::Merged(format!("`monitor.{key}` has no value"));
    let shape = merge.file.monitor.clone().unwrap_or_default();
    let interval = shape.interval.ok_or_else(|| missing("interval"))?.0;
    if interval.0 < SHORTEST_INTERVAL {
        return Err(ConfigError::Conflict {
            what: format!("`monitor.interval` is {interval}, less than 100ms"),
            keys: vec![("where", merge.origin("monitor.interval"))],
            hint: "the kernel counts processor time in hundredths of a second: give 100ms or more",
        });
    }
    let mut notices = Vec::new();
    let mut hosts = Vec::new();
    // The table keeps the order in which hosts were named.
    if let Some(Node::Table(named)) = layers.merged.get(&["monitor", "hosts"]) {
        for (name, _) in named.entries() {
            let host = shape.hosts.as_ref().and_then(|hosts| hosts.get(name)).cloned().unwrap_or_default();
            hosts.push(Naming { layers, name, notices: &mut notices }.plan(host)?);
        }
    }
    Ok(ResolvedMonitor {
        hosts,
        interval,
        is_interval_default: merge.origin("monitor.interval") == Origin::Default,
        presence: shape.presence.map_or(Presence::default(), |presence| presence.0.0),
        baseline: shape.baseline.ok_or_else(|| missing("baseline"))?.0,
        accept_new_host_keys: shape.accept_new_host_keys.unwrap_or_default(),
        ssh_config: shape.ssh_config.map(|path| at_home(layers, path)),
        notices,
    })
}

/// One host on its way to its plan.
struct Naming<'a> {
    layers: &'a Layers,
    name: &'a str,
    notices: &'a mut Vec<String>,
}

impl Naming<'_> {
    fn plan(mut self, shape: HostShape) -> Result<HostPlan, ConfigError> {
        let password = match (shape.password, shape.password_file) {
            (None, None) => None,
            (Some(text), None) => Some(self.password(&text)?),
            (None, Some(file)) => Some(self.password_in(at_home(self.layers, file))?),
            (Some(_), Some(_)) => {
                return Err(ConfigError::Conflict {
                    what: format!("host `{}` has both `password` and `password-file`", self.name),
                    keys: vec![("password", self.origin("password")), ("password-file", self.origin("password-file"))],
                    hint: "keep one",
                });
            }
        };
        Ok(HostPlan {
            name: self.name.to_owned(),
            host: shape.host.unwrap_or_else(|| self.name.to_owned()),
            port: shape.port,
            user: shape.user,
            password,
            identity_file: shape.identity_file.map(|path| at_home(self.layers, path)),
        })
    }

    fn password(&mut self, text: &str) -> Result<Secret, ConfigError> {
        let (key, origin) = (format!("monitor.hosts.{}.password", self.name), self.origin("password"));
        let filled = secret::text(text, &key, &origin, &self.layers.environment)?;
        if !filled.is_secret {
            self.notices.push(format!(
                "host `{}` has its password in clear, {origin}: whoever reads the file can use it; give `env:NAME`, a \
                 `password-file`, or better a key",
                self.name
            ));
        }
        Ok(Secret::new(filled.value))
    }

    fn password_in(&mut self, file: PathBuf) -> Result<Secret, ConfigError> {
        let wrong = |source| ConfigError::PasswordFile {
            path: file.clone(),
            source,
            key: format!("monitor.hosts.{}.password-file", self.name),
            origin: self.origin("password-file"),
        };
        let text = std::fs::read_to_string(&file).map_err(wrong)?;
        let line = text.lines().next().filter(|line| !line.is_empty());
        let secret = Secret::new(line.ok_or_else(|| wrong(io::Error::other("its first line is empty")))?);
        if is_open_to_others(&file) {
            self.notices.push(format!("`{0}` can be read by others: `chmod 600 {0}`", file.display()));
        }
        Ok(secret)
    }

    fn origin(&self, key: &str) -> Origin {
        let path = ["monitor", "hosts", self.name, key];
        self.layers.merged.origin(&path).cloned().unwrap_or(Origin::Default)
    }
}

fn is_open_to_others(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(file).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

/// `~/` as the user's home directory.
fn at_home(layers: &Layers, path: PathBuf) -> PathBuf {
    match (path.strip_prefix("~"), layers.environment.get("HOME")) {
        (Ok(rest), Some(home)) => Path::new(home).join(rest),
        _ => path,
    }
}

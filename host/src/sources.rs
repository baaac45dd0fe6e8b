//! Plugins in registries: which bytes a reference stands for, held by the lock file, kept for when there is no network.
//!
//! A reference that was accepted before and whose component is here is never asked for again: a run does not depend on
//! a registry, nor on what someone pushed since. Else the registry is asked, and what it has must be what was accepted.

use std::io::{self, IsTerminal as _};
use std::path::PathBuf;
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressStyle};
use registry::{Found, Kept, Lock, Locked, Progress, Reference, Registry, RegistryConfig, RegistryError, Store};

use crate::config::Environment;
use crate::error::{CliError, ExitCode};
use crate::figure;
use crate::output::Talk;

/// In the working directory, beside `cluster-tester.toml`.
pub(crate) const LOCK_FILE: &str = "cluster-tester.lock";

/// How a reference is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ask {
    /// For use: what was accepted and is here is enough.
    Load,
    /// By the user: the registry is asked in any case, and must have what was accepted.
    Pull,
    /// By the user, who accepts whatever it stands for now.
    Update,
}

/// Resolves references.
pub(crate) struct Sources {
    registry: Registry,
    store: Option<Store>,
    lock: PathBuf,
    talk: Talk,
}

/// A plugin that is here.
pub(crate) struct Pulled {
    /// What the reference stands for.
    pub(crate) locked: Locked,
    /// The component, whose digest was checked.
    pub(crate) file: PathBuf,
}

impl Sources {
    /// Sources of this user and the working directory; registries that are named `insecure` are spoken to without TLS.
    pub(crate) fn new(environment: &Environment, insecure: Vec<String>, talk: Talk) -> Self {
        Self {
            registry: Registry::new(RegistryConfig { insecure, ..RegistryConfig::default() }),
            store: environment.user_cache_dir().map(|dir| Store::at(dir.join("plugins"))),
            lock: LOCK_FILE.into(),
            talk,
        }
    }

    /// The registries themselves.
    pub(crate) fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The component of a reference, from here or from its registry. What is new is written to the lock file.
    ///
    /// # Errors
    /// When it is not here and cannot be pulled, or is not what was accepted.
    pub(crate) fn resolve(&self, reference: &Reference, ask: Ask) -> Result<Pulled, CliError> {
        let store = self.store.as_ref().ok_or_else(|| {
            CliError::new(ExitCode::Plugin, "there is no directory to keep plugins in")
                .with_hint("set HOME or XDG_CACHE_HOME")
        })?;
        let locked = Lock::read(&self.lock)?.find(reference).cloned();
        if let (Ask::Load, Some(locked)) = (ask, &locked)
            && let Some(file) = self.kept(store, locked)?
        {
            return Ok(Pulled { locked: locked.clone(), file });
        }
        let Found { manifest, component, size } = self.registry.find(reference)?;
        let found = Locked { reference: reference.clone(), manifest, component, size };
        if let Some(locked) = locked.as_ref().filter(|locked| **locked != found && ask != Ask::Update) {
            let reference = Box::new(reference.clone());
            return Err(RegistryError::Moved { reference, locked: locked.manifest, found: manifest }.into());
        }
        let file = match self.kept(store, &found)? {
            Some(file) => file,
            None => store.keep(&self.fetch(&found)?)?,
        };
        Lock::accept(&self.lock, &found)?;
        if locked.as_ref() != Some(&found) {
            self.talk.say(format!("{reference} is now {component}, by {LOCK_FILE}"));
        }
        Ok(Pulled { locked: found, file })
    }

    /// The file of a component that is here.
    fn kept(&self, store: &Store, locked: &Locked) -> Result<Option<PathBuf>, CliError> {
        Ok(match store.find(locked.component)? {
            Kept::Whole(file) => Some(file),
            Kept::Absent => None,
            Kept::Changed(file) => {
                self.talk
                    .notices([format!("`{}` was changed since it was pulled; it is pulled again", file.display())]);
                None
            }
        })
    }

    fn fetch(&self, found: &Locked) -> Result<Vec<u8>, CliError> {
        let title = format!("pulling {} ({})", found.reference, figure::bytes(found.size));
        let (progress, bar): (Progress, _) = if !self.talk.is_quiet && io::stderr().is_terminal() {
            let style = ProgressStyle::with_template("{msg}  [{bar:30}] {bytes}").expect("a valid template");
            let bar = ProgressBar::new(found.size).with_style(style).with_message(title);
            let shown = bar.clone();
            (Arc::new(move |so_far, _| shown.set_position(so_far)), Some(bar))
        } else {
            self.talk.say(title);
            (Arc::new(|_, _| ()), None)
        };
        let what = Found { manifest: found.manifest, component: found.component, size: found.size };
        let fetched = self.registry.fetch(&found.reference, what, progress);
        bar.iter().for_each(ProgressBar::finish_and_clear);
        Ok(fetched?)
    }
}

impl From<RegistryError> for CliError {
    fn from(error: RegistryError) -> Self {
        let code = match &error {
            RegistryError::Lock { .. } => ExitCode::Config,
            RegistryError::PushByDigest { .. } => ExitCode::Usage,
            _ => ExitCode::Plugin,
        };
        // Its own text names its cause.
        let mut cli = Self::new(code, error.to_string());
        if let RegistryError::Moved { locked, found, .. } = &error {
            cli = cli.with_detail("accepted", locked.to_string()).with_detail("now", found.to_string());
        }
        cli.hint = error.hint();
        cli
    }
}

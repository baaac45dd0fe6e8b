//! Asks before a plugin's first run whether it may: the policy if there is one, else whoever reads stderr is told what it is.

use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use plugin::{Entry, Origin, Runtime, Shape};

use crate::error::{CliError, ExitCode};
use crate::output::Talk;
use crate::policy::Allowed;

/// Admits plugins.
pub(crate) struct Trust {
    policy: Option<Vec<Allowed>>,
    known: Option<PathBuf>,
    shown: Mutex<Vec<String>>,
    talk: Talk,
}

impl Trust {
    /// With a policy, what it does not name is refused. Without, what is not in the file `known` is shown.
    pub(crate) fn new(policy: Option<Vec<Allowed>>, known: Option<PathBuf>, talk: Talk) -> Self {
        Self { policy, known, shown: Mutex::default(), talk }
    }

    /// Admits a plugin, bound to the digest that was looked at. Nothing of it is run.
    ///
    /// # Errors
    /// When it cannot be read, is no plugin for us, or is not allowed.
    pub(crate) fn admit(&self, runtime: &Runtime, mut entry: Entry) -> Result<Entry, CliError> {
        if matches!(entry.origin, Origin::Bundled(_)) {
            return Ok(entry);
        }
        let digest = entry.digest()?;
        // What is looked at is what will run, whatever happens to the file meanwhile.
        entry.pinned = Some(digest.clone());
        match &self.policy {
            Some(allowed) if allowed.iter().any(|rule| rule.covers(&entry, &digest)) => {}
            Some(_) => return Err(refused(&entry, &digest)),
            None if self.is_known(&digest) => {}
            None => {
                let shape = runtime.shape(&entry)?;
                self.show(&entry, &digest, &shape);
            }
        }
        Ok(entry)
    }

    fn is_known(&self, digest: &str) -> bool {
        let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if shown.iter().any(|shown| shown == digest) {
            return true;
        }
        // One that cannot be read knows nothing: better to show once more than once less.
        let text = self.known.as_ref().and_then(|path| std::fs::read_to_string(path).ok()).unwrap_or_default();
        text.lines().any(|line| line.split_whitespace().next() == Some(digest))
    }

    fn show(&self, entry: &Entry, digest: &str, shape: &Shape) {
        // Unseen, it stays unknown.
        if self.talk.is_quiet {
            return;
        }
        let imports = if shape.imports.is_empty() { "nothing".to_owned() } else { shape.imports.join(", ") };
        self.talk.say(format!(
            "notice: plugin `{}` has not run on this machine before\n  from     {}\n  digest   {digest}\n  world    {}\n  \
             imports  {imports}\n  to refuse plugins that you do not name, set `plugins.policy.allow`",
            entry.name,
            entry.origin,
            shape.world.noun(),
        ));
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).push(digest.to_owned());
        if let Some(path) = &self.known
            && let Err(error) = remember(path, digest)
        {
            self.talk.say(format!(
                "notice: it will be shown again, because `{}` cannot be written: {error}",
                path.display()
            ));
        }
    }
}

/// Adds a line in one write to the end: of commands that do so at a time, none loses what another wrote.
fn remember(path: &Path, digest: &str) -> std::io::Result<()> {
    if let Some(dir) = path.parent() {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    }
    let mut file = std::fs::OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
    file.write_all(format!("{digest}\n").as_bytes())
}

fn refused(entry: &Entry, digest: &str) -> CliError {
    let what = format!("plugin `{}` is not allowed by `plugins.policy.allow`", entry.name);
    let repository = match &entry.origin {
        Origin::Registry { reference, .. } => reference.parse::<registry::Reference>().ok(),
        _ => None,
    };
    let by_origin = match (repository, &entry.origin) {
        (Some(reference), _) => format!("; or \"{}\", for every version of it", reference.repository()),
        (None, Origin::File(path)) => format!("; or \"path:{}\", whatever is in it", path.display()),
        (None, _) => String::new(),
    };
    CliError::new(ExitCode::Plugin, what)
        .with_detail("from", entry.origin.to_string())
        .with_detail("digest", digest)
        .with_hint(format!("if you trust it, add \"{digest}\" to the list{by_origin}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_that_remember_at_a_time_lose_nothing() {
        let dir = tempfile::tempdir().expect("a place");
        let path = dir.path().join("a/known-plugins");
        std::thread::scope(|scope| {
            for n in 0..16 {
                let path = &path;
                scope.spawn(move || remember(path, &format!("sha256:{n:064}")).expect("remembered"));
            }
        });
        let trust = Trust::new(None, Some(path), Talk { is_quiet: false, is_verbose: false });
        assert!((0..16).all(|n| trust.is_known(&format!("sha256:{n:064}"))));
        assert!(!trust.is_known("sha256:"), "a part of a line is no digest");
    }
}

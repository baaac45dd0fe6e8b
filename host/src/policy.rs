//! Decides which plugins may run, by what they are and where they are from.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use plugin::{Entry, Origin};
use registry::{Digest, Reference};
use thiserror::Error;

/// A rule that allows plugins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Allowed {
    /// The component of this digest, wherever it is from.
    Digest(Digest),
    /// Every tag and digest of this repository, as `registry.example/team/analysis`.
    Repository(String),
    /// Every repository that begins so, as `registry.example/team/`.
    Below(String),
    /// A file, or all files below a directory.
    Path(PathBuf),
}

/// A text is no rule.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "`{0}` allows nothing: name a digest `sha256:…`, a repository `HOST/NAME` without a tag, all below `HOST/…/`, or \
     files as `path:FILE` or `path:DIR/`"
)]
pub(crate) struct NotARule(String);

impl FromStr for Allowed {
    type Err = NotARule;

    fn from_str(text: &str) -> Result<Self, NotARule> {
        let wrong = || NotARule(text.escape_debug().to_string());
        if let Some(path) = text.strip_prefix("path:") {
            return if path.is_empty() { Err(wrong()) } else { Ok(Self::Path(path.into())) };
        }
        if text.starts_with("sha256:") {
            return text.parse().map(Self::Digest).map_err(|_| wrong());
        }
        // A repository is what a reference has before its tag; below a host alone there is none, so one is put there.
        let (whole, below) = match text.strip_suffix('/') {
            Some(begin) => (format!("{begin}/x:x"), true),
            None => (format!("{text}:x"), false),
        };
        let reference: Reference = whole.parse().map_err(|_| wrong())?;
        if reference.digest().is_some() || reference.to_string() != whole {
            return Err(wrong());
        }
        Ok(if below { Self::Below(text.to_owned()) } else { Self::Repository(text.to_owned()) })
    }
}

impl Allowed {
    /// Whether the rule allows a plugin with this digest.
    pub(crate) fn covers(&self, entry: &Entry, digest: &str) -> bool {
        let repository = match &entry.origin {
            Origin::Registry { reference, .. } => reference.parse::<Reference>().ok().map(|named| named.repository()),
            _ => None,
        };
        match (self, &entry.origin) {
            (Self::Digest(allowed), _) => allowed.to_string() == digest,
            (Self::Repository(allowed), _) => repository.is_some_and(|repository| repository == *allowed),
            (Self::Below(allowed), _) => repository.is_some_and(|repository| repository.starts_with(allowed)),
            (Self::Path(allowed), Origin::File(path)) => is_within(path, allowed),
            (Self::Path(_), _) => false,
        }
    }
}

/// With links followed on both sides: a link out of an allowed directory is not in it.
fn is_within(path: &Path, allowed: &Path) -> bool {
    match (path.canonicalize(), allowed.canonicalize()) {
        (Ok(path), Ok(allowed)) => path.starts_with(allowed),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn covers(rule: &str, origin: Origin) -> bool {
        rule.parse::<Allowed>().expect("a rule").covers(&Entry::new("x", origin), DIGEST)
    }

    fn shared(reference: &str) -> Origin {
        Origin::Registry { reference: reference.to_owned(), file: None }
    }

    #[test]
    fn a_prefix_ends_where_a_part_of_the_name_ends() {
        let analysis = "registry.example/team/analysis:1.2";
        for rule in ["registry.example/", "registry.example/team/", "registry.example/team/analysis"] {
            assert!(covers(rule, shared(analysis)), "{rule}");
            assert!(covers(rule, shared(&format!("registry.example/team/analysis@{DIGEST}"))), "{rule}");
        }
        for rule in
            ["registry.example/te/", "registry.example/team", "registry.example/team/analysis/", "other.example/"]
        {
            assert!(!covers(rule, shared(analysis)), "{rule}");
        }
        assert!(!covers("registry.example/team", shared("registry.example/team-evil:1")));
        assert!(!covers("registry.example/", Origin::File("registry.example/x.wasm".into())));
    }

    #[test]
    fn a_digest_allows_a_plugin_wherever_it_is_from() {
        assert!(covers(DIGEST, shared("registry.example/x:1")));
        assert!(covers(DIGEST, Origin::File("x.wasm".into())));
        assert!(!covers(&DIGEST.replace("e3", "e4"), Origin::File("x.wasm".into())));
    }

    #[test]
    fn a_directory_does_not_allow_what_a_link_leads_out_to() {
        let (inside, outside) = (tempfile::tempdir().expect("a place"), tempfile::tempdir().expect("a place"));
        let file = |dir: &tempfile::TempDir, name: &str| dir.path().join(name);
        std::fs::write(file(&inside, "mine.wasm"), "").expect("written");
        std::fs::write(file(&outside, "other.wasm"), "").expect("written");
        std::os::unix::fs::symlink(file(&outside, "other.wasm"), file(&inside, "link.wasm")).expect("a link");
        let rule = format!("path:{}/", inside.path().display());
        assert!(covers(&rule, Origin::File(file(&inside, "mine.wasm"))));
        assert!(!covers(&rule, Origin::File(file(&inside, "link.wasm"))));
        assert!(!covers(&rule, Origin::File(file(&outside, "other.wasm"))));
        assert!(!covers(&rule, shared("registry.example/x:1")));
        assert!(covers(
            &format!("path:{}", file(&inside, "mine.wasm").display()),
            Origin::File(file(&inside, "mine.wasm"))
        ));
    }

    #[test]
    fn what_is_no_rule_is_refused() {
        for text in
            ["", "path:", "team", "team/", "sha256:12", "registry.example/x:1", "registry.example//", "a.b/X", "*"]
        {
            let error = text.parse::<Allowed>().expect_err(text);
            assert!(error.to_string().contains("allows nothing"), "{error}");
        }
        assert!(format!("registry.example/x@{DIGEST}").parse::<Allowed>().is_err());
    }
}

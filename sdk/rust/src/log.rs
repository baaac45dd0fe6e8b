//! Lines for the author of a plugin. The host shows and keeps the first few of a trial, and counts the rest.

pub use crate::bindings::test_case::cluster_tester::plugin::log::Level;

/// Writes a line that is shown with `--verbose` only.
pub fn debug(message: &str) {
    write(Level::Debug, message);
}

/// Writes a line that is shown once after the trial.
pub fn info(message: &str) {
    write(Level::Info, message);
}

/// Writes a line that is shown once after the trial, marked as a warning.
pub fn warning(message: &str) {
    write(Level::Warning, message);
}

/// Writes a line. Costs about 0.1 µs and a copy of the text. Outside of a host, in a unit test, it goes to stderr.
#[cfg_attr(not(target_arch = "wasm32"), expect(clippy::print_stderr, reason = "a unit test has no other place for it"))]
pub fn write(level: Level, message: &str) {
    #[cfg(target_arch = "wasm32")]
    crate::bindings::test_case::cluster_tester::plugin::log::write(level, message);
    #[cfg(not(target_arch = "wasm32"))]
    eprintln!("{level:?}: {message}");
}

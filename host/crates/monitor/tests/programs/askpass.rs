//! An askpass and nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    monitor::answer_if_asked().unwrap_or(ExitCode::FAILURE)
}

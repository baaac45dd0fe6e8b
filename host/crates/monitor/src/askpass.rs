//! How a password reaches `ssh`: through its askpass, which is this program once more. The password is on no command
//! line and in no environment: it waits in a pipe, which is the standard input of `ssh` and so of the askpass.

use std::env;
use std::io::{self, Read as _, Write as _};
use std::process::ExitCode;

/// Set for `ssh`, and so for its askpass, to whom the password is for: `user@host`.
pub(crate) const VARIABLE: &str = "CLUSTER_TESTER_ASKPASS_FOR";
/// Longest line that is read, bytes.
const LONGEST: u64 = 4096;

/// Answers the question of `ssh` on standard output, if this process was started as its askpass. A program that
/// [`crate::MonitorPlan::askpass`] names must call this before it looks at its arguments, and end with the code given.
pub fn answer_if_asked() -> Option<ExitCode> {
    let expected = env::var(VARIABLE).ok()?;
    // Set by ssh for questions that want no password.
    let is_password = env::var_os("SSH_ASKPASS_PROMPT").is_none();
    let prompt = env::args().nth(1).unwrap_or_default();
    if !is_password || !asks_password(&prompt, &expected) {
        return Some(ExitCode::FAILURE);
    }
    let mut line = String::new();
    let read = io::stdin().lock().take(LONGEST).read_to_string(&mut line);
    let is_there = read.is_ok() && !line.is_empty();
    let written = is_there && io::stdout().write_all(line.as_bytes()).is_ok();
    Some(if written { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Whether the prompt asks for the password of `expected`, and for nothing else: a host on the way, a passphrase, or
/// whether to trust a key are asked for in the same way.
fn asks_password(prompt: &str, expected: &str) -> bool {
    let prompt = prompt.trim().to_lowercase();
    let expected = expected.to_lowercase();
    let interactive = || prompt.strip_prefix(&format!("({expected}) "));
    prompt == format!("{expected}'s password:")
        || interactive().is_some_and(|asked| {
            // What a server asks is free text: only a question of one line that wants the present password.
            asked.contains("password")
                && !asked.contains('\n')
                && !["new ", "retype", "again", "change", "expired"].iter().any(|other| asked.contains(other))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_question_for_this_password_is_answered() {
        let asks = |prompt| asks_password(prompt, "Bench@db.example");
        assert!(asks("bench@db.example's password: "));
        assert!(asks("Bench@DB.example's password: "));
        assert!(asks("(bench@db.example) Password: "));
        assert!(asks("(bench@db.example) Password for bench@db.example: "));
        for other in [
            "",
            "bench@jump.example's password: ",
            "(bench@jump.example) Password: ",
            "(bench@db.example) New password: ",
            "(bench@db.example) Verification code: ",
            "Enter passphrase for key '/home/bench/.ssh/id_ed25519': ",
            "The authenticity of host 'db.example' can't be established.\nAre you sure (yes/no/[fingerprint])? ",
        ] {
            assert!(!asks(other), "{other}");
        }
    }
}

//! The target of the closed loop: one nginx worker on a core of its own, answering from memory, logging nothing.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

use crate::child;

/// What every request for a Fibonacci number is answered with: right for load 10.
pub(crate) const ANSWER: &str =
    r#"{"start":"2026-01-01T00:00:00.000Z","end":"2026-01-01T00:00:00.001Z","fibonacci":55}"#;

/// A running nginx; it ends with this value.
#[derive(Debug)]
pub(crate) struct Nginx {
    child: Child,
    port: u16,
}

impl Nginx {
    /// Starts it on `core`, with its files below `work`.
    ///
    /// # Errors
    /// When it does not answer within some seconds.
    pub(crate) fn start(program: &Path, core: usize, work: &Path) -> Result<Self> {
        let directory = work.join("nginx");
        fs::create_dir_all(&directory)?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let file = directory.join("nginx.conf");
        fs::write(&file, config(&directory, port))?;
        let log = directory.join("error.log");
        let mut command = Command::new(program);
        command.arg("-e").arg("stderr").arg("-p").arg(&directory).arg("-c").arg(&file);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(fs::File::create(&log)?);
        child::confine(&mut command, core);
        let mut nginx = Self { child: command.spawn().context("cannot start nginx")?, port };
        let start = Instant::now();
        loop {
            match nginx.requests() {
                Ok(_) => return Ok(nginx),
                Err(error) if start.elapsed() > Duration::from_secs(5) || nginx.child.try_wait()?.is_some() => {
                    let log = fs::read_to_string(&log).unwrap_or_default();
                    return Err(error.context(format!("nginx does not answer: {}", log.trim())));
                }
                Err(_) => std::thread::sleep(Duration::from_millis(20)),
            }
        }
    }

    /// Where it listens.
    pub(crate) fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Requests it has seen so far, this question among them.
    ///
    /// # Errors
    /// When it does not answer.
    pub(crate) fn requests(&self) -> Result<u64> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(b"GET /requests HTTP/1.0\r\n\r\n")?;
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        requests(&text).context("nginx does not tell how many requests it has seen")
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // The master by TERM takes its worker along, by KILL it would leave it behind.
        if let Some(pid) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process(pid, Signal::TERM);
        }
        let _ = self.child.wait();
    }
}

/// Where nginx's `stub_status` says it: the third figure below its heading.
fn requests(text: &str) -> Option<u64> {
    let mut lines = text.lines().skip_while(|line| !line.starts_with("server accepts handled requests"));
    lines.nth(1)?.split_ascii_whitespace().nth(2)?.parse().ok()
}

fn config(directory: &Path, port: u16) -> String {
    let directory = directory.display();
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("  {kind}_temp_path {directory}/{kind};\n"))
        .concat();
    format!(
        "worker_processes 1;\ndaemon off;\npid {directory}/pid;\nerror_log stderr error;\n\
         events {{ worker_connections 4096; }}\n\
         http {{\n  access_log off;\n  keepalive_requests 1000000000;\n  keepalive_timeout 3600s;\n{temporary}  \
         server {{\n    listen 127.0.0.1:{port};\n    default_type application/json;\n    \
         location = /requests {{ stub_status; }}\n    location / {{ return 200 '{ANSWER}'; }}\n  }}\n}}\n"
    )
}

/// The program, where Debian has it outside of a user's search path too.
///
/// # Errors
/// When there is none.
pub(crate) fn program() -> Result<std::path::PathBuf> {
    let Some(program) = crate::tool::find("nginx") else {
        bail!("nginx is not installed, to which the requests are sent\n  hint: tests/bench/install");
    };
    Ok(program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_seen_are_the_third_figure() {
        let text = "HTTP/1.1 200 OK\r\n\r\nActive connections: 2 \nserver accepts handled requests\n 16 16 310000 \n\
                    Reading: 0 Writing: 1 Waiting: 1 \n";
        assert_eq!(requests(text), Some(310_000));
        assert_eq!(requests("HTTP/1.1 404 Not Found\r\n\r\n"), None);
    }

    #[test]
    fn the_answer_is_the_tenth_fibonacci_number() {
        let answer: serde_json::Value = serde_json::from_str(ANSWER).unwrap();
        assert_eq!(answer["fibonacci"], 55);
        assert!((80..=95).contains(&ANSWER.len()));
    }
}

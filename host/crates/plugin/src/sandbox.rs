//! WASI as an empty sandbox, for guests whose language needs it: no files, no network, no environment; clocks show the
//! intended start, random numbers come from the seed, and output is kept for messages.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use rand_core::TryRng;
use tokio::io::AsyncWrite;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};
use wasmtime_wasi::{HostMonotonicClock, HostWallClock, WasiCtx, WasiCtxBuilder};

use crate::surroundings::Surroundings;

/// Bytes of output that are kept: the last, because a traceback ends with what matters.
const OUTPUT: usize = 8 * 1024;
/// What a stream says it can take at once; it takes anything.
const PERMIT: usize = 1024 * 1024;

/// What WASI keeps for one instance.
pub(crate) struct Sandbox {
    pub(crate) context: WasiCtx,
    pub(crate) table: ResourceTable,
    pub(crate) output: Output,
}

impl Sandbox {
    pub(crate) fn new(surroundings: &Surroundings) -> Self {
        let output = Output::default();
        let context = WasiCtxBuilder::new()
            .allow_tcp(false)
            .allow_udp(false)
            .wall_clock(Clock(surroundings.clone()))
            .monotonic_clock(Clock(surroundings.clone()))
            .secure_random(Random(surroundings.clone()))
            .insecure_random(Random(surroundings.clone()))
            .insecure_random_seed(0)
            .stdout(output.clone())
            .stderr(output.clone())
            .build();
        Self { context, table: ResourceTable::new(), output }
    }
}

struct Clock(Surroundings);

impl HostWallClock for Clock {
    fn resolution(&self) -> Duration {
        Duration::from_nanos(1)
    }

    fn now(&self) -> Duration {
        Duration::from_nanos(self.0.unix_ns())
    }
}

impl HostMonotonicClock for Clock {
    fn resolution(&self) -> u64 {
        1
    }

    fn now(&self) -> u64 {
        self.0.unix_ns()
    }
}

struct Random(Surroundings);

impl TryRng for Random {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.0.next() >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.0.next())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.0.next().to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

/// The end of what a guest wrote to its standard output and error.
#[derive(Clone, Default)]
pub(crate) struct Output(Arc<Mutex<Vec<u8>>>);

impl Output {
    /// Takes what was kept.
    pub(crate) fn take(&self) -> String {
        let bytes = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn keep(&self, bytes: &[u8]) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend_from_slice(&bytes[bytes.len().saturating_sub(OUTPUT)..]);
        let surplus = kept.len().saturating_sub(OUTPUT);
        kept.drain(..surplus);
    }
}

impl IsTerminal for Output {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Output {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        // Only WASI 0.3 asks for this one, which is not linked.
        Box::new(tokio::io::sink())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

#[async_trait::async_trait]
impl Pollable for Output {
    async fn ready(&mut self) {}
}

#[async_trait::async_trait]
impl OutputStream for Output {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.keep(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(PERMIT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_the_output_is_kept() {
        let output = Output::default();
        output.keep(&[b'a'; 3 * OUTPUT]);
        output.keep(b"the end");
        let kept = output.take();
        assert_eq!(kept.len(), OUTPUT);
        assert!(kept.ends_with("aathe end"));
        assert_eq!(output.take(), "");
    }
}

//! Takes samples from generator threads to the disk while a trial runs.
//!
//! Offering never waits: a full queue or a full disk loses samples, which are counted. A thread of its own writes, at
//! least twice in half a second, so that a process killed at any moment loses no more than that. Memory is bounded by the rows that
//! may wait.

mod reader;
mod segment;
#[cfg(test)]
mod tests;

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use std::{io, thread};

use arrow_schema::SchemaRef;
use model::{Sample, SampleSink};

use crate::columns::SampleColumns;
use crate::error::ResultsError;

pub(crate) use reader::SpoolReader;
use segment::{Output, SegmentWriter};

/// Longest time that a sample waits for the disk.
const FLUSH: Duration = Duration::from_millis(200);
/// Most rows of a batch on disk.
const BATCH_ROWS: usize = 16 * 1024;
/// Most offers that may wait.
const WAITING_OFFERS: usize = 256;
/// Most rows that may wait, about 20 MB.
const WAITING_ROWS: usize = 128 * 1024;

enum Message {
    Samples(Vec<Sample>),
    End,
}

/// What all ends of a spool know.
#[derive(Default)]
struct Shared {
    waiting_rows: AtomicUsize,
    lost: AtomicU64,
    is_closed: AtomicBool,
}

/// Takes samples from one generator thread; clone it for another.
#[derive(Clone)]
pub struct SpoolSink {
    sender: flume::Sender<Message>,
    shared: Arc<Shared>,
}

impl SampleSink for SpoolSink {
    fn offer(&mut self, samples: Vec<Sample>) -> usize {
        let rows = samples.len();
        if rows == 0 {
            return 0;
        }
        let waiting = self.shared.waiting_rows.fetch_add(rows, Ordering::Relaxed);
        let has_room = waiting == 0 || waiting + rows <= WAITING_ROWS;
        let is_taken = has_room
            && !self.shared.is_closed.load(Ordering::Relaxed)
            && self.sender.try_send(Message::Samples(samples)).is_ok();
        if is_taken {
            return 0;
        }
        self.shared.waiting_rows.fetch_sub(rows, Ordering::Relaxed);
        self.shared.lost.fetch_add(rows as u64, Ordering::Relaxed);
        rows
    }
}

/// What a spool took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spooled {
    /// Rows on disk.
    pub(crate) rows: u64,
    /// Samples offered that are not.
    pub(crate) lost: u64,
    /// Why writing stopped, if it did.
    pub(crate) error: Option<String>,
}

/// A spool being written.
pub(crate) struct SpoolWriter {
    sink: SpoolSink,
    thread: JoinHandle<Spooled>,
}

impl SpoolWriter {
    /// Begins a segment of its own in a trial's directory.
    pub(crate) fn begin(dir: &Path, schema: SchemaRef) -> Result<Self, ResultsError> {
        let number = reader::segments(dir).map_err(|e| ResultsError::reading(dir, e))?.len() + 1;
        let path = dir.join(format!("spool-{number:04}.arrows"));
        let data = create(&path)?;
        let index = create(&reader::index_of(&path))?;
        Self::begin_at(Box::new(data), Box::new(index), schema).map_err(|e| ResultsError::writing(&path, e))
    }

    fn begin_at(data: Output, index: Output, schema: SchemaRef) -> io::Result<Self> {
        let segment = SegmentWriter::begin(data, index, &schema)?;
        let (sender, receiver) = flume::bounded(WAITING_OFFERS);
        let sink = SpoolSink { sender, shared: Arc::default() };
        let columns = SampleColumns::new(schema);
        let spooling =
            Spooling { segment, columns, pending: Vec::new(), rows: 0, error: None, shared: sink.shared.clone() };
        let thread = thread::Builder::new().name("samples".to_owned()).spawn(move || spooling.run(&receiver))?;
        Ok(Self { sink, thread })
    }

    /// Where generator threads put samples.
    pub(crate) fn sink(&self) -> SpoolSink {
        self.sink.clone()
    }

    /// Writes what was offered, and ends. What is offered later is lost.
    pub(crate) fn end(self) -> Spooled {
        // Waits for room; the writer makes some, or is gone.
        let _ = self.sink.sender.send(Message::End);
        let died = |_| Spooled { rows: 0, lost: 0, error: Some("the thread that writes samples panicked".to_owned()) };
        let spooled = self.thread.join().unwrap_or_else(died);
        Spooled { lost: self.sink.shared.lost.load(Ordering::Relaxed), ..spooled }
    }
}

fn create(path: &PathBuf) -> Result<File, ResultsError> {
    OpenOptions::new().write(true).create_new(true).open(path).map_err(|e| ResultsError::writing(path, e))
}

/// The writing thread's side.
struct Spooling {
    segment: SegmentWriter,
    columns: SampleColumns,
    pending: Vec<Sample>,
    rows: u64,
    error: Option<String>,
    shared: Arc<Shared>,
}

impl Spooling {
    fn run(mut self, receiver: &flume::Receiver<Message>) -> Spooled {
        let mut due: Option<Instant> = None;
        loop {
            let message = match due {
                None => receiver.recv().map_err(|_| flume::RecvTimeoutError::Disconnected),
                Some(due) => receiver.recv_deadline(due),
            };
            match message {
                Ok(Message::Samples(samples)) => {
                    self.shared.waiting_rows.fetch_sub(samples.len(), Ordering::Relaxed);
                    self.pending.extend(samples);
                    due.get_or_insert_with(|| Instant::now() + FLUSH);
                }
                Err(flume::RecvTimeoutError::Timeout) => {}
                Ok(Message::End) | Err(flume::RecvTimeoutError::Disconnected) => break,
            }
            let is_due = due.is_some_and(|due| Instant::now() >= due);
            if is_due || self.pending.len() >= BATCH_ROWS {
                self.flush();
                due = None;
            }
        }
        self.flush();
        self.close(receiver);
        Spooled { rows: self.rows, lost: 0, error: self.error }
    }

    /// Writes what is pending. After an error everything is lost, and counted.
    fn flush(&mut self) {
        // In the order in which they were due: neighbours differ little, and take little space.
        self.pending.sort_unstable_by_key(|sample| (sample.iteration, sample.step));
        for samples in self.pending.chunks(BATCH_ROWS) {
            if self.error.is_none() {
                samples.iter().for_each(|sample| self.columns.push(sample));
                match self.segment.write(&self.columns.take()) {
                    Ok(()) => {
                        self.rows += samples.len() as u64;
                        continue;
                    }
                    Err(error) => self.error = Some(error.to_string()),
                }
                self.shared.is_closed.store(true, Ordering::Relaxed);
            }
            self.shared.lost.fetch_add(samples.len() as u64, Ordering::Relaxed);
        }
        self.pending.clear();
    }

    /// Counts what came too late.
    fn close(&mut self, receiver: &flume::Receiver<Message>) {
        self.shared.is_closed.store(true, Ordering::Relaxed);
        for message in receiver.drain() {
            if let Message::Samples(samples) = message {
                self.shared.lost.fetch_add(samples.len() as u64, Ordering::Relaxed);
            }
        }
    }
}

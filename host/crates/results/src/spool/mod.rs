//! Takes samples from generator threads to the disk while a trial runs.
//!
//! Offering never waits, nor does it wake anybody: a full queue or a full disk loses samples, which are counted. A thread
//! of its own looks at the queue at intervals and writes at least twice in half a second, so that a process killed at any
//! moment loses no more than that. Memory is bounded by the rows that may wait.

mod piece;
mod reader;
mod segment;
#[cfg(test)]
mod tests;

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use std::{io, thread};

use model::{Sample, SampleSink};

use crate::columns::TrialHeader;
use crate::error::ResultsError;
use crate::table::Table;

pub(crate) use piece::bitmap;
pub(crate) use reader::SpoolReader;
use segment::{Output, SegmentWriter};

/// How often the queue is looked at. Samples are still in the processor's cache then, and waking costs nothing to speak of.
const LOOK: Duration = Duration::from_millis(20);
/// Longest time that a sample waits for the disk, but for one look.
const FLUSH: Duration = Duration::from_millis(200);
/// Rows from which on a piece is written. So many columns stay in the processor's cache.
const PIECE_ROWS: usize = 4 * 1024;
/// Most offers that may wait.
const WAITING_OFFERS: usize = 256;
/// Most rows that may wait, about 24 MB.
const WAITING_ROWS: usize = 128 * 1024;
/// By how much the thread that writes is nicer than others. On a core that it shares with a generator thread it steps
/// back for each release, and is still sure of a tenth of the core: several times what 100 000/s need.
const NICE: i32 = 10;

/// What all ends of a spool know.
#[derive(Default)]
struct Shared {
    waiting_rows: AtomicUsize,
    lost: AtomicU64,
    is_ending: AtomicBool,
    is_closed: AtomicBool,
}

/// Takes samples from one generator thread; clone it for another.
#[derive(Clone)]
pub struct SpoolSink {
    sender: SyncSender<Vec<Sample>>,
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
        let is_taken =
            has_room && !self.shared.is_closed.load(Ordering::Relaxed) && self.sender.try_send(samples).is_ok();
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
    pub(crate) fn begin(dir: &Path, header: &TrialHeader) -> Result<Self, ResultsError> {
        let number = reader::segments(dir).map_err(|e| ResultsError::reading(dir, e))?.len() + 1;
        let path = dir.join(format!("spool-{number:04}.data"));
        let data = create(&path)?;
        let index = create(&reader::index_of(&path))?;
        Self::begin_at(Box::new(data), Box::new(index), header).map_err(|e| ResultsError::writing(&path, e))
    }

    fn begin_at(data: Output, index: Output, header: &TrialHeader) -> io::Result<Self> {
        let segment = SegmentWriter::begin(data, index, &header.metadata())?;
        let (sender, receiver) = sync_channel(WAITING_OFFERS);
        let sink = SpoolSink { sender, shared: Arc::default() };
        let table = Table::new(header.schema());
        let spooling = Spooling { segment, table, rows: 0, error: None, shared: sink.shared.clone() };
        let thread = thread::Builder::new().name("samples".to_owned()).spawn(move || spooling.run(&receiver))?;
        Ok(Self { sink, thread })
    }

    /// Where generator threads put samples.
    pub(crate) fn sink(&self) -> SpoolSink {
        self.sink.clone()
    }

    /// Writes what was offered, and ends. What is offered later is lost.
    pub(crate) fn end(self) -> Spooled {
        self.sink.shared.is_ending.store(true, Ordering::Release);
        self.thread.thread().unpark();
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
    table: Table,
    rows: u64,
    error: Option<String>,
    shared: Arc<Shared>,
}

impl Spooling {
    fn run(mut self, receiver: &Receiver<Vec<Sample>>) -> Spooled {
        // In Linux this is the priority of the calling thread alone. Where it is refused, nothing is lost but some precision.
        let _ = rustix::process::setpriority_process(None, NICE);
        let mut due: Option<Instant> = None;
        loop {
            thread::park_timeout(LOOK);
            // Before the queue is emptied: what was offered before the end is in it.
            let is_ending = self.shared.is_ending.load(Ordering::Acquire);
            while let Ok(samples) = receiver.try_recv() {
                self.take(&samples);
                due.get_or_insert_with(|| Instant::now() + FLUSH);
            }
            if is_ending {
                break;
            }
            if due.is_some_and(|due| Instant::now() >= due) {
                self.flush();
                due = None;
            }
        }
        self.flush();
        self.shared.is_closed.store(true, Ordering::Relaxed);
        while let Ok(samples) = receiver.try_recv() {
            // Came too late.
            self.lose(samples.len());
        }
        Spooled { rows: self.rows, lost: 0, error: self.error }
    }

    fn take(&mut self, samples: &[Sample]) {
        self.shared.waiting_rows.fetch_sub(samples.len(), Ordering::Relaxed);
        for samples in samples.chunks(PIECE_ROWS) {
            self.table.extend(samples);
            if self.table.rows() >= PIECE_ROWS {
                self.flush();
            }
        }
    }

    /// Writes the rows that are there. After an error everything is lost, and counted.
    fn flush(&mut self) {
        let rows = self.table.rows();
        if self.error.is_none() {
            match self.segment.write(&self.table) {
                Ok(()) => self.rows += rows as u64,
                Err(error) => {
                    self.error = Some(error.to_string());
                    self.shared.is_closed.store(true, Ordering::Relaxed);
                    self.lose(rows);
                }
            }
        } else {
            self.lose(rows);
        }
        self.table.clear();
    }

    fn lose(&self, rows: usize) {
        self.shared.lost.fetch_add(rows as u64, Ordering::Relaxed);
    }
}

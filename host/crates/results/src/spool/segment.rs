//! One file of a spool and its sidecar index: pieces, and for each a record that vouches for it.
//!
//! The first piece is the segment's head, JSON that says what the trial is; the others are rows. A record is written
//! after its piece, so what it tells was handed to the system before. It carries checksums of the piece and of itself: a
//! torn tail is not vouched for, and neither is one that a loss of power filled with zeros.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::piece;
use crate::table::Table;

/// Length of a record of the index, bytes.
const RECORD: usize = 20;

/// What the index says of a piece: the head (without rows), or rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Record {
    /// Where it ends in the file.
    end: u64,
    /// Rows in it.
    rows: u32,
    /// Checksum of its bytes.
    crc: u32,
}

impl Record {
    fn to_bytes(self) -> [u8; RECORD] {
        let mut bytes = [0; RECORD];
        bytes[..8].copy_from_slice(&self.end.to_le_bytes());
        bytes[8..12].copy_from_slice(&self.rows.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.crc.to_le_bytes());
        let own = crc32fast::hash(&bytes[..16]);
        bytes[16..].copy_from_slice(&own.to_le_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8; RECORD]) -> Option<Self> {
        let word = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let end = u64::from(word(0)) | u64::from(word(4)) << 32;
        (word(16) == crc32fast::hash(&bytes[..16])).then(|| Self { end, rows: word(8), crc: word(12) })
    }
}

/// Where a segment's bytes go.
pub(super) type Output = Box<dyn Write + Send>;

/// Writes a segment.
pub(super) struct SegmentWriter {
    data: Output,
    index: Output,
    // Each piece is made in memory and written at once.
    piece: Vec<u8>,
    scratch: Vec<i64>,
    end: u64,
}

impl SegmentWriter {
    /// Begins a segment with what its head says.
    pub(super) fn begin(data: Output, index: Output, head: &HashMap<String, String>) -> io::Result<Self> {
        let piece = serde_json::to_vec(head)?;
        let mut segment = Self { data, index, piece, scratch: Vec::new(), end: 0 };
        segment.hand_over(0)?;
        Ok(segment)
    }

    /// Writes the rows of a table, if it has any. After an error, nothing more may be written.
    pub(super) fn write(&mut self, table: &Table) -> io::Result<()> {
        if table.rows() == 0 {
            return Ok(());
        }
        piece::encode(table, &mut self.piece, &mut self.scratch);
        self.hand_over(u32::try_from(table.rows()).map_err(io::Error::other)?)
    }

    fn hand_over(&mut self, rows: u32) -> io::Result<()> {
        self.data.write_all(&self.piece)?;
        self.end += self.piece.len() as u64;
        let record = Record { end: self.end, rows, crc: crc32fast::hash(&self.piece) };
        self.piece.clear();
        self.index.write_all(&record.to_bytes())
    }
}

/// Reads what the index of a segment vouches for.
pub(super) struct SegmentReader {
    data: File,
    length: u64,
    index: BufReader<File>,
    head: HashMap<String, String>,
    piece: Vec<u8>,
    at: u64,
    is_over: bool,
}

impl SegmentReader {
    /// Opens a segment; none when not even its head is vouched for.
    pub(super) fn open(data: &Path, index: &Path) -> io::Result<Option<Self>> {
        let mut data = File::open(data)?;
        let length = data.seek(SeekFrom::End(0))?;
        data.rewind()?;
        let index = match File::open(index) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => BufReader::new(opened?),
        };
        let (head, piece) = (HashMap::new(), Vec::new());
        let mut reader = Self { data, length, index, head, piece, at: 0, is_over: false };
        match reader.next_piece()? {
            Some(0) => reader.head = serde_json::from_slice(&reader.piece)?,
            _ => return Ok(None),
        }
        Ok(Some(reader))
    }

    /// What the segment's head says.
    pub(super) fn head(&self) -> &HashMap<String, String> {
        &self.head
    }

    /// Adds the next rows to the table, which must be of the columns that the head tells of; false at the end of what is
    /// vouched for.
    pub(super) fn read(&mut self, table: &mut Table) -> io::Result<bool> {
        let Some(_) = self.next_piece()? else { return Ok(false) };
        piece::decode(&self.piece, table)?;
        Ok(true)
    }

    /// Reads the next piece and gives its rows; none at the end, or from the first piece on that is not what its record
    /// says.
    fn next_piece(&mut self) -> io::Result<Option<u32>> {
        let Some(record) = self.next_record()?.filter(|_| !self.is_over) else { return Ok(None) };
        self.piece.resize(usize::try_from(record.end - self.at).map_err(io::Error::other)?, 0);
        self.data.read_exact(&mut self.piece)?;
        self.at = record.end;
        self.is_over = crc32fast::hash(&self.piece) != record.crc;
        Ok((!self.is_over).then_some(record.rows))
    }

    fn next_record(&mut self) -> io::Result<Option<Record>> {
        let mut bytes = [0; RECORD];
        match self.index.read_exact(&mut bytes) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            read => read?,
        }
        let record = Record::from_bytes(&bytes).filter(|record| record.end > self.at && record.end <= self.length);
        self.is_over |= record.is_none();
        Ok(record)
    }
}

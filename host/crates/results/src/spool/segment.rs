//! One file of a spool and its sidecar index: an Arrow IPC stream, and for each piece of it a record that vouches.
//!
//! A record is written after its piece, so what it tells was handed to the system before. It carries checksums of the
//! piece and of itself: a torn tail is not vouched for, and neither is one that a loss of power filled with zeros.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_buffer::Buffer;
use arrow_ipc::CompressionType;
use arrow_ipc::reader::{StreamDecoder, StreamReader};
use arrow_ipc::writer::{IpcWriteOptions, StreamWriter};
use arrow_schema::SchemaRef;

/// Length of a record of the index, bytes.
const RECORD: usize = 20;

/// What the index says of a piece: the stream's head (without rows), or a batch.
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
    stream: StreamWriter<Vec<u8>>,
    end: u64,
}

impl SegmentWriter {
    /// Begins a segment.
    pub(super) fn begin(data: Output, index: Output, schema: &SchemaRef) -> io::Result<Self> {
        let options = IpcWriteOptions::default().try_with_compression(Some(CompressionType::ZSTD));
        let stream = options
            .and_then(|options| StreamWriter::try_new_with_options(Vec::new(), schema, options))
            .map_err(io::Error::other)?;
        let mut segment = Self { data, index, stream, end: 0 };
        segment.hand_over(0)?;
        Ok(segment)
    }

    /// Writes a batch. After an error, nothing more may be written.
    pub(super) fn write(&mut self, batch: &RecordBatch) -> io::Result<()> {
        self.stream.write(batch).map_err(io::Error::other)?;
        self.hand_over(u32::try_from(batch.num_rows()).map_err(io::Error::other)?)
    }

    fn hand_over(&mut self, rows: u32) -> io::Result<()> {
        let piece = self.stream.get_mut();
        self.data.write_all(piece)?;
        self.end += piece.len() as u64;
        let record = Record { end: self.end, rows, crc: crc32fast::hash(piece) };
        piece.clear();
        self.index.write_all(&record.to_bytes())
    }
}

/// Reads what the index of a segment vouches for.
pub(super) struct SegmentReader {
    data: File,
    records: std::vec::IntoIter<Record>,
    decoder: StreamDecoder,
    schema: SchemaRef,
    at: u64,
}

impl SegmentReader {
    /// Opens a segment; none when not even its head is vouched for.
    pub(super) fn open(data: &Path, index: &Path) -> io::Result<Option<Self>> {
        let mut data = File::open(data)?;
        let length = data.seek(SeekFrom::End(0))?;
        data.rewind()?;
        let index = match std::fs::read(index) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            read => read?,
        };
        let mut records = Vec::new();
        let mut at = 0;
        for bytes in index.as_chunks::<RECORD>().0 {
            match Record::from_bytes(bytes) {
                Some(record) if record.end > at && record.end <= length => {
                    at = record.end;
                    records.push(record);
                }
                _ => break,
            }
        }
        let schema = SchemaRef::new(arrow_schema::Schema::empty());
        let mut reader = Self { data, records: records.into_iter(), decoder: StreamDecoder::new(), schema, at: 0 };
        let head = match reader.piece()? {
            Some((0, bytes)) => bytes,
            _ => return Ok(None),
        };
        // The decoder takes note of the columns only when the first batch follows.
        reader.schema = StreamReader::try_new(head.as_slice(), None).map_err(io::Error::other)?.schema();
        reader.decoder.decode(&mut Buffer::from(head)).map_err(io::Error::other)?;
        Ok(Some(reader))
    }

    /// Columns of the segment.
    pub(super) fn schema(&self) -> SchemaRef {
        SchemaRef::clone(&self.schema)
    }

    /// The next batch; none at the end of what is vouched for.
    pub(super) fn next(&mut self) -> io::Result<Option<RecordBatch>> {
        let Some((_, bytes)) = self.piece()? else { return Ok(None) };
        self.decoder.decode(&mut Buffer::from(bytes)).map_err(io::Error::other)
    }

    /// Rows and bytes of the next piece; none at the end, or from the first piece on that is not what its record says.
    fn piece(&mut self) -> io::Result<Option<(u32, Vec<u8>)>> {
        let Some(record) = self.records.next() else { return Ok(None) };
        let mut bytes = vec![0; usize::try_from(record.end - self.at).map_err(io::Error::other)?];
        self.data.read_exact(&mut bytes)?;
        self.at = record.end;
        if crc32fast::hash(&bytes) != record.crc {
            self.records = Vec::new().into_iter();
            return Ok(None);
        }
        Ok(Some((record.rows, bytes)))
    }
}

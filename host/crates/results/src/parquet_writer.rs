//! Writes tables of samples as Parquet, a page of each column at a time.
//!
//! Integers are stored as packed differences, fractions as split bytes, each page compressed with zstd; no dictionaries.
//! Row groups are small and go to the disk one by one, so memory does not grow with the trial. Files, row groups and
//! page headers are the library's; pages are ours, because the library's way to them is several times dearer.

use std::fs::File;
use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema};
use bytes::Bytes;
use parquet::arrow::ArrowSchemaConverter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::column::page::{CompressedPage, Page, PageWriter};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, KeyValue};
use parquet::file::properties::WriterProperties;
use parquet::file::statistics::Statistics;
use parquet::file::writer::{SerializedFileWriter, SerializedPageWriter, TrackedWrite};
use zstd::bulk::Compressor;

use crate::columns::TrialHeader;
use crate::delta;
use crate::table::{Column, Table};

/// Rows from which on a row group is made of them.
const ROW_GROUP: usize = 256 * 1024;
/// The first columns, up to the intended start, have their bounds in each row group. By those rows are chosen, and
/// readers can pass over row groups.
const BOUNDED: usize = 8;
/// Level of zstd. What is packed hardly gets smaller; higher levels only take longer.
const LEVEL: i32 = 1;

/// A file of samples being written.
pub(crate) struct ParquetWriter {
    file: SerializedFileWriter<File>,
    chunks: Vec<Chunk>,
    rows: usize,
    compressor: Compressor<'static>,
    // Reused from page to page.
    plain: Vec<u8>,
    compressed: Vec<u8>,
    present: Vec<i64>,
}

impl ParquetWriter {
    /// Begins the file.
    pub(crate) fn begin(file: File, header: &TrialHeader) -> Result<Self, ParquetError> {
        // The file's own metadata says it once.
        let schema = Schema::new(header.schema().fields().clone());
        let columns = ArrowSchemaConverter::new().convert(&schema)?;
        let mut metadata: Vec<_> =
            header.metadata().into_iter().map(|(key, value)| KeyValue::new(key, value)).collect();
        metadata.sort_by(|a, b| a.key.cmp(&b.key));
        let properties = WriterProperties::builder()
            .set_created_by(concat!("cluster-tester ", env!("CARGO_PKG_VERSION")).to_owned())
            .set_key_value_metadata(Some(metadata))
            .build();
        let file = SerializedFileWriter::new(file, columns.root_schema_ptr(), Arc::new(properties))?;
        let chunk = |(index, field): (usize, &Arc<Field>)| {
            Chunk::new(field.data_type().clone(), field.is_nullable(), index < BOUNDED)
        };
        let chunks = schema.fields().iter().enumerate().map(chunk).collect();
        let compressor = Compressor::new(LEVEL)?;
        Ok(Self { file, chunks, rows: 0, compressor, plain: Vec::new(), compressed: Vec::new(), present: Vec::new() })
    }

    /// Writes the rows of a table, which must not be empty, as a page of each column.
    pub(crate) fn write(&mut self, table: &Table) -> Result<(), ParquetError> {
        for (chunk, column) in self.chunks.iter_mut().zip(table.columns()) {
            self.plain.clear();
            chunk.encode(column, &mut self.plain, &mut self.present);
            self.compressed.resize(zstd::zstd_safe::compress_bound(self.plain.len()), 0);
            let length = self.compressor.compress_to_buffer(&self.plain, self.compressed.as_mut_slice())?;
            chunk.add_page(&self.compressed[..length], self.plain.len(), table.rows())?;
        }
        self.rows += table.rows();
        if self.rows >= ROW_GROUP { self.end_row_group() } else { Ok(()) }
    }

    fn end_row_group(&mut self) -> Result<(), ParquetError> {
        let schema = self.file.schema_descr().columns().to_vec();
        let mut group = self.file.next_row_group()?;
        for (chunk, descriptor) in self.chunks.iter_mut().zip(schema) {
            let metadata = ColumnChunkMetaData::builder(descriptor)
                .set_compression(Compression::ZSTD(ZstdLevel::try_new(LEVEL)?))
                .set_encodings(vec![Encoding::RLE, chunk.encoding()])
                .set_num_values(self.rows as i64)
                .set_data_page_offset(0)
                .set_total_compressed_size(chunk.pages.bytes_written() as i64)
                .set_total_uncompressed_size(chunk.uncompressed as i64)
                .set_statistics(chunk.statistics())
                .build()?;
            let fresh = Chunk::new(chunk.kind.clone(), chunk.is_nullable, chunk.has_bounds);
            let pages = Bytes::from(std::mem::replace(chunk, fresh).pages.into_inner()?);
            let close = ColumnCloseResult {
                bytes_written: pages.len() as u64,
                rows_written: self.rows as u64,
                metadata,
                bloom_filter: None,
                column_index: None,
                offset_index: None,
            };
            group.append_column(&pages, close)?;
        }
        group.close()?;
        self.rows = 0;
        Ok(())
    }

    /// Writes what is left, and the file's end.
    pub(crate) fn end(mut self) -> Result<(), ParquetError> {
        if self.rows > 0 {
            self.end_row_group()?;
        }
        self.file.close()?;
        Ok(())
    }
}

/// A column of the row group under way.
struct Chunk {
    kind: DataType,
    is_nullable: bool,
    has_bounds: bool,
    pages: TrackedWrite<Vec<u8>>,
    uncompressed: usize,
    nulls: u64,
    least_and_greatest: Option<(i64, i64)>,
}

impl Chunk {
    fn new(kind: DataType, is_nullable: bool, has_bounds: bool) -> Self {
        let pages = TrackedWrite::new(Vec::new());
        Self { kind, is_nullable, has_bounds, pages, uncompressed: 0, nulls: 0, least_and_greatest: None }
    }

    fn encoding(&self) -> Encoding {
        match self.kind {
            DataType::Float64 => Encoding::BYTE_STREAM_SPLIT,
            _ => Encoding::DELTA_BINARY_PACKED,
        }
    }

    /// Appends the contents of a page to `plain`. `present` is room.
    fn encode(&mut self, column: &Column, plain: &mut Vec<u8>, present: &mut Vec<i64>) {
        let nulls = column.nulls();
        if self.is_nullable {
            delta::put_levels(&column.valid, nulls, plain);
        }
        let values = if nulls == 0 {
            &column.values
        } else {
            let there = column.values.iter().zip(&column.valid).filter(|(_, valid)| **valid);
            present.clear();
            present.extend(there.map(|(value, _)| *value));
            present
        };
        match self.kind {
            DataType::Float64 => delta::split(values, plain),
            DataType::Int64 => delta::pack::<false>(values, plain),
            _ => delta::pack::<true>(values, plain),
        }
        self.nulls += nulls as u64;
        if !self.has_bounds {
            return;
        }
        for bound in [values.iter().min(), values.iter().max()].into_iter().flatten() {
            let (least, greatest) = self.least_and_greatest.unwrap_or((*bound, *bound));
            self.least_and_greatest = Some((least.min(*bound), greatest.max(*bound)));
        }
    }

    fn add_page(&mut self, compressed: &[u8], uncompressed: usize, rows: usize) -> Result<(), ParquetError> {
        let page = Page::DataPage {
            buf: Bytes::copy_from_slice(compressed),
            num_values: u32::try_from(rows).expect("a page has few rows"),
            encoding: self.encoding(),
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        };
        let mut writer = SerializedPageWriter::new(&mut self.pages);
        let written = writer.write_page(CompressedPage::new(page, uncompressed))?;
        self.uncompressed += written.uncompressed_size;
        Ok(())
    }

    fn statistics(&self) -> Statistics {
        let nulls = Some(self.nulls);
        let least = self.least_and_greatest.map(|(least, _)| least);
        let greatest = self.least_and_greatest.map(|(_, greatest)| greatest);
        let narrow = |value: Option<i64>| value.map(|value| value as i32);
        match self.kind {
            DataType::Float64 => Statistics::double(None, None, None, nulls, false),
            DataType::Int64 => Statistics::int64(least, greatest, None, nulls, false),
            _ => Statistics::int32(narrow(least), narrow(greatest), None, nulls, false),
        }
    }
}

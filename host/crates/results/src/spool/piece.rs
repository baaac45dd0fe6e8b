//! A table as bytes: each column as differences, each difference in as few bytes as the column's widest needs.
//!
//! That takes half of what plain columns would, at the speed of copying them; compression would take half of it again,
//! for ten times the work (design record 0002).
//!
//! ```text
//! rows: u32, then for each column
//!   validity: u8     0 all are there, 1 none is, 2 a bit for each row follows at once, the lowest first
//!   width: u8        0 to 8 bytes
//!   least: i64
//!   difference from the column that it follows (else from 0), less `least`: `width` bytes for each row
//! ```
//!
//! Numbers are little-endian, sums and differences wrap around.

use std::io;

use crate::columns::FIXED;
use crate::table::{Column, Table};

/// Most rows of a piece: whatever a file says, no more room is asked for.
pub(super) const MOST_ROWS: usize = 2 * super::PIECE_ROWS;

const ALL: u8 = 0;
const NONE: u8 = 1;
const SOME: u8 = 2;

/// Appends the table to `bytes`. `scratch` is room that is used again.
pub(super) fn encode(table: &Table, bytes: &mut Vec<u8>, scratch: &mut Vec<i64>) {
    let columns = table.columns();
    bytes.extend(u32::try_from(table.rows()).expect("a piece has few rows").to_le_bytes());
    for (index, column) in columns.iter().enumerate() {
        encode_validity(column, bytes);
        scratch.clear();
        match followed(index) {
            Some(other) => {
                let pairs = column.values.iter().zip(&columns[other].values);
                scratch.extend(pairs.map(|(value, other)| value.wrapping_sub(*other)));
            }
            None => scratch.extend(&column.values),
        }
        let first = scratch.first().copied().unwrap_or(0);
        if scratch.iter().fold(0, |all, value| all | (value ^ first)) == 0 {
            // Most columns are all alike, which is told faster than their least.
            bytes.push(0);
            bytes.extend(first.to_le_bytes());
            continue;
        }
        let least = scratch.iter().copied().min().unwrap_or(0);
        // The highest bit of all is that of the greatest.
        let all = scratch.iter().fold(0, |all, value| all | value.wrapping_sub(least).cast_unsigned());
        let width = (u64::BITS - all.leading_zeros()).div_ceil(8) as u8;
        bytes.push(width);
        bytes.extend(least.to_le_bytes());
        match width {
            0 => {}
            1 => put::<1>(scratch, least, bytes),
            2 => put::<2>(scratch, least, bytes),
            3 => put::<3>(scratch, least, bytes),
            4 => put::<4>(scratch, least, bytes),
            5 => put::<5>(scratch, least, bytes),
            6 => put::<6>(scratch, least, bytes),
            7 => put::<7>(scratch, least, bytes),
            _ => put::<8>(scratch, least, bytes),
        }
    }
}

/// Index of the column that this one is close to.
fn followed(index: usize) -> Option<usize> {
    FIXED.get(index)?.follows
}

fn encode_validity(column: &Column, bytes: &mut Vec<u8>) {
    match column.nulls() {
        0 => bytes.push(ALL),
        nulls if nulls == column.valid.len() => bytes.push(NONE),
        _ => {
            bytes.push(SOME);
            bytes.extend(bitmap(&column.valid));
        }
    }
}

/// A bit a row, the lowest of each byte first.
pub(crate) fn bitmap(valid: &[bool]) -> impl Iterator<Item = u8> {
    valid.chunks(8).map(|rows| rows.iter().rev().fold(0, |byte, valid| byte << 1 | u8::from(*valid)))
}

fn put<const WIDTH: usize>(values: &[i64], least: i64, bytes: &mut Vec<u8>) {
    let at = bytes.len();
    bytes.resize(at + values.len() * WIDTH, 0);
    for (value, room) in values.iter().zip(bytes[at..].as_chunks_mut::<WIDTH>().0) {
        room.copy_from_slice(&value.wrapping_sub(least).to_le_bytes()[..WIDTH]);
    }
}

/// Appends the rows in `bytes` to the table.
///
/// # Errors
/// When they are no such rows. Checksums should have told before.
pub(super) fn decode(bytes: &[u8], table: &mut Table) -> io::Result<()> {
    let nullable: Vec<bool> = table.schema().fields().iter().map(|field| field.is_nullable()).collect();
    let before = table.rows();
    let mut bytes = Bytes(bytes);
    let rows = u32::from_le_bytes(bytes.array()?) as usize;
    if rows > MOST_ROWS {
        return Err(broken());
    }
    for (index, nullable) in nullable.into_iter().enumerate() {
        let (others, rest) = table.columns_mut().split_at_mut(index);
        let column = &mut rest[0];
        let [validity] = bytes.array()?;
        match validity {
            ALL if nullable => column.valid.resize(before + rows, true),
            ALL => {}
            NONE if nullable => column.valid.resize(before + rows, false),
            SOME if nullable => {
                let bitmap = bytes.take(rows.div_ceil(8))?;
                column.valid.extend((0..rows).map(|row| bitmap[row / 8] >> (row % 8) & 1 == 1));
            }
            _ => return Err(broken()),
        }
        let [width] = bytes.array()?;
        let least = i64::from_le_bytes(bytes.array()?);
        let taken = bytes.take(rows.checked_mul(usize::from(width)).ok_or_else(broken)?)?;
        match width {
            0 => column.values.resize(before + rows, least),
            1 => get::<1>(taken, least, &mut column.values),
            2 => get::<2>(taken, least, &mut column.values),
            3 => get::<3>(taken, least, &mut column.values),
            4 => get::<4>(taken, least, &mut column.values),
            5 => get::<5>(taken, least, &mut column.values),
            6 => get::<6>(taken, least, &mut column.values),
            7 => get::<7>(taken, least, &mut column.values),
            8 => get::<8>(taken, least, &mut column.values),
            _ => return Err(broken()),
        }
        if let Some(other) = followed(index) {
            let others = &others[other].values[before..];
            column.values[before..]
                .iter_mut()
                .zip(others)
                .for_each(|(value, other)| *value = value.wrapping_add(*other));
        }
    }
    if bytes.0.is_empty() { Ok(()) } else { Err(broken()) }
}

fn get<const WIDTH: usize>(bytes: &[u8], least: i64, values: &mut Vec<i64>) {
    values.extend(bytes.as_chunks::<WIDTH>().0.iter().map(|bytes| {
        let mut word = [0; 8];
        word[..WIDTH].copy_from_slice(bytes);
        i64::from_le_bytes(word).wrapping_add(least)
    }));
}

/// What is left to read.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, count: usize) -> io::Result<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or_else(broken)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk().ok_or_else(broken)?;
        self.0 = rest;
        Ok(*taken)
    }
}

fn broken() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a piece of the spool is not made of samples")
}

//! Parquet's encodings of numbers, as far as samples need them: `DELTA_BINARY_PACKED` and `BYTE_STREAM_SPLIT`.
//!
//! The library has both, at several times the cost: it takes a value at a time, where a column of one value (most of
//! ours are) can be told at a glance.

/// Values of a block, by the format a multiple of 128.
const BLOCK: usize = 128;
/// Values of a miniblock, by the format a multiple of 32.
const MINIBLOCK: usize = 32;
const MINIBLOCKS: usize = BLOCK / MINIBLOCK;

/// Appends `values` as `DELTA_BINARY_PACKED`, of 32 bits when `NARROW` (they are cut), else of 64.
pub(crate) fn pack<const NARROW: bool>(values: &[i64], out: &mut Vec<u8>) {
    let cut = |value: i64| if NARROW { i64::from(value as i32) } else { value };
    let first = values.first().copied().unwrap_or(0);
    put_varint(BLOCK as u64, out);
    put_varint(MINIBLOCKS as u64, out);
    put_varint(values.len() as u64, out);
    put_zigzag(cut(first), out);
    let Some((_, following)) = values.split_first() else { return };
    if values.iter().fold(0, |all, value| all | (value ^ first)) == 0 {
        // All alike: in each block a least difference of 0, and differences of 0 bits.
        out.resize(out.len() + following.len().div_ceil(BLOCK) * (1 + MINIBLOCKS), 0);
        return;
    }
    for (previous, block) in values.chunks(BLOCK).zip(following.chunks(BLOCK)) {
        let mut deltas = [0; BLOCK];
        let deltas = &mut deltas;
        for ((delta, value), previous) in deltas.iter_mut().zip(block).zip(previous) {
            *delta = cut(value.wrapping_sub(*previous));
        }
        let least = deltas[..block.len()].iter().copied().min().unwrap_or(0);
        // What follows the last value stays 0.
        deltas[..block.len()].iter_mut().for_each(|delta| *delta = delta.wrapping_sub(least));
        put_zigzag(least, out);
        let widths = out.len();
        out.resize(widths + MINIBLOCKS, 0);
        for (index, miniblock) in deltas.as_chunks::<MINIBLOCK>().0.iter().enumerate() {
            let all = miniblock.iter().fold(0, |all, delta| all | delta.cast_unsigned());
            let width = u64::BITS - all.leading_zeros();
            out[widths + index] = width as u8;
            put_bits(miniblock, width, out);
        }
    }
}

/// Appends the lowest `width` bits of each, the lowest first.
fn put_bits(values: &[i64; MINIBLOCK], width: u32, out: &mut Vec<u8>) {
    let mut bits = Bits { room: [0; 8 * MINIBLOCK], words: 0, waiting: 0, count: 0 };
    match width {
        0 => {}
        1..=32 => values.iter().for_each(|value| bits.push(value.cast_unsigned(), width)),
        _ => values.iter().map(|value| value.cast_unsigned()).for_each(|value| {
            bits.push(value & u64::from(u32::MAX), 32);
            bits.push(value >> 32, width - 32);
        }),
    }
    // 32 values fill whole words, whatever their width.
    out.extend_from_slice(&bits.room[..4 * bits.words]);
}

struct Bits {
    room: [u8; 8 * MINIBLOCK],
    words: usize,
    waiting: u64,
    count: u32,
}

impl Bits {
    /// Adds the lowest `width` bits, at most 32; those above must be 0.
    #[inline]
    fn push(&mut self, value: u64, width: u32) {
        self.waiting |= value << self.count;
        self.count += width;
        if self.count >= 32 {
            let at = 4 * self.words;
            self.room[at..at + 4].copy_from_slice(&(self.waiting as u32).to_le_bytes());
            self.words += 1;
            self.waiting >>= 32;
            self.count -= 32;
        }
    }
}

/// Appends `values` as `BYTE_STREAM_SPLIT` of 64 bits: all lowest bytes first, then all of the second, and so on.
pub(crate) fn split(values: &[i64], out: &mut Vec<u8>) {
    for byte in 0..8 {
        out.extend(values.iter().map(|value| (value >> (8 * byte)) as u8));
    }
}

/// Appends which rows are there, as definition levels of a data page: `RLE` with the length before it.
pub(crate) fn put_levels(valid: &[bool], nulls: usize, out: &mut Vec<u8>) {
    let at = out.len();
    out.extend([0; 4]);
    if nulls == 0 || nulls == valid.len() {
        put_varint((valid.len() as u64) << 1, out);
        out.push(u8::from(nulls == 0));
    } else {
        put_varint((valid.len().div_ceil(8) as u64) << 1 | 1, out);
        out.extend(crate::spool::bitmap(valid));
    }
    let length = u32::try_from(out.len() - at - 4).expect("a page is small");
    out[at..at + 4].copy_from_slice(&length.to_le_bytes());
}

fn put_varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn put_zigzag(value: i64, out: &mut Vec<u8>) {
    put_varint((value << 1 ^ value >> 63).cast_unsigned(), out);
}

//! Decides where the chunks of a chunked body begin and end (RFC 9112, 7.1).

/// Bytes that the line before a chunk may have, extensions included.
const MOST_LINE: u32 = 16 * 1024;
/// Bytes that the trailer may have.
const MOST_TRAILER: u32 = 64 * 1024;

/// Where in a chunked body the next byte stands.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// In the digits of a length; so many were there.
    Size { digits: u8 },
    /// Behind the digits, in what nobody needs.
    Extension,
    /// Before the line feed that ends the length's line.
    SizeEnd,
    /// In a chunk.
    Data,
    /// Before the carriage return behind a chunk.
    DataEnd,
    /// Before the line feed behind a chunk.
    DataEndFeed,
    /// At the beginning of a trailer's line, or of the empty one that ends the body.
    TrailerStart,
    /// In a trailer's line.
    Trailer,
    /// Before the last line feed.
    LastFeed,
}

/// A chunked body, as far as it was read.
#[derive(Debug)]
pub(super) struct Chunks {
    place: Place,
    /// Bytes left of this chunk, or the length read so far.
    left: u64,
    /// Bytes of this line, or of the trailer.
    line: u32,
}

/// A chunked body that breaks the format.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// What a piece of a chunked body brought.
pub(super) struct Fed {
    /// Bytes that belong to the body's framing or data; what is behind them belongs to nobody.
    pub(super) taken: usize,
    /// The body is whole.
    pub(super) is_whole: bool,
}

impl Chunks {
    pub(super) fn new() -> Self {
        Self { place: Place::Size { digits: 0 }, left: 0, line: 0 }
    }

    /// Reads on, and gives each piece of data to `data`.
    ///
    /// # Errors
    /// When it breaks the format.
    pub(super) fn feed(&mut self, bytes: &[u8], mut data: impl FnMut(usize, usize)) -> Result<Fed, Malformed> {
        let mut at = 0;
        while at < bytes.len() {
            if matches!(self.place, Place::Data) {
                let length = usize::try_from(self.left).unwrap_or(usize::MAX).min(bytes.len() - at);
                data(at, at + length);
                at += length;
                self.left -= length as u64;
                if self.left == 0 {
                    self.place = Place::DataEnd;
                }
                continue;
            }
            let byte = bytes[at];
            at += 1;
            if self.step(byte)? {
                return Ok(Fed { taken: at, is_whole: true });
            }
        }
        Ok(Fed { taken: at, is_whole: false })
    }

    /// Takes a byte that is no data. True: it was the last of the body.
    fn step(&mut self, byte: u8) -> Result<bool, Malformed> {
        self.place = match (self.place, byte) {
            (Place::Size { digits }, _) if byte.is_ascii_hexdigit() => {
                if digits == 16 {
                    return Err(Malformed);
                }
                let digit = char::from(byte).to_digit(16).expect("it is a hexadecimal digit");
                self.left = (self.left << 4) | u64::from(digit);
                Place::Size { digits: digits + 1 }
            }
            (Place::Size { digits: 1.. } | Place::Extension, b'\r') => Place::SizeEnd,
            (Place::Size { digits: 1.. }, b';' | b' ' | b'\t') => Place::Extension,
            (Place::Extension, _) if byte != b'\n' => self.count(MOST_LINE, Place::Extension)?,
            (Place::SizeEnd, b'\n') => {
                self.line = 0;
                if self.left == 0 { Place::TrailerStart } else { Place::Data }
            }
            (Place::DataEnd, b'\r') => Place::DataEndFeed,
            (Place::DataEndFeed, b'\n') => Place::Size { digits: 0 },
            (Place::TrailerStart, b'\r') => Place::LastFeed,
            (Place::Trailer, b'\n') => Place::TrailerStart,
            (Place::TrailerStart | Place::Trailer, _) => self.count(MOST_TRAILER, Place::Trailer)?,
            (Place::LastFeed, b'\n') => return Ok(true),
            _ => return Err(Malformed),
        };
        Ok(false)
    }

    fn count(&mut self, most: u32, place: Place) -> Result<Place, Malformed> {
        self.line += 1;
        if self.line > most { Err(Malformed) } else { Ok(place) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Feeds a body in pieces of `step` bytes. Gives its data, and how much was taken, once it is whole.
    fn read(body: &[u8], step: usize) -> Result<(Vec<u8>, Option<usize>), Malformed> {
        let (mut chunks, mut data, mut taken) = (Chunks::new(), Vec::new(), 0);
        for piece in body.chunks(step) {
            let fed = chunks.feed(piece, |from, to| data.extend_from_slice(&piece[from..to]))?;
            taken += fed.taken;
            if fed.is_whole {
                return Ok((data, Some(taken)));
            }
        }
        Ok((data, None))
    }

    proptest! {
        #[test]
        fn chunks_are_put_together_however_they_come(
            parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..40), 0..8),
            step in 1usize..50,
            extension in prop::option::of("[a-z=\"]{0,9}"),
            trailer in prop::option::of("x-[a-z]{1,5}: [a-z]{0,9}\r\n"),
        ) {
            let mut body = Vec::new();
            for part in &parts {
                let extension = extension.as_ref().map_or_else(String::new, |text| format!(";{text}"));
                body.extend_from_slice(format!("{:x}{extension}\r\n", part.len()).as_bytes());
                body.extend_from_slice(part);
                body.extend_from_slice(b"\r\n");
            }
            body.extend_from_slice(format!("0\r\n{}\r\n", trailer.unwrap_or_default()).as_bytes());
            let length = body.len();
            body.extend_from_slice(b"HTTP/1.1 surplus");
            prop_assert_eq!(read(&body, step), Ok((parts.concat(), Some(length))));
        }

        #[test]
        fn no_bytes_make_it_panic(body in prop::collection::vec(any::<u8>(), 0..200), step in 1usize..50) {
            let _ = read(&body, step);
        }
    }

    #[test]
    fn what_is_no_chunk_is_refused() {
        for body in ["zz\r\n", "\r\n", "5\r\nabcdeX", "5\n", "fffffffffffffffff\r\n", "0\r\nx\r\n\r\r", "-1\r\n"] {
            assert!(read(body.as_bytes(), 99).is_err(), "{body:?}");
        }
        assert!(read(format!("1;{}", "x".repeat(20_000)).as_bytes(), 99).is_err(), "an endless extension");
        assert!(read(format!("0\r\n{}", "x".repeat(70_000)).as_bytes(), 99).is_err(), "an endless trailer");
    }
}

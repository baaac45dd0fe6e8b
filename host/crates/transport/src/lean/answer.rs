//! Puts an answer together from what is read, piece by piece, as much of it as is wanted.

use bytes::{Bytes, BytesMut};
use http::{HeaderName, HeaderValue};
use model::{Response, TransportError};

use super::chunks::{Chunks, Malformed};
use super::head::{self, Framing, Head};
use crate::failure::{BodySoFar, HEAD_BYTES, bad_chunk, when};

/// Bytes of a read that may stay in memory for the sake of a body that is kept without copying it.
const MOST_BESIDE: usize = 4096;
/// Bytes of a head within which it is looked at with each piece, so that what is no HTTP is found at once.
const SOON: usize = 1024;
/// Heads of interim answers (1xx) that may come before an answer.
const MOST_INTERIM: u8 = 16;

/// What a test case wants of an answer.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    /// Headers that are handed on.
    pub(super) headers: Vec<HeaderName>,
    /// Bytes of the body that are handed on.
    pub(super) body_limit: usize,
}

/// A whole answer.
#[derive(Debug, PartialEq)]
pub(super) struct Whole {
    pub(super) response: Response,
    /// Another request may follow on the connection: the answer allows it, and nothing came behind it.
    pub(super) keeps_alive: bool,
}

/// An answer, as far as it was read.
#[derive(Debug, Default)]
pub(super) struct Answer {
    state: State,
    is_head: bool,
    interim: u8,
    status: u16,
    headers: Vec<(HeaderName, HeaderValue)>,
    keeps_alive: bool,
    /// Beginning of a head that is not all there, then what is kept of the body.
    kept: BytesMut,
    received: u64,
    announced: Option<u64>,
}

#[derive(Debug, Default)]
enum State {
    /// In the head.
    #[default]
    Head,
    /// In a body with so many bytes left.
    Length(u64),
    Chunked(Chunks),
    UntilClose,
}

impl Answer {
    /// Begins anew: the answer to a request that asked for the head alone, or to any other.
    pub(super) fn begin(&mut self, is_head: bool) {
        if !matches!(self.state, State::Head) || !self.kept.is_empty() || self.received > 0 {
            *self = Self::default();
        }
        self.interim = 0;
        self.is_head = is_head;
    }

    /// Takes what was read. Gives the answer once it is whole.
    ///
    /// # Errors
    /// When it is not HTTP.
    pub(super) fn feed(&mut self, read: Bytes, wanted: &Wanted) -> Result<Option<Whole>, TransportError> {
        let State::Head = self.state else { return self.feed_body(&read, wanted) };
        if self.kept.is_empty() {
            return self.feed_head(read, wanted);
        }
        let before = self.kept.len().saturating_sub(3);
        self.kept.extend_from_slice(&read);
        // A long head that comes in many pieces is not read from its beginning with each of them.
        if self.kept.len() > SOON && self.kept.len() <= HEAD_BYTES && !has_empty_line(&self.kept[before..]) {
            return Ok(None);
        }
        let all = std::mem::take(&mut self.kept).freeze();
        self.feed_head(all, wanted)
    }

    fn feed_head(&mut self, mut read: Bytes, wanted: &Wanted) -> Result<Option<Whole>, TransportError> {
        loop {
            let Some(head) = head::parse(&read, self.is_head, &wanted.headers)? else {
                self.kept.extend_from_slice(&read);
                return Ok(None);
            };
            let Head { status, framing, keeps_alive, headers, length } = head;
            if (100..200).contains(&status) && status != 101 {
                self.interim += 1;
                if self.interim > MOST_INTERIM {
                    return Err(TransportError::Protocol(format!("more than {MOST_INTERIM} interim answers")));
                }
                read = read.slice(length..);
                continue;
            }
            if status == 101 {
                return Err(TransportError::Protocol("it changes the protocol, which nobody asked for".to_owned()));
            }
            let body = read.slice(length..);
            (self.status, self.headers, self.keeps_alive) = (status, headers, keeps_alive);
            return match framing {
                // The whole answer in one read, as it mostly is: nothing is copied.
                Framing::Length(announced) if body.len() as u64 >= announced => {
                    let is_alone = body.len() as u64 == announced;
                    let handed_on = body.slice(..(announced as usize).min(wanted.body_limit));
                    let is_dense = read.len() - handed_on.len() <= MOST_BESIDE;
                    let body = if is_dense { handed_on } else { Bytes::copy_from_slice(&handed_on) };
                    self.received = 0;
                    Ok(Some(self.whole(body, announced, is_alone)))
                }
                Framing::Length(announced) => {
                    self.announced = Some(announced);
                    self.state = State::Length(announced);
                    self.feed_body(&body, wanted)
                }
                Framing::Chunked => {
                    self.state = State::Chunked(Chunks::new());
                    self.feed_body(&body, wanted)
                }
                Framing::UntilClose => {
                    self.state = State::UntilClose;
                    self.feed_body(&body, wanted)
                }
            };
        }
    }

    fn feed_body(&mut self, read: &[u8], wanted: &Wanted) -> Result<Option<Whole>, TransportError> {
        let (kept, received) = (&mut self.kept, &mut self.received);
        let mut keep = |data: &[u8]| {
            *received += data.len() as u64;
            let room = wanted.body_limit - kept.len();
            kept.extend_from_slice(&data[..data.len().min(room)]);
        };
        let is_alone = match &mut self.state {
            State::Head => unreachable!("the head is there"),
            State::Length(left) => {
                let here = usize::try_from(*left).unwrap_or(usize::MAX).min(read.len());
                keep(&read[..here]);
                *left -= here as u64;
                if *left > 0 {
                    return Ok(None);
                }
                here == read.len()
            }
            State::Chunked(chunks) => {
                let fed = chunks.feed(read, |from, to| keep(&read[from..to]));
                let fed = fed.map_err(|Malformed| bad_chunk(self.received))?;
                if !fed.is_whole {
                    return Ok(None);
                }
                fed.taken == read.len()
            }
            State::UntilClose => {
                keep(read);
                return Ok(None);
            }
        };
        let body = std::mem::take(&mut self.kept).freeze();
        Ok(Some(self.whole(body, self.received, is_alone)))
    }

    /// Takes the end of the connection.
    ///
    /// # Errors
    /// When the answer is not whole; `how` says how the connection ended.
    pub(super) fn end(&mut self, how: &str) -> Result<Whole, TransportError> {
        if matches!(self.state, State::UntilClose) && how == CLOSED {
            let body = std::mem::take(&mut self.kept).freeze();
            return Ok(self.whole(body, self.received, true));
        }
        let so_far = BodySoFar { received: self.received, announced: self.announced };
        let when = match self.state {
            State::Head => when(self.kept.len() as u64 + u64::from(self.interim), None),
            _ => when(0, Some(so_far)),
        };
        Err(TransportError::Lost(format!("{how} {when}")))
    }

    fn whole(&mut self, body: Bytes, body_length: u64, is_alone: bool) -> Whole {
        self.state = State::Head;
        self.received = 0;
        self.announced = None;
        let headers = std::mem::take(&mut self.headers);
        let response = Response { status: self.status, headers, body, body_length };
        Whole { response, keeps_alive: self.keeps_alive && is_alone }
    }
}

/// Whether a head may end here.
fn has_empty_line(bytes: &[u8]) -> bool {
    bytes.windows(2).any(|pair| pair == b"\n\n") || bytes.windows(3).any(|three| three == b"\n\r\n")
}

/// How a connection ends in order.
pub(super) const CLOSED: &str = "closed by the other side";

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn wanted(body_limit: usize) -> Wanted {
        Wanted { headers: Vec::new(), body_limit }
    }

    /// Reads a stream in pieces of `step` bytes, then its end.
    fn read(stream: &[u8], step: usize, limit: usize) -> Result<Whole, TransportError> {
        let mut answer = Answer::default();
        answer.begin(false);
        for piece in stream.chunks(step) {
            if let Some(whole) = answer.feed(Bytes::copy_from_slice(piece), &wanted(limit))? {
                return Ok(whole);
            }
        }
        answer.end(CLOSED)
    }

    proptest! {
        #[test]
        fn an_answer_is_the_same_however_it_comes(
            body in prop::collection::vec(any::<u8>(), 0..300),
            kind in 0..3,
            step in 1usize..400,
            limit in 0usize..400,
        ) {
            let framed = match kind {
                0 => [format!("content-length: {}\r\n\r\n", body.len()).as_bytes(), &body].concat(),
                1 if body.is_empty() => b"transfer-encoding: chunked\r\n\r\n0\r\n\r\n".to_vec(),
                1 => [format!("transfer-encoding: chunked\r\n\r\n{:x}\r\n", body.len()).as_bytes(), &body, b"\r\n0\r\n\r\n"].concat(),
                _ => [&b"\r\n"[..], &body].concat(),
            };
            let stream = [&b"HTTP/1.1 103 Early\r\nx: y\r\n\r\nHTTP/1.1 200 OK\r\n"[..], &framed].concat();
            let whole = read(&stream, step, limit).expect("an answer");
            prop_assert_eq!(&whole.response.body[..], &body[..limit.min(body.len())]);
            prop_assert_eq!(whole.response.body_length, body.len() as u64);
            prop_assert_eq!(whole.keeps_alive, kind < 2);
        }

        #[test]
        fn no_bytes_make_it_panic(stream in prop::collection::vec(any::<u8>(), 0..300), step in 1usize..50) {
            let _ = read(&stream, step, 10);
            let _ = read(&[b"HTTP/1.1 200 OK\r\n", &stream[..]].concat(), step, 10);
        }
    }

    #[test]
    fn what_comes_behind_an_answer_ends_the_connection() {
        let whole = read(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 200", 999, 9).expect("an answer");
        assert_eq!((&whole.response.body[..], whole.keeps_alive), (&b"ok"[..], false));
    }

    #[test]
    fn an_end_before_its_time_says_where() {
        for (stream, told) in [
            ("", "before any of the answer came"),
            ("HTTP/1.1 20", "within the head of the answer"),
            ("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nab", "after 2 of 9 bytes of the body"),
            ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na", "after 1 byte of the body, before its end"),
        ] {
            let error = read(stream.as_bytes(), 999, 9).expect_err("no answer").to_string();
            assert_eq!(error, format!("connection lost: closed by the other side {told}"));
        }
    }

    #[test]
    fn a_small_body_of_a_large_read_does_not_hold_it() {
        let stream = [&b"HTTP/1.1 200 OK\r\ncontent-length: 60000\r\n\r\n"[..], &[b'x'; 60_000]].concat();
        let whole = read(&stream, 99_999, 10).expect("an answer");
        assert_eq!((whole.response.body.len(), whole.response.body_length), (10, 60_000));
    }
}

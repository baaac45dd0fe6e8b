//! Decides what the head of an answer says: its status, how its body is told apart from what follows, and whether the
//! connection can be used again (RFC 9112).

use std::mem::MaybeUninit;

use http::{HeaderName, HeaderValue};
use httparse::Status;
use model::TransportError;

use crate::failure::{HEAD_BYTES, HEAD_FIELDS, bad_head, large_head};

/// Bytes of what is no HTTP that are shown.
const SHOWN: usize = 40;

/// How one finds the end of a body (RFC 9112, 6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// So many bytes.
    Length(u64),
    /// Chunks, each with its length.
    Chunked,
    /// All until the connection is closed.
    UntilClose,
}

/// The head of an answer.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) status: u16,
    pub(super) framing: Framing,
    /// Another request may follow on the connection.
    pub(super) keeps_alive: bool,
    /// Those of the wanted headers that came.
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    /// Bytes that it took.
    pub(super) length: usize,
}

/// Reads a head from the beginning of `bytes`; none when it is not all there.
///
/// # Errors
/// When it is no head of an HTTP/1 answer.
pub(super) fn parse(bytes: &[u8], is_head: bool, wanted: &[HeaderName]) -> Result<Option<Head>, TransportError> {
    let mut headers = [MaybeUninit::uninit(); HEAD_FIELDS];
    let mut response = httparse::Response::new(&mut []);
    let config = httparse::ParserConfig::default();
    let length = match config.parse_response_with_uninit_headers(&mut response, bytes, &mut headers) {
        Ok(Status::Complete(length)) if length <= HEAD_BYTES => length,
        Ok(Status::Partial) if bytes.len() <= HEAD_BYTES => return Ok(None),
        Ok(_) | Err(httparse::Error::TooManyHeaders) => return Err(large_head()),
        Err(error) => return Err(bad_head(&bytes[..bytes.len().min(SHOWN)], &error.to_string())),
    };
    let status = response.code.expect("a complete head has one");
    let is_current = response.version == Some(1);
    let mut seen = Seen { is_current, is_persistent: is_current, ..Seen::default() };
    let mut picked = Vec::new();
    for header in response.headers.iter() {
        seen.header(header);
        // Compared by length first, which nearly always decides.
        if let Some(name) = wanted.iter().find(|name| is_called(header.name, name.as_str()))
            && let Ok(value) = HeaderValue::from_bytes(header.value)
        {
            picked.push((name.clone(), value));
        }
    }
    if picked.len() > 1 {
        picked.sort_by_key(|(name, _)| wanted.iter().position(|wanted| wanted == name));
    }
    let framing = seen.framing(status, is_head)?;
    let keeps_alive = seen.is_persistent && framing != Framing::UntilClose;
    Ok(Some(Head { status, framing, keeps_alive, headers: picked, length }))
}

/// What the headers say of the message.
#[derive(Default)]
struct Seen {
    /// HTTP/1.1, not 1.0.
    is_current: bool,
    is_persistent: bool,
    length: Option<u64>,
    /// What is wrong with the length; it matters where it would be used.
    bad_length: Option<&'static str>,
    has_encoding: bool,
    is_chunked: bool,
}

impl Seen {
    fn header(&mut self, header: &httparse::Header<'_>) {
        match header.name.len() {
            10 if is_called(header.name, "connection") => {
                for option in header.value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii) {
                    if option.eq_ignore_ascii_case(b"close") {
                        self.is_persistent = false;
                    } else if option.eq_ignore_ascii_case(b"keep-alive") {
                        self.is_persistent = true;
                    }
                }
            }
            14 if is_called(header.name, "content-length") => {
                for value in header.value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii) {
                    match decimal(value) {
                        None => self.bad_length = Some("with a content-length that is no number"),
                        // An attack or a fault: nobody knows where the body ends (RFC 9112, 6.3).
                        Some(length) if self.length.is_some_and(|known| known != length) => {
                            self.bad_length = Some("with two different content-lengths");
                        }
                        length => self.length = length,
                    }
                }
            }
            17 if is_called(header.name, "transfer-encoding") => {
                self.has_encoding = true;
                let last = header.value.rsplit(|byte| *byte == b',').next().unwrap_or_default();
                self.is_chunked = last.trim_ascii().eq_ignore_ascii_case(b"chunked");
            }
            _ => {}
        }
    }

    fn framing(&self, status: u16, is_head: bool) -> Result<Framing, TransportError> {
        Ok(if is_head || status < 200 || status == 204 || status == 304 {
            Framing::Length(0)
        } else if self.has_encoding && !self.is_current {
            // Whoever speaks 1.0 does not know what it sends there (RFC 9112, 6.1).
            return Err(malformed("with a transfer-encoding in HTTP/1.0"));
        } else if self.has_encoding {
            if self.is_chunked { Framing::Chunked } else { Framing::UntilClose }
        } else if let Some(why) = self.bad_length {
            return Err(malformed(why));
        } else {
            self.length.map_or(Framing::UntilClose, Framing::Length)
        })
    }
}

fn is_called(name: &str, wanted: &str) -> bool {
    name.len() == wanted.len() && name.eq_ignore_ascii_case(wanted)
}

fn decimal(digits: &[u8]) -> Option<u64> {
    // `parse` takes a sign, a header must not.
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}

fn malformed(how: &str) -> TransportError {
    TransportError::Protocol(format!("its head is malformed ({how})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framing(text: &str) -> Framing {
        parse(text.as_bytes(), false, &[]).expect("a head").expect("all of it").framing
    }

    #[test]
    fn the_end_of_a_body_is_found_by_the_rules_in_their_order() {
        assert_eq!(framing("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"), Framing::Length(5));
        assert_eq!(framing("HTTP/1.1 200 OK\r\ncontent-length: 5, 5\r\n\r\n"), Framing::Length(5));
        assert_eq!(
            framing("HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: gzip, Chunked\r\n\r\n"),
            Framing::Chunked
        );
        assert_eq!(framing("HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\n"), Framing::UntilClose);
        assert_eq!(framing("HTTP/1.1 200 OK\r\n\r\n"), Framing::UntilClose);
        assert_eq!(framing("HTTP/1.1 204 No Content\r\n\r\n"), Framing::Length(0));
        assert_eq!(framing("HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n"), Framing::Length(0));
    }

    #[test]
    fn a_connection_persists_unless_the_answer_says_otherwise() {
        let keeps = |text: &str| parse(text.as_bytes(), false, &[]).expect("a head").expect("all of it").keeps_alive;
        assert!(keeps("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"));
        assert!(!keeps("HTTP/1.1 200 OK\r\nConnection: x, Close\r\ncontent-length: 0\r\n\r\n"));
        assert!(!keeps("HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n"));
        assert!(keeps("HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 0\r\n\r\n"));
        assert!(!keeps("HTTP/1.1 200 OK\r\n\r\n"), "its body ends with the connection");
    }

    #[test]
    fn wanted_headers_are_picked_in_the_order_in_which_they_are_wanted() {
        let wanted = [HeaderName::from_static("x-b"), HeaderName::from_static("x-a")];
        let text = b"HTTP/1.1 200 OK\r\nX-A: 1\r\nother: 2\r\nx-b: 3\r\nx-a: 4\r\ncontent-length: 0\r\n\r\n";
        let head = parse(text, false, &wanted).expect("a head").expect("all of it");
        let picked: Vec<_> = head.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        assert_eq!(picked, [("x-b", &b"3"[..]), ("x-a", b"1"), ("x-a", b"4")]);
        assert_eq!(head.length, text.len());
    }

    #[test]
    fn what_is_no_head_is_named() {
        let bomb = format!("HTTP/1.1 200 OK\r\n{}", "a: b\r\n".repeat(HEAD_FIELDS + 1));
        let long = format!("HTTP/1.1 200 OK\r\na: {}", "b".repeat(HEAD_BYTES + 1));
        for (text, told) in [
            ("SSH-2.0-OpenSSH\r\n", "it begins with `SSH-2.0-OpenSSH`"),
            ("HTTP/1.1 banana\r\n\r\n", "its head is malformed (invalid response status)"),
            ("HTTP/1.1 200 OK\r\ncontent-length: +5\r\n\r\n", "with a content-length that is no number"),
            ("HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n", "two different content-lengths"),
            (&bomb, "its head is too large"),
            (&long, "its head is too large"),
        ] {
            let error = parse(text.as_bytes(), false, &[]).expect_err("no head").to_string();
            assert!(error.contains(told), "{error}");
        }
        assert!(parse(b"HTTP/1.1 200 OK\r\ncontent-le", false, &[]).expect("a beginning").is_none());
    }
}

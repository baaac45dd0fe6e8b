//! Servers of HTTP/2 that say it frame by frame.

use model::plan::HttpVersion;
use tokio::io::{AsyncRead, AsyncWrite};

use super::*;

pub(super) const DATA: u8 = 0;
pub(super) const HEADERS: u8 = 1;
pub(super) const RST_STREAM: u8 = 3;
pub(super) const SETTINGS: u8 = 4;
pub(super) const PING: u8 = 6;
pub(super) const GOAWAY: u8 = 7;
pub(super) const CONTINUATION: u8 = 9;
pub(super) const END_STREAM: u8 = 1;
pub(super) const END_HEADERS: u8 = 4;
/// `:status: 200`, as HPACK's static table has it.
pub(super) const STATUS_200: &[u8] = &[0x88];
pub(super) const REFUSED_STREAM: u32 = 7;
pub(super) const INTERNAL_ERROR: u32 = 2;

/// A connection as the scripted server has it.
pub(super) struct Frames<S> {
    stream: S,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Frames<S> {
    /// Takes the client's preface, and tells the settings.
    pub(super) async fn accept(mut stream: S, most_streams: Option<u32>) -> Option<Self> {
        stream.read_exact(&mut [0; 24]).await.ok()?;
        let mut frames = Self { stream };
        let settings = most_streams.map(|most| [&[0, 3][..], &most.to_be_bytes()].concat()).unwrap_or_default();
        frames.put(SETTINGS, 0, 0, &settings).await;
        Some(frames)
    }

    pub(super) async fn put(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        let mut frame = u32::try_from(payload.len()).expect("short").to_be_bytes()[1..].to_vec();
        frame.extend([kind, flags]);
        frame.extend(stream.to_be_bytes());
        frame.extend(payload);
        // The client may be gone already.
        let _ = self.stream.write_all(&frame).await;
    }

    /// The next frame's kind, flags and stream; none when the client has closed.
    pub(super) async fn frame(&mut self) -> Option<(u8, u8, u32)> {
        let mut head = [0; 9];
        self.stream.read_exact(&mut head).await.ok()?;
        let [a, b, c, kind, flags, s @ ..] = head;
        let mut payload = vec![0; u32::from_be_bytes([0, a, b, c]) as usize];
        self.stream.read_exact(&mut payload).await.ok()?;
        if kind == SETTINGS && flags == 0 {
            self.put(SETTINGS, 1, 0, &[]).await;
        }
        Some((kind, flags, u32::from_be_bytes(s)))
    }

    /// The stream of the next request whose end has come.
    pub(super) async fn request(&mut self) -> Option<u32> {
        loop {
            let (kind, flags, stream) = self.frame().await?;
            if [HEADERS, DATA].contains(&kind) && flags & END_STREAM != 0 {
                return Some(stream);
            }
        }
    }

    pub(super) async fn answer(&mut self, stream: u32) {
        self.put(HEADERS, END_HEADERS, stream, STATUS_200).await;
        self.put(DATA, END_STREAM, stream, b"ok").await;
    }

    pub(super) async fn reset(&mut self, stream: u32, reason: u32) {
        self.put(RST_STREAM, 0, stream, &reason.to_be_bytes()).await;
    }

    /// Closes when the client has: closing with something unread would be a reset.
    pub(super) async fn close(mut self) {
        let _ = self.stream.shutdown().await;
        while self.frame().await.is_some() {}
    }

    pub(super) async fn go_away(&mut self, last_stream: u32, reason: u32) {
        self.put(GOAWAY, 0, 0, &[last_stream.to_be_bytes(), reason.to_be_bytes()].concat()).await;
    }
}

/// Answers each request, by the crate h2.
pub(super) async fn answer_all<S: AsyncRead + AsyncWrite + Unpin>(stream: S) {
    let mut connection = h2::server::handshake(stream).await.expect("HTTP/2");
    while let Some(Ok((request, mut respond))) = connection.accept().await {
        assert_eq!(request.uri().scheme_str().is_some(), request.uri().authority().is_some());
        let mut body = respond.send_response(http::Response::new(()), false).expect("open");
        body.send_data(Bytes::from_static(b"ok"), true).expect("open");
    }
}

/// A server of frames; `each` is given the number of the connection.
pub(super) fn serve_frames<F>(
    most_streams: Option<u32>,
    each: impl Fn(usize, Frames<TcpStream>) -> F + Send + Sync + 'static,
) -> Server
where
    F: Future<Output = ()> + Send + 'static,
{
    let each = Arc::new(each);
    serve(move |index, wire| {
        let each = Arc::clone(&each);
        async move {
            if let Some(frames) = Frames::accept(wire.stream, most_streams).await {
                each(index, frames).await;
            }
        }
    })
}

pub(super) fn http2() -> Settings {
    Settings { http: HttpVersion::Http2, ..settings() }
}

pub(super) fn client_to(server: &Server) -> Client {
    Client::new(&[&server.url()], http2())
}

/// Answers one request after the other.
pub(super) async fn one_by_one(_: usize, mut frames: Frames<TcpStream>) {
    while let Some(stream) = frames.request().await {
        frames.answer(stream).await;
    }
}

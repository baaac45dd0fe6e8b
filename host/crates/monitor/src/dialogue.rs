//! Questions to a script and its answers, whatever stream they go over.

use std::collections::VecDeque;
use std::time::Instant;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use crate::frame::{Answer, Framer};
use crate::remote::Script;

/// How much is read at once, bytes.
const PIECE: usize = 16 * 1024;

/// The other side is gone. What it printed beside its answers stands in here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Gone(pub(crate) String);

/// An answer, and the instants between which its figures were read.
#[derive(Debug)]
pub(crate) struct Exchange {
    /// The question's last byte was about to go.
    pub(crate) sent: Instant,
    /// The answer's first line was there.
    pub(crate) begun: Instant,
    /// The answer.
    pub(crate) text: String,
}

impl Exchange {
    /// The middle: what is asked for was read half the round trip from it at most.
    pub(crate) fn middle(&self) -> Instant {
        self.sent + self.begun.saturating_duration_since(self.sent) / 2
    }

    /// From the question to the answer, nanoseconds.
    pub(crate) fn round_trip_ns(&self) -> u64 {
        u64::try_from(self.begun.saturating_duration_since(self.sent).as_nanos()).unwrap_or(u64::MAX)
    }
}

/// A conversation with a script.
#[derive(Debug)]
pub(crate) struct Dialogue<R, W> {
    output: R,
    input: W,
    framer: Framer,
    answers: VecDeque<Answer>,
    piece: Box<[u8]>,
}

impl<R: AsyncRead + Unpin, W: AsyncWrite + Unpin> Dialogue<R, W> {
    /// Hands over the script, and awaits its first sign.
    pub(crate) async fn open(output: R, input: W, script: &Script) -> Result<Self, Gone> {
        let framer = Framer::new(&script.marker);
        let piece = vec![0; PIECE].into_boxed_slice();
        let mut dialogue = Self { output, input, framer, answers: VecDeque::new(), piece };
        // Refused, the other side has something to say about it.
        let _ = dialogue.input.write_all(script.text.as_bytes()).await;
        dialogue.answer_to("hello").await?;
        Ok(dialogue)
    }

    /// Says something that wants no answer.
    pub(crate) async fn tell(&mut self, line: &str) -> Result<(), Gone> {
        let line = format!("{line}\n");
        self.input.write_all(line.as_bytes()).await.map_err(|_| Gone(self.framer.noise()))
    }

    /// Asks, and awaits the answer however long it takes.
    pub(crate) async fn ask(&mut self, question: &str) -> Result<Exchange, Gone> {
        let sent = Instant::now();
        self.tell(question).await?;
        let answer = self.answer_to(question).await?;
        Ok(Exchange { sent, begun: answer.begun, text: answer.text })
    }

    /// Answers to other questions are out of date.
    async fn answer_to(&mut self, question: &str) -> Result<Answer, Gone> {
        loop {
            while let Some(answer) = self.answers.pop_front() {
                if answer.question == question {
                    return Ok(answer);
                }
            }
            let length = self.output.read(&mut self.piece).await.unwrap_or(0);
            if length == 0 {
                return Err(Gone(self.framer.noise()));
            }
            self.answers.extend(self.framer.push(&self.piece[..length], Instant::now()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn questions_are_answered_in_spite_of_banners_and_old_answers() {
        let script = Script::new().expect("a script");
        let marker = script.marker.clone();
        let text = script.text.len();
        let (here, mut there) = tokio::io::duplex(1 << 16);
        let host = tokio::spawn(async move {
            let mut taken = vec![0; text];
            there.read_exact(&mut taken).await.expect("the script");
            let said = format!("Last login: today\n{marker} begin hello\n{marker} end hello\n");
            there.write_all(said.as_bytes()).await.expect("open");
            let mut question = [0; 2];
            there.read_exact(&mut question).await.expect("a question");
            assert_eq!(&question, b"7\n");
            let said =
                format!("{marker} begin 6\nold\n{marker} end 6\nnoise\n{marker} begin 7\nnew\n{marker} end 7\nbye");
            there.write_all(said.as_bytes()).await.expect("open");
        });
        let (output, input) = tokio::io::split(here);
        let mut dialogue = Dialogue::open(output, input, &script).await.expect("hello");
        assert_eq!(dialogue.framer.noise(), "Last login: today");
        let exchange = dialogue.ask("7").await.expect("an answer");
        assert_eq!(exchange.text, "new\n");
        assert!(exchange.sent <= exchange.middle() && exchange.middle() <= exchange.begun);
        host.await.expect("the host's side");
        let Err(Gone(noise)) = dialogue.ask("8").await else { panic!("the other side is gone") };
        assert!(noise.ends_with("noise\nbye"), "{noise}");
    }
}

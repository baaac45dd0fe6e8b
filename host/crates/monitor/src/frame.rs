//! Finds answers in what a host prints. Each stands between two lines with a marker that nothing else can know; what is
//! printed beside them, banners and nonsense, is kept for messages only.

use std::time::Instant;

/// Longest answer, and longest line, bytes.
const LONGEST: usize = 4 << 20;
/// Most that is kept of what is no answer, bytes.
const NOISE: usize = 600;

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The question that it answers.
    pub(crate) question: String,
    /// When its first line was there.
    pub(crate) begun: Instant,
    /// Its text.
    pub(crate) text: String,
}

/// Takes what is printed piece by piece, and finds answers in it.
#[derive(Debug)]
pub(crate) struct Framer {
    begin: Vec<u8>,
    end: Vec<u8>,
    line: Vec<u8>,
    current: Option<(String, Instant, Vec<u8>)>,
    noise: Vec<u8>,
}

impl Framer {
    pub(crate) fn new(marker: &str) -> Self {
        Self {
            begin: format!("{marker} begin ").into_bytes(),
            end: format!("{marker} end ").into_bytes(),
            line: Vec::new(),
            current: None,
            noise: Vec::new(),
        }
    }

    /// Takes a piece that came at an instant, and gives the answers that it ends.
    pub(crate) fn push(&mut self, mut piece: &[u8], at: Instant) -> Vec<Answer> {
        let mut answers = Vec::new();
        while let Some(length) = piece.iter().position(|byte| *byte == b'\n') {
            self.line.extend_from_slice(&piece[..length]);
            piece = &piece[length + 1..];
            let line = std::mem::take(&mut self.line);
            answers.extend(self.take_line(&line, at));
        }
        self.line.extend_from_slice(piece);
        if self.line.len() > LONGEST {
            self.line.clear();
            self.current = None;
        }
        answers
    }

    /// What was printed beside the answers, at its end.
    pub(crate) fn noise(&self) -> String {
        let mut noise = self.noise.clone();
        noise.extend_from_slice(&self.line[self.line.len().saturating_sub(NOISE)..]);
        String::from_utf8_lossy(&noise).trim().to_owned()
    }

    fn take_line(&mut self, line: &[u8], at: Instant) -> Option<Answer> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if let Some(question) = line.strip_prefix(self.begin.as_slice()) {
            self.current = Some((String::from_utf8_lossy(question).into_owned(), at, Vec::new()));
            return None;
        }
        let ended = line.strip_prefix(self.end.as_slice());
        match (&mut self.current, ended) {
            (Some((question, ..)), Some(ended)) if question.as_bytes() == ended => {
                let (question, begun, text) = self.current.take()?;
                return Some(Answer { question, begun, text: String::from_utf8_lossy(&text).into_owned() });
            }
            (_, Some(_)) => self.current = None,
            (Some((_, _, text)), None) if text.len() + line.len() < LONGEST => {
                text.extend_from_slice(line);
                text.push(b'\n');
            }
            (current, None) => {
                *current = None;
                if !line.is_empty() {
                    self.noise.extend_from_slice(&line[..line.len().min(NOISE)]);
                    self.noise.push(b'\n');
                    let surplus = self.noise.len().saturating_sub(NOISE);
                    self.noise.drain(..surplus);
                }
            }
        }
        None
    }
}

/// The sections of an answer: a heading `==> name <==`, and the text below it.
pub(crate) fn sections(text: &str) -> Vec<(&str, &str)> {
    let mut sections: Vec<(&str, &str)> = Vec::new();
    let (mut start, mut at) = (0, 0);
    let mut name = None;
    for line in text.split_inclusive('\n') {
        let heading = line.trim_end().strip_prefix("==> ").and_then(|rest| rest.strip_suffix(" <=="));
        if let Some(heading) = heading {
            name.into_iter().for_each(|name| sections.push((name, &text[start..at])));
            name = Some(heading);
            start = at + line.len();
        }
        at += line.len();
    }
    name.into_iter().for_each(|name| sections.push((name, &text[start..])));
    sections
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(pieces: &[&str]) -> (Vec<(String, String)>, String) {
        let mut framer = Framer::new("m1");
        let found = pieces.iter().flat_map(|piece| framer.push(piece.as_bytes(), Instant::now())).collect::<Vec<_>>();
        (found.into_iter().map(|answer| (answer.question, answer.text)).collect(), framer.noise())
    }

    #[test]
    fn answers_are_found_among_banners_however_they_are_cut() {
        let text = "Welcome to db!\nToday is m1 begin\n$ \nm1 begin 7\na\nb\nm1 end 7\nbye\n\nm1 begin 8\nm1 end 8\n";
        let wanted = [("7".to_owned(), "a\nb\n".to_owned()), ("8".to_owned(), String::new())];
        for size in [1, 2, 3, 7, 1000] {
            let pieces: Vec<_> =
                text.as_bytes().chunks(size).map(|piece| std::str::from_utf8(piece).expect("ASCII")).collect();
            let (found, noise) = answers(&pieces);
            assert_eq!(found, wanted, "cut into {size}");
            assert_eq!(noise, "Welcome to db!\nToday is m1 begin\n$ \nbye");
        }
    }

    #[test]
    fn an_answer_that_does_not_end_is_none() {
        assert!(answers(&["m1 begin 1\na\nm1 end 2\n"]).0.is_empty());
        let (found, _) = answers(&["m1 begin 1\na\nm1 begin 2\nb\nm1 end 2\nm1 end 1\n"]);
        assert_eq!(found, [("2".to_owned(), "b\n".to_owned())]);
    }

    #[test]
    fn endless_output_takes_no_memory() {
        let mut framer = Framer::new("m1");
        let garbage = vec![b'x'; 1 << 20];
        for _ in 0..12 {
            assert!(framer.push(&garbage, Instant::now()).is_empty());
            assert!(framer.line.len() <= LONGEST + garbage.len());
        }
        framer.push(b"\nm1 begin 1\n", Instant::now());
        for _ in 0..12 {
            framer.push(&[garbage.as_slice(), b"\n"].concat(), Instant::now());
        }
        assert!(framer.current.is_none() && framer.noise.len() <= NOISE);
    }

    #[test]
    fn sections_are_split_at_their_headings() {
        let text = "stray\n==> /proc/a <==\n1\n2\n\n==> /proc/empty <==\n==> /proc/b <==\n3";
        assert_eq!(sections(text), [("/proc/a", "1\n2\n\n"), ("/proc/empty", ""), ("/proc/b", "3")]);
        assert!(sections("garbage").is_empty());
    }
}

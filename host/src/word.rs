//! A choice among a few words, called as in files.

use std::str::FromStr;

use serde::de::DeserializeOwned;
use serde_json::Value;
use thiserror::Error;

/// One of the names that a `T` has in files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Word<T>(pub(crate) T);

/// A text that is none of the names.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` is not one of {known}")]
pub(crate) struct WordError {
    text: String,
    known: String,
}

impl<T: DeserializeOwned> FromStr for Word<T> {
    type Err = WordError;
    fn from_str(text: &str) -> Result<Self, WordError> {
        serde_json::from_value(Value::from(text)).map(Self).map_err(|error| {
            // serde's own text ends with the names: "unknown variant `x`, expected `a` or `b`".
            let said = error.to_string();
            let known = said.rsplit_once("expected ").map_or(said.as_str(), |(_, known)| known);
            let known = known.trim_start_matches("one of ").to_owned();
            WordError { text: text.to_owned(), known }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::plan::{FeedMode, HttpVersion, Pacing};

    #[test]
    fn a_word_is_read_and_another_is_refused_with_those_that_there_are() {
        assert_eq!("2".parse(), Ok(Word(HttpVersion::Http2)));
        assert_eq!("economical".parse(), Ok(Word(Pacing::Economical)));
        let error = "3".parse::<Word<HttpVersion>>().expect_err("no such version");
        assert_eq!(error.to_string(), "`3` is not one of `auto`, `1.1`, `2`");
        let error = "once".parse::<Word<FeedMode>>().expect_err("no such mode");
        assert_eq!(error.to_string(), "`once` is not one of `cycle` or `unique`");
    }
}

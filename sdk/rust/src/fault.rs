//! Why a call of a plugin failed, and what `?` makes of the errors that a plugin meets.

pub use crate::bindings::test_case::cluster_tester::plugin::types::{Fault, InvalidOption};

impl Fault {
    /// Anything but a wrong option, as a sentence for the user.
    pub fn failed(sentence: impl Into<String>) -> Self {
        Self::Failed(sentence.into())
    }

    /// The option `name` of `configure` is wrong; `reason` says what is wrong and what was expected.
    pub fn invalid_option(name: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::InvalidOption(InvalidOption { name: name.into(), reason: reason.into() })
    }
}

impl From<&str> for Fault {
    fn from(sentence: &str) -> Self {
        Self::failed(sentence)
    }
}

impl From<String> for Fault {
    fn from(sentence: String) -> Self {
        Self::failed(sentence)
    }
}

/// Not for every `Error`: `Fault` is one itself, and the two would overlap.
macro_rules! from_error {
    ($($error:ty: $what:literal),* $(,)?) => {$(
        impl From<$error> for Fault {
            #[cold]
            fn from(error: $error) -> Self {
                Self::failed(format!(concat!($what, ": {}"), error))
            }
        }
    )*};
}

from_error! {
    serde_json::Error: "not the JSON expected",
    std::str::Utf8Error: "not UTF-8",
    std::string::FromUtf8Error: "not UTF-8",
    std::num::ParseIntError: "not a whole number",
    std::num::ParseFloatError: "not a number",
    crate::time::TimeError: "not a time",
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<u32, Fault> {
        Ok(text.parse::<u32>()?)
    }

    #[test]
    fn a_question_mark_makes_a_sentence_of_an_error() {
        assert_eq!(parse("7").expect("a number"), 7);
        let Err(Fault::Failed(reason)) = parse("seven") else { panic!("a number") };
        assert_eq!(reason, "not a whole number: invalid digit found in string");
    }
}

//! A flag's value that is checked when it is typed, and kept as it was typed.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

/// A text that can be read as a `T`. The config reads it, so that a flag and a file mean the same by the same text.
pub(crate) struct Typed<T> {
    /// As typed.
    pub(crate) text: String,
    reads_as: PhantomData<fn() -> T>,
}

impl<T: FromStr> FromStr for Typed<T> {
    type Err = T::Err;
    fn from_str(text: &str) -> Result<Self, T::Err> {
        text.parse::<T>().map(|_| Self { text: text.to_owned(), reads_as: PhantomData })
    }
}

impl<T> Clone for Typed<T> {
    fn clone(&self) -> Self {
        Self { text: self.text.clone(), reads_as: PhantomData }
    }
}

impl<T> fmt::Debug for Typed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

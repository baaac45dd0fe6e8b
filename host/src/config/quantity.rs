//! How values are written in a config file: a quantity as text with its unit or as a bare number, a text as any scalar.

use std::borrow::Cow;
use std::fmt::{self, Display};
use std::marker::PhantomData;
use std::str::FromStr;

use model::plan::{FeedMode, HttpVersion, Pacing};
use model::units::IntendedRate;
use model::{Rate, Slo, Spacing, Span, Stage, Strategy};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Visitor};

use super::byte_size::ByteSize;
use super::monitor::Presence;
use super::share::Share;
use crate::word::Word;

/// What a quantity is called in messages and in the schema.
pub(crate) trait Measure: FromStr<Err: Display> {
    /// Name of the type, for the schema.
    const NAME: &'static str;
    /// What it is written as, for the schema.
    const TYPES: &'static [&'static str];
    /// What is expected, with examples.
    const EXPECTED: &'static str;
}

/// A text with its unit, or a bare number.
const NUMBER_OR_TEXT: &[&str] = &["string", "number"];
/// A text.
const TEXT: &[&str] = &["string"];

/// What is written as a quantity, and how it is called.
macro_rules! measures {
    ($($kind:ty: $name:literal, $types:expr, $expected:literal;)*) => {$(
        impl Measure for $kind {
            const NAME: &'static str = $name;
            const TYPES: &'static [&'static str] = $types;
            const EXPECTED: &'static str = $expected;
        }
    )*};
}

measures! {
    IntendedRate: "Rate", NUMBER_OR_TEXT, "a rate such as \"500/s\", or \"max\"";
    Rate: "FixedRate", NUMBER_OR_TEXT, "a rate such as \"500/s\"";
    Share: "Share", NUMBER_OR_TEXT, "a share such as \"1%\"";
    Span: "Span", NUMBER_OR_TEXT, "a length of time such as \"30s\"";
    ByteSize: "ByteSize", NUMBER_OR_TEXT, "an amount of memory such as \"64MiB\"";
    Stage: "Stage", TEXT, "a stage such as \"100/s..2000/s:1m\"";
    Spacing: "Spacing", TEXT, "\"even\", \"poisson\" or \"bursts:50\"";
    Slo: "Slo", TEXT, "conditions such as \"p99 < 50ms, errors < 0.1%\"";
    Word<HttpVersion>: "HttpVersion", NUMBER_OR_TEXT, "\"auto\", \"1.1\" or \"2\"";
    Word<Pacing>: "Pacing", TEXT, "\"precise\" or \"economical\"";
    Word<Strategy>: "Strategy", TEXT, "\"mlrsearch\" or \"classic\"";
    Word<FeedMode>: "FeedMode", TEXT, "\"cycle\" or \"unique\"";
    Word<Presence>: "Presence", TEXT, "\"required\", \"optional\" or \"off\"";
}

/// A quantity as text with its unit, or as a bare number in the unit that the older tool used.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Quantity<T>(pub(crate) T);

struct QuantityVisitor<T>(PhantomData<T>);

impl<T: Measure> Visitor<'_> for QuantityVisitor<T> {
    type Value = Quantity<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        // A message may go on to show the text with a mark under the place, which the file itself shows.
        T::from_str(text).map(Quantity).map_err(|error| E::custom(error.to_string().lines().next().unwrap_or_default()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        self.visit_str(&number.to_string())
    }
}

impl<'de, T: Measure> Deserialize<'de> for Quantity<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(QuantityVisitor(PhantomData))
    }
}

impl<T: Measure> JsonSchema for Quantity<T> {
    fn schema_name() -> Cow<'static, str> {
        T::NAME.into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        match T::TYPES {
            [one] => json_schema!({ "type": one }),
            types => json_schema!({ "type": types }),
        }
    }
}

/// A text; numbers and truth values are taken as they are written. Its value stands in no message: it may be a secret.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Text(pub(crate) String);

struct TextVisitor;

impl Visitor<'_> for TextVisitor {
    type Value = Text;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Text, E> {
        Ok(Text(text.to_owned()))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Text, E> {
        Ok(Text(value.to_string()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Text, E> {
        Ok(Text(number.to_string()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Text, E> {
        Ok(Text(number.to_string()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Text, E> {
        Ok(Text(number.to_string()))
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Text(…)")
    }
}

impl JsonSchema for Text {
    fn schema_name() -> Cow<'static, str> {
        "Text".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "number", "boolean"] })
    }
}

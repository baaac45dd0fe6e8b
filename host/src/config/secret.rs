//! Which values are secrets, and where they come from: a text `env:NAME` is taken from the environment.

use std::fmt;

use model::plan::{MaybeSecret, REDACTED};
use serde_json::Value;

use super::environment::Environment;
use super::error::ConfigError;
use super::tree::Origin;

const PREFIX: &str = "env:";

/// An option of a test case, as it was given.
#[derive(Clone, PartialEq)]
pub(crate) struct OptionValue {
    /// What was given.
    pub(crate) given: Given,
    /// It came from a variable, or its name says so: it must not be shown or stored.
    pub(crate) is_secret: bool,
}

/// What was given for an option.
#[derive(Clone, PartialEq)]
pub(crate) enum Given {
    /// A text from the command line or the environment, to be read by the type of the option.
    Text(String),
    /// A value from a file, whose type is known.
    Json(Value),
}

impl fmt::Debug for OptionValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.given, self.is_secret) {
            (_, true) => f.write_str(REDACTED),
            (Given::Text(text), false) => text.fmt(f),
            (Given::Json(value), false) => value.fmt(f),
        }
    }
}

/// The name of the variable, if the text names one.
pub(crate) fn variable_of(text: &str) -> Option<&str> {
    text.strip_prefix(PREFIX).filter(|name| !name.is_empty())
}

/// The text itself, or what the variable that it names holds.
///
/// # Errors
/// When the variable is not set.
pub(crate) fn text(
    text: &str,
    key: &str,
    origin: &Origin,
    environment: &Environment,
) -> Result<MaybeSecret, ConfigError> {
    let Some(variable) = variable_of(text) else {
        return Ok(MaybeSecret::plain(text));
    };
    environment.get(variable).map(MaybeSecret::secret).ok_or_else(|| ConfigError::MissingVariable {
        variable: variable.to_owned(),
        key: key.to_owned(),
        origin: origin.clone(),
    })
}

/// An option, with the variables that it names filled in, however deep they stand.
///
/// # Errors
/// When a variable is not set.
pub(crate) fn option(
    mut value: Value,
    key: &str,
    origin: &Origin,
    environment: &Environment,
) -> Result<OptionValue, ConfigError> {
    if let Value::String(plain) = &value {
        let filled = text(plain, key, origin, environment)?;
        let is_typed = matches!(origin, Origin::File(_)) && !filled.is_secret;
        let given = if is_typed { Given::Json(value) } else { Given::Text(filled.value) };
        return Ok(OptionValue { given, is_secret: filled.is_secret });
    }
    let mut is_secret = false;
    fill_in(&mut value, key, origin, environment, &mut is_secret)?;
    Ok(OptionValue { given: Given::Json(value), is_secret })
}

fn fill_in(
    value: &mut Value,
    key: &str,
    origin: &Origin,
    environment: &Environment,
    is_secret: &mut bool,
) -> Result<(), ConfigError> {
    match value {
        Value::String(plain) => {
            let filled = text(plain, key, origin, environment)?;
            *is_secret |= filled.is_secret;
            *plain = filled.value;
            Ok(())
        }
        Value::Array(items) => items.iter_mut().try_for_each(|item| fill_in(item, key, origin, environment, is_secret)),
        Value::Object(object) => {
            object.values_mut().try_for_each(|item| fill_in(item, key, origin, environment, is_secret))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

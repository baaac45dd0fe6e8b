//! Turns options as they were given into the JSON object that `configure` takes: typed by the plugin's schema, defaults
//! filled in, checked. What must not be shown is kept apart from what may.

use jsonschema::Validator;
use model::plan::REDACTED;
use serde_json::{Map, Value};

use crate::catalog::nearest;
use crate::error::Problem;

/// An option, as it was given.
#[derive(Clone, PartialEq)]
pub struct GivenOption {
    /// Its name, as in the schema.
    pub name: String,
    /// Its value.
    pub value: GivenValue,
    /// It must not be shown or stored, whatever the schema says.
    pub is_secret: bool,
}

/// The value of an option.
#[derive(Clone, PartialEq)]
pub enum GivenValue {
    /// A text from a command line, to be read by the type that the schema wants.
    Text(String),
    /// A value whose type is known.
    Json(Value),
}

/// Options that fit.
#[derive(Clone, PartialEq)]
pub(crate) struct Options {
    /// For `configure`.
    pub(crate) whole: Map<String, Value>,
    /// For people and files: secrets redacted.
    pub(crate) shown: Map<String, Value>,
}

/// Checks that a schema is one of an object.
///
/// # Errors
/// Why it is not, for its author.
pub(crate) fn check_schema(schema: &str) -> Result<(), String> {
    if schema.is_empty() {
        return Ok(());
    }
    let value: Value =
        serde_json::from_str(schema).map_err(|error| format!("its options schema is no JSON: {error}"))?;
    if value.get("type") != Some(&Value::from("object")) {
        return Err("its options schema is not that of an object".to_owned());
    }
    validator(&value).map(|_| ())
}

fn validator(schema: &Value) -> Result<Validator, String> {
    jsonschema::validator_for(schema).map_err(|error| format!("its options schema is no JSON Schema: {error}"))
}

/// Resolves options against the schema of a plugin, empty for none.
///
/// # Errors
/// Which option is wrong, and why. No message holds the value of a secret.
pub(crate) fn resolve(schema: &str, given: &[GivenOption]) -> Result<Options, Problem> {
    let schema: Value = if schema.is_empty() {
        serde_json::json!({ "type": "object", "additionalProperties": false })
    } else {
        serde_json::from_str(schema).map_err(|error| Problem::Description(error.to_string()))?
    };
    let none = Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&none);
    let takes_others = schema.get("additionalProperties").is_none_or(|others| others != &Value::Bool(false));

    let mut whole = Map::new();
    for option in given {
        let property = match properties.get(&option.name) {
            Some(property) => property,
            None if takes_others => &Value::Null,
            None => {
                let known: Vec<String> = properties.keys().cloned().collect();
                let nearest = nearest(&option.name, known.iter());
                return Err(Problem::UnknownOption { option: option.name.clone(), nearest, known });
            }
        };
        whole.insert(option.name.clone(), typed(option, property)?);
    }
    for (name, property) in properties {
        if let Some(default) = property.get("default") {
            whole.entry(name).or_insert_with(|| default.clone());
        }
    }
    let mut required = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    if let Some(name) = required.find(|name| !whole.contains_key(*name)) {
        let about = properties.get(name).and_then(|property| property.get("description")).and_then(Value::as_str);
        return Err(Problem::MissingOption { option: name.to_owned(), about: about.unwrap_or_default().to_owned() });
    }

    let is_secret = |name: &str| {
        let is_write_only = properties.get(name).and_then(|property| property.get("writeOnly"));
        is_write_only == Some(&Value::Bool(true)) || given.iter().any(|option| option.name == name && option.is_secret)
    };
    let whole = Value::Object(whole);
    if let Some(error) = validator(&schema).map_err(Problem::Description)?.iter_errors(&whole).next() {
        let path = error.instance_path().to_string();
        let option = path.split('/').nth(1).unwrap_or_default().to_owned();
        let reason = if is_secret(&option) { error.masked().to_string() } else { error.to_string() };
        return Err(Problem::Option { option, reason });
    }
    let Value::Object(whole) = whole else { unreachable!("made as an object above") };
    let shown = whole
        .iter()
        .map(|(name, value)| (name.clone(), if is_secret(name) { Value::from(REDACTED) } else { value.clone() }));
    Ok(Options { shown: shown.collect(), whole })
}

/// The value in the type that the property wants. A text is read as JSON where the property takes no text, or takes
/// both and the text is JSON of one of its other types.
fn typed(option: &GivenOption, property: &Value) -> Result<Value, Problem> {
    let text = match &option.value {
        GivenValue::Json(value) => return Ok(value.clone()),
        GivenValue::Text(text) => text,
    };
    let types: Vec<&str> = match property.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let parsed = serde_json::from_str::<Value>(text).ok();
    let as_text = || Value::String(text.clone());
    if types.is_empty() {
        return Ok(parsed.unwrap_or_else(as_text));
    }
    match parsed {
        Some(value) if types.iter().any(|name| *name != "string" && is_of_type(&value, name)) => Ok(value),
        _ if types.contains(&"string") => Ok(as_text()),
        _ => Err(Problem::Option {
            option: option.name.clone(),
            reason: if option.is_secret || property.get("writeOnly") == Some(&Value::Bool(true)) {
                format!("expected {}", types.join(" or "))
            } else {
                format!("{text:?} is not of type {}", types.join(" or "))
            },
        }),
    }
}

/// Whether a value is of a type of JSON Schema.
fn is_of_type(value: &Value, name: &str) -> bool {
    match value {
        Value::Null => name == "null",
        Value::Bool(_) => name == "boolean",
        Value::Number(number) => {
            name == "number" || name == "integer" && number.as_f64().is_some_and(|n| n.fract() == 0.0)
        }
        Value::String(_) => name == "string",
        Value::Array(_) => name == "array",
        Value::Object(_) => name == "object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SCHEMA: &str = r#"{
        "type": "object",
        "additionalProperties": false,
        "required": ["user"],
        "properties": {
            "user": { "type": "string", "description": "Who." },
            "count": { "type": "integer", "minimum": 1, "maximum": 9, "default": 3 },
            "status": { "type": ["integer", "array", "string"], "items": { "type": "integer" } },
            "token": { "type": "string", "writeOnly": true, "maxLength": 8 },
            "pin": { "type": "integer", "writeOnly": true }
        }
    }"#;

    fn text(name: &str, value: &str) -> GivenOption {
        GivenOption { name: name.to_owned(), value: GivenValue::Text(value.to_owned()), is_secret: false }
    }

    fn resolved(given: &[GivenOption]) -> Result<Options, String> {
        resolve(SCHEMA, given).map_err(|problem| problem.to_string())
    }

    fn refused(given: &[GivenOption]) -> String {
        resolved(given).err().expect("an option is wrong")
    }

    #[test]
    fn texts_are_read_by_type_and_defaults_filled_in() {
        let options = resolved(&[text("user", "7"), text("status", "[200, 204]")]).unwrap();
        assert_eq!(Value::Object(options.whole), json!({ "user": "7", "status": [200, 204], "count": 3 }));
        let options = resolved(&[text("user", "u"), text("status", "2xx"), text("count", "9")]).unwrap();
        assert_eq!(Value::Object(options.whole), json!({ "user": "u", "status": "2xx", "count": 9 }));
    }

    #[test]
    fn secrets_are_handed_over_and_not_shown() {
        let secret = GivenOption { is_secret: true, ..text("user", "root") };
        let options = resolved(&[secret, text("token", "hunter2")]).unwrap();
        assert_eq!(options.whole["token"], "hunter2");
        assert_eq!(Value::Object(options.shown), json!({ "user": REDACTED, "token": REDACTED, "count": 3 }));
        assert!(!refused(&[text("user", "u"), text("token", "hunter2hunter2")]).contains("hunter"));
        assert!(!refused(&[text("user", "u"), text("pin", "hunter2")]).contains("hunter"));
    }

    #[test]
    fn a_wrong_option_is_named_with_the_reason() {
        assert_eq!(
            refused(&[text("user", "u"), text("count", "many")]),
            "refuses option `count`: \"many\" is not of type integer"
        );
        assert_eq!(
            refused(&[text("user", "u"), text("count", "10")]),
            "refuses option `count`: 10 is greater than the maximum of 9"
        );
        assert_eq!(refused(&[]), "needs option `user`");
        assert_eq!(refused(&[text("usr", "u")]), "has no option `usr`");
        let json = GivenOption { value: GivenValue::Json(json!("3")), ..text("count", "") };
        assert!(refused(&[text("user", "u"), json]).contains("is not of type \"integer\""));
    }

    #[test]
    fn without_a_schema_there_are_no_options() {
        assert!(resolve("", &[]).is_ok_and(|options| options.whole.is_empty()));
        assert!(matches!(resolve("", &[text("a", "b")]), Err(Problem::UnknownOption { .. })));
    }

    #[test]
    fn a_schema_must_be_one_of_an_object() {
        assert!(check_schema("").is_ok());
        assert!(check_schema(SCHEMA).is_ok());
        for bad in ["{", "{}", r#"{"type": "array"}"#, r#"{"type": "object", "properties": {"a": {"type": 3}}}"#] {
            assert!(check_schema(bad).is_err(), "{bad}");
        }
    }
}

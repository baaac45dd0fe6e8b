//! Turns options as they were given into the JSON object that `configure` takes: typed by the plugin's schema, defaults
//! filled in, checked. What must not be shown is kept apart from what may.

use jsonschema::Validator;
use model::plan::{REDACTED, is_secret_name};
use serde_json::{Map, Value};

use crate::catalog::nearest;
use crate::error::Problem;

/// Longest schema, bytes.
const SCHEMA: usize = 64 * 1024;
/// Most patterns in a schema.
const PATTERNS: usize = 32;

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
    if schema.len() > SCHEMA {
        return Err(format!("its options schema has {} bytes; at most {SCHEMA} are allowed", schema.len()));
    }
    let value: Value =
        serde_json::from_str(schema).map_err(|error| format!("its options schema is no JSON: {error}"))?;
    if value.get("type") != Some(&Value::from("object")) {
        return Err("its options schema is not that of an object".to_owned());
    }
    let mut patterns = 0;
    check_keywords(&value, &mut patterns)?;
    validator(&value).map(|_| ())
}

/// Keeps a schema from costing more than it is worth: references can make its evaluation endless, patterns are dear.
fn check_keywords(schema: &Value, patterns: &mut usize) -> Result<(), String> {
    match schema {
        Value::Array(items) => items.iter().try_for_each(|item| check_keywords(item, patterns)),
        Value::Object(object) => object.iter().try_for_each(|(key, value)| {
            if ["$ref", "$dynamicRef", "$recursiveRef"].contains(&key.as_str()) && value.is_string() {
                return Err(format!("its options schema has `{key}`; write what it names in its place"));
            }
            *patterns += usize::from(key == "pattern" || key == "patternProperties");
            if *patterns > PATTERNS {
                return Err(format!("its options schema has more than {PATTERNS} patterns"));
            }
            check_keywords(value, patterns)
        }),
        _ => Ok(()),
    }
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

    let is_given_secret = |name: &str| given.iter().any(|option| option.name == name && option.is_secret);
    let shown = whole.iter().map(|(name, value)| {
        let is_secret = is_given_secret(name) || is_secret_name(name);
        (name.clone(), if is_secret { REDACTED.into() } else { shown(value, properties.get(name)) })
    });
    let shown: Map<String, Value> = shown.collect();
    let has_secrets = shown != whole;
    let whole = Value::Object(whole);
    if let Some(error) = validator(&schema).map_err(Problem::Description)?.iter_errors(&whole).next() {
        let path = error.instance_path().to_string();
        let option = path.split('/').nth(1).unwrap_or_default().to_owned();
        // The message shows the value: where a secret may be in it, it must not.
        let is_plain = !has_secrets || shown.get(&option).is_some_and(|shown| whole.get(&option) == Some(shown));
        let reason = if is_plain { error.to_string() } else { error.masked().to_string() };
        let option = if option.is_empty() { "options".to_owned() } else { option };
        return Err(Problem::Option { option, reason });
    }
    let Value::Object(whole) = whole else { unreachable!("made as an object above") };
    Ok(Options { shown, whole })
}

/// A value as it may be shown: what its schema calls write-only is redacted, and what is named like a secret. Where the
/// schema says more than the eye can follow, and somewhere in it has a secret, all of the value is one.
fn shown(value: &Value, schema: Option<&Value>) -> Value {
    let keyword = |name: &str| schema.and_then(|schema| schema.get(name));
    let is_branching = ["allOf", "anyOf", "oneOf", "if", "not"].into_iter().any(|name| keyword(name).is_some());
    if keyword("writeOnly") == Some(&Value::Bool(true)) || is_branching && schema.is_some_and(has_write_only) {
        return REDACTED.into();
    }
    match value {
        Value::Object(object) => {
            let of =
                |name: &str| keyword("properties").and_then(|all| all.get(name)).or(keyword("additionalProperties"));
            let member = |(name, value): (&String, &Value)| {
                (name.clone(), if is_secret_name(name) { REDACTED.into() } else { shown(value, of(name)) })
            };
            Value::Object(object.iter().map(member).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(|item| shown(item, keyword("items"))).collect()),
        other => other.clone(),
    }
}

fn has_write_only(schema: &Value) -> bool {
    match schema {
        Value::Object(object) => {
            object.get("writeOnly") == Some(&Value::Bool(true)) || object.values().any(has_write_only)
        }
        Value::Array(items) => items.iter().any(has_write_only),
        _ => false,
    }
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
    fn secrets_within_an_object_are_not_shown_either() {
        let schema = r#"{ "type": "object", "properties": {
            "headers": { "type": "object", "additionalProperties": { "type": "string" } },
            "login": { "type": "object", "properties": { "user": { "type": "string" }, "pin": { "writeOnly": true } } },
            "either": { "anyOf": [ { "type": "string" }, { "type": "object", "properties": { "k": { "writeOnly": true } } } ] }
        } }"#;
        let json = |name: &str, value: Value| GivenOption {
            name: name.to_owned(),
            value: GivenValue::Json(value),
            is_secret: false,
        };
        let given = [
            json("headers", json!({ "accept": "a", "authorization": "Bearer hunter2" })),
            json("login", json!({ "user": "u", "pin": "hunter2" })),
            json("either", json!({ "k": "hunter2" })),
        ];
        let options = resolve(schema, &given).unwrap();
        assert!(!Value::Object(options.shown.clone()).to_string().contains("hunter2"));
        assert_eq!((&options.shown["headers"]["accept"], &options.shown["login"]["user"]), (&json!("a"), &json!("u")));
        assert_eq!(options.whole["either"]["k"], "hunter2");
    }

    #[test]
    fn a_schema_costs_no_more_than_it_is_worth() {
        assert!(
            check_schema(&format!(r#"{{"type": "object", "description": "{}"}}"#, "a".repeat(super::SCHEMA))).is_err()
        );
        let referring = r##"{"type": "object", "properties": {"a": {"$ref": "#/$defs/a"}}}"##;
        assert!(check_schema(referring).unwrap_err().contains("$ref"));
        let many: Vec<String> = (0..40).map(|n| format!(r#""p{n}": {{"pattern": "a"}}"#)).collect();
        let many = format!(r#"{{"type": "object", "properties": {{ {} }}}}"#, many.join(","));
        assert!(check_schema(&many).unwrap_err().contains("patterns"));
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

//! Reads a config file into a layer. Unknown keys and wrong types are errors with line and column.

use std::path::Path;

use serde_json::{Map, Number, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::ConfigError;
use super::keys::{Keys, Shape, nearest};
use super::older;
use super::shape::ConfigFile;
use super::tree::{Node, Origin, Place, Table};

/// Reads a file: JSON in the older shape if it is called so, else TOML. `shown` is how messages call it.
///
/// # Errors
/// When it cannot be read, or is no config.
pub(crate) fn read(path: &Path, shown: &Path, keys: &Keys, notices: &mut Vec<String>) -> Result<Table, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|source| match source.kind() {
        std::io::ErrorKind::NotFound => ConfigError::Missing { path: shown.to_owned() },
        _ => ConfigError::Read { path: shown.to_owned(), source },
    })?;
    if shown.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
        return older::parse(&text, shown, notices);
    }
    let mut table = parse(&text, shown, keys)?;
    let folder = shown.parent().unwrap_or(Path::new(""));
    table.each_leaf(&mut |path, value, _| match path {
        [first, second] if first == "plugins" && second == "directories" => {
            value.as_array_mut().into_iter().flatten().for_each(|value| make_relative_to(folder, value));
        }
        path if is_path(path) => make_relative_to(folder, value),
        _ => {}
    });
    Ok(table)
}

/// Whether the key at this path holds the path of a file or a directory.
fn is_path(path: &[String]) -> bool {
    let path: Vec<_> = path.iter().map(String::as_str).collect();
    match path.as_slice() {
        ["storage"] => true,
        ["monitor", "ssh-config"] => true,
        ["monitor", "hosts", _, key] => ["password-file", "identity-file"].contains(key),
        ["run", key] => ["replay", "feed", "junit", "markdown"].contains(key),
        ["target", "connection", key] | ["targets", _, "connection", key] => {
            ["cacert", "cert", "key", "unix-socket"].contains(key)
        }
        _ => false,
    }
}

fn make_relative_to(folder: &Path, value: &mut Value) {
    // The home directory is filled in when the config is resolved.
    if let Value::String(text) = value
        && !text.starts_with("~/")
    {
        *text = folder.join(text.as_str()).to_string_lossy().into_owned();
    }
}

/// Parses TOML into a layer.
///
/// # Errors
/// When it is not TOML, has a key that there is not, or a value that does not fit.
pub(crate) fn parse(text: &str, file: &Path, keys: &Keys) -> Result<Table, ConfigError> {
    let place = |span: Option<std::ops::Range<usize>>| match span {
        Some(span) => Place::at_offset(file, text, span.start),
        None => Place { file: file.to_owned(), at: None },
    };
    let syntax = |error: toml::de::Error| ConfigError::Syntax {
        place: place(error.span()),
        format: "TOML",
        message: error.message().replace('\n', ", "),
    };
    let parsed = DeTable::parse(text).map_err(syntax)?;
    let walk = Walk { text, file };
    let mut path = Vec::new();
    let table = walk.table(parsed.get_ref(), Some(&keys.root), keys, &mut path)?;
    toml::from_str::<ConfigFile>(text).map_err(|error| {
        let place = place(error.span());
        let key = key_at(&table, &place).unwrap_or_else(|| "config".to_owned());
        let message = in_plain_words(error.message());
        let may_be_secret =
            key.contains("headers") || ["plugin-options", "monitor.hosts"].iter().any(|start| key.starts_with(start));
        let message = if may_be_secret { without_text(message) } else { message };
        ConfigError::WrongType { origin: Origin::File(place), key, message }
    })?;
    for (key, target) in targets(&table) {
        if let (Some(Node::Leaf(_, origin)), Some(_)) = (target.get(&["urls"]), target.get(&["url"])) {
            return Err(ConfigError::TwoUrls { origin: origin.clone(), key });
        }
    }
    Ok(table)
}

/// `[target]` and every `[targets.NAME]` of a layer, with their keys.
fn targets(table: &Table) -> Vec<(String, &Table)> {
    let mut found = Vec::new();
    if let Some(Node::Table(target)) = table.get(&["target"]) {
        found.push(("target".to_owned(), target));
    }
    if let Some(Node::Table(targets)) = table.get(&["targets"]) {
        for (name, node) in targets.entries() {
            if let Node::Table(target) = node {
                found.push((format!("targets.{name}"), target));
            }
        }
    }
    found
}

/// The key whose value is at, or last before, this place: the parser names the place alone.
fn key_at(table: &Table, place: &Place) -> Option<String> {
    let mut table = table.clone();
    let mut best: Option<((usize, usize), String)> = None;
    table.each_leaf(&mut |path, _, origin| {
        let Origin::File(Place { at: Some(at), .. }) = origin else { return };
        if Some(*at) <= place.at && best.as_ref().is_none_or(|(so_far, _)| so_far <= at) {
            best = Some((*at, path.join(".")));
        }
    });
    best.map(|(_, key)| key)
}

/// The message without the text that was found.
fn without_text(message: String) -> String {
    match (message.find("the text \""), message.rfind("\", expected")) {
        (Some(start), Some(end)) if start < end => format!("{}a text{}", &message[..start], &message[end + 1..]),
        _ => message,
    }
}

/// serde's words for types, in the user's.
pub(crate) fn in_plain_words(message: &str) -> String {
    [
        ("expected u16", "expected a whole number from 0 to 65535"),
        ("expected u32", "expected a whole number from 0 to 4294967295"),
        ("expected u64", "expected a whole number, 0 or more"),
        ("expected path string", "expected a text"),
        ("expected a string", "expected a text"),
        ("expected a sequence", "expected a list"),
        ("expected a map", "expected a table"),
        ("expected struct OlderApp", "expected an object"),
        ("expected struct TargetShape", "expected a table"),
        ("expected struct RunShape", "expected a table"),
        ("expected struct MonitorShape", "expected a table"),
        ("expected struct HostShape", "expected a table"),
        ("expected struct ConnectionShape", "expected a table"),
        ("expected a boolean", "expected `true` or `false`"),
        ("expected struct PluginsShape", "expected a table"),
        ("invalid type: string", "found the text"),
        ("invalid type: integer", "found the number"),
        ("invalid type: floating point", "found the number"),
        ("invalid type: boolean", "found the truth value"),
        ("invalid type: sequence", "found a list"),
        ("invalid type: map", "found a table"),
        ("invalid value: integer", "found the number"),
    ]
    .iter()
    .fold(message.replace('\n', ", "), |text, (theirs, ours)| text.replace(theirs, ours))
}

/// Turns a parsed table into ours, and checks its keys on the way.
struct Walk<'a> {
    text: &'a str,
    file: &'a Path,
}

impl Walk<'_> {
    fn table(
        &self,
        parsed: &DeTable<'_>,
        shape: Option<&Shape>,
        keys: &Keys,
        path: &mut Vec<String>,
    ) -> Result<Table, ConfigError> {
        let mut table = Table::default();
        for (key, value) in parsed {
            let name = key.get_ref().as_ref();
            let inner = match shape {
                Some(Shape::Section(fields)) => match fields.iter().find(|field| field.name == name) {
                    Some(field) => Some(&field.shape),
                    None => return Err(self.unknown(key.span().start, name, path, fields, keys)),
                },
                Some(Shape::Named(inner)) => Some(inner.as_ref()),
                // A table where a value should be: the types are checked afterwards.
                Some(Shape::Leaf(_)) | None => None,
            };
            // Names of headers are equal whatever their case.
            let is_header = path.last().is_some_and(|last| last == "headers")
                && path.first().is_some_and(|first| first.starts_with("target"));
            path.push(if is_header { name.to_ascii_lowercase() } else { name.to_owned() });
            let node = match value.get_ref() {
                DeValue::Table(inner_table) => Node::Table(self.table(inner_table, inner, keys, path)?),
                _ => Node::Leaf(json(value), Origin::File(Place::at_offset(self.file, self.text, value.span().start))),
            };
            if let Some(last) = path.pop() {
                table.insert(last, node);
            }
        }
        Ok(table)
    }

    fn unknown(
        &self,
        offset: usize,
        name: &str,
        path: &[String],
        fields: &[super::keys::Field],
        keys: &Keys,
    ) -> ConfigError {
        let with_path = |name: &str| path.iter().map(String::as_str).chain([name]).collect::<Vec<_>>().join(".");
        let known: Vec<_> = fields.iter().map(|field| field.name.as_str()).collect();
        let all = keys.all();
        // A key of this very name in another table is meant rather than a similar one here.
        let elsewhere = all.iter().find(|key| key.path.last().is_some_and(|last| last == name)).map(|key| key.dotted());
        let nearest = elsewhere.or_else(|| nearest(name, known.iter().copied()).map(with_path));
        ConfigError::UnknownKey {
            place: Place::at_offset(self.file, self.text, offset),
            key: with_path(name),
            nearest,
            known: known.into_iter().map(str::to_owned).collect(),
        }
    }
}

fn json(value: &Spanned<DeValue<'_>>) -> Value {
    match value.get_ref() {
        DeValue::String(text) => Value::String(text.clone().into_owned()),
        DeValue::Boolean(value) => Value::Bool(*value),
        DeValue::Integer(number) => {
            let parsed = i64::from_str_radix(number.as_str(), number.radix());
            parsed.map_or_else(|_| Value::String(number.as_str().to_owned()), |number| Value::Number(number.into()))
        }
        DeValue::Float(number) => {
            let parsed = number.as_str().parse().ok().and_then(Number::from_f64);
            parsed.map_or_else(|| Value::String(number.as_str().to_owned()), Value::Number)
        }
        DeValue::Datetime(at) => Value::String(at.to_string()),
        DeValue::Array(items) => Value::Array(items.iter().map(json).collect()),
        DeValue::Table(table) => {
            let entries = table.iter().map(|(key, value)| (key.get_ref().clone().into_owned(), json(value)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
    }
}

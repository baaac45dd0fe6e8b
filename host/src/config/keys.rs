//! The keys that there are, read from the shape's JSON Schema: what they are called, what they hold, what they mean.

use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::shape::ConfigFile;

/// The JSON Schema of a config file.
pub(crate) fn json_schema() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let mut schema = settings.into_generator().into_root_schema_for::<ConfigFile>().to_value();
    without_null(&mut schema);
    schema
}

/// TOML has no null: that a key may be left out needs no type of its own.
fn without_null(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            if object.get("default").is_some_and(Value::is_null) {
                object.remove("default");
            }
            if let Some(Value::Array(types)) = object.get_mut("type") {
                types.retain(|kind| kind != "null");
                if let [one] = types.as_slice() {
                    let one = one.clone();
                    object.insert("type".into(), one);
                }
            }
            object.values_mut().for_each(without_null);
        }
        Value::Array(items) => items.iter_mut().for_each(without_null),
        _ => {}
    }
}

/// What a key holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A text.
    Text,
    /// A whole number.
    Whole,
    /// A quantity as text with its unit, or a number.
    Quantity,
    /// Yes or no.
    Truth,
    /// A list of texts.
    List,
    /// Anything.
    Any,
}

impl Kind {
    /// What it is called in the documentation.
    #[cfg(test)]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Whole => "whole number",
            Self::Quantity => "text or number",
            Self::Truth => "`true` or `false`",
            Self::List => "list of texts",
            Self::Any => "any",
        }
    }
}

/// What stands at a path.
#[derive(Debug)]
pub(crate) enum Shape {
    /// A table with these keys and no others.
    Section(Vec<Field>),
    /// A table whose keys the user chooses.
    Named(Box<Shape>),
    /// A value.
    Leaf(Kind),
}

/// A key of a section.
#[derive(Debug)]
pub(crate) struct Field {
    /// Its name.
    pub(crate) name: String,
    /// What it means.
    pub(crate) doc: String,
    /// What it holds.
    pub(crate) shape: Shape,
}

/// A key with its whole path; a name that the user chooses is [`Keys::NAME`].
#[derive(Debug)]
pub(crate) struct Key {
    /// The path.
    pub(crate) path: Vec<String>,
    /// What it holds.
    pub(crate) kind: Kind,
    /// What it means.
    #[cfg_attr(not(test), expect(dead_code, reason = "the reference is made and held by tests"))]
    pub(crate) doc: String,
}

impl Key {
    /// The path with dots.
    pub(crate) fn dotted(&self) -> String {
        self.path.join(".")
    }

    /// The environment variable that sets it; none where the user chooses a name.
    pub(crate) fn variable(&self) -> Option<String> {
        if self.path.iter().any(|part| part == Keys::NAME) {
            return None;
        }
        let upper = self.path.join("_").replace('-', "_").to_ascii_uppercase();
        Some(format!("{}{upper}", Keys::VARIABLE_PREFIX))
    }
}

/// All keys.
#[derive(Debug)]
pub(crate) struct Keys {
    /// The shape of a whole file.
    pub(crate) root: Shape,
}

impl Keys {
    /// Stands for a name that the user chooses.
    pub(crate) const NAME: &'static str = "NAME";
    /// How the variables that set keys begin.
    pub(crate) const VARIABLE_PREFIX: &'static str = "CLUSTER_TESTER_";

    /// The keys of the config.
    pub(crate) fn new() -> Self {
        Self { root: shape_of(&json_schema()) }
    }

    /// Every key that holds a value, in the order of the shape.
    pub(crate) fn all(&self) -> Vec<Key> {
        let mut keys = Vec::new();
        collect(&self.root, &mut Vec::new(), "", &mut keys);
        keys
    }
}

fn shape_of(schema: &Value) -> Shape {
    let variants = schema.get("anyOf").and_then(Value::as_array);
    if let Some(inner) = variants.and_then(|all| all.iter().find(|one| one.get("type") != Some(&"null".into()))) {
        return shape_of(inner);
    }
    if let Some(Value::Object(properties)) = schema.get("properties") {
        let fields = properties.iter().map(|(name, schema)| Field {
            name: name.clone(),
            doc: schema.get("description").and_then(Value::as_str).unwrap_or_default().replace('\n', " "),
            shape: shape_of(schema),
        });
        return Shape::Section(fields.collect());
    }
    if let Some(inner) = schema.get("additionalProperties").filter(|inner| !inner.is_null()) {
        return Shape::Named(Box::new(shape_of(inner)));
    }
    Shape::Leaf(match schema.get("type") {
        Some(Value::String(one)) if one == "integer" => Kind::Whole,
        Some(Value::String(one)) if one == "array" => Kind::List,
        Some(Value::String(one)) if one == "boolean" => Kind::Truth,
        Some(Value::String(_)) => Kind::Text,
        Some(Value::Array(types)) if types.iter().any(|one| one == "boolean") => Kind::Text,
        Some(Value::Array(_)) => Kind::Quantity,
        _ => Kind::Any,
    })
}

fn collect(shape: &Shape, path: &mut Vec<String>, doc: &str, keys: &mut Vec<Key>) {
    match shape {
        Shape::Section(fields) => {
            for field in fields {
                path.push(field.name.clone());
                collect(&field.shape, path, &field.doc, keys);
                path.pop();
            }
        }
        Shape::Named(inner) => {
            path.push(Keys::NAME.to_owned());
            collect(inner, path, doc, keys);
            path.pop();
        }
        Shape::Leaf(kind) => keys.push(Key { path: path.clone(), kind: *kind, doc: doc.to_owned() }),
    }
}

/// The nearest of `known` to what was written, if it is near enough to have been meant.
pub(crate) fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = written.to_lowercase().replace('_', "-");
    let distance = |name: &str| strsim::damerau_levenshtein(&lower, &name.to_lowercase().replace('_', "-"));
    let (distance, name) = known.into_iter().map(|name| (distance(name), name)).min()?;
    (distance <= 1 + name.len() / 4).then_some(name)
}

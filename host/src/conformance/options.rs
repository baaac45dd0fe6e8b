//! Values that the schema of a plugin allows, at its edges: a plugin takes them, or refuses them in order.

use serde_json::{Map, Value, json};

/// Most values that are tried.
const MOST: usize = 60;

/// Options to try, one at a time: name and value.
pub(super) fn edges(schema: &str) -> Vec<(String, Value)> {
    let schema: Value = serde_json::from_str(schema).unwrap_or_default();
    let none = Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&none);
    let mut edges = Vec::new();
    for (name, property) in properties {
        edges.extend(values(property).into_iter().map(|value| (name.clone(), value)));
    }
    edges.truncate(MOST);
    edges
}

/// Values of one option that its schema allows.
fn values(property: &Value) -> Vec<Value> {
    if let Some(listed) = property.get("enum").and_then(Value::as_array) {
        return listed.clone();
    }
    let types: Vec<&str> = match property.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    types.into_iter().flat_map(|kind| values_of(kind, property)).collect()
}

fn values_of(kind: &str, property: &Value) -> Vec<Value> {
    match kind {
        "boolean" => vec![json!(false), json!(true)],
        "integer" | "number" => {
            // With steps or open bounds, which values lie between is the schema's riddle.
            let bounds = ["minimum", "maximum"].map(|key| property.get(key).cloned());
            if property.get("multipleOf").is_some() { Vec::new() } else { bounds.into_iter().flatten().collect() }
        }
        "string" if property.get("pattern").is_none() && property.get("format").is_none() => {
            let length = |key| property.get(key).and_then(Value::as_u64);
            let least = length("minLength").unwrap_or(0);
            let most = length("maxLength").unwrap_or(1_000).min(1_000);
            let mut values = vec![json!("x".repeat(least.min(1_000) as usize))];
            if most > least {
                values.push(json!("ü\n%\u{0}\"\\".chars().cycle().take(most as usize).collect::<String>()));
            }
            values
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_are_what_the_schema_allows_at_most() {
        let schema = json!({ "type": "object", "properties": {
            "how": { "enum": ["a", "b"] }, "block": { "type": "integer", "minimum": 1, "maximum": 9 },
            "is-on": { "type": "boolean" }, "name": { "type": "string", "minLength": 2, "maxLength": 2 } } });
        let edges: Vec<Value> = edges(&schema.to_string()).into_iter().map(|(_, value)| value).collect();
        assert_eq!(edges, [json!("a"), json!("b"), json!(1), json!(9), json!(false), json!(true), json!("xx")]);
    }
}

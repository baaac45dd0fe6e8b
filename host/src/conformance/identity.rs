//! What a plugin is and says of itself: world, imports, description, and the words of its options.

use plugin::Inspection;
use serde_json::Value;

use super::findings::{Findings, Mark};
use crate::figure;

pub(super) fn check(inspection: &Inspection, findings: &mut Findings) {
    let noun = inspection.shape.world.noun();
    let article = if noun.starts_with('a') { "an" } else { "a" };
    findings.add(
        Mark::Ok,
        "component",
        format!("{article} {noun} for version 0.1.0 of the contract, {}", figure::bytes(inspection.size)),
    );
    imports(inspection, findings);
    let (name, version, about, schema) = match (&inspection.test_case, &inspection.analysis) {
        (Some(one), _) => (&one.name, &one.version, &one.description, &one.options_schema),
        (None, Some(one)) => (&one.name, &one.version, &one.description, &one.options_schema),
        (None, None) => return,
    };
    if about.trim().is_empty() {
        findings.add(Mark::Warning, "description", format!("{name} {version} does not say what it does"));
    } else {
        findings.add(Mark::Ok, "description", format!("{name} {version}: {about}"));
    }
    if let Some(test_case) = &inspection.test_case
        && test_case.failure_reasons.is_empty()
    {
        findings
            .add(Mark::Warning, "description", "it declares no reason of failure, so it can only judge answers good")
            .detail("declare at least `unexpected status`");
    }
    words_of_options(schema, findings);
}

fn imports(inspection: &Inspection, findings: &mut Findings) {
    let imports = &inspection.shape.imports;
    let said = match imports.len() {
        0 => "nothing".to_owned(),
        1 => imports[0].clone(),
        count => format!("{count} interfaces"),
    };
    let uses_wasi = inspection.shape.uses_wasi();
    let finding = findings.add(Mark::Ok, "imports", said);
    if imports.len() > 1 {
        finding.details(imports);
    }
    if uses_wasi {
        finding.detail(
            "it uses WASI: an empty sandbox, called on threads of its own, which costs some microseconds a call",
        );
    }
}

/// An option without a word for its user, or without which the plugin cannot be tried.
fn words_of_options(schema: &str, findings: &mut Findings) {
    let schema: Value = serde_json::from_str(schema).unwrap_or_default();
    let none = serde_json::Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&none);
    let silent: Vec<&str> = properties
        .iter()
        .filter(|(_, property)| property.get("description").and_then(Value::as_str).is_none_or(str::is_empty))
        .map(|(name, _)| name.as_str())
        .collect();
    if !silent.is_empty() {
        findings.add(Mark::Warning, "options", format!("without a `description`: {}", silent.join(", ")));
    }
    if schema.is_object() && schema.get("additionalProperties") != Some(&Value::Bool(false)) {
        findings
            .add(Mark::Warning, "options", "any other option is taken too, so a misspelt one is not found")
            .detail("set `\"additionalProperties\": false` in the schema");
    }
}

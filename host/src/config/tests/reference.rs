//! The reference names every key, and is right.

use std::fmt::Write as _;
use std::path::PathBuf;

use crate::config::default::DEFAULT_TOML;
use crate::config::keys::{Key, Keys};
use crate::config::shape::ConfigFile;

/// Sections of the reference whose name the user chooses, and how keys write it.
const EXAMPLES: [(&str, &str); 4] = [
    ("targets.staging", "targets.NAME"),
    ("plugin-options.http", "plugin-options.NAME"),
    ("monitor.hosts.db-1", "monitor.hosts.NAME"),
    ("labels", "labels"),
];

/// What the reference says of a key: the comment above it and, if it has one, its default.
struct Entry {
    path: String,
    default: Option<String>,
    comment: String,
}

fn entries() -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut section = String::new();
    let mut comment = String::new();
    for line in DEFAULT_TOML.lines() {
        let active = !line.starts_with('#');
        let text = line.trim_start_matches('#').trim();
        let is_header = text.starts_with('[') && text.ends_with(']');
        if is_header {
            section = text.trim_matches(['[', ']']).to_owned();
            for (example, name) in EXAMPLES {
                section = section.replace(example, name);
            }
        }
        match text.split_once(" = ") {
            Some((key, value)) if !is_header && key.bytes().all(|c| c.is_ascii_lowercase() || c == b'-') => {
                let path = if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") };
                entries.push(Entry { path, default: active.then(|| value.to_owned()), comment: comment.clone() });
                comment.clear();
            }
            _ if !active => text.clone_into(&mut comment),
            _ => comment.clear(),
        }
    }
    entries
}

/// Where the user chooses the last name, any name is an example.
fn entry_of<'a>(key: &Key, entries: &'a [Entry]) -> Option<&'a Entry> {
    let dotted = key.dotted();
    entries.iter().find(|entry| match dotted.strip_suffix(Keys::NAME) {
        Some(section) => entry.path.starts_with(section),
        None => entry.path == dotted,
    })
}

#[test]
fn every_key_is_in_the_reference_with_its_meaning() {
    let entries = entries();
    for key in Keys::new().all() {
        let entry = entry_of(&key, &entries).unwrap_or_else(|| panic!("`{}` is not in default.toml", key.dotted()));
        assert!(!key.doc.is_empty(), "{} has no doc", key.dotted());
        if key.variable().is_some() {
            assert_eq!(key.doc, entry.comment, "{}", key.dotted());
        }
    }
}

#[test]
fn every_example_in_the_reference_is_a_valid_config() {
    let is_example = |line: &&str| {
        let text = line.trim_start_matches("# ");
        !line.starts_with('#')
            || text.starts_with('[')
            || text.split_once(" = ").is_some_and(|(key, _)| !key.contains(' '))
    };
    // `url` and `urls` exclude each other, which the types alone do not know.
    let text: String = DEFAULT_TOML.lines().filter(is_example).fold(String::new(), |mut text, line| {
        let _ = writeln!(text, "{}", line.trim_start_matches("# "));
        text
    });
    let file: ConfigFile = toml::from_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert!(file.run.is_some_and(|run| run.connections.is_some()), "examples are read");
}

#[test]
fn no_two_keys_have_one_variable() {
    let mut variables: Vec<_> = Keys::new().all().iter().filter_map(Key::variable).collect();
    let count = variables.len();
    variables.sort();
    variables.dedup();
    assert_eq!(variables.len(), count);
}

/// The table of `docs/configuration.md`, made from the schema and the reference.
fn table() -> String {
    let entries = entries();
    let mut text = String::from("| key | default | type | environment variable | meaning |\n|---|---|---|---|---|\n");
    for key in Keys::new().all() {
        let default = entry_of(&key, &entries).and_then(|entry| entry.default.as_ref());
        let default = default.map_or_else(|| "none".to_owned(), |default| format!("`{default}`"));
        let variable = key.variable().map_or_else(String::new, |variable| format!("`{variable}`"));
        let _ = writeln!(text, "| `{}` | {default} | {} | {variable} | {} |", key.dotted(), key.kind.name(), key.doc);
    }
    text
}

#[test]
fn the_documentation_has_the_table_of_all_keys() {
    let docs = include_str!("../../../../docs/configuration.md");
    let (start, end) = ("<!-- keys: made by a test; UPDATE_DOCS=1 writes it -->\n", "<!-- end of keys -->");
    let (before, rest) = docs.split_once(start).expect("start of the table");
    let (_, after) = rest.split_once(end).expect("end of the table");
    let wanted = format!("{before}{start}{}{end}{after}", table());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/configuration.md");
        std::fs::write(path, wanted).expect("docs can be written");
        return;
    }
    assert_eq!(docs, wanted, "run this test once with UPDATE_DOCS=1");
}

//! The files of a new project: those of the SDK's template or example, with the names that were wanted.

use crate::cli::{Kind, Language};

macro_rules! sdk {
    ($path:literal) => {
        include_str!(concat!("../../sdk/", $path))
    };
}

/// The names of a plugin.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    /// As the user gave it, `my-case`.
    name: String,
    /// As a module, `my_case`.
    module: String,
    /// As a type, `MyCaseTestCase`; it ends in the kind, so that it is no name of the SDK's.
    kind: String,
}

impl Names {
    /// Of a plugin called `name`.
    pub(crate) fn of(name: &str, kind: Kind) -> Self {
        let camel: String = name.split('-').map(capitalised).collect();
        let suffix = if kind == Kind::TestCase { "TestCase" } else { "Analysis" };
        Self { name: name.to_owned(), module: name.replace('-', "_"), kind: format!("{camel}{suffix}") }
    }

    /// The text of a template with these names in it.
    fn apply(&self, text: &str) -> String {
        // By way of a mark: the new name may hold an old one.
        let (mark, mut text) = ("\u{0}", text.to_owned());
        for old in ["GreetingsTestCase", "Greetings", "MediansAnalysis", "Medians"] {
            text = text.replace(old, mark);
        }
        let text = text
            .replace("./greeting.js", &format!("./{}.js", self.name))
            .replace("from greeting import", &format!("from {} import", self.module))
            .replace("NAME = greeting\n", &format!("NAME = {}\n", self.name))
            .replace("name = \"greeting\"", &format!("name = \"{}\"", self.name));
        text.replace(mark, &self.kind)
    }
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}

/// The files of a project, without the SDK: path and content. None when the language has no SDK for this kind.
pub(crate) fn of(language: Language, kind: Kind, names: &Names) -> Option<Vec<(String, String)>> {
    let Names { name, module, .. } = names;
    let mut files: Vec<(String, &str)> = match (language, kind) {
        (Language::Rust, Kind::TestCase) => vec![
            ("Cargo.toml".to_owned(), sdk!("rust/template/Cargo.toml")),
            ("src/lib.rs".to_owned(), sdk!("rust/template/src/lib.rs")),
            ("src/options.schema.json".to_owned(), sdk!("rust/template/src/options.schema.json")),
        ],
        (Language::Rust, Kind::Analysis) => vec![
            ("Cargo.toml".to_owned(), sdk!("rust/template/Cargo.toml")),
            ("src/lib.rs".to_owned(), sdk!("rust/examples/medians/src/lib.rs")),
        ],
        (Language::Js, Kind::TestCase) => vec![
            (format!("{name}.js"), sdk!("js/template/greeting.js")),
            (format!("{name}.test.js"), sdk!("js/template/greeting.test.js")),
        ],
        (Language::Js, Kind::Analysis) => vec![(format!("{name}.js"), sdk!("js/examples/medians/medians.js"))],
        (Language::Python, Kind::TestCase) => vec![
            (format!("{module}.py"), sdk!("python/template/greeting.py")),
            (format!("test_{module}.py"), sdk!("python/template/test_greeting.py")),
        ],
        (Language::Python, Kind::Analysis) => {
            vec![(format!("{module}.py"), sdk!("python/examples/medians/medians.py"))]
        }
        (Language::C, Kind::TestCase) => vec![(format!("{name}.c"), sdk!("c/template/greeting.c"))],
        (Language::C, Kind::Analysis) => return None,
    };
    let ignored = match language {
        Language::Rust => "/target/\n*.wasm\n",
        Language::Js => "node_modules/\n*.wasm\n",
        Language::Python => "/venv/\n__pycache__/\n*.wasm\n",
        Language::C => "/build/\n/venv/\n*.wasm\n",
    };
    files.push((".gitignore".to_owned(), ignored));
    let mut files: Vec<(String, String)> =
        files.into_iter().map(|(path, content)| (path, names.apply(content))).collect();
    match language {
        Language::Js => {
            let manifest =
                serde_json::json!({ "name": name, "private": true, "type": "module", "main": format!("{name}.js") });
            files.push(("package.json".to_owned(), format!("{manifest:#}\n")));
        }
        Language::C => {
            let makefile = format!("NAME = {name}\nSDK = cluster-tester/sdk/c\ninclude $(SDK)/plugin.mk\n");
            files.push(("Makefile".to_owned(), makefile));
        }
        Language::Rust | Language::Python => {}
    }
    Some(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_of_a_template_is_left() {
        for language in [Language::Rust, Language::Js, Language::Python, Language::C] {
            for kind in [Kind::TestCase, Kind::Analysis] {
                let Some(files) = of(language, kind, &Names::of("my-greetings-2", kind)) else { continue };
                for (path, content) in files {
                    for old in [" Greetings", "\"Greetings", "Medians", "./greeting", "from greeting", "= greeting\n"] {
                        assert!(!content.contains(old), "{path} has `{old}`");
                    }
                }
            }
        }
    }

    #[test]
    fn a_type_is_named_after_the_plugin_and_its_kind() {
        assert_eq!(Names::of("my-case2", Kind::TestCase).kind, "MyCase2TestCase");
        assert_eq!(Names::of("greetings", Kind::TestCase).apply("class Greetings"), "class GreetingsTestCase");
    }
}

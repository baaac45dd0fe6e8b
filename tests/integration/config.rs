//! Layers of the config, as the command takes them.

use crate::command::{Place, Target, run};

#[test]
fn a_run_from_a_file_with_a_secret_from_the_environment() {
    let place = Place::new();
    let target = Target::start(&place);
    place.write(
        "cluster-tester.toml",
        format!(
            "[target]\nurl = \"{}\"\n[target.headers]\nauthorization = \"env:TOKEN\"\n\
             [run]\ntest-case = \"http\"\nrate = \"20/s\"\nduration = \"1s\"\n",
            target.url
        ),
    );
    let mut command = place.command("run --rate 30/s");
    command.env("TOKEN", "hunter2");
    run(command).assert_measured();
    let saved = place.saved();
    assert_eq!(saved["trials"][0]["summary"]["successes"], 30, "the flag wins over the file");
    assert_eq!(saved["plan"]["target"]["headers"][0]["value"], "(redacted)");
    for file in walk(&place.run_dir()) {
        let bytes = std::fs::read(&file).expect("readable");
        assert!(!bytes.windows(7).any(|part| part == b"hunter2"), "{}", file.display());
    }
    let mut shown = place.command("config show");
    shown.env("TOKEN", "hunter2");
    assert!(!run(shown).stdout.contains("hunter2"));
}

fn walk(dir: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { files.extend(walk(&path)) } else { files.push(path) }
    }
    files
}

#[test]
fn the_schema_is_json() {
    let place = Place::new();
    assert!(place.run("config schema").json()["properties"].is_object());
    assert!(place.run("results schema").json()["properties"].is_object());
}

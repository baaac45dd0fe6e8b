//! Names of the older tool's files.

use cluster_tester_sdk::analysis::Dataset;

/// File systems allow 255 bytes, and an extension follows.
const MOST_BYTES: usize = 240;

/// `head`, then the names of the datasets, joined by `_`: as given on the command line, else ids (names of files)
/// without what separates folders. Cut where file systems would refuse it.
pub fn file_name(head: &str, datasets: &[Dataset]) -> String {
    let name = |dataset: &Dataset| {
        let facts = &dataset.facts;
        let name = if facts.is_name_given { &facts.name } else { &facts.id };
        name.replace(['/', '\\'], "")
    };
    let names: Vec<String> = datasets.iter().map(name).collect();
    let mut whole = format!("{head}{}", names.join("_"));
    whole.truncate(whole.floor_char_boundary(MOST_BYTES));
    whole
}

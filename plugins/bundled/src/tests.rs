//! What is embedded is what the host expects.

use super::*;

/// Those that come first.
const TEST_CASES: usize = 3;

#[test]
fn the_shipped_plugins_are_there() {
    let names: Vec<&str> = PLUGINS.iter().map(|plugin| plugin.name).collect();
    let (test_cases, analyses) = names.split_at(TEST_CASES);
    assert_eq!(test_cases, ["fibonacci", "bubble-sort", "http"]);
    assert_eq!(analyses.len(), 15, "{analyses:?}");
}

#[test]
fn each_exports_its_world_and_imports_no_more_than_that_gives() {
    for (index, plugin) in PLUGINS.iter().enumerate() {
        let surface = plugin_builder::surface(plugin.component).expect("a component");
        let (exports, imports): (_, &[&str]) = match index < TEST_CASES {
            true => ("cluster-tester:plugin/test-case@0.1.0", &[]),
            false => ("cluster-tester:plugin/analysis@0.1.0", &["cluster-tester:plugin/dataset@0.1.0"]),
        };
        assert_eq!(surface.exports, [exports], "{}", plugin.name);
        assert_eq!(surface.imports, imports, "{}", plugin.name);
    }
}

#[test]
fn none_is_larger_than_it_need_be() {
    for plugin in PLUGINS {
        assert!(plugin.component.len() < 768 * 1024, "{} has {} bytes", plugin.name, plugin.component.len());
    }
}

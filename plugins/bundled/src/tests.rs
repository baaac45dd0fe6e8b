//! What is embedded is what the host expects.

use super::*;

#[test]
fn the_shipped_plugins_are_there() {
    let names: Vec<&str> = PLUGINS.iter().map(|plugin| plugin.name).collect();
    assert_eq!(names, ["fibonacci", "bubble-sort", "http"]);
}

#[test]
fn each_exports_a_test_case_and_imports_nothing() {
    for plugin in PLUGINS {
        let surface = plugin_builder::surface(plugin.component).expect("a component");
        assert_eq!(surface.exports, ["cluster-tester:plugin/test-case@0.1.0"], "{}", plugin.name);
        assert!(surface.imports.is_empty(), "{} imports {:?}", plugin.name, surface.imports);
    }
}

#[test]
fn none_is_larger_than_it_need_be() {
    for plugin in PLUGINS {
        assert!(plugin.component.len() < 256 * 1024, "{} has {} bytes", plugin.name, plugin.component.len());
    }
}

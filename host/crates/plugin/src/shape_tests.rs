use wit_parser::Resolve;

use super::*;

#[test]
fn the_first_bytes_tell_what_a_file_is() {
    assert_eq!(Format::of(b"\0asm\x0d\0\x01\0..."), Format::Component);
    assert_eq!(Format::of(b"\0asm\x01\0\0\0..."), Format::CoreModule);
    assert_eq!(Format::of(b"\0asm"), Format::Other);
    assert_eq!(Format::of(b"#!/bin/sh\necho"), Format::Other);
}

#[test]
fn the_sandbox_is_linked_and_the_network_is_not() {
    let is_linked = |import: &str, world| missing(import, &[""; 0], world).is_empty();
    for import in ["cluster-tester:plugin/log@0.1.0", "wasi:cli/stderr@0.2.3", "wasi:sockets/tcp@0.2.0"] {
        assert!(is_linked(import, World::TestCase), "{import}");
    }
    for import in
        ["wasi:http/outgoing-handler@0.2.0", "wasi:cli/stderr@0.3.0", "a:b/c", "cluster-tester:plugin/log@0.2.0"]
    {
        assert!(!is_linked(import, World::TestCase), "{import}");
    }
    let dataset = "cluster-tester:plugin/dataset@0.1.0";
    assert_eq!([World::Analysis, World::TestCase].map(|world| is_linked(dataset, world)), [true, false]);
}

#[test]
fn of_a_later_package_what_is_known_is_linked() {
    let log = "cluster-tester:plugin/log@0.1.9";
    assert_eq!(missing(log, &["write"], World::TestCase), Vec::<String>::new());
    assert_eq!(missing(log, &["write", "flush"], World::TestCase), [format!("`flush` of {log}")]);
    assert!(is_later("0.1.1") && is_later("0.2.0") && !is_later("0.1.0") && !is_later("0.0.9"));
}

#[test]
fn of_several_worlds_that_of_this_version_counts() {
    let exports = ["cluster-tester:plugin/test-case@0.2.0", "cluster-tester:plugin/test-case@0.1.3"];
    assert_eq!(world(&exports), Ok(World::TestCase));
    assert_eq!(world(&exports[..1]), Err(Misfit::Version(exports[0].to_owned())));
    let unknown = "cluster-tester:plugin/probe@0.1.3";
    assert_eq!(world(&[unknown]), Err(Misfit::Version(unknown.to_owned())));
    assert_eq!(world(&["a:b/c"]), Err(Misfit::World(vec!["a:b/c".to_owned()])));
}

#[test]
fn what_is_given_is_what_the_contract_says() {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../wit")).expect("the contract");
    let package = &resolve.packages[package];
    assert_eq!(package.name.version.as_ref(), Some(&VERSION));
    for (name, id) in &package.interfaces {
        let functions: Vec<&str> = resolve.interfaces[*id].functions.keys().map(String::as_str).collect();
        let given = OURS.iter().chain(&OF_ANALYSES).find(|(given, _)| given == name);
        match name.as_str() {
            "test-case" | "analysis" => assert_eq!(given, None, "{name}"),
            _ => assert_eq!(given.map(|(_, functions)| *functions), Some(&functions[..]), "{name}"),
        }
    }
}

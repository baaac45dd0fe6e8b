//! What becomes of a file before any trial.

use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::{PluginError, Problem, World};

fn problem(result: Result<impl Sized, PluginError>) -> Problem {
    match result.err().expect("it cannot be used") {
        PluginError::Plugin { problem, .. } => problem,
        other => panic!("{other}"),
    }
}

#[test]
fn a_shipped_test_case_says_what_it_is() {
    let inspection = runtime().inspect(&bundled("fibonacci")).unwrap();
    assert_eq!((inspection.shape.world, inspection.shape.imports.len()), (World::TestCase, 0));
    let test_case = inspection.test_case.unwrap();
    assert_eq!((test_case.name.as_str(), test_case.min_recommended_load), ("FibonacciTestCase", Load(10)));
    assert!(inspection.digest.starts_with("sha256:") && inspection.digest.len() == 71);
}

#[test]
fn what_is_no_component_is_told_from_what_is_of_another_world_or_version() {
    let (runtime, dir) = (runtime(), tempfile::tempdir().unwrap());
    let written = |bytes: &[u8]| {
        let path = dir.path().join("mine.wasm");
        std::fs::write(&path, bytes).unwrap();
        file(path)
    };
    assert_eq!(problem(runtime.inspect(&written(b"#!/bin/sh\n"))), Problem::NotWasm);
    assert_eq!(problem(runtime.inspect(&written(b"\0asm\x01\0\0\0"))), Problem::CoreModule);
    assert!(matches!(problem(runtime.inspect(&written(b"\0asm\x0d\0\x01\0garbage"))), Problem::Invalid(_)));
    assert_eq!(problem(runtime.inspect(&written(b"\0asm\x0d\0\x01\0"))), Problem::World { exports: Vec::new() });
    let Problem::Version { found } = problem(runtime.inspect(&fixture("future"))) else { panic!("another version") };
    assert_eq!(found, "cluster-tester:plugin/test-case@0.2.0");
    let Problem::Newer { wanted } = problem(runtime.inspect(&fixture("newer"))) else { panic!("a later version") };
    assert_eq!(wanted, ["`flush` of cluster-tester:plugin/log@0.1.9", "cluster-tester:plugin/clock@0.1.9"]);
    let Problem::Imports { imports } = problem(runtime.inspect(&fixture("network"))) else { panic!("imports") };
    assert!(imports.iter().any(|import| import.starts_with("wasi:http/")), "{imports:?}");
    assert_eq!(runtime.inspect(&fixture("analysis")).unwrap().shape.world, World::Analysis);
    assert_eq!(problem(runtime.test_case(&fixture("analysis"), &[])), Problem::Analysis);
    assert!(matches!(runtime.inspect(&file("/no/such.wasm")), Err(PluginError::Read { .. })));
}

#[test]
fn a_description_against_the_contract_is_refused() {
    let Problem::Description(why) = problem(runtime().inspect(&fixture("untidy"))) else { panic!("a description") };
    assert!(why.contains("a body limit of 1073741824 bytes; at most 16777216 are allowed"), "{why}");
}

#[test]
fn a_plugin_that_never_describes_itself_is_given_up() {
    let Problem::Call { call, what, .. } = problem(runtime().inspect(&fixture("stuck"))) else { panic!("a call") };
    assert_eq!((call, what.as_str()), ("describe", "used up its 500 ms deadline"));
}

#[test]
fn what_configure_refuses_is_an_error_before_any_trial() {
    let runtime = runtime();
    let open = |behaviour| problem(runtime.test_case(&fixture("hostile"), &[option("behaviour", behaviour)]));
    assert_eq!(
        open("refuse-option"),
        Problem::Option { option: "behaviour".into(), reason: "told to refuse its option".into() }
    );
    assert!(
        matches!(open("loop-in-configure"), Problem::Call { call: "configure", what, .. } if what.contains("500 ms deadline"))
    );
    assert!(
        matches!(open("trap-in-configure"), Problem::Call { call: "configure", what, .. } if what.contains("trapped"))
    );
    assert!(matches!(open("no-such-behaviour"), Problem::Option { .. }));
}

#[test]
fn a_second_start_needs_no_compiler() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
    let config = RuntimeConfig { cache_dir: Some(dir.path().to_owned()), ..RuntimeConfig::default() };
    let kept = || {
        let entries = std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap());
        let mut kept: Vec<_> =
            entries.map(|entry| (entry.file_name(), entry.metadata().unwrap().modified().unwrap())).collect();
        kept.sort();
        kept
    };
    let first = Runtime::new(&config).unwrap();
    first.test_case(&bundled("http"), &[]).unwrap();
    assert_eq!(first.take_notices(), Vec::<String>::new());
    let files = kept();
    assert_eq!(files.len(), 3, "code of the component, of its module, and description: {files:?}");
    let inspection = Runtime::new(&config).unwrap().inspect(&bundled("http")).unwrap();
    assert_eq!(inspection, first.inspect(&bundled("http")).unwrap());
    Runtime::new(&config).unwrap().test_case(&bundled("http"), &[]).unwrap();
    assert_eq!(kept(), files, "nothing is written a second time");
}

/// A component of no world, with so many core instances.
fn of_core_instances(number: usize) -> Vec<u8> {
    let instances = "(core instance (instantiate $empty))".repeat(number);
    wat::parse_str(format!("(component (core module $empty) {instances})")).expect("a component")
}

#[test]
fn what_does_not_fit_in_the_pool_is_compiled_for_it_once() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
    let config = RuntimeConfig { cache_dir: Some(dir.path().join("cache")), ..RuntimeConfig::default() };
    let path = dir.path().join("mine.wasm");
    let notices = || {
        let runtime = Runtime::new(&config).unwrap();
        assert!(matches!(problem(runtime.inspect(&file(&path))), Problem::World { .. }));
        runtime.take_notices()
    };
    let kept = |extension: &str| -> Vec<PathBuf> {
        let paths = std::fs::read_dir(dir.path().join("cache")).unwrap().map(|entry| entry.unwrap().path());
        paths.filter(|path| path.extension().is_some_and(|of| of == extension)).collect()
    };
    // As many as Python's largest, and some.
    std::fs::write(&path, of_core_instances(40)).unwrap();
    assert_eq!(notices(), Vec::<String>::new());
    assert_eq!((kept("cwasm").len(), kept("misfit").len()), (1, 0));
    std::fs::write(&path, of_core_instances(100)).unwrap();
    let told = notices();
    assert!(told[0].contains("on demand, not from the pool") && told[0].contains("maximum of 48"), "{told:?}");
    assert_eq!((kept("cwasm").len(), kept("misfit").len()), (2, 1));
    // Who compiles would find out for itself why, rather than be told.
    std::fs::write(&kept("misfit")[0], "known before").unwrap();
    let expected = "plugin `mine` gets its instances on demand, not from the pool: known before";
    assert_eq!(notices(), [expected]);
}

#[test]
fn a_cache_that_others_can_write_to_is_not_used_and_that_is_said() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
    let config = RuntimeConfig { cache_dir: Some(dir.path().to_owned()), ..RuntimeConfig::default() };
    let runtime = Runtime::new(&config).unwrap();
    runtime.test_case(&bundled("http"), &[]).unwrap();
    assert!(runtime.take_notices()[0].contains("others can write to it (mode 777"));
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn secrets_are_not_among_the_options_shown() {
    let test_case = runtime().test_case(&fixture("hostile"), &[option("token", "hunter2")]).unwrap();
    assert_eq!(test_case.options()["token"], model::plan::REDACTED);
    assert_eq!(test_case.options()["count"], 1);
}

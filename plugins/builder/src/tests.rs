//! What can be told without a wasm toolchain.

use super::*;

/// The smallest core module.
const MODULE: &[u8] = b"\0asm\x01\0\0\0";

#[test]
fn build_scripts_of_one_workspace_share_a_target_directory() {
    for out_dir in ["/w/target/release/build/bundled-1f/out", "/w/target/debug/build/tests/2e/out"] {
        assert_eq!(shared_target_dir(Path::new(out_dir)), Path::new("/w/target/plugins"));
    }
    assert_eq!(shared_target_dir(Path::new("/elsewhere")), Path::new("/elsewhere/plugins"));
}

#[test]
fn sources_are_read_from_what_cargo_wrote_down() {
    let files = parse_dep_info("/t/a.wasm: /w/my\\ sdk/lib.rs /w/wit/world.wit\n\n/w/wit/world.wit:\n");
    assert_eq!(files, BTreeSet::from(["/w/my sdk/lib.rs".into(), "/w/wit/world.wit".into()]));
    assert!(parse_dep_info("").is_empty());
}

#[test]
fn a_module_that_exports_no_world_is_refused_with_a_hint() {
    let module = env::temp_dir().join(format!("plugin-builder-{}.wasm", std::process::id()));
    fs::write(&module, MODULE).expect("a place for it");
    let error = format!("{:#}", component(&module).expect_err("no world"));
    fs::remove_file(&module).expect("it was there");
    assert!(error.contains("does the crate use an export macro of the SDK?"), "{error}");
    assert!(surface(MODULE).is_err() && surface(b"").is_err());
}

#[test]
fn what_the_script_says_is_shown_when_it_fails() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let compile = |script: &Path| {
        let nobody = [Plugin { package: "no-such-package", name: "nobody" }];
        compile(script, &workspace.join("no-such-manifest"), &env::temp_dir(), &nobody).expect_err("nothing")
    };
    let error = compile(&workspace.join("plugins/wasm-toolchain"));
    assert!(error.to_string().starts_with("cannot build the plugins\nerror: "), "{error}");
    assert_eq!(compile(Path::new("/no/such/script")).to_string(), "cannot run /no/such/script");
}

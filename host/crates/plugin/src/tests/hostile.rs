//! What hostile components come to: each is refused or contained, with its name and the limit or rule that it broke.
//!
//! | act | where |
//! |---|---|
//! | loops, traps and refusals in `configure`, `build-request`, `read-response`; memory; paths, headers, bodies, verdicts, a flood of log lines | the fixture `hostile`, in `calls.rs` and `loading.rs` |
//! | loops, memory, recursion, traps, floods of calls, lines and numbers, bad tables and charts: 39 acts of an analysis | the fixture `hostile-analysis`, in `analyses.rs` |
//! | no component, another version, a network, an endless `describe`, an untidy description | `loading.rs` |
//! | what crosses the boundary in a form that no SDK makes; starts, tables, stacks, resources; files | here |

use super::crafted::{Crafted, DESCRIPTION, REQUEST, VERDICT};
use super::*;
use crate::{PluginError, Problem};

const SPIN: &str = "(loop $again (br $again))";

/// An `i32.store`.
fn store(at: u32, value: i64) -> String {
    format!("(i32.store (i32.const {at}) (i32.const {value}))")
}

fn written(dir: &tempfile::TempDir, component: &[u8]) -> Entry {
    let path = dir.path().join("mine.wasm");
    std::fs::write(&path, component).unwrap();
    file(path)
}

/// What becomes of it: the message of its loader, else of its call of `build-request`, else of `read-response`; none if
/// all went well.
fn outcome(runtime: &Runtime, crafted: &Crafted) -> Option<String> {
    let dir = tempfile::tempdir().unwrap();
    let test_case = match runtime.test_case(&written(&dir, &crafted.component()), &[]) {
        Ok(test_case) => test_case,
        Err(error) => return Some(error.to_string()),
    };
    let mut workload = test_case.workload().unwrap();
    let failed = workload.build(&context(1)).err().or_else(|| {
        // Something of each kind, for which there must be memory.
        let header = (http::header::AGE, http::HeaderValue::from_static("1"));
        let response = Response { headers: vec![header], ..answer(200, "an answer") };
        workload.read(&context(1), b"state", &response).err()
    });
    failed.map(|failed| failed.to_string())
}

fn check(acts: impl IntoIterator<Item = (&'static str, Crafted, &'static str)>) {
    let runtime = runtime();
    for (act, crafted, expected) in acts {
        let message = outcome(&runtime, &crafted).unwrap_or_else(|| panic!("`{act}` is let pass"));
        assert!(message.starts_with("plugin `mine` ") && message.contains(expected), "{act}: {message}");
    }
    // Whatever they did, the next is served.
    assert_eq!(outcome(&runtime, &Crafted::default()), None);
}

#[test]
fn a_start_that_wants_too_much_is_refused() {
    let start = |instructions: &str| Crafted::fields(&format!("(start $begin) (func $begin {instructions})"));
    check([
        ("endless start", start(SPIN), "cannot be instantiated: its start took longer than 500 ms"),
        ("trap at the start", start("unreachable"), "cannot be instantiated: wasm trap: wasm `unreachable`"),
        ("1 GiB at the start", Crafted { pages: 16_384, ..Crafted::default() }, "memory"),
        ("a table at the start", Crafted::fields("(table 1000000 funcref)"), "table"),
    ]);
}

#[test]
fn what_a_guest_does_to_itself_is_a_trap_of_its_own() {
    let deep = "(func $deep (param i32) (call $deep (local.get 0)) (call $deep (local.get 0)))";
    let grow = "(loop $again (br_if $again (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))) unreachable";
    let fill = "(loop $again (br_if $again (i32.ne (table.grow $t (ref.null func) (i32.const 1000)) (i32.const -1)))) \
                unreachable";
    let call_null = "(call_indirect $t (i32.const 0))";
    check([
        (
            "recursion",
            Crafted::build("(call $deep (i32.const 1))").with(deep),
            "call stack exhausted) in `build-request`",
        ),
        ("memory", Crafted::build(grow), "used up its 64 MiB of memory in `build-request`"),
        ("tables", Crafted::build(fill).with("(table $t 1 funcref)"), "used up the entries of its tables in `build"),
        (
            "a call of nothing",
            Crafted::build(call_null).with("(table $t 1 funcref)"),
            "trapped (uninitialized element)",
        ),
        (
            "a division",
            Crafted::read("(drop (i32.div_u (i32.const 1) (i32.const 0)))"),
            "integer divide by zero) in `read",
        ),
        ("out of memory's bounds", Crafted::read("(drop (i32.load (i32.const -4)))"), "out of bounds memory access"),
        ("a number that is none", Crafted::read("(drop (i32.trunc_f64_s (f64.const nan)))"), "invalid conversion"),
        (
            "a trap in `describe`",
            Crafted::describe("unreachable"),
            "trapped (wasm `unreachable` instruction executed) in",
        ),
        ("memory in `describe`", Crafted::describe(grow), "used up its 64 MiB of memory in `describe`"),
    ]);
}

#[test]
fn what_crosses_the_boundary_in_no_form_of_it_breaks_the_contract() {
    let returns = |place: i64| Crafted { build: format!("(i32.const {place})"), ..Crafted::default() };
    let build = |at: u32, value: i64| Crafted::build(&store(REQUEST + at, value));
    let read = |at: u32, value: i64| Crafted::read(&store(VERDICT + at, value));
    let bytes = |at: u32, value: &str| format!("(i32.store (i32.const {at}) (i32.const {value}))");
    let rule = "broke the contract (";
    check([
        ("a result out of bounds", returns(0x7fff_fff0), rule),
        ("a result that is not aligned", returns(1281), rule),
        ("neither a result nor an error", build(0, 7), rule),
        ("no method", build(4, 200), rule),
        ("a path of 4 GiB", build(20, -1), rule),
        ("a path beyond memory", build(16, 196_608).with(""), "in `build-request`"),
        (
            "a path over memory's end",
            Crafted::build(&[store(REQUEST + 16, 196_600), store(REQUEST + 20, 9)].concat()),
            rule,
        ),
        (
            "a path that is not UTF-8",
            Crafted::build(&bytes(REQUEST + 16, "8192")).with(r#"(data (i32.const 8192) "\ff")"#),
            rule,
        ),
        (
            "half a character",
            Crafted::build(&bytes(REQUEST + 16, "8192")).with(r#"(data (i32.const 8192) "\c3")"#),
            rule,
        ),
        ("268 435 456 headers", build(28, 0x1000_0000), rule),
        ("headers whose size overflows", build(28, -1), rule),
        (
            "headers that are not aligned",
            Crafted::build(&[store(REQUEST + 24, 1), store(REQUEST + 28, 1)].concat()),
            rule,
        ),
        ("neither a body nor none", build(32, 9), rule),
        ("a body of 4 GiB", Crafted::build(&[store(REQUEST + 32, 1), store(REQUEST + 40, -1)].concat()), rule),
        ("no verdict", read(8, 2), rule),
        ("neither a failure nor none", read(16, 2), rule),
        ("no server span", Crafted::read(&[store(VERDICT + 40, 1), store(VERDICT + 48, 3)].concat()), rule),
        ("4 294 967 295 metrics", read(76, -1), rule),
        ("an error that is none", Crafted::build(&[store(REQUEST, 1), store(REQUEST + 4, 5)].concat()), rule),
        ("a name of 4 GiB", Crafted::describe(&store(DESCRIPTION + 8, -1)), "broke the contract ("),
        (
            "a kind of metric that is none",
            Crafted::describe(&[store(DESCRIPTION + 52, 8192), store(DESCRIPTION + 56, 1), store(8208, 9)].concat()),
            rule,
        ),
    ]);
}

#[test]
fn what_is_handed_over_has_a_limit_of_its_own() {
    let body = [store(REQUEST + 32, 1), store(REQUEST + 36, 65_536), store(REQUEST + 40, 21 << 20)].concat();
    let large = |crafted: Crafted| Crafted { pages: 900, ..crafted };
    let line = |level: i64, at: i64, length: i64| {
        Crafted::build(&format!("(call $log (i32.const {level}) (i32.const {at}) (i32.const {length}))"))
    };
    check([
        ("a body of 21 MiB", large(Crafted::build(&body)), "handed over more than 20 MiB in `build-request`"),
        ("a line of 50 MiB", large(line(1, 0, 50 << 20)), "handed over more than 20 MiB in `build-request`"),
        ("a line beyond memory", line(1, 196_600, 100), "broke the contract ("),
        ("a line of no level", line(9, 0, 1), "broke the contract ("),
        (
            "a million metrics",
            Crafted::describe(&[store(DESCRIPTION + 52, 65_536), store(DESCRIPTION + 56, 1_000_000)].concat()),
            "in `describe`",
        ),
        (
            "endless lines",
            Crafted::build("(loop $again (call $log (i32.const 1) (i32.const 4096) (i32.const 9)) (br $again))"),
            "used up its 200 ms deadline in `build-request`",
        ),
    ]);
}

#[test]
fn a_guest_that_gives_no_memory_for_what_it_is_handed_fails_alone() {
    let realloc = |instructions: &str| Crafted { realloc: instructions.to_owned(), ..Crafted::default() };
    check([
        ("nowhere", realloc("(i32.const -1)"), "broke the contract ("),
        ("a trap", realloc("unreachable"), "trapped (wasm `unreachable` instruction executed) in `configure`"),
        ("a loop", realloc("(loop $again (br $again)) unreachable"), "used up its 500 ms deadline in `configure`"),
        ("not aligned", realloc("(i32.const 65537)"), "broke the contract ("),
    ]);
}

#[test]
fn resources_of_its_own_are_dropped_once_and_hoarded_within_bounds() {
    let imports = r#"(import "[export]test:crafted/hoard" "[resource-new]thing" (func $new (param i32) (result i32)))
        (import "[export]test:crafted/hoard" "[resource-drop]thing" (func $drop (param i32)))
        (; imports ;)"#;
    let twice = "(call $drop (i32.const 1)) (call $drop (i32.const 1))";
    let twice = format!("(drop (call $new (i32.const 7))) {twice}");
    let hoard = "(loop $again (drop (call $new (i32.const 7))) (br $again))";
    check([
        ("dropped twice", Crafted::build(&twice).with(imports), "broke the contract ("),
        ("never there", Crafted::build("(call $drop (i32.const 99))").with(imports), "broke the contract ("),
        ("hoarded", Crafted::build(hoard).with(imports), "in `build-request`"),
    ]);
}

#[test]
fn a_trap_when_the_host_gives_memory_back_fails_the_call() {
    let post = |function: &str, instructions: &str| {
        let name = format!("cabi_post_cluster-tester:plugin/test-case@0.1.0#{function}");
        Crafted::fields(&format!(r#"(func (export "{name}") (param i32) {instructions})"#))
    };
    check([
        ("trap", post("build-request", "unreachable"), "trapped (wasm `unreachable` instruction executed) in `build-"),
        ("loop", post("read-response", SPIN), "used up its 200 ms deadline in `read-response`"),
    ]);
}

/// A custom section of so many bytes, behind a component.
fn with_custom_section(mut component: Vec<u8>, size: u32) -> (Vec<u8>, u64) {
    component.push(0);
    let mut left = size;
    while left >= 0x80 {
        component.push(left as u8 | 0x80);
        left >>= 7;
    }
    component.push(left as u8);
    let whole = component.len() as u64 + u64::from(size);
    (component, whole)
}

#[test]
fn a_file_is_as_large_as_a_plugin_may_be_and_is_not_read_if_it_is_larger() {
    let (runtime, dir) = (runtime(), tempfile::tempdir().unwrap());
    let sparse = |size: u32| {
        // The section's name is empty, as are the zeros that follow; the disk holds none of them.
        let (start, whole) = with_custom_section(Crafted::default().component(), size);
        let entry = written(&dir, &start);
        std::fs::File::options().write(true).open(dir.path().join("mine.wasm")).unwrap().set_len(whole).unwrap();
        entry
    };
    runtime.inspect(&sparse(30 << 20)).expect("a section that nobody reads costs nothing");
    let error = runtime.inspect(&sparse(200 << 20)).unwrap_err();
    let PluginError::Plugin { problem: Problem::TooLarge { size, most }, name, .. } = &error else { panic!("{error}") };
    assert_eq!((name.as_str(), *most), ("mine", 64 << 20));
    assert!(*size > 200 << 20);
    assert!(error.to_string().ends_with(" bytes; a plugin has at most 67108864"), "{error}");
}

#[test]
fn a_bomb_of_sections_or_types_is_no_valid_component() {
    let (runtime, dir) = (runtime(), tempfile::tempdir().unwrap());
    let problem = |component: &[u8]| match runtime.inspect(&written(&dir, component)).unwrap_err() {
        PluginError::Plugin { problem, .. } => problem,
        other => panic!("{other}"),
    };
    let header = b"\0asm\x0d\0\x01\0".to_vec();
    // A section that is longer than its file, and one that says it is 4 GiB long.
    assert!(matches!(problem(&with_custom_section(header.clone(), 1_000).0), Problem::Invalid(_)));
    assert!(matches!(problem(&with_custom_section(header.clone(), u32::MAX).0), Problem::Invalid(_)));
    // A million empty sections of types, and components in components without end.
    let sections = [header.clone(), [7, 1, 0].repeat(1_000_000)].concat();
    assert_eq!(problem(&sections), Problem::World { exports: Vec::new() });
    let nested = (0..1_000).fold("(component)".to_owned(), |inner, _| format!("(component {inner})"));
    let Ok(nested) = wat::parse_str(&nested) else { return };
    assert!(matches!(problem(&nested), Problem::Invalid(_) | Problem::World { .. }));
}

#[test]
fn too_many_core_instances_are_refused() {
    let (runtime, dir) = (runtime(), tempfile::tempdir().unwrap());
    let doubling = (1..14).fold("(component $c0 (core module $m) (core instance (instantiate $m)))".to_owned(), |all, n| {
        let inner = n - 1;
        format!("{all} (component $c{n} (alias outer $top $c{inner} (component $x)) (instance (instantiate $x)) (instance (instantiate $x)))")
    });
    let bomb = format!("(component $top {doubling} (instance (instantiate $c13)))");
    let bomb = wat::parse_str(bomb).unwrap_or_else(|error| panic!("{error}"));
    let error = runtime.inspect(&written(&dir, &bomb)).unwrap_err();
    assert!(error.to_string().starts_with("plugin `mine` "), "{error}");
}

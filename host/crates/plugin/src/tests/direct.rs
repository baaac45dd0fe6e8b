//! Plain test cases are called without the component around them, and must give what they give by way of it: requests,
//! verdicts, faults, and what is said of those that break the contract.

use fastrand::Rng;
use model::Workload;

use super::crafted::Crafted;
use super::fuzz::{for_seeds, seeds_of_a_campaign};
use super::*;
use crate::test_case::Shared;

/// The same test case, called directly and by way of the component.
fn both(runtime: &Runtime, entry: &Entry, options: &[GivenOption]) -> [Box<dyn Workload>; 2] {
    let direct = runtime.test_case(entry, options).expect("it loads");
    assert!(direct.0.direct.is_some(), "{} is not called directly", entry.name);
    let component = runtime.test_case(entry, options).expect("it loads");
    let shared = Arc::into_inner(component.0).expect("nobody else has it");
    let component = TestCase(Arc::new(Shared { direct: None, ..shared }));
    [direct, component].map(|test_case| test_case.workload().expect("an instance"))
}

fn assert_alike<T: std::fmt::Debug>(given: [Result<T, WorkloadError>; 2], of: &dyn std::fmt::Debug) -> bool {
    // Not compared as such: no NaN is equal to itself.
    let [direct, component] = given.each_ref().map(|given| format!("{given:?}"));
    assert_eq!(direct, component, "of {of:?}");
    given[0].is_ok()
}

fn text(rng: &mut Rng) -> String {
    let length = rng.usize(..20);
    std::iter::repeat_with(|| rng.char(..)).take(length).collect()
}

fn a_context(rng: &mut Rng) -> Context {
    Context {
        load: Load(rng.u32(..200)),
        iteration: rng.u64(..),
        seed: rng.u32(..),
        intended_start_unix_ms: f64::from_bits(rng.u64(..)),
        row: rng.bool().then(|| format!("{{\"a\":{:?}}}", text(rng))),
    }
}

fn an_answer(rng: &mut Rng, body: Vec<u8>) -> Response {
    let header = |rng: &mut Rng| {
        let name = http::HeaderName::from_bytes(format!("x-{}", rng.u16(..)).as_bytes()).expect("a name");
        (name, http::HeaderValue::from_bytes(&vec![b'v'; rng.usize(..50)]).expect("a value"))
    };
    let headers = (0..rng.usize(..5)).map(|_| header(rng)).collect();
    let body_length = body.len() as u64 + u64::from(rng.u8(..3));
    Response { status: *rng.choice(&[200, 200, 404, 999]).expect("some"), headers, body: body.into(), body_length }
}

#[test]
fn shipped_test_cases_do_the_same_both_ways() {
    let runtime = Runtime::new(&RuntimeConfig { instances: 2, ..RuntimeConfig::default() }).expect("a runtime");
    let bodies: [&[u8]; 6] = [
        br#"{"start":"2026-01-01T12:00:00.000Z","end":"2026-01-01T12:00:00.012Z","fibonacci":55}"#,
        br#"{"start":"2026-01-01T12:00:00.000Z","end":"no time","fibonacci":55}"#,
        br#"{"start":"2026-01-01T12:00:00.000Z","end":"2026-01-01T12:00:00.012Z","sorted":[1,2,3]}"#,
        b"",
        b"\xff\xfe",
        b"plain",
    ];
    for name in ["fibonacci", "bubble-sort", "http"] {
        let [mut direct, mut component] = both(&runtime, &bundled(name), &[]);
        let mut rng = Rng::with_seed(1);
        let mut good = 0;
        for _ in 0..2_000 {
            let context = a_context(&mut rng);
            good += u32::from(assert_alike([direct.build(&context), component.build(&context)], &context));
            let body = rng.choice(&bodies).expect("some").repeat(rng.usize(1..3));
            let (answer, state) = (an_answer(&mut rng, body), vec![7; rng.usize(..9)]);
            let read = [direct.read(&context, &state, &answer), component.read(&context, &state, &answer)];
            good += u32::from(assert_alike(read, &(context, state, answer)));
        }
        assert!(good > 1_000, "{name}: {good} of 4 000");
    }
}

#[test]
fn what_a_module_initializes_is_there_both_ways() {
    let initialize = r#"(func (export "_initialize") (i32.store8 (i32.const 8000) (i32.const 1)))"#;
    let build = "(if (i32.eqz (i32.load8_u (i32.const 8000))) (then unreachable))";
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("initialized.wasm");
    std::fs::write(&path, Crafted::build(build).with(initialize).component()).expect("written");
    let runtime = Runtime::new(&RuntimeConfig { instances: 2, ..RuntimeConfig::default() }).expect("a runtime");
    let [mut direct, mut component] = both(&runtime, &file(&path), &[]);
    assert!(assert_alike([direct.build(&context(1)), component.build(&context(1))], &"initialized"));
}

/// What guests of other generators do: one looks before what lies at the address of nothing, one says that there is no
/// such thing.
#[test]
fn whoever_minds_where_nothing_lies_is_asked_each_time() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("nothing.wasm");
    let runtime = Runtime::new(&RuntimeConfig { instances: 2, ..RuntimeConfig::default() }).expect("a runtime");
    let looks = Crafted::read("(drop (i32.load (i32.sub (local.get 13) (i32.const 8))))");
    std::fs::write(&path, looks.component()).expect("written");
    let [mut direct, mut component] = both(&runtime, &file(&path), &[]);
    let empty = answer(200, "");
    let read = [direct.read(&context(1), &[], &empty), component.read(&context(1), &[], &empty)];
    assert!(assert_alike(read, &empty));
    assert_eq!(runtime.take_notices(), Vec::<String>::new());

    let refuses = "(if (i32.eqz (local.get 3)) (then unreachable)) (i32.const 65536)".to_owned();
    std::fs::write(&path, Crafted { realloc: refuses, ..Crafted::default() }.component()).expect("written");
    let test_case = runtime.test_case(&file(&path), &[]).expect("it loads");
    assert!(test_case.0.direct.is_none());
    let told = runtime.take_notices().concat();
    assert!(told.starts_with("plugin `mine` is called by the longer way: wasm trap"), "{told}");
    test_case.workload().expect("an instance").build(&context(1)).expect("a request");
}

/// A word of a result: a tag, a length, an address of what is there, or anything.
fn word(rng: &mut Rng) -> u32 {
    match rng.u8(..10) {
        0..5 => rng.u32(..3),
        5 => rng.u32(..300),
        6 | 7 => 65_536 + rng.u32(..256),
        8 => *rng.choice(&[196_600, 196_608, 1 << 31, u32::MAX, 0]).expect("some"),
        _ => rng.u32(..),
    }
}

/// What may lie in memory at 65 536: mostly nothing, a path to which the words from `path` on point, and odd words.
fn image(rng: &mut Rng, path: Option<usize>) -> Vec<u8> {
    let mut words = [0; 64];
    words[30..32].copy_from_slice(&[u32::from_le_bytes(*b"/a?b"), u32::from_le_bytes(*b"=c/d")]);
    if let Some(path) = path {
        words[path..][..2].copy_from_slice(&[65_536 + 30 * 4, rng.u32(1..8)]);
        words[2] = u32::from(path == 7);
    }
    for _ in 0..rng.usize(..6) {
        words[rng.usize(..40)] = word(rng);
    }
    words.into_iter().flat_map(u32::to_le_bytes).collect()
}

/// The body of the answer is what `read-response` returns, and the row of the feed what `build-request` does: all that a
/// guest can have in its memory.
fn whatever_lies_in_memory(seeds: impl Iterator<Item = u64>) {
    let runtime = Runtime::new(&RuntimeConfig { instances: 8, ..RuntimeConfig::default() }).expect("a runtime");
    let dir = tempfile::tempdir().expect("a directory");
    let mut guests = [(0, ""), (0, "(unreachable)"), (1, ""), (4, "")].map(|(odd, post)| {
        let crafted = Crafted {
            build: format!("(i32.add (local.get 5) (i32.const {odd}))"),
            read: format!("(i32.add (local.get 13) (i32.const {odd}))"),
            ..Crafted::fields(&format!(
                r#"(func (export "cabi_post_cluster-tester:plugin/test-case@0.1.0#read-response") (param i32) {post})"#
            ))
        };
        let path = dir.path().join(format!("{odd}-{}.wasm", post.len()));
        std::fs::write(&path, crafted.component()).expect("written");
        both(&runtime, &file(&path), &[])
    });
    let (mut tried, mut good) = (0, [0; 2]);
    for_seeds(seeds, |rng| {
        let which = rng.usize(..2 * guests.len()).saturating_sub(guests.len());
        let [direct, component] = &mut guests[which];
        let context = Context { row: None, ..a_context(rng) };
        // A success, or a step that asks for what its path's words say.
        let path = if rng.bool() { Some(7) } else { None };
        let body = image(rng, path);
        let answer = Response { headers: Vec::new(), ..an_answer(rng, body) };
        let read = [direct.read(&context, &[], &answer), component.read(&context, &[], &answer)];
        good[0] += u32::from(assert_alike(read, &answer));
        let row = image(rng, Some(4)).into_iter().map(|byte| char::from(byte & 0x7f)).collect();
        let context = Context { row: Some(row), ..context };
        good[1] += u32::from(assert_alike([direct.build(&context), component.build(&context)], &context));
        tried += 1;
    });
    assert!(good.into_iter().all(|good| good > tried / 40), "{good:?} of {tried}");
}

#[test]
fn whatever_lies_in_memory_is_read_the_same_both_ways() {
    whatever_lies_in_memory(0..10_000);
}

#[test]
#[ignore = "minutes: `make soak`"]
fn campaign_of_what_lies_in_memory() {
    whatever_lies_in_memory(seeds_of_a_campaign());
}

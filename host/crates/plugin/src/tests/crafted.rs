//! Components written by hand, down to their instructions: what no SDK would let out.

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// Where what `describe` returns lies in memory, by its layout (Canonical ABI).
pub(crate) const DESCRIPTION: u32 = 1024;
/// What `build-request` returns: a result whose request asks for `/`.
pub(crate) const REQUEST: u32 = 1280;
/// What `read-response` returns: a result whose verdict is a success.
pub(crate) const VERDICT: u32 = 1408;
/// Where texts lie.
const TEXTS: u32 = 4096;

/// The world of a test case, and a resource of its own, which no contract forbids.
const WORLD: &str = "package test:crafted;
interface hoard { resource thing; }
world hoarding { include cluster-tester:plugin/test-case-plugin@0.1.0; export hoard; }";

/// A test case: instructions of its functions, in the text format. By default each returns what is good.
#[derive(Debug, Clone)]
pub(crate) struct Crafted {
    pub(crate) fields: String,
    pub(crate) pages: u32,
    pub(crate) realloc: String,
    pub(crate) describe: String,
    pub(crate) configure: String,
    pub(crate) build: String,
    pub(crate) read: String,
}

impl Default for Crafted {
    fn default() -> Self {
        let constant = |value: u32| format!("(i32.const {value})");
        Self {
            fields: String::new(),
            pages: 3,
            // What comes in is never read, and may lie on itself.
            realloc: constant(65_536),
            describe: constant(DESCRIPTION),
            configure: constant(512),
            build: constant(REQUEST),
            read: constant(VERDICT),
        }
    }
}

impl Crafted {
    /// With fields of the module: functions, tables, a start.
    pub(crate) fn fields(fields: &str) -> Self {
        Self { fields: fields.to_owned(), ..Self::default() }
    }

    /// With what `build-request` does before it returns what is good.
    pub(crate) fn build(instructions: &str) -> Self {
        Self { build: format!("{instructions} (i32.const {REQUEST})"), ..Self::default() }
    }

    /// The same for `read-response`.
    pub(crate) fn read(instructions: &str) -> Self {
        Self { read: format!("{instructions} (i32.const {VERDICT})"), ..Self::default() }
    }

    /// The same for `describe`.
    pub(crate) fn describe(instructions: &str) -> Self {
        Self { describe: format!("{instructions} (i32.const {DESCRIPTION})"), ..Self::default() }
    }

    /// The same module with these fields.
    pub(crate) fn with(self, fields: &str) -> Self {
        Self { fields: fields.to_owned(), ..self }
    }

    /// The component.
    pub(crate) fn component(&self) -> Vec<u8> {
        let mut resolve = Resolve::default();
        let wit = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../wit");
        resolve.push_dir(wit).expect("the contract");
        let package = resolve.push_str("crafted.wit", WORLD).expect("a package");
        let name = if self.fields.contains("test:crafted/hoard") {
            Some("hoarding")
        } else {
            Some("cluster-tester:plugin/test-case-plugin@0.1.0")
        };
        let world = resolve.select_world(&[package], name).expect("a world");
        let mut module = wat::parse_str(self.module()).unwrap_or_else(|error| panic!("{error}"));
        embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).expect("metadata");
        let encoded = ComponentEncoder::default().module(&module).and_then(|encoder| encoder.encode());
        encoded.unwrap_or_else(|error| panic!("{error:#}"))
    }

    fn module(&self) -> String {
        let Self { fields, pages, realloc, describe, configure, build, read } = self;
        let texts = ["CraftedTestCase", "0.1.0", "Breaks rules.", r#"{"type":"object"}"#];
        let (mut description, mut at) = (vec![0], TEXTS);
        for text in texts {
            description.extend([at, text.len() as u32]);
            at += text.len() as u32;
        }
        let segment = |at: u32, bytes: &[u8]| {
            let escaped: String = bytes.iter().map(|byte| format!("\\{byte:02x}")).collect();
            format!("(data (i32.const {at}) \"{escaped}\")")
        };
        let words = |words: &[u32]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>();
        let data = [
            segment(DESCRIPTION, &words(&description)),
            segment(REQUEST + 16, &words(&[at, 1])),
            segment(TEXTS, format!("{}/", texts.concat()).as_bytes()),
        ]
        .concat();
        // Imports come before all other fields, and the log is among them where anything calls it.
        let (imports, fields) = fields.split_once("(; imports ;)").unwrap_or(("", fields));
        let logs =
            [imports, fields, realloc, describe, configure, build, read].iter().any(|text| text.contains("$log"));
        let log = r#"(import "cluster-tester:plugin/log@0.1.0" "write" (func $log (param i32 i32 i32)))"#;
        let log = if logs { log } else { "" };
        let interface = "cluster-tester:plugin/test-case@0.1.0";
        format!(
            r#"(module
            {log}
            {imports}
            (memory (export "memory") {pages})
            {fields}
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) {realloc})
            (func (export "{interface}#describe") (result i32) {describe})
            (func (export "{interface}#configure") (param i32 i32) (result i32) {configure})
            (func (export "{interface}#build-request") (param i32 i64 i32 f64 i32 i32 i32) (result i32) {build})
            (func (export "{interface}#read-response")
                (param i32 i64 i32 f64 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i64) (result i32) {read})
            {data})"#
        )
    }
}

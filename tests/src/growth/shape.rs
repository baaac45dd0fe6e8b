//! A package of WIT without its docs: names, types and their order, as texts that can be compared.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use wit_parser::{Function, Handle, InterfaceId, PackageId, Resolve, Type, TypeDef, TypeDefKind, TypeId, WorldItem};

/// A package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Package {
    /// Namespace and name.
    pub(crate) name: String,
    /// Its three numbers.
    pub(crate) version: [u64; 3],
    /// What is in each interface, by name.
    pub(crate) interfaces: BTreeMap<String, BTreeMap<String, Item>>,
    /// What each world imports and exports, as `import log`.
    pub(crate) worlds: BTreeMap<String, BTreeSet<String>>,
}

/// A type or a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    /// What it is: `record`, `function`, ….
    pub(crate) kind: &'static str,
    /// Fields, cases, flags or parameters in order, and the result.
    pub(crate) parts: Vec<String>,
}

impl Package {
    /// A package that was read.
    ///
    /// # Panics
    /// When it has no version.
    pub(crate) fn of(resolve: &Resolve, id: PackageId) -> Self {
        let package = &resolve.packages[id];
        let version = package.name.version.as_ref().expect("a package has a version");
        let interface = |(name, id): (&String, &InterfaceId)| (name.clone(), items(resolve, *id));
        let worlds = package.worlds.iter().map(|(name, id)| {
            let world = &resolve.worlds[*id];
            let items =
                [("import", &world.imports), ("export", &world.exports)].into_iter().flat_map(|(way, items)| {
                    items.iter().map(move |(key, item)| match item {
                        WorldItem::Interface { id, .. } => format!("{way} {}", interface_name(resolve, *id)),
                        _ => format!("{way} {}", resolve.name_world_key(key)),
                    })
                });
            (name.clone(), items.collect())
        });
        Self {
            name: format!("{}:{}", package.name.namespace, package.name.name),
            version: [version.major, version.minor, version.patch],
            interfaces: package.interfaces.iter().map(interface).collect(),
            worlds: worlds.collect(),
        }
    }

    /// Plugins give it, rather than the host.
    pub(crate) fn is_exported(&self, interface: &str) -> bool {
        self.worlds.values().any(|world| world.contains(&format!("export {interface}")))
    }
}

impl fmt::Display for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.version;
        write!(f, "{}@{major}.{minor}.{patch}", self.name)
    }
}

/// An interface, without the version: its own name within a package, with the package if that is another.
fn interface_name(resolve: &Resolve, id: InterfaceId) -> String {
    let interface = &resolve.interfaces[id];
    let name = interface.name.clone().unwrap_or_default();
    let package = interface.package.map(|package| &resolve.packages[package].name);
    match package.filter(|package| package.namespace != "cluster-tester") {
        Some(package) => format!("{}:{}/{name}", package.namespace, package.name),
        None => name,
    }
}

fn items(resolve: &Resolve, id: InterfaceId) -> BTreeMap<String, Item> {
    let interface = &resolve.interfaces[id];
    let types = interface.types.iter().map(|(name, id)| (name.clone(), type_item(resolve, &resolve.types[*id])));
    let functions = interface.functions.iter().map(|(name, function)| (name.clone(), function_item(resolve, function)));
    types.chain(functions).collect()
}

fn function_item(resolve: &Resolve, function: &Function) -> Item {
    let mut parts: Vec<String> =
        function.params.iter().map(|param| format!("{}: {}", param.name, words(resolve, &param.ty))).collect();
    parts.extend(function.result.as_ref().map(|result| format!("-> {}", words(resolve, result))));
    if function.kind != wit_parser::FunctionKind::Freestanding {
        parts.push(format!("{:?}", function.kind));
    }
    Item { kind: "function", parts }
}

fn type_item(resolve: &Resolve, def: &TypeDef) -> Item {
    let parts = match &def.kind {
        TypeDefKind::Record(record) => {
            record.fields.iter().map(|field| format!("{}: {}", field.name, words(resolve, &field.ty))).collect()
        }
        TypeDefKind::Flags(flags) => flags.flags.iter().map(|flag| flag.name.clone()).collect(),
        TypeDefKind::Enum(cases) => cases.cases.iter().map(|case| case.name.clone()).collect(),
        TypeDefKind::Variant(variant) => {
            let case = |case: &wit_parser::Case| match &case.ty {
                Some(of) => format!("{}({})", case.name, words(resolve, of)),
                None => case.name.clone(),
            };
            variant.cases.iter().map(case).collect()
        }
        TypeDefKind::Resource => Vec::new(),
        other => vec![kind_in_words(resolve, other)],
    };
    Item { kind: def.kind.as_str(), parts }
}

/// A type, as it stands in a field.
fn words(resolve: &Resolve, of: &Type) -> String {
    match of {
        Type::Id(id) => named(resolve, *id),
        primitive => format!("{primitive:?}").to_lowercase(),
    }
}

fn named(resolve: &Resolve, id: TypeId) -> String {
    let def = &resolve.types[id];
    let Some(name) = &def.name else { return kind_in_words(resolve, &def.kind) };
    match def.owner {
        wit_parser::TypeOwner::Interface(owner) => format!("{}.{name}", interface_name(resolve, owner)),
        _ => name.clone(),
    }
}

fn kind_in_words(resolve: &Resolve, kind: &TypeDefKind) -> String {
    let words = |of: &Type| words(resolve, of);
    let maybe = |of: &Option<Type>| of.as_ref().map_or_else(|| "_".to_owned(), words);
    match kind {
        TypeDefKind::Option(of) => format!("option<{}>", words(of)),
        TypeDefKind::List(of) => format!("list<{}>", words(of)),
        TypeDefKind::FixedLengthList(of, length) => format!("list<{}, {length}>", words(of)),
        TypeDefKind::Map(key, value) => format!("map<{}, {}>", words(key), words(value)),
        TypeDefKind::Result(result) => format!("result<{}, {}>", maybe(&result.ok), maybe(&result.err)),
        TypeDefKind::Tuple(tuple) => format!("tuple<{}>", tuple.types.iter().map(words).collect::<Vec<_>>().join(", ")),
        TypeDefKind::Handle(Handle::Own(id)) => format!("own<{}>", named(resolve, *id)),
        TypeDefKind::Handle(Handle::Borrow(id)) => format!("borrow<{}>", named(resolve, *id)),
        TypeDefKind::Future(of) => format!("future<{}>", maybe(of)),
        TypeDefKind::Stream(of) => format!("stream<{}>", maybe(of)),
        TypeDefKind::Type(of) => words(of),
        // Those have names of their own wherever they stand.
        other => other.as_str().to_owned(),
    }
}

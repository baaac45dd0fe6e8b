//! Decides whether a component is a plain one: a single core module that imports nothing, and nothing but lifted functions
//! around it, as what Rust and C make of a test case that neither logs nor draws random numbers. Its module can be called
//! without the machinery for components that are composed of others. A second module may call the first one's
//! `_initialize`, and do nothing else, as `wit-component` has it for C.
//!
//! Every wire is followed, from the exported interface through the component that `wit-component` puts around it, to
//! the export of the module: what is wired in another way is no plain component, and loses nothing but time.

use std::collections::BTreeMap;
use std::ops::Range;

use wasmparser::{
    CanonicalFunction, CanonicalOption, ComponentAlias, ComponentExternalKind, ComponentInstance,
    ComponentOuterAliasKind, ComponentTypeRef, ExternalKind, Instance, InstantiationArg, InstantiationArgKind, Parser,
    Payload, TypeRef,
};

/// A plain component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plain {
    /// Where its module lies in it.
    pub(crate) module: Range<usize>,
    /// The module's memory, as it is exported.
    pub(crate) memory: String,
    /// What takes memory for arguments.
    pub(crate) realloc: String,
    /// What is to be called first.
    pub(crate) start: Option<String>,
    /// The functions of the interface, by name.
    pub(crate) functions: BTreeMap<String, Lifted>,
}

/// A function of the module that stands for one of an interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lifted {
    /// As the module exports it.
    pub(crate) core: String,
    /// What is called when its result was read.
    pub(crate) post_return: Option<String>,
}

/// What a component has at its top level, as far as it matters.
#[derive(Default)]
struct Parts<'a> {
    modules: Vec<Range<usize>>,
    /// Module of each core instance, and by what name it is given the first one.
    core_instances: Vec<(u32, Option<&'a str>)>,
    /// Of a second module: what it imports, as module and name, and the function that it starts with.
    start_imports: Vec<(&'a str, &'a str)>,
    start: Option<u32>,
    /// Names of exports of the module, in the order of their index spaces.
    functions: Vec<&'a str>,
    memories: Vec<&'a str>,
    lifts: Vec<(u32, Box<[CanonicalOption]>)>,
    imported_instances: u32,
    /// Functions given to the inner component, by what that calls them.
    given: Vec<(&'a str, u32)>,
    /// Indices of the component instances that are made.
    instances: Vec<u32>,
    exports: Vec<(&'a str, u32)>,
    /// Of the inner component: the functions that it imports, and those that it exports.
    inner_imports: Vec<&'a str>,
    inner_exports: Vec<(&'a str, u32)>,
    inner: usize,
}

impl Plain {
    /// Looks at a component that exports `interface`; none when it is no plain one.
    pub(crate) fn of(component: &[u8], interface: &str) -> Option<Self> {
        let mut parts = Parts::default();
        // What is open around what is read: components, and modules, into which nobody looks.
        let (mut depth, mut is_module) = (0, false);
        for payload in Parser::new(0).parse_all(component) {
            match payload.ok()? {
                Payload::ModuleSection { unchecked_range, .. } => {
                    parts.modules.push(unchecked_range);
                    (depth, is_module) = if depth == 0 { (1, true) } else { return None };
                }
                Payload::ComponentSection { .. } => {
                    parts.inner += 1;
                    (depth, is_module) = if depth == 0 { (1, false) } else { return None };
                }
                Payload::End(_) => depth -= 1,
                payload if depth == 0 => parts.outer(payload)?,
                payload if !is_module => parts.inner(payload)?,
                payload if parts.modules.len() == 2 => parts.second_module(payload)?,
                _ => {}
            }
        }
        parts.plain(interface)
    }
}

impl<'a> Parts<'a> {
    /// Takes a part of the component itself; none where no plain one has such a part.
    fn outer(&mut self, payload: Payload<'a>) -> Option<()> {
        match payload {
            Payload::InstanceSection(section) => {
                for instance in section {
                    let Instance::Instantiate { module_index, args } = instance.ok()? else { return None };
                    let given = match &*args {
                        [] => None,
                        [InstantiationArg { name, kind: InstantiationArgKind::Instance, index: 0 }] => Some(*name),
                        _ => return None,
                    };
                    self.core_instances.push((module_index, given));
                }
            }
            Payload::ComponentAliasSection(section) => {
                for alias in section {
                    match alias.ok()? {
                        ComponentAlias::CoreInstanceExport { kind: ExternalKind::Func, instance_index: 0, name } => {
                            self.functions.push(name);
                        }
                        ComponentAlias::CoreInstanceExport { kind: ExternalKind::Memory, instance_index: 0, name } => {
                            self.memories.push(name);
                        }
                        ComponentAlias::InstanceExport { kind: ComponentExternalKind::Type, .. }
                        | ComponentAlias::Outer {
                            kind: ComponentOuterAliasKind::Type | ComponentOuterAliasKind::CoreType,
                            ..
                        } => {}
                        _ => return None,
                    }
                }
            }
            Payload::ComponentCanonicalSection(section) => {
                for function in section {
                    let CanonicalFunction::Lift { core_func_index, options, .. } = function.ok()? else { return None };
                    self.lifts.push((core_func_index, options));
                }
            }
            Payload::ComponentImportSection(section) => {
                for import in section {
                    // Types alone: functions would have to be lowered, which is seen above.
                    let ComponentTypeRef::Instance(_) = import.ok()?.ty else { return None };
                    self.imported_instances += 1;
                }
            }
            Payload::ComponentInstanceSection(section) => {
                for instance in section {
                    let ComponentInstance::Instantiate { component_index: 0, args } = instance.ok()? else {
                        return None;
                    };
                    self.instances.push(self.imported_instances);
                    let functions = args.iter().filter(|arg| arg.kind == ComponentExternalKind::Func);
                    self.given.extend(functions.map(|arg| (arg.name, arg.index)));
                }
            }
            Payload::ComponentExportSection(section) => {
                for export in section {
                    let export = export.ok()?;
                    (export.kind == ComponentExternalKind::Instance).then_some(())?;
                    self.exports.push((export.name.name, export.index));
                }
            }
            Payload::ComponentStartSection { .. } => return None,
            _ => {}
        }
        Some(())
    }

    /// The same of a second module.
    fn second_module(&mut self, payload: Payload<'a>) -> Option<()> {
        match payload {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import.ok()?;
                    let TypeRef::Func(_) = import.ty else { return None };
                    self.start_imports.push((import.module, import.name));
                }
            }
            Payload::StartSection { func, .. } => self.start = Some(func),
            Payload::Version { .. } | Payload::TypeSection(_) | Payload::CustomSection(_) => {}
            _ => return None,
        }
        Some(())
    }

    /// The same of the inner component, which does nothing but hand on.
    fn inner(&mut self, payload: Payload<'a>) -> Option<()> {
        match payload {
            Payload::ComponentImportSection(section) => {
                for import in section {
                    let import = import.ok()?;
                    match import.ty {
                        // Behind an export they would be counted in another way.
                        ComponentTypeRef::Func(_) if self.inner_exports.is_empty() => {
                            self.inner_imports.push(import.name.name);
                        }
                        ComponentTypeRef::Type(_) => {}
                        _ => return None,
                    }
                }
            }
            Payload::ComponentExportSection(section) => {
                for export in section {
                    let export = export.ok()?;
                    match export.kind {
                        ComponentExternalKind::Func => self.inner_exports.push((export.name.name, export.index)),
                        ComponentExternalKind::Type => {}
                        _ => return None,
                    }
                }
            }
            Payload::ComponentAliasSection(section) => {
                for alias in section {
                    let ComponentAlias::Outer {
                        kind: ComponentOuterAliasKind::Type | ComponentOuterAliasKind::CoreType,
                        ..
                    } = alias.ok()?
                    else {
                        return None;
                    };
                }
            }
            Payload::InstanceSection(_)
            | Payload::ComponentCanonicalSection(_)
            | Payload::ComponentInstanceSection(_)
            | Payload::ComponentStartSection { .. } => return None,
            _ => {}
        }
        Some(())
    }

    fn plain(&self, interface: &str) -> Option<Plain> {
        let module = self.modules.first()?;
        let start = match (self.core_instances.as_slice(), self.start_imports.as_slice(), self.start) {
            ([(0, None)], [], None) if self.modules.len() == 1 => None,
            ([(0, None), (1, Some(given))], [(from, name)], Some(0)) if self.modules.len() == 2 && given == from => {
                Some((*name).to_owned())
            }
            _ => return None,
        };
        let [memory] = self.memories.as_slice() else { return None };
        let [(export, instance)] = self.exports.as_slice() else { return None };
        let is_one = self.inner == 1 && self.instances == [self.imported_instances];
        if !is_one || *export != interface || *instance != self.imported_instances {
            return None;
        }
        let (mut functions, mut realloc) = (BTreeMap::new(), None);
        // An export of a function has an index of its own, behind those of the imports and of the exports before it.
        for (name, index) in &self.inner_exports {
            let import = self.inner_imports.get(*index as usize)?;
            let (_, lift) = self.given.iter().find(|(given, _)| given == import)?;
            let (core, options) = self.lifts.get(*lift as usize)?;
            let mut post_return = None;
            for option in options {
                match option {
                    CanonicalOption::UTF8 | CanonicalOption::Memory(0) => {}
                    CanonicalOption::Realloc(index) => {
                        let name = *self.functions.get(*index as usize)?;
                        (*realloc.get_or_insert(name) == name).then_some(())?;
                    }
                    CanonicalOption::PostReturn(index) => post_return = Some(self.function(*index)?),
                    _ => return None,
                }
            }
            functions.insert((*name).to_owned(), Lifted { core: self.function(*core)?, post_return });
        }
        Some(Plain {
            module: module.clone(),
            memory: (*memory).to_owned(),
            realloc: realloc?.to_owned(),
            start,
            functions,
        })
    }

    fn function(&self, index: u32) -> Option<String> {
        self.functions.get(index as usize).map(|name| (*name).to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::TEST_CASE;
    use crate::tests::crafted::Crafted;

    #[test]
    fn shipped_test_cases_are_plain_ones() {
        for name in ["fibonacci", "bubble-sort", "http"] {
            let component = bundled::PLUGINS.iter().find(|plugin| plugin.name == name).expect("shipped").component;
            let plain = Plain::of(component, TEST_CASE).unwrap_or_else(|| panic!("{name}"));
            assert_eq!((plain.memory.as_str(), plain.realloc.as_str()), ("memory", "cabi_realloc"));
            assert!(component[plain.module].starts_with(b"\0asm\x01\0\0\0"));
            assert_eq!(plain.start, None);
            for (name, lifted) in &plain.functions {
                assert_eq!(lifted.core, format!("{TEST_CASE}#{name}"));
                assert_eq!(lifted.post_return, Some(format!("cabi_post_{TEST_CASE}#{name}")));
            }
            let names: Vec<_> = plain.functions.keys().map(String::as_str).collect();
            assert_eq!(names, ["build-request", "configure", "describe", "read-response"]);
            assert!(Plain::of(component, "cluster-tester:plugin/test-case@0.2.0").is_none());
            for end in (0..component.len()).step_by(997) {
                assert!(Plain::of(&component[..end], TEST_CASE).is_none());
            }
        }
    }

    #[test]
    fn a_second_module_may_initialize_the_first() {
        let c = Crafted::fields(r#"(func (export "_initialize"))"#).component();
        assert_eq!(Plain::of(&c, TEST_CASE).expect("plain").start.as_deref(), Some("_initialize"));
    }

    #[test]
    fn what_is_counted_in_another_way_is_none() {
        let component = |more: &str| {
            let text = format!(
                r#"(component
                (core module
                    (memory (export "memory") 1)
                    (func (export "f") (param i32 i32))
                    (func (export "r") (param i32 i32 i32 i32) (result i32) (i32.const 8)))
                {more}
                (core instance (instantiate 0))
                (alias core export 0 "memory" (core memory))
                (alias core export 0 "f" (core func))
                (alias core export 0 "r" (core func))
                (type $f (func (param "a" string)))
                (func $lifted (type $f) (canon lift (core func 0) (memory 0) (realloc 1)))
                (component
                    (import "import-func-f" (func (param "a" string)))
                    (export "f" (func 0)))
                (instance (instantiate 0 (with "import-func-f" (func $lifted))))
                (export "i" (instance 0)))"#
            );
            let bytes = wat::parse_str(text).unwrap_or_else(|error| panic!("{error}"));
            wasmtime::component::Component::new(&wasmtime::Engine::default(), &bytes).expect("a component");
            bytes
        };
        assert_eq!(Plain::of(&component(""), "i").expect("plain").functions["f"].core, "f");
        for more in ["(alias outer 0 0 (core module))", "(core module)", "(component)", r#"(import "x" (func))"#] {
            assert_eq!(Plain::of(&component(more), "i"), None, "{more}");
        }
    }

    #[test]
    fn what_imports_or_exports_more_is_none() {
        assert!(Plain::of(&Crafted::default().component(), TEST_CASE).is_some());
        let logs = Crafted::build("(call $log (i32.const 1) (i32.const 0) (i32.const 0))");
        assert!(Plain::of(&logs.component(), TEST_CASE).is_none());
        let analysis = bundled::PLUGINS.iter().find(|plugin| plugin.name == "summary").expect("shipped").component;
        assert!(Plain::of(analysis, TEST_CASE).is_none());
        assert!(Plain::of(b"\0asm\x0d\0\x01\0", TEST_CASE).is_none());
        assert!(Plain::of(b"", TEST_CASE).is_none());
    }
}

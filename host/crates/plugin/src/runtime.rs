//! Opens plugins: compiles what is in use, checks what it is, asks what it says of itself, links it.
//!
//! Instances of test cases come from a pool, which makes a new one cost microseconds. A component that does not fit in it
//! (more memories, tables or core instances than the pool has) gets its instances on demand. So do analyses, which may
//! have more memory than the pool gives, and of which there is one instance at a time.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use model::{AnalysisDescription, PluginIdentity, TestCaseDescription};
use serde::{Deserialize, Serialize};
use wasmtime::component::{Component, InstancePre};
use wasmtime::{Engine, Module, Trap};

use crate::analysis::{self, Analysis};
use crate::cache::Cache;
use crate::catalog::Entry;
use crate::digest::Digest;
use crate::engines::{Linked, fits, on_demand, pooling};
use crate::error::{FAILED, PluginError, Problem};
use crate::guest::{AnalysisGuest, CallError, Calling, DirectGuest, DirectPre, State, TestCaseGuest, linker};
use crate::limits::{AnalysisLimits, Limits};
use crate::log::Log;
use crate::offered::Offered;
use crate::options::{self, GivenOption};
use crate::plain::Plain;
use crate::shape::{self, Format, Misfit, Shape, TEST_CASE, World};
use crate::test_case::{Shared, TestCase};
use crate::text::{self, MESSAGE, Secrets};
use crate::{description, wire};

/// What a runtime is made from.
#[derive(Debug, Clone, Default)]
pub struct RuntimeConfig {
    /// Where compiled code is kept; none: nowhere.
    pub cache_dir: Option<PathBuf>,
    /// What a call may use.
    pub limits: Limits,
    /// Instances at a time, over all threads; at least 1.
    pub instances: u32,
}

/// Opens plugins.
pub struct Runtime {
    parts: Arc<Parts>,
}

/// What plugins need for as long as they are called: the engine's epoch, by which calls have deadlines, and the timers
/// of those that import WASI.
pub(crate) struct Parts {
    pooled: Linked,
    on_demand: OnceLock<Linked>,
    cache: Option<Cache>,
    waiting: OnceLock<tokio::runtime::Runtime>,
    limits: Limits,
    analysis_limits: AnalysisLimits,
    notices: Mutex<Vec<String>>,
}

/// A file that is being opened.
#[derive(Clone, Copy)]
struct Opening<'a> {
    entry: &'a Entry,
    bytes: &'a [u8],
    digest: Digest,
}

/// What a plugin is and says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inspection {
    /// World and imports.
    pub shape: Shape,
    /// What a test case says of itself; none for an analysis.
    pub test_case: Option<TestCaseDescription>,
    /// What an analysis says of itself; none for a test case.
    pub analysis: Option<AnalysisDescription>,
    /// SHA-256 of the component: `sha256:` and 64 hexadecimal digits.
    pub digest: String,
    /// Its size, bytes.
    pub size: u64,
}

impl Runtime {
    /// Makes a runtime.
    ///
    /// # Errors
    /// When the system refuses threads or address space.
    pub fn new(config: &RuntimeConfig) -> Result<Self, PluginError> {
        Self::with(config, AnalysisLimits::default())
    }

    /// The same, with other limits for analyses.
    pub(crate) fn with(config: &RuntimeConfig, analysis_limits: AnalysisLimits) -> Result<Self, PluginError> {
        let mut notices = Vec::new();
        let cache = config.cache_dir.as_ref().and_then(|dir| Cache::open(dir).map_err(|why| notices.push(why)).ok());
        let pooled = Linked::new(&pooling(config)).or_else(|_| {
            notices.push("plugins get no pool of instances: the system refuses the address space for it".to_owned());
            Linked::new(&on_demand())
        })?;
        let parts = Parts {
            pooled,
            on_demand: OnceLock::new(),
            cache,
            waiting: OnceLock::new(),
            limits: config.limits,
            analysis_limits,
            notices: Mutex::new(notices),
        };
        Ok(Self { parts: Arc::new(parts) })
    }

    /// Takes what the user should be told.
    pub fn take_notices(&self) -> Vec<String> {
        std::mem::take(&mut self.parts.notices.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// World and imports of a plugin, by its type alone: nothing of it is run.
    ///
    /// # Errors
    /// When it cannot be read, or is no plugin for us.
    pub fn shape(&self, entry: &Entry) -> Result<Shape, PluginError> {
        let bytes = entry.read()?;
        let digest = Digest::of(&bytes);
        if let Some(known) = self.parts.cache.as_ref().and_then(|cache| cache.about::<Inspection>(digest)) {
            return Ok(known.shape);
        }
        let compiled = self.compiled(Opening { entry, bytes: &bytes, digest });
        let shape = compiled.and_then(|(component, linked)| fitting(&component, &linked.engine));
        shape.map_err(|problem| of(entry, problem))
    }

    /// What a plugin is and says of itself. Compiles it only when that is not known yet.
    ///
    /// # Errors
    /// When it cannot be read, is no plugin for us, or describes itself against the contract.
    pub fn inspect(&self, entry: &Entry) -> Result<Inspection, PluginError> {
        let bytes = entry.read()?;
        let digest = Digest::of(&bytes);
        if let Some(known) = self.parts.cache.as_ref().and_then(|cache| cache.about::<Inspection>(digest)) {
            return Ok(known);
        }
        self.inspect_anew(Opening { entry, bytes: &bytes, digest }).map_err(|problem| of(entry, problem))
    }

    fn inspect_anew(&self, opening: Opening<'_>) -> Result<Inspection, Problem> {
        let (component, linked) = self.compiled(opening)?;
        let shape = fitting(&component, &linked.engine)?;
        let (mut test_case, mut analysis) = (None, None);
        let (log, limits) = (Arc::default(), self.parts.limits);
        match shape.world {
            World::TestCase => {
                let make = |pre: &_, calling: &_| TestCaseGuest::new(pre, calling, limits, &log);
                let (_, mut guest) = self.first(opening, (component, linked), &shape, make)?;
                let described = guest.describe().map_err(|error| call_failed("describe", error))?;
                test_case = Some(description::of_test_case(described).map_err(Problem::Description)?);
            }
            World::Analysis => {
                let make = |pre: &_, calling: &_| {
                    let none = Offered::new(Vec::new(), self.parts.analysis_limits);
                    AnalysisGuest::new(pre, calling, (&limits, self.parts.analysis_limits), &log, none)
                };
                let (_, mut guest) = self.first(opening, (component, linked), &shape, make)?;
                let described = guest.describe().map_err(|error| call_failed("describe", error))?;
                analysis = Some(description::of_analysis(described).map_err(Problem::Description)?);
            }
        }
        let (digest, size) = (opening.digest.to_string(), opening.bytes.len() as u64);
        let inspection = Inspection { shape, test_case, analysis, digest, size };
        self.kept(self.parts.cache.as_ref().map(|cache| cache.keep_about(opening.digest, &inspection)));
        Ok(inspection)
    }

    /// Opens a test case with its options, and configures one instance to see that they fit.
    ///
    /// # Errors
    /// As for [`Runtime::inspect`]; or when it is no test case, or its options do not fit.
    pub fn test_case(&self, entry: &Entry, given: &[GivenOption]) -> Result<TestCase, PluginError> {
        let inspection = self.inspect(entry)?;
        let bytes = entry.read()?;
        let opening = Opening { entry, bytes: &bytes, digest: Digest::of(&bytes) };
        self.open(opening, inspection, given).map_err(|problem| of(entry, problem))
    }

    fn open(&self, opening: Opening<'_>, inspection: Inspection, given: &[GivenOption]) -> Result<TestCase, Problem> {
        let description = inspection.test_case.clone().ok_or(Problem::Analysis)?;
        let options = options::resolve(&description.options_schema, given)?;
        let identity = identity(opening, &inspection, (&description.name, &description.version))?;
        let compiled = self.compiled(opening)?;
        let log = Arc::new(Log::default());
        let make = |pre: &_, calling: &_| TestCaseGuest::new(pre, calling, self.parts.limits, &log);
        let (pre, mut guest) = self.first(opening, compiled, &inspection.shape, make)?;
        let direct = self.direct(pre.engine(), opening);
        let secrets = Secrets::between(&options.whole, &options.shown);
        let whole = serde_json::Value::Object(options.whole).to_string();
        guest.configure(&whole).map_err(|error| redacted(call_failed("configure", error), &secrets))?;
        Ok(TestCase::new(Shared {
            pre,
            direct,
            calling: self.calling(&inspection.shape)?,
            limits: self.parts.limits,
            log,
            identity,
            description,
            options: whole,
            shown: options.shown,
            secrets,
            _runtime: Arc::clone(&self.parts),
        }))
    }

    /// Opens an analysis with its options, and makes one instance to see that it can be.
    ///
    /// # Errors
    /// As for [`Runtime::inspect`]; or when it is no analysis, or its options do not fit.
    pub fn open_analysis(&self, entry: &Entry, given: &[GivenOption]) -> Result<Analysis, PluginError> {
        let inspection = self.inspect(entry)?;
        let bytes = entry.read()?;
        let opening = Opening { entry, bytes: &bytes, digest: Digest::of(&bytes) };
        self.open_analysis_of(opening, inspection, given).map_err(|problem| of(entry, problem))
    }

    fn open_analysis_of(
        &self,
        opening: Opening<'_>,
        inspection: Inspection,
        given: &[GivenOption],
    ) -> Result<Analysis, Problem> {
        let description = inspection.analysis.clone().ok_or(Problem::TestCase)?;
        let options = options::resolve(&description.options_schema, given)?;
        let identity = identity(opening, &inspection, (&description.name, &description.version))?;
        let compiled = self.compiled(opening)?;
        let log = Arc::new(Log::default());
        let limits = (self.parts.limits, self.parts.analysis_limits);
        let make = |pre: &_, calling: &_| {
            AnalysisGuest::new(pre, calling, (&limits.0, limits.1), &log, Offered::new(Vec::new(), limits.1))
        };
        let (pre, _) = self.first(opening, compiled, &inspection.shape, make)?;
        Ok(Analysis::new(analysis::Parts {
            pre,
            calling: self.calling(&inspection.shape)?,
            limits,
            log,
            entry: opening.entry.clone(),
            identity,
            description,
            secrets: Secrets::between(&options.whole, &options.shown),
            options: serde_json::Value::Object(options.whole).to_string(),
            shown: options.shown,
            _runtime: Arc::clone(&self.parts),
        }))
    }

    /// Links a component and makes its first instance: from the pool, else on demand.
    fn first<G>(
        &self,
        opening: Opening<'_>,
        (component, linked): (Component, &Linked),
        shape: &Shape,
        make: impl Fn(&InstancePre<State>, &Calling) -> wasmtime::Result<G>,
    ) -> Result<(InstancePre<State>, G), Problem> {
        let calling = self.calling(shape)?;
        let instantiate = |component: &Component, engine: &Engine| {
            let pre = linker(engine, shape)?.instantiate_pre(component)?;
            let guest = make(&pre, &calling)?;
            Ok((pre, guest))
        };
        let failed = |error: wasmtime::Error| match error.downcast_ref::<Trap>() {
            Some(Trap::Interrupt) => Problem::Instantiate(format!(
                "its start took longer than {} ms",
                self.parts.limits.configure_deadline.as_millis()
            )),
            _ if is_of_the_contract(&error) => Problem::Unlike(text::line(&error.root_cause().to_string(), MESSAGE)),
            _ => Problem::Instantiate(text::line(&error.root_cause().to_string(), MESSAGE)),
        };
        let made: wasmtime::Result<_> = instantiate(&component, &linked.engine);
        match made {
            // It may be too large for the pool; if it fails on demand too, that is why.
            Err(why) if std::ptr::eq(linked, &self.parts.pooled) && why.downcast_ref::<Trap>().is_none() => {
                let linked = self.on_demand()?;
                let component = self.component(linked, opening)?;
                let made = instantiate(&component, &linked.engine).map_err(failed)?;
                self.tell_on_demand(opening.entry, &why.root_cause().to_string());
                Ok(made)
            }
            made => made.map_err(failed),
        }
    }

    /// Compiles a test case for the pool; if it does not fit in there, for instances on demand, as an analysis.
    fn compiled(&self, opening: Opening<'_>) -> Result<(Component, &Linked), Problem> {
        if shape::may_be_analysis(opening.bytes) {
            let linked = self.on_demand()?;
            return Ok((self.component(linked, opening)?, linked));
        }
        let (cache, pooled) = (self.parts.cache.as_ref(), &self.parts.pooled);
        let pool = || (&pooled.engine, fits(&self.parts.limits));
        if let Some(why) = cache.and_then(|cache| cache.misfit(opening.digest, pool())) {
            let linked = self.on_demand()?;
            let component = self.component(linked, opening)?;
            self.tell_on_demand(opening.entry, &why);
            return Ok((component, linked));
        }
        match self.component(pooled, opening) {
            Err(Problem::Invalid(why)) => {
                let linked = self.on_demand()?;
                let component = self.component(linked, opening)?;
                self.kept(cache.map(|cache| cache.keep_misfit(opening.digest, pool(), &why)));
                self.tell_on_demand(opening.entry, &why);
                Ok((component, linked))
            }
            component => Ok((component?, &self.parts.pooled)),
        }
    }

    fn on_demand(&self) -> Result<&Linked, Problem> {
        if let Some(linked) = self.parts.on_demand.get() {
            return Ok(linked);
        }
        let made = Linked::new(&on_demand()).map_err(|error| Problem::Instantiate(error.to_string()))?;
        Ok(self.parts.on_demand.get_or_init(|| made))
    }

    fn tell_on_demand(&self, entry: &Entry, why: &str) {
        self.notice(format!("plugin `{}` gets its instances on demand, not from the pool: {why}", entry.name));
    }

    /// Compiles a component, or takes what was compiled before.
    fn component(&self, linked: &Linked, opening: Opening<'_>) -> Result<Component, Problem> {
        let Opening { bytes, digest, .. } = opening;
        if let Some(component) = self.parts.cache.as_ref().and_then(|cache| cache.component(digest, &linked.engine)) {
            return Ok(component);
        }
        match Format::of(bytes) {
            Format::Component => {}
            Format::CoreModule => return Err(Problem::CoreModule),
            Format::Other => return Err(Problem::NotWasm),
        }
        let component = Component::new(&linked.engine, bytes).map_err(|error| {
            let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
            // It may quote names from the file.
            Problem::Invalid(text::line(&causes.join(": "), MESSAGE))
        })?;
        self.kept(self.parts.cache.as_ref().map(|cache| cache.keep_component(digest, &component)));
        Ok(component)
    }

    /// The module of a plain component, by itself; none of any other, or when no instance can be made of it, which is told.
    /// Compiles it, or takes what was compiled before.
    fn direct(&self, engine: &Engine, opening: Opening<'_>) -> Option<DirectPre> {
        let plain = Plain::of(opening.bytes, TEST_CASE)?;
        let (cache, bytes) = (self.parts.cache.as_ref(), opening.bytes.get(plain.module.clone())?);
        let digest = Digest::of(bytes);
        let make = || {
            let module = match cache.and_then(|cache| cache.module(digest, engine)) {
                Some(module) => module,
                None => {
                    let module = Module::new(engine, bytes)?;
                    self.kept(cache.map(|cache| cache.keep_module(digest, &module)));
                    module
                }
            };
            let direct = DirectPre::new(engine, &module, plain)?;
            DirectGuest::new(&direct, self.parts.limits, &Arc::default()).map(|_| direct)
        };
        make()
            .inspect_err(|error: &wasmtime::Error| {
                let why = text::line(&error.root_cause().to_string(), MESSAGE);
                self.notice(format!("plugin `{}` is called by the longer way: {why}", opening.entry.name));
            })
            .ok()
    }

    fn calling(&self, shape: &Shape) -> Result<Calling, Problem> {
        if !shape.uses_wasi() {
            return Ok(Calling::Direct);
        }
        let waiting = match self.parts.waiting.get() {
            Some(waiting) => waiting,
            None => {
                let mut builder = tokio::runtime::Builder::new_multi_thread();
                let made = builder.worker_threads(1).thread_name("wasi").enable_time().build();
                let made = made.map_err(|error| Problem::Instantiate(error.to_string()))?;
                self.parts.waiting.get_or_init(|| made)
            }
        };
        Ok(Calling::Sandboxed(waiting.handle().clone()))
    }

    /// A cache that cannot be written costs time, and nothing else.
    fn kept(&self, written: Option<std::io::Result<()>>) {
        if let Some(Err(error)) = written {
            self.notice(format!("compiled plugins cannot be kept for the next start: {error}"));
        }
    }

    fn notice(&self, text: String) {
        let mut notices = self.parts.notices.lock().unwrap_or_else(PoisonError::into_inner);
        if !notices.contains(&text) {
            notices.push(text);
        }
    }
}

impl Drop for Parts {
    fn drop(&mut self) {
        if let Some(waiting) = self.waiting.take() {
            // It may be dropped within another runtime, where waiting is not allowed.
            waiting.shutdown_background();
        }
    }
}

/// It does not fit because of a type of ours: all names are there, which was looked at before.
fn is_of_the_contract(error: &wasmtime::Error) -> bool {
    error.chain().any(|cause| cause.to_string().contains("`cluster-tester:plugin/"))
}

fn fitting(component: &Component, engine: &Engine) -> Result<Shape, Problem> {
    shape::of(component, engine).map_err(|misfit| match misfit {
        Misfit::Version(found) => Problem::Version { found },
        Misfit::Newer(wanted) => Problem::Newer { wanted },
        Misfit::World(exports) => Problem::World { exports },
        Misfit::Imports(imports) => Problem::Imports { imports },
    })
}

/// Who a plugin is, unless its file changed since it was inspected.
fn identity(
    opening: Opening<'_>,
    inspection: &Inspection,
    (title, version): (&str, &str),
) -> Result<PluginIdentity, Problem> {
    let digest = opening.digest.to_string();
    if digest != inspection.digest {
        return Err(Problem::Invalid("its file changed while it was read".to_owned()));
    }
    Ok(PluginIdentity {
        name: opening.entry.name.clone(),
        title: title.to_owned(),
        version: version.to_owned(),
        digest,
        origin: opening.entry.origin.to_string(),
    })
}

pub(crate) fn call_failed(call: &'static str, error: CallError) -> Problem {
    match error {
        CallError::Broken { what, wrote } => Problem::Call { call, what, wrote },
        CallError::Fault(wire::Fault::Failed(reason)) => {
            Problem::Call { call, what: format!("{FAILED}{})", text::line(&reason, MESSAGE)), wrote: String::new() }
        }
        CallError::Fault(wire::Fault::InvalidOption(wire::InvalidOption { name, reason })) => {
            Problem::Option { option: text::line(&name, MESSAGE), reason: text::line(&reason, MESSAGE) }
        }
    }
}

pub(crate) fn redacted(problem: Problem, secrets: &Secrets) -> Problem {
    match problem {
        Problem::Call { call, what, wrote } => {
            Problem::Call { call, what: secrets.redact(what), wrote: secrets.redact(wrote) }
        }
        Problem::Option { option, reason } => Problem::Option { option, reason: secrets.redact(reason) },
        Problem::Returned { call, what } => Problem::Returned { call, what: secrets.redact(what) },
        other => other,
    }
}

pub(crate) fn of(entry: &Entry, problem: Problem) -> PluginError {
    PluginError::Plugin { name: entry.name.clone(), origin: entry.origin.to_string(), problem }
}

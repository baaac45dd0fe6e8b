//! Why a plugin cannot be used, for the person who wants to use it.

use std::path::PathBuf;
use std::sync::Arc;

use thiserror::Error;

use crate::shape::{VERSION, is_later};

/// Why a plugin cannot be used.
#[derive(Debug, Clone, Error)]
pub enum PluginError {
    /// No plugin has this name.
    #[error("there is no plugin `{name}`")]
    Unknown {
        /// The name.
        name: String,
        /// What may have been meant.
        nearest: Option<String>,
        /// All there are.
        known: Vec<String>,
    },
    /// A file or a directory cannot be read.
    #[error("cannot read `{}`: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Arc<std::io::Error>,
    },
    /// What is wrong with one plugin.
    #[error("plugin `{name}` {problem}")]
    Plugin {
        /// What users call it.
        name: String,
        /// Where it is.
        origin: String,
        /// What is wrong.
        problem: Problem,
    },
    /// The runtime itself cannot start.
    #[error("cannot start the plugin runtime: {0}")]
    Runtime(String),
}

/// What is wrong with a plugin; each reads on from its name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Problem {
    /// Not WebAssembly.
    #[error("is no WebAssembly component: the file does not begin like one")]
    NotWasm,
    /// WebAssembly without the component part.
    #[error("is a core module, not a component")]
    CoreModule,
    /// A file that is not even read.
    #[error("has {size} bytes; a plugin has at most {most}")]
    TooLarge {
        /// Its size, bytes.
        size: u64,
        /// Largest, bytes.
        most: u64,
    },
    /// WebAssembly that cannot be compiled.
    #[error("is no valid component: {0}")]
    Invalid(String),
    /// A component of another world.
    #[error("exports no interface of ours; expected `cluster-tester:plugin/test-case@0.1.0`")]
    World {
        /// What it exports.
        exports: Vec<String>,
    },
    /// A component of the other world.
    #[error("is an analysis, not a test case")]
    Analysis,
    /// The same the other way round.
    #[error("is a test case, not an analysis")]
    TestCase,
    /// Too few datasets, or too many.
    #[error("works on {}; {given} {} given", datasets(*least, *most), if *given == 1 { "was" } else { "were" })]
    Datasets {
        /// Fewest.
        least: u32,
        /// Most; 0: any number.
        most: u32,
        /// How many there were.
        given: usize,
    },
    /// What a call returned is against the contract.
    #[error("returned from `{call}` {what}")]
    Returned {
        /// Function of the contract.
        call: &'static str,
        /// What, and what of it.
        what: String,
    },
    /// A component of another version of our contract.
    #[error("exports `{found}`; this tester speaks version {VERSION}")]
    Version {
        /// What it exports.
        found: String,
    },
    /// A component that wants what a later version of our contract may give.
    #[error("wants a newer cluster-tester: it imports {}; this one speaks version {VERSION}", wanted.join(", "))]
    Newer {
        /// What it wants, which there is not.
        wanted: Vec<String>,
    },
    /// A component whose types of our contract are others than ours, in the same version.
    #[error("was built against something else than version {VERSION} of the contract: {0}")]
    Unlike(String),
    /// A component that wants what there is not.
    #[error("imports what a plugin does not get: {}", imports.join(", "))]
    Imports {
        /// What it wants.
        imports: Vec<String>,
    },
    /// Other bytes than it must have.
    #[error("is not what it was when it was looked at: its file changed")]
    Changed,
    /// It cannot be linked or instantiated.
    #[error("cannot be instantiated: {0}")]
    Instantiate(String),
    /// A call before any trial failed: what, and in which function.
    #[error("{what} in `{call}`")]
    Call {
        /// Function of the contract.
        call: &'static str,
        /// What happened.
        what: String,
        /// What it wrote to its standard error before.
        wrote: String,
    },
    /// It says of itself what the contract forbids.
    #[error("describes itself against the contract: {0}")]
    Description(String),
    /// An option that does not fit.
    #[error("refuses option `{option}`: {reason}")]
    Option {
        /// The option.
        option: String,
        /// Why.
        reason: String,
    },
    /// An option that there is not.
    #[error("has no option `{option}`")]
    UnknownOption {
        /// The option.
        option: String,
        /// What may have been meant.
        nearest: Option<String>,
        /// All there are.
        known: Vec<String>,
    },
    /// An option that must be given.
    #[error("needs option `{option}`")]
    MissingOption {
        /// The option.
        option: String,
        /// What it is, by the plugin.
        about: String,
    },
}

impl PluginError {
    /// Where the plugin is, if it is about one.
    pub fn origin(&self) -> Option<&str> {
        match self {
            Self::Plugin { origin, .. } => Some(origin),
            _ => None,
        }
    }

    /// The plugin said no in order: it works, and does not take what it was given.
    pub fn is_refusal(&self) -> bool {
        let Self::Plugin { problem, .. } = self else { return false };
        match problem {
            Problem::Option { .. } | Problem::UnknownOption { .. } | Problem::MissingOption { .. } => true,
            Problem::Call { what, .. } => what.starts_with(FAILED),
            _ => false,
        }
    }

    /// What the plugin wrote to its standard error before it failed.
    pub fn wrote(&self) -> Option<&str> {
        match self {
            Self::Plugin { problem: Problem::Call { wrote, .. }, .. } if !wrote.is_empty() => Some(wrote),
            _ => None,
        }
    }

    /// How to mend it.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Unknown { nearest, known, .. } => meant(nearest.as_deref(), known),
            Self::Read { .. } => "is the path right, and may you read it?".to_owned(),
            Self::Runtime(_) => return None,
            Self::Plugin { name, problem, .. } => return problem.hint(name),
        };
        Some(hint)
    }
}

impl Problem {
    fn hint(&self, name: &str) -> Option<String> {
        let hint = match self {
            Self::CoreModule => {
                "make a component of it: `wasm-tools component new module.wasm -o plugin.wasm`, or build \
                                 for `wasm32-wasip2`"
                    .to_owned()
            }
            Self::TooLarge { .. } => {
                "strip what it does not need: `wasm-tools strip --all plugin.wasm -o smaller.wasm`".to_owned()
            }
            Self::NotWasm | Self::Invalid(_) => "build it anew; sdk/README.md says how in each language".to_owned(),
            Self::World { exports } if exports.is_empty() => "it exports nothing at all".to_owned(),
            Self::World { exports } => format!("it exports: {}", exports.join(", ")),
            Self::Changed => "try again; if you did not change it, find out who did".to_owned(),
            Self::Analysis => "choose a test case: `cluster-tester plugin list`".to_owned(),
            Self::TestCase => "choose an analysis: `cluster-tester plugin list`".to_owned(),
            Self::Datasets { .. } => return None,
            Self::Version { found } if found.rsplit('@').next().is_some_and(is_later) => NEWER.to_owned(),
            Self::Newer { .. } => NEWER.to_owned(),
            Self::Version { .. } => "build it anew against this version's `wit/`".to_owned(),
            Self::Unlike(_) => {
                "a draft of it, or a copy that was edited: build it anew with this version's SDK or `wit/`".to_owned()
            }
            Self::Imports { imports } if imports.iter().any(|import| import.starts_with("wasi:http")) => {
                "a plugin has no network: it says what to send, and the tester sends it; a JavaScript one is built without \
                 the features `http` and `fetch-event`"
                    .to_owned()
            }
            Self::Imports { .. } => {
                "a plugin gets `log`, `random` and WASI 0.2 as an empty sandbox, and nothing else".to_owned()
            }
            Self::Option { .. } | Self::MissingOption { .. } => {
                format!("its options: `cluster-tester plugin inspect {name}`")
            }
            Self::UnknownOption { known, .. } if known.is_empty() => "it has none".to_owned(),
            Self::UnknownOption { nearest, known, .. } => meant(nearest.as_deref(), known),
            // What it says of its datasets is for the user as it stands.
            Self::Call { call: "analyse", what, .. } if what.starts_with(FAILED) => return None,
            Self::Call { call, what, .. } => hint_of_call(&format!("{what} in `{call}`")).to_owned(),
            Self::Instantiate(why) if why.contains("memory limits") => "raise `plugins.memory` if it needs that much".to_owned(),
            Self::Instantiate(_) | Self::Description(_) | Self::Returned { .. } => FOR_ITS_AUTHOR.to_owned(),
        };
        Some(hint)
    }
}

const NEWER: &str = "install a newer cluster-tester, which has it, or build the plugin with this version's SDK or `wit/`, without what is \
                     newer";
const FOR_ITS_AUTHOR: &str = "this is for its author; wit/ has the contract";

/// How to mend a call that failed with this message: a limit that was crossed may be raised.
pub fn hint_of_call(message: &str) -> &'static str {
    if message.contains(" in `analyse`") && CROSSED.iter().any(|limit| message.contains(limit)) {
        "give it fewer datasets; its author can have the host work out figures, rather than read samples"
    } else if message.contains(" deadline in `build-request`") || message.contains(" deadline in `read-response`") {
        "raise `plugins.deadline` if it needs that long, or have it do its set-up in `configure`"
    } else if message.contains(" deadline") {
        "raise `plugins.configure-deadline` if it needs that long"
    } else if message.contains(" MiB of memory") {
        "raise `plugins.memory` if it needs that much"
    } else {
        FOR_ITS_AUTHOR
    }
}

/// What messages say when a limit of an analysis was crossed.
const CROSSED: [&str; 4] = [" deadline", " MiB of memory", " calls of `dataset`", "kept the tester at work"];

/// How a message begins that is the plugin's own.
pub(crate) const FAILED: &str = "failed (";

fn datasets(least: u32, most: u32) -> String {
    let noun = |number| if number == 1 { "dataset" } else { "datasets" };
    match most {
        0 => format!("{least} {} or more", noun(least)),
        most if most == least => format!("{least} {}", noun(least)),
        most => format!("{least} to {most} datasets"),
    }
}

/// Plugins that a hint names one by one.
const FEW: usize = 8;

fn meant(nearest: Option<&str>, known: &[String]) -> String {
    let there_are = match known.len() {
        ..=FEW => format!("there are: {}", known.join(", ")),
        all => format!("there are {all}: list them with `cluster-tester plugin list`"),
    };
    nearest.map_or_else(|| there_are.clone(), |nearest| format!("did you mean `{nearest}`? {there_are}"))
}

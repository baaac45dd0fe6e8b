//! Builds the fixture plugins and writes the table that `src/lib.rs` includes.

use std::fmt::Write;
use std::path::PathBuf;
use std::{env, fs};

use anyhow::{Context, Result};
use plugin_builder::Plugin;

/// The fixtures; each lies in `plugins/<name>`, which is package `<name>-fixture`. Those of released packages of the
/// contract lie in `contract/<version>`.
const FIXTURES: &[Plugin<'_>] = &[
    Plugin { package: "analysis-fixture", name: "analysis" },
    Plugin { package: "busy-fixture", name: "busy" },
    Plugin { package: "future-fixture", name: "future" },
    Plugin { package: "hostile-fixture", name: "hostile" },
    Plugin { package: "hostile-analysis-fixture", name: "hostile-analysis" },
    Plugin { package: "network-fixture", name: "network" },
    Plugin { package: "newer-fixture", name: "newer" },
    Plugin { package: "sandboxed-fixture", name: "sandboxed" },
    Plugin { package: "sandboxed-analysis-fixture", name: "sandboxed-analysis" },
    Plugin { package: "stuck-fixture", name: "stuck" },
    Plugin { package: "survey-fixture", name: "survey" },
    Plugin { package: "two-step-fixture", name: "two-step" },
    Plugin { package: "untidy-fixture", name: "untidy" },
    Plugin { package: "analysis-0-1-0-fixture", name: "analysis-0-1-0" },
    Plugin { package: "test-case-0-1-0-fixture", name: "test-case-0-1-0" },
];

fn main() -> Result<()> {
    let out_dir = PathBuf::from(env::var_os("OUT_DIR").context("Cargo sets OUT_DIR")?);
    // A directory of their own, so that it can be given to the command as it is.
    let directory = out_dir.join("fixtures");
    if directory.exists() {
        // What is no fixture any more goes.
        fs::remove_dir_all(&directory).with_context(|| format!("cannot empty {}", directory.display()))?;
    }
    fs::create_dir_all(&directory).with_context(|| format!("cannot make {}", directory.display()))?;
    let mut table = String::from("&[\n");
    for plugin in plugin_builder::build(FIXTURES, &directory)? {
        let (name, path) = (&plugin.name, &plugin.path);
        writeln!(table, "    ({name:?}, {path:?}),")?;
    }
    table.push_str("]\n");
    fs::write(out_dir.join("fixtures.rs"), table)?;
    Ok(())
}

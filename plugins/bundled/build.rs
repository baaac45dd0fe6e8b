//! Builds the shipped plugins and writes the table that `src/lib.rs` includes.

use std::fmt::Write;
use std::path::PathBuf;
use std::{env, fs};

use anyhow::{Context, Result};
use plugin_builder::Plugin;

/// The shipped plugins, in the order of `plugin list`.
const SHIPPED: &[Plugin<'_>] = &[
    Plugin { package: "fibonacci-test-case", name: "fibonacci" },
    Plugin { package: "bubble-sort-test-case", name: "bubble-sort" },
    Plugin { package: "http-test-case", name: "http" },
];

fn main() -> Result<()> {
    let out_dir = PathBuf::from(env::var_os("OUT_DIR").context("Cargo sets OUT_DIR")?);
    let mut table = String::from("&[\n");
    for plugin in plugin_builder::build(SHIPPED, &out_dir)? {
        let (name, path) = (&plugin.name, &plugin.path);
        writeln!(table, "    Plugin {{ name: {name:?}, component: include_bytes!({path:?}) }},")?;
    }
    table.push_str("]\n");
    fs::write(out_dir.join("plugins.rs"), table)?;
    Ok(())
}

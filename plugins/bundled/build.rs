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
    Plugin { package: "summary-analysis", name: "summary" },
    Plugin { package: "compare-analysis", name: "compare" },
    Plugin { package: "latency-curve-analysis", name: "latency-curve" },
    Plugin { package: "distribution-analysis", name: "distribution" },
    Plugin { package: "timeline-analysis", name: "timeline" },
    Plugin { package: "where-time-goes-analysis", name: "where-time-goes" },
    Plugin { package: "efficiency-analysis", name: "efficiency" },
    Plugin { package: "avg-response-time-analysis", name: "avg-response-time" },
    Plugin { package: "min-response-time-analysis", name: "min-response-time" },
    Plugin { package: "max-response-time-analysis", name: "max-response-time" },
    Plugin { package: "cpu-usage-analysis", name: "cpu-usage" },
    Plugin { package: "ram-usage-analysis", name: "ram-usage" },
    Plugin { package: "cpu-usage-compare-analysis", name: "cpu-usage-compare" },
    Plugin { package: "ram-usage-compare-analysis", name: "ram-usage-compare" },
    Plugin { package: "response-time-compare-analysis", name: "response-time-compare" },
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

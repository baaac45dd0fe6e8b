//! The two figures of hosts that the older tool knew.

use crate::before;

/// A figure of what hosts spend, and what stands beside it.
#[derive(Debug, Clone, Copy)]
pub struct HostFigure {
    /// Title of reports.
    pub(crate) title: &'static str,
    /// Its name for the host, such as `cpu.usr`.
    pub(crate) figure: &'static str,
    /// Heading of its column.
    pub(crate) heading: &'static str,
    /// Unit that the host knows.
    pub(crate) unit: &'static str,
    /// Figures beside it: name for the host, heading, unit.
    pub(crate) beside: &'static [(&'static str, &'static str, &'static str)],
    /// Heading of the older tool's own form.
    pub(crate) before_heading: &'static str,
    /// A value in that form.
    pub(crate) before: fn(f64) -> String,
    /// What is shown and how to read it.
    pub(crate) explanation: &'static str,
    /// Beginning of the file name of a comparison, up to the load.
    pub(crate) file_name: &'static str,
    /// What stands between load and names there.
    pub(crate) before_names: &'static str,
    /// Files of the older tool have it as a mean since the hosts were started.
    pub(crate) is_since_boot: bool,
}

/// Share of processor time.
pub const CPU_USAGE: HostFigure = HostFigure {
    title: "CPU usage",
    figure: "cpu.usr",
    heading: "usr",
    unit: "%",
    beside: &[("cpu.busy", "busy", "%")],
    before_heading: "as before (%)",
    before: before::per_cent,
    explanation: "Means over the steady state of each trial, in per cent of all processors of a host. usr: time in programs \
                  alone, which is what the older tool showed. busy: all time in which the processors worked, the \
                  system's included; use it to judge how much is left.",
    file_name: "cpu_usage_comparison_load_",
    before_names: "_files_",
    is_since_boot: true,
};

/// Memory in use.
pub const RAM_USAGE: HostFigure = HostFigure {
    title: "RAM usage",
    figure: "memory.used",
    heading: "used",
    unit: "bytes",
    beside: &[("memory.peak", "most used", "bytes"), ("memory.total", "installed", "bytes")],
    before_heading: "as before (MiB)",
    before: before::mebibytes,
    explanation: "Means over the steady state of each trial. used: memory that is not available to further programs \
                  (installed less available, as `free` prints it); file caches are not counted. most used: its peak.",
    file_name: "ram_usage_comparison_load_",
    before_names: "_",
    is_since_boot: false,
};

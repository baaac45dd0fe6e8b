//! The machine that made the load, as far as it explains figures.

use std::fs;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The machine that made the load.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tester {
    /// Its host name.
    pub host_name: String,
    /// Cores that this process may use.
    pub cores: u32,
    /// Memory, bytes; none where it cannot be told.
    pub memory_bytes: Option<u64>,
    /// Operating system, as it calls itself.
    pub os: String,
    /// Release of its kernel.
    pub kernel: String,
    /// Version of cluster-tester.
    pub version: String,
}

impl Tester {
    /// The machine that this runs on. `version` is that of cluster-tester.
    pub fn this_machine(version: &str) -> Self {
        let line = |path: &str| fs::read_to_string(path).map(|text| text.trim().to_owned()).ok();
        let unknown = || "unknown".to_owned();
        let os = line("/etc/os-release").and_then(|text| os_name(&text));
        Self {
            host_name: line("/proc/sys/kernel/hostname").unwrap_or_else(unknown),
            cores: std::thread::available_parallelism().map_or(1, |n| u32::try_from(n.get()).unwrap_or(u32::MAX)),
            memory_bytes: line("/proc/meminfo").and_then(|text| memory_bytes(&text)),
            os: os.unwrap_or_else(|| std::env::consts::OS.to_owned()),
            kernel: line("/proc/sys/kernel/osrelease").unwrap_or_else(unknown),
            version: version.to_owned(),
        }
    }
}

fn os_name(os_release: &str) -> Option<String> {
    let name = os_release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
    Some(name.trim_matches('"').to_owned())
}

fn memory_bytes(meminfo: &str) -> Option<u64> {
    let total = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kibibytes: u64 = total.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_is_read_from_what_the_system_says() {
        assert_eq!(
            os_name("ID=debian\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n").as_deref(),
            Some("Debian GNU/Linux 12 (bookworm)")
        );
        assert_eq!(memory_bytes("MemTotal:        8152340 kB\nMemFree: 1 kB\n"), Some(8_152_340 * 1024));
        assert_eq!(memory_bytes("nothing"), None);
        assert!(Tester::this_machine("0.1.0").cores >= 1);
    }
}

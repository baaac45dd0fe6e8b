//! Control groups of version 2.

/// What a control group has used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GroupCounters {
    /// Its path below the root.
    pub(crate) name: String,
    /// Processor time since it was made, microseconds.
    pub(crate) cpu_us: Option<u64>,
    /// Memory now, bytes.
    pub(crate) memory: Option<u64>,
}

/// Takes one file of a group, `system.slice/cpu.stat`.
pub(super) fn take(groups: &mut Vec<GroupCounters>, file: &str, text: &str) {
    let Some((name, kind)) = file.rsplit_once('/') else { return };
    let (cpu_us, memory) = match kind {
        "cpu.stat" => (text.lines().find_map(|line| line.strip_prefix("usage_usec ")?.trim().parse().ok()), None),
        "memory.current" => (None, text.trim().parse().ok()),
        _ => return,
    };
    if cpu_us.is_none() && memory.is_none() {
        return;
    }
    let index = groups.iter().position(|group| group.name == name).unwrap_or_else(|| {
        groups.push(GroupCounters { name: name.to_owned(), cpu_us: None, memory: None });
        groups.len() - 1
    });
    let group = &mut groups[index];
    group.cpu_us = cpu_us.or(group.cpu_us);
    group.memory = memory.or(group.memory);
}

//! `/proc/pressure`: for how long some task waited for a resource.

/// Microseconds since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Stalls {
    /// For a processor.
    pub(crate) cpu: u64,
    /// For memory.
    pub(crate) memory: u64,
    /// For a disk.
    pub(crate) io: u64,
}

/// Takes the file of one resource.
pub(super) fn take(stalls: &mut Option<Stalls>, resource: &str, text: &str) {
    let some = text.lines().find_map(|line| line.strip_prefix("some "));
    let total = some.and_then(|line| line.split_ascii_whitespace().find_map(|word| word.strip_prefix("total=")));
    let Some(total) = total.and_then(|total| total.parse().ok()) else { return };
    let stalls = stalls.get_or_insert_default();
    match resource {
        "cpu" => stalls.cpu = total,
        "memory" => stalls.memory = total,
        "io" => stalls.io = total,
        _ => {}
    }
}

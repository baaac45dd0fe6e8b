//! `/proc/meminfo`, in the terms of `free`.

use model::resources::Memory;

use super::{first, number};

/// As `free` of procps 4 computes it.
pub(super) fn parse(text: &str) -> Memory {
    let mut memory = Memory::default();
    let (mut has_available, mut reclaimable) = (false, 0.0);
    for line in text.lines() {
        let Some((key, rest)) = line.split_once(':') else { continue };
        let Some(kilobytes) = first(rest).and_then(number) else { continue };
        match key {
            "MemTotal" => memory.total = kilobytes,
            "MemFree" => memory.free = kilobytes,
            "MemAvailable" => (memory.available, has_available) = (kilobytes, true),
            "Shmem" => memory.shared = kilobytes,
            "Buffers" | "Cached" => memory.buff_cache += kilobytes,
            "SReclaimable" => reclaimable = kilobytes,
            _ => {}
        }
    }
    memory.buff_cache += reclaimable;
    if !has_available {
        // Kernels before 3.14.
        memory.available = memory.free;
    }
    memory.used = memory.total - memory.available;
    if memory.used < 0.0 {
        memory.used = memory.total - memory.free;
    }
    memory
}

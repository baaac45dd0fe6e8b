//! `/proc/diskstats`.

/// Bytes in a sector, whatever the disk's own are.
const SECTOR: u64 = 512;

/// What a disk did since the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DiskCounters {
    /// Its name.
    pub(crate) name: String,
    /// Bytes.
    pub(crate) read: u64,
    /// Bytes.
    pub(crate) written: u64,
    /// Milliseconds with a request under way; they wrap at 32 bits.
    pub(crate) busy_ms: u64,
}

/// How devices begin that are no disks, or stand on disks that are listed too.
const NO_DISKS: [&str; 9] = ["loop", "ram", "zram", "dm-", "md", "sr", "fd", "drbd", "mtd"];

/// Whole disks that have been used.
pub(super) fn parse(text: &str) -> Vec<DiskCounters> {
    let all: Vec<_> = text.lines().filter_map(disk).collect();
    let is_partition = |name: &str| all.iter().any(|(disk, _)| disk.name != name && is_part_of(name, &disk.name));
    let is_disk = |name: &str| !NO_DISKS.iter().any(|start| name.starts_with(start)) && !is_partition(name);
    all.iter().filter(|(disk, requests)| *requests > 0 && is_disk(&disk.name)).map(|(disk, _)| disk.clone()).collect()
}

/// `sda1` is of `sda`, `nvme0n1p2` of `nvme0n1`: a `p` stands between digits.
fn is_part_of(name: &str, disk: &str) -> bool {
    let Some(rest) = name.strip_prefix(disk) else { return false };
    let number = if disk.ends_with(|c: char| c.is_ascii_digit()) { rest.strip_prefix('p') } else { Some(rest) };
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|c| c.is_ascii_digit()))
}

/// A line, and how many requests it counts.
fn disk(line: &str) -> Option<(DiskCounters, u64)> {
    let mut words = line.split_ascii_whitespace().skip(2);
    let name = words.next()?.to_owned();
    let fields: Vec<u64> = words.map_while(|word| word.parse().ok()).collect();
    let [reads, _, sectors_read, _, writes, _, sectors_written, _, _, busy_ms] = *fields.first_chunk()?;
    let counters = DiskCounters {
        name,
        read: sectors_read.saturating_mul(SECTOR),
        written: sectors_written.saturating_mul(SECTOR),
        busy_ms,
    };
    Some((counters, reads.saturating_add(writes)))
}

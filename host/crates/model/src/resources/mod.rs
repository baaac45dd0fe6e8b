//! What a host spends: processor time, memory, network, disks. Figures are of the interval between two readings of its
//! counters, never since boot.

mod host_use;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use host_use::HostUse;

/// What is known of a host, asked once.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HostFacts {
    /// Name by the config; `tester` for the machine that makes the load.
    pub name: String,
    /// Where it is reached, by the config; none for the tester.
    #[serde(default)]
    pub address: Option<String>,
    /// It is the machine that makes the load.
    pub is_tester: bool,
    /// Release of its kernel.
    pub kernel: Option<String>,
    /// Its operating system, as `/etc/os-release` calls it.
    pub os: Option<String>,
    /// Model of its processor.
    pub cpu_model: Option<String>,
    /// Logical processors.
    pub cores: Option<u32>,
    /// Memory, kilobytes of 1024 bytes.
    pub memory_kb: Option<u64>,
    /// How the processor's frequency is governed.
    pub governor: Option<String>,
    /// Kubernetes distribution and its version, each as far as it answers.
    pub kubernetes: Vec<Kubernetes>,
    /// Its clock less the tester's; none: unknown.
    pub clock: Option<ClockOffset>,
}

/// A Kubernetes distribution on a host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Kubernetes {
    /// `k3s`, `k0s`, `microk8s` or `kubelet`.
    pub distribution: String,
    /// What its binary says.
    pub version: String,
}

/// By how much a host's clock is ahead of the tester's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClockOffset {
    /// Nanoseconds; negative when it is behind.
    pub offset_ns: i64,
    /// The truth lies within this much of it, nanoseconds.
    pub bound_ns: u64,
}

/// What a monitor saw of a host at a tick.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Observation {
    /// Index of the host in the run's list.
    pub host: u16,
    /// When the tick was due, Unix time by the tester's clock, nanoseconds.
    pub due_unix_ns: i64,
    /// What came.
    #[serde(flatten)]
    pub seen: Seen,
}

/// What came of a tick.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Seen {
    /// The host answered.
    Sample(Box<ResourceSample>),
    /// It did not, or with nonsense; why, in words.
    Gap(String),
}

/// What a host spent between two readings.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ResourceSample {
    /// Middle of the exchange, Unix time by the tester's clock, nanoseconds.
    pub at_unix_ns: i64,
    /// From the question's last byte to the answer's first, nanoseconds; 0 on the tester itself.
    pub round_trip_ns: u64,
    /// Since the reading before, nanoseconds; none for the first one after the host's start, which has no shares and no
    /// rates. After a gap it spans the gap.
    pub interval_ns: Option<u64>,
    /// Of all processors together.
    pub cpu: Option<CpuShares>,
    /// Of each processor that was online at both readings.
    pub cores: Vec<CoreShares>,
    /// Memory at the reading.
    pub memory: Memory,
    /// Runnable tasks, means over 1, 5 and 15 minutes.
    pub load_average: [f64; 3],
    /// Network interfaces; loopback is left out, and what goes through another one as well: bridges, tunnels, pods' ends.
    pub network: Vec<NetworkUse>,
    /// Whole disks, and nothing that stands on them.
    pub disks: Vec<DiskUse>,
    /// Time that tasks waited for a resource; none where the kernel does not tell.
    pub pressure: Option<Pressure>,
    /// Control groups worth telling apart: all pods, the system's services, the distribution's own.
    pub groups: Vec<GroupUse>,
    /// Hottest thermal zone, degrees Celsius.
    pub temperature: Option<f64>,
}

/// Where processor time went, per cent of the interval, as `mpstat` names and divides it. They add up to 100.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CpuShares {
    /// User space, guests and niced tasks left out.
    pub usr: f64,
    /// Niced tasks in user space, guests left out.
    pub nice: f64,
    /// Kernel, interrupts left out.
    pub sys: f64,
    /// Idle while a disk was awaited.
    pub iowait: f64,
    /// Hardware interrupts.
    pub irq: f64,
    /// Software interrupts.
    pub soft: f64,
    /// Taken by the hypervisor.
    pub steal: f64,
    /// Guests of a hypervisor on this host.
    pub guest: f64,
    /// Niced guests.
    pub gnice: f64,
    /// Idle.
    pub idle: f64,
}

impl CpuShares {
    /// All that is not idle, and not waiting for a disk.
    pub fn busy(&self) -> f64 {
        100.0 - self.idle - self.iowait
    }
}

/// Where the time of one processor went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CoreShares {
    /// Its number by the kernel; processors can come and go.
    pub core: u32,
    /// Where its time went.
    #[serde(flatten)]
    pub shares: CpuShares,
}

/// Memory, kilobytes of 1024 bytes, as `free` of procps 4 names it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Memory {
    /// Of the machine.
    pub total: f64,
    /// `total` less `available`.
    pub used: f64,
    /// Used for nothing.
    pub free: f64,
    /// Shared memory.
    pub shared: f64,
    /// Buffers and caches, reclaimable slabs included.
    pub buff_cache: f64,
    /// What a new program could have without swapping.
    pub available: f64,
}

/// What went through a network interface.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NetworkUse {
    /// Its name.
    pub name: String,
    /// Bytes a second.
    pub received: f64,
    /// Bytes a second.
    pub sent: f64,
}

/// What a disk did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DiskUse {
    /// Its name.
    pub name: String,
    /// Bytes a second.
    pub read: f64,
    /// Bytes a second.
    pub written: f64,
    /// Time with a request under way, per cent.
    pub busy: f64,
}

/// Time that tasks waited for a resource, per cent of the interval.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Pressure {
    /// Some task waited for a processor.
    pub cpu: f64,
    /// Some task waited for memory.
    pub memory: f64,
    /// Some task waited for a disk.
    pub io: f64,
}

/// What a control group used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GroupUse {
    /// Its path below the root of control groups.
    pub name: String,
    /// Processor time, in processors: 1.5 is one and a half.
    pub cpu: Option<f64>,
    /// Memory, bytes.
    pub memory: Option<u64>,
}

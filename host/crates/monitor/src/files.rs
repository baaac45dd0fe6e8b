//! Which files are read at each tick.

/// Of the whole machine.
const MACHINE: [&str; 9] = [
    // First: what it costs to read the others should not be in it.
    "/proc/stat",
    "/proc/uptime",
    "/proc/meminfo",
    "/proc/loadavg",
    "/proc/net/dev",
    "/proc/diskstats",
    "/proc/pressure/cpu",
    "/proc/pressure/memory",
    "/proc/pressure/io",
];

/// Where control groups of version 2 are.
pub(crate) const GROUPS_ROOT: &str = "/sys/fs/cgroup/";

/// Control groups worth telling apart. Those that a host does not have cost it an `open` each.
const GROUPS: [&str; 17] = [
    // All pods, by either driver of control groups.
    "kubepods",
    "kubepods.slice",
    "system.slice",
    "system.slice/k3s.service",
    "system.slice/k3s-agent.service",
    "system.slice/rke2-server.service",
    "system.slice/rke2-agent.service",
    "system.slice/k0scontroller.service",
    "system.slice/k0sworker.service",
    "system.slice/snap.microk8s.daemon-kubelite.service",
    "system.slice/snap.microk8s.daemon-containerd.service",
    "system.slice/snap.microk8s.daemon-k8s-dqlite.service",
    "system.slice/snap.microk8s.daemon-etcd.service",
    "system.slice/snap.microk8s.daemon-apiserver-kicker.service",
    "system.slice/snap.microk8s.daemon-cluster-agent.service",
    "system.slice/kubelet.service",
    "system.slice/containerd.service",
];

/// All of them, but for thermal zones, which are found on the host.
pub(crate) fn all() -> Vec<String> {
    let groups = GROUPS
        .iter()
        .flat_map(|group| ["cpu.stat", "memory.current"].map(|file| format!("{GROUPS_ROOT}{group}/{file}")));
    MACHINE.iter().map(|path| (*path).to_owned()).chain(groups).collect()
}

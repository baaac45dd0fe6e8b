//! `/proc/net/dev`.

/// What went through an interface since it came up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InterfaceCounters {
    /// Its name.
    pub(crate) name: String,
    /// Bytes.
    pub(crate) received: u64,
    /// Bytes.
    pub(crate) sent: u64,
}

/// How interfaces begin whose packets go through another one as well: counted too, they would count twice.
const DOUBLES: [&str; 26] = [
    "veth",
    "cali",
    "cni",
    "flannel",
    "docker",
    "br-",
    "virbr",
    "bridge",
    "cilium",
    "lxc",
    "kube-",
    "nodelocaldns",
    "tunl",
    "vxlan",
    "geneve",
    "gre",
    "sit",
    "ip6tnl",
    "ovs-",
    "dummy",
    "ifb",
    "bond",
    "tap",
    "tun",
    "wg",
    "weave",
];

/// All but loopback, and but doubles unless there is nothing else.
pub(super) fn parse(text: &str) -> Vec<InterfaceCounters> {
    let all: Vec<_> = text.lines().filter_map(interface).filter(|interface| interface.name != "lo").collect();
    let is_double = |interface: &InterfaceCounters| {
        DOUBLES.iter().any(|start| interface.name.starts_with(start))
            // A VLAN stands on its interface.
            || all.iter().any(|other| interface.name.strip_prefix(&other.name).is_some_and(|rest| rest.starts_with('.')))
    };
    let singles: Vec<_> = all.iter().filter(|interface| !is_double(interface)).cloned().collect();
    if singles.is_empty() { all } else { singles }
}

fn interface(line: &str) -> Option<InterfaceCounters> {
    // An alias has a colon of its own.
    let (name, words) = line.rsplit_once(':')?;
    let fields: Vec<u64> = words.split_ascii_whitespace().map_while(|word| word.parse().ok()).collect();
    Some(InterfaceCounters { name: name.trim().to_owned(), received: *fields.first()?, sent: *fields.get(8)? })
}

//! What the hosts spent in a trial, or at rest, as a person reads it.

use std::fmt::Write as _;

use model::{HostFacts, HostUse};

use crate::figure::bytes;

/// Heads of the columns, per cent where nothing else is said.
const COLUMNS: [&str; 7] = ["busy %", "usr", "sys", "steal", "memory", "received/s", "sent/s"];
/// Names longer than this are cut.
const NAME: usize = 22;

/// A line a host under a head; empty when none was seen.
pub(crate) fn table(spent: &[HostUse], hosts: &[HostFacts]) -> String {
    if spent.iter().all(|host| host.samples == 0 && host.gaps == 0) {
        return String::new();
    }
    let mut text = format!("  {:<NAME$}", "hosts");
    for column in COLUMNS {
        let _ = write!(text, "{column:>11}");
    }
    text.push('\n');
    for one in spent {
        let name = hosts.get(usize::from(one.host)).map_or("?", |host| host.name.as_str());
        let name: String = name.chars().take(NAME - 1).collect();
        let _ = write!(text, "  {name:<NAME$}");
        for cell in cells(one) {
            let _ = write!(text, "{cell:>11}");
        }
        let gaps = if one.gaps > 0 { format!("   {} of its looks went unanswered", one.gaps) } else { String::new() };
        let _ = writeln!(text, "{gaps}");
    }
    text
}

fn cells(spent: &HostUse) -> [String; 7] {
    let share = |of: fn(&model::resources::CpuShares) -> f64| {
        spent.cpu.as_ref().map_or_else(|| "–".to_owned(), |cpu| format!("{:.1}", of(cpu)))
    };
    let amount = |amount: Option<f64>| amount.map_or_else(|| "–".to_owned(), |amount| bytes(amount as u64));
    [
        share(model::resources::CpuShares::busy),
        share(|cpu| cpu.usr),
        share(|cpu| cpu.sys),
        share(|cpu| cpu.steal),
        amount(spent.memory.map(|memory| memory.used * 1024.0)),
        amount(spent.network.map(|network| network.0)),
        amount(spent.network.map(|network| network.1)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::resources::{CpuShares, Memory};

    #[test]
    fn each_host_has_a_line_and_a_gap_is_told() {
        let facts = |name: &str| HostFacts { name: name.to_owned(), ..HostFacts::default() };
        let hosts = [facts("node-1"), facts("tester")];
        let cpu = CpuShares { usr: 20.0, sys: 10.0, steal: 1.0, idle: 69.0, ..CpuShares::default() };
        let memory = Memory { used: 2048.0, ..Memory::default() };
        let seen = HostUse {
            samples: 3,
            cpu: Some(cpu),
            memory: Some(memory),
            network: Some((1024.0, 512.0)),
            ..HostUse::default()
        };
        let spent = [HostUse { gaps: 2, ..seen.clone() }, HostUse { host: 1, samples: 1, ..HostUse::default() }];
        insta::assert_snapshot!(table(&spent, &hosts), @"
          hosts                      busy %        usr        sys      steal     memory received/s     sent/s
          node-1                       31.0       20.0       10.0        1.0   2.00 MiB   1.00 KiB      512 B   2 of its looks went unanswered
          tester                          –          –          –          –          –          –          –
        ");
        assert_eq!(table(&[HostUse::default()], &hosts), "");
    }
}

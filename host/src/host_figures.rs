//! How what hosts spend is written: a row of a table, a line of CSV, an object.

use model::resources::{HostFacts, Observation, ResourceSample, Seen};
use serde::Serialize;

use crate::figure;

/// Columns of the table, but for the name.
const COLUMNS: [(&str, usize); 13] = [
    ("cpu %", 6),
    ("usr", 6),
    ("sys", 6),
    ("iowait", 6),
    ("steal", 6),
    ("memory", 10),
    ("load", 6),
    ("received/s", 10),
    ("sent/s", 10),
    ("read/s", 10),
    ("written/s", 10),
    ("wait %", 6),
    ("answer", 8),
];

/// Columns of the CSV.
const HEAD: [&str; 32] = [
    "time",
    "host",
    "gap",
    "interval_s",
    "round_trip_ms",
    "cpu_busy",
    "cpu_usr",
    "cpu_nice",
    "cpu_sys",
    "cpu_iowait",
    "cpu_irq",
    "cpu_soft",
    "cpu_steal",
    "cpu_guest",
    "cpu_gnice",
    "cpu_idle",
    "memory_total_kb",
    "memory_used_kb",
    "memory_free_kb",
    "memory_shared_kb",
    "memory_buff_cache_kb",
    "memory_available_kb",
    "load_1m",
    "network_received_bytes_per_s",
    "network_sent_bytes_per_s",
    "disk_read_bytes_per_s",
    "disk_written_bytes_per_s",
    "disk_busy_most",
    "pressure_cpu",
    "pressure_memory",
    "pressure_io",
    "temperature_c",
];

/// Head of the table, names as wide as this.
pub(crate) fn table_head(name_width: usize) -> String {
    let columns: String = COLUMNS.iter().map(|(name, width)| format!("  {name:>width$}")).collect();
    format!("{:name_width$}{columns}", "host")
}

/// A row of the table.
pub(crate) fn table_row(name: &str, seen: &Seen, name_width: usize) -> String {
    match seen {
        Seen::Gap(why) => format!("{name:name_width$}  no figures: {why}"),
        Seen::Sample(sample) => {
            let cells = cells(sample);
            let columns: String =
                COLUMNS.iter().zip(cells).map(|((_, width), cell)| format!("  {cell:>width$}")).collect();
            format!("{name:name_width$}{columns}")
        }
    }
}

fn cells(sample: &ResourceSample) -> [String; 13] {
    let none = || "–".to_owned();
    let share = |share: Option<f64>| share.map_or_else(none, |share| format!("{share:.1}"));
    let bytes = |bytes: Option<f64>| bytes.map_or_else(none, |bytes| figure::bytes(bytes.max(0.0) as u64));
    let cpu = sample.cpu.as_ref();
    [
        share(cpu.map(model::resources::CpuShares::busy)),
        share(cpu.map(|cpu| cpu.usr)),
        share(cpu.map(|cpu| cpu.sys)),
        share(cpu.map(|cpu| cpu.iowait)),
        share(cpu.map(|cpu| cpu.steal)),
        bytes(Some(sample.memory.used * 1024.0)),
        format!("{:.2}", sample.load_average[0]),
        bytes(sum(&sample.network, |one| one.received)),
        bytes(sum(&sample.network, |one| one.sent)),
        bytes(sum(&sample.disks, |one| one.read)),
        bytes(sum(&sample.disks, |one| one.written)),
        share(sample.pressure.map(|pressure| pressure.cpu)),
        if sample.round_trip_ns == 0 { none() } else { figure::time(sample.round_trip_ns as f64) },
    ]
}

fn sum<T>(all: &[T], figure: fn(&T) -> f64) -> Option<f64> {
    (!all.is_empty()).then(|| all.iter().map(figure).sum())
}

/// Head of the CSV.
pub(crate) fn csv_head() -> Vec<String> {
    HEAD.map(str::to_owned).to_vec()
}

/// A line of the CSV; what is not known is empty.
pub(crate) fn csv_line(name: &str, observation: &Observation) -> Vec<String> {
    let time = |unix_ns: i64| {
        jiff::Timestamp::from_nanosecond(i128::from(unix_ns)).map_or_else(|_| String::new(), |at| format!("{at:.3}"))
    };
    let sample = match &observation.seen {
        Seen::Gap(why) => {
            let mut line = vec![time(observation.due_unix_ns), name.to_owned(), why.clone()];
            line.resize(HEAD.len(), String::new());
            return line;
        }
        Seen::Sample(sample) => sample,
    };
    let number = |number: Option<f64>| number.map_or_else(String::new, |number| format!("{number:.3}"));
    let cpu = |figure: fn(&model::resources::CpuShares) -> f64| number(sample.cpu.as_ref().map(figure));
    let waited = |figure: fn(&model::resources::Pressure) -> f64| number(sample.pressure.as_ref().map(figure));
    let memory = sample.memory;
    let line = [
        time(sample.at_unix_ns),
        name.to_owned(),
        String::new(),
        number(sample.interval_ns.map(|nanos| nanos as f64 / 1e9)),
        number(Some(sample.round_trip_ns as f64 / 1e6).filter(|millis| *millis > 0.0)),
        cpu(|cpu| cpu.busy()),
        cpu(|cpu| cpu.usr),
        cpu(|cpu| cpu.nice),
        cpu(|cpu| cpu.sys),
        cpu(|cpu| cpu.iowait),
        cpu(|cpu| cpu.irq),
        cpu(|cpu| cpu.soft),
        cpu(|cpu| cpu.steal),
        cpu(|cpu| cpu.guest),
        cpu(|cpu| cpu.gnice),
        cpu(|cpu| cpu.idle),
        memory.total.to_string(),
        memory.used.to_string(),
        memory.free.to_string(),
        memory.shared.to_string(),
        memory.buff_cache.to_string(),
        memory.available.to_string(),
        number(Some(sample.load_average[0])),
        number(sum(&sample.network, |one| one.received)),
        number(sum(&sample.network, |one| one.sent)),
        number(sum(&sample.disks, |one| one.read)),
        number(sum(&sample.disks, |one| one.written)),
        number(sample.disks.iter().map(|one| one.busy).reduce(f64::max)),
        waited(|pressure| pressure.cpu),
        waited(|pressure| pressure.memory),
        waited(|pressure| pressure.io),
        number(sample.temperature),
    ];
    line.to_vec()
}

/// A line of JSON that tells what is known of a host.
#[derive(Serialize)]
pub(crate) struct FactsLine<'a> {
    /// The facts.
    pub(crate) facts: &'a HostFacts,
}

/// A line of JSON that tells what was seen of a host.
#[derive(Serialize)]
pub(crate) struct SeenLine<'a> {
    /// Its name.
    pub(crate) name: &'a str,
    /// What was seen.
    #[serde(flatten)]
    pub(crate) observation: &'a Observation,
}

/// What is known of a host, in a line.
pub(crate) fn facts_in_a_line(facts: &HostFacts) -> String {
    let mut parts = Vec::new();
    parts.extend(facts.os.clone());
    parts.extend(facts.kernel.as_ref().map(|kernel| format!("kernel {kernel}")));
    parts.extend(
        facts.cores.map(|cores| if cores == 1 { "1 processor".to_owned() } else { format!("{cores} processors") }),
    );
    parts.extend(facts.memory_kb.map(|kilobytes| figure::bytes(kilobytes * 1024)));
    parts.extend(facts.governor.as_ref().map(|governor| format!("governor {governor}")));
    parts.extend(facts.kubernetes.iter().map(|one| format!("{} {}", one.distribution, one.version)));
    if !facts.is_tester {
        parts.push(match facts.clock {
            None => "clock unknown".to_owned(),
            Some(clock) => {
                let offset = figure::time(clock.offset_ns.unsigned_abs() as f64);
                let direction = if clock.offset_ns < 0 { "behind" } else { "ahead" };
                format!("clock {offset} {direction} (± {})", figure::time(clock.bound_ns as f64))
            }
        });
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::resources::{ClockOffset, CpuShares, Kubernetes, Memory, NetworkUse, Pressure};

    fn observation() -> Observation {
        let sample = ResourceSample {
            at_unix_ns: 1_700_000_000_250_000_000,
            round_trip_ns: 650_000,
            interval_ns: Some(1_000_000_000),
            cpu: Some(CpuShares { usr: 20.0, sys: 5.0, iowait: 1.0, idle: 74.0, ..CpuShares::default() }),
            memory: Memory { total: 4_000_000.0, used: 1_000_000.0, ..Memory::default() },
            load_average: [0.5, 0.4, 0.3],
            network: vec![NetworkUse { name: "eth0".into(), received: 2048.0, sent: 100.0 }],
            pressure: Some(Pressure { cpu: 3.0, ..Pressure::default() }),
            ..ResourceSample::default()
        };
        Observation { host: 0, due_unix_ns: 1_700_000_000_000_000_000, seen: Seen::Sample(Box::new(sample)) }
    }

    fn gap() -> Observation {
        Observation { seen: Seen::Gap("no answer for 2 s".into()), ..observation() }
    }

    #[test]
    fn the_table_has_a_row_a_host() {
        let rows = [table_head(6), table_row("db-1", &observation().seen, 6), table_row("web", &gap().seen, 6)];
        insta::assert_snapshot!(rows.join("\n"), @r"
        host     cpu %     usr     sys  iowait   steal      memory    load  received/s      sent/s      read/s   written/s  wait %    answer
        db-1      25.0    20.0     5.0     1.0     0.0     977 MiB    0.50    2.00 KiB       100 B           –           –     3.0    650 µs
        web     no figures: no answer for 2 s
        ");
    }

    #[test]
    fn the_csv_has_a_figure_for_each_head() {
        let line = csv_line("db-1", &observation());
        assert_eq!((line.len(), csv_line("web", &gap()).len()), (HEAD.len(), HEAD.len()));
        let figure = |name: &str| line[HEAD.iter().position(|head| *head == name).expect(name)].as_str();
        assert_eq!((figure("time"), figure("host"), figure("gap")), ("2023-11-14T22:13:20.250Z", "db-1", ""));
        assert_eq!((figure("cpu_busy"), figure("cpu_idle"), figure("memory_used_kb")), ("25.000", "74.000", "1000000"));
        assert_eq!((figure("disk_read_bytes_per_s"), figure("network_sent_bytes_per_s")), ("", "100.000"));
        assert_eq!(csv_line("web", &gap())[..3], ["2023-11-14T22:13:20.000Z", "web", "no answer for 2 s"]);
    }

    #[test]
    fn a_line_of_json_tells_a_sample_or_a_gap() {
        let line = |observation: Observation| {
            serde_json::to_value(SeenLine { name: "db-1", observation: &observation }).expect("plain data")
        };
        assert_eq!(line(gap())["gap"], "no answer for 2 s");
        assert_eq!(line(observation())["sample"]["cpu"]["usr"], 20.0);
    }

    #[test]
    fn facts_are_told_as_far_as_they_are_known() {
        let facts = HostFacts {
            kernel: Some("6.1.0".into()),
            cores: Some(4),
            memory_kb: Some(4 << 20),
            kubernetes: vec![Kubernetes { distribution: "k3s".into(), version: "v1.28.5+k3s1".into() }],
            clock: Some(ClockOffset { offset_ns: -1_500_000, bound_ns: 300_000 }),
            ..HostFacts::default()
        };
        insta::assert_snapshot!(facts_in_a_line(&facts), @"kernel 6.1.0, 4 processors, 4.00 GiB, k3s v1.28.5+k3s1, clock 1.50 ms behind (± 300 µs)");
        assert_eq!(facts_in_a_line(&HostFacts::default()), "clock unknown");
    }
}

//! Facts about parsing, on real texts and on odd ones.

use model::resources::Memory;

use super::*;

/// A virtual machine with two processors, kernel 6.18.
const STAT: &str = "\
cpu  1464101 160064 237706 867275 5892 0 40917 882 0 0
cpu0 688364 75435 94725 503142 2230 0 20909 427 0 0
cpu1 775736 84629 142981 364132 3661 0 20008 455 0 0
intr 17071678 0 0 0
ctxt 27459223
btime 1764074412
";

const MEMINFO: &str = "\
MemTotal:       24684092 kB
MemFree:        23614327 kB
MemAvailable:   24090724 kB
Buffers:           42148 kB
Cached:           600116 kB
SwapCached:            0 kB
Shmem:              8856 kB
KReclaimable:      99999 kB
SReclaimable:     147076 kB
HugePages_Total:       0
";

const NET: &str = "\
Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 5549096   32912    0    0    0     0          0         0  5549096   32912    0    0    0     0       0          0
  eth0:1234567890    10    0    0    0     0          0         0      99       3    0    0    0     0       0          0
eth0.100: 5 1 0 0 0 0 0 0 6 1 0 0 0 0 0 0
vethab12: 7 1 0 0 0 0 0 0 8 1 0 0 0 0 0 0
  cni0: 7 1 0 0 0 0 0 0 8 1 0 0 0 0 0 0
";

const DISKS: &str = "\
   7       0 loop0 11 0 22 0 0 0 0 0 0 0 0 0 0 0 0 0 0
 254       0 vda 1400650 44139 64666746 3508002 143634 223013 105207288 445482 0 131028 3969497 88183 70 25201664 15334 12981 678
 254       1 vda1 1400000 44139 64666746 3508002 143634 223013 105207288 445482 0 131028 3969497
 259       0 nvme0n1 5 0 10 1 0 0 0 0 0 1 1
 259       1 nvme0n1p1 5 0 10 1 0 0 0 0 0 1 1
 253       0 zram0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
 252       0 dm-0 900 0 10 1 0 0 0 0 0 1 1
   8       0 sda 0 0 0 0 0 0 0 0 0 0 0
";

fn reading(files: &[(&str, &str)]) -> Reading {
    Reading::parse([("/proc/stat", STAT)].into_iter().chain(files.iter().copied())).expect("a reading")
}

#[test]
fn memory_is_what_free_prints() {
    let memory = reading(&[("/proc/meminfo", MEMINFO)]).memory;
    let wanted = Memory {
        total: 24_684_092.0,
        used: 593_368.0,
        free: 23_614_327.0,
        shared: 8_856.0,
        buff_cache: 789_340.0,
        available: 24_090_724.0,
    };
    assert_eq!(memory, wanted);
    let old = MEMINFO.replace("MemAvailable", "Other");
    assert_eq!(reading(&[("/proc/meminfo", &old)]).memory.used, 24_684_092.0 - 23_614_327.0);
}

#[test]
fn processors_keep_their_numbers() {
    let cores: Vec<_> = reading(&[]).cores.iter().map(|core| core.core).collect();
    assert_eq!(cores, [0, 1]);
    let text = STAT.replace("cpu0", "cpu17");
    let cores = Reading::parse([("/proc/stat", text.as_str())]).expect("a reading").cores;
    assert_eq!(cores[0].core, 17);
}

#[test]
fn an_old_kernel_with_four_times_is_read() {
    let before = Reading::parse([("/proc/stat", "cpu 1 2 3 4\n")]).expect("a reading");
    let now = Reading::parse([("/proc/stat", "cpu 2 3 4 5\n")]).expect("a reading");
    let shares = now.processor.shares_since(&before.processor).expect("shares");
    assert_eq!((shares.usr, shares.idle, shares.steal), (25.0, 25.0, 0.0));
}

#[test]
fn shares_add_up_and_guests_are_taken_out_of_user() {
    let before = Reading::parse([("/proc/stat", "cpu 0 0 0 0 0 0 0 0 0 0\n")]).expect("a reading");
    let now = Reading::parse([("/proc/stat", "cpu 30 20 10 10 10 5 5 10 12 4\n")]).expect("a reading");
    let cpu = now.processor.shares_since(&before.processor).expect("shares");
    assert_eq!((cpu.usr, cpu.guest, cpu.nice, cpu.gnice), (18.0, 12.0, 16.0, 4.0));
    let sum =
        cpu.usr + cpu.nice + cpu.sys + cpu.iowait + cpu.irq + cpu.soft + cpu.steal + cpu.guest + cpu.gnice + cpu.idle;
    assert!((sum - 100.0).abs() < 1e-9, "{sum}");
}

#[test]
fn idle_may_step_back_and_user_may_not() {
    let times = |text: &str| Reading::parse([("/proc/stat", text)]).expect("a reading").processor;
    let before = times("cpu 100 0 0 1000 50\n");
    let shares = times("cpu 110 0 0 999 49\n").shares_since(&before).expect("shares");
    assert_eq!((shares.usr, shares.idle, shares.iowait), (100.0, 0.0, 0.0));
    assert_eq!(times("cpu 99 0 0 2000 50\n").shares_since(&before), None);
    assert_eq!(before.shares_since(&before), None, "no tick passed");
}

#[test]
fn interfaces_that_double_others_are_left_out() {
    let network = reading(&[("/proc/net/dev", NET)]).network;
    assert_eq!(network, [InterfaceCounters { name: "eth0".into(), received: 1_234_567_890, sent: 99 }]);
    let only = reading(&[("/proc/net/dev", "  lo: 1 1 1 1 1 1 1 1 1 1\nveth0: 7 1 0 0 0 0 0 0 8 1\n")]).network;
    assert_eq!(only, [InterfaceCounters { name: "veth0".into(), received: 7, sent: 8 }]);
}

#[test]
fn whole_disks_are_read_and_nothing_that_stands_on_them() {
    let disks = reading(&[("/proc/diskstats", DISKS)]).disks;
    let names: Vec<_> = disks.iter().map(|disk| disk.name.as_str()).collect();
    assert_eq!(names, ["vda", "nvme0n1"]);
    assert_eq!((disks[0].read, disks[0].written, disks[0].busy_ms), (64_666_746 * 512, 105_207_288 * 512, 131_028));
}

#[test]
fn levels_are_read() {
    let reading = reading(&[
        ("/proc/loadavg", "0.36 0.69 1.46 2/278 28384\n"),
        ("/proc/uptime", "13956.47 8672.75\n"),
        ("/sys/class/thermal/thermal_zone0/temp", "45000\n"),
        ("/sys/class/thermal/thermal_zone1/temp", "51500\n"),
        ("/sys/class/thermal/thermal_zone2/temp", "-274000\n"),
        ("/proc/pressure/io", "some avg10=0.00 avg60=0.00 avg300=0.00 total=566218\nfull avg10=0.00 total=492460\n"),
        ("/sys/fs/cgroup/system.slice/cpu.stat", "usage_usec 123\nuser_usec 100\n"),
        ("/sys/fs/cgroup/system.slice/memory.current", "4096\n"),
    ]);
    assert_eq!(reading.load_average, [0.36, 0.69, 1.46]);
    assert_eq!(reading.uptime, Some(Duration::from_millis(13_956_470)));
    assert_eq!(reading.temperature, Some(51.5));
    assert_eq!(reading.stalls, Some(Stalls { io: 566_218, ..Stalls::default() }));
    let group = GroupCounters { name: "system.slice".into(), cpu_us: Some(123), memory: Some(4096) };
    assert_eq!(reading.groups, [group]);
}

#[test]
fn missing_files_and_garbage_leave_the_rest() {
    let garbage = "\u{0}\u{7f}nonsense: x y\n::::\n  -1 NaN inf\n99999999999999999999999\nsome total=\n";
    let paths = [
        "/proc/meminfo",
        "/proc/uptime",
        "/proc/loadavg",
        "/proc/net/dev",
        "/proc/diskstats",
        "/proc/pressure/cpu",
        "/sys/fs/cgroup/kubepods/cpu.stat",
        "/sys/fs/cgroup/kubepods/memory.current",
        "/sys/class/thermal/thermal_zone0/temp",
        "/unasked",
    ];
    for text in [garbage, "", "\n", "NaN", "-5", "1e999"] {
        let read = reading(&paths.map(|path| (path, text)));
        assert!(read.network.is_empty() && read.disks.is_empty() && read.groups.is_empty(), "{text:?}");
        assert_eq!((read.uptime, read.stalls, read.cores.len()), (None, None, 2), "{text:?}");
    }
}

#[test]
fn without_processor_times_there_is_no_reading() {
    for text in ["", "cpu0 1 2 3 4\n", "cpu  1 2\n", "cpu  a b c d\n", "command not found\n"] {
        assert_eq!(Reading::parse([("/proc/stat", text)]), Err(NoReading), "{text:?}");
    }
    assert_eq!(Reading::parse([("/proc/meminfo", MEMINFO)]), Err(NoReading));
}

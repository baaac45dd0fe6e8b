//! Keeps threads from waiting for the end of another's turn on a processor, milliseconds later.

use std::num::NonZeroU64;

use rustix::thread::{ClockId, Timespec};

/// Length of a turn, nanoseconds: the shortest that Linux grants.
const TURN: u64 = 100_000;
/// How long a plugin thread sleeps to give way, nanoseconds: about what a generator thread and a target take for a request.
/// 10 µs were too few (p99 rose by 11 % where 30 µs gave 2.6 %: 200 µs a call, 1 000/s, a target of 5 ms, all on two cores).
const PAUSE: i64 = 30_000;

/// Has the calling thread take its share of the processor in turns of 0.1 ms, and its sleeps be as short as they are. Its
/// share stays what it is. Linux before 6.12 pays no attention to turns; refused, it does no harm.
///
/// Plugin threads have no longer ones, which let others in yet sooner: beside other programs they wait for their next turn for
/// as long, and requests are built late (p99 of 8 to 380 ms where it is 8 to 9 ms).
pub(crate) fn ask_for_short_ones() {
    const SIZE: u32 = size_of::<libc::sched_attr>() as u32;
    // Threads inherit a slack of 50 µs, by which the kernel may delay any wake-up.
    let _ = rustix::thread::set_current_timer_slack(NonZeroU64::new(1));
    // SAFETY: zeroes are valid in all of its fields, which are numbers.
    let mut attributes: libc::sched_attr = unsafe { std::mem::zeroed() };
    // SAFETY: the kernel writes at most `SIZE` bytes there, for the calling thread (0).
    let got = unsafe { libc::syscall(libc::SYS_sched_getattr, 0, &raw mut attributes, SIZE, 0) };
    if got == 0 && attributes.sched_policy == libc::SCHED_OTHER as u32 {
        attributes.size = SIZE;
        attributes.sched_runtime = TURN;
        // SAFETY: the kernel reads `size` bytes there.
        unsafe { libc::syscall(libc::SYS_sched_setattr, 0, &raw const attributes, 0) };
    }
}

/// Lets whoever waits for the processor in, by a short sleep: nothing less makes the scheduler choose anew before its next
/// tick, milliseconds later.
pub(crate) fn give_way() {
    // However it ends, the scheduler has chosen.
    let _ = rustix::thread::clock_nanosleep_relative(ClockId::Monotonic, &Timespec { tv_sec: 0, tv_nsec: PAUSE });
}

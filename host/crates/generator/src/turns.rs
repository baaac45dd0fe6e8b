//! Tells the scheduler who is to wait for whom: a generator thread that becomes due for nobody, a plugin thread, which works
//! ahead and behind, for everybody.
//!
//! Linux lets a thread that wakes have the processor at once if its turns are shorter than those of the thread that runs
//! (EEVDF, `PREEMPT_SHORT`; since 6.12, before it the lengths are not heeded). Shares of the processor stay what they are.

use std::num::NonZeroU64;

use rustix::thread::{ClockId, Timespec};

/// Length of a generator thread's turns, nanoseconds: the shortest that Linux grants.
const SHORT: u64 = 100_000;
/// Length of a plugin thread's turns, nanoseconds: the longest that Linux grants.
const LONG: u64 = 100_000_000;

/// How long a plugin thread sleeps to give way, nanoseconds: about what a generator thread and a target take for a request.
/// 10 µs were too few (p99 rose by 11 % where 30 µs gave 2.6 %: 200 µs a call, 1 000/s, a target of 5 ms, all on two cores).
const PAUSE: i64 = 30_000;

/// The calling thread is let in at once when it wakes.
pub(crate) fn ask_for_short_ones() {
    ask(libc::SCHED_OTHER, SHORT);
}

/// The calling thread gives way to any that wakes, and when it wakes takes nobody's place. Its turns may be long.
pub(crate) fn ask_for_long_ones() {
    // The sleep of `give_way` is to be as short as it is.
    let _ = rustix::thread::set_current_timer_slack(NonZeroU64::new(1));
    ask(libc::SCHED_BATCH, LONG);
}

/// Lets whoever waits for the processor in, by a short sleep: nothing less makes the scheduler choose anew before its next
/// tick, milliseconds later.
pub(crate) fn give_way() {
    // However it ends, the scheduler has chosen.
    let _ = rustix::thread::clock_nanosleep_relative(ClockId::Monotonic, &Timespec { tv_sec: 0, tv_nsec: PAUSE });
}

/// Sets policy and length of turns of the calling thread, unless it has been given another policy than the usual one.
/// Refused, it does no harm.
fn ask(policy: i32, length: u64) {
    const SIZE: u32 = size_of::<libc::sched_attr>() as u32;
    // SAFETY: zeroes are valid in all of its fields, which are numbers.
    let mut attributes: libc::sched_attr = unsafe { std::mem::zeroed() };
    // SAFETY: the kernel writes at most `SIZE` bytes there, for the calling thread (0).
    let got = unsafe { libc::syscall(libc::SYS_sched_getattr, 0, &raw mut attributes, SIZE, 0) };
    if got == 0 && attributes.sched_policy == libc::SCHED_OTHER as u32 {
        attributes.size = SIZE;
        attributes.sched_policy = policy as u32;
        attributes.sched_runtime = length;
        // SAFETY: the kernel reads `size` bytes there.
        unsafe { libc::syscall(libc::SYS_sched_setattr, 0, &raw const attributes, 0) };
    }
}

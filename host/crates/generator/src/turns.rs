//! Asks the scheduler for short turns: a thread that becomes due waits for the end of another's turn, not for milliseconds.

/// Length of a turn, nanoseconds: the shortest that Linux grants.
const TURN: u64 = 100_000;

/// Has the calling thread take its share of the processor in turns of 0.1 ms. Its share stays what it is. Linux before 6.12
/// pays no attention to it; refused, it does no harm.
pub(crate) fn ask_for_short_ones() {
    const SIZE: u32 = size_of::<libc::sched_attr>() as u32;
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

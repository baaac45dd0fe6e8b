//! Random numbers that come again in the same order for the same seed.

/// The next number, uniform over all 32 bits. The host starts the sequence anew with each call, from the run's seed,
/// the iteration's index and the state. Outside of a host, in a unit test, it is a fixed sequence.
pub fn next() -> u32 {
    #[cfg(target_arch = "wasm32")]
    return crate::bindings::test_case::cluster_tester::plugin::random::next();
    #[cfg(not(target_arch = "wasm32"))]
    native::next()
}

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use std::cell::Cell;

    thread_local! {
        static STATE: Cell<u32> = const { Cell::new(0x9E37_79B9) };
    }

    /// Marsaglia's xorshift (2003).
    pub(super) fn next() -> u32 {
        STATE.with(|state| {
            let mut x = state.get();
            x ^= x << 13;
            x ^= x >> 17;
            x ^= x << 5;
            state.set(x);
            x
        })
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_differ_from_call_to_call() {
        assert_ne!(super::next(), super::next());
    }
}

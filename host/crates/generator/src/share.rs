//! How a whole is divided among threads.

/// Share of thread `index` of `threads` in `total`. All shares add up to the total, and differ by at most one.
pub fn share_of(total: u32, threads: u32, index: u32) -> u32 {
    total / threads + u32::from(index < total % threads)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn shares_sum_to_the_whole(total in 0u32..1_000_000, threads in 1u32..64) {
            prop_assert_eq!((0..threads).map(|index| share_of(total, threads, index)).sum::<u32>(), total);
        }
    }
}

//! Sorts an array the slowest way, off the event loop, and no more arrays at a time than there are processors.

use std::hint::black_box;
use std::num::NonZero;
use std::sync::Arc;
use std::thread::available_parallelism;

use tokio::sync::Semaphore;

/// Sorts arrays, a few at a time.
pub(crate) struct Sorter {
    places: Arc<Semaphore>,
}

impl Sorter {
    pub(crate) fn new() -> Self {
        Self { places: Arc::new(Semaphore::new(available_parallelism().map_or(1, NonZero::get))) }
    }

    /// Sorts n values that lie in reverse order.
    pub(crate) async fn sort_reversed(&self, n: u32) {
        let place = Arc::clone(&self.places).acquire_owned().await.expect("never closed");
        let sorting = tokio::task::spawn_blocking(move || {
            let mut values: Vec<u32> = (0..n).rev().collect();
            bubble_sort(black_box(&mut values));
            black_box(values);
            // Kept to the end of the sorting, even when nobody waits for it any more.
            drop(place);
        });
        sorting.await.expect("sorting never panics");
    }
}

fn bubble_sort(values: &mut [u32]) {
    for end in (1..values.len()).rev() {
        for index in 0..end {
            if values[index] > values[index + 1] {
                values.swap(index, index + 1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_are_sorted() {
        for n in [0, 1, 2, 1000] {
            let mut values: Vec<u32> = (0..n).rev().collect();
            bubble_sort(&mut values);
            assert!(values.into_iter().eq(0..n), "{n}");
        }
    }
}

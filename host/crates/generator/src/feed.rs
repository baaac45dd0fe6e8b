//! Rows of data that iterations take their own from.

use std::sync::Arc;

use model::plan::FeedMode;

/// Rows of data, the same on all threads. Which one an iteration gets depends on its index alone.
#[derive(Debug, Clone)]
pub struct Feed {
    /// Rows, each a JSON object as text; never empty.
    pub rows: Arc<[String]>,
    /// What follows the last.
    pub mode: FeedMode,
}

impl Feed {
    /// Row of an iteration; none when there is none left for it.
    pub(crate) fn row(&self, iteration: u64) -> Option<&str> {
        let count = self.rows.len() as u64;
        let index = match self.mode {
            FeedMode::Cycle => iteration % count.max(1),
            FeedMode::Unique => iteration,
        };
        self.rows.get(usize::try_from(index).ok()?).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_a_function_of_the_index() {
        let feed = |mode| Feed { rows: Arc::from(["{}".to_owned(), "{\"a\":1}".to_owned()]), mode };
        assert_eq!(feed(FeedMode::Cycle).row(5), Some("{\"a\":1}"));
        assert_eq!(feed(FeedMode::Unique).row(1), Some("{\"a\":1}"));
        assert_eq!(feed(FeedMode::Unique).row(2), None);
    }
}

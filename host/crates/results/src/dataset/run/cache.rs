//! The last few things that were worked out, to be asked for again.

/// What was put in last, at most so many.
#[derive(Debug)]
pub(super) struct Recent<K, V> {
    most: usize,
    /// The one used last stands last.
    entries: Vec<(K, V)>,
}

impl<K: PartialEq, V> Recent<K, V> {
    /// Empty, with room for `most`.
    pub(super) fn new(most: usize) -> Self {
        Self { most, entries: Vec::new() }
    }

    /// Takes out what was kept under a key.
    pub(super) fn take(&mut self, key: &K) -> Option<V> {
        let at = self.entries.iter().position(|(known, _)| known == key)?;
        Some(self.entries.remove(at).1)
    }

    /// Keeps a value, in place of another of that key, or of the one that was not used for longest.
    pub(super) fn put(&mut self, key: K, value: V) {
        self.entries.retain(|(known, _)| *known != key);
        if self.entries.len() >= self.most {
            self.entries.remove(0);
        }
        self.entries.push((key, value));
    }
}

impl<K: PartialEq, V: Clone> Recent<K, V> {
    /// What was kept under a key, which is used by that.
    pub(super) fn get(&mut self, key: &K) -> Option<V> {
        let at = self.entries.iter().position(|(known, _)| known == key)?;
        let entry = self.entries.remove(at);
        let value = entry.1.clone();
        self.entries.push(entry);
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_not_used_for_longest_makes_room() {
        let mut recent = Recent::new(2);
        recent.put(1, "one");
        recent.put(2, "two");
        assert_eq!(recent.get(&1), Some("one"));
        recent.put(3, "three");
        assert_eq!((recent.get(&1), recent.get(&2), recent.get(&3)), (Some("one"), None, Some("three")));
        assert_eq!((recent.take(&1), recent.take(&1)), (Some("one"), None));
    }
}

//! The iterations of a thread that are under way.

use bytes::Bytes;
use model::{Context, Nanos, Phase, Request, Token};

/// An iteration under way.
#[derive(Debug)]
pub(crate) struct Underway {
    pub(crate) context: Context,
    /// Step that is under way, from 0.
    pub(crate) step: u32,
    /// Of this step.
    pub(crate) intended_start: Nanos,
    /// Of this step.
    pub(crate) release: Nanos,
    /// Carried from the step before.
    pub(crate) state: Bytes,
    pub(crate) at: At,
    /// Phase in which its first request was due.
    pub(crate) phase: Phase,
    /// Response and think times of the steps so far, nanoseconds.
    pub(crate) time_ns: u64,
    /// No step has failed.
    pub(crate) is_good: bool,
}

/// Where an iteration is.
#[derive(Debug)]
pub(crate) enum At {
    /// Its request is with the transport.
    Transport,
    /// Its answer is with the test case, on a plugin thread; what the transport saw of it, and its status.
    Guest(Box<(model::Exchange, u16)>),
    /// Its next request waits to be due.
    ThinkTime(Box<Request>),
}

/// Names an iteration under way, and no later one in the same place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key {
    pub(crate) index: u32,
    pub(crate) generation: u32,
}

impl Key {
    /// As the transport names it.
    pub(crate) fn token(self) -> Token {
        Token(self.index)
    }
}

/// The iterations of a thread that are under way.
#[derive(Default)]
pub(crate) struct Iterations {
    places: Vec<(u32, Option<Underway>)>,
    free: Vec<u32>,
    count: usize,
}

impl Iterations {
    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    pub(crate) fn insert(&mut self, underway: Underway) -> Key {
        self.count += 1;
        if let Some(index) = self.free.pop() {
            let (generation, place) = &mut self.places[index as usize];
            *place = Some(underway);
            return Key { index, generation: *generation };
        }
        self.places.push((0, Some(underway)));
        Key { index: self.places.len() as u32 - 1, generation: 0 }
    }

    pub(crate) fn get(&mut self, key: Key) -> Option<&mut Underway> {
        let (generation, place) = self.places.get_mut(key.index as usize)?;
        place.as_mut().filter(|_| *generation == key.generation)
    }

    pub(crate) fn has(&self, key: Key) -> bool {
        self.places
            .get(key.index as usize)
            .is_some_and(|(generation, place)| *generation == key.generation && place.is_some())
    }

    /// The one whose request the transport has under this token.
    pub(crate) fn key_of(&self, token: Token) -> Option<Key> {
        let (generation, place) = self.places.get(token.0 as usize)?;
        place.as_ref().map(|_| Key { index: token.0, generation: *generation })
    }

    pub(crate) fn remove(&mut self, key: Key) -> Option<Underway> {
        let (generation, place) = self.places.get_mut(key.index as usize)?;
        if *generation != key.generation {
            return None;
        }
        let underway = place.take()?;
        *generation = generation.wrapping_add(1);
        self.free.push(key.index);
        self.count -= 1;
        Some(underway)
    }

    /// All of them.
    pub(crate) fn keys(&self) -> Vec<Key> {
        let all = self.places.iter().enumerate();
        all.filter(|(_, (_, place))| place.is_some())
            .map(|(index, (generation, _))| Key { index: index as u32, generation: *generation })
            .collect()
    }
}

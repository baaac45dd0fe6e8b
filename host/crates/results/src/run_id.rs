//! Names runs: sortable by time, readable, and never the same twice.

use std::hash::{BuildHasher, Hasher, RandomState};

use jiff::Timestamp;

/// Longest part of an id that a name gives.
const SLUG: usize = 40;

/// An id such as `20261124-142240-fibonacci-x7k2`: UTC, what the run is about, four random characters.
pub(crate) fn run_id(created: Timestamp, about: &str) -> String {
    format!("{}-{}-{}", created.strftime("%Y%m%d-%H%M%S"), slug(about), random_characters())
}

/// The part of an id that tells the second in which its run began.
pub(crate) fn second(id: &str) -> &str {
    id.get(..15).unwrap_or(id)
}

fn slug(about: &str) -> String {
    let mut slug = String::new();
    for character in about.chars() {
        if character.is_ascii_alphanumeric() {
            slug.push(character.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() == SLUG {
            break;
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "run".to_owned() } else { slug.to_owned() }
}

fn random_characters() -> String {
    // Without look-alikes: ids are read aloud and typed.
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    // Each `RandomState` is seeded from the system and differs from the last.
    let mut bits = RandomState::new().build_hasher().finish();
    let mut text = String::new();
    for _ in 0..4 {
        text.push(char::from(LETTERS[(bits % 32) as usize]));
        bits /= 32;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_sorts_by_time_and_says_what_it_is_about() {
        let created: Timestamp = "2026-11-24T14:22:40.25Z".parse().expect("a time");
        let id = run_id(created, "Fibonacci, n = 20!");
        assert!(id.starts_with("20261124-142240-fibonacci-n-20-"), "{id}");
        assert_eq!(id.len(), "20261124-142240-fibonacci-n-20-".len() + 4);
        assert_eq!(second(&id), "20261124-142240");
    }

    #[test]
    fn any_name_makes_a_safe_directory() {
        for (about, expected) in [("", "run"), ("../../etc", "etc"), ("日本", "run"), ("a\0b/c", "a-b-c")] {
            assert_eq!(slug(about), expected);
        }
        assert_eq!(slug(&"x".repeat(500)).len(), SLUG);
    }
}

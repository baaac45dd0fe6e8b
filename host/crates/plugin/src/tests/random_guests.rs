//! Guests made at random: valid components whose functions store odd words where their results are looked for, and do what
//! no compiler would let out. The host may refuse what comes of it, but neither panic nor let anything against the contract
//! pass. Seconds by default; `campaign_…` takes minutes, for `make soak`.

use fastrand::Rng;

use super::crafted::{Crafted, DESCRIPTION, REQUEST, VERDICT};
use super::fuzz::{assert_counts, assert_sendable, for_seeds, quick, seeds_of_a_campaign};
use super::*;
use crate::verdict::Declared;

/// Pages of memory, of 64 KiB.
const PAGES: u32 = 3;
/// Bytes in which results lie, from where they are looked for.
const RESULT: u32 = 160;

/// A word that means something: a tag, a length, an address within memory, at its edge, or beyond it.
fn word(rng: &mut Rng) -> u32 {
    match rng.u8(..8) {
        0..3 => rng.u32(..5),
        3 => *rng.choice(&[8, 99, 1_001, 65_536, 65_537, 1 << 31, u32::MAX]).expect("some"),
        // Where texts lie.
        4 | 5 => rng.u32(4_096..4_200),
        6 => (PAGES << 16).wrapping_add(rng.u32(..16)).wrapping_sub(8),
        _ => rng.u32(..),
    }
}

/// An instruction without a result.
fn instruction(rng: &mut Rng, result: u32) -> String {
    let at = result + 4 * rng.u32(..RESULT / 4);
    let (one, other) = (word(rng), word(rng));
    match rng.u8(..40) {
        0 => "(unreachable)".to_owned(),
        1 => "(loop $again (br $again))".to_owned(),
        2 => format!("(drop (memory.grow (i32.const {})))", one % 2_000),
        3 => format!("(call $log (i32.const {}) (i32.const {one}) (i32.const {other}))", rng.u32(..6)),
        4 => format!("(memory.fill (i32.const {at}) (i32.const {one}) (i32.const {}))", rng.u32(..64)),
        5 => format!("(memory.copy (i32.const {at}) (i32.const {one}) (i32.const {}))", rng.u32(..64)),
        6 => format!("(i32.store (i32.const {one}) (i32.const {other}))"),
        7 => format!("(drop (i32.div_u (i32.const {one}) (i32.const {other})))"),
        8 => format!("(f64.store (i32.const {at}) (f64.const nan:0x{:x}))", rng.u64(1..1 << 52)),
        9 => format!("(f64.store (i32.const {at}) (f64.const -inf))"),
        10..13 => format!("(i32.store8 (i32.const {}) (i32.const {one}))", at + rng.u32(..4)),
        _ => format!("(i32.store (i32.const {at}) (i32.const {one}))"),
    }
}

/// What a function does that gives a result at an address, in most cases that one.
fn function(rng: &mut Rng, result: u32) -> String {
    let instructions: String = (0..rng.u32(..12)).map(|_| instruction(rng, result)).collect();
    let given = if rng.u8(..16) == 0 { word(rng) } else { result };
    format!("{instructions} (i32.const {given})")
}

fn guest(rng: &mut Rng) -> Crafted {
    let mut guest = Crafted { pages: PAGES, ..Crafted::default() };
    guest.build = function(rng, REQUEST);
    guest.read = function(rng, VERDICT);
    // One that cannot be described is asked for nothing else.
    if rng.u8(..4) == 0 {
        guest.describe = function(rng, DESCRIPTION);
    }
    if rng.u8(..4) == 0 {
        guest.configure = function(rng, 512);
    }
    if rng.u8(..4) == 0 {
        guest.realloc = format!("(i32.const {})", word(rng));
    }
    guest
}

fn try_guests(seeds: impl Iterator<Item = u64>) {
    let (runtime, dir) = (quick(), tempfile::tempdir().unwrap());
    let path = dir.path().join("mine.wasm");
    let mut passed = [0; 2];
    for_seeds(seeds, |rng| {
        std::fs::write(&path, guest(rng).component()).unwrap();
        let Ok(test_case) = runtime.test_case(&file(&path), &[]) else { return };
        let description = test_case.description();
        let declared = Declared { reasons: description.failure_reasons.len(), metrics: description.metrics.len() };
        for call in 0..3 {
            // After a trap there is a new instance.
            let Ok(mut workload) = test_case.workload() else { return };
            if let Ok(request) = workload.build(&context(call)) {
                assert_sendable(&request);
                passed[0] += 1;
            }
            if let Ok(verdict) = workload.read(&context(call), b"state", &answer(200, "an answer")) {
                assert_counts(&verdict, declared);
                passed[1] += 1;
            }
        }
    });
    // Were all refused, little would have been tried.
    assert!(passed.iter().all(|passed| *passed > 20), "{passed:?}");
}

#[test]
fn whatever_a_guest_does_it_is_contained() {
    try_guests(0..200);
}

#[test]
#[ignore = "minutes: `make soak`"]
fn campaign_of_guests_made_at_random() {
    try_guests(seeds_of_a_campaign());
}

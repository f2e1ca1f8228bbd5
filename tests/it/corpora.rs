//! What the fuzzers begin with, and what they have found: each input through its target, as it is and with a few changes.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

#[expect(unreachable_pub, reason = "there it is the surface of a crate")]
#[path = "../../fuzz/src/lib.rs"]
mod targets;

/// Every input, with the target that it is for.
static INPUTS: LazyLock<Vec<(usize, PathBuf, Vec<u8>)>> = LazyLock::new(|| {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    let mut inputs = Vec::new();
    for (target, (name, _)) in targets::TARGETS.iter().enumerate() {
        let files = fs::read_dir(corpus.join(name)).unwrap().map(|input| input.unwrap().path());
        inputs.extend(files.map(|path| (target, path.clone(), fs::read(path).unwrap())));
    }
    inputs.sort();
    inputs
});

#[test]
fn every_target_has_a_folder_and_every_folder_a_target() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    let mut folders: Vec<_> = fs::read_dir(corpus).unwrap().map(|folder| folder.unwrap().file_name()).collect();
    let mut names = targets::TARGETS.map(|(name, _)| name);
    folders.sort();
    names.sort_unstable();
    assert_eq!(folders, names);
    assert!((0..names.len()).all(|target| INPUTS.iter().any(|(of, ..)| *of == target)), "each has inputs");
}

#[test]
fn every_input_is_read_or_refused() {
    let panics = |(target, _, bytes): &&(usize, PathBuf, Vec<u8>)| {
        catch_unwind(AssertUnwindSafe(|| targets::TARGETS[*target].1(bytes))).is_err()
    };
    let failed: Vec<_> = INPUTS.iter().filter(panics).map(|(_, path, _)| path).collect();
    assert!(failed.is_empty(), "{failed:#?}");
}

proptest! {
    /// `PROPTEST_CASES=100000 cargo nextest run a_few_changes` tries that many.
    #[test]
    fn every_input_that_is_a_few_changes_away_is_read_or_refused(which: Index, changes in vec(changes(), 1..8)) {
        let (target, _, bytes) = which.get(&INPUTS);
        let mut bytes = bytes.clone();
        for change in &changes {
            change.make(*target, &mut bytes);
        }
        targets::TARGETS[*target].1(&bytes);
    }
}

#[derive(Clone, Debug)]
enum Change {
    Set(Index, u8),
    Remove(Index, usize),
    Repeat(Index, usize, usize),
    Insert(Index, &'static [u8]),
    /// From there on as in another input for the same target.
    Cross(Index, Index, Index),
}

fn changes() -> impl Strategy<Value = Change> {
    let place = any::<Index>;
    prop_oneof![
        (place(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        (place(), 1..32_usize).prop_map(|(at, length)| Change::Remove(at, length)),
        (place(), 1..32_usize, 1..64_usize).prop_map(|(at, length, times)| Change::Repeat(at, length, times)),
        (place(), prop::sample::select(PIECES)).prop_map(|(at, piece)| Change::Insert(at, piece)),
        (place(), place(), place()).prop_map(|(at, other, from)| Change::Cross(at, other, from)),
    ]
}

/// What one of the formats has a meaning for.
const PIECES: &[&[u8]] = &[
    b"\xc0",
    b"\xd4\0\0",
    b"\xc7\x05\x0c\x82\x01\xc2\x05\x01",
    b"\xdd\xff\xff\xff\xff",
    b"\xdf\xff\xff\xff\xff",
    b"\xdb\xff\xff\xff\xff",
    b"\x92\xc4\x09\"dynamic\"",
    b"\xcb\x7f\xf0\0\0\0\0\0\0",
    b"\xcf\xff\xff\xff\xff\xff\xff\xff\xff",
    b"\"",
    b"\\u0000",
    b"\\ud800",
    b"[",
    b"]",
    b"{",
    b"}",
    b":",
    b",",
    b"null",
    b"1e999999999",
    b"-0",
    b"[\"object\",{}]",
    b"[\"tuple\",[]]",
    b"\n",
    b"\0",
    b"=",
    b"#",
    b"@us-east-1",
    b"/",
    b"arn:aws:iam::111122223333:",
    b"- ",
    b"&a ",
    b"*a",
    b"<<: *a",
    b"|\n",
    b"---\n",
    b"!!binary ",
    b"system:masters",
    b"{{SessionName}}",
    b"-----BEGIN CERTIFICATE-----\n",
    "\u{301}".as_bytes(),
    "\u{feff}".as_bytes(),
];

impl Change {
    fn make(&self, target: usize, bytes: &mut Vec<u8>) {
        let end = bytes.len();
        match self {
            Self::Set(at, byte) if end > 0 => bytes[at.index(end)] = *byte,
            Self::Set(_, byte) => bytes.push(*byte),
            Self::Remove(at, length) => {
                let from = at.index(end + 1);
                bytes.drain(from..(from + length).min(end));
            }
            Self::Repeat(at, length, times) => {
                let from = at.index(end + 1);
                let piece = bytes[from..(from + length).min(end)].repeat(*times);
                bytes.splice(from..from, piece);
            }
            Self::Insert(at, piece) => {
                let from = at.index(end + 1);
                bytes.splice(from..from, piece.iter().copied());
            }
            Self::Cross(at, other, from) => {
                let others: Vec<_> = INPUTS.iter().filter(|(of, ..)| *of == target).collect();
                let (_, _, other) = other.get(&others);
                bytes.truncate(at.index(end + 1));
                bytes.extend(&other[from.index(other.len() + 1)..]);
            }
        }
    }
}

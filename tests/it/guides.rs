//! The guides, held to what is there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What a row says in bold when there is nothing that a test could show.
const OUT_OF_SCOPE: &str = "**out of scope**";
/// What it says when nothing here could go wrong that way.
const IMPOSSIBLE: &str = "**impossible**";

/// The rows of the table in the guide: the number, and what is said of it.
fn rows() -> BTreeMap<u32, String> {
    let guide = fs::read_to_string(root().join("docs/guides/what-people-suffer-from.md")).unwrap();
    let row = |line: &str| {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        Some((cells.get(1)?.parse().ok()?, (*cells.get(3)?).to_owned()))
    };
    guide.lines().filter_map(row).collect()
}

/// The numbers in the names of tests.
fn tested() -> BTreeSet<u32> {
    let mut numbers = BTreeSet::new();
    for file in ["src", "tests/it"].iter().flat_map(|folder| sources(&root().join(folder))) {
        let source = fs::read_to_string(file).unwrap();
        let names = source.split(concat!("fn ", "pain_")).skip(1);
        numbers.extend(names.map(|name| name.split('_').next().unwrap().parse::<u32>().unwrap()));
    }
    numbers
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| match path.is_dir() {
            true => sources(&path),
            false => vec![path],
        })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn every_complaint_is_accounted_for() {
    assert!(rows().into_keys().eq(1..=52), "{:?}", rows().keys());
}

#[test]
fn every_complaint_that_is_answered_has_a_test_that_bears_its_number() {
    let tested = tested();
    assert!(tested.iter().all(|number| (1..=52).contains(number)), "{tested:?}");
    for (number, answer) in rows() {
        let fits = answer.contains(IMPOSSIBLE) || tested.contains(&number) != answer.contains(OUT_OF_SCOPE);
        assert!(fits, "{number}: {answer}");
    }
}

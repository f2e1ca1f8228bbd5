//! The complaints, each with what is said of it and the tests that bear its number.

use std::collections::{BTreeMap, BTreeSet};

/// What a row says in bold when there is nothing that a test could show.
const OUT_OF_SCOPE: &str = "**out of scope**";
/// What it says when nothing here could go wrong that way.
const IMPOSSIBLE: &str = "**impossible**";

/// The number of each row, and what is said of it.
fn answers() -> BTreeMap<u32, String> {
    let tables = super::tables("what-people-suffer-from.md");
    let numbers = tables[0].column("").unwrap().map(|number| number.parse().unwrap());
    numbers.zip(tables[0].column("here").unwrap().map(str::to_owned)).collect()
}

/// The numbers in the names of tests.
fn tested() -> BTreeSet<u32> {
    let functions = super::functions();
    let numbers = functions.iter().filter_map(|name| name.strip_prefix("pain_")?.split('_').next());
    numbers.map(|number| number.parse().unwrap()).collect()
}

#[test]
fn every_complaint_is_accounted_for() {
    assert!(answers().into_keys().eq(1..=52), "{:?}", answers().keys());
}

#[test]
fn every_complaint_that_is_answered_has_a_test_that_bears_its_number() {
    let tested = tested();
    assert!(tested.iter().all(|number| (1..=52).contains(number)), "{tested:?}");
    for (number, answer) in answers() {
        let fits = answer.contains(IMPOSSIBLE) || tested.contains(&number) != answer.contains(OUT_OF_SCOPE);
        assert!(fits, "{number}: {answer}");
    }
}

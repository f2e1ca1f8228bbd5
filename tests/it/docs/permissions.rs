//! What the documentation says about permissions follows from what the code calls.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;
use terraform_provider_eks::eks::Eks;
use terraform_provider_eks::framework::{Call, Provider};

/// Every object that calls, as the test that holds it to its calls names it.
fn objects() -> BTreeMap<String, &'static [Call]> {
    let resources = Eks::RESOURCES.iter().map(|it| (format!("resource({:?})", it.name()), it.calls()));
    let data = Eks::DATA_SOURCES.iter().map(|it| (format!("data_source({:?})", it.name()), it.calls()));
    let lists = Eks::LISTS.iter().map(|it| (format!("list({:?})", it.name()), it.calls()));
    let ephemerals = Eks::EPHEMERALS.iter().map(|it| (format!("ephemeral({:?})", it.name()), it.calls()));
    resources.chain(data).chain(lists).chain(ephemerals).collect()
}

/// A new object comes with a test of its declared calls, in its own test file.
#[test]
fn every_object_has_a_test_of_its_calls() {
    let files = rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it"));
    let tests: String = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    let missing: Vec<_> =
        objects().into_keys().filter(|object| !tests.contains(&format!("Declared::{object}"))).collect();
    assert_eq!(missing, [""; 0], "write a test with Declared (tests/it/support/declared.rs) for each of these");
}

/// The policy document of the guide allows what the calls need: not less, and not more.
#[test]
fn the_policy_of_the_guide_is_what_the_calls_need() {
    let guide = include_str!("../../../docs/guides/iam-permissions.md");
    let needed: BTreeSet<_> = objects().into_values().flatten().flat_map(needed_for).collect();
    let documents: Vec<Json> = guide
        .split("```json\n")
        .skip(1)
        .map(|rest| serde_json::from_str(rest.split_once("```").unwrap().0).unwrap())
        .collect();
    let allowed = |document: &Json| -> BTreeSet<String> {
        let statements = document["Statement"].as_array().unwrap().iter();
        let actions = statements.flat_map(|statement| statement["Action"].as_array().unwrap());
        actions.map(|action| action.as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(allowed(&documents[0]), needed, "the first document of the guide on the left");

    let reads = |action: &&String| ["Describe", "List", "Get"].iter().any(|verb| action.contains(&format!(":{verb}")));
    let reading: BTreeSet<_> = needed.iter().filter(reads).cloned().collect();
    assert_eq!(allowed(&documents[1]), reading, "the second document of the guide, which only reads, on the left");
}

fn needed_for(call: &Call) -> Vec<String> {
    let also = call.also.iter().map(|(name, _)| *name);
    also.chain([call.name]).map(str::to_owned).collect()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|of| of == "rs") {
            files.push(path);
        }
    }
    files
}

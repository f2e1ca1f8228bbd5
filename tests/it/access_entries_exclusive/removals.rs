//! Whom it removes, and that the plan says so first.

use serde_json::json;

use super::{TYPE, announced, entries, named, put_entry, set, with, world};
use crate::support::core::{Action, as_json};
use crate::support::eks::role;

const NONE: [&str; 0] = [];

/// Entries that were made by hand are seen.
#[tokio::test]
async fn pain_04_a_new_set_names_whom_it_removes() {
    let world = world(&["a", "b", "c"]).await;
    let plan = world.plan(TYPE, "x", set(&["a"])).await.unwrap();
    assert_eq!(plan.action, Action::Create);
    let warning = announced(&plan).unwrap();
    assert_eq!(warning.path, "principal_arns");
    for (name, removed) in [("a", false), ("b", true), ("c", true)] {
        assert_eq!(warning.detail.contains(&format!("  - {}\n", role(name))), removed, "{}", warning.detail);
    }
    let reads = ["ListAccessEntries", "DescribeAccessEntry b", "DescribeAccessEntry c", "GetCallerIdentity"];
    let calls = world.calls();
    assert_eq!(calls[..4], reads);
    world.apply(plan).await.unwrap();
    assert_eq!(world.changes(), ["DeleteAccessEntry b", "DeleteAccessEntry c"]);
    assert_eq!(entries(&world), ["a"]);
    assert_eq!(world.plan(TYPE, "x", set(&["a"])).await.unwrap().action, Action::NoOp);
}

#[tokio::test]
async fn pain_04_an_entry_made_by_hand_shows_in_the_next_plan() {
    let world = world(&["a"]).await;
    world.converge(TYPE, "x", set(&["a"])).await.unwrap();
    put_entry(&world, "b");
    world.calls();
    let plan = world.plan(TYPE, "x", set(&["a"])).await.unwrap();
    assert_eq!(plan.action, Action::Update);
    assert_eq!(named(&as_json(&plan.prior)), ["a", "b"]);
    assert_eq!(named(&as_json(&plan.planned)), ["a"]);
    assert!(announced(&plan).is_none(), "the diff says so");
    world.calls();
    world.apply(plan).await.unwrap();
    assert_eq!(world.changes(), ["DeleteAccessEntry b"]);
    assert_eq!(world.converge(TYPE, "x", set(&["a"])).await.unwrap().action, Action::NoOp);
}

/// Entries that outlived their node group or role go like all others.
#[tokio::test]
async fn pain_21_orphans_go_when_they_are_no_longer_named() {
    let world = world(&["a", "b"]).await;
    world.converge(TYPE, "x", set(&["a", "b"])).await.unwrap();
    world.calls();
    assert_eq!(world.converge(TYPE, "x", set(&["a"])).await.unwrap().action, Action::Update);
    assert_eq!(world.changes(), ["DeleteAccessEntry b"]);
}

#[tokio::test]
async fn naming_another_principal_changes_nothing_in_eks() {
    let world = world(&["a"]).await;
    world.converge(TYPE, "x", set(&["a"])).await.unwrap();
    assert_eq!(world.converge(TYPE, "x", set(&["a", "b"])).await.unwrap().action, Action::Update);
    assert_eq!(world.changes(), NONE);
}

#[tokio::test]
async fn an_empty_set_removes_all() {
    let world = world(&["a", "b"]).await;
    world.converge(TYPE, "x", set(&[])).await.unwrap();
    assert_eq!(entries(&world), NONE);
}

#[tokio::test]
async fn calls_of_a_plan_without_a_change() {
    let world = world(&["a", "b"]).await;
    world.converge(TYPE, "x", set(&["a", "b"])).await.unwrap();
    world.calls();
    world.plan(TYPE, "x", set(&["a", "b"])).await.unwrap();
    assert_eq!(world.calls(), ["ListAccessEntries"]);
}

#[tokio::test]
async fn what_appears_between_plan_and_apply_is_left_for_the_next_plan() {
    let world = world(&["a", "b"]).await;
    world.converge(TYPE, "x", set(&["a", "b"])).await.unwrap();
    let plan = world.plan(TYPE, "x", set(&["a"])).await.unwrap();
    put_entry(&world, "c");
    world.calls();
    world.apply(plan).await.unwrap();
    assert_eq!(world.changes(), ["DeleteAccessEntry b"]);

    let next = world.plan(TYPE, "x", set(&["a"])).await.unwrap();
    assert_eq!(next.action, Action::Update);
    assert_eq!(named(&as_json(&next.prior)), ["a", "c"]);
}

/// A new set has no state to show them in: apply plans once more, and names them before it removes them.
#[tokio::test]
async fn what_appears_before_a_new_set_is_applied_is_named_then() {
    let world = world(&["a"]).await;
    let plan = world.plan(TYPE, "x", set(&["a"])).await.unwrap();
    assert!(announced(&plan).is_none());
    put_entry(&world, "c");
    let applied = world.apply(plan).await.unwrap();
    assert_eq!(entries(&world), ["a"]);
    let warning = applied.warnings.iter().find(|warning| warning.summary == "Access entries will be removed");
    assert!(warning.unwrap().detail.contains(&role("c")));
}

#[tokio::test]
async fn what_is_gone_before_apply_is_no_failure() {
    let world = world(&["a", "b"]).await;
    world.converge(TYPE, "x", set(&["a", "b"])).await.unwrap();
    let plan = world.plan(TYPE, "x", set(&["a"])).await.unwrap();
    assert!(world.emulator.remove_entry("dev", &role("b")));
    world.apply(plan).await.unwrap();
    assert_eq!(entries(&world), ["a"]);
}

#[tokio::test]
async fn more_entries_than_a_page_holds() {
    let names: Vec<_> = (0..130).map(|number| format!("r{number:03}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let world = world(&names).await;
    world.converge(TYPE, "x", set(&names)).await.unwrap();
    world.calls();
    let plan = world.plan(TYPE, "x", set(&names[..127])).await.unwrap();
    assert_eq!(plan.action, Action::Update);
    world.calls();
    world.apply(plan).await.unwrap();
    assert_eq!(world.changes(), ["DeleteAccessEntry r127", "DeleteAccessEntry r128", "DeleteAccessEntry r129"]);
    assert_eq!(entries(&world).len(), 127);
}

#[tokio::test]
async fn what_is_no_longer_ignored_is_named_before_it_goes() {
    let world = world(&["a", "b"]).await;
    world.converge(TYPE, "x", with(set(&["a"]), json!({ "ignore": ["*role/b"] }))).await.unwrap();
    world.calls();
    let plan = world.plan(TYPE, "x", set(&["a"])).await.unwrap();
    assert_eq!(plan.action, Action::Update);
    assert!(announced(&plan).unwrap().detail.contains(&role("b")));
    world.apply(plan).await.unwrap();
    assert_eq!(world.changes(), ["DeleteAccessEntry b"]);
    assert_eq!(world.plan(TYPE, "x", set(&["a"])).await.unwrap().action, Action::NoOp);
}

//! Whom it removes, and that the plan says so first.

use serde_json::json;

use super::{ENTRY, TYPE, announced, enforce, entries, named, put_entry, set, taken_out, with, world};
use crate::support::core::{Action, as_json};
use crate::support::eks::{CLUSTER, World, role};

const NONE: [&str; 0] = [];

/// Entries that were made by hand are seen. Whom an apply removes, its own plan has shown.
#[tokio::test]
async fn pain_04_a_new_set_says_who_is_too_many_and_the_next_plan_takes_them_out() {
    let world = world(&["a", "b", "c"]).await;
    let plan = world.plan(TYPE, "x", set(&["a"])).await.unwrap();
    assert_eq!(plan.action, Action::Create);
    let warning = announced(&plan).unwrap();
    assert_eq!(warning.path, "principal_arns");
    for (name, too_many) in [("a", false), ("b", true), ("c", true)] {
        assert_eq!(warning.detail.contains(&format!("  - {}\n", role(name))), too_many, "{}", warning.detail);
    }
    let reads = ["ListAccessEntries", "DescribeAccessEntry b", "DescribeAccessEntry c", "GetCallerIdentity"];
    assert_eq!(world.calls(), reads);
    world.apply(plan).await.unwrap();
    assert_eq!(world.changes(), NONE);
    assert_eq!(entries(&world), ["a", "b", "c"]);

    let next = world.plan(TYPE, "x", set(&["a"])).await.unwrap();
    assert_eq!((next.action, taken_out(&next)), (Action::Update, vec!["b".to_owned(), "c".to_owned()]));
    assert!(announced(&next).is_none(), "the diff says so");
    world.apply(next).await.unwrap();
    assert_eq!(world.changes(), ["DeleteAccessEntry b", "DeleteAccessEntry c"]);
    assert_eq!(entries(&world), ["a"]);
    assert_eq!(world.plan(TYPE, "x", set(&["a"])).await.unwrap().action, Action::NoOp);
}

/// What the warning says to do works, also where the region is not the provider's.
#[tokio::test]
async fn pain_04_a_set_that_is_imported_removes_in_its_first_apply() {
    for region in ["us-east-1", "eu-west-1"] {
        let world = World::start().await;
        if region != "us-east-1" {
            world.emulator.put_cluster_in(region, CLUSTER, "API");
        }
        let config = with(set(&["a"]), json!({ "region": region }));
        let entry = json!({ "cluster_name": CLUSTER, "principal_arn": role("b"), "region": region });
        world.converge(ENTRY, "b", entry).await.unwrap();
        world.forget(ENTRY, "b");
        world.new_walk().await.unwrap();

        let plan = world.plan(TYPE, "x", config.clone()).await.unwrap();
        let (_, rest) = announced(&plan).unwrap().detail.split_once("id = \"").unwrap();
        let (id, _) = rest.split_once('"').unwrap();
        world.import(TYPE, "x", id).await.unwrap();
        let plan = world.plan(TYPE, "x", config.clone()).await.unwrap();
        assert_eq!((plan.action, taken_out(&plan)), (Action::Update, vec!["b".to_owned()]));
        world.calls();
        world.apply(plan).await.unwrap();
        let calls = ["DescribeAccessEntry b", "GetCallerIdentity", "ListAccessEntries", "DeleteAccessEntry b"];
        assert_eq!(world.calls(), calls, "the list is the lockout guard's");
        assert_eq!(world.converge(TYPE, "x", config).await.unwrap().action, Action::NoOp);
    }
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
    enforce(&world, set(&[])).await;
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

#[tokio::test]
async fn what_appears_before_a_new_set_is_applied_is_left_for_the_next_plan() {
    let world = world(&["a"]).await;
    let plan = world.plan(TYPE, "x", set(&["a"])).await.unwrap();
    assert!(announced(&plan).is_none());
    put_entry(&world, "c");
    world.apply(plan).await.unwrap();
    assert_eq!(entries(&world), ["a", "c"]);
    assert_eq!(taken_out(&world.plan(TYPE, "x", set(&["a"])).await.unwrap()), ["c"]);
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

/// The state did not show them, so this plan cannot: whoever comes until apply would go unnamed.
#[tokio::test]
async fn what_is_no_longer_ignored_is_left_for_the_next_plan() {
    let world = world(&["a", "b"]).await;
    world.converge(TYPE, "x", with(set(&["a"]), json!({ "ignore": ["*role/b*"] }))).await.unwrap();
    world.calls();
    let plan = world.plan(TYPE, "x", set(&["a"])).await.unwrap();
    assert_eq!((plan.action, taken_out(&plan)), (Action::Update, Vec::new()));
    let detail = &announced(&plan).unwrap().detail;
    assert!(detail.contains(&role("b")) && !detail.contains("import {"), "{detail}");
    put_entry(&world, "b2");
    world.apply(plan).await.unwrap();
    assert_eq!(world.changes(), NONE);

    let next = world.plan(TYPE, "x", set(&["a"])).await.unwrap();
    assert_eq!(taken_out(&next), ["b", "b2"]);
    world.apply(next).await.unwrap();
    assert_eq!(entries(&world), ["a"]);
}

//! Sets of which something is known only after apply, such as the ARN of a role that the same apply makes.

use eks_emulator::{Fault, FaultKind};
use serde_json::{Value as Json, json};

use super::left_alone::service_linked;
use super::lockout::{administrator, everywhere};
use super::{ENTRY, TYPE, set, with, world};
use crate::support::core::{Action, Plan, UNKNOWN};
use crate::support::eks::{CLUSTER, World, role};

const NONE: [&str; 0] = [];

/// The set of these roles and of one that is known only after apply.
fn open(names: &[&str]) -> Json {
    let principals = names.iter().map(|name| role(name)).chain([UNKNOWN.to_owned()]);
    json!({ "cluster_name": CLUSTER, "principal_arns": principals.collect::<Vec<_>>() })
}

fn entry(name: &str) -> Json {
    json!({ "cluster_name": CLUSTER, "principal_arn": role(name) })
}

fn summaries(plan: &Plan) -> Vec<&str> {
    plan.warnings.iter().map(|warning| warning.summary.as_str()).collect()
}

/// A world in which a resource has the entry of `a`, a set names it, and a walk has begun.
async fn managed() -> World {
    let world = World::start().await;
    world.converge(ENTRY, "a", entry("a")).await.unwrap();
    world.converge(TYPE, "x", set(&["a"])).await.unwrap();
    world.new_walk().await.unwrap();
    world
}

/// The set forgets somebody in the same step in which it gets a new role. Apply would remove the entry, and nothing in an
/// apply plans the entry again.
#[tokio::test]
async fn a_managed_entry_that_is_no_longer_named_in_either_order() {
    for config in [open(&["b"]), open(&[]), with(set(&["b"]), json!({ "ignore": [UNKNOWN] }))] {
        for set_first in [true, false] {
            let world = managed().await;
            let (failure, path) = if set_first {
                world.plan(TYPE, "x", config.clone()).await.unwrap();
                (world.plan(ENTRY, "a", entry("a")).await.unwrap_err(), "principal_arn")
            } else {
                world.plan(ENTRY, "a", entry("a")).await.unwrap();
                (world.plan(TYPE, "x", config.clone()).await.unwrap_err(), "principal_arns")
            };
            let error = failure.only();
            assert_eq!((error.summary.as_str(), error.path.as_str()), ("Managed and excluded at once", path));
            for words in [&role("a"), "unless what is known only after apply names it", "a value that is known now"] {
                assert!(error.detail.contains(words), "{}", error.detail);
            }
        }
    }
}

#[tokio::test]
async fn a_managed_entry_that_is_named_or_ignored_all_the_same() {
    for config in [open(&["a"]), with(open(&["b"]), json!({ "ignore": ["*:role/a"] }))] {
        let world = managed().await;
        world.plan(ENTRY, "a", entry("a")).await.unwrap();
        let plan = world.plan(TYPE, "x", config).await.unwrap();
        assert_eq!((plan.action, summaries(&plan)), (Action::Update, NONE.to_vec()));
    }
}

/// A role that is made again: what is known only after apply is most likely what it was, in the set as in the entry.
#[tokio::test]
async fn an_entry_whose_own_principal_is_known_after_apply_is_not_refused() {
    for set_first in [true, false] {
        let world = managed().await;
        let entry = with(entry("a"), json!({ "principal_arn": UNKNOWN }));
        if set_first {
            assert_eq!(summaries(&world.plan(TYPE, "x", open(&[])).await.unwrap()), NONE);
        }
        assert_eq!(world.plan(ENTRY, "a", entry).await.unwrap().action, Action::Replace);
        if !set_first {
            assert_eq!(summaries(&world.plan(TYPE, "x", open(&[])).await.unwrap()), NONE);
        }
    }
}

/// Whoever was not in the set is not removed by this apply; the next plan knows whether the set names them.
#[tokio::test]
async fn an_entry_that_was_not_in_the_set_is_left_to_the_next_plan() {
    let world = managed().await;
    world.plan(TYPE, "x", open(&["a"])).await.unwrap();
    world.plan(ENTRY, "b", entry("b")).await.unwrap();

    // Nor is anybody removed by a set that is new.
    let world = managed().await;
    world.forget(TYPE, "x");
    world.new_walk().await.unwrap();
    world.plan(ENTRY, "a", entry("a")).await.unwrap();
    assert_eq!(world.plan(TYPE, "x", open(&[])).await.unwrap().action, Action::Create);
}

#[tokio::test]
async fn pain_35_the_last_administrator_is_no_longer_named() {
    for (guard, is_refused) in [("warn", false), ("refuse", true), ("off", false)] {
        let world = World::start_with("API", json!({ "lockout_guard": guard })).await;
        administrator(&world, "ops", everywhere());
        world.converge(TYPE, "x", set(&["ops"])).await.unwrap();
        let summary =
            format!("This plan may remove the last cluster administrator: {} on cluster dev in us-east-1", role("ops"));
        let planned = world.plan(TYPE, "x", open(&["b"])).await;
        if is_refused {
            let failure = planned.unwrap_err();
            let error = failure.only();
            assert_eq!(error.summary, summary);
            assert!(error.detail.contains("unless what is known only after apply names it"), "{}", error.detail);
            continue;
        }
        let said = if guard == "off" { vec![] } else { vec![summary.as_str()] };
        assert_eq!(summaries(&planned.unwrap()), said);
    }
}

#[tokio::test]
async fn an_administrator_who_is_still_named_is_not_lost() {
    let world = world(&["a"]).await;
    administrator(&world, "ops", everywhere());
    world.converge(TYPE, "x", set(&["a", "ops"])).await.unwrap();
    world.calls();
    let plan = world.plan(TYPE, "x", open(&["a", "ops"])).await.unwrap();
    assert_eq!(summaries(&plan), NONE);
    assert_eq!(world.calls(), ["ListAccessEntries"], "what is read anyway");
}

/// `compact` and `distinct` know nothing of a list as soon as one element is not known. That is no reason to refuse.
#[tokio::test]
async fn nothing_is_known_of_who_stays() {
    let nothing = json!(UNKNOWN);
    for (argument, config) in [
        ("principal_arns", json!({ "principal_arns": nothing })),
        ("principal_arns", json!({ "principal_arns": nothing, "ignore": nothing })),
        ("ignore", json!({ "principal_arns": [role("a")], "ignore": nothing })),
    ] {
        let world = World::start_with("API", json!({ "lockout_guard": "refuse" })).await;
        world.converge(ENTRY, "a", entry("a")).await.unwrap();
        administrator(&world, "ops", everywhere());
        let named = with(set(&["a", "ops"]), json!({ "ignore": ["x"] }));
        world.converge(TYPE, "x", named.clone()).await.unwrap();
        world.new_walk().await.unwrap();
        world.plan(ENTRY, "a", entry("a")).await.unwrap();
        world.calls();
        let plan = world.plan(TYPE, "x", with(named, config)).await.unwrap();
        assert_eq!(world.calls(), ["ListAccessEntries"], "what is read anyway");
        let [warning] = plan.warnings.as_slice() else { panic!("{:?}", plan.warnings) };
        assert_eq!(warning.summary, "Access entries may be removed: cluster dev in us-east-1");
        assert_eq!(warning.path, argument);
        assert!(warning.detail.contains(&format!("Nothing is known of {argument}")), "{}", warning.detail);
        assert!(warning.detail.contains(&format!("  - {}\n", role("ops"))), "{}", warning.detail);
        assert_eq!(warning.detail.contains(&role("a")), argument != "ignore", "{}", warning.detail);
    }
}

#[tokio::test]
async fn nothing_is_known_of_who_stays_but_all_are_left_alone() {
    let world = world(&["a"]).await;
    let named = json!({ "principal_arns": [role("a"), service_linked()] });
    world.converge(TYPE, "x", with(set(&[]), named)).await.unwrap();
    let config = with(set(&[]), json!({ "principal_arns": UNKNOWN, "ignore": ["*:role/a"] }));
    assert_eq!(summaries(&world.plan(TYPE, "x", config).await.unwrap()), NONE);
}

/// Without the right to tell nodes from people, or to know who runs this, it is the plan that fails, as with values that
/// are known.
#[tokio::test]
async fn what_may_not_be_looked_at() {
    for operation in ["DescribeAccessEntry", "GetCallerIdentity"] {
        let world = world(&["a"]).await;
        world.converge(TYPE, "x", set(&["a"])).await.unwrap();
        world.emulator.add_fault(Fault { times: 9, ..Fault::new(operation, FaultKind::AccessDenied) });
        let failure = world.plan(TYPE, "x", open(&[])).await.unwrap_err();
        assert_eq!(failure.only().summary, "Cannot plan EKS access entries", "{operation}");
    }
}

//! From create to destroy.

use eks_emulator::{Fault, FaultKind};
use serde_json::json;
use tracing::level_filters::LevelFilter;

use super::{FOREVER, TYPE, called, changes, live, managed, mode, steps};
use crate::support::core::{Action, PlanOptions, as_json};
use crate::support::eks::{CLUSTER, World, role};
use crate::support::log;

const NONE: [&str; 0] = [];

#[tokio::test]
async fn a_cluster_that_is_not_there() {
    let world = World::start().await;
    let config = json!({ "cluster_name": "prod", "authentication_mode": "API" });
    let plan = world.plan(TYPE, "x", config.clone()).await.unwrap();
    let warning = &plan.warnings[0];
    assert_eq!((warning.summary.as_str(), warning.path.as_str()), ("No such cluster yet", "cluster_name"));

    let failure = world.apply(plan).await.unwrap_err();
    let error = failure.only();
    assert_eq!((error.summary.as_str(), error.path.as_str()), ("Cannot set authentication mode", "cluster_name"));
    assert!(error.detail.contains("There is no cluster prod in us-east-1"), "{}", error.detail);
    assert_eq!(world.state(TYPE, "x"), None);

    // Unless something else of the same plan makes it first.
    let plan = world.plan(TYPE, "x", config).await.unwrap();
    world.emulator.put_cluster("prod", "API");
    world.apply(plan).await.unwrap();
}

#[tokio::test]
async fn a_cluster_that_cannot_be_read() {
    let world = managed("API").await;
    world.emulator.add_fault(Fault::new("DescribeCluster", FaultKind::AccessDenied));
    let failure = world.plan(TYPE, "x", mode("API")).await.unwrap_err();
    assert_eq!(failure.only().summary, "Cannot read authentication mode");
    assert!(world.state(TYPE, "x").is_some());
}

/// With the mode as a resource of its own, nothing that is done to it can ever touch the cluster's life.
#[tokio::test]
async fn pain_29_a_mode_that_is_there_already_takes_no_change() {
    for now in ["CONFIG_MAP", "API_AND_CONFIG_MAP", "API"] {
        let world = World::start_in(now).await;
        let plan = world.plan(TYPE, "x", mode(now)).await.unwrap();
        assert_eq!(world.calls(), ["DescribeCluster"]);
        world.apply(plan).await.unwrap();
        // The plan of the apply, and the cluster as it is the moment before.
        assert_eq!(world.calls(), ["DescribeCluster", "DescribeCluster"]);
        assert_eq!(world.plan(TYPE, "x", mode(now)).await.unwrap().action, Action::NoOp);
        assert_eq!(world.calls(), ["DescribeCluster"]);
        let expected = json!({
            "cluster_name": "dev", "authentication_mode": now, "require_coverage": null, "region": "us-east-1", "id": "dev", "timeouts": null,
        });
        assert_eq!(world.state(TYPE, "x"), Some(expected));
        assert_eq!(world.identity(TYPE, "x"), Some(json!({ "cluster_name": "dev", "region": "us-east-1" })));
    }
}

#[tokio::test]
async fn pain_27_from_config_map_to_api_takes_both_steps() {
    let world = World::start_in("CONFIG_MAP").await;
    world.converge(TYPE, "x", mode("API")).await.unwrap();
    assert_eq!(changes(&world), steps(2));
    assert_eq!(live(&world), "API");
}

/// A change of the mode is one call that names nothing else of the cluster, and never a replacement.
#[tokio::test]
async fn pain_30_a_step_changes_the_mode_in_place() {
    for (from, to, count) in
        [("CONFIG_MAP", "API_AND_CONFIG_MAP", 1), ("API_AND_CONFIG_MAP", "API", 1), ("CONFIG_MAP", "API", 2)]
    {
        let world = managed(from).await;
        let plan = world.plan(TYPE, "x", mode(to)).await.unwrap();
        assert_eq!(plan.action, Action::Update);
        assert_eq!(world.calls(), ["DescribeCluster"]);
        world.apply(plan).await.unwrap();
        let step = ["UpdateClusterConfig", "DescribeUpdate", "DescribeCluster"];
        assert_eq!(world.calls(), step.repeat(count));
        assert_eq!(live(&world), to);
        assert_eq!(world.converge(TYPE, "x", mode(to)).await.unwrap().action, Action::NoOp);
    }
}

/// The mode and the first entry come in one apply.
#[tokio::test]
async fn pain_26_entries_of_the_same_apply_find_the_mode_changed() {
    let world = World::start_in("CONFIG_MAP").await;
    let first = world.plan(TYPE, "x", mode("API_AND_CONFIG_MAP")).await.unwrap();
    let entry = json!({ "cluster_name": CLUSTER, "principal_arn": role("viewer") });
    let second = world.plan("eks_access_entry", "viewer", entry).await.unwrap();
    assert_eq!(second.warnings, [], "the mode changes first");
    world.apply(first).await.unwrap();
    world.apply(second).await.unwrap();
    assert!(world.entry(&role("viewer")).is_some());
}

/// Planned first, an entry does not know that the mode will change; and what is true of the cluster is said once.
#[tokio::test]
async fn pain_25_the_mode_is_warned_of_once_and_looked_at_once() {
    let world = World::start_in("CONFIG_MAP").await;
    let entry = |name| json!({ "cluster_name": CLUSTER, "principal_arn": role(name) });
    let first = world.plan("eks_access_entry", "a", entry("a")).await.unwrap();
    assert_eq!(first.warnings[0].summary, "No access entries in this authentication mode");
    assert!(first.warnings[0].detail.contains("each of its access entries"), "{:?}", first.warnings);
    assert_eq!(world.calls(), ["ListAccessEntries", "DescribeCluster"]);
    for name in ["b", "c"] {
        assert_eq!(world.plan("eks_access_entry", name, entry(name)).await.unwrap().warnings, []);
    }
    assert_eq!(world.calls(), [""; 0]);
}

/// What the process knew of the cluster ends with the mode that it changes.
#[tokio::test]
async fn pain_26_entries_are_looked_for_again_when_the_mode_has_changed() {
    let world = World::start_in("CONFIG_MAP").await;
    let change = world.plan(TYPE, "x", mode("API_AND_CONFIG_MAP")).await.unwrap();
    let entry = json!({ "cluster_name": CLUSTER, "principal_arn": role("admin"), "on_conflict": "adopt" });
    let adoption = world.plan("eks_access_entry", "admin", entry).await.unwrap();
    world.apply(change).await.unwrap();
    world.emulator.put_entry(CLUSTER, json!({ "principalArn": role("admin") })).unwrap();
    world.calls();
    let adopted = world.apply(adoption).await.unwrap();
    assert_eq!(
        adopted.warnings[0].summary,
        format!("The access entry of {} on cluster dev in us-east-1 will be adopted", role("admin"))
    );
    assert_eq!(world.calls()[0], "ListAccessEntries");
}

/// A mode without entries helps no entry.
#[tokio::test]
async fn pain_25_a_mode_that_stays_config_map_is_still_warned_of() {
    let world = World::start_in("CONFIG_MAP").await;
    world.plan(TYPE, "x", mode("CONFIG_MAP")).await.unwrap();
    let entry = json!({ "cluster_name": CLUSTER, "principal_arn": role("viewer") });
    let plan = world.plan("eks_access_entry", "viewer", entry).await.unwrap();
    assert_eq!(plan.warnings[0].summary, "No access entries in this authentication mode");
}

#[tokio::test]
async fn two_resources_for_one_cluster_in_either_order() {
    let world = World::start_in("CONFIG_MAP").await;
    world.plan(TYPE, "x", mode("API")).await.unwrap();
    let failure = world.plan(TYPE, "y", mode("CONFIG_MAP")).await.unwrap_err();
    let error = failure.only();
    assert_eq!((error.summary.as_str(), error.path.as_str()), ("Managed twice", "cluster_name"));
    assert!(error.detail.contains("the authentication mode of cluster dev in us-east-1"), "{}", error.detail);

    world.converge(TYPE, "x", mode("API")).await.unwrap();
    for (first, second) in [("x", "y"), ("y", "x")] {
        world.new_walk().await.unwrap();
        world.plan(TYPE, first, mode("API")).await.unwrap();
        let failure = world.plan(TYPE, second, mode("API")).await.unwrap_err();
        assert_eq!(failure.only().summary, "Managed twice");
    }

    // Under a new name, nothing is changed in EKS.
    world.new_walk().await.unwrap();
    world.plan_destroy(TYPE, "x").await.unwrap();
    world.plan(TYPE, "y", mode("API")).await.unwrap();
}

/// The log tells how far the cluster is: a step takes EKS minutes.
#[tokio::test]
async fn progress_is_told() {
    let world = World::start_in("CONFIG_MAP").await;
    let plan = world.plan(TYPE, "x", mode("API")).await.unwrap();
    world.emulator.start_update(CLUSTER, "VersionUpdate", FOREVER).unwrap();
    let lines = log::lines(LevelFilter::INFO, async {
        let eks = async {
            called(&world.emulator, "DescribeUpdate", 1).await;
            world.emulator.finish_updates(CLUSTER).unwrap();
        };
        let (applied, ()) = tokio::join!(world.apply(plan), eks);
        applied.unwrap();
    })
    .await;
    let told: Vec<_> = lines
        .iter()
        .filter(|line| line["cluster"] == CLUSTER)
        .map(|line| {
            assert!(
                line["update_id"].is_string() || line["@message"].as_str().unwrap().contains("has reached"),
                "{line}"
            );
            format!("{} {}", line["@message"].as_str().unwrap(), line["mode"].as_str().unwrap_or_default())
        })
        .collect();
    let [started, reached] =
        ["EKS is changing the authentication mode", "the cluster has reached the authentication mode"];
    assert_eq!(
        told,
        [
            "another update of the cluster is in progress: waiting for its end ".to_owned(),
            format!("{started} API_AND_CONFIG_MAP"),
            format!("{reached} API_AND_CONFIG_MAP"),
            format!("{started} API"),
            format!("{reached} API"),
        ]
    );
}

#[tokio::test]
async fn another_cluster_replaces_it() {
    let world = managed("API").await;
    world.emulator.put_cluster("prod", "CONFIG_MAP");
    for (path, value) in [("cluster_name", "prod"), ("region", "eu-west-1")] {
        let mut config = mode("API_AND_CONFIG_MAP");
        config[path] = json!(value);
        let plan = world.plan(TYPE, "x", config).await.unwrap();
        assert_eq!(plan.action, Action::Replace);
        assert_eq!(plan.requires_replace, [path]);
    }
}

#[tokio::test]
async fn a_replacement_that_was_asked_for_changes_nothing() {
    let world = managed("API").await;
    let replace = PlanOptions { replace: true, ..PlanOptions::default() };
    let plan = world.plan_with(TYPE, "x", mode("API"), replace).await.unwrap();
    world.apply(plan).await.unwrap();
    assert_eq!(changes(&world), steps(0));
}

#[tokio::test]
async fn other_timeouts_are_no_business_of_eks() {
    let world = managed("API").await;
    let mut config = mode("API");
    config["timeouts"] = json!({ "update": "5m" });
    assert_eq!(world.converge(TYPE, "x", config).await.unwrap().action, Action::Update);
    assert_eq!(changes(&world), steps(0));
}

/// The way back that stacks got stuck on is not tried.
#[tokio::test]
async fn pain_28_destroy_forgets_and_says_so_in_the_plan() {
    let world = managed("API").await;
    let plan = world.plan_destroy(TYPE, "x").await.unwrap();
    let warning = &plan.warnings[0];
    assert_eq!(warning.summary, "The authentication mode stays as it is");
    assert!(warning.detail.contains("the cluster stays in mode API"), "{}", warning.detail);
    world.calls();
    world.apply(plan).await.unwrap();
    assert_eq!(world.calls(), NONE);
    assert_eq!(world.state(TYPE, "x"), None);
    assert_eq!(live(&world), "API");
}

/// The same object in the state, but of a cluster that is not there.
fn elsewhere(json: Vec<u8>) -> Vec<u8> {
    String::from_utf8(json).unwrap().replace("\"dev\"", "\"prod\"").into_bytes()
}

#[tokio::test]
async fn disappears_with_the_cluster() {
    let world = managed("API").await;
    let mut stored = world.forget(TYPE, "x").unwrap();
    stored.attributes = elsewhere(stored.attributes);
    stored.identity = stored.identity.map(elsewhere);
    world.store(TYPE, "x", stored);
    let config = json!({ "cluster_name": "prod", "authentication_mode": "API" });
    let plan = world.plan(TYPE, "x", config).await.unwrap();
    assert_eq!(plan.action, Action::Create);
    assert_eq!(plan.warnings[0].summary, "No such cluster yet");
}

#[tokio::test]
async fn by_import() {
    let world = managed("API_AND_CONFIG_MAP").await;
    for id in ["dev", "dev@us-east-1"] {
        world.verify_import(TYPE, "x", id, &[]).await.unwrap();
    }
    world.emulator.put_cluster_in("eu-west-1", "far", "API");
    let imported = world.import(TYPE, "far", "far@eu-west-1").await.unwrap();
    assert_eq!(as_json(&imported.state)["authentication_mode"], "API");
    let identity = json!({ "cluster_name": "far", "region": "eu-west-1" });
    assert_eq!(world.identity(TYPE, "far"), Some(identity.clone()));
    world.forget(TYPE, "far");
    world.import_identity(TYPE, "far", &identity).await.unwrap();
    let without_region = world.import_identity(TYPE, "y", &json!({ "cluster_name": "dev" })).await.unwrap();
    assert_eq!(as_json(&without_region.state)["region"], "us-east-1");
}

#[tokio::test]
async fn what_cannot_be_imported() {
    let world = World::start().await;
    for id in ["", "arn:aws:eks:us-east-1:111122223333:cluster/dev", "dev:API"] {
        let failure = world.import(TYPE, "x", id).await.unwrap_err();
        assert_eq!(failure.only().summary, "Invalid import id", "{id}");
    }
    let failure = world.import(TYPE, "x", "prod").await.unwrap_err();
    assert_eq!(failure.only().summary, "Nothing to import");
}

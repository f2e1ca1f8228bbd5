//! `require_coverage`: the step to API waits until access entries cover aws-auth.

use serde_json::{Value as Json, json};

use super::{TYPE, changes, live, managed, mode, steps};
use crate::support::core::{Diag, UNKNOWN};
use crate::support::eks::{CLUSTER, World, policy, role};

const ENTRY: &str = "eks_access_entry";
const ASSOCIATION: &str = "eks_access_policy_association";
const ADMIN: &str = "AmazonEKSClusterAdminPolicy";

const OPEN: &str = "Not covered by access entries";
const NOT_KNOWN: &str = "Coverage of aws-auth not known";

const VIEWER: &str = "- {rolearn: 'arn:aws:iam::111122223333:role/viewer', username: viewer, groups: [viewers]}\n";
const BOSS: &str = "- {rolearn: 'arn:aws:iam::111122223333:role/boss', username: boss, groups: ['system:masters']}\n";
const FARGATE: &str = "- {rolearn: 'arn:aws:iam::111122223333:role/fargate', username: 'system:node:{{SessionName}}', \
                       groups: ['system:bootstrappers', 'system:nodes', 'system:node-proxier']}\n";

/// A cluster in a mode, with these rows in mapRoles.
async fn world(mode: &str, rows: &str) -> World {
    let world = World::start_in(mode).await;
    set(&world, rows);
    world
}

fn set(world: &World, rows: &str) {
    let data = [("mapRoles".to_owned(), rows.to_owned())];
    world.emulator.set_aws_auth(CLUSTER, Some(data.into())).unwrap();
}

/// The step to API, through the gate.
fn gated() -> Json {
    let mut config = mode("API");
    config["require_coverage"] = json!(true);
    config
}

/// The entry that covers [`VIEWER`].
fn viewer() -> Json {
    json!({
        "cluster_name": CLUSTER, "principal_arn": role("viewer"), "user_name": "viewer", "kubernetes_groups": ["viewers"],
    })
}

fn put_viewer(world: &World) {
    let entry = json!({ "principalArn": role("viewer"), "username": "viewer", "kubernetesGroups": ["viewers"] });
    world.emulator.put_entry(CLUSTER, entry).unwrap();
}

/// The entry that covers [`BOSS`].
fn put_boss(world: &World) {
    let policies = json!([{ "policyArn": policy(ADMIN), "accessScope": { "type": "cluster" } }]);
    let entry = json!({ "principalArn": role("boss"), "username": "boss", "accessPolicies": policies });
    world.emulator.put_entry(CLUSTER, entry).unwrap();
}

/// The refusal of a plan of the step, in a walk that goes on.
async fn refused(world: &World) -> Diag {
    let failure = world.plan(TYPE, "x", gated()).await.unwrap_err();
    failure.only().clone()
}

#[track_caller]
fn assert_open(error: &Diag, words: &[&str]) {
    assert_eq!((error.summary.as_str(), error.path.as_str()), (OPEN, "require_coverage"), "{error:?}");
    for word in words {
        assert!(error.detail.contains(word), "{word:?} in {}", error.detail);
    }
}

#[tokio::test]
async fn pain_36_a_row_without_an_entry_keeps_the_cluster_from_api() {
    let world = world("API_AND_CONFIG_MAP", &format!("{VIEWER}{BOSS}")).await;
    put_boss(&world);
    let error = refused(&world).await;
    assert_open(&error, &["cluster dev", "mapRoles[0] arn:aws:iam::111122223333:role/viewer: migrate", "depends_on"]);
    assert!(!error.detail.contains("role/boss"), "it is covered: {}", error.detail);

    world.converge(TYPE, "x", mode("API_AND_CONFIG_MAP")).await.unwrap();
    assert_open(&refused(&world).await, &["mapRoles[0]"]);
    assert_eq!(changes(&world), steps(0));
}

#[tokio::test]
async fn an_entry_that_grants_something_else_covers_nothing() {
    let world = world("API_AND_CONFIG_MAP", VIEWER).await;
    let entry = json!({ "principalArn": role("viewer"), "username": "viewer", "kubernetesGroups": ["others"] });
    world.emulator.put_entry(CLUSTER, entry).unwrap();
    assert_open(&refused(&world).await, &["conflict", "groups are others, not viewers"]);
}

/// No order of one apply leads from CONFIG_MAP over the entries to API: the entries come in between.
#[tokio::test]
async fn from_config_map_the_way_is_told() {
    let world = world("CONFIG_MAP", VIEWER).await;
    world.plan(ENTRY, "viewer", viewer()).await.unwrap();
    let words = ["in mode CONFIG_MAP now", "\"API_AND_CONFIG_MAP\"", "mapRoles[0]"];
    assert_open(&refused(&world).await, &words);
    assert_eq!(changes(&world), steps(0));
}

#[tokio::test]
async fn many_rows_are_counted_and_some_are_listed() {
    let row = |n| format!("- {{rolearn: 'arn:aws:iam::111122223333:role/role-{n}', username: u}}\n");
    let world = world("API_AND_CONFIG_MAP", &(0..2000).map(row).collect::<String>()).await;
    let error = refused(&world).await;
    assert_open(&error, &["role/role-19:", "and 1980 more"]);
    assert!(!error.detail.contains("role/role-20:"));
}

#[tokio::test]
async fn a_cluster_whose_api_is_not_in_reach_is_kept_from_api() {
    for (api_server, words) in [("unreachable", "gave no answer"), ("unauthorized", "401"), ("forbidden", "403")] {
        let world = world("API_AND_CONFIG_MAP", "").await;
        let plan = world.plan(TYPE, "x", gated()).await.unwrap();
        world.emulator.settings(json!({ "api_server": api_server })).unwrap();
        let failure = world.apply(plan).await.unwrap_err();
        for error in [failure.only(), &refused(&world).await] {
            assert_eq!((error.summary.as_str(), error.path.as_str()), (NOT_KNOWN, "require_coverage"));
            assert!(error.detail.contains(words) && error.detail.contains("cluster dev"), "{}", error.detail);
            assert!(error.detail.contains("made unseen") && !error.detail.contains("k8s-aws-v1"), "{}", error.detail);
        }
        assert_eq!(changes(&world), steps(0));
    }
}

#[tokio::test]
async fn what_cannot_be_read_covers_nothing() {
    let world = world("API_AND_CONFIG_MAP", "\t- x").await;
    let error = refused(&world).await;
    assert_eq!((error.summary.as_str(), error.path.as_str()), (NOT_KNOWN, "require_coverage"));
    assert!(error.detail.contains("mapRoles") && error.detail.contains("tab"), "{}", error.detail);
}

/// What the plan saw may be gone by then.
#[tokio::test]
async fn pain_36_the_apply_looks_again() {
    for managed_before in [false, true] {
        let world = match managed_before {
            true => managed("API_AND_CONFIG_MAP").await,
            false => World::start_in("API_AND_CONFIG_MAP").await,
        };
        set(&world, VIEWER);
        put_viewer(&world);
        let plan = world.plan(TYPE, "x", gated()).await.unwrap();
        set(&world, &format!("{VIEWER}{BOSS}"));
        let failure = world.apply(plan).await.unwrap_err();
        assert_open(failure.only(), &["mapRoles[1]", "stays in mode API_AND_CONFIG_MAP"]);
        assert_eq!((changes(&world), live(&world).as_str()), (steps(0), "API_AND_CONFIG_MAP"));

        put_boss(&world);
        world.converge(TYPE, "x", gated()).await.unwrap();
        assert_eq!((changes(&world), live(&world).as_str()), (steps(1), "API"));
    }
}

#[tokio::test]
async fn covered_rows_let_the_cluster_pass_and_the_calls_are_few() {
    let world = managed("API_AND_CONFIG_MAP").await;
    set(&world, VIEWER);
    put_viewer(&world);
    let look = ["ListAccessEntries", "DescribeAccessEntry viewer", "ListAssociatedAccessPolicies viewer"];
    let plan = world.plan(TYPE, "x", gated()).await.unwrap();
    assert_eq!(world.calls(), [&["DescribeCluster"], &look[..]].concat());
    world.apply(plan).await.unwrap();
    // The plan of the apply, the look right before the step, and the step.
    let step = ["UpdateClusterConfig", "DescribeUpdate", "DescribeCluster"];
    let both = [&["DescribeCluster"], &look[..]].concat();
    assert_eq!(world.calls(), [&both[..], &both, &step].concat());
    assert_eq!(live(&world), "API");
}

/// One apply makes the entries and then takes the step, which depends on them.
#[tokio::test]
async fn entries_of_the_same_plan_count_and_the_apply_finds_them() {
    let world = world("API_AND_CONFIG_MAP", &format!("{VIEWER}{BOSS}")).await;
    let entry = world.plan(ENTRY, "viewer", viewer()).await.unwrap();
    let mut boss = json!({ "cluster_name": CLUSTER, "principal_arn": role("boss"), "user_name": "boss" });
    boss["access_policies"] = json!({ ADMIN: { "access_scope": { "type": "cluster" } } });
    let other = world.plan(ENTRY, "boss", boss).await.unwrap();
    let step = world.plan(TYPE, "x", gated()).await.unwrap();
    assert_eq!(step.warnings, []);
    for plan in [entry, other, step] {
        world.apply(plan).await.unwrap();
    }
    assert_eq!(live(&world), "API");
}

#[tokio::test]
async fn policies_that_come_as_associations_count() {
    let world = world("API_AND_CONFIG_MAP", BOSS).await;
    let boss = json!({ "cluster_name": CLUSTER, "principal_arn": role("boss"), "user_name": "boss" });
    world.plan(ENTRY, "boss", boss.clone()).await.unwrap();
    assert_open(&refused(&world).await, &["access policies are none"]);

    world.new_walk().await.unwrap();
    world.plan(ENTRY, "boss", boss).await.unwrap();
    let association = json!({
        "cluster_name": CLUSTER, "principal_arn": role("boss"), "policy_arn": ADMIN, "access_scope": { "type": "cluster" },
    });
    world.plan(ASSOCIATION, "boss", association).await.unwrap();
    world.plan(TYPE, "x", gated()).await.unwrap();
}

#[tokio::test]
async fn an_entry_that_is_planned_otherwise_or_not_known_covers_nothing() {
    for (argument, value) in [
        ("kubernetes_groups", json!(["others"])),
        ("kubernetes_groups", json!(UNKNOWN)),
        ("user_name", json!(UNKNOWN)),
        ("user_name", json!(null)),
        ("type", json!(UNKNOWN)),
        ("principal_arn", json!(UNKNOWN)),
        ("access_policies", json!({ ADMIN: { "access_scope": { "type": "cluster" } } })),
        ("access_policies", json!({ ADMIN: { "access_scope": { "type": UNKNOWN } } })),
    ] {
        let world = world("API_AND_CONFIG_MAP", VIEWER).await;
        let mut entry = viewer();
        entry[argument] = value.clone();
        world.plan(ENTRY, "viewer", entry).await.unwrap();
        assert_open(&refused(&world).await, &["mapRoles[0]"]);
    }
}

#[tokio::test]
async fn groups_that_are_not_known_cover_not_even_a_row_without_groups() {
    let row = "- {rolearn: 'arn:aws:iam::111122223333:role/viewer', username: viewer}\n";
    for (groups, covers) in [(json!(null), true), (json!(UNKNOWN), false)] {
        let world = world("API_AND_CONFIG_MAP", row).await;
        let mut entry = viewer();
        entry["kubernetes_groups"] = groups;
        world.plan(ENTRY, "viewer", entry).await.unwrap();
        if covers {
            world.plan(TYPE, "x", gated()).await.unwrap();
        } else {
            assert_open(&refused(&world).await, &["mapRoles[0]"]);
        }
    }
}

/// What an entry grants now says nothing of what it is going to.
#[tokio::test]
async fn a_change_that_is_not_known_yet_covers_nothing() {
    for (argument, value) in [
        ("kubernetes_groups", json!(UNKNOWN)),
        ("user_name", json!(UNKNOWN)),
        ("access_policies", json!({ ADMIN: { "access_scope": { "type": UNKNOWN } } })),
    ] {
        let world = world("API_AND_CONFIG_MAP", VIEWER).await;
        world.converge(ENTRY, "viewer", viewer()).await.unwrap();
        world.new_walk().await.unwrap();
        let mut entry = viewer();
        entry[argument] = value;
        world.plan(ENTRY, "viewer", entry).await.unwrap();
        assert_open(&refused(&world).await, &["mapRoles[0]"]);
    }
}

#[tokio::test]
async fn a_scope_that_is_not_known_yet_covers_nothing() {
    let world = world("API_AND_CONFIG_MAP", BOSS).await;
    world.emulator.put_entry(CLUSTER, json!({ "principalArn": role("boss"), "username": "boss" })).unwrap();
    let association = |scope: Json| json!({ "cluster_name": CLUSTER, "principal_arn": role("boss"), "policy_arn": ADMIN, "access_scope": scope });
    world.converge(ASSOCIATION, "boss", association(json!({ "type": "cluster" }))).await.unwrap();
    world.new_walk().await.unwrap();
    world.plan(TYPE, "x", gated()).await.unwrap();

    world.new_walk().await.unwrap();
    let unknown = association(json!({ "type": "namespace", "namespaces": UNKNOWN }));
    world.plan(ASSOCIATION, "boss", unknown).await.unwrap();
    assert_open(&refused(&world).await, &["access policies are none"]);
}

#[tokio::test]
async fn an_entry_that_the_same_plan_takes_away_covers_nothing() {
    let world = world("API_AND_CONFIG_MAP", VIEWER).await;
    world.converge(ENTRY, "viewer", viewer()).await.unwrap();
    world.new_walk().await.unwrap();
    world.plan(TYPE, "x", gated()).await.unwrap();

    world.new_walk().await.unwrap();
    world.plan_destroy(ENTRY, "viewer").await.unwrap();
    assert_open(&refused(&world).await, &["migrate"]);

    world.new_walk().await.unwrap();
    let mut changed = viewer();
    changed["kubernetes_groups"] = json!(["others"]);
    world.plan(ENTRY, "viewer", changed).await.unwrap();
    assert_open(&refused(&world).await, &["conflict"]);
}

#[tokio::test]
async fn an_entry_that_an_exclusive_set_removes_covers_nothing() {
    let world = world("API_AND_CONFIG_MAP", VIEWER).await;
    put_viewer(&world);
    let set = json!({ "cluster_name": CLUSTER, "principal_arns": [role("other")] });
    world.plan("eks_access_entries_exclusive", "x", set).await.unwrap();
    assert_open(&refused(&world).await, &["migrate"]);
}

#[tokio::test]
async fn a_policy_that_the_same_plan_takes_away_covers_nothing() {
    let world = world("API_AND_CONFIG_MAP", BOSS).await;
    let entry = json!({ "principalArn": role("boss"), "username": "boss" });
    world.emulator.put_entry(CLUSTER, entry).unwrap();
    let association = json!({
        "cluster_name": CLUSTER, "principal_arn": role("boss"), "policy_arn": ADMIN, "access_scope": { "type": "cluster" },
    });
    world.converge(ASSOCIATION, "boss", association).await.unwrap();
    world.new_walk().await.unwrap();
    world.plan_destroy(ASSOCIATION, "boss").await.unwrap();
    assert_open(&refused(&world).await, &["access policies are none"]);
}

/// EKS makes the entries of Fargate when the cluster leaves CONFIG_MAP; the apply waits and sees.
#[tokio::test]
async fn what_eks_makes_itself_is_expected_in_the_plan_and_looked_for_in_the_apply() {
    let world = world("CONFIG_MAP", FARGATE).await;
    let plan = world.plan(TYPE, "x", gated()).await.unwrap();
    let [warning] = &plan.warnings[..] else { panic!("{:?}", plan.warnings) };
    assert_eq!((warning.summary.as_str(), warning.path.as_str()), ("Covered by EKS on the way", "require_coverage"));
    assert!(warning.detail.contains("mapRoles[0]"), "{}", warning.detail);
    let failure = world.apply(plan).await.unwrap_err();
    assert_open(failure.only(), &["owned_by_eks", "stays in mode API_AND_CONFIG_MAP"]);
    assert_eq!((changes(&world), live(&world).as_str()), (steps(1), "API_AND_CONFIG_MAP"));
    // EKS had its chance.
    assert_open(&refused(&world).await, &["owned_by_eks"]);

    world.emulator.put_cluster(CLUSTER, "CONFIG_MAP");
    set(&world, FARGATE);
    world.emulator.settings(json!({ "fargate_pod_execution_roles": [role("fargate")] })).unwrap();
    let plan = world.plan(TYPE, "x", gated()).await.unwrap();
    world.apply(plan).await.unwrap();
    assert_eq!((changes(&world), live(&world).as_str()), (steps(2), "API"));
}

/// An update that got as far as API_AND_CONFIG_MAP says so in the state.
#[tokio::test]
async fn an_update_that_stops_at_the_gate_leaves_the_mode_that_was_reached() {
    let world = managed("CONFIG_MAP").await;
    set(&world, FARGATE);
    let plan = world.plan(TYPE, "x", gated()).await.unwrap();
    let failure = world.apply(plan).await.unwrap_err();
    assert_open(failure.only(), &["owned_by_eks"]);
    assert_eq!(world.state(TYPE, "x").unwrap()["authentication_mode"], "API_AND_CONFIG_MAP");
}

/// Only the last step loses anything.
#[tokio::test]
async fn nothing_else_asks_for_aws_auth() {
    for (from, to, required) in [
        ("CONFIG_MAP", "API_AND_CONFIG_MAP", json!(true)),
        ("API_AND_CONFIG_MAP", "API_AND_CONFIG_MAP", json!(true)),
        ("API", "API", json!(true)),
        ("CONFIG_MAP", "API", json!(false)),
        ("CONFIG_MAP", "API", json!(null)),
    ] {
        let world = world(from, VIEWER).await;
        world.emulator.settings(json!({ "api_server": "unreachable" })).unwrap();
        let mut config = mode(to);
        config["require_coverage"] = required;
        world.converge(TYPE, "x", config).await.unwrap();
        assert_eq!(live(&world), to);
        assert!(!world.calls().iter().any(|call| call == "ListAccessEntries"));
    }
}

#[tokio::test]
async fn a_gate_that_is_not_known_yet_is_looked_at_in_the_apply() {
    let world = world("API_AND_CONFIG_MAP", VIEWER).await;
    let mut config = mode("API");
    config["require_coverage"] = json!(UNKNOWN);
    world.plan(TYPE, "x", config).await.unwrap();
    assert_eq!(changes(&world), steps(0));
}

/// It is the provider's own business: EKS is not told.
#[tokio::test]
async fn to_require_coverage_or_not_changes_nothing() {
    let world = managed("API").await;
    world.converge(TYPE, "x", gated()).await.unwrap();
    world.converge(TYPE, "x", mode("API")).await.unwrap();
    assert_eq!(changes(&world), steps(0));
}

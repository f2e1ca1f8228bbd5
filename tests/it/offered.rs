//! Policies that EKS does not offer, or not to everybody: the plan says so, before anything is made.

use eks_emulator::{ACCESS_POLICIES, Fault, FaultKind};
use serde_json::{Value as Json, json};
use terraform_provider_eks::aws::access_policy::{KNOWN, OF_SERVICES};

use crate::support::core::{Action, Diag, UNKNOWN};
use crate::support::eks::{CLUSTER, World, policy, role};

const ENTRY: &str = "eks_access_entry";
const ASSOCIATION: &str = "eks_access_policy_association";

const VIEW: &str = "AmazonEKSViewPolicy";
const MISSPELT: &str = "AmazonEKSVeiwPolicy";
/// One that a later version of EKS may have.
const NEW: &str = "AmazonMarsRoverPolicy";

/// The entry of the role `viewer` with these policies.
fn entry(policies: &[&str]) -> Json {
    let policies: Json =
        policies.iter().map(|name| ((*name).to_owned(), json!({ "access_scope": { "type": "cluster" } }))).collect();
    json!({ "cluster_name": CLUSTER, "principal_arn": role("viewer"), "access_policies": policies })
}

fn association(policy: &str) -> Json {
    json!({
        "cluster_name": CLUSTER, "principal_arn": role("viewer"), "policy_arn": policy,
        "access_scope": { "type": "cluster" },
    })
}

/// The same policy of both resources, with the path that is to blame.
fn both(policy: &str) -> [(&'static str, Json, String); 2] {
    [
        (ENTRY, entry(&[policy]), format!("access_policies[{policy:?}]")),
        (ASSOCIATION, association(policy), "policy_arn".to_owned()),
    ]
}

/// What a plan says of policies.
async fn said(world: &World, kind: &str, address: &str, config: Json) -> Vec<Diag> {
    let mut warnings = world.plan(kind, address, config).await.unwrap().warnings;
    warnings.retain(|warning| warning.summary.contains("ccess policy"));
    warnings
}

async fn warned(world: &World, kind: &str, address: &str, config: Json) -> Diag {
    let [warning] = said(world, kind, address, config).await.try_into().unwrap();
    warning
}

/// The calls without those that ask whether an association is there already.
fn lists(world: &World) -> Vec<String> {
    world.calls().into_iter().filter(|call| !call.starts_with("ListAssociated")).collect()
}

/// What the emulator offers is what EKS has been seen or said to offer.
#[test]
fn the_known_policies_are_those_of_the_emulator() {
    let names = |of_services: bool| -> Vec<&str> {
        let those = ACCESS_POLICIES.iter().filter(|policy| policy.service_linked_only == of_services);
        those.map(|policy| policy.name).collect()
    };
    assert_eq!(names(false), KNOWN);
    assert_eq!(names(true), OF_SERVICES);
}

#[tokio::test]
async fn pain_45_a_plan_warns_of_a_misspelt_policy_with_the_name_that_is_meant() {
    let world = World::start().await;
    for (kind, number) in [(ENTRY, 0), (ASSOCIATION, 1)] {
        world.new_walk().await.unwrap();
        for given in [MISSPELT.to_owned(), "amazoneksviewpolicy".to_owned(), policy(MISSPELT)] {
            let (_, config, path) = both(&given).into_iter().nth(number).unwrap();
            world.new_walk().await.unwrap();
            let warning = warned(&world, kind, "x", config).await;
            let name = given.rsplit('/').next().unwrap();
            assert_eq!((warning.summary, warning.path), (format!("No such access policy: {name}"), path));
            let meant = format!("Did you mean {VIEW:?}?");
            assert!(warning.detail.contains(&meant) && warning.detail.contains("us-east-1"), "{}", warning.detail);
        }
    }
    world.new_walk().await.unwrap();
    world.calls();
    let warning = warned(&world, ASSOCIATION, "x", association(NEW)).await;
    assert!(!warning.detail.contains("Did you mean"), "{warning:?}");
    warned(&world, ASSOCIATION, "y", association(MISSPELT)).await;
    assert_eq!(lists(&world), ["ListAccessPolicies"], "once, for all of them");
}

/// While the cluster's name is known only after apply, as where the same configuration makes the cluster, too.
#[tokio::test]
async fn a_policy_is_looked_at_before_its_cluster_is_known() {
    let world = World::start().await;
    for (kind, mut config, path) in both(MISSPELT) {
        config["cluster_name"] = UNKNOWN.into();
        assert_eq!(warned(&world, kind, "x", config).await.path, path);
    }
}

#[tokio::test]
async fn every_region_has_its_own_list() {
    let world = World::start().await;
    for region in ["us-east-1", "eu-west-1"] {
        let mut config = association(MISSPELT);
        config["region"] = region.into();
        assert!(warned(&world, ASSOCIATION, region, config).await.detail.contains(region));
    }
    assert_eq!(lists(&world), ["ListAccessPolicies", "ListAccessPolicies"]);
}

#[tokio::test]
async fn nobody_is_asked_about_policies_that_are_known() {
    let world = World::start().await;
    for name in KNOWN {
        world.plan(ASSOCIATION, name, association(name)).await.unwrap();
    }
    world.new_walk().await.unwrap();
    world.plan(ENTRY, "x", entry(&KNOWN)).await.unwrap();
    let asked: Vec<_> = world.calls().into_iter().filter(|call| call == "ListAccessPolicies").collect();
    assert_eq!(asked, [""; 0]);
}

/// Whoever may not ask finds out at apply.
#[tokio::test]
async fn whoever_may_not_list_policies_is_told_by_eks() {
    let world = World::start().await;
    world.emulator.put_entry(CLUSTER, json!({ "principalArn": role("viewer") })).unwrap();
    world.emulator.add_fault(Fault { times: 9, ..Fault::new("ListAccessPolicies", FaultKind::AccessDenied) });
    let plan = world.plan(ASSOCIATION, "x", association(MISSPELT)).await.unwrap();
    assert_eq!(plan.warnings, []);
    let failure = world.apply(plan).await.unwrap_err();
    let error = failure.only();
    assert_eq!(error.path, "policy_arn");
    for words in ["The specified policyArn could not be found", "aws eks list-access-policies"] {
        assert!(error.detail.contains(words), "{error:?}");
    }
}

/// The provider block is not known in the plan; the plan in the apply tells, and still nothing is made.
#[tokio::test]
async fn while_aws_is_not_in_reach_nothing_is_said() {
    let world = World::start_with("API", json!({ "profile": UNKNOWN })).await;
    for (kind, mut config, _) in both(MISSPELT) {
        config["region"] = "us-east-1".into();
        assert_eq!(world.plan(kind, kind, config).await.unwrap().action, Action::Create);
        world.new_walk().await.unwrap();
    }
    assert_eq!(world.calls(), [""; 0]);
}

/// It is there, so EKS offers it, or has.
#[tokio::test]
async fn nobody_is_asked_about_policies_that_are_there_already() {
    let world = World::start().await;
    let there = json!([{ "policyArn": policy(NEW), "accessScope": { "type": "cluster" } }]);
    let put = json!({ "principalArn": role("viewer"), "accessPolicies": there });
    world.emulator.put_entry(CLUSTER, put).unwrap();
    world.import(ENTRY, "x", &format!("{CLUSTER}:{}", role("viewer"))).await.unwrap();
    world.import(ASSOCIATION, "x", &format!("{CLUSTER}#{}#{}", role("viewer"), policy(NEW))).await.unwrap();
    world.calls();
    let mut scoped = association(NEW);
    scoped["access_scope"] = json!({ "type": "namespace", "namespaces": ["a"] });
    world.plan(ASSOCIATION, "x", scoped).await.unwrap();
    world.new_walk().await.unwrap();
    world.apply(world.plan(ENTRY, "x", entry(&[NEW])).await.unwrap()).await.unwrap();
    world.plan(ENTRY, "x", entry(&[&policy(NEW), VIEW])).await.unwrap();
    assert!(!world.calls().contains(&"ListAccessPolicies".to_owned()));

    world.new_walk().await.unwrap();
    let warning = warned(&world, ENTRY, "x", entry(&[NEW, MISSPELT])).await;
    assert_eq!(warning.path, format!("access_policies[{MISSPELT:?}]"));
}

#[tokio::test]
async fn a_plan_warns_of_a_policy_of_services() {
    let world = World::start().await;
    for name in OF_SERVICES {
        for (kind, config, path) in both(name) {
            world.new_walk().await.unwrap();
            let warning = warned(&world, kind, "x", config).await;
            let summary = format!("Access policy for services of AWS alone: {name}");
            assert_eq!((warning.summary, warning.path), (summary, path));
        }
    }
    assert!(!world.calls().contains(&"ListAccessPolicies".to_owned()));
}

/// EKS gives the role of an Auto Mode cluster such policies itself.
#[tokio::test]
async fn an_entry_that_is_taken_over_may_have_policies_of_services() {
    const COMPUTE: &str = "AmazonEKSComputePolicy";
    for is_imported in [true, false] {
        let world = World::start().await;
        let there = json!([{ "policyArn": policy(COMPUTE), "accessScope": { "type": "cluster" } }]);
        let put = json!({ "principalArn": role("viewer"), "accessPolicies": there });
        world.emulator.put_entry(CLUSTER, put).unwrap();
        if is_imported {
            world.import(ENTRY, "x", &format!("{CLUSTER}:{}", role("viewer"))).await.unwrap();
        }
        let adopting = |policies: &[&str]| {
            let mut config = entry(policies);
            config["on_conflict"] = "adopt".into();
            config
        };
        let warning = warned(&world, ENTRY, "x", adopting(&[COMPUTE, "AmazonEKSHybridPolicy"])).await;
        assert_eq!(warning.path, "access_policies[\"AmazonEKSHybridPolicy\"]");
        world.new_walk().await.unwrap();
        world.converge(ENTRY, "x", adopting(&[COMPUTE])).await.unwrap();
    }
}

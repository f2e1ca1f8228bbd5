use eks_emulator::{Fault, FaultKind};
use serde_json::json;

use super::{ALL, count, counts, fail, find, imported};
use crate::support::core::{ListedObject, as_json};
use crate::support::eks::{CLUSTER, World};

const TYPE: &str = "eks_authentication_mode";
const LIST: &str = "ListClusters";
const DESCRIBE: &str = "DescribeCluster";

async fn world() -> World {
    let world = World::start().await;
    world.emulator.put_cluster("old", "CONFIG_MAP");
    world.emulator.put_cluster_in("eu-west-1", "elsewhere", "API");
    world
}

fn names(found: &[ListedObject]) -> Vec<&str> {
    found.iter().map(|object| object.display_name.as_str()).collect()
}

#[tokio::test]
async fn a_list_that_is_refused_names_the_action() {
    let world = world().await;
    world.emulator.add_fault(Fault::new(LIST, FaultKind::AccessDenied));
    let error = fail(&world, TYPE, json!({})).await;
    assert!(error.detail.contains("eks:ListClusters"), "{error:?}");
}

#[tokio::test]
async fn a_cluster_that_cannot_be_read_is_listed_with_a_warning() {
    let world = world().await;
    world
        .emulator
        .add_fault(Fault { cluster: Some(CLUSTER.to_owned()), ..Fault::new(DESCRIBE, FaultKind::AccessDenied) });
    let listed = world.list(TYPE, json!({}), true, ALL).await.unwrap();
    assert_eq!(names(&listed.found), [CLUSTER, "old"]);
    assert!(listed.found[0].resource.is_null() && !listed.found[1].resource.is_null());
    let [warning] = listed.warnings.as_slice() else { panic!("{:?}", listed.warnings) };
    assert!(warning.detail.contains("cluster dev") && warning.detail.contains("eks:DescribeCluster"), "{warning:?}");
}

#[tokio::test]
async fn all_clusters_of_a_region() {
    let world = world().await;
    for (region, clusters) in [("us-east-1", &[CLUSTER, "old"][..]), ("eu-west-1", &["elsewhere"]), ("eu-west-2", &[])]
    {
        let found = find(&world, TYPE, json!({ "region": region }), false, ALL).await;
        assert_eq!(names(&found), clusters);
        for object in found {
            let identity = json!({ "cluster_name": object.display_name, "region": region });
            assert_eq!((as_json(&object.identity), object.resource.is_null()), (identity, true));
        }
        assert_eq!(count(&world), counts([(LIST, 1)]));
    }
}

#[tokio::test]
async fn whole_objects() {
    let world = world().await;
    for object in find(&world, TYPE, json!({}), true, ALL).await {
        assert_eq!(as_json(&object.resource), imported(&world, TYPE, &object).await);
        world.forget(TYPE, "x");
    }
}

#[tokio::test]
async fn pages_and_clusters_are_asked_for_as_they_are_wanted() {
    let world = World::start().await;
    for number in 0..129 {
        world.emulator.put_cluster(&format!("c{number:03}"), "API");
    }
    for (objects, limit, found, pages, described) in
        [(true, 3, 3, 1, 3), (true, 100, 100, 1, 100), (false, 101, 101, 2, 0), (true, ALL, 130, 2, 130)]
    {
        world.new_walk().await.unwrap();
        assert_eq!(find(&world, TYPE, json!({}), objects, limit).await.len(), found);
        assert_eq!(count(&world), counts([(LIST, pages), (DESCRIBE, described)]), "{objects} {limit}");
    }
}

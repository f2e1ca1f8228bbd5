//! The calls that the documentation names.

use serde_json::json;

use super::{TYPE, set, with};
use crate::support::declared::Declared;
use crate::support::eks::{CLUSTER, World, policy, role};

#[tokio::test]
async fn are_all_that_are_made() {
    let mut declared = Declared::resource("eks_access_entries_exclusive");
    let world = super::world(&["kept", "other"]).await;
    let policies =
        json!([{ "policyArn": policy("AmazonEKSClusterAdminPolicy"), "accessScope": { "type": "cluster" } }]);
    world.emulator.put_entry(CLUSTER, json!({ "principalArn": role("boss"), "accessPolicies": policies })).unwrap();
    // The first apply makes the set, the next one removes whom it does not name.
    for _ in 0..2 {
        let plan = world.plan(TYPE, "x", set(&["kept"])).await.unwrap();
        world.apply(plan).await.unwrap();
    }
    world.destroy(TYPE, "x").await.unwrap();
    declared.saw(&world);

    let old = World::start_in("CONFIG_MAP").await;
    old.converge(TYPE, "x", with(set(&["kept"]), json!({ "include_nodes": true }))).await.unwrap();
    declared.saw(&old);
    declared.assert_complete();
}

//! The calls that the documentation names.

use serde_json::json;

use super::{ADMIN, TYPE, VIEW, everywhere, viewer};
use crate::support::declared::{Declared, while_changing_to};
use crate::support::eks::{CLUSTER, World, role};

#[tokio::test]
async fn are_all_that_are_made() {
    let mut declared = Declared::resource("eks_access_entry");

    let world = World::start().await;
    let first = json!({ "tags": { "team": "a" }, "access_policies": { ADMIN: everywhere() } });
    world.converge(TYPE, "x", viewer(first)).await.unwrap();
    let second =
        json!({ "tags": { "cost": "1" }, "kubernetes_groups": ["a"], "access_policies": { VIEW: everywhere() } });
    world.converge(TYPE, "x", viewer(second)).await.unwrap();
    world.destroy(TYPE, "x").await.unwrap();
    let misspelt = json!({ "access_policies": { "AmazonEKSVeiwPolicy": everywhere() } });
    world.plan(TYPE, "x", viewer(misspelt)).await.unwrap();
    declared.saw(&world);

    world.emulator.put_entry(CLUSTER, json!({ "principalArn": role("viewer") })).unwrap();
    world.converge(TYPE, "x", viewer(json!({ "on_conflict": "adopt" }))).await.unwrap();
    declared.saw(&world);

    let world = World::start_in("CONFIG_MAP").await;
    let plan = world.plan(TYPE, "x", viewer(json!({}))).await.unwrap();
    while_changing_to(&world, "API_AND_CONFIG_MAP", world.apply(plan)).await.unwrap();
    declared.saw(&world);
    declared.assert_complete();
}

//! The calls that the documentation names.

use serde_json::json;

use super::{TYPE, mode};
use crate::support::declared::Declared;
use crate::support::eks::{CLUSTER, World, role};

#[tokio::test]
async fn are_all_that_are_made() {
    let mut declared = Declared::resource("eks_authentication_mode");
    let world = World::start_in("CONFIG_MAP").await;
    world.converge(TYPE, "x", mode("API_AND_CONFIG_MAP")).await.unwrap();
    world.converge(TYPE, "x", mode("API")).await.unwrap();
    world.destroy(TYPE, "x").await.unwrap();
    declared.saw(&world);

    let world = World::start_in("API_AND_CONFIG_MAP").await;
    let row = format!("- {{rolearn: '{}', username: viewer, groups: [viewers]}}\n", role("viewer"));
    world.emulator.set_aws_auth(CLUSTER, Some([("mapRoles".to_owned(), row)].into())).unwrap();
    let entry = json!({ "principalArn": role("viewer"), "username": "viewer", "kubernetesGroups": ["viewers"] });
    world.emulator.put_entry(CLUSTER, entry).unwrap();
    let mut gated = mode("API");
    gated["require_coverage"] = json!(true);
    world.converge(TYPE, "x", gated).await.unwrap();
    declared.saw(&world);
    declared.assert_complete();
}

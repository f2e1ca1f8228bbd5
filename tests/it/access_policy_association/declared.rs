//! The calls that the documentation names.

use super::{CLUSTER_ADMIN, TYPE, VIEW, association, in_namespaces, world};
use crate::support::declared::Declared;

#[tokio::test]
async fn are_all_that_are_made() {
    let mut declared = Declared::resource("eks_access_policy_association");
    let world = world().await;
    world.converge(TYPE, "x", association("viewer", CLUSTER_ADMIN)).await.unwrap();
    world.converge(TYPE, "x", in_namespaces("viewer", VIEW, &["a"])).await.unwrap();
    world.destroy(TYPE, "x").await.unwrap();
    world.plan(TYPE, "x", association("viewer", "AmazonEKSVeiwPolicy")).await.unwrap();
    declared.saw(&world);
    declared.assert_complete();
}

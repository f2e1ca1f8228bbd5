//! The quickstart: from aws-auth to access entries, and everyday work with them.

use std::fs;

use super::calls;
use super::cluster::{CLUSTER, Error};
use super::stage::{Stage, changes, expect, owned, say};

const JANE: &str = "arn:aws:iam::111122223333:user/jane";
const AUDITOR: &str = "arn:aws:iam::111122223333:role/auditor";

/// What somebody adds to the configuration, to bring an entry under Terraform that was made by hand.
const AUDITOR_TF: &str = r#"
resource "eks_access_entry" "auditor" {
  cluster_name      = local.cluster_name
  principal_arn     = "arn:aws:iam::111122223333:role/auditor"
  kubernetes_groups = ["auditors"]
}
"#;

/// Where the configuration is, and the mode that the cluster is in before.
pub(crate) const CONFIGURATION: &str = "examples/quickstart";
pub(crate) const MODE: &str = "CONFIG_MAP";

pub(crate) async fn tell(stage: &mut Stage) -> Result<(), Error> {
    say("The cluster knows aws-auth only.");
    the_configuration_is_valid(stage).await?;
    the_plan_only_reads(stage).await?;
    apply_moves_the_cluster_and_makes_the_entries(stage).await?;
    the_next_plan_is_empty(stage).await?;
    a_scope_changes_in_place(stage).await?;
    what_is_deleted_behind_its_back_comes_again(stage).await?;
    what_exists_can_be_imported(stage).await?;
    destroy_leaves_what_was_never_ours(stage).await
}

async fn the_configuration_is_valid(stage: &mut Stage) -> Result<(), Error> {
    stage.step("validate checks the configuration, and makes no call for that.");
    stage.run(&["validate", "-no-color"])?;
    say("It is valid.");
    expect("the calls of validate", stage.calls().await?, vec![])
}

async fn the_plan_only_reads(stage: &mut Stage) -> Result<(), Error> {
    stage.step(
        "plan looks at the cluster and changes nothing: four entries, one policy and the mode are to come. It warns where it\n\
         sees a mode that has no entries yet.",
    );
    let plan = stage.change("plan", &[])?;
    let created = owned(&[
        "create eks_access_entry.admin",
        "create eks_access_entry.developer",
        "create eks_access_entry.nodes",
        "create eks_access_entry.viewer",
        "create eks_access_policy_association.viewer",
        "create eks_authentication_mode.this",
    ]);
    expect("the plan", plan.planned(), created)?;
    expect("the calls of plan that change something", changes(&stage.calls().await?), vec![])
}

async fn apply_moves_the_cluster_and_makes_the_entries(stage: &mut Stage) -> Result<(), Error> {
    stage.step(
        "apply takes the cluster to mode API, in two steps, and then makes the entries: a user with groups for RBAC, a role\n\
         that may look into three namespaces, an administrator, and the role of nodes.",
    );
    stage.change("apply", &["-auto-approve"])?;
    let expected = [
        "AssociateAccessPolicy platform-admin",
        "AssociateAccessPolicy viewer",
        "CreateAccessEntry jane",
        "CreateAccessEntry nodes",
        "CreateAccessEntry platform-admin",
        "CreateAccessEntry viewer",
        "UpdateClusterConfig",
        "UpdateClusterConfig",
    ];
    expect("the calls of apply that change something", changes(&stage.calls().await?), owned(&expected))?;

    let modes = stage.cluster.modes().await?;
    say(&format!("The cluster went from CONFIG_MAP to {}.", modes.join(" to ")));
    expect("the way of the cluster", modes, owned(&["API_AND_CONFIG_MAP", "API"]))?;
    the_cluster_has_the_entries(stage, "dev-* payments shop").await
}

async fn the_next_plan_is_empty(stage: &mut Stage) -> Result<(), Error> {
    stage.step("plan again: EKS has what is written, so there is nothing to do.");
    expect("the plan", stage.change("plan", &[])?.planned(), vec![])?;
    stage.calls().await.map(drop)
}

async fn a_scope_changes_in_place(stage: &mut Stage) -> Result<(), Error> {
    stage.step("One more namespace for the viewer is one change in place and one call: at no moment is access gone.");
    let scope = "viewer_namespaces = [\"payments\", \"shop\", \"dev-*\", \"staging\"]\n";
    say(&format!("In terraform.tfvars: {}", scope.trim_end()));
    fs::write(stage.terraform.folder().join("terraform.tfvars"), scope)?;
    let plan = stage.change("plan", &["-out=scope.tfplan"])?;
    expect("the plan", plan.planned(), owned(&["update eks_access_policy_association.viewer"]))?;
    stage.calls().await?;
    stage.change("apply", &["scope.tfplan"])?;
    let calls: Vec<_> = stage.calls().await?.iter().map(calls::short).collect();
    expect("the calls of apply", calls, owned(&["AssociateAccessPolicy viewer"]))?;
    the_cluster_has_the_entries(stage, "dev-* payments shop staging").await
}

async fn what_is_deleted_behind_its_back_comes_again(stage: &mut Stage) -> Result<(), Error> {
    stage.step("Somebody deletes jane's entry by hand. The next plan finds out and creates it again.");
    stage.cluster.delete_entry(JANE).await?;
    let plan = stage.change("plan", &["-out=again.tfplan"])?;
    expect("the plan", plan.planned(), owned(&["create eks_access_entry.developer"]))?;
    stage.calls().await?;
    stage.change("apply", &["again.tfplan"])?;
    expect("the calls of apply", changes(&stage.calls().await?), owned(&["CreateAccessEntry jane"]))
}

async fn what_exists_can_be_imported(stage: &mut Stage) -> Result<(), Error> {
    stage.step("Somebody has made an entry by hand. Once imported it is like the others: the next plan is empty.");
    stage.cluster.create_entry(AUDITOR, "auditors").await?;
    fs::write(stage.terraform.folder().join("auditor.tf"), AUDITOR_TF)?;
    AUDITOR_TF.trim().lines().for_each(say);
    stage.run(&["import", "-no-color", "eks_access_entry.auditor", &format!("{CLUSTER}:{AUDITOR}")])?;
    say("It is imported.");
    stage.calls().await?;
    expect("the plan", stage.change("plan", &[])?.planned(), vec![])?;
    stage.calls().await.map(drop)
}

async fn destroy_leaves_what_was_never_ours(stage: &mut Stage) -> Result<(), Error> {
    stage.step("destroy takes away what Terraform made or took over, and warns that the mode stays.");
    let destroyed = stage.change("destroy", &["-auto-approve"])?;
    expect("the warnings of destroy", destroyed.summaries(), vec!["The authentication mode stays as it is"])?;
    let expected = [
        "DeleteAccessEntry auditor",
        "DeleteAccessEntry jane",
        "DeleteAccessEntry nodes",
        "DeleteAccessEntry platform-admin",
        "DeleteAccessEntry viewer",
        "DisassociateAccessPolicy viewer",
    ];
    expect("the calls of destroy that change something", changes(&stage.calls().await?), owned(&expected))?;
    the_cluster_has(stage, &[CREATOR]).await
}

/// EKS makes it when a cluster leaves `CONFIG_MAP`, for the identity that created the cluster.
const CREATOR: &str = "role/admin STANDARD, AmazonEKSClusterAdminPolicy in the whole cluster";

async fn the_cluster_has_the_entries(stage: &mut Stage, viewer_namespaces: &str) -> Result<(), Error> {
    let viewer = format!("role/viewer STANDARD, AmazonEKSViewPolicy in {viewer_namespaces}");
    let entries = [
        CREATOR,
        "role/nodes EC2_LINUX, groups system:nodes",
        "role/platform-admin STANDARD, AmazonEKSClusterAdminPolicy in the whole cluster",
        &viewer,
        "user/jane STANDARD, groups developers on-call",
    ];
    the_cluster_has(stage, &entries).await
}

async fn the_cluster_has(stage: &mut Stage, expected: &[&str]) -> Result<(), Error> {
    let entries = stage.cluster.entries().await?;
    say("The entries of the cluster are now:");
    for entry in &entries {
        let note = if entry == CREATOR { " (made by EKS for the cluster's creator)" } else { "" };
        say(&format!("  {entry}{note}"));
    }
    expect("the entries of the cluster", entries, owned(expected))
}

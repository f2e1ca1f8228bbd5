//! The tour: what no other provider does.

use std::fs;

use super::cluster::Error;
use super::stage::{Stage, changes, expect, owned, say};

/// Where the configuration is, and the mode that the cluster is in before.
pub(crate) const CONFIGURATION: &str = "examples/tour";
pub(crate) const MODE: &str = "API";

const ADMIN: &str = "arn:aws:iam::111122223333:role/admin";
const OPERATOR: &str = "arn:aws:iam::111122223333:role/operator";
const INTRUDER: &str = "arn:aws:iam::111122223333:role/intruder";

pub(crate) async fn tell(stage: &mut Stage) -> Result<(), Error> {
    an_entry_made_by_hand_is_adopted(stage).await?;
    a_scope_changes_in_place(stage).await?;
    another_type_keeps_its_policies(stage).await?;
    whom_nobody_named_is_removed(stage).await?;
    nobody_locks_themselves_out_unwarned(stage).await
}

async fn an_entry_made_by_hand_is_adopted(stage: &mut Stage) -> Result<(), Error> {
    stage.step(
        "Somebody has made an entry for the operator by hand. With on_conflict = \"adopt\" the plan says that it exists and is\n\
         taken over; apply changes what differs and makes the others.",
    );
    stage.cluster.create_entry(OPERATOR, "left-over").await?;
    let plan = stage.change("plan", &["-out=adopt.tfplan"])?;
    let adopted = format!("The access entry of {OPERATOR} on cluster dev in us-east-1 will be adopted");
    expect("the warnings of the plan", plan.summaries(), vec![&*adopted])?;
    stage.calls().await?;
    stage.change("apply", &["adopt.tfplan"])?;
    let expected = [
        "AssociateAccessPolicy admin",
        "AssociateAccessPolicy builder",
        "AssociateAccessPolicy operator",
        "CreateAccessEntry admin",
        "CreateAccessEntry builder",
        "CreateAccessEntry operator",
        "UpdateAccessEntry operator",
    ];
    expect("the calls of apply that change something", changes(&stage.calls().await?), owned(&expected))?;
    the_cluster_has(stage, "STANDARD", "payments").await
}

async fn a_scope_changes_in_place(stage: &mut Stage) -> Result<(), Error> {
    stage.step("One more namespace for the operator: one change in place, one call, and no moment without access.");
    set(stage, "operator_namespaces = [\"payments\", \"shop-*\"]\n")?;
    let plan = stage.change("plan", &["-out=scope.tfplan"])?;
    expect("the plan", plan.planned(), owned(&["update eks_access_entry.operator"]))?;
    stage.calls().await?;
    stage.change("apply", &["scope.tfplan"])?;
    expect("the calls of apply", changes(&stage.calls().await?), owned(&["AssociateAccessPolicy operator"]))?;
    the_cluster_has(stage, "STANDARD", "payments shop-*").await
}

async fn another_type_keeps_its_policies(stage: &mut Stage) -> Result<(), Error> {
    stage.step("Another type means another entry, and with the old one EKS drops its policies. They are back in the same apply.");
    set(stage, "operator_namespaces = [\"payments\", \"shop-*\"]\nbuilder_type = \"EC2\"\n")?;
    let plan = stage.change("plan", &["-out=type.tfplan"])?;
    expect("the plan", plan.planned(), owned(&["replace eks_access_entry.builder"]))?;
    stage.calls().await?;
    stage.change("apply", &["type.tfplan"])?;
    let expected = ["AssociateAccessPolicy builder", "CreateAccessEntry builder", "DeleteAccessEntry builder"];
    expect("the calls of apply that change something", changes(&stage.calls().await?), owned(&expected))?;
    the_cluster_has(stage, "EC2, groups system:nodes", "payments shop-*").await?;
    expect("the next plan", stage.change("plan", &[])?.planned(), vec![])?;
    stage.calls().await.map(drop)
}

async fn whom_nobody_named_is_removed(stage: &mut Stage) -> Result<(), Error> {
    stage.step("Somebody lets an intruder in by hand. The plan shows who it is, and apply removes the entry.");
    stage.cluster.create_entry(INTRUDER, "whatever").await?;
    let plan = stage.change("plan", &["-out=intruder.tfplan"])?;
    expect("the plan", plan.planned(), owned(&["update eks_access_entries_exclusive.this"]))?;
    stage.calls().await?;
    stage.change("apply", &["intruder.tfplan"])?;
    expect("the calls of apply", changes(&stage.calls().await?), owned(&["DeleteAccessEntry intruder"]))?;
    the_cluster_has(stage, "EC2, groups system:nodes", "payments shop-*").await
}

async fn nobody_locks_themselves_out_unwarned(stage: &mut Stage) -> Result<(), Error> {
    stage.step("A plan that takes away the entry of whoever runs it, and the last administrator's, says both.");
    set(stage, "operator_namespaces = [\"payments\", \"shop-*\"]\nbuilder_type = \"EC2\"\nkeep_admin = false\n")?;
    let plan = stage.change("plan", &[])?;
    expect("the plan", plan.planned(), owned(&["delete eks_access_entry.admin[0]"]))?;
    let mut warnings = plan.summaries();
    warnings.sort_unstable();
    let expected = [
        format!("This plan locks out whoever runs it: {ADMIN} on cluster dev in us-east-1"),
        format!("This plan removes the last cluster administrator: {ADMIN} on cluster dev in us-east-1"),
    ];
    expect("the warnings of the plan", warnings, expected.iter().map(String::as_str).collect())?;
    stage.calls().await.map(drop)
}

/// Writes down other values for the variables.
fn set(stage: &Stage, variables: &str) -> Result<(), Error> {
    say("In terraform.tfvars:");
    variables.lines().for_each(|line| say(&format!("  {line}")));
    Ok(fs::write(stage.terraform.folder().join("terraform.tfvars"), variables)?)
}

async fn the_cluster_has(stage: &mut Stage, builder: &str, operator_namespaces: &str) -> Result<(), Error> {
    let entries = stage.cluster.entries().await?;
    say("The entries of the cluster are now:");
    entries.iter().for_each(|entry| say(&format!("  {entry}")));
    let expected = [
        "role/admin STANDARD, AmazonEKSClusterAdminPolicy in the whole cluster".to_owned(),
        format!("role/builder {builder}, AmazonEKSAutoNodePolicy in the whole cluster"),
        format!("role/operator STANDARD, groups operators, AmazonEKSEditPolicy in {operator_namespaces}"),
    ];
    expect("the entries of the cluster", entries, expected.to_vec())
}

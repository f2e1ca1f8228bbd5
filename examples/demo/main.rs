//! The quickstart, told step by step: the real Terraform, the real provider, and an emulator in the place of AWS.
//!
//! `make demo` runs it. It fails at the first step that is not as told. Its arguments are the provider's binary and the
//! emulator's.

#![expect(clippy::print_stdout, reason = "it tells its story to the person who runs it")]

#[path = "../../tests/it/support/calls.rs"]
mod calls;
mod cluster;
#[path = "../../tests/it/support/control.rs"]
mod control;
#[path = "../../tests/it/support/events.rs"]
mod events;
mod stage;
#[path = "../../tests/it/support/terraform.rs"]
mod terraform;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use self::cluster::{CLUSTER, Emulator, Error};
use self::stage::{Stage, changes, expect, say};
use self::terraform::Terraform;

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

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match tell().await {
        Ok(()) => {
            println!("\nEverything was as told.");
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("\nThis was not as told.\n\n{error}");
            ExitCode::FAILURE
        }
    }
}

async fn tell() -> Result<(), Error> {
    let arguments: Vec<_> = env::args_os().skip(1).map(PathBuf::from).collect();
    let [provider, emulator] = arguments.as_slice() else {
        return Err("usage: demo PROVIDER EMULATOR, both the paths of programs".into());
    };
    let folder = tempfile::tempdir()?;
    let emulator = Emulator::start(emulator)?;
    let terraform = Terraform::new(terraform::find()?, folder.path(), provider)?.reaching(&emulator.url);
    terraform.copy_configuration(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/quickstart"))?;
    println!(
        "{} runs examples/quickstart with {} against an emulator of EKS.",
        terraform.run(&["version"])?.stdout.lines().next().unwrap_or_default(),
        provider.display()
    );
    println!("Nothing of this reaches AWS. The cluster {CLUSTER:?} is in mode CONFIG_MAP: it knows aws-auth only.");

    let stage = &mut Stage::new(terraform, emulator);
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

    let modes = stage.modes().await?;
    say(&format!("The cluster went from CONFIG_MAP to {}.", modes.join(" to ")));
    expect("the way of the cluster", modes, owned(&["API_AND_CONFIG_MAP", "API"]))?;
    the_cluster_has(
        stage,
        &[
            CREATOR,
            "role/nodes EC2_LINUX, groups system:nodes",
            "role/platform-admin STANDARD, AmazonEKSClusterAdminPolicy in the whole cluster",
            "role/viewer STANDARD, AmazonEKSViewPolicy in dev-* payments shop",
            "user/jane STANDARD, groups developers on-call",
        ],
    )
    .await
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
    the_cluster_has(
        stage,
        &[
            CREATOR,
            "role/nodes EC2_LINUX, groups system:nodes",
            "role/platform-admin STANDARD, AmazonEKSClusterAdminPolicy in the whole cluster",
            "role/viewer STANDARD, AmazonEKSViewPolicy in dev-* payments shop staging",
            "user/jane STANDARD, groups developers on-call",
        ],
    )
    .await
}

async fn what_is_deleted_behind_its_back_comes_again(stage: &mut Stage) -> Result<(), Error> {
    stage.step("Somebody deletes jane's entry by hand. The next plan finds out and creates it again.");
    stage.emulator.eks.delete_access_entry().cluster_name(CLUSTER).principal_arn(JANE).send().await?;
    stage.emulator.take_calls().await?;
    let plan = stage.change("plan", &["-out=again.tfplan"])?;
    expect("the plan", plan.planned(), owned(&["create eks_access_entry.developer"]))?;
    stage.calls().await?;
    stage.change("apply", &["again.tfplan"])?;
    expect("the calls of apply", changes(&stage.calls().await?), owned(&["CreateAccessEntry jane"]))
}

async fn what_exists_can_be_imported(stage: &mut Stage) -> Result<(), Error> {
    stage.step("Somebody has made an entry by hand. Once imported it is like the others: the next plan is empty.");
    let create = stage.emulator.eks.create_access_entry().cluster_name(CLUSTER).principal_arn(AUDITOR);
    create.kubernetes_groups("auditors").send().await?;
    stage.emulator.take_calls().await?;
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

async fn the_cluster_has(stage: &mut Stage, expected: &[&str]) -> Result<(), Error> {
    let entries = stage.entries().await?;
    say("The entries of the cluster are now:");
    for entry in &entries {
        let note = if entry == CREATOR { " (made by EKS for the cluster's creator)" } else { "" };
        say(&format!("  {entry}{note}"));
    }
    // Asking was not Terraform's doing.
    stage.emulator.take_calls().await?;
    expect("the entries of the cluster", entries, owned(expected))
}

fn owned(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

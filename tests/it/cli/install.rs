//! `make install`: from then on `init` finds the provider, and no registry is asked.

use std::fs;
use std::path::{Path, PathBuf};

use super::{PROVIDER, Workspace, provider};
use crate::support::eks::{CLUSTER, role};
use crate::support::terraform::Run;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Nothing is configured, and so the folders count that Terraform and OpenTofu look into by themselves.
async fn workspace() -> Workspace {
    let workspace = Workspace::empty("API").await.with("TF_CLI_CONFIG_FILE", "");
    workspace.write(
        "provider.tf",
        &PROVIDER.replace("\"eks-access/eks\"", &format!("\"eks-access/eks\"\nversion = \"~> {VERSION}\"")),
    );
    let entry = format!(
        "resource \"eks_access_entry\" \"this\" {{\ncluster_name = {CLUSTER:?}\nprincipal_arn = {:?}\n}}\n",
        role("viewer")
    );
    workspace.write("main.tf", &entry);
    workspace
}

fn install(workspace: &Workspace) -> Run {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/install");
    let program = provider();
    let program = program.to_str().unwrap();
    let run = Run::new(&["(install)", program], workspace.terraform.command_of(&script, &[program]).output().unwrap());
    assert!(run.succeeded, "{run}");
    run
}

fn home(workspace: &Workspace) -> PathBuf {
    workspace.terraform.folder().join(".cli/home")
}

#[tokio::test]
async fn init_finds_the_version_that_is_asked_for() {
    let workspace = workspace().await;
    let installed = install(&workspace);
    assert_eq!(installed.stderr, "");
    let host = home(&workspace).join(".terraform.d/plugins/registry.terraform.io/eks-access/eks").join(VERSION);
    assert!(host.is_dir(), "{installed}");

    let init = workspace.run(&["init", "-no-color"]);
    assert!(init.stdout.contains(&format!("Installed eks-access/eks v{VERSION} (unauthenticated)")), "{init}");
    assert_eq!(workspace.apply(), ["CreateAccessEntry viewer"]);
    // Once more, over a program that a Terraform may be running.
    install(&workspace);
    assert_eq!(workspace.plan(), [] as [&str; 0]);
}

#[tokio::test]
async fn goes_where_xdg_says_if_that_is_where_things_are() {
    let workspace = workspace().await;
    let data = workspace.terraform.folder().join("data");
    let workspace = workspace.with("XDG_DATA_HOME", data.to_str().unwrap());
    install(&workspace);
    assert!(!home(&workspace).join(".terraform.d").exists());
    assert!(data.join("terraform/plugins/registry.opentofu.org/eks-access/eks").is_dir());
    workspace.run(&["init"]);
}

/// With a block provider_installation, nobody looks where it was put.
#[tokio::test]
async fn says_when_the_configuration_of_the_cli_looks_elsewhere() {
    let workspace = workspace().await;
    let file = home(&workspace).join(".terraformrc");
    fs::write(&file, "provider_installation {\n  direct {}\n}\n").unwrap();
    let installed = install(&workspace);
    assert!(installed.stderr.contains(&format!("{} has a block provider_installation", file.display())), "{installed}");
    let mirror = home(&workspace).join(".terraform.d/plugins");
    assert!(installed.stderr.contains(&format!("filesystem_mirror {{ path = {mirror:?} }}")), "{installed}");
}

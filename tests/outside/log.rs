//! What the released binary tells Core: a build for debugging also has in it what a release leaves out.

use std::fs;

use eks_emulator::{Emulator, Options};
use tempfile::TempDir;

use super::released;
use crate::support::eks::CLUSTER;
use crate::support::terraform::{self, Terraform};

#[tokio::test(flavor = "multi_thread")]
async fn tells_of_each_request_when_asked() {
    let folder = TempDir::new().unwrap();
    let emulator = Emulator::start(Options::default()).await.unwrap();
    emulator.put_cluster(CLUSTER, "API");
    let mut terraform = Terraform::new(terraform::find().unwrap(), folder.path(), &released()).unwrap();
    terraform = terraform.reaching(&emulator.url());
    let block = "terraform {\n  required_providers {\n    eks = {\n      source = \"eks-access/eks\"\n    }\n  }\n}\n";
    let data = format!("data \"eks_authentication_mode\" \"this\" {{\n  cluster_name = {CLUSTER:?}\n}}\n");
    fs::write(folder.path().join("main.tf"), format!("{block}{data}")).unwrap();
    for (level, is_told) in [("DEBUG", true), ("INFO", false)] {
        terraform = terraform.with("TF_LOG_PROVIDER", level);
        let plan = terraform.run(&["plan", "-no-color"]).unwrap();
        assert!(plan.succeeded, "{plan}");
        assert_eq!(plan.stderr.contains("AWS has answered"), is_told, "{plan}");
        assert!(!plan.stderr.contains(terraform::SECRET_KEY), "{plan}");
    }
}

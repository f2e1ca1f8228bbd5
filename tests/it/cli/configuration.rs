//! Where the provider finds no way to AWS, or not what it looks for there: said at plan, at the argument to blame.

use super::Workspace;

const ENTRY: &str = r#"
provider "eks" {
}

resource "eks_access_entry" "viewer" {
  cluster_name  = "dev"
  principal_arn = "arn:aws:iam::111122223333:role/viewer"
}
"#;

#[tokio::test]
async fn no_credentials() {
    let workspace = Workspace::start(ENTRY).await.with("AWS_ACCESS_KEY_ID", "").with("AWS_SECRET_ACCESS_KEY", "");
    let [refusal] = workspace.refused(&["plan"]).try_into().unwrap();
    assert!(refusal.detail.contains("AWS_PROFILE"), "{refusal:?}");
    assert_eq!(workspace.emulator.calls(), []);
}

#[tokio::test]
async fn no_region() {
    let workspace = Workspace::start(ENTRY).await.with("AWS_REGION", "");
    let [refusal] = workspace.refused(&["plan"]).try_into().unwrap();
    assert!(refusal.detail.contains("AWS_REGION"), "{refusal:?}");
    assert_eq!(workspace.emulator.calls(), []);
}

#[tokio::test]
async fn no_such_cluster() {
    let workspace = Workspace::start(&ENTRY.replace(r#""dev""#, r#""nowhere""#)).await;
    let [refusal] = workspace.refused(&["apply", "-auto-approve"]).try_into().unwrap();
    assert_eq!((refusal.file.as_str(), refusal.code.as_str()), ("main.tf", r#"cluster_name  = "nowhere""#));
    assert!(refusal.detail.contains("There is no cluster of that name"), "{refusal:?}");
}

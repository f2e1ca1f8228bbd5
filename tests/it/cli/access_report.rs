//! `examples/access-report`, without a browser: what it makes is text. `make test-report` looks at it as a page.

use serde_json::json;

use super::Workspace;
use super::modules::examples;
use crate::support::eks::{CLUSTER, role};

async fn page(workspace: &Workspace, variables: &[&str]) -> String {
    let cluster = format!("-var=cluster_name={CLUSTER}");
    let apply =
        ["-chdir=access-report", "apply", "-auto-approve", "-no-color", "-var=now=2026-01-15T09:30:00Z", &cluster];
    workspace.run(&[&apply[..], variables].concat());
    workspace.run(&["-chdir=access-report", "output", "-raw", "html"]).stdout
}

#[tokio::test]
async fn escapes_what_others_have_named() {
    let workspace = examples().await;
    let attack = r#"<script>alert("1")</script>&\"#;
    let guest = json!({ "principalArn": role("guest"), "kubernetesGroups": [attack] });
    workspace.emulator.put_entry(CLUSTER, guest).unwrap();
    let page = page(&workspace, &[]).await;
    assert!(page.contains("<code>&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#92;</code>"), "{page}");
    assert!(!page.contains("<script") && !page.contains("http:") && !page.contains("https:"), "{page}");
    assert!(page.contains("as of <time>2026-01-15 09:30 UTC</time>"), "{page}");
}

/// A dot in a pattern is a dot, and `*` alone stands for anything.
#[tokio::test]
async fn marks_whom_nobody_manages() {
    let workspace = examples().await;
    for name in ["ci/a.b", "ci/axb", "cia.b", "other"] {
        let entry = json!({ "principalArn": role(name), "kubernetesGroups": ["group"] });
        workspace.emulator.put_entry(CLUSTER, entry).unwrap();
    }
    let managed = r#"-var=managed_principal_arns=["*:role/ci/a.b", "arn:aws:iam::111122223333:role/other"]"#;
    let page = page(&workspace, &[managed]).await;
    let rows = page.split("<th scope=\"row\">").skip(1);
    let marked: Vec<_> = rows.filter(|row| row.contains("title=")).map(|row| row.split('<').next().unwrap()).collect();
    assert_eq!(marked, ["axb", "cia.b"]);
}

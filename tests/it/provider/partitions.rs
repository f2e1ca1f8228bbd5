use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::support::core::as_json;
use crate::support::eks::{CLUSTER, World};

/// Code that makes ARNs must ask which partition: prose may show an example, a text that begins like an ARN is none.
#[test]
fn no_code_takes_the_partition_for_granted() {
    let mut guilty = Vec::new();
    for path in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let code = fs::read_to_string(&path).unwrap();
        let code = code.split("#[cfg(test)]\nmod tests {").next().unwrap();
        for (line, number) in code.lines().zip(1..) {
            let is_comment = line.trim_start().starts_with("//");
            let template = line.split_once("arn:aws").is_some_and(|(_, after)| {
                let arn = after.split([' ', '"', '`', ',']).next().unwrap();
                arn.contains('{')
            });
            if !is_comment && (line.contains("\"arn:aws") || template) {
                guilty.push(format!("{}:{number}: {}", path.display(), line.trim()));
            }
        }
    }
    assert_eq!(guilty, Vec::<String>::new());
}

/// Every source file but the tests.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let named = |path: &Path, name: &str| path.file_stem().is_some_and(|stem| stem == name);
    entries
        .filter(|path| !named(path, "tests"))
        .flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] })
        .collect()
}

#[tokio::test]
async fn pain_44_a_bare_policy_name_is_right_in_every_partition() {
    for (region, partition) in [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")] {
        let world = World::start_with("API", json!({ "region": region })).await;
        world.emulator.put_cluster_in(region, CLUSTER, "API");
        let role = format!("arn:{partition}:iam::111122223333:role/team/viewer");
        let policy = |name: &str| format!("arn:{partition}:eks::aws:cluster-access-policy/{name}");
        let scope = json!({ "type": "cluster" });

        let entry = json!({ "cluster_name": CLUSTER, "principal_arn": role });
        let made = as_json(&world.converge("eks_access_entry", "x", entry.clone()).await.unwrap().state);
        let user_name = format!("arn:{partition}:sts::111122223333:assumed-role/viewer/{{{{SessionName}}}}");
        assert_eq!(made["user_name"], user_name);

        let association = json!({
            "cluster_name": CLUSTER, "principal_arn": role, "policy_arn": "AmazonEKSViewPolicy", "access_scope": scope,
        });
        let made = as_json(&world.converge("eks_access_policy_association", "x", association).await.unwrap().state);
        assert_eq!(made["id"], format!("{CLUSTER}#{role}#{}", policy("AmazonEKSViewPolicy")));

        let found = as_json(&world.data("eks_access_entry", entry).await.unwrap().state);
        assert_eq!(
            found["access_policies"],
            json!({ policy("AmazonEKSViewPolicy"): { "access_scope": { "type": "cluster", "namespaces": [] } } })
        );
        let asked = json!({ "cluster_name": CLUSTER, "policy_arn": "AmazonEKSViewPolicy" });
        let found = as_json(&world.data("eks_access_entries", asked).await.unwrap().state);
        assert_eq!(found["access_entries"][0]["principal_arn"], role);
    }
}

#[tokio::test]
async fn pain_44_a_policy_of_another_partition_is_refused_before_apply() {
    let world = World::start_with("API", json!({ "region": "us-gov-west-1" })).await;
    let role = "arn:aws-us-gov:iam::111122223333:role/viewer";
    let policy = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy";
    let association = json!({
        "cluster_name": CLUSTER, "principal_arn": role, "policy_arn": policy, "access_scope": { "type": "cluster" },
    });
    let failure = world.plan("eks_access_policy_association", "x", association).await.unwrap_err();
    assert!(failure.only().detail.contains("\"AmazonEKSViewPolicy\""), "{failure:?}");
}

/// EKS looks for the principal for a while, and then says that it is not there.
#[tokio::test]
async fn a_principal_of_another_partition_is_refused_in_the_plan() {
    let world = World::start().await;
    let principal = "arn:aws-cn:iam::111122223333:role/viewer";
    let entry = json!({ "cluster_name": CLUSTER, "principal_arn": principal });
    let mut association = entry.clone();
    association["policy_arn"] = "AmazonEKSViewPolicy".into();
    association["access_scope"] = json!({ "type": "cluster" });
    for (type_name, config) in [("eks_access_entry", entry), ("eks_access_policy_association", association)] {
        let failure = world.plan(type_name, "x", config).await.unwrap_err();
        let error = failure.only();
        assert_eq!((&*error.summary, &*error.path), ("Principal of another partition", "principal_arn"));
        assert!(error.detail.contains("aws-cn") && error.detail.contains("us-east-1"), "{}", error.detail);
    }
}

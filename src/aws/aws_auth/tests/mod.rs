use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::aws::access_entry::AccessEntry;
use crate::aws::access_policy::{AssociatedPolicy, policy_arn};

mod eksctl;
mod live;
mod reading;
mod rights;
mod verdicts;

const CLUSTER_ADMIN: &str = "AmazonEKSClusterAdminPolicy";

fn no_paths() -> BTreeMap<String, String> {
    BTreeMap::new()
}

fn pairs(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(ToString::to_string).collect()
}

fn roles(text: &str) -> Translation {
    translate(&pairs(&[("mapRoles", text)]), &no_paths(), None).unwrap()
}

fn users(text: &str) -> Translation {
    translate(&pairs(&[("mapUsers", text)]), &no_paths(), None).unwrap()
}

/// One row of mapRoles, for the role `reader`.
fn role(username: &str, groups: &[&str]) -> Translation {
    roles(&item("rolearn", "arn:aws:iam::111122223333:role/reader", username, groups))
}

/// One item of a list; JSON is YAML.
fn item(key: &str, arn: &str, username: &str, groups: &[&str]) -> String {
    format!("- {}\n", serde_json::json!({key: arn, "username": username, "groups": groups}))
}

fn verdicts(translation: &Translation) -> Vec<Verdict> {
    translation.rows.iter().map(|row| row.verdict).collect()
}

/// The only row: its verdict must be as given, and its reason must say all of the words.
#[track_caller]
fn assert_only_row(translation: &Translation, verdict: Verdict, words: &[&str]) {
    let [row] = &translation.rows[..] else { panic!("one row, not {:?}", translation.rows) };
    assert_eq!(row.verdict, verdict, "{}", row.reason);
    for word in words {
        assert!(row.reason.contains(word), "{word:?} in {:?}", row.reason);
    }
}

/// The only entry.
#[track_caller]
fn only_entry(translation: &Translation) -> &Entry {
    let mut entries = translation.entries.values();
    let (Some(entry), None) = (entries.next(), entries.next()) else { panic!("one entry, not {translation:#?}") };
    entry
}

fn standard(principal_arn: &str, user_name: Option<&str>, groups: &[&str]) -> Entry {
    Entry {
        principal_arn: principal_arn.to_owned(),
        entry_type: EntryType::Standard,
        kubernetes_groups: set(groups),
        user_name: user_name.map(ToOwned::to_owned),
        access_policies: BTreeMap::new(),
    }
}

/// An entry that exists, as EKS would describe it.
fn live_entry(arn: &str, entry_type: EntryType, user_name: &str, groups: &[&str], policies: &[&str]) -> LiveEntry {
    let day = || "2026-01-01T00:00:00Z".to_owned();
    LiveEntry {
        entry: AccessEntry {
            cluster_name: "dev".to_owned(),
            principal_arn: arn.to_owned(),
            access_entry_arn: "arn:aws:eks:us-east-1:111122223333:access-entry/dev/x".to_owned(),
            entry_type,
            kubernetes_groups: set(groups),
            user_name: user_name.to_owned(),
            tags: BTreeMap::new(),
            created_at: day(),
            modified_at: day(),
        },
        policies: policies
            .iter()
            .map(|name| AssociatedPolicy {
                policy_arn: policy_arn("aws", name),
                scope: AccessScope::Cluster,
                associated_at: day(),
                modified_at: day(),
            })
            .collect(),
    }
}

fn on_cluster(entries: Vec<LiveEntry>) -> Live {
    Live { account: Some("111122223333".to_owned()), entries }
}

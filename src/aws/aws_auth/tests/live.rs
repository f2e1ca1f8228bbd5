//! Rows beside the entries that exist.

use super::*;

const READER: &str = "arn:aws:iam::111122223333:role/reader";
const PATHED: &str = "arn:aws:iam::111122223333:role/team/reader";

fn beside(username: &str, groups: &[&str], entries: Vec<LiveEntry>) -> Translation {
    beside_with(username, groups, entries, &no_paths())
}

fn beside_with(
    username: &str,
    groups: &[&str],
    entries: Vec<LiveEntry>,
    role_paths: &BTreeMap<String, String>,
) -> Translation {
    let data = pairs(&[("mapRoles", &item("rolearn", READER, username, groups))]);
    translate(&data, role_paths, Some(&on_cluster(entries))).unwrap()
}

fn exists(arn: &str, user_name: &str, groups: &[&str], policies: &[&str]) -> Vec<LiveEntry> {
    vec![live_entry(arn, EntryType::Standard, user_name, groups, policies)]
}

#[test]
fn each_difference_is_told() {
    for (entries, words) in [
        (exists(READER, "viewer", &["others"], &[]), "groups are others, not viewers"),
        (exists(READER, "viewer", &[], &[]), "groups are none, not viewers"),
        (exists(READER, "other", &["viewers"], &[]), "user name is other, not viewer"),
        (
            exists(READER, "viewer", &["viewers"], &["AmazonEKSViewPolicy"]),
            "AmazonEKSViewPolicy in the whole cluster, not none",
        ),
        (vec![live_entry(READER, EntryType::Ec2Linux, "x", &[], &[])], "type is EC2_LINUX, not STANDARD"),
    ] {
        let translation = beside("viewer", &["viewers"], entries);
        assert_only_row(&translation, Verdict::Conflict, &[words]);
        assert_eq!(
            only_entry(&translation).kubernetes_groups,
            set(&["viewers"]),
            "what the row asks for stays the same"
        );
    }
    let mut narrow = exists(READER, "admin", &[], &[CLUSTER_ADMIN]);
    narrow[0].policies[0].scope = AccessScope::Namespaces(set(&["dev"]));
    let translation = beside("admin", &["system:masters"], narrow);
    assert_only_row(&translation, Verdict::Conflict, &["in dev, not AmazonEKSClusterAdminPolicy in the whole cluster"]);
}

#[test]
fn an_equal_entry_covers_the_row_and_tells_the_path() {
    let translation = beside("viewer", &["viewers"], exists(PATHED, "viewer", &["viewers"], &[]));
    assert_only_row(&translation, Verdict::Covered, &[PATHED]);
    assert_eq!(only_entry(&translation), &standard(PATHED, Some("viewer"), &["viewers"]));
    assert!(translation.is_fully_covered());
}

#[test]
fn eks_s_own_user_name_is_that_of_a_row_without_one() {
    let own = "arn:aws:sts::111122223333:assumed-role/reader/{{SessionName}}";
    assert_only_row(&beside("", &["viewers"], exists(PATHED, own, &["viewers"], &[])), Verdict::Covered, &[]);
    assert_only_row(&beside(own, &["viewers"], exists(PATHED, own, &["viewers"], &[])), Verdict::Covered, &[]);
    assert_only_row(&beside("", &["viewers"], exists(PATHED, "x", &["viewers"], &[])), Verdict::Conflict, &[own]);
}

#[test]
fn the_entry_of_another_role_of_that_name_is_a_conflict() {
    let paths = pairs(&[(READER, PATHED)]);
    let stale = "arn:aws:iam::111122223333:role/old/reader";
    let translation = beside_with("viewer", &["viewers"], exists(stale, "viewer", &["viewers"], &[]), &paths);
    assert_only_row(&translation, Verdict::Conflict, &[PATHED, stale]);
    assert_eq!(only_entry(&translation).principal_arn, PATHED);

    let mut both = exists(stale, "viewer", &["viewers"], &[]);
    both.extend(exists(PATHED, "viewer", &["viewers"], &[]));
    assert_only_row(&beside("viewer", &["viewers"], both.clone()), Verdict::Conflict, &[PATHED, stale, "role_paths"]);
    assert_only_row(&beside_with("viewer", &["viewers"], both, &paths), Verdict::Covered, &[PATHED]);
}

#[test]
fn node_entries_cover_the_rows_of_nodes_by_their_type() {
    let nodes = ["system:bootstrappers", "system:nodes"];
    let ec2 = "system:node:{{EC2PrivateDNSName}}";
    let there = |entry_type| vec![live_entry(READER, entry_type, "whatever", &["whatever"], &[])];
    assert_only_row(&beside(ec2, &nodes, there(EntryType::Ec2Linux)), Verdict::Covered, &[]);
    let windows = beside(ec2, &nodes, there(EntryType::Ec2Windows));
    assert_only_row(&windows, Verdict::Conflict, &["EC2_WINDOWS, not EC2_LINUX"]);
    assert_only_row(&beside(ec2, &nodes, Vec::new()), Verdict::Migrate, &["EC2_LINUX", "managed node group"]);
}

#[test]
fn fargate_is_covered_once_eks_has_made_its_entry() {
    let groups = ["system:bootstrappers", "system:nodes", "system:node-proxier"];
    let fargate = "system:node:{{SessionName}}";
    let there = |entry_type| vec![live_entry(READER, entry_type, "x", &[], &[])];
    for (entries, verdict) in [
        (Vec::new(), Verdict::OwnedByEks),
        (there(EntryType::FargateLinux), Verdict::Covered),
        (there(EntryType::Standard), Verdict::Conflict),
    ] {
        let translation = beside(fargate, &groups, entries);
        assert_only_row(&translation, verdict, &["FARGATE_LINUX"]);
        assert_eq!(translation.entries, BTreeMap::new(), "whether it exists or not");
        assert_eq!(translation.is_fully_covered(), verdict == Verdict::Covered);
    }
}

#[test]
fn a_blocked_row_with_an_entry_is_a_conflict_that_can_be_ended() {
    let translation = beside("viewer", &["system:nodes"], exists(READER, "viewer", &["nodes"], &[]));
    assert_only_row(&translation, Verdict::Conflict, &["system:nodes", "take the row out"]);
}

#[test]
fn entries_do_not_hang_on_what_exists() {
    let alone = beside("viewer", &["viewers"], Vec::new());
    let covered = beside("viewer", &["viewers"], exists(READER, "viewer", &["viewers"], &[]));
    let differs = beside("viewer", &["viewers"], exists(READER, "other", &[], &[CLUSTER_ADMIN]));
    assert_eq!(alone.entries, covered.entries);
    assert_eq!(alone.entries, differs.entries);
}

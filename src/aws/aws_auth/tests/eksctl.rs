//! What `eksctl utils migrate-to-access-entry` gets wrong, done right.

use super::*;

const NODE: &str = "system:node:{{EC2PrivateDNSName}}";
const FARGATE: &str = "system:node:{{SessionName}}";
const NODES: [&str; 2] = ["system:bootstrappers", "system:nodes"];

#[test]
fn eksctl_defect_01_last_duplicate_wins() {
    let arn = "arn:aws:iam::111122223333:role/reader";
    let text = item("rolearn", arn, "admin", &["system:masters"]) + &item("rolearn", arn, "viewer", &["viewers"]);
    let translation = roles(&text);
    assert_eq!(verdicts(&translation), [Verdict::Dead, Verdict::Migrate]);
    assert!(translation.rows[0].reason.contains("mapRoles[1]"), "{}", translation.rows[0].reason);
    assert_eq!(only_entry(&translation), &standard(arn, Some("viewer"), &["viewers"]));
}

#[test]
fn eksctl_defect_02_arns_compare_without_case() {
    let text = item("rolearn", "arn:aws:iam::111122223333:role/Reader", "admin", &["system:masters"])
        + &item("rolearn", "ARN:aws:iam::111122223333:Role/reader", "viewer", &["viewers"]);
    let translation = roles(&text);
    assert_eq!(verdicts(&translation), [Verdict::Dead, Verdict::Migrate]);
    let arn = "arn:aws:iam::111122223333:role/reader";
    assert_eq!(only_entry(&translation), &standard(arn, Some("viewer"), &["viewers"]));
}

#[test]
fn eksctl_defect_03_a_role_of_another_account_stays_that_role() {
    let arn = "arn:aws:iam::999922223333:role/reader";
    let data = pairs(&[("mapRoles", &item("rolearn", arn, "viewer", &["viewers"]))]);
    let local = "arn:aws:iam::111122223333:role/team/reader";
    let paths = pairs(&[("arn:aws:iam::111122223333:role/reader", local)]);
    let live = on_cluster(vec![live_entry(local, EntryType::Standard, "local", &[], &[])]);
    let translation = translate(&data, &paths, Some(&live)).unwrap();
    assert_only_row(&translation, Verdict::Migrate, &[]);
    assert_eq!(only_entry(&translation), &standard(arn, Some("viewer"), &["viewers"]));
}

#[test]
fn eksctl_defect_04_fargate_and_hybrid_rows_are_known() {
    let fargate = role(FARGATE, &[NODES[0], NODES[1], "system:node-proxier"]);
    assert_only_row(&fargate, Verdict::OwnedByEks, &["FARGATE_LINUX"]);
    assert_eq!(fargate.entries, BTreeMap::new(), "EKS makes it");
    let hybrid = role(FARGATE, &NODES);
    assert_only_row(&hybrid, Verdict::Migrate, &["HYBRID_LINUX"]);
    assert_eq!(only_entry(&hybrid).entry_type, EntryType::HybridLinux);
}

#[test]
fn eksctl_defect_05_an_admins_other_groups_stay() {
    let translation = role("admin", &["system:masters", "team", "system:nodes"]);
    assert_only_row(&translation, Verdict::Migrate, &[CLUSTER_ADMIN, "team", "EKS reserves system:nodes"]);
    let entry = only_entry(&translation);
    assert_eq!((&entry.kubernetes_groups, entry.user_name.as_deref()), (&set(&["team"]), Some("admin")));
    assert_eq!(entry.access_policies, BTreeMap::from([(CLUSTER_ADMIN.to_owned(), AccessScope::Cluster)]));
}

#[test]
fn eksctl_defect_06_an_entry_with_other_rights_is_a_conflict() {
    let arn = "arn:aws:iam::111122223333:role/reader";
    let data = pairs(&[("mapRoles", &item("rolearn", arn, "viewer", &["viewers"]))]);
    let creator = live_entry(arn, EntryType::Standard, "creator", &[], &[CLUSTER_ADMIN]);
    let translation = translate(&data, &no_paths(), Some(&on_cluster(vec![creator]))).unwrap();
    assert_only_row(&translation, Verdict::Conflict, &["viewers", "creator", "viewer", CLUSTER_ADMIN]);
    assert!(!translation.is_fully_covered());
}

#[test]
fn eksctl_defect_07_the_partition_is_kept() {
    let arn = "arn:aws-cn:iam::111122223333:role/admin";
    let translation = roles(&item("rolearn", arn, "admin", &["system:masters"]));
    let entry = only_entry(&translation);
    assert_eq!(entry.principal_arn, arn);
    assert_eq!(entry.access_policies.keys().collect::<Vec<_>>(), [CLUSTER_ADMIN], "a bare name is right everywhere");
    let mut live = live_entry(arn, EntryType::Standard, "admin", &[], &[CLUSTER_ADMIN]);
    live.policies[0].policy_arn = policy_arn("aws-cn", CLUSTER_ADMIN);
    let data = pairs(&[("mapRoles", &item("rolearn", arn, "admin", &["system:masters"]))]);
    let translation = translate(&data, &no_paths(), Some(&on_cluster(vec![live]))).unwrap();
    assert_only_row(&translation, Verdict::Covered, &[]);
}

#[test]
fn eksctl_defect_08_the_entry_beyond_the_first_page_counts() {
    let arn = |n: usize| format!("arn:aws:iam::111122223333:role/role-{n}");
    let entry = |n| live_entry(&arn(n), EntryType::Standard, "viewer", &["viewers"], &[]);
    let live = on_cluster((0..250).map(entry).collect());
    let text: String = (0..250).map(|n| item("rolearn", &arn(n), "viewer", &["viewers"])).collect();
    let translation = translate(&pairs(&[("mapRoles", &text)]), &no_paths(), Some(&live)).unwrap();
    assert!(translation.rows.iter().all(|row| row.verdict == Verdict::Covered));
    assert!(translation.is_fully_covered());
}

#[test]
fn eksctl_defect_09_every_account_is_reported() {
    let data = pairs(&[("mapAccounts", "- '111122223333'\n- 444455556666\n")]);
    let translation = translate(&data, &no_paths(), None).unwrap();
    let rows: Vec<_> = translation.rows.iter().map(|row| (row.arn.as_str(), row.index, row.verdict)).collect();
    assert_eq!(rows, [("111122223333", 0, Verdict::Blocked), ("444455556666", 1, Verdict::Blocked)]);
    assert!(translation.rows[1].reason.contains("444455556666"));
}

#[test]
fn eksctl_defect_10_rows_without_an_arn_do_no_harm() {
    let translation = roles(
        "- username: nobody\n- rolearn: ''\n- rolearn: not-an-arn\n\
         - sso: {permissionSetName: Admins, accountID: '111122223333'}\n\
         - rolearn: arn:aws:iam::111122223333:role/reader\n",
    );
    let expected = [Verdict::Dead, Verdict::Dead, Verdict::Dead, Verdict::Blocked, Verdict::Migrate];
    assert_eq!(verdicts(&translation), expected);
    assert!(translation.rows[3].reason.contains("AWSReservedSSO_Admins_"), "{}", translation.rows[3].reason);
}

#[test]
fn eksctl_defect_11_names_that_eks_refuses_are_found_before() {
    for (username, words) in [
        ("system:node:me", &["system:"][..]),
        ("aws:me", &["aws:"]),
        ("john{{SessionName}}", &["reader:john{{SessionName}}"]),
        ("{{SessionNameRaw}}", &["reader:{{SessionNameRaw}}"]),
        ("x:{{AccessKeyID}}", &["{{AccessKeyID}}"]),
        ("x:{{EC2PrivateDNSName}}", &["{{EC2PrivateDNSName}}"]),
    ] {
        let translation = role(username, &["team"]);
        assert_only_row(&translation, Verdict::Blocked, words);
        assert_eq!(translation.entries, BTreeMap::new(), "{username}");
    }
    let account = role("{{AccountID}}:{{SessionName}}", &["team-{{AccountID}}"]);
    assert_only_row(&account, Verdict::Migrate, &[]);
    let arn = "arn:aws:iam::111122223333:role/reader";
    let filled = standard(arn, Some("111122223333:{{SessionName}}"), &["team-111122223333"]);
    assert_eq!(only_entry(&account), &filled);
}

#[test]
fn eksctl_defect_12_a_nodes_name_alone_makes_no_node() {
    let extra = role(NODE, &["system:bootstrappers", "system:nodes", "team"]);
    assert_only_row(&extra, Verdict::Blocked, &["team"]);
    let masters = role(NODE, &["system:nodes", "system:masters"]);
    assert_only_row(&masters, Verdict::Blocked, &["system:masters"]);
    let user = users(&item("userarn", "arn:aws:iam::111122223333:user/jane", NODE, &NODES));
    assert_only_row(&user, Verdict::Blocked, &["only a role"]);
}

#[test]
fn eksctl_defect_13_the_whole_outcome_is_there_before_anything_changes() {
    let data = pairs(&[
        ("mapRoles", &item("rolearn", "arn:aws:iam::111122223333:role/reader", "viewer", &["viewers"])),
        ("mapUsers", &item("userarn", "arn:aws:iam::111122223333:user/team/jane", "jane", &["system:masters"])),
        ("mapAccounts", "[\"444455556666\"]"),
    ]);
    let before = data.clone();
    let translation = translate(&data, &no_paths(), None).unwrap();
    assert_eq!(data, before);
    assert_eq!(translation, translate(&data, &no_paths(), None).unwrap(), "the same again");
    assert_eq!(verdicts(&translation), [Verdict::Migrate, Verdict::Migrate, Verdict::Blocked]);
    let principals: Vec<&String> = translation.entries.keys().collect();
    assert_eq!(principals, ["arn:aws:iam::111122223333:role/reader", "arn:aws:iam::111122223333:user/team/jane"]);
}

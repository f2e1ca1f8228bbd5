//! The verdicts that need no look at the cluster.

use super::*;

const READER: &str = "arn:aws:iam::111122223333:role/reader";
const JANE: &str = "arn:aws:iam::111122223333:user/jane";

#[test]
fn role_paths_that_contradict_themselves_are_refused() {
    for (plain, real, words) in [
        ("reader", READER, "key"),
        (
            "arn:aws:iam::111122223333:role/team/reader",
            "arn:aws:iam::111122223333:role/team/reader",
            "without its path",
        ),
        (JANE, JANE, "without its path"),
        (READER, "arn:aws:iam::111122223333:role/team/writer", "same role"),
        (READER, "arn:aws:iam::999922223333:role/team/reader", "same role"),
        (READER, "arn:aws:iam::111122223333:user/reader", "same role"),
        (READER, "reader", "value"),
    ] {
        let error = translate(&BTreeMap::new(), &pairs(&[(plain, real)]), None).unwrap_err().to_string();
        assert!(error.contains(words) && error.contains(plain) && error.contains(real), "{error}");
    }
}

#[test]
fn what_a_row_would_become_is_told_in_a_sentence() {
    let admin = "the access policy AmazonEKSClusterAdminPolicy in the whole cluster";
    for (groups, with) in [
        (&[][..], " without groups".to_owned()),
        (&["viewers"], " with the groups viewers".to_owned()),
        (&["system:masters"], format!(" with {admin}")),
        (&["system:masters", "viewers"], format!(" with the groups viewers and {admin}")),
    ] {
        let translation = roles(&item("rolearn", READER, "viewer", groups));
        let reason = &translation.rows[0].reason;
        let sentence = format!("It would become an access entry of type STANDARD{with}.");
        assert!(reason.starts_with(&sentence), "{reason}");
    }
}

#[test]
fn a_path_in_a_row_is_dead_and_one_in_role_paths_is_used() {
    let pathed = "arn:aws:iam::111122223333:role/team/Reader";
    let dead = roles(&item("rolearn", pathed, "viewer", &["viewers"]));
    assert_only_row(&dead, Verdict::Dead, &["arn:aws:iam::111122223333:role/Reader"]);

    let data = pairs(&[("mapRoles", &item("rolearn", READER, "viewer", &["viewers"]))]);
    let known = translate(&data, &pairs(&[(READER, pathed)]), None).unwrap();
    assert_eq!(only_entry(&known).principal_arn, pathed);
    assert!(!known.rows[0].reason.contains("role_paths"));
    let unknown = translate(&data, &no_paths(), None).unwrap();
    assert_only_row(&unknown, Verdict::Migrate, &["role_paths"]);
    assert_eq!(only_entry(&unknown).principal_arn, READER);
}

#[test]
fn a_service_linked_role_is_blocked_and_does_not_spoil_role_paths() {
    let plain = "arn:aws:iam::111122223333:role/AWSServiceRoleForSupport";
    let real = "arn:aws:iam::111122223333:role/aws-service-role/support.amazonaws.com/AWSServiceRoleForSupport";
    let data = pairs(&[("mapRoles", &item("rolearn", plain, "viewer", &["viewers"]))]);
    let translation = translate(&data, &pairs(&[(plain, real)]), None).unwrap();
    assert_only_row(&translation, Verdict::Blocked, &["service-linked"]);
}

#[test]
fn a_role_of_identity_center_needs_its_path() {
    let name = "AWSReservedSSO_Admins_0123456789abcdef";
    let plain = &format!("arn:aws:iam::111122223333:role/{name}");
    let real = &format!("arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/{name}");
    let data = pairs(&[("mapRoles", &item("rolearn", plain, "admin:{{SessionName}}", &["system:masters"]))]);
    assert_only_row(&translate(&data, &no_paths(), None).unwrap(), Verdict::Blocked, &["role_paths"]);
    let known = translate(&data, &pairs(&[(plain, real)]), None).unwrap();
    assert_only_row(&known, Verdict::Migrate, &[CLUSTER_ADMIN]);
    assert_eq!(&only_entry(&known).principal_arn, real);
}

#[test]
fn reserved_groups_are_blocked_and_named() {
    for group in ["system:nodes", "system:authenticated", "eks:team", "aws:team", "amazon:team", "iam:team"] {
        assert_only_row(&role("viewer", &["viewers", group]), Verdict::Blocked, &[group]);
    }
    assert_only_row(&role("viewer", &["System:nodes", "system"]), Verdict::Migrate, &["System:nodes, system"]);
}

#[test]
fn placeholders_in_groups_are_blocked() {
    for groups in [&["team-{{SessionName}}"][..], &["system:masters", "team-{{SessionName}}"]] {
        assert_only_row(&role("viewer", groups), Verdict::Blocked, &["{{SessionName}}"]);
    }
}

#[test]
fn an_admins_user_name_goes_where_eks_does_not_take_it() {
    for name in ["system:admin", "john{{SessionName}}", "x:{{AccessKeyID}}"] {
        let translation = role(name, &["system:masters"]);
        assert_only_row(&translation, Verdict::Migrate, &[name]);
        assert_eq!(only_entry(&translation).user_name, None);
    }
}

#[test]
fn what_keeps_all_but_instances_out_is_never_dropped() {
    for (name, groups) in [
        ("{{AccessKeyID}}{{EC2PrivateDNSName}}", &["system:masters"][..]),
        ("admin", &["system:masters", "system:x:{{EC2PrivateDNSName}}"]),
        ("admin", &["x:{{EC2PrivateDNSName}}"]),
    ] {
        assert_only_row(&role(name, groups), Verdict::Blocked, &["{{EC2PrivateDNSName}}"]);
    }
}

#[test]
fn users_have_no_sessions() {
    let translation = users(&item("userarn", JANE, "jane{{SessionName}}", &["team{{SessionNameRaw}}"]));
    assert_eq!(only_entry(&translation), &standard(JANE, Some("jane"), &["team"]));
}

#[test]
fn mapping_roles_come_before_mapped_users() {
    let data = pairs(&[
        ("mapRoles", &(item("rolearn", READER, "viewer", &["viewers"]) + &item("rolearn", JANE, "jane", &["team"]))),
        ("mapUsers", &(item("userarn", READER, "admin", &["system:masters"]) + &item("userarn", JANE, "other", &[]))),
    ]);
    let translation = translate(&data, &no_paths(), None).unwrap();
    assert_eq!(verdicts(&translation), [Verdict::Migrate, Verdict::Migrate, Verdict::Dead, Verdict::Dead]);
    assert_eq!(translation.entries[JANE], standard(JANE, Some("jane"), &["team"]), "an ARN is an ARN, in either list");
}

#[test]
fn a_user_spelt_in_two_cases_is_left_to_chance_unless_both_grant_the_same() {
    let upper = "arn:aws:iam::111122223333:user/Jane";
    let two = |other: &str| {
        users(&(item("userarn", upper, "jane", &["a", "b"]) + &item("userarn", JANE, other, &["b", "a"])))
    };
    let translation = two("admin");
    assert_eq!(verdicts(&translation), [Verdict::Blocked, Verdict::Blocked]);
    assert!(translation.rows[0].reason.contains("mapUsers[1]"), "{}", translation.rows[0].reason);
    assert_eq!(translation.entries, BTreeMap::new());
    assert_eq!(verdicts(&two("jane")), [Verdict::Dead, Verdict::Migrate]);
    let again = users(&(item("userarn", JANE, "admin", &[]) + &item("userarn", JANE, "jane", &[])));
    assert_eq!(verdicts(&again), [Verdict::Dead, Verdict::Migrate]);
}

#[test]
fn an_account_that_comes_twice_is_told_once() {
    let data = pairs(&[("mapAccounts", "- '111122223333'\n- 111122223333\n")]);
    let translation = translate(&data, &no_paths(), None).unwrap();
    assert_eq!(verdicts(&translation), [Verdict::Dead, Verdict::Blocked]);
}

#[test]
fn principals_that_are_neither_role_nor_user() {
    let root = "arn:aws:iam::111122223333:root";
    let federated = "arn:aws:sts::111122223333:federated-user/jane";
    let session = "arn:aws:sts::111122223333:assumed-role/reader/jane";
    assert_eq!(only_entry(&users(&item("userarn", root, "root", &[]))), &standard(root, Some("root"), &[]));
    assert_only_row(&users(&item("userarn", federated, "jane", &[])), Verdict::Blocked, &["federated"]);
    assert_only_row(&roles(&item("rolearn", session, "jane", &[])), Verdict::Dead, &["role/reader"]);
}

#[test]
fn nodes_of_another_account_are_blocked_where_the_account_is_known() {
    let arn = "arn:aws:iam::999922223333:role/nodes";
    let groups = ["system:bootstrappers", "system:nodes"];
    let data = pairs(&[("mapRoles", &item("rolearn", arn, "system:node:{{EC2PrivateDNSName}}", &groups))]);
    let translation = translate(&data, &no_paths(), Some(&on_cluster(Vec::new()))).unwrap();
    assert_only_row(&translation, Verdict::Blocked, &["999922223333", "111122223333"]);
    let unknown = Live { account: None, entries: Vec::new() };
    assert_only_row(&translate(&data, &no_paths(), Some(&unknown)).unwrap(), Verdict::Migrate, &["EC2_LINUX"]);
}

#[test]
fn a_row_without_a_user_name_takes_eks_s_own() {
    let translation = roles(&format!("- rolearn: {READER}\n  groups: [viewers]\n"));
    assert_only_row(&translation, Verdict::Migrate, &["no user name"]);
    assert_eq!(only_entry(&translation), &standard(READER, None, &["viewers"]));
}

#[test]
fn two_thousand_rows_are_translated_once_each() {
    let arn = |n: usize| format!("arn:aws:iam::111122223333:role/role-{n}");
    let text: String =
        (0..2000).map(|n| item("rolearn", &arn(n), "viewer:{{SessionName}}", &["viewers", "team"])).collect();
    let live = (0..2000)
        .map(|n| live_entry(&arn(n), EntryType::Standard, "viewer:{{SessionName}}", &["viewers", "team"], &[]));
    let live = on_cluster(live.collect());
    let translation = translate(&pairs(&[("mapRoles", &text)]), &no_paths(), Some(&live)).unwrap();
    assert_eq!((translation.rows.len(), translation.entries.len()), (2000, 2000));
    assert!(translation.is_fully_covered());
}

//! What the guides tell of EKS, of eksctl and of this provider, row by row, with the tests that show it.

/// How a row begins, and the tests that show that EKS, which is the emulator there, does it and what becomes of it here.
type Shown = (&'static str, &'static [&'static str]);

const WHAT_EKS_DOES: [Shown; 28] = [
    (
        "It makes entries itself",
        &[
            "leaving_config_map_makes_the_entries_that_the_settings_ask_for",
            "auto_mode_brings_the_entries_of_cluster_and_nodes",
            "pain_01_an_entry_that_exists_is_refused_in_the_plan_with_its_import_block",
            "pain_02_the_entry_of_a_node_role_is_adopted_without_an_update",
        ],
    ),
    ("The entry stays when the node group goes", &["pain_52_entries_come_with_their_policies"]),
    (
        "The ARN of the principal needs its path",
        &["pain_22_a_principal_that_does_not_exist", "pain_24_a_session_becomes_its_role_and_a_principal_stays"],
    ),
    ("The session of an assumed role", &["principal_arn_of_a_session"]),
    ("A role that is made again", &["pain_20_a_role_made_anew_gets_a_new_entry"]),
    (
        "A principal that was just made",
        &["a_new_principal_does_not_exist_for_as_long_as_asked", "pain_19_a_principal_that_is_new_is_waited_for"],
    ),
    ("The type of an entry never changes", &["a_node_becomes_a_person"]),
    (
        "Updating an entry resets",
        &[
            "an_update_sends_the_default_user_name_in_full_and_groups_even_if_none",
            "pain_11_groups_and_user_name_change_without_resetting_each_other",
        ],
    ),
    (
        "Entries of nodes cannot be updated",
        &["pain_08_a_node_is_never_updated", "pain_10_tags_of_a_node_change_without_an_update_of_the_entry"],
    ),
    (
        "Groups and user names must not begin",
        &[
            "the_five_prefixes_are_refused_for_users_and_groups",
            "pain_39_reserved_groups",
            "pain_40_reserved_user_names",
        ],
    ),
    ("`{{SessionName}}` in a user name", &["pain_40_session_name_without_a_colon_before_it"]),
    (
        "Service-linked roles",
        &[
            "no_call_takes_a_malformed_principal_and_none_changes_a_service_linked_one",
            "pain_43_principal_arn_of_a_service_linked_role",
            "pain_43_service_linked_roles_unless_asked_for",
        ],
    ),
    ("3,000 entries", &["limits_are_refused_with_their_own_error", "quota_used_up"]),
    (
        "Associating a policy again",
        &["a_policy_changes_its_scope_in_place", "pain_14_a_change_of_scope_is_one_call_in_place"],
    ),
    ("Deleting an entry", &["pain_17_a_replacement_restores_the_policies_in_the_same_apply"]),
    ("Namespaces may have wildcards", &["pain_14_a_change_of_scope_is_one_call_in_place"]),
    ("A policy in a namespace", &[]),
    ("Nothing in a policy or in RBAC", &[]),
    ("`kubectl auth can-i --list`", &[]),
    ("A change takes several seconds", &[]),
    (
        "An association right after its entry",
        &["a_new_entry_is_invisible_for_as_long_as_asked", "pain_18_a_policy_waits_for_its_entry"],
    ),
    (
        "It goes forward only",
        &[
            "the_authentication_mode_goes_one_step_at_a_time_and_never_back",
            "pain_27_from_config_map_to_api_takes_both_steps",
            "pain_28_an_update_backwards_is_refused_at_plan",
        ],
    ),
    ("Setting the mode that a cluster has", &["pain_29_a_mode_that_is_there_already_takes_no_change"]),
    ("Leaving `CONFIG_MAP` makes entries", &["leaving_config_map_makes_the_entries_that_the_settings_ask_for"]),
    // The emulator refuses to have aws-auth written.
    (
        "aws-auth stays",
        &["an_entry_that_grants_something_else_covers_nothing", "pain_36_from_aws_auth_to_api_with_nobody_locked_out"],
    ),
    ("While another update runs", &["an_update_in_progress_keeps_the_next_one_out", "another_update_is_waited_out"]),
    ("The creator of a `CONFIG_MAP` cluster", &[]),
    (
        "A token is a signed request",
        &["pain_50_a_token_in_the_form_of_eks_and_no_call_for_it", "is_there_and_stays_nowhere"],
    ),
];

/// Where the translation of aws-auth differs from that of eksctl.
const DIFFERENT_FROM_EKSCTL: [Shown; 9] = [
    ("one role in two rows", &["eksctl_defect_01_last_duplicate_wins"]),
    ("`system:masters` with other groups", &["eksctl_defect_05_an_admins_other_groups_stay"]),
    ("roles of another account", &["eksctl_defect_03_a_role_of_another_account_stays_that_role"]),
    ("Fargate and hybrid nodes", &["eksctl_defect_04_fargate_and_hybrid_rows_are_known"]),
    ("an entry that exists", &["eksctl_defect_06_an_entry_with_other_rights_is_a_conflict"]),
    ("partitions", &["eksctl_defect_07_the_partition_is_kept"]),
    ("rows without an ARN", &["eksctl_defect_10_rows_without_an_arn_do_no_harm"]),
    ("more than a hundred entries", &["eksctl_defect_08_the_entry_beyond_the_first_page_counts"]),
    ("aws-auth afterwards", &["pain_36_from_aws_auth_to_api_with_nobody_locked_out"]),
];

/// The first cells of all tables of a guide that have a head, each with what is said under "here".
fn told(guide: &str, head: &str) -> Vec<(String, String)> {
    let mut told = Vec::new();
    for table in super::tables(guide) {
        let (Some(first), Some(here)) = (table.column(head), table.column("here")) else { continue };
        told.extend(first.map(str::to_owned).zip(here.map(str::to_owned)));
    }
    told
}

#[track_caller]
fn assert_shown(told: &[(String, String)], shown: &[Shown]) {
    let functions = super::functions();
    for ((row, here), (start, tests)) in told.iter().zip(shown) {
        assert!(row.starts_with(start), "the row {row:?} stands where the list has {start:?}");
        let may_be_believed = here.is_empty() || here.starts_with("nothing");
        assert!(may_be_believed || !tests.is_empty(), "no test shows: {row}: {here}");
        let missing: Vec<_> = tests.iter().filter(|test| !functions.contains(**test)).collect();
        assert!(missing.is_empty(), "no test is called {missing:?}: {row}");
    }
    assert_eq!(told.len(), shown.len(), "rows, and what is listed here");
}

#[test]
fn what_eks_does() {
    assert_shown(&told("what-eks-does.md", "what EKS does"), &WHAT_EKS_DOES);
}

#[test]
fn what_eksctl_translates_otherwise() {
    assert_shown(&told("from-eksctl.md", "aws-auth"), &DIFFERENT_FROM_EKSCTL);
}

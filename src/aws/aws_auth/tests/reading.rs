//! How the authenticator reads the ConfigMap.

use super::*;

/// What a row says: ARN, user name, groups.
fn said(translation: &Translation) -> Vec<(&str, Option<&str>, Vec<&str>)> {
    translation
        .rows
        .iter()
        .map(|row| (row.arn.as_str(), row.username.as_deref(), row.groups.iter().map(String::as_str).collect()))
        .collect()
}

const READER: &str = "arn:aws:iam::111122223333:role/reader";

#[test]
fn a_list_that_is_no_list_is_an_error_that_names_it() {
    for (key, text, words) in [
        ("mapRoles", "rolearn: x\n", "a mapping, not a list"),
        ("mapUsers", "jane", "a text, not a list"),
        ("mapAccounts", "012345678901", "012345678901"),
        ("mapRoles", "- rolearn: a\n b: c\n  - d\n", "line 2"),
        ("mapUsers", "- userarn: {{SessionName}}\n", "quotes"),
    ] {
        let error = translate(&pairs(&[(key, text)]), &no_paths(), None).unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with(key) && text.contains(words), "{text}");
    }
}

#[test]
fn bad_items_drop_alone() {
    let translation = roles(&format!(
        "- just a text\n- [a, list]\n- null\n- 12\n- {{username: nobody}}\n- {{rolearn: {READER}, sso: {{}}}}\n\
         - {{rolearn: {READER}, username: viewer}}\n"
    ));
    let mut expected = vec![Verdict::Dead; 6];
    expected.push(Verdict::Migrate);
    assert_eq!(verdicts(&translation), expected);
    let indices: Vec<usize> = translation.rows.iter().map(|row| row.index).collect();
    assert_eq!(indices, [0, 1, 2, 3, 4, 5, 6]);
    for (row, words) in translation.rows.iter().zip(["a text", "a list", "nothing", "12", "no rolearn", "both"]) {
        assert!(row.reason.contains(words), "{}", row.reason);
    }
}

#[test]
fn a_field_of_the_wrong_type_counts_for_nothing_and_the_row_stands() {
    let translation = roles(&format!(
        "- {{rolearn: {READER}, username: 12, groups: system:masters}}\n\
         - {{rolearn: {READER}2, username: yes, groups: [1, a, '', null, '2']}}\n\
         - {{rolearn: {READER}3, username: '', userid: {{}}, extra: [1]}}\n"
    ));
    let expected = [
        (READER.to_owned(), None, vec![]),
        (format!("{READER}2"), None, vec!["a", "2"]),
        (format!("{READER}3"), None, vec![]),
    ];
    let said = said(&translation);
    let said: Vec<_> = said.into_iter().map(|(arn, name, groups)| (arn.to_owned(), name, groups)).collect();
    assert_eq!(said, expected);
    assert_eq!(verdicts(&translation), [Verdict::Migrate; 3]);
    let [first, second, _] = &translation.rows[..] else { unreachable!() };
    assert!(first.reason.contains("username is 12") && first.reason.contains("groups are a text"), "{}", first.reason);
    assert!(second.reason.contains("username is yes") && second.reason.contains("group is 1"), "{}", second.reason);
}

#[test]
fn only_the_keys_of_the_lists_heed_case() {
    let translation = translate(
        &pairs(&[
            ("maproles", &item("rolearn", READER, "x", &["system:masters"])),
            ("MAPUSERS", "not: [yaml"),
            ("mapRoles", &format!("- RoleARN: {READER}\n  UserName: viewer\n  GROUPS: [viewers]\n")),
            ("mapUsers", "- uSeRaRn: arn:aws:iam::111122223333:user/jane\n  usernamE: jane\n"),
        ]),
        &no_paths(),
        None,
    )
    .unwrap();
    let jane = "arn:aws:iam::111122223333:user/jane";
    assert_eq!(said(&translation), [(READER, Some("viewer"), vec!["viewers"]), (jane, Some("jane"), vec![])]);
    assert_eq!(verdicts(&translation), [Verdict::Migrate; 2]);
}

#[test]
fn of_several_spellings_of_a_key_the_last_in_byte_order_counts() {
    let translation = roles(&format!("- {{rolearn: {READER}, username: small, Username: capital, USERNAME: 12}}\n"));
    assert_eq!(said(&translation), [(READER, Some("small"), vec![])]);
    let translation = roles(&format!("- {{rolearn: {READER}, username: first, username: 12}}\n"));
    assert_eq!(said(&translation), [(READER, None, vec![])], "of two equal keys only the last one exists");
    let translation = roles(&format!("- {{RoleARN: x, rolearn: {READER}, groups: [a], Groups: [b]}}\n"));
    assert_eq!(said(&translation), [(READER, None, vec!["a"])]);
}

#[test]
fn a_dash_too_far_to_the_right_makes_one_group_of_two() {
    let translation =
        roles(&format!("- rolearn: {READER}\n  groups:\n    - system:bootstrappers\n     - system:nodes\n"));
    assert_eq!(said(&translation), [(READER, None, vec!["system:bootstrappers - system:nodes"])]);
    assert_eq!(verdicts(&translation), [Verdict::Blocked]);
}

#[test]
fn what_people_write_for_nothing_is_nothing() {
    for text in ["", " \n", "\"\"", "''", "``", " '' \n", "[]", "null", "# nothing\n"] {
        let data = pairs(&[("mapRoles", text), ("mapUsers", text), ("mapAccounts", text)]);
        assert_eq!(translate(&data, &no_paths(), None).unwrap(), Translation::default(), "{text:?}");
    }
}

#[test]
fn accounts_keep_their_digits() {
    let data =
        pairs(&[("mapAccounts", "- 012345678901\n- 012345670123\n- '000000000001'\n- 0x1F\n- 111122223333\n- [1]\n")]);
    let translation = translate(&data, &no_paths(), None).unwrap();
    let rows: Vec<_> = translation.rows.iter().map(|row| (row.arn.as_str(), row.verdict)).collect();
    let (blocked, dead) = (Verdict::Blocked, Verdict::Dead);
    assert_eq!(
        rows,
        [
            ("012345678901", blocked),
            ("012345670123", blocked),
            ("000000000001", blocked),
            ("0x1F", dead),
            ("111122223333", blocked),
            ("", dead)
        ]
    );
}

#[test]
fn json_is_read_and_aliases_are_followed() {
    let json = serde_json::json!([{"rolearn": READER, "username": "viewer", "groups": ["viewers"]}]).to_string();
    assert_eq!(said(&roles(&json)), [(READER, Some("viewer"), vec!["viewers"])]);
    let alias = format!("- {{rolearn: {READER}, groups: &team [a, b]}}\n- {{rolearn: {READER}2, groups: *team}}\n");
    assert_eq!(roles(&alias).rows[1].groups, ["a", "b"]);
}

#[test]
fn rows_come_in_the_order_of_the_lists() {
    let data = pairs(&[
        ("mapAccounts", "[\"444455556666\"]"),
        ("mapUsers", &item("userarn", "arn:aws:iam::111122223333:user/jane", "jane", &[])),
        ("mapRoles", &item("rolearn", READER, "viewer", &[])),
    ]);
    let sources: Vec<Source> = translate(&data, &no_paths(), None).unwrap().rows.iter().map(|row| row.source).collect();
    assert_eq!(sources, Source::ALL);
}

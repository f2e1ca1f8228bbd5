//! Nobody ever gets more than today: generated ConfigMaps, and what each caller may do before and after.
//!
//! What it may do before is told by a second, much simpler model of aws-iam-authenticator, which shares no code with
//! the translation and works on rows rather than on YAML.

use std::fmt::Write;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::*;
use crate::aws::principal::Principal;

/// The cluster's account, another one, and one of another partition.
const ACCOUNTS: [&str; 3] = ["111122223333", "444455556666", "012345678901"];

fn partition(account: &str) -> &'static str {
    if account == ACCOUNTS[2] { "aws-cn" } else { "aws" }
}

/// Somebody who asks to be let in.
#[derive(Debug, Clone)]
struct Person {
    /// As STS gives it, with the role's path dropped and `assumed-role` already turned into `role`.
    canonical_arn: String,
    /// As IAM has it, if it is a principal of IAM.
    iam_arn: Option<String>,
    account: &'static str,
    /// Nothing for those who are in no session.
    session: &'static str,
}

/// What somebody may do: Kubernetes knows people by these two alone.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Rights {
    user_name: String,
    groups: BTreeSet<String>,
}

#[derive(Debug, Clone)]
struct Written {
    source: Source,
    arn: String,
    username: Option<&'static str>,
    groups: Vec<&'static str>,
    /// How the keys are spelt.
    keys: [&'static str; 4],
}

fn everybody() -> Vec<Person> {
    let mut everybody = Vec::new();
    for account in ACCOUNTS {
        let partition = partition(account);
        for (path, name) in [("", "reader"), ("team/", "pathed"), ("", "nodes")] {
            for session in ["jane@example.com", "i-0123456789abcdef0"] {
                let canonical_arn = format!("arn:{partition}:iam::{account}:role/{name}");
                let iam_arn = Some(format!("arn:{partition}:iam::{account}:role/{path}{name}"));
                everybody.push(Person { canonical_arn, iam_arn, account, session });
            }
        }
        for resource in ["user/jane", "user/team/joe", "root"] {
            let arn = format!("arn:{partition}:iam::{account}:{resource}");
            everybody.push(Person { canonical_arn: arn.clone(), iam_arn: Some(arn), account, session: "" });
        }
        let federated = format!("arn:{partition}:sts::{account}:federated-user/jane");
        everybody.push(Person { canonical_arn: federated, iam_arn: None, account, session: "" });
    }
    everybody
}

/// The row that decides what somebody may do, as aws-iam-authenticator picks it; `Err` if it leaves that to chance.
fn deciding(rows: &[Written], person: &Person) -> Result<Option<usize>, ()> {
    let matching = |source| {
        let named = |(_, row): &(usize, &Written)| {
            row.source == source && row.arn.to_lowercase() == person.canonical_arn.to_lowercase()
        };
        rows.iter().enumerate().filter(named).collect::<Vec<_>>()
    };
    if let Some((at, _)) = matching(Source::MapRoles).last() {
        return Ok(Some(*at));
    }
    let last: BTreeMap<&str, (usize, &Written)> =
        matching(Source::MapUsers).into_iter().map(|(at, row)| (row.arn.as_str(), (at, row))).collect();
    let rights: BTreeSet<_> =
        last.values().map(|(_, row)| (row.username, row.groups.iter().collect::<BTreeSet<_>>())).collect();
    let of_account = |(_, row): &(usize, &Written)| row.source == Source::MapAccounts && row.arn == person.account;
    match rights.len() {
        0 => Ok(rows.iter().enumerate().rfind(of_account).map(|(at, _)| at)),
        1 => Ok(last.values().map(|(at, _)| *at).max()),
        _ => Err(()),
    }
}

/// What the row grants to somebody whom it names; nothing if it keeps that one out all the same.
fn granted(row: &Written, person: &Person) -> Option<Rights> {
    if row.source == Source::MapAccounts {
        return Some(Rights { user_name: person.canonical_arn.clone(), groups: BTreeSet::new() });
    }
    let render = |text: &str| {
        if text.contains("{{EC2PrivateDNSName}}") && !person.session.starts_with("i-") {
            return None;
        }
        let text = text.replace("{{EC2PrivateDNSName}}", "ip-10-0-0-1.ec2.internal");
        let text = text.replace("{{AccountID}}", person.account);
        let text = text.replace("{{SessionName}}", &person.session.replace('@', "-"));
        let text = text.replace("{{SessionNameRaw}}", person.session);
        Some(text.replace("{{AccessKeyID}}", "AKIDEXAMPLE"))
    };
    let user_name = render(row.username.unwrap_or_default())?;
    let groups = row.groups.iter().map(|group| render(group)).collect::<Option<BTreeSet<_>>>()?;
    Some(Rights { user_name, groups: groups.into_iter().filter(|group| !group.is_empty()).collect() })
}

/// What the entry grants to somebody whom it names; nothing if it keeps that one out all the same. System:masters stands
/// for the policy that allows everything; of any other nobody asked for it.
fn granted_by_entry(entry: &Entry, person: &Person) -> Option<Rights> {
    let node = |name: &str, groups: &[&str]| Rights { user_name: format!("system:node:{name}"), groups: set(groups) };
    // EKS asks for the name of an instance, and there is one only where there is an instance.
    let instance = |groups: &[&str]| person.session.starts_with("i-").then(|| node("ip-10-0-0-1.ec2.internal", groups));
    let session = person.session.replace('@', "-");
    let masters = BTreeMap::from([(CLUSTER_ADMIN.to_owned(), AccessScope::Cluster)]);
    assert!(entry.access_policies.is_empty() || entry.access_policies == masters, "{entry:?}");
    match entry.entry_type {
        EntryType::Standard => {
            let mut groups = entry.kubernetes_groups.clone();
            if !entry.access_policies.is_empty() {
                groups.insert("system:masters".to_owned());
            }
            let name = entry.user_name.clone().unwrap_or_else(|| person.own_name());
            let name = name.replace("{{SessionName}}", &session).replace("{{SessionNameRaw}}", person.session);
            Some(Rights { user_name: name, groups })
        }
        EntryType::Ec2Linux => instance(&["system:nodes"]),
        EntryType::Ec2Windows => instance(&["system:nodes", "eks:kube-proxy-windows"]),
        EntryType::HybridLinux => Some(node(&session, &["system:nodes"])),
        ref other => panic!("no row becomes a {other}"),
    }
}

impl Person {
    /// What EKS calls somebody whose entry has no user name: something that is bound to nothing but that person.
    fn own_name(&self) -> String {
        format!("own name of {}", self.canonical_arn)
    }
}

impl Rights {
    fn is_admin(&self) -> bool {
        self.groups.contains("system:masters")
    }

    /// Whether these are no more than `others`.
    ///
    /// The group of masters bounds everything. A row without a user name makes people nameless, and EKS calls them by
    /// their own names instead.
    fn is_within(&self, others: &Rights, person: &Person) -> bool {
        let same_name =
            self.user_name == others.user_name || (others.user_name.is_empty() && self.user_name == person.own_name());
        others.is_admin() || (same_name && self.groups.is_subset(&others.groups))
    }

    /// What makes a difference: EKS's nodes need no group of bootstrappers.
    fn that_count(&self) -> Rights {
        let mut rights = self.clone();
        if rights.user_name.starts_with("system:node:") {
            rights.groups.remove("system:bootstrappers");
        }
        rights
    }
}

fn written() -> impl Strategy<Value = Written> {
    let resources = [
        ("iam", "role/reader"),
        ("iam", "Role/READER"),
        ("iam", "role/pathed"),
        ("iam", "role/team/pathed"),
        ("iam", "role/nodes"),
        ("sts", "assumed-role/reader/jane"),
        ("iam", "user/jane"),
        ("iam", "user/Jane"),
        ("iam", "user/team/joe"),
        ("iam", "root"),
        ("sts", "federated-user/jane"),
    ];
    let usernames = [
        None,
        Some("jane"),
        Some("joe"),
        Some("team:{{SessionName}}"),
        Some("team:{{SessionNameRaw}}"),
        Some("{{SessionName}}"),
        Some("{{AccountID}}:x"),
        Some("x{{AccessKeyID}}"),
        Some("x:{{EC2PrivateDNSName}}"),
        Some("system:x"),
        Some("system:node:{{EC2PrivateDNSName}}"),
        Some("system:node:{{EC2PrivateDNSName}}"),
        Some("system:node:{{SessionName}}"),
    ];
    let groups = vec![
        "team",
        "team-{{AccountID}}",
        "team-{{SessionName}}",
        "system:x:{{EC2PrivateDNSName}}",
        "eks:team",
        "{{SessionNameRaw}}",
    ];
    let groups = prop_oneof![
        subsequence(groups, 0..3),
        Just(vec!["system:masters"]),
        Just(vec!["system:masters", "team", "eks:team"]),
        Just(vec!["system:masters", "system:x:{{EC2PrivateDNSName}}"]),
        subsequence(
            vec!["system:bootstrappers", "system:nodes", "system:node-proxier", "eks:kube-proxy-windows"],
            0..=4
        ),
        Just(vec!["system:bootstrappers", "system:nodes"]),
        Just(vec!["system:bootstrappers", "system:nodes", "system:node-proxier"]),
        Just(vec!["system:bootstrappers", "system:nodes", "eks:kube-proxy-windows"]),
    ];
    let source = select(vec![Source::MapRoles, Source::MapRoles, Source::MapUsers, Source::MapAccounts]);
    let keys = select(vec![
        ["rolearn", "userarn", "username", "groups"],
        ["RoleARN", "UserARN", "UserName", "Groups"],
        ["ROLEARN", "uSERARN", "uSeRnAmE", "GROUPS"],
    ]);
    (source, select(&ACCOUNTS[..]), select(resources.to_vec()), select(usernames.to_vec()), groups, keys).prop_map(
        |(source, account, (service, resource), username, groups, keys)| match source {
            Source::MapAccounts => {
                Written { source, arn: account.to_owned(), username: None, groups: Vec::new(), keys }
            }
            _ => {
                let arn = format!("arn:{}:{service}::{account}:{resource}", partition(account));
                Written { source, arn, username, groups, keys }
            }
        },
    )
}

/// The ConfigMap, and for each row of it the row that was written: mapRoles comes before mapUsers, and that before
/// mapAccounts.
fn config_map(rows: &[Written]) -> (BTreeMap<String, String>, Vec<Written>) {
    let mut data = BTreeMap::new();
    let mut in_order = Vec::new();
    for source in Source::ALL {
        let text: &mut String = data.entry(source.key().to_owned()).or_default();
        for row in rows.iter().filter(|row| row.source == source) {
            let [rolearn, userarn, username, groups] = row.keys;
            let arn = &row.arn;
            match source {
                Source::MapRoles => writeln!(text, "- {rolearn}: {arn}"),
                Source::MapUsers => writeln!(text, "- {userarn}: {arn}"),
                Source::MapAccounts => writeln!(text, "- {arn}"),
            }
            .unwrap();
            if let Some(name) = row.username {
                writeln!(text, "  {username}: '{name}'").unwrap();
            }
            if source != Source::MapAccounts {
                writeln!(text, "  {groups}: {:?}", row.groups).unwrap();
            }
            in_order.push(row.clone());
        }
    }
    (data, in_order)
}

/// A way in which an entry that exists differs from the one that a row becomes.
fn spoil(live: &mut LiveEntry, how: usize) {
    match how % 4 {
        0 => live.entry.entry_type = EntryType::HyperpodLinux,
        _ if live.entry.entry_type != EntryType::Standard => live.entry.entry_type = EntryType::Standard,
        // Nobody knows what EKS calls the root of an account, so any name passes for a row without one.
        2 if !live.entry.principal_arn.ends_with(":root") => live.entry.user_name.push_str("-other"),
        1 | 2 => drop(live.entry.kubernetes_groups.insert("more".to_owned())),
        _ => live.policies = live_entry("", EntryType::Standard, "", &[], &["AmazonEKSViewPolicy"]).policies,
    }
}

/// The entry as EKS describes it once it is made.
fn made(entry: &Entry) -> LiveEntry {
    let principal: Principal = entry.principal_arn.parse().unwrap();
    let name = entry.user_name.clone().or_else(|| principal.default_user_name()).unwrap_or_default();
    let groups: Vec<&str> = entry.kubernetes_groups.iter().map(String::as_str).collect();
    let policies: Vec<&str> = entry.access_policies.keys().map(String::as_str).collect();
    live_entry(&entry.principal_arn, entry.entry_type.clone(), &name, &groups, &policies)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nobody_gets_more_than_today_and_what_migrates_is_the_same(
        rows in prop::collection::vec(written(), 0..12),
        paths_are_known: bool,
        account_is_known: bool,
        spoiled in prop::collection::vec(any::<usize>(), 0..3),
    ) {
        let (data, rows) = config_map(&rows);
        let pathed = |account: &&str| {
            let partition = partition(account);
            let role = |name: &str| format!("arn:{partition}:iam::{account}:role/{name}");
            (role("pathed"), role("team/pathed"))
        };
        let role_paths: BTreeMap<String, String> = ACCOUNTS.iter().filter(|_| paths_are_known).map(pathed).collect();
        let account = account_is_known.then(|| ACCOUNTS[0].to_owned());
        let nothing = Live { account: account.clone(), entries: Vec::new() };
        let translation = translate(&data, &role_paths, account_is_known.then_some(&nothing)).unwrap();
        prop_assert_eq!(translation.rows.len(), rows.len());

        let everybody = everybody();
        for arn in translation.entries.keys() {
            let is = |person: &&Person| {
                let told = if paths_are_known { person.iam_arn.as_ref() } else { Some(&person.canonical_arn) };
                person.iam_arn.is_some() && told.is_some_and(|told| told.eq_ignore_ascii_case(arn))
            };
            prop_assert!(everybody.iter().any(|person| is(&person)), "{} is nobody whom a row names", arn);
            let is_node = translation.entries[arn].entry_type != EntryType::Standard;
            prop_assert!(!is_node || !account_is_known || arn.contains(ACCOUNTS[0]), "{} is of another account", arn);
        }

        let mut decides = BTreeSet::new();
        for person in everybody {
            let deciding = deciding(&rows, &person);
            let before = match deciding {
                Ok(row) => row.and_then(|row| granted(&rows[row], &person)),
                // Left to chance: whatever is granted is too much.
                Err(()) => None,
            };
            let entry = person.iam_arn.as_ref().and_then(|arn| {
                translation.entries.values().find(|entry| entry.principal_arn.eq_ignore_ascii_case(arn))
            });
            let after = entry.and_then(|entry| granted_by_entry(entry, &person));
            if let Some(after) = &after {
                let Some(before) = &before else { panic!("{person:?} has nothing today and gets {after:?}") };
                prop_assert!(after.is_within(before, &person), "{:?}: {:?} -> {:?}", person, before, after);
            }

            let Ok(Some(row)) = deciding else { continue };
            decides.insert(row);
            let verdict = translation.rows[row].verdict;
            prop_assert_ne!(verdict, Verdict::Dead, "it decides for {:?}", person);
            let reachable = paths_are_known || !person.canonical_arn.ends_with("role/pathed");
            if let (Verdict::Migrate, Some(before), true) = (verdict, &before, reachable) {
                let after = after.expect("what migrates has an entry");
                let named = Rights {
                    user_name: if before.user_name.is_empty() { person.own_name() } else { before.user_name.clone() },
                    ..before.clone()
                };
                let same = if before.is_admin() { after.is_admin() } else { after == named.that_count() };
                prop_assert!(same, "{:?}: {:?} -> {:?}", person, before, after);
                prop_assert!(before.groups.contains("team") <= after.groups.contains("team"), "groups stay");
            }
        }
        for (at, row) in translation.rows.iter().enumerate() {
            if row.verdict == Verdict::Migrate {
                prop_assert!(decides.contains(&at), "{:?} decides nothing", row);
            }
        }

        // Whoever makes these entries finds every row covered, and the same entries to have.
        let mut live = Live { account, entries: translation.entries.values().map(made).collect() };
        let again = translate(&data, &role_paths, Some(&live)).unwrap();
        prop_assert_eq!(&again.entries, &translation.entries);
        for (before, after) in translation.rows.iter().zip(&again.rows) {
            let expected = if before.verdict == Verdict::Migrate { Verdict::Covered } else { before.verdict };
            prop_assert_eq!(after.verdict, expected, "{:?} -> {:?}", before, after);
        }

        // And whoever changes one of them afterwards finds a row that it does not cover any more.
        let count = live.entries.len();
        let covered = |of: &Translation| of.rows.iter().filter(|row| row.verdict == Verdict::Covered).count();
        let changed: BTreeSet<usize> = spoiled.iter().filter_map(|at| at.checked_rem(count)).collect();
        for at in &changed {
            spoil(&mut live.entries[*at], spoiled[0]);
        }
        let spoiled = translate(&data, &role_paths, Some(&live)).unwrap();
        prop_assert_eq!(covered(&spoiled), covered(&again) - changed.len(), "{:?}", spoiled.rows);
        prop_assert_eq!(&spoiled.entries, &translation.entries);
    }
}

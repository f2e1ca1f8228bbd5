//! The verdict on a row.

use super::caller::Caller;
use super::entry::{Outcome, outcome};
use super::live::{self, Live};
use super::mapping::{Flaw, Mapping};
use super::principals::{Found, Principals};
use super::role_paths::RolePaths;
use super::standing::Standing;
use super::{Entry, Source, Verdict};
use crate::aws::access_entry::EntryType;
use crate::aws::arn::is_account_id;
use crate::aws::principal::Principal;

/// The verdict on a row, and the entry that takes its place.
#[derive(Debug)]
pub(super) struct Judgement {
    pub(super) verdict: Verdict,
    pub(super) reason: String,
    pub(super) entry: Option<Entry>,
}

/// Whoever judges the rows of one ConfigMap.
pub(super) struct Judge<'a> {
    mappings: &'a [Mapping],
    principals: Principals<'a>,
    /// The cluster's.
    account: Option<&'a str>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(mappings: &'a [Mapping], role_paths: &'a RolePaths, live: Option<&'a Live>) -> Self {
        let account = live.and_then(|live| live.account.as_deref());
        Self { mappings, principals: Principals::new(role_paths, live), account }
    }

    /// The verdict on a row with that standing.
    pub(super) fn judge(&self, mapping: &Mapping, standing: Standing) -> Judgement {
        match &mapping.flaw {
            Some(Flaw::LeftOut(reason)) => return dead(format!("EKS leaves the row out: {reason}.")),
            Some(Flaw::PermissionSet { name, account }) => return blocked(permission_set(name, account)),
            None => {}
        }
        let caller = match mapping.source {
            Source::MapAccounts => None,
            Source::MapRoles | Source::MapUsers => Some(Caller::named_by(&mapping.arn)),
        };
        match (caller, standing) {
            (Some(Caller::Nobody(reason)), _) => dead(format!("It lets nobody in: {reason}.")),
            (None, _) if !is_account_id(&mapping.arn) => {
                dead(format!("It lets nobody in: {:?} is no account id, which has twelve digits.", mapping.arn))
            }
            (_, Standing::Shadowed(by)) => dead(self.shadowed(by)),
            (_, Standing::Uncertain(rival)) => blocked(self.uncertain(rival)),
            (None, Standing::Counts) => blocked(whole_account(&mapping.arn)),
            (Some(Caller::FederatedUser), Standing::Counts) => blocked(FEDERATED_USER.to_owned()),
            (Some(Caller::Principal(principal)), Standing::Counts) => {
                let mut judgement = self.judge_principal(principal, mapping);
                for note in &mapping.notes {
                    judgement.reason.push_str(&format!(" Note that {note}."));
                }
                judgement
            }
        }
    }

    fn judge_principal(&self, named: Principal, mapping: &Mapping) -> Judgement {
        let known = match self.principals.find(named) {
            Found::Known(known) => known,
            Found::Unclear(verdict, reason) => return Judgement { verdict, reason, entry: None },
        };
        let arn = known.principal.to_string();
        match (outcome(&known.principal, mapping, self.account), known.live) {
            (Outcome::Entry(entry, notes), None) => match known.namesake {
                None => migrate(entry, &notes, known.path_unknown),
                Some(namesake) => Judgement { entry: Some(entry), ..conflict(outdated(&arn, namesake)) },
            },
            (Outcome::Entry(entry, _), Some(live)) => {
                let differences = live::differences(live, &entry, &known.principal);
                let (verdict, reason) = match differences.is_empty() {
                    true => (Verdict::Covered, format!("The access entry of {arn} grants the same.")),
                    false => (Verdict::Conflict, differs(&arn, &differences.join("; "))),
                };
                Judgement { verdict, reason, entry: Some(entry) }
            }
            (Outcome::OwnedByEks(entry_type), None) => owned_by_eks(&entry_type),
            (Outcome::OwnedByEks(entry_type), Some(live)) if live.entry.entry_type == entry_type => Judgement {
                verdict: Verdict::Covered,
                reason: format!("EKS has made the access entry of {arn}, of type {entry_type}."),
                entry: None,
            },
            (Outcome::OwnedByEks(entry_type), Some(live)) => {
                conflict(differs(&arn, &format!("its type is {}, not {entry_type}", live.entry.entry_type)))
            }
            (Outcome::Blocked(reason), None) => blocked(reason),
            (Outcome::Blocked(reason), Some(_)) => conflict(format!("{} {reason}", differs(&arn, BLOCKED))),
        }
    }

    fn shadowed(&self, by: usize) -> String {
        let Mapping { source, index, .. } = &self.mappings[by];
        let why = match source {
            Source::MapAccounts => "names the same account",
            Source::MapRoles | Source::MapUsers => "names the same ARN and is the one that counts",
        };
        format!("{}[{index}] {why}: mapRoles comes before mapUsers, and of equal rows the last one wins.", source.key())
    }

    fn uncertain(&self, rival: usize) -> String {
        let Mapping { source, index, arn, .. } = &self.mappings[rival];
        format!(
            "{}[{index}] names the same user as {arn} and grants something else; EKS picks one of the two at random, \
             time and again. Take one of them out.",
            source.key()
        )
    }
}

fn migrate(entry: Entry, notes: &[String], path_unknown: bool) -> Judgement {
    let mut reason = format!("It would become an access entry of type {}", entry.entry_type);
    if entry.entry_type == EntryType::Standard {
        let groups = format!("the groups {}", live::list(&entry.kubernetes_groups));
        let policies = format!("the access policy {}", live::policy_list(&entry.access_policies));
        reason.push_str(&match (entry.kubernetes_groups.is_empty(), entry.access_policies.is_empty()) {
            (true, true) => " without groups".to_owned(),
            (false, true) => format!(" with {groups}"),
            (true, false) => format!(" with {policies}"),
            (false, false) => format!(" with {groups} and {policies}"),
        });
    }
    reason.push('.');
    if path_unknown {
        let arn = &entry.principal_arn;
        reason.push_str(&format!(
            " If {arn} has a path, map it to its real ARN in role_paths: the row cannot tell the path, and EKS needs it."
        ));
    }
    for note in notes {
        reason.push(' ');
        reason.push_str(note);
    }
    Judgement { verdict: Verdict::Migrate, reason, entry: Some(entry) }
}

fn owned_by_eks(entry_type: &EntryType) -> Judgement {
    let reason = format!(
        "It is for Fargate pods. EKS makes an access entry of type {entry_type} itself, when the cluster leaves the \
         mode CONFIG_MAP and with each Fargate profile made later. If no Fargate profile uses the role any more, take \
         the row out."
    );
    Judgement { verdict: Verdict::OwnedByEks, reason, entry: None }
}

fn dead(reason: String) -> Judgement {
    Judgement { verdict: Verdict::Dead, reason, entry: None }
}

fn blocked(reason: String) -> Judgement {
    Judgement { verdict: Verdict::Blocked, reason, entry: None }
}

fn conflict(reason: String) -> Judgement {
    Judgement { verdict: Verdict::Conflict, reason, entry: None }
}

fn differs(arn: &str, how: &str) -> String {
    format!(
        "The access entry of {arn} differs from the row: {how}. EKS goes by the entry. Change the entry, or take the \
         row out of aws-auth if the entry is right."
    )
}

fn outdated(arn: &str, namesake: &Principal) -> String {
    format!(
        "The role is {arn}, as role_paths says, but an access entry exists for {namesake}. IAM has only one role of a \
         name at a time, so one of the two is out of date."
    )
}

const BLOCKED: &str = "the row cannot be an entry as it stands";

const FEDERATED_USER: &str = "It is for a federated user, whom no access entry can name. Let the user assume a role, \
                              and make an entry for that.";

fn permission_set(name: &str, account: &str) -> String {
    format!(
        "It is for the roles that IAM Identity Center makes for the permission set {name} in account {account}; \
         whether EKS reads such rows is not known, and an access entry names one role. Find the role \
         AWSReservedSSO_{name}_… in that account, and make an entry for it."
    )
}

fn whole_account(account: &str) -> String {
    format!(
        "It lets in every principal of account {account} that has no row of its own, with the principal's ARN for a \
         user name and no groups. An access entry is for one principal: make one for each that uses the cluster."
    )
}

//! The policies that an entry owns, when it has `access_policies`.

use std::collections::{BTreeMap, BTreeSet};

use crate::aws::access_policy::PolicyRef;
use crate::aws::arn::partition_of_region;
use crate::aws::{AccessScope, AwsError, Eks};
use crate::framework::{Cx, Diagnostic, Diagnostics, Failed};
use crate::value::{AttributePath, Value};

use super::super::client::{Client, budget};
use super::super::error::Attempt;
use super::super::lockout::CLUSTER_ADMIN;
use super::super::{access_scope, offered};
use super::conflict;
use super::model::{AccessEntryModel, AccessPolicyModel};

type Policies = BTreeMap<String, AccessPolicyModel>;

/// What is known of the policies that are there before a change.
pub(super) enum Before {
    /// The entry has just been made: there are none.
    New,
    /// The state has all of them.
    Known,
    /// They were not this resource's business so far: EKS has to be asked.
    NotOurs,
}

impl Before {
    pub(super) fn of(prior: &AccessEntryModel) -> Self {
        if prior.access_policies.is_null() { Self::NotOurs } else { Self::Known }
    }
}

/// The policies that EKS has for the entry, by ARN; `None` when the entry is gone.
pub(super) async fn find(
    cx: &Cx<'_, Client>,
    eks: &Eks,
    entry: &AccessEntryModel,
    attempt: &Attempt<'_>,
) -> Result<Option<BTreeMap<String, AccessScope>>, Diagnostics> {
    let found = eks.associated_policies(entry.cluster(), entry.principal(), &budget(cx)).await;
    let found = found.map_err(|error| attempt.failed(&error))?;
    Ok(found.map(|policies| filled!(policies.into_iter().map(|policy| (policy.policy_arn, policy.scope)))))
}

/// The policies as EKS has them, by ARN. `shown` is how the practitioner writes them: what means the same stays as written.
pub(super) fn from_api<'a>(
    found: impl IntoIterator<Item = (&'a String, &'a AccessScope)>,
    shown: &Policies,
) -> Policies {
    let show = |(arn, scope): (&String, &AccessScope)| {
        let written = shown.iter().find(|(key, _)| is_same(key, arn));
        let name = written.map_or_else(|| arn.clone(), |(key, _)| key.clone());
        let scope = access_scope::AccessScope::from_api(scope, written.and_then(|(_, of)| of.access_scope.known()));
        (name, AccessPolicyModel { access_scope: Value::Known(scope) })
    };
    filled!(found.into_iter().map(show))
}

/// Makes the entry's policies exactly those that are planned; does nothing when none are spoken of.
///
/// New ones and new scopes come first: whoever moves from one policy to another is never without both.
pub(super) async fn settle(
    cx: &Cx<'_, Client>,
    eks: &Eks,
    state: &mut AccessEntryModel,
    planned: &AccessEntryModel,
    before: Before,
) -> Result<(), Failed<AccessEntryModel>> {
    let Value::Known(wanted) = &planned.access_policies else {
        state.access_policies = planned.access_policies.clone();
        return Ok(());
    };
    let attempt = Attempt { summary: "Cannot set the policies of EKS access entry", object: planned };
    let is_new = matches!(before, Before::New);
    // What is true so far, for the state if a call fails.
    let mut done = match before {
        Before::New => BTreeMap::new(),
        Before::Known => state.access_policies.known().map(|policies| to_api(policies, eks)).unwrap_or_default(),
        Before::NotOurs => match find(cx, eks, planned, &attempt).await {
            Ok(found) => found.unwrap_or_default(),
            Err(wrong) => return Err(Failed::leaving(state.clone(), wrong)),
        },
    };
    let result = change(cx, eks, planned, &to_api(wanted, eks), &mut done, &attempt).await;
    match result {
        Ok(()) => {
            state.access_policies = planned.access_policies.clone();
            Ok(())
        }
        Err(wrong) => {
            state.access_policies = Value::Known(from_api(&done, wanted));
            Err(Failed::leaving(state.clone(), if is_new { of_new_entry(wrong) } else { wrong }))
        }
    }
}

/// Terraform takes an object that comes with an error for broken when it is new, and replaces it.
fn of_new_entry(wrong: Diagnostics) -> Diagnostics {
    let add = |mut wrong: Diagnostic| {
        wrong.detail.push_str("\n\n");
        wrong.detail.push_str(TAINTED);
        wrong
    };
    wrong.into_iter().map(add).collect()
}

const TAINTED: &str = "\
The entry itself is made, and Terraform marks it as tainted: the next plan replaces it, which takes the entry away for a moment, or is \
refused because of prevent_destroy. Before that plan, run `terraform untaint` with the address of this resource. The entry then stays, \
and the next apply adds what is missing.";

async fn change(
    cx: &Cx<'_, Client>,
    eks: &Eks,
    entry: &AccessEntryModel,
    wanted: &BTreeMap<String, AccessScope>,
    done: &mut BTreeMap<String, AccessScope>,
    attempt: &Attempt<'_>,
) -> Result<(), Diagnostics> {
    let failed = |arn: &String, error: &AwsError| {
        let name = format!("policy {arn} on {}", attempt.object);
        let attempt = Attempt { object: &name, ..*attempt };
        Diagnostics::from(attempt.failed(error).at_attribute("access_policies"))
    };
    for (arn, scope) in wanted {
        if done.get(arn) != Some(scope) {
            let associated = eks.associate_policy(entry.cluster(), entry.principal(), arn, scope, &budget(cx)).await;
            associated.map_err(|error| failed(arn, &error))?;
            done.insert(arn.clone(), scope.clone());
        }
    }
    let gone: Vec<_> = done.keys().filter(|arn| !wanted.contains_key(*arn)).cloned().collect();
    for arn in gone {
        let gone = eks.disassociate_policy(entry.cluster(), entry.principal(), &arn, &budget(cx)).await;
        gone.map_err(|error| failed(&arn, &error))?;
        done.remove(&arn);
    }
    Ok(())
}

/// In a plan: warns of what is new among the policies and that EKS may refuse, in the middle of the apply.
pub(super) async fn warn_of_unknown(
    cx: &Cx<'_, Client>,
    prior: Option<&AccessEntryModel>,
    planned: &AccessEntryModel,
    attempt: &Attempt<'_>,
) -> Result<(), Diagnostics> {
    let policies = planned.access_policies.known().into_iter().flat_map(BTreeMap::keys);
    let mut policies: Vec<_> = policies.map(String::as_str).filter(|policy| !offered::is_known(policy)).collect();
    if policies.is_empty() {
        return Ok(());
    }
    let may_have_some = prior.is_some() || conflict::adopts(planned);
    let there: Vec<String> = match prior.and_then(|prior| prior.access_policies.known()) {
        Some(there) => there.keys().cloned().collect(),
        // What is imported or taken over may have what nobody but EKS gives: the role of an Auto Mode cluster has policies of services.
        None if may_have_some && planned.key().is_some() && cx.client.is_known() => {
            let eks = planned.eks(cx, attempt).await?;
            find(cx, &eks, planned, attempt).await?.unwrap_or_default().into_keys().collect()
        }
        None => Vec::new(),
    };
    policies.retain(|policy| !there.iter().any(|other| is_same(policy, other)));
    let at = |policy| AttributePath::attribute("access_policies").then_key(policy);
    offered::warn(cx, &planned.region, policies.into_iter().map(|policy| (policy, at(policy))), attempt).await;
    Ok(())
}

/// In the plan from which on the entry owns its policies: says which of those that it has will go, and tells whether its
/// cluster-admin rights do.
pub(super) async fn warn_of_others(
    cx: &Cx<'_, Client>,
    eks: &Eks,
    planned: &AccessEntryModel,
    attempt: &Attempt<'_>,
) -> Result<bool, Diagnostics> {
    let Some(owned) = owned(planned) else { return Ok(false) };
    let found = find(cx, eks, planned, attempt).await?.unwrap_or_default();
    let is_other = |arn: &&String| PolicyRef::parse(arn).map_or(true, |policy| !owned.contains(policy.name()));
    let others: Vec<_> = found.keys().filter(is_other).map(String::as_str).collect();
    if !others.is_empty() {
        let detail = format!(
            "From now on, access_policies is the complete set of policies of {}. It has others, which apply will take away: \
             {}.",
            attempt.object,
            others.join(", ")
        );
        // Of several warnings with one summary, Terraform shows the first.
        let summary = format!("Policies will be removed from {planned}");
        cx.warn(Diagnostic::warning(summary, detail).at_attribute("access_policies"));
    }
    Ok(found.iter().any(is_cluster_admin) && !give_cluster_admin(planned))
}

/// In the plan from which on the entry's policies are not its own business any more: says that they stay, because what Terraform shows
/// looks as if they went.
pub(super) fn warn_of_left_alone(cx: &Cx<'_, Client>, prior: &AccessEntryModel, planned: &AccessEntryModel) {
    let left = prior.access_policies.known().filter(|policies| !policies.is_empty());
    if let Some(left) = left.filter(|_| planned.access_policies.is_null()) {
        let detail = format!(
            "access_policies is not written any more, so the policies of {planned} are no longer this resource's business. EKS keeps \
             them: {}. To take them away, write access_policies = {{}}. To manage each by itself, give it an \
             eks_access_policy_association.",
            left.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
        );
        let summary = format!("Policies stay with {planned}");
        cx.warn(Diagnostic::warning(summary, detail).at_attribute("access_policies"));
    }
}

/// In the plan that makes an entry again whose policies are not its own business: says which of them go with it, and tells
/// whether cluster-admin rights do.
pub(super) async fn warn_of_all(
    cx: &Cx<'_, Client>,
    eks: &Eks,
    planned: &AccessEntryModel,
    attempt: &Attempt<'_>,
    may_be_taken_over: bool,
) -> Result<bool, Diagnostics> {
    let found = find(cx, eks, planned, attempt).await?.unwrap_or_default();
    if !found.is_empty() {
        let detail = format!(
            "{} is removed and made again{}, and with it go the policies that it has now: {}. An eks_access_policy_association \
             brings its policy back in the same apply if it takes principal_arn from this resource, so that it comes after it; \
             otherwise the next apply does. What nothing here associates is lost.",
            attempt.object.to_string().replacen('t', "T", 1),
            if may_be_taken_over { ", unless it is taken over" } else { "" },
            found.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
        );
        let summary = format!("Policies go with {planned}");
        cx.warn(Diagnostic::warning(summary, detail));
    }
    Ok(found.iter().any(is_cluster_admin))
}

fn is_cluster_admin((arn, scope): (&String, &AccessScope)) -> bool {
    *scope == AccessScope::Cluster && PolicyRef::parse(arn).is_ok_and(|policy| policy.name() == CLUSTER_ADMIN)
}

/// The names of the policies that an entry owns; `None` when it owns none, or when not all of them are known.
pub(super) fn owned(entry: &AccessEntryModel) -> Option<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for policy in entry.access_policies.known()?.keys() {
        names.insert(PolicyRef::parse(policy).ok()?.name().to_owned());
    }
    Some(names)
}

/// Whether the entry's own policies give every right in the whole cluster.
pub(super) fn give_cluster_admin(entry: &AccessEntryModel) -> bool {
    let gives = |(policy, of): (&String, &AccessPolicyModel)| {
        let is_it = PolicyRef::parse(policy).is_ok_and(|policy| policy.name() == CLUSTER_ADMIN);
        is_it && of.access_scope.known().is_some_and(|scope| scope.to_api() == AccessScope::Cluster)
    };
    entry.access_policies.known().is_some_and(|policies| policies.iter().any(gives))
}

/// Refuses two keys that mean one policy.
pub(super) fn check_distinct<'a>(policies: impl Iterator<Item = &'a String>, diagnostics: &mut Diagnostics) {
    let mut seen: Vec<(&str, PolicyRef)> = Vec::new();
    for policy in policies {
        let Ok(parsed) = PolicyRef::parse(policy) else { continue };
        if let Some((other, _)) = seen.iter().find(|(_, other)| other.means_the_same_as(&parsed)) {
            let detail =
                format!("{other:?} and {policy:?} are one policy, which an entry has at most once. Remove one.");
            let at = AttributePath::attribute("access_policies").then_key(policy);
            diagnostics.push(Diagnostic::error("Policy named twice", detail).at(at));
        }
        seen.push((policy, parsed));
    }
}

fn to_api(policies: &Policies, eks: &Eks) -> BTreeMap<String, AccessScope> {
    let partition = partition_of_region(eks.region());
    let translate = |(policy, of): (&String, &AccessPolicyModel)| {
        let arn = PolicyRef::parse(policy).map_or_else(|_| policy.clone(), |policy| policy.arn(partition));
        Some((arn, of.access_scope.known()?.to_api()))
    };
    filled!(policies.iter().filter_map(translate))
}

fn is_same(written: &str, arn: &str) -> bool {
    match (PolicyRef::parse(written), PolicyRef::parse(arn)) {
        (Ok(written), Ok(arn)) => written.means_the_same_as(&arn),
        _ => written == arn,
    }
}

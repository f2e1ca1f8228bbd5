use std::collections::BTreeSet;
use std::time::Duration;

use crate::aws::{self, AuthenticationMode, AwsError, Budget, Eks, EntryType, NewAccessEntry};
use crate::framework::{
    Call, Change, Create, Cx, DefaultTimeouts, Diagnostic, Diagnostics, Failed, Move, Resource, Update,
};
use crate::value::Value;

use self::model::{AccessEntryIdentity, AccessEntryModel};
use self::retag::retag;
use super::client::{Client, budget};
use super::error::Attempt;
use super::lockout::{self, Loss};
use super::{import_id, search};

mod conflict;
mod model;
mod moves;
mod plan;
mod planned_entry;
mod policies;
mod retag;
mod validate;

/// `eks_access_entry`: lets one IAM principal into one cluster.
pub struct AccessEntry;

impl Resource for AccessEntry {
    const NAME: &'static str = "eks_access_entry";
    const DESCRIPTION: &'static str = "\
Lets an IAM principal into an EKS cluster: as a Kubernetes user with groups, or as a node. With `access_policies`, also says \
what the principal may do there.";
    const TIMEOUTS: DefaultTimeouts = DefaultTimeouts::all(Duration::from_secs(10 * 60));
    const CALLS: &'static [Call] = &[
        Call::new(
            "eks:ListAccessEntries",
            "plans of a new entry, once for each cluster; plans that remove an entry or its administration",
        ),
        Call::new("eks:DescribeAccessEntry", "refresh and import; where the entry is there already"),
        Call::new(
            "eks:ListAssociatedAccessPolicies",
            "refresh, with `access_policies`; plans that remove an administrator, make an entry again or take one over",
        ),
        Call::new("eks:ListAccessPolicies", "plans of a policy whose name this provider does not know; optional"),
        Call::new("eks:CreateAccessEntry", "create").also(&[
            ("iam:PassRole", "on the role of the nodes, for the types of nodes"),
            ("eks:TagResource", "with tags"),
        ]),
        Call::new("eks:UpdateAccessEntry", "changes of groups and user name; adopt"),
        Call::new("eks:TagResource", "changes of tags; adopt"),
        Call::new("eks:UntagResource", "changes of tags; adopt"),
        Call::new("eks:AssociateAccessPolicy", "changes of `access_policies`, one for each policy"),
        Call::new(
            "eks:DisassociateAccessPolicy",
            "changes of `access_policies`, one for each policy that is taken out",
        ),
        Call::new("eks:DeleteAccessEntry", "delete"),
        Call::new("eks:DescribeCluster", "plans of a new entry, where the cluster has no entries or is not there"),
        Call::new("eks:ListUpdates", "create, while the cluster changes its authentication mode"),
        Call::new("eks:DescribeUpdate", "create, while the cluster changes its authentication mode"),
        Call::new(
            "sts:GetCallerIdentity",
            "plans of nodes, plans that remove an entry or make it again, unless `lockout_guard` is `off`, and delete, if it is \
             `refuse`",
        ),
    ];
    const ON_DESTROY: &'static str = "\
The entry is deleted, and with it every policy that is associated with it, whoever has associated it: the principal is locked out, \
within seconds, unless `aws-auth` still lets it in. The plan warns when this is the entry of whoever runs it, \
or the last one with cluster-admin rights (`lockout_guard`).";
    type Client = Client;
    type Model = AccessEntryModel;
    type Identity = AccessEntryIdentity;

    fn identity(&self, state: &AccessEntryModel) -> AccessEntryIdentity {
        AccessEntryIdentity {
            cluster_name: state.cluster_name.clone(),
            principal_arn: state.principal_arn.clone(),
            region: state.region.clone(),
        }
    }

    fn parse_import_id(&self, id: &str) -> Result<AccessEntryIdentity, Diagnostics> {
        let (rest, region) = import_id::split_region(id);
        match rest.split_once(':') {
            Some((cluster, principal)) if !cluster.is_empty() && principal.starts_with("arn:") => {
                Ok(AccessEntryIdentity {
                    cluster_name: Value::Known(cluster.to_owned()),
                    principal_arn: Value::Known(principal.to_owned()),
                    region: region.map(str::to_owned).into(),
                })
            }
            _ => Err(import_id::unreadable(
                id,
                "CLUSTER_NAME:PRINCIPAL_ARN",
                "\"my-cluster:arn:aws:iam::111122223333:role/viewer\"",
            )),
        }
    }

    fn validate(&self, config: &AccessEntryModel) -> Result<(), Diagnostics> {
        validate::check(config)
    }

    async fn plan(&self, cx: &Cx<'_, Client>, change: Change<'_, AccessEntryModel>) -> Result<(), Diagnostics> {
        plan::plan(cx, change).await
    }

    /// None of its own is not written down, be it a user name, groups or tags.
    fn generate_config(&self, state: &mut AccessEntryModel) {
        state.leave_out_what_eks_owns();
        if state.user_name.known().is_some_and(|name| state.default_user_name().as_ref() == Some(name)) {
            state.user_name = Value::Null;
        }
        let groups = std::mem::take(&mut state.kubernetes_groups);
        state.kubernetes_groups = groups.into_known().filter(|groups| !groups.is_empty()).into();
        state.tags = std::mem::take(&mut state.tags).into_known().filter(|tags| !tags.is_empty()).into();
    }

    fn moves(&self) -> &'static [Move<AccessEntryModel>] {
        moves::MOVES
    }

    async fn create(
        &self,
        cx: &Cx<'_, Client>,
        Create { planned, .. }: Create<AccessEntryModel>,
    ) -> Result<AccessEntryModel, Failed<AccessEntryModel>> {
        let attempt = Attempt { summary: "Cannot create EKS access entry", object: &planned };
        let eks = planned.eks(cx, &attempt).await?;
        let budget = budget(cx);
        let (entry, before) = match make(&eks, &new_entry(&planned), &budget).await {
            Ok(entry) => (entry, policies::Before::New),
            Err(error) if error.is_entry_already_there() => {
                let entry = conflict::resolve(cx, &eks, &planned, &attempt, &error).await?;
                (entry, policies::Before::NotOurs)
            }
            Err(error) => return Err(attempt.failed(&error).into()),
        };
        if let Some(key) = planned.key() {
            cx.client.walk.has_made_entry(key, planned.principal_unique_id.known().cloned());
        }
        let mut state = AccessEntryModel::from_api(entry, &eks, &planned, &cx.client.tags);
        let adopted = matches!(before, policies::Before::NotOurs);
        match policies::settle(cx, &eks, &mut state, &planned, before).await {
            Ok(()) => Ok(state),
            // In the state it would be tainted, and the next plan would remove an entry that was there before. As it is, the
            // next plan adopts it again.
            Err(Failed { diagnostics, state }) if adopted => {
                let policies =
                    state.iter().filter_map(|state| state.access_policies.known()).flat_map(|all| all.keys());
                let detail = format!(
                    "{planned} was not adopted in full, and is not in the state: the next apply adopts it again. Its policies now: \
                     {}.",
                    policies.map(String::as_str).collect::<Vec<_>>().join(", ")
                );
                cx.warn(Diagnostic::warning("EKS access entry adopted in part", detail));
                Err(diagnostics.into())
            }
            Err(failed) => Err(failed),
        }
    }

    async fn read(
        &self,
        cx: &Cx<'_, Client>,
        identity: &AccessEntryIdentity,
        prior: Option<&AccessEntryModel>,
    ) -> Result<Option<AccessEntryModel>, Diagnostics> {
        let sought = AccessEntryModel::sought(identity);
        let shown = prior.unwrap_or(&sought);
        let attempt = Attempt { summary: "Cannot read EKS access entry", object: shown };
        let eks = shown.eks(cx, &attempt).await?;
        let Some(entry) = find_access_entry(cx, &eks, shown, &attempt).await? else {
            if prior.is_none() {
                search::check_has_entries(&eks, shown.cluster(), &budget(cx)).await?;
            }
            return Ok(None);
        };
        let mut state = AccessEntryModel::from_api(entry, &eks, shown, &cx.client.tags);
        if prior.is_none() {
            state.leave_out_what_eks_owns();
        }
        // Without access_policies, what is associated with the entry is not this resource's business.
        if let Value::Known(shown) = &shown.access_policies {
            match policies::find(cx, &eks, &state, &attempt).await? {
                Some(found) => state.access_policies = Value::Known(policies::from_api(&found, shown)),
                None => return Ok(None),
            }
        }
        Ok(Some(state))
    }

    async fn update(
        &self,
        cx: &Cx<'_, Client>,
        Update { prior, planned, .. }: Update<AccessEntryModel>,
    ) -> Result<AccessEntryModel, Failed<AccessEntryModel>> {
        let attempt = Attempt { summary: "Cannot update EKS access entry", object: &planned };
        let eks = planned.eks(cx, &attempt).await?;

        // What has been done so far goes into the state, also if the next step fails.
        let mut state = AccessEntryModel { timeouts: planned.timeouts.clone(), ..prior.clone() };
        let leaving = |state: AccessEntryModel| move |wrong: Diagnostics| Failed::leaving(state, wrong);
        update_names(cx, &eks, &mut state, &planned, &attempt).await.map_err(leaving(state.clone()))?;
        update_tags(cx, &eks, &mut state, &planned, &attempt).await.map_err(leaving(state.clone()))?;
        fill_in(cx, &eks, &mut state, &attempt).await.map_err(leaving(state.clone()))?;
        policies::settle(cx, &eks, &mut state, &planned, policies::Before::of(&prior)).await?;

        state.on_conflict = planned.on_conflict;
        state.principal_unique_id = planned.principal_unique_id;
        Ok(state)
    }

    async fn delete(&self, cx: &Cx<'_, Client>, prior: AccessEntryModel) -> Result<(), Diagnostics> {
        if prior.key().is_some_and(|key| cx.client.walk.made_entry(&key).is_some()) {
            log_info!(entry = %prior, "another resource has just made it: only the state forgets this one");
            return Ok(());
        }
        if let Some(key) = prior.key().filter(|_| prior.entry_type() == EntryType::Standard) {
            lockout::check_caller(cx, &key, Loss::Entry).await?;
        }
        let attempt = Attempt { summary: "Cannot delete EKS access entry", object: &prior };
        let eks = prior.eks(cx, &attempt).await?;
        let (cluster, principal) = (prior.cluster(), prior.principal());
        // That it was gone before is as good.
        eks.delete_access_entry(cluster, principal, &budget(cx)).await.map_err(|error| attempt.failed(&error))?;
        if let Some(key) = prior.key() {
            cx.client.walk.has_removed_entry(key);
        }
        Ok(())
    }
}

/// The entry that a model speaks of.
async fn find_access_entry(
    cx: &Cx<'_, Client>,
    eks: &Eks,
    model: &AccessEntryModel,
    attempt: &Attempt<'_>,
) -> Result<Option<aws::AccessEntry>, Diagnostics> {
    let found = eks.find_access_entry(model.cluster(), model.principal(), &budget(cx)).await;
    found.map_err(|error| attempt.failed(&error).into())
}

/// Makes the entry, on a cluster that is on its way to a mode with access entries as soon as it is there.
async fn make(eks: &Eks, new: &NewAccessEntry, budget: &Budget) -> Result<aws::AccessEntry, AwsError> {
    let mut has_changed = false;
    loop {
        let refused = match eks.create_access_entry(new, budget).await {
            Err(error) if error.is_wrong_authentication_mode() => error,
            made => return made,
        };
        // Whoever may not look at updates is told what is wrong with the mode, not with the look.
        let updates = eks.updates_in_progress(&new.cluster_name, budget).await.unwrap_or_default();
        let Some(update) = updates.into_iter().find(|update| update.update_type == "AccessConfigUpdate") else {
            // It may have ended since the refusal.
            let cluster = eks.fresh().find_cluster(&new.cluster_name, budget).await.unwrap_or_default();
            let has_entries =
                cluster.is_some_and(|cluster| cluster.authentication_mode != AuthenticationMode::ConfigMap);
            if !has_entries || std::mem::replace(&mut has_changed, true) {
                return Err(refused);
            }
            continue;
        };
        log_info!(%refused, "waiting for update {} of cluster {} to end", update.id, new.cluster_name);
        eks.wait_for_update(&new.cluster_name, &update.id, budget).await?;
    }
}

/// What EKS is sent. Of what EKS owns on nodes, nothing.
fn new_entry(planned: &AccessEntryModel) -> NewAccessEntry {
    let entry_type = planned.entry_type();
    let ours = !entry_type.owns_groups_and_user_name();
    NewAccessEntry {
        cluster_name: planned.cluster().to_owned(),
        principal_arn: planned.principal().to_owned(),
        entry_type,
        kubernetes_groups: planned.kubernetes_groups.known().filter(|groups| ours && !groups.is_empty()).cloned(),
        user_name: planned.user_name.known().filter(|name| ours && !name.is_empty()).cloned(),
        tags: planned.tags_all.known().cloned().unwrap_or_default(),
        token: None,
    }
}

/// Groups and user name go together: EKS replaces both.
async fn update_names(
    cx: &Cx<'_, Client>,
    eks: &Eks,
    state: &mut AccessEntryModel,
    planned: &AccessEntryModel,
    attempt: &Attempt<'_>,
) -> Result<(), Diagnostics> {
    let same = state.kubernetes_groups == planned.kubernetes_groups && state.user_name == planned.user_name;
    if same || state.entry_type().owns_groups_and_user_name() {
        state.kubernetes_groups = planned.kubernetes_groups.clone();
        state.user_name = planned.user_name.clone();
        return Ok(());
    }
    let groups: BTreeSet<String> = planned.kubernetes_groups.known().cloned().unwrap_or_default();
    let user_name = planned.user_name.known().map(String::as_str).filter(|name| !name.is_empty());
    let entry = eks
        .update_access_entry(state.cluster(), state.principal(), &groups, user_name, &budget(cx))
        .await
        .map_err(|error| attempt.failed(&error))?;
    state.user_name = planned.user_name.clone();
    state.take_names(entry);
    Ok(())
}

/// Looks up what EKS owns on a node, where the state does not have it: when the first change comes with the import.
async fn fill_in(
    cx: &Cx<'_, Client>,
    eks: &Eks,
    state: &mut AccessEntryModel,
    attempt: &Attempt<'_>,
) -> Result<(), Diagnostics> {
    if (state.kubernetes_groups.is_unknown() || state.user_name.is_unknown())
        && let Some(entry) = find_access_entry(cx, eks, state, attempt).await?
    {
        state.take_names(entry);
    }
    Ok(())
}

async fn update_tags(
    cx: &Cx<'_, Client>,
    eks: &Eks,
    state: &mut AccessEntryModel,
    planned: &AccessEntryModel,
    attempt: &Attempt<'_>,
) -> Result<(), Diagnostics> {
    let (Value::Known(from), Value::Known(to), Value::Known(arn)) =
        (&state.tags_all, &planned.tags_all, &state.access_entry_arn)
    else {
        return Ok(());
    };
    let mut now = from.clone();
    if let Err(error) = retag(eks, arn, &mut now, to, &budget(cx)).await {
        if now != *from {
            state.tags = Value::Known(cx.client.tags.own(&now, &state.tags));
            state.tags_all = Value::Known(now);
        }
        return Err(attempt.failed(&error).into());
    }
    state.tags_all = planned.tags_all.clone();
    state.tags = planned.tags.clone();
    Ok(())
}

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use crate::aws::principal::Principal;
use crate::aws::{Eks, EntryType};
use crate::framework::schema::{block, computed, optional, required};
use crate::framework::{
    Change, Create, Cx, DefaultTimeouts, Diagnostic, Diagnostics, Failed, Resource, Timeouts, Update,
};
use crate::model;
use crate::value::Value;

use super::client::{Client, budget};
use super::error::Attempt;
use super::lockout::{self, Loss};
use super::walk::EntryKey;
use super::{argument, import_id, pattern, search};

/// `eks_access_entries_exclusive`: the complete set of principals of a cluster.
pub struct AccessEntriesExclusive;

model! {
    /// Configuration, plan and state of an `eks_access_entries_exclusive`.
    pub struct AccessEntriesExclusiveModel {
        /// The name of the EKS cluster.
        pub cluster_name: Value<String> = argument::cluster_name(),
        /// The ARNs of all IAM principals that may have an access entry. An entry of any other principal is removed. This
        /// makes no entries: `eks_access_entry` does.
        pub principal_arns: Value<BTreeSet<String>> = required().check(argument::check_principal_arn),
        /// Principals whose entries are left alone, as patterns in which `*` stands for any characters.
        pub ignore: Value<BTreeSet<String>> = optional(),
        /// Whether entries of nodes (every type but `STANDARD`) are removed too. EKS makes such entries by itself for
        /// managed node groups, for Fargate and for Auto Mode; without them, nodes can no longer join.
        pub include_nodes: Value<bool> = optional().default_value(false),
        /// Whether entries of service-linked roles are removed too. EKS and other services of AWS make them for themselves.
        pub include_service_linked_roles: Value<bool> = optional().default_value(false),
        /// The region of the cluster. The provider's region if left out.
        pub region: Value<String> = argument::region(),
        /// The same as `cluster_name`.
        pub id: Value<String> = computed(),
        /// How long operations may take.
        pub timeouts: Value<Timeouts> = block(),
    }
}

model! {
    /// What names the set of principals of a cluster.
    pub struct AccessEntriesExclusiveIdentity {
        /// The name of the EKS cluster.
        pub cluster_name: Value<String> = required(),
        /// The region of the cluster.
        pub region: Value<String> = optional(),
    }
}

type Model = AccessEntriesExclusiveModel;

impl Resource for AccessEntriesExclusive {
    const NAME: &'static str = "eks_access_entries_exclusive";
    const DESCRIPTION: &'static str = "\
The complete set of principals that have an access entry on an EKS cluster: the entries of all others are removed. What EKS owns \
is left alone unless asked for, and the entry of whoever runs this is never removed. Destroying it removes no entry.";
    const TIMEOUTS: DefaultTimeouts = DefaultTimeouts::all(Duration::from_secs(10 * 60));
    type Client = Client;
    type Model = AccessEntriesExclusiveModel;
    type Identity = AccessEntriesExclusiveIdentity;

    fn identity(&self, state: &Model) -> AccessEntriesExclusiveIdentity {
        AccessEntriesExclusiveIdentity { cluster_name: state.cluster_name.clone(), region: state.region.clone() }
    }

    fn parse_import_id(&self, id: &str) -> Result<AccessEntriesExclusiveIdentity, Diagnostics> {
        let (cluster, region) = import_id::cluster(id)?;
        Ok(AccessEntriesExclusiveIdentity { cluster_name: Value::Known(cluster), region: region.into() })
    }

    async fn plan(&self, cx: &Cx<'_, Client>, change: Change<'_, Model>) -> Result<(), Diagnostics> {
        match change {
            Change::Create { config, planned, .. } => {
                planned.decide(cx, config).await?;
                plan_removals(cx, None, planned).await
            }
            Change::Update { config, prior, planned, .. } => {
                if cx.client.is_known() {
                    planned.decide(cx, config).await?;
                }
                // A set of another cluster is a new one, and planned as such.
                let stays = planned.cluster_name == prior.cluster_name && planned.region == prior.region;
                if stays { plan_removals(cx, Some(prior), planned).await } else { Ok(()) }
            }
            Change::Delete { .. } => Ok(()),
        }
    }

    async fn create(&self, cx: &Cx<'_, Client>, create: Create<Model>) -> Result<Model, Failed<Model>> {
        let planned = create.planned;
        // Of a creation that fails nothing remains but entries: the next plan names those that are still there.
        remove(cx, None, &planned).await.map_err(|stuck| stuck.diagnostics)?;
        Ok(planned)
    }

    async fn read(
        &self,
        cx: &Cx<'_, Client>,
        identity: &AccessEntriesExclusiveIdentity,
        prior: Option<&Model>,
    ) -> Result<Option<Model>, Diagnostics> {
        let sought = Model::sought(identity);
        let shown = prior.unwrap_or(&sought);
        let name = shown.to_string();
        let attempt = Attempt { summary: "Cannot read EKS access entries", object: &name };
        let eks = shown.eks(cx, &attempt).await?;
        let Some(others) = find_others(cx, &eks, shown, &attempt).await? else { return Ok(None) };
        // Whoever is not in the set shows as if it had been, so that the plan names whom it removes.
        let principals = shown.principal_arns.known().into_iter().flatten().chain(&others).cloned().collect();
        let region = eks.region().to_owned();
        Ok(Some(Model {
            principal_arns: Value::Known(principals),
            region: Value::Known(region),
            id: shown.cluster_name.clone(),
            ..shown.clone()
        }))
    }

    async fn update(&self, cx: &Cx<'_, Client>, update: Update<Model>) -> Result<Model, Failed<Model>> {
        let Update { prior, planned, .. } = update;
        match remove(cx, Some(&prior), &planned).await {
            Ok(()) => Ok(planned),
            Err(Stuck { left, diagnostics }) => {
                let principals = planned.principal_arns.known().into_iter().flatten().cloned().chain(left).collect();
                Err(Failed::leaving(Model { principal_arns: Value::Known(principals), ..planned }, diagnostics))
            }
        }
    }

    /// Forgets: nobody gets an entry back, and nobody loses one.
    async fn delete(&self, _: &Cx<'_, Client>, _: Model) -> Result<(), Diagnostics> {
        Ok(())
    }
}

const SUMMARY: &str = "Cannot remove EKS access entries";

/// Removals that did not all succeed.
struct Stuck {
    /// Who still has an entry.
    left: BTreeSet<String>,
    diagnostics: Diagnostics,
}

/// The principals that have an entry and should not; `None` if there is no such cluster.
async fn find_others(
    cx: &Cx<'_, Client>,
    eks: &Eks,
    model: &Model,
    attempt: &Attempt<'_>,
) -> Result<Option<BTreeSet<String>>, Diagnostics> {
    let budget = budget(cx);
    let failed = |error| Diagnostics::from(attempt.failed(&error));
    let Some(all) = eks.access_entry_principals(model.cluster(), None, &budget).await.map_err(failed)? else {
        // A cluster in mode CONFIG_MAP has no entries.
        let cluster = eks.find_cluster(model.cluster(), &budget).await.map_err(failed)?;
        return Ok(cluster.map(|_| BTreeSet::new()));
    };
    let mut others = BTreeSet::new();
    for principal in all.into_iter().filter(|principal| model.concerns(principal)) {
        if !model.include_nodes.known().copied().unwrap_or_default() {
            let entry = eks.find_access_entry(model.cluster(), &principal, &budget).await.map_err(failed)?;
            if entry.is_none_or(|entry| entry.entry_type != EntryType::Standard) {
                continue;
            }
        }
        others.insert(principal);
    }
    if !others.is_empty() {
        let caller = cx.client.caller(Some(eks.region()), &budget).await.map_err(failed)?;
        others.retain(|principal| !principal.parse::<Principal>().is_ok_and(|principal| caller.is(&principal)));
    }
    Ok(Some(others))
}

/// Whom the change from one set to another removes; `None` if there is no such cluster.
///
/// An entry that the prior set neither names nor leaves alone was not there when the state was read: nobody has been told
/// of it yet, so it stays until the next plan shows it.
async fn find_removals(
    cx: &Cx<'_, Client>,
    eks: &Eks,
    prior: Option<&Model>,
    planned: &Model,
    attempt: &Attempt<'_>,
) -> Result<Option<BTreeSet<String>>, Diagnostics> {
    let Some(mut removals) = find_others(cx, eks, planned, attempt).await? else { return Ok(None) };
    if let Some(prior) = prior {
        let unseen = find_others(cx, eks, prior, attempt).await?.unwrap_or_default();
        removals.retain(|principal| !unseen.contains(principal));
    }
    Ok(Some(removals))
}

/// Removes whom the plan of this walk has named, and nobody else.
async fn remove(cx: &Cx<'_, Client>, prior: Option<&Model>, planned: &Model) -> Result<(), Stuck> {
    let name = planned.to_string();
    let attempt = Attempt { summary: SUMMARY, object: &name };
    let nothing_done = |diagnostics| Stuck { left: planned.beyond(prior), diagnostics };
    let eks = planned.eks(cx, &attempt).await.map_err(nothing_done)?;
    let found = find_removals(cx, &eks, prior, planned, &attempt).await.map_err(nothing_done)?;
    let Some(mut left) = found else { return Err(nothing_done(no_such_cluster(planned).into())) };
    left.retain(|principal| planned.key(principal).is_some_and(|key| cx.client.walk.is_excluded(&key)));
    while let Some(principal) = left.first() {
        let entry = format!("the access entry of {principal} on cluster {}", planned.cluster());
        let attempt = Attempt { summary: SUMMARY, object: &entry };
        tracing::info!(
            cluster = planned.cluster(),
            principal,
            "removing an access entry that is not in principal_arns"
        );
        if let Err(error) = eks.delete_access_entry(planned.cluster(), principal, &budget(cx)).await {
            return Err(Stuck { left, diagnostics: attempt.failed(&error).into() });
        }
        left.pop_first();
    }
    Ok(())
}

/// Names whom the change removes, holds that against the rest of the plan, and notes it for apply.
async fn plan_removals(cx: &Cx<'_, Client>, prior: Option<&Model>, planned: &Model) -> Result<(), Diagnostics> {
    if !(cx.client.is_known() && planned.is_decided()) {
        return Ok(());
    }
    let name = planned.to_string();
    let attempt = Attempt { summary: "Cannot plan EKS access entries", object: &name };
    let eks = planned.eks(cx, &attempt).await?;
    let Some(removals) = find_removals(cx, &eks, prior, planned, &attempt).await? else {
        let detail = format!(
            "There is no cluster {} in {} now. Unless something else in this plan makes it first, apply will fail.",
            planned.cluster(),
            eks.region()
        );
        cx.warn(Diagnostic::warning("No such cluster yet", detail).at_attribute("cluster_name"));
        return Ok(());
    };
    // Whom the state names, the plan shows as taken out.
    let shown = |principal: &&String| prior.is_some_and(|prior| prior.names(principal));
    let unshown: String = removals.iter().filter(|p| !shown(p)).map(|p| format!("  - {p}\n")).collect();
    if !unshown.is_empty() {
        let detail = format!(
            "Cluster {} has access entries of principals that are not in principal_arns. Apply removes them:\n\n{unshown}",
            planned.cluster()
        );
        cx.warn(Diagnostic::warning("Access entries will be removed", detail).at_attribute("principal_arns"));
    }
    let keys: Vec<_> = removals.iter().filter_map(|principal| planned.key(principal)).collect();
    for key in &keys {
        cx.client.walk.exclude(key).map_err(|wrong| wrong.at_attribute("principal_arns"))?;
    }
    for key in &keys {
        lockout::check(cx, &eks, key, Loss::Entry).await?;
    }
    Ok(())
}

fn no_such_cluster(planned: &Model) -> Diagnostic {
    let region = planned.region.known().map(String::as_str).unwrap_or_default();
    let detail = format!(
        "There is no cluster {} in {region}. Check cluster_name, the region and the credentials. If this configuration makes \
         the cluster, take cluster_name from it, so that the cluster is made first.",
        planned.cluster()
    );
    Diagnostic::error(SUMMARY, detail).at_attribute("cluster_name")
}

impl Model {
    fn sought(identity: &AccessEntriesExclusiveIdentity) -> Self {
        Self {
            cluster_name: identity.cluster_name.clone(),
            region: identity.region.clone(),
            include_nodes: Value::Known(false),
            include_service_linked_roles: Value::Known(false),
            ..Self::default()
        }
    }

    fn cluster(&self) -> &str {
        self.cluster_name.known().map(String::as_str).unwrap_or_default()
    }

    /// Whether an entry of this principal would have to go, as far as its ARN tells.
    fn concerns(&self, principal: &str) -> bool {
        let is_service_linked = search::is_service_linked(principal);
        let is_ignored = self.ignore.known().is_some_and(|ignore| ignore.iter().any(|p| pattern::fits(p, principal)));
        let service_linked_too = self.include_service_linked_roles.known().copied().unwrap_or_default();
        !self.names(principal) && !is_ignored && (service_linked_too || !is_service_linked)
    }

    fn names(&self, principal: &str) -> bool {
        self.principal_arns.known().is_some_and(|named| named.contains(principal))
    }

    /// The principals that the prior set names and this one does not.
    fn beyond(&self, prior: Option<&Self>) -> BTreeSet<String> {
        let before = prior.and_then(|prior| prior.principal_arns.known()).into_iter().flatten();
        before.filter(|principal| !self.names(principal)).cloned().collect()
    }

    /// Whether enough is known to tell who has to go.
    fn is_decided(&self) -> bool {
        let is_known = self.cluster_name.known().is_some() && self.region.known().is_some();
        is_known && self.principal_arns.known().is_some() && !self.ignore.is_unknown()
    }

    fn key(&self, principal: &str) -> Option<EntryKey> {
        Some(EntryKey {
            region: self.region.known()?.clone(),
            cluster: self.cluster_name.known()?.clone(),
            principal: principal.to_owned(),
        })
    }

    async fn decide(&mut self, cx: &Cx<'_, Client>, config: &Self) -> Result<(), Diagnostics> {
        let name = self.to_string();
        let attempt = Attempt { summary: "Cannot plan EKS access entries", object: &name };
        argument::plan_region(cx.client, &attempt, &config.region, &mut self.region, &budget(cx)).await?;
        self.id = self.cluster_name.clone();
        Ok(())
    }

    async fn eks(&self, cx: &Cx<'_, Client>, attempt: &Attempt<'_>) -> Result<Eks, Diagnostics> {
        cx.client.eks(attempt, self.region.known().map(String::as_str), &budget(cx)).await
    }
}

/// The set in the middle of a sentence.
impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the access entries of cluster {}", self.cluster())?;
        match self.region.known() {
            Some(region) => write!(f, " in {region}"),
            None => Ok(()),
        }
    }
}

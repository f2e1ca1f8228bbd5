use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use crate::aws::principal::{Principal, PrincipalError};
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
use super::{argument, import_id, pattern};

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
                warn_of_removals(cx, planned).await
            }
            Change::Update { config, prior, planned, .. } => {
                if cx.client.is_known() {
                    planned.decide(cx, config).await?;
                }
                check_removals(cx, planned, &prior.beyond(planned)).await
            }
            Change::Delete { .. } => Ok(()),
        }
    }

    async fn create(&self, cx: &Cx<'_, Client>, create: Create<Model>) -> Result<Model, Failed<Model>> {
        let planned = create.planned;
        let name = planned.to_string();
        let attempt = Attempt { summary: SUMMARY, object: &name };
        let eks = planned.eks(cx, &attempt).await?;
        let others = find_others(cx, &eks, &planned, &attempt).await?;
        remove(cx, &eks, &planned, &others, &attempt).await.map_err(|stuck| Failed::leaving(planned.clone(), stuck))?;
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
        let found = eks.find_cluster(shown.cluster(), &budget(cx)).await.map_err(|error| attempt.failed(&error))?;
        if found.is_none() {
            return Ok(None);
        }
        let others = find_others(cx, &eks, shown, &attempt).await?;
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
        let name = planned.to_string();
        let attempt = Attempt { summary: SUMMARY, object: &name };
        let eks = planned.eks(cx, &attempt).await?;
        // Only whom the plan named, and of those only who would still be named now.
        let others = find_others(cx, &eks, &planned, &attempt).await?;
        let named = prior.beyond(&planned).into_iter().filter(|principal| others.contains(principal)).collect();
        remove(cx, &eks, &planned, &named, &attempt).await.map_err(|stuck| Failed::leaving(prior, stuck))?;
        Ok(planned)
    }

    /// Forgets: nobody gets an entry back, and nobody loses one.
    async fn delete(&self, _: &Cx<'_, Client>, _: Model) -> Result<(), Diagnostics> {
        Ok(())
    }
}

const SUMMARY: &str = "Cannot remove EKS access entries";

/// The principals that have an entry and should not.
async fn find_others(
    cx: &Cx<'_, Client>,
    eks: &Eks,
    model: &Model,
    attempt: &Attempt<'_>,
) -> Result<BTreeSet<String>, Diagnostics> {
    let budget = budget(cx);
    let failed = |error| Diagnostics::from(attempt.failed(&error));
    let all = eks.access_entry_principals(model.cluster(), None, &budget).await.map_err(failed)?;
    let mut others = BTreeSet::new();
    for principal in all.into_iter().flatten().filter(|principal| model.concerns(principal)) {
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
    Ok(others)
}

async fn remove(
    cx: &Cx<'_, Client>,
    eks: &Eks,
    model: &Model,
    principals: &BTreeSet<String>,
    attempt: &Attempt<'_>,
) -> Result<(), Diagnostics> {
    for principal in principals {
        tracing::info!(cluster = model.cluster(), principal, "removing an access entry that is not in principal_arns");
        let removed = eks.delete_access_entry(model.cluster(), principal, &budget(cx)).await;
        removed.map_err(|error| attempt.failed(&error))?;
    }
    Ok(())
}

/// A new set names whom it removes in a warning, because a plan shows nothing of what was there before it.
async fn warn_of_removals(cx: &Cx<'_, Client>, planned: &Model) -> Result<(), Diagnostics> {
    let known = planned.cluster_name.known().is_some() && planned.principal_arns.known().is_some();
    if !(known && cx.client.is_known()) {
        return Ok(());
    }
    let name = planned.to_string();
    let attempt = Attempt { summary: "Cannot plan EKS access entries", object: &name };
    let eks = planned.eks(cx, &attempt).await?;
    let others = find_others(cx, &eks, planned, &attempt).await?;
    if !others.is_empty() {
        let detail = format!(
            "Cluster {} has access entries of principals that are not in principal_arns. Apply removes them:\n\n{}",
            planned.cluster(),
            others.iter().map(|principal| format!("  - {principal}\n")).collect::<String>()
        );
        cx.warn(Diagnostic::warning("Access entries will be removed", detail).at_attribute("principal_arns"));
    }
    check_removals(cx, planned, &others).await
}

async fn check_removals(cx: &Cx<'_, Client>, planned: &Model, others: &BTreeSet<String>) -> Result<(), Diagnostics> {
    let (Value::Known(region), true) = (&planned.region, cx.client.is_known()) else { return Ok(()) };
    let key = |principal: &String| EntryKey {
        region: region.clone(),
        cluster: planned.cluster().to_owned(),
        principal: principal.clone(),
    };
    for principal in others {
        cx.client.walk.exclude(&key(principal)).map_err(|wrong| wrong.at_attribute("principal_arns"))?;
    }
    let name = planned.to_string();
    let attempt = Attempt { summary: "Cannot plan EKS access entries", object: &name };
    let eks = planned.eks(cx, &attempt).await?;
    for principal in others {
        lockout::check(cx, &eks, &key(principal), Loss::Entry).await?;
    }
    Ok(())
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
        let is_service_linked = principal.parse::<Principal>() == Err(PrincipalError::ServiceLinkedRole);
        let is_named = self.principal_arns.known().is_some_and(|named| named.contains(principal));
        let is_ignored = self.ignore.known().is_some_and(|ignore| ignore.iter().any(|p| pattern::fits(p, principal)));
        let service_linked_too = self.include_service_linked_roles.known().copied().unwrap_or_default();
        !is_named && !is_ignored && (service_linked_too || !is_service_linked)
    }

    /// The principals of this set that are not in the other.
    fn beyond(&self, other: &Self) -> BTreeSet<String> {
        match (&self.principal_arns, &other.principal_arns) {
            (Value::Known(all), Value::Known(some)) => all.difference(some).cloned().collect(),
            _ => BTreeSet::new(),
        }
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

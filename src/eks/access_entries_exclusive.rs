use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use crate::aws::principal::Principal;
use crate::aws::{Eks, EntryType, Kind};
use crate::framework::schema::{block, computed, optional, required};
use crate::framework::{
    Call, Change, Create, Cx, DefaultTimeouts, Diagnostic, Diagnostics, Failed, Resource, Timeouts, Update,
};
use crate::model;
use crate::value::Value;

use super::client::{Client, budget};
use super::error::Attempt;
use super::exclusion::Exclusion;
use super::walk::{ClusterKey, EntryKey};
use super::{argument, import_id, search};

mod plan;

/// `eks_access_entries_exclusive`: the complete set of principals of a cluster.
pub struct AccessEntriesExclusive;

model! {
    /// Configuration, plan and state of an `eks_access_entries_exclusive`.
    pub struct AccessEntriesExclusiveModel {
        /// The name of the EKS cluster.
        pub cluster_name: Value<String> = argument::cluster_name(),
        /// The ARNs of all IAM principals that may have an access entry. The entry of any other principal shows in the plan
        /// as taken out of this set, and apply removes it. This makes no entries: `eks_access_entry` does. Those of
        /// service-linked roles may be named too, so that `include_service_linked_roles` leaves them alone.
        pub principal_arns: Value<BTreeSet<Value<String>>> = required().check(argument::check_sought_principal),
        /// Principals whose entries are left alone, as patterns in which `*` stands for any characters.
        pub ignore: Value<BTreeSet<Value<String>>> = optional(),
        /// Whether entries of nodes (every type but `STANDARD`) are removed too. EKS makes such entries by itself for
        /// managed node groups, for Fargate and for Auto Mode; without them, nodes can no longer join.
        pub include_nodes: Value<bool> = optional().default_value(false),
        /// Whether entries of service-linked roles are removed too. EKS and other services of AWS make them for themselves,
        /// and EKS may refuse to have them removed by anybody else: apply then fails and says so.
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
        pub cluster_name: Value<String> = required().check(argument::check_cluster_name),
        /// The region of the cluster.
        pub region: Value<String> = optional(),
    }
}

type Model = AccessEntriesExclusiveModel;

impl Resource for AccessEntriesExclusive {
    const NAME: &'static str = "eks_access_entries_exclusive";
    const DESCRIPTION: &'static str = "\
The complete set of principals that have an access entry on an EKS cluster: the entries of all others are removed. An apply \
removes the entries of those whom its plan shows as taken out of `principal_arns`, and no others. A new set has nobody to take out: \
it removes none, and the plan after it shows who is too many; a set that is imported shows them at once. What EKS owns is left alone \
unless asked for, and the entry of whoever runs this is never removed. Destroying it removes no entry.";
    const TIMEOUTS: DefaultTimeouts = DefaultTimeouts::all(Duration::from_secs(10 * 60));
    const CALLS: &'static [Call] = &[
        Call::new("eks:ListAccessEntries", "plan, refresh, import, and before entries are removed"),
        Call::new(
            "eks:DescribeAccessEntry",
            "one for each entry that is not in the set, to tell nodes from people; none with `include_nodes`",
        ),
        Call::new("eks:DeleteAccessEntry", "update, one for each entry that is removed"),
        Call::new("eks:DescribeCluster", "create; where the cluster has no entries or is not there"),
        Call::new("eks:ListAssociatedAccessPolicies", "plans that remove an administrator"),
        Call::new(
            "sts:GetCallerIdentity",
            "where an entry is not in the set: the entry of whoever runs this is never removed",
        ),
    ];
    const ON_DESTROY: &'static str = "\
Terraform forgets the set. No entry is removed, and none comes back; from then on nobody is removed for not being in it.";
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
        plan::plan(cx, change).await
    }

    /// Removes nobody. What a plan tells its apply is the planned set alone: whose entries were there when it was made is
    /// not in it. The next plan shows them as taken out.
    async fn create(&self, cx: &Cx<'_, Client>, create: Create<Model>) -> Result<Model, Failed<Model>> {
        let planned = create.planned;
        let attempt = Attempt { summary: "Cannot watch over EKS access entries", object: &planned };
        let eks = planned.eks(cx, &attempt).await?;
        let cluster = eks.find_cluster(planned.cluster(), &budget(cx)).await.map_err(|error| attempt.failed(&error))?;
        if cluster.is_some() { Ok(planned) } else { Err(no_such_cluster(&planned, attempt.summary).into()) }
    }

    async fn read(
        &self,
        cx: &Cx<'_, Client>,
        identity: &AccessEntriesExclusiveIdentity,
        prior: Option<&Model>,
    ) -> Result<Option<Model>, Diagnostics> {
        let sought = Model::sought(identity);
        let shown = prior.unwrap_or(&sought);
        let attempt = Attempt { summary: "Cannot read EKS access entries", object: shown };
        let eks = shown.eks(cx, &attempt).await?;
        let Some(others) = find_others(cx, &eks, shown, &attempt).await? else { return Ok(None) };
        // Whoever is not in the set shows as if it had been, so that the plan names whom it removes.
        let principals = filled!(known(&shown.principal_arns).chain(&others).cloned().map(Value::Known));
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
        match remove(cx, &prior, &planned).await {
            Ok(()) => Ok(planned),
            Err(Stuck { left, diagnostics }) => {
                let principals = filled!(known(&planned.principal_arns).cloned().chain(left).map(Value::Known));
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
    let listed = match eks.is_known_without_entries(model.cluster()) {
        true => None,
        false => eks.access_entry_principals(model.cluster(), None, &budget).await.map_err(failed)?,
    };
    let Some(all) = listed else {
        // A cluster in mode CONFIG_MAP has no entries.
        let cluster = eks.find_cluster(model.cluster(), &budget).await.map_err(failed)?;
        return Ok(cluster.map(|_| BTreeSet::new()));
    };
    let exclusion = model.exclusion();
    let all = filled!(all.into_iter().filter(|principal| exclusion.concerns(principal)));
    retain_removable(cx, eks, model, all, attempt).await.map(Some)
}

/// Whose entries the change from one set to another removes, of those that are there: whom it takes out of
/// `principal_arns`, as the plan shows. An entry that the state did not show then is left for the next plan. In a plan, whoever
/// is known only after apply is not among those who are named.
async fn find_removals(
    cx: &Cx<'_, Client>,
    eks: &Eks,
    prior: &Model,
    planned: &Model,
    attempt: &Attempt<'_>,
) -> Result<BTreeSet<String>, Diagnostics> {
    let exclusion = planned.exclusion();
    let mut gone = planned.beyond(prior);
    gone.retain(|principal| exclusion.concerns(principal));
    retain_removable(cx, eks, planned, gone, attempt).await
}

/// Those principals whose entry is to go: not that of a node unless asked for, and not that of whoever runs this.
async fn retain_removable(
    cx: &Cx<'_, Client>,
    eks: &Eks,
    model: &Model,
    principals: BTreeSet<String>,
    attempt: &Attempt<'_>,
) -> Result<BTreeSet<String>, Diagnostics> {
    let budget = budget(cx);
    let failed = |error| Diagnostics::from(attempt.failed(&error));
    let nodes_too = model.exclusion().nodes_too;
    let mut removable = BTreeSet::new();
    for principal in principals {
        // Where nodes go too, the type of an entry makes no difference.
        if !nodes_too {
            let entry = eks.find_access_entry(model.cluster(), &principal, &budget).await.map_err(failed)?;
            if entry.is_none_or(|entry| entry.entry_type != EntryType::Standard) {
                continue;
            }
        }
        removable.insert(principal);
    }
    if !removable.is_empty() {
        let caller = cx.client.caller(Some(eks.region()), &budget).await.map_err(failed)?;
        removable.retain(|principal| !principal.parse::<Principal>().is_ok_and(|principal| caller.is(&principal)));
    }
    Ok(removable)
}

/// Removes whom the plan shows as taken out. Those whom EKS may refuse to remove come last.
async fn remove(cx: &Cx<'_, Client>, prior: &Model, planned: &Model) -> Result<(), Stuck> {
    let attempt = Attempt { summary: SUMMARY, object: planned };
    let nothing_done = |diagnostics| Stuck { left: planned.beyond(prior), diagnostics };
    let eks = planned.eks(cx, &attempt).await.map_err(nothing_done)?;
    let mut left = find_removals(cx, &eks, prior, planned, &attempt).await.map_err(nothing_done)?;
    let (last, first): (Vec<_>, Vec<_>) =
        left.iter().cloned().partition(|principal| search::is_service_linked(principal));
    for principal in first.into_iter().chain(last) {
        let entry = format!("the access entry of {principal} on cluster {}", planned.cluster());
        let attempt = Attempt { summary: SUMMARY, object: &entry };
        log_info!(cluster = planned.cluster(), principal, "removing an access entry that is not in principal_arns");
        if let Err(error) = eks.delete_access_entry(planned.cluster(), &principal, &budget(cx)).await {
            let mut diagnostic = attempt.failed(&error);
            if search::is_service_linked(&principal) && *error.kind() == Kind::InvalidParameter {
                diagnostic.detail.push_str(SERVICE_LINKED);
                diagnostic = diagnostic.at_attribute("include_service_linked_roles");
            }
            return Err(Stuck { left, diagnostics: diagnostic.into() });
        }
        left.remove(&principal);
    }
    Ok(())
}

const SERVICE_LINKED: &str = "\n\n\
EKS leaves the entry of a service-linked role to the service that it belongs to, and refuses to have it removed from here. Nothing \
else is left to remove. Take include_service_linked_roles out, or name the role in ignore or principal_arns. To be rid of the entry, \
switch off what the service does in this cluster.";

const CANNOT_PLAN: &str = "Cannot plan EKS access entries";

fn no_such_cluster(planned: &Model, summary: &'static str) -> Diagnostic {
    let region = planned.region.known().map(String::as_str).unwrap_or_default();
    let detail = format!(
        "There is no cluster {} in {region}. Check cluster_name, the region and the credentials. If this configuration makes \
         the cluster, take cluster_name from it, so that the cluster is made first.",
        planned.cluster()
    );
    Diagnostic::error(summary, detail).at_attribute("cluster_name")
}

/// Those of a set that are known.
fn known(set: &Value<BTreeSet<Value<String>>>) -> impl Iterator<Item = &String> {
    set.known().into_iter().flatten().filter_map(Value::known)
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

    /// Which cluster it is about, as people say it.
    fn place(&self) -> String {
        let region = self.region.known().map(|region| format!(" in {region}")).unwrap_or_default();
        format!("cluster {}{region}", self.cluster())
    }

    /// Who is too many.
    fn exclusion(&self) -> Exclusion {
        Exclusion {
            named: filled!(known(&self.principal_arns).cloned()),
            ignored: filled!(known(&self.ignore).cloned()),
            nodes_too: self.include_nodes.known().copied().unwrap_or_default(),
            service_linked_roles_too: self.include_service_linked_roles.known().copied().unwrap_or_default(),
            open: None,
        }
    }

    /// The same for whoever is in the set.
    fn leaves_alone(&self) -> Exclusion {
        Exclusion { named: BTreeSet::new(), ..self.exclusion() }
    }

    /// The principals that the prior set names and this one does not, as far as it is known.
    fn beyond(&self, prior: &Self) -> BTreeSet<String> {
        let named: BTreeSet<_> = known(&self.principal_arns).collect();
        filled!(known(&prior.principal_arns).filter(|principal| !named.contains(principal)).cloned())
    }

    fn cluster_key(&self) -> Option<ClusterKey> {
        Some((self.region.known()?.clone(), self.cluster_name.known()?.clone()))
    }

    fn keys(&self, principals: &BTreeSet<String>) -> impl Iterator<Item = EntryKey> {
        let key = |(region, cluster), principal: &String| EntryKey { region, cluster, principal: principal.clone() };
        principals.iter().filter_map(move |principal| Some(key(self.cluster_key()?, principal)))
    }

    async fn decide(&mut self, cx: &Cx<'_, Client>, config: &Self) -> Result<(), Diagnostics> {
        let attempt = Attempt { summary: CANNOT_PLAN, object: self };
        self.region = argument::planned_region(cx.client, &attempt, &config.region, &self.region, &budget(cx)).await?;
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
        write!(f, "the access entries of {}", self.place())
    }
}

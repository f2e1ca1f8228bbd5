use std::fmt;
use std::time::Duration;

use crate::aws::access_policy::PolicyRef;
use crate::aws::arn::partition_of_region;
use crate::aws::{self, AssociatedPolicy, AwsError, Budget, Eks};
use crate::framework::schema::{block, computed, required, required_block};
use crate::framework::{
    Call, Change, Create, Cx, DefaultTimeouts, Diagnostic, Diagnostics, Failed, Move, Resource, Timeouts, Update,
};
use crate::model;
use crate::value::{AttributePath, Dynamic, Value};

use super::access_scope::AccessScope;
use super::client::{Client, budget};
use super::error::Attempt;
use super::lockout::{self, CLUSTER_ADMIN, Loss};
use super::walk::{AssociationPlan, EntryKey, Intent};
use super::{argument, import_id, offered, search};

mod moves;
mod taken_over;

/// `eks_access_policy_association`: one access policy on one entry.
pub struct AccessPolicyAssociation;

model! {
    /// Configuration, plan and state of an `eks_access_policy_association`.
    pub struct AccessPolicyAssociationModel {
        /// The name of the EKS cluster.
        pub cluster_name: Value<String> = argument::cluster_name(),
        /// The ARN of the IAM principal whose entry gets the policy. Take it from the `eks_access_entry`, so that the entry
        /// is made first.
        pub principal_arn: Value<String> = argument::principal_arn(),
        /// The access policy, by name (`AmazonEKSViewPolicy`) or ARN.
        pub policy_arn: Value<String> =
            required().requires_replace_if(is_another_policy).check(argument::check_policy),
        /// The region of the cluster. The provider's region if left out.
        pub region: Value<String> = argument::region(),
        /// The ARN of the entry. An entry that is made again gets another one, and this association is made again with it.
        pub access_entry_arn: Value<String> = computed(),
        /// When the policy was associated, in RFC 3339.
        pub associated_at: Value<String> = computed(),
        /// `cluster_name`, `principal_arn` and the ARN of the policy, with a `#` in between.
        pub id: Value<String> = computed(),
        /// When the association was last changed, in RFC 3339.
        pub modified_at: Value<String> = computed().changes(),
        /// Where in the cluster the policy holds. A change is made in place, without a moment of no access.
        pub access_scope: Value<AccessScope> = required_block(),
        /// How long operations may take.
        pub timeouts: Value<Timeouts> = block(),
    }
}

model! {
    /// What names the association of a policy with an entry.
    pub struct AccessPolicyAssociationIdentity {
        /// The name of the EKS cluster.
        pub cluster_name: Value<String> = required().check(argument::check_cluster_name),
        /// The ARN of the IAM principal.
        pub principal_arn: Value<String> = required().check(argument::check_sought_principal),
        /// The ARN of the access policy.
        pub policy_arn: Value<String> = required().check(argument::check_policy),
        /// The region of the cluster.
        pub region: Value<String> = crate::framework::schema::optional(),
    }
}

type Model = AccessPolicyAssociationModel;

impl Resource for AccessPolicyAssociation {
    const NAME: &'static str = "eks_access_policy_association";
    const DESCRIPTION: &'static str = "\
Gives the principal of an access entry the rights of an EKS access policy, in the whole cluster or in some namespaces.";
    const TIMEOUTS: DefaultTimeouts = DefaultTimeouts::all(Duration::from_secs(10 * 60));
    const CALLS: &'static [Call] = &[
        Call::new(
            "eks:ListAssociatedAccessPolicies",
            "refresh, import and plans of new ones, once for each principal; plans that remove an administrator",
        ),
        Call::new("eks:DescribeAccessEntry", "create, refresh and import, once for each principal"),
        Call::new("eks:ListAccessPolicies", "plans of a policy whose name this provider does not know; optional"),
        Call::new("eks:AssociateAccessPolicy", "create, and changes of the scope"),
        Call::new("eks:DisassociateAccessPolicy", "delete"),
        Call::new("eks:ListAccessEntries", "plans that remove an administrator, unless `lockout_guard` is `off`"),
        Call::new(
            "sts:GetCallerIdentity",
            "plans that remove an administrator, unless `lockout_guard` is `off`, and with `refuse` their applies",
        ),
    ];
    const ON_DESTROY: &'static str = "\
The policy is disassociated from the entry. The entry stays, with its groups and its other policies. The plan warns when this takes \
the cluster-admin rights of whoever runs it, or the last ones that there are (`lockout_guard`).";
    type Client = Client;
    type Model = AccessPolicyAssociationModel;
    type Identity = AccessPolicyAssociationIdentity;

    fn identity(&self, state: &Model) -> AccessPolicyAssociationIdentity {
        AccessPolicyAssociationIdentity {
            cluster_name: state.cluster_name.clone(),
            principal_arn: state.principal_arn.clone(),
            // However it is written, it is one policy.
            policy_arn: state.region.as_ref().map(|region| state.policy(region)),
            region: state.region.clone(),
        }
    }

    fn parse_import_id(&self, id: &str) -> Result<AccessPolicyAssociationIdentity, Diagnostics> {
        let (rest, region) = import_id::split_region(id);
        // Neither clusters nor policies have a # in their names; the path of a principal may. What reads like a second ARN in it
        // is one part too many.
        let parts = rest.split_once('#').and_then(|(cluster, rest)| Some((cluster, rest.rsplit_once('#')?)));
        match parts {
            Some((cluster, (principal, policy)))
                if !cluster.is_empty()
                    && principal.starts_with("arn:")
                    && !principal.contains("#arn:")
                    && !policy.is_empty() =>
            {
                Ok(AccessPolicyAssociationIdentity {
                    cluster_name: Value::Known(cluster.to_owned()),
                    principal_arn: Value::Known(principal.to_owned()),
                    policy_arn: Value::Known(policy.to_owned()),
                    region: region.map(str::to_owned).into(),
                })
            }
            _ => Err(import_id::unreadable(
                id,
                "CLUSTER_NAME#PRINCIPAL_ARN#POLICY_ARN",
                "\"my-cluster#arn:aws:iam::111122223333:role/viewer#arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy\"",
            )),
        }
    }

    fn validate(&self, config: &Model) -> Result<(), Diagnostics> {
        match &config.access_scope {
            Value::Known(scope) => scope.check(config.policy_name(), &AttributePath::attribute("access_scope")),
            _ => Ok(()),
        }
    }

    fn moves(&self) -> &'static [Move<Model>] {
        moves::MOVES
    }

    async fn plan(&self, cx: &Cx<'_, Client>, change: Change<'_, Model>) -> Result<(), Diagnostics> {
        match change {
            Change::Create { config, planned, replaces } => {
                plan_region(cx, config, planned).await?;
                planned.plan_id();
                if replaces {
                    let goes_and_comes = planned.is_kept(cx);
                    planned.note(cx, Intent::Recreate)?;
                    let takes_admin = goes_and_comes && planned.gives_cluster_admin();
                    return if takes_admin { guard(cx, planned, Loss::MomentOfClusterAdmin).await } else { Ok(()) };
                }
                planned.note(cx, Intent::Create)?;
                warn_of_unknown(cx, planned).await;
                taken_over::check(cx, planned, true).await
            }
            Change::Update { config, prior, planned, .. } => {
                if cx.client.is_known() {
                    plan_region(cx, config, planned).await?;
                }
                let key = prior.key();
                let stays = planned.key() == key && planned.policy_name() == prior.policy_name();
                if !stays {
                    // The first half of a replacement: what is there goes. Of what is said to the second, Terraform shows only errors.
                    remove(cx, prior).await?;
                    warn_of_unknown(cx, planned).await;
                    return taken_over::check(cx, planned, false).await;
                }
                planned.plan_id();
                // With the entry go its policies: where it is made again, so is this.
                if key.is_some_and(|key| cx.client.walk.makes_entry(&key)) {
                    planned.access_entry_arn = Value::Unknown;
                    planned.associated_at = Value::Unknown;
                }
                planned.note(cx, Intent::Keep)?;
                let loses = prior.gives_cluster_admin() && !planned.gives_cluster_admin();
                match loses && planned.access_scope.known().is_some() {
                    true => guard(cx, prior, Loss::ClusterAdmin).await,
                    false => Ok(()),
                }
            }
            Change::Delete { prior } => remove(cx, prior).await,
        }
    }

    async fn create(&self, cx: &Cx<'_, Client>, create: Create<Model>) -> Result<Model, Failed<Model>> {
        associate(cx, "Cannot associate EKS access policy", create.planned).await
    }

    async fn read(
        &self,
        cx: &Cx<'_, Client>,
        identity: &AccessPolicyAssociationIdentity,
        prior: Option<&Model>,
    ) -> Result<Option<Model>, Diagnostics> {
        let sought = Model::sought(identity);
        let shown = prior.unwrap_or(&sought);
        let attempt = Attempt { summary: "Cannot read EKS access policy association", object: shown };
        let eks = shown.eks(cx, &attempt).await?;
        let budget = budget(cx);
        let Some(found) = find_association(&eks, shown, &budget, &attempt).await? else {
            if prior.is_none() {
                search::check_has_entries(&eks, shown.cluster(), &budget).await?;
            }
            return Ok(None);
        };
        let entry_arn = find_entry_arn(&eks, shown, &budget).await.map_err(|error| attempt.failed(&error))?;
        let Some(entry_arn) = entry_arn else { return Ok(None) };
        Ok(Some(shown.with(&found, Value::Known(entry_arn), &eks)))
    }

    async fn update(&self, cx: &Cx<'_, Client>, update: Update<Model>) -> Result<Model, Failed<Model>> {
        let Update { prior, planned, .. } = update;
        let made_again = planned.access_entry_arn.is_unknown();
        if planned.access_scope == prior.access_scope && !made_again {
            // Nothing that EKS knows of: the policy is written in another way, or other timeouts.
            return Ok(Model { modified_at: prior.modified_at, ..planned });
        }
        let planned_at = planned.associated_at.clone();
        let updated = associate(cx, "Cannot change the scope of EKS access policy", planned).await?;
        // Somebody may have made it again since it was planned. What was planned as known stays, as Terraform wants it; the next
        // refresh tells the rest.
        if !planned_at.is_unknown() && planned_at != updated.associated_at {
            log_info!(association = %updated, "somebody has made it again since it was planned: the next refresh has the time");
            return Ok(Model { associated_at: planned_at, ..updated });
        }
        Ok(updated)
    }

    async fn delete(&self, cx: &Cx<'_, Client>, prior: Model) -> Result<(), Diagnostics> {
        if prior.is_made(cx) {
            log_info!(association = %prior, "another resource has just made it: only the state forgets this one");
            return Ok(());
        }
        if let Some(key) = prior.key().filter(|_| prior.gives_cluster_admin()) {
            lockout::check_caller(cx, &key, Loss::ClusterAdmin).await?;
        }
        let attempt = Attempt { summary: "Cannot disassociate EKS access policy", object: &prior };
        let eks = prior.eks(cx, &attempt).await?;
        let policy = prior.policy(eks.region());
        // That it was gone before, with its entry perhaps, is as good.
        let gone = eks.disassociate_policy(prior.cluster(), prior.principal(), &policy, &budget(cx)).await;
        gone.map_err(|error| attempt.failed(&error))?;
        Ok(())
    }
}

/// Associates the policy, or gives the association that is there another scope: to EKS it is one call.
async fn associate(cx: &Cx<'_, Client>, summary: &'static str, planned: Model) -> Result<Model, Failed<Model>> {
    let attempt = Attempt { summary, object: &planned };
    let eks = planned.eks(cx, &attempt).await?;
    let budget = budget(cx);
    let Value::Known(scope) = &planned.access_scope else { return Ok(planned) };
    let policy = planned.policy(eks.region());
    let associated = eks
        .associate_policy(planned.cluster(), planned.principal(), &policy, &scope.to_api(), &budget)
        .await
        .map_err(|error| attempt.failed(&error))?;
    if let (Some(key), Some(policy)) = (planned.key(), planned.policy_name()) {
        cx.client.walk.has_made_association(key, policy);
    }
    let entry_arn = match &planned.access_entry_arn {
        Value::Known(arn) => Some(arn.clone()),
        // An error here would have Terraform replace the association, with a moment of no access, for want of a name.
        _ => find_entry_arn(&eks, &planned, &budget).await.unwrap_or_else(|error| {
            let detail = format!(
                "The association is made: {planned}. Only the ARN of its entry, access_entry_arn, could not be read: {error} The \
                 next refresh fills it in."
            );
            cx.warn(Diagnostic::warning("The ARN of the access entry is not known", detail));
            None
        }),
    };
    Ok(planned.with(&associated, entry_arn.into(), &eks))
}

/// The association that a model speaks of. One listing answers for all policies of a principal.
async fn find_association(
    eks: &Eks,
    model: &Model,
    budget: &Budget,
    attempt: &Attempt<'_>,
) -> Result<Option<AssociatedPolicy>, Diagnostics> {
    let found = eks.associated_policies(model.cluster(), model.principal(), budget).await;
    let found = found.map_err(|error| attempt.failed(&error))?;
    let policy = model.policy(eks.region());
    Ok(found.unwrap_or_default().into_iter().find(|found| found.policy_arn == policy))
}

async fn find_entry_arn(eks: &Eks, model: &Model, budget: &Budget) -> Result<Option<String>, AwsError> {
    let found = eks.find_access_entry(model.cluster(), model.principal(), budget).await?;
    Ok(found.map(|entry| entry.access_entry_arn))
}

async fn plan_region(cx: &Cx<'_, Client>, config: &Model, planned: &mut Model) -> Result<(), Diagnostics> {
    let attempt = Attempt { summary: SUMMARY, object: planned };
    planned.region =
        argument::planned_region(cx.client, &attempt, &config.region, &planned.region, &budget(cx)).await?;
    if let (Value::Known(policy), Value::Known(region)) = (&planned.policy_arn, &planned.region) {
        argument::check_partition(policy, region).map_err(|wrong| wrong.at_attribute("policy_arn"))?;
    }
    if let (Value::Known(principal), Value::Known(region)) = (&planned.principal_arn, &planned.region) {
        argument::check_partition_of_principal(principal, region)
            .map_err(|wrong| wrong.at_attribute("principal_arn"))?;
    }
    Ok(())
}

/// Warns of a policy that EKS may refuse at apply.
async fn warn_of_unknown(cx: &Cx<'_, Client>, planned: &Model) {
    let attempt = Attempt { summary: SUMMARY, object: planned };
    let policy = planned.policy_arn.known().map(|policy| (policy.as_str(), AttributePath::attribute("policy_arn")));
    offered::warn(cx, &planned.region, policy, &attempt).await
}

async fn remove(cx: &Cx<'_, Client>, prior: &Model) -> Result<(), Diagnostics> {
    if prior.is_made(cx) {
        return Ok(());
    }
    prior.note(cx, Intent::Remove)?;
    if prior.gives_cluster_admin() { guard(cx, prior, Loss::ClusterAdmin).await } else { Ok(()) }
}

/// Says or refuses what would lock somebody out.
async fn guard(cx: &Cx<'_, Client>, model: &Model, loss: Loss) -> Result<(), Diagnostics> {
    let Some(key) = model.key().filter(|_| cx.client.is_known()) else { return Ok(()) };
    let attempt = Attempt { summary: SUMMARY, object: model };
    lockout::check(cx, &model.eks(cx, &attempt).await?, &key, loss).await
}

const SUMMARY: &str = "Cannot plan EKS access policy association";

/// A policy may be written by name or by ARN; that is one policy.
fn is_another_policy<'a>(prior: &'a Dynamic, planned: &'a Dynamic) -> bool {
    let policy = |value: &'a Dynamic| PolicyRef::parse(value.as_str()?).ok();
    match (policy(prior), policy(planned)) {
        (Some(prior), Some(planned)) => !prior.means_the_same_as(&planned),
        _ => true,
    }
}

impl Model {
    pub(super) fn sought(identity: &AccessPolicyAssociationIdentity) -> Self {
        Self {
            cluster_name: identity.cluster_name.clone(),
            principal_arn: identity.principal_arn.clone(),
            policy_arn: identity.policy_arn.clone(),
            region: identity.region.clone(),
            ..Self::default()
        }
    }

    /// The association as EKS has it; what means the same stays as it is written here.
    pub(super) fn with(&self, found: &AssociatedPolicy, access_entry_arn: Value<String>, eks: &Eks) -> Self {
        let mut model = Self {
            region: Value::Known(eks.region().to_owned()),
            access_entry_arn,
            associated_at: Value::Known(found.associated_at.clone()),
            modified_at: Value::Known(found.modified_at.clone()),
            access_scope: Value::Known(AccessScope::from_api(&found.scope, self.access_scope.known())),
            ..self.clone()
        };
        model.plan_id();
        model
    }

    fn cluster(&self) -> &str {
        self.cluster_name.known().map(String::as_str).unwrap_or_default()
    }

    fn principal(&self) -> &str {
        self.principal_arn.known().map(String::as_str).unwrap_or_default()
    }

    /// The ARN of the policy, for a cluster in `region`.
    fn policy(&self, region: &str) -> String {
        let written = self.policy_arn.known().map(String::as_str).unwrap_or_default();
        PolicyRef::parse(written).map_or_else(|_| written.to_owned(), |policy| policy.arn(partition_of_region(region)))
    }

    /// Whether the association gives every right in the whole cluster.
    fn gives_cluster_admin(&self) -> bool {
        let in_whole_cluster = |scope: &AccessScope| scope.to_api() == aws::AccessScope::Cluster;
        self.policy_name() == Some(CLUSTER_ADMIN) && self.access_scope.known().is_some_and(in_whole_cluster)
    }

    fn policy_name(&self) -> Option<&str> {
        PolicyRef::parse(self.policy_arn.known()?).ok().map(|policy| policy.name())
    }

    /// What the entry is known by, once everything of it is known.
    fn key(&self) -> Option<EntryKey> {
        Some(EntryKey {
            region: self.region.known()?.clone(),
            cluster: self.cluster_name.known()?.clone(),
            principal: self.principal_arn.known()?.clone(),
        })
    }

    fn plan_id(&mut self) {
        let parts =
            (self.cluster_name.known(), self.principal_arn.known(), self.policy_arn.known(), self.region.known());
        if let (Some(cluster), Some(principal), Some(_), Some(region)) = parts {
            let policy = self.policy(region);
            self.id = Value::Known(import_id::join(&[cluster, principal, &policy], '#', region));
        }
    }

    /// Whether a resource has made this association in this apply.
    fn is_made(&self, cx: &Cx<'_, Client>) -> bool {
        let (Some(key), Some(policy)) = (self.key(), self.policy_name()) else { return false };
        cx.client.walk.made_association(&key, policy)
    }

    /// Whether an earlier plan of this walk keeps this association: that of the first half, if this is the second of a replacement.
    fn is_kept(&self, cx: &Cx<'_, Client>) -> bool {
        let (Some(key), Some(policy)) = (self.key(), self.policy_name()) else { return false };
        cx.client.walk.keeps_association(&key, policy)
    }

    fn note(&self, cx: &Cx<'_, Client>, intent: Intent) -> Result<(), Diagnostics> {
        let (Some(key), Some(policy)) = (self.key(), self.policy_name()) else { return Ok(()) };
        let scope = self.access_scope.known().and_then(AccessScope::known);
        Ok(cx.client.walk.plan_association(&key, policy, AssociationPlan { intent, scope })?)
    }

    async fn eks(&self, cx: &Cx<'_, Client>, attempt: &Attempt<'_>) -> Result<Eks, Diagnostics> {
        cx.client.eks(attempt, self.region.known().map(String::as_str), &budget(cx)).await
    }
}

/// The association in the middle of a sentence.
impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let policy = self.policy_name().unwrap_or_default();
        write!(f, "policy {policy} on the access entry of {} on cluster {}", self.principal(), self.cluster())?;
        match self.region.known() {
            Some(region) => write!(f, " in {region}"),
            None => Ok(()),
        }
    }
}

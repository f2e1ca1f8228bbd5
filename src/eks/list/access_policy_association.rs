use std::time::Duration;

use futures_util::future::join_all;

use crate::aws::access_policy::PolicyRef;
use crate::aws::{AccessEntry, AssociatedPolicy, AwsError, Budget, Eks, EntryType};
use crate::framework::schema::optional;
use crate::framework::{Call, Cx, Ended, List, Listing, Resource, Wanted};
use crate::model;
use crate::value::Value;

use super::super::access_policy_association::AccessPolicyAssociation;
use super::super::client::{Client, budget};
use super::super::error::Attempt;
use super::super::{argument, search};
use super::principals::Principals;
use super::{asked, cluster_name, policy_arn, region, text, unread};

/// `list "eks_access_policy_association"`: which policies the entries of a cluster have.
pub struct AccessPolicyAssociations;

model! {
    /// Which associations.
    pub struct AccessPolicyAssociationsConfig {
        /// The name of the EKS cluster.
        pub cluster_name: Value<String> = cluster_name(),
        /// Only associations with the entry of this principal, whatever the entry. Those of the whole cluster if left out.
        pub principal_arn: Value<String> = optional().check(argument::check_sought_principal),
        /// Only associations of this access policy, given by name or ARN.
        pub policy_arn: Value<String> = policy_arn(),
        /// Whether associations with entries of nodes (every type but `STANDARD`) are listed too. EKS makes such by itself
        /// for Auto Mode.
        pub include_nodes: Value<bool> = optional(),
        /// Whether associations with entries of service-linked roles are listed too. EKS and other services of AWS make them
        /// for themselves; they cannot be managed.
        pub include_service_linked_roles: Value<bool> = optional(),
        /// The region of the cluster. The provider's region if left out.
        pub region: Value<String> = region(),
    }
}

type Config = AccessPolicyAssociationsConfig;
type Identity = <AccessPolicyAssociation as Resource>::Identity;
type Model = <AccessPolicyAssociation as Resource>::Model;

impl List for AccessPolicyAssociations {
    type Resource = AccessPolicyAssociation;
    const DESCRIPTION: &'static str = "\
The access policies that are associated with the access entries of an EKS cluster, or with one of them. What EKS or another service \
of AWS may own is left out unless asked for.";
    const TIMEOUT: Duration = Duration::from_secs(20 * 60);
    const CALLS: &'static [Call] = &[
        Call::new("eks:ListAccessEntries", "one for each hundred entries, unless `principal_arn` is set"),
        Call::new("eks:ListAssociatedAccessPolicies", "one for each entry"),
        Call::new(
            "eks:DescribeAccessEntry",
            "one for each entry with policies, unless `include_nodes` is set and only names are asked for",
        ),
        Call::new("eks:DescribeCluster", "where the cluster has no entries or is not there"),
        Call::new("eks:ListAccessPolicies", "where nobody has the policy in `policy_arn`"),
    ];
    type Config = AccessPolicyAssociationsConfig;

    async fn list(
        &self,
        cx: &Cx<'_, Client>,
        config: AccessPolicyAssociationsConfig,
        wanted: Wanted,
        listing: &mut Listing<'_, AccessPolicyAssociation>,
    ) -> Result<(), Ended> {
        let cluster = text(&config.cluster_name);
        let name = format!("the associations of access policies on cluster {cluster}");
        let attempt = Attempt { summary: "Cannot list EKS access policy associations", object: &name };
        let budget = budget(cx);
        let eks = cx.client.eks(&attempt, config.region.known().map(String::as_str), &budget).await?;
        let policy = search::policy_arn(&eks, &config.policy_arn)?;
        let search = Search { config: &config, policy: policy.as_deref(), eks: &eks, budget: &budget, wanted };

        if let Value::Known(principal) = &config.principal_arn {
            let looked = search.look(principal).await;
            if matches!(looked, Ok(None)) {
                search::check_cluster(&eks, cluster, &budget).await?;
            }
            return search.push(cx, listing, principal, looked).await;
        }
        let is_wanted = |principal: &str| config.wants_principal(principal);
        let mut principals = Principals::new(&eks, cluster, policy.clone(), is_wanted, &budget, attempt);
        loop {
            let next = principals.next(listing.left().min(search::AT_ONCE)).await?;
            if next.is_empty() {
                return Ok(());
            }
            let found = join_all(next.iter().map(|principal| search.look(principal))).await;
            for (principal, looked) in next.iter().zip(found) {
                search.push(cx, listing, principal, looked).await?;
            }
        }
    }
}

struct Search<'a> {
    config: &'a Config,
    policy: Option<&'a str>,
    eks: &'a Eks,
    budget: &'a Budget,
    wanted: Wanted,
}

/// What there is of one principal.
struct Looked {
    policies: Vec<AssociatedPolicy>,
    /// Its entry, if it was needed; it may have gone.
    entry: Option<Result<Option<AccessEntry>, AwsError>>,
}

impl Search<'_> {
    /// The policies of a principal that are wanted; `None` if it has no entry (any more).
    async fn look(&self, principal: &str) -> Result<Option<Looked>, AwsError> {
        let cluster = text(&self.config.cluster_name);
        let found = self.eks.associated_policies(cluster, principal, self.budget).await?;
        let Some(mut policies) = found else { return Ok(None) };
        policies.retain(|found| self.policy.is_none_or(|policy| policy == found.policy_arn));
        let needs_entry = !policies.is_empty() && (self.wanted.objects || !self.config.wants_nodes());
        let entry = match needs_entry {
            true => Some(self.eks.find_access_entry(cluster, principal, self.budget).await),
            false => None,
        };
        Ok(Some(Looked { policies, entry }))
    }

    async fn push(
        &self,
        cx: &Cx<'_, Client>,
        listing: &mut Listing<'_, AccessPolicyAssociation>,
        principal: &str,
        looked: Result<Option<Looked>, AwsError>,
    ) -> Result<(), Ended> {
        let on_cluster = format!("{principal} on cluster {}", text(&self.config.cluster_name));
        let Looked { policies, entry } = match looked {
            Ok(Some(looked)) => looked,
            Ok(None) => return Ok(()),
            Err(error) => {
                let name = format!("the access policies of {on_cluster}");
                let attempt = Attempt { summary: "Cannot read EKS access policy associations", object: &name };
                return Ok(unread(cx, &attempt, &error, "They are missing in this list.")?);
            }
        };
        let entry = match entry {
            Some(Ok(None)) => return Ok(()),
            Some(Ok(Some(entry))) if !self.config.wants_type(&entry.entry_type) => return Ok(()),
            Some(Ok(Some(entry))) => Some(entry),
            Some(Err(error)) => {
                let name = format!("the access entry of {on_cluster}");
                let attempt = Attempt { summary: "Cannot read EKS access entry", object: &name };
                unread(cx, &attempt, &error, UNREAD)?;
                None
            }
            None => None,
        };
        for policy in &policies {
            let name = display_name(&policy.policy_arn, principal);
            let identity = self.identity(principal, policy);
            match &entry {
                Some(entry) if self.wanted.objects => {
                    let entry_arn = Value::Known(entry.access_entry_arn.clone());
                    listing.push_object(name, Model::sought(&identity).with(policy, entry_arn, self.eks)).await?;
                }
                _ => listing.push_identity(name, identity).await?,
            }
        }
        Ok(())
    }

    fn identity(&self, principal: &str, policy: &AssociatedPolicy) -> Identity {
        Identity {
            cluster_name: self.config.cluster_name.clone(),
            principal_arn: Value::Known(principal.to_owned()),
            policy_arn: Value::Known(policy.policy_arn.clone()),
            region: Value::Known(self.eks.region().to_owned()),
        }
    }
}

const UNREAD: &str = "\
Its policies are listed all the same, by what names them. Configuration that is generated for them lacks everything else.";

/// `AmazonEKSViewPolicy of arn:aws:iam::111122223333:role/viewer`
fn display_name(policy_arn: &str, principal: &str) -> String {
    let parsed = PolicyRef::parse(policy_arn);
    format!("{} of {principal}", parsed.as_ref().map_or(policy_arn, PolicyRef::name))
}

impl Config {
    fn wants_principal(&self, principal: &str) -> bool {
        asked(&self.include_service_linked_roles) || !search::is_service_linked(principal)
    }

    /// Whoever names a principal is told of its policies, whatever it is.
    fn wants_nodes(&self) -> bool {
        asked(&self.include_nodes) || !self.principal_arn.is_null()
    }

    fn wants_type(&self, entry_type: &EntryType) -> bool {
        self.wants_nodes() || *entry_type == EntryType::Standard
    }
}

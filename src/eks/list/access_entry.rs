use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;

use crate::aws::EntryType;
use crate::framework::schema::optional;
use crate::framework::{Call, Cx, Ended, List, Listing, Resource, Wanted};
use crate::model;
use crate::value::Value;

use super::super::access_entry::AccessEntry;
use super::super::client::{Client, budget};
use super::super::error::Attempt;
use super::super::{pattern, search};
use super::principals::Principals;
use super::{asked, cluster_name, policy_arn, region, text, unread};

/// `list "eks_access_entry"`: the entries of a cluster.
pub struct AccessEntries;

model! {
    /// Which entries.
    pub struct AccessEntriesConfig {
        /// The name of the EKS cluster.
        pub cluster_name: Value<String> = cluster_name(),
        /// Only entries of these types, such as `STANDARD` or `EC2_LINUX`.
        pub types: Value<BTreeSet<String>> = optional(),
        /// Only entries that have this access policy, given by name or ARN.
        pub policy_arn: Value<String> = policy_arn(),
        /// Only entries of these principals, given as ARNs or as patterns in which `*` stands for any characters, such as
        /// `*:role/aws-reserved/sso.amazonaws.com/*`.
        pub principal_arns: Value<BTreeSet<String>> = optional(),
        /// Whether entries of nodes (every type but `STANDARD`) are listed too, where `types` does not say which are wanted.
        /// EKS makes such entries by itself for managed node groups, for Fargate and for Auto Mode, and nothing tells these
        /// from others.
        pub include_nodes: Value<bool> = optional(),
        /// Whether entries of service-linked roles are listed too. EKS and other services of AWS make them for themselves;
        /// they cannot be managed.
        pub include_service_linked_roles: Value<bool> = optional(),
        /// The region of the cluster. The provider's region if left out.
        pub region: Value<String> = region(),
    }
}

type Config = AccessEntriesConfig;
type Identity = <AccessEntry as Resource>::Identity;
type Model = <AccessEntry as Resource>::Model;

impl List for AccessEntries {
    type Resource = AccessEntry;
    const DESCRIPTION: &'static str = "\
The access entries of an EKS cluster, whoever made them. What EKS or another service of AWS may own is left out unless asked for.";
    const TIMEOUT: Duration = Duration::from_secs(20 * 60);
    const CALLS: &'static [Call] = &[
        Call::new("eks:ListAccessEntries", "one for each hundred entries"),
        Call::new(
            "eks:DescribeAccessEntry",
            "one for each entry, unless `include_nodes` is set and only names are asked for",
        ),
        Call::new("eks:DescribeCluster", "where the cluster has no entries or is not there"),
        Call::new("eks:ListAccessPolicies", "where nobody has the policy in `policy_arn`"),
    ];
    type Config = AccessEntriesConfig;

    async fn list(
        &self,
        cx: &Cx<'_, Client>,
        config: AccessEntriesConfig,
        wanted: Wanted,
        listing: &mut Listing<'_, AccessEntry>,
    ) -> Result<(), Ended> {
        let cluster = text(&config.cluster_name);
        let name = format!("the access entries of cluster {cluster}");
        let attempt = Attempt { summary: "Cannot list EKS access entries", object: &name };
        let budget = budget(cx);
        let eks = cx.client.eks(&attempt, config.region.known().map(String::as_str), &budget).await?;
        search::warn_of_types(cx, config.types.known().into_iter().flatten());
        let policy = search::policy_arn(&eks, &config.policy_arn)?;
        let mut principals =
            Principals::new(&eks, cluster, policy, |principal| config.wants_principal(principal), &budget, attempt);
        let identity = |principal: &str| Identity {
            cluster_name: config.cluster_name.clone(),
            principal_arn: Value::Known(principal.to_owned()),
            region: Value::Known(eks.region().to_owned()),
        };
        // The type of an entry stands in the entry alone; its principal stands in the list of all.
        let looks = wanted.objects || config.asks_for_types();
        loop {
            let next = principals.next(listing.left().min(search::AT_ONCE)).await?;
            if next.is_empty() {
                return Ok(());
            }
            if !looks {
                for principal in next {
                    listing.push_identity(&principal, identity(&principal)).await?;
                }
                continue;
            }
            let found = join_all(next.iter().map(|principal| eks.find_access_entry(cluster, principal, &budget))).await;
            for (principal, found) in next.iter().zip(found) {
                match found {
                    Ok(Some(entry)) if config.wants_type(&entry.entry_type) => {
                        let identity = identity(principal);
                        if wanted.objects {
                            let sought = Model::sought(&identity);
                            let object = Model::from_api(entry, &eks, &sought, &cx.client.tags);
                            listing.push_object(principal, object).await?;
                        } else {
                            listing.push_identity(principal, identity).await?;
                        }
                    }
                    // Not wanted, or gone since it was listed.
                    Ok(_) => {}
                    Err(error) => {
                        let name = format!("the access entry of {principal} on cluster {cluster}");
                        let attempt = Attempt { summary: "Cannot read EKS access entry", object: &name };
                        unread(cx, &attempt, &error, UNREAD)?;
                        listing.push_identity(principal, identity(principal)).await?;
                    }
                }
            }
        }
    }
}

const UNREAD: &str = "\
It is listed all the same, whatever its type, by what names it. Configuration that is generated for it lacks everything else.";

impl Config {
    fn wants_principal(&self, principal: &str) -> bool {
        let fits = |wanted: &BTreeSet<String>| wanted.iter().any(|pattern| pattern::fits(pattern, principal));
        let is_ours = asked(&self.include_service_linked_roles) || !search::is_service_linked(principal);
        is_ours && self.principal_arns.known().is_none_or(fits)
    }

    fn asks_for_types(&self) -> bool {
        self.types.known().is_some() || !asked(&self.include_nodes)
    }

    fn wants_type(&self, entry_type: &EntryType) -> bool {
        match &self.types {
            Value::Known(types) => types.contains(entry_type.as_str()),
            _ => asked(&self.include_nodes) || *entry_type == EntryType::Standard,
        }
    }
}

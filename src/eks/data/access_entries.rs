use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, stream};

use crate::aws::access_policy::PolicyRef;
use crate::aws::{AssociatedPolicy, Budget, Eks, EntryType};
use crate::framework::schema::{computed, optional};
use crate::framework::{Call, Cx, DataSource, DefaultTimeouts, Diagnostics};
use crate::model;
use crate::value::Value;

use super::super::client::{Client, budget};
use super::super::error::Attempt;
use super::super::tags::TagRules;
use super::super::{argument, pattern, search};
use super::found::{Found, ScopeModel};
use super::{check_cluster, cluster_name, eks, region, text};

/// `data "eks_access_entries"`: the entries of a cluster, each with its policies.
pub struct AccessEntries;

model! {
    /// What is asked for, and the entries.
    pub struct AccessEntriesModel {
        /// The name of the EKS cluster.
        pub cluster_name: Value<String> = cluster_name(),
        /// Only entries that have this access policy, given by name or ARN.
        pub policy_arn: Value<String> = optional().check(argument::check_policy),
        /// Only entries of these principals, given as ARNs or as patterns in which `*` stands for any characters, such as
        /// `*:role/aws-reserved/sso.amazonaws.com/*`.
        pub principal_arns: Value<BTreeSet<String>> = optional(),
        /// Only entries of these types, such as `STANDARD` or `EC2_LINUX`.
        pub types: Value<BTreeSet<String>> = optional(),
        /// The region of the cluster. The provider's region if left out.
        pub region: Value<String> = region(),
        /// The entries, sorted by principal. Those that EKS made itself are among them.
        pub access_entries: Value<Vec<EntryModel>> = computed(),
    }
}

model! {
    /// An access entry.
    pub struct EntryModel {
        /// The ARN of the entry. An entry that is made again gets another one.
        pub access_entry_arn: Value<String> = computed(),
        /// The access policies of the entry, sorted by ARN.
        pub access_policies: Value<Vec<PolicyModel>> = computed(),
        /// When the entry was made, in RFC 3339.
        pub created_at: Value<String> = computed(),
        /// The Kubernetes groups that the principal belongs to inside the cluster.
        pub kubernetes_groups: Value<BTreeSet<String>> = computed(),
        /// When the entry was last changed, in RFC 3339.
        pub modified_at: Value<String> = computed(),
        /// The ARN of the IAM principal that the entry is for.
        pub principal_arn: Value<String> = computed(),
        /// Tags of the entry, without those that the provider's `ignore_tags` names.
        pub tags: Value<BTreeMap<String, String>> = computed(),
        /// What the principal is: `STANDARD` for people and programs, or a type of node.
        pub r#type: Value<String> = computed(),
        /// The Kubernetes user that the principal is inside the cluster.
        pub user_name: Value<String> = computed(),
    }
}

model! {
    /// One of an entry's policies.
    pub struct PolicyModel {
        /// Where in the cluster the policy holds.
        pub access_scope: Value<ScopeModel> = computed(),
        /// The ARN of the policy.
        pub policy_arn: Value<String> = computed(),
        /// The name of the policy, such as `AmazonEKSViewPolicy`.
        pub policy_name: Value<String> = computed(),
    }
}

impl DataSource for AccessEntries {
    const NAME: &'static str = "eks_access_entries";
    const DESCRIPTION: &'static str = "\
The access entries of an EKS cluster, whoever made them, each with its access policies. A cluster whose authentication mode is \
`CONFIG_MAP` has none.";
    const TIMEOUTS: DefaultTimeouts = DefaultTimeouts::all(Duration::from_secs(20 * 60));
    const CALLS: &'static [Call] = &[
        Call::new("eks:ListAccessEntries", "once, and once more for each hundred entries"),
        Call::new("eks:DescribeAccessEntry", "one for each entry"),
        Call::new("eks:ListAssociatedAccessPolicies", "one for each entry of a type that takes policies"),
        Call::new("eks:DescribeCluster", "where the cluster has no entries or is not there"),
        Call::new("eks:ListAccessPolicies", "where nobody has the policy in `policy_arn`"),
    ];
    type Client = Client;
    type Model = AccessEntriesModel;

    async fn read(&self, cx: &Cx<'_, Client>, asked: AccessEntriesModel) -> Result<AccessEntriesModel, Diagnostics> {
        let cluster = text(&asked.cluster_name);
        let name = format!("the access entries of cluster {cluster}");
        let attempt = Attempt { summary: "Cannot read EKS access entries", object: &name };
        let budget = budget(cx);
        let eks = eks(cx, &asked.region, &attempt).await?;
        search::warn_of_types(cx, asked.types.known().into_iter().flatten());

        let principals = principals(&eks, &asked, &attempt, &budget).await?;
        let find = |principal: String| {
            let (eks, asked, budget) = (&eks, &asked, &budget);
            async move { Found::find(eks, cluster, &principal, |of| asked.wants_type(of), budget).await }
        };
        let found = stream::iter(principals).map(find).buffered(search::AT_ONCE);
        // An entry that has gone since it was listed is none.
        let entries = found.try_filter_map(async |found| Ok(found.map(|found| shown(found, &cx.client.tags))));
        let entries = entries.try_collect().await.map_err(|error| attempt.failed(&error))?;
        Ok(AccessEntriesModel {
            region: Value::Known(eks.region().to_owned()),
            access_entries: Value::Known(entries),
            ..asked
        })
    }
}

/// The principals whose entries may be wanted, sorted: what one listing can tell before the entries are looked at.
async fn principals(
    eks: &Eks,
    asked: &AccessEntriesModel,
    attempt: &Attempt<'_>,
    budget: &Budget,
) -> Result<Vec<String>, Diagnostics> {
    let cluster = text(&asked.cluster_name);
    let policy = search::policy_arn(eks, &asked.policy_arn)?;
    let listed = eks.access_entry_principals(cluster, policy.as_deref(), budget).await;
    let listed = listed.map_err(|error| attempt.failed(&error))?;
    if listed.is_none() {
        check_cluster(eks, cluster, budget).await?;
    }
    let mut principals = listed.unwrap_or_default();
    if principals.is_empty()
        && let Some(policy) = &policy
    {
        search::check_policy_exists(eks, policy, attempt, budget).await?;
    }
    principals.retain(|principal| asked.wants_principal(principal));
    principals.sort_unstable();
    Ok(principals)
}

impl AccessEntriesModel {
    fn wants_principal(&self, principal: &str) -> bool {
        self.principal_arns.known().is_none_or(|wanted| wanted.iter().any(|pattern| pattern::fits(pattern, principal)))
    }

    fn wants_type(&self, entry_type: &EntryType) -> bool {
        self.types.known().is_none_or(|wanted| wanted.contains(entry_type.as_str()))
    }
}

fn shown(found: Found, tags: &TagRules) -> EntryModel {
    let Found { entry, policies } = found;
    EntryModel {
        access_entry_arn: Value::Known(entry.access_entry_arn),
        access_policies: Value::Known(policies.into_iter().map(PolicyModel::from).collect()),
        created_at: Value::Known(entry.created_at),
        kubernetes_groups: Value::Known(entry.kubernetes_groups),
        modified_at: Value::Known(entry.modified_at),
        principal_arn: Value::Known(entry.principal_arn),
        tags: Value::Known(tags.seen(&entry.tags, &Value::Null)),
        r#type: Value::Known(entry.entry_type.to_string()),
        user_name: Value::Known(entry.user_name),
    }
}

impl From<AssociatedPolicy> for PolicyModel {
    fn from(policy: AssociatedPolicy) -> Self {
        let name = PolicyRef::parse(&policy.policy_arn).map_or_else(
            // A form of ARN that nobody has seen yet.
            |_| policy.policy_arn.clone(),
            |parsed| parsed.name().to_owned(),
        );
        Self {
            access_scope: Value::Known((&policy.scope).into()),
            policy_arn: Value::Known(policy.policy_arn),
            policy_name: Value::Known(name),
        }
    }
}

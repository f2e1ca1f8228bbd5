use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::aws::{AuthenticationMode, Budget, Eks};
use crate::framework::schema::{computed, required};
use crate::framework::{Call, Cx, DataSource, DefaultTimeouts, Diagnostic, Diagnostics};
use crate::model;
use crate::value::Value;

use super::super::client::{Client, budget};
use super::super::error::Attempt;
use super::super::{argument, import_id};
use super::found::{Found, ScopeModel};
use super::{cluster_name, eks, no_such_cluster, region, text};

/// `data "eks_access_entry"`: one entry, with its policies.
pub struct AccessEntry;

model! {
    /// What is asked for, and the entry.
    pub struct AccessEntryModel {
        /// The name of the EKS cluster.
        pub cluster_name: Value<String> = cluster_name(),
        /// The ARN of the IAM principal that the entry is for, with its path.
        pub principal_arn: Value<String> = required().check(argument::check_sought_principal),
        /// The region of the cluster. The provider's region if left out.
        pub region: Value<String> = region(),
        /// The ARN of the entry. An entry that is made again gets another one.
        pub access_entry_arn: Value<String> = computed(),
        /// The access policies of the entry, by their ARN.
        pub access_policies: Value<BTreeMap<String, PolicyModel>> = computed(),
        /// When the entry was made, in RFC 3339.
        pub created_at: Value<String> = computed(),
        /// `cluster_name` and `principal_arn`, with a colon in between: what `terraform import` takes.
        pub id: Value<String> = computed(),
        /// The Kubernetes groups that the principal belongs to inside the cluster.
        pub kubernetes_groups: Value<BTreeSet<String>> = computed(),
        /// When the entry was last changed, in RFC 3339.
        pub modified_at: Value<String> = computed(),
        /// Tags of the entry, without those that the provider's `ignore_tags` names.
        pub tags: Value<BTreeMap<String, String>> = computed(),
        /// What the principal is: `STANDARD` for people and programs, or a type of node.
        pub r#type: Value<String> = computed(),
        /// The Kubernetes user that the principal is inside the cluster.
        pub user_name: Value<String> = computed(),
    }
}

model! {
    /// One of the entry's policies.
    pub struct PolicyModel {
        /// Where in the cluster the policy holds.
        pub access_scope: Value<ScopeModel> = computed(),
    }
}

impl DataSource for AccessEntry {
    const NAME: &'static str = "eks_access_entry";
    const DESCRIPTION: &'static str = "\
The access entry of one IAM principal on an EKS cluster, whoever made it, with its access policies.";
    const TIMEOUTS: DefaultTimeouts = DefaultTimeouts::all(Duration::from_secs(10 * 60));
    const CALLS: &'static [Call] = &[
        Call::new("eks:DescribeAccessEntry", "always"),
        Call::new("eks:ListAssociatedAccessPolicies", "for entries of a type that takes policies"),
        Call::new("eks:DescribeCluster", "where there is no such entry, to say why"),
    ];
    type Client = Client;
    type Model = AccessEntryModel;

    async fn read(&self, cx: &Cx<'_, Client>, asked: AccessEntryModel) -> Result<AccessEntryModel, Diagnostics> {
        let (cluster, principal) = (text(&asked.cluster_name), text(&asked.principal_arn));
        let name = format!("the access entry of {principal} on cluster {cluster}");
        let attempt = Attempt { summary: "Cannot read EKS access entry", object: &name };
        let budget = budget(cx);
        let eks = eks(cx, &asked.region, &attempt).await?;
        let found = Found::find(&eks, cluster, principal, |_| true, &budget).await;
        match found.map_err(|error| attempt.failed(&error))? {
            Some(found) => Ok(shown(&asked, found, cx.client, &eks)),
            None => Err(why_absent(&eks, cluster, principal, &budget).await.into()),
        }
    }
}

fn shown(asked: &AccessEntryModel, found: Found, client: &Client, eks: &Eks) -> AccessEntryModel {
    let Found { entry, policies } = found;
    let policies = policies
        .iter()
        .map(|policy| (policy.policy_arn.clone(), PolicyModel { access_scope: Value::Known((&policy.scope).into()) }));
    let id = [text(&asked.cluster_name), text(&asked.principal_arn)];
    AccessEntryModel {
        cluster_name: asked.cluster_name.clone(),
        principal_arn: asked.principal_arn.clone(),
        region: Value::Known(eks.region().to_owned()),
        access_entry_arn: Value::Known(entry.access_entry_arn),
        access_policies: Value::Known(filled!(policies)),
        created_at: Value::Known(entry.created_at),
        id: Value::Known(import_id::join(&id, ':', eks.region())),
        kubernetes_groups: Value::Known(entry.kubernetes_groups),
        modified_at: Value::Known(entry.modified_at),
        tags: Value::Known(client.tags.seen(&entry.tags, &Value::Null)),
        r#type: Value::Known(entry.entry_type.to_string()),
        user_name: Value::Known(entry.user_name),
    }
}

/// Looks for the reason, which may be the cluster and not the principal.
async fn why_absent(eks: &Eks, cluster: &str, principal: &str, budget: &Budget) -> Diagnostic {
    let region = eks.region();
    match eks.find_cluster(cluster, budget).await {
        Ok(None) => return no_such_cluster(eks, cluster),
        Ok(Some(found)) if found.authentication_mode == AuthenticationMode::ConfigMap => {
            let detail = format!(
                "There is no access entry of {principal} on cluster {cluster} in {region}: the authentication mode of the \
                 cluster is CONFIG_MAP, in which a cluster has no access entries."
            );
            return Diagnostic::error("No such access entry", detail).at_attribute("cluster_name");
        }
        _ => {}
    }
    let detail = format!(
        "There is no access entry of {principal} on cluster {cluster} in {region}. Check principal_arn to the letter: it has \
         to carry the path of the role or user (role/team/name, not role/name). The data source eks_access_entries lists the \
         entries that there are."
    );
    Diagnostic::error("No such access entry", detail).at_attribute("principal_arn")
}

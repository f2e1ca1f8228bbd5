use std::collections::BTreeMap;
use std::time::Duration;

use crate::aws::aws_auth::AwsAuthError;
use crate::framework::schema::{computed, optional};
use crate::framework::{Call, Cx, DataSource, DefaultTimeouts, Diagnostic, Diagnostics};
use crate::model;
use crate::value::{AttributePath, Value};

use super::super::aws_auth::{AwsAuthModel as Shown, EntryModel, RowModel};
use super::super::client::{Client, budget};
use super::super::coverage::{self, Trouble};
use super::super::error::Attempt;
use super::{cluster_name, eks, no_such_cluster, region, text};

/// `data "eks_aws_auth"`: the live `aws-auth` ConfigMap, translated.
pub struct AwsAuth;

model! {
    /// What is asked for, and the translation.
    pub struct AwsAuthModel {
        /// The name of the EKS cluster.
        pub cluster_name: Value<String> = cluster_name(),
        /// ARNs of roles, by the same ARNs without the path: aws-auth names roles without it, and access entries need it. May
        /// hold roles that aws-auth does not name. A role that has an entry already needs none here.
        pub role_paths: Value<BTreeMap<String, String>> = optional(),
        /// The region of the cluster. The provider's region if left out.
        pub region: Value<String> = region(),
        /// The data of the ConfigMap, as it is; empty if there is none.
        pub data: Value<BTreeMap<String, String>> = computed(),
        /// The access entries to have, by the ARN of their principals: ready for `for_each` of `eks_access_entry`. Which there
        /// are does not depend on which exist already. Not among them are those that EKS makes itself for Fargate.
        pub entries: Value<BTreeMap<String, EntryModel>> = computed(),
        /// Whether nobody loses access when the cluster stops reading the ConfigMap: the verdict on every row is `covered` or
        /// `dead`.
        pub fully_covered: Value<bool> = computed(),
        /// Every row of the ConfigMap, in its order, and what becomes of it.
        pub rows: Value<Vec<RowModel>> = computed(),
    }
}

impl DataSource for AwsAuth {
    const NAME: &'static str = "eks_aws_auth";
    const DESCRIPTION: &'static str = "\
The `aws-auth` ConfigMap of an EKS cluster, read from the cluster itself, row by row: the access entry that takes the row's place, \
and whether one that grants the same exists already. No entry grants more than its row does. In every authentication mode; a \
ConfigMap that is not there has no rows. The Kubernetes API of the cluster has to be in reach, and the identity that runs this needs \
the verb `get` on it.";
    const TIMEOUTS: DefaultTimeouts = DefaultTimeouts::all(Duration::from_secs(20 * 60));
    const CALLS: &'static [Call] = &[
        Call::new("eks:DescribeCluster", "always"),
        Call::new("eks:ListAccessEntries", "unless the authentication mode is `CONFIG_MAP`"),
        Call::new("eks:DescribeAccessEntry", "one for each entry whose principal aws-auth names"),
        Call::new("eks:ListAssociatedAccessPolicies", "one for each of these that is of type `STANDARD`"),
    ];
    type Client = Client;
    type Model = AwsAuthModel;

    async fn read(&self, cx: &Cx<'_, Client>, asked: AwsAuthModel) -> Result<AwsAuthModel, Diagnostics> {
        let cluster = text(&asked.cluster_name);
        let name = format!("aws-auth of cluster {cluster}");
        let attempt = Attempt { summary: SUMMARY, object: &name };
        let budget = budget(cx);
        let eks = eks(cx, &asked.region, &attempt).await?;
        let found = eks.find_cluster(cluster, &budget).await.map_err(|error| attempt.failed(&error))?;
        let found = found.ok_or_else(|| no_such_cluster(&eks, cluster))?;

        let aws_auth =
            coverage::AwsAuth::read(cx.client, &found, &budget).await.map_err(|why| unread(cluster, &why))?;
        let live = aws_auth.live(&eks, &found, &budget).await.map_err(|error| attempt.failed(&error))?;
        let none = BTreeMap::new();
        let translation = aws_auth.translate(asked.role_paths.known().unwrap_or(&none), &live).map_err(misled)?;
        let fully_covered = Value::Known(translation.is_fully_covered());
        let Shown { entries, rows } = translation.into();
        Ok(AwsAuthModel {
            region: Value::Known(eks.region().to_owned()),
            data: Value::Known(aws_auth.data),
            entries,
            fully_covered,
            rows,
            ..asked
        })
    }
}

const SUMMARY: &str = "Cannot read aws-auth";

/// Says why nothing is known of the rows, and what hangs on it.
fn unread(cluster: &str, why: &Trouble) -> Diagnostic {
    let detail = match why {
        Trouble::Kubernetes(_) => format!(
            "{why}\n\nWithout it nobody can tell whom cluster {cluster} lets in, and who would lose access with the step to mode \
             API. Where the ConfigMap comes by another way, the function aws_auth_access_entries translates its data without \
             a look at the cluster."
        ),
        Trouble::AwsAuth(_) => format!("This was about aws-auth of cluster {cluster}.\n\n{why}"),
    };
    Diagnostic::error(SUMMARY, detail)
}

/// Blames the pair of ARNs that is wrong.
fn misled(why: AwsAuthError) -> Diagnostic {
    let at = match &why {
        AwsAuthError::RolePath { plain, .. } => AttributePath::attribute("role_paths").then_key(plain),
        AwsAuthError::Unreadable { .. } => AttributePath::root(),
    };
    Diagnostic::error("Invalid role paths", why.to_string()).at(at)
}

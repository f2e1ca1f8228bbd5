//! What becomes of an aws-auth ConfigMap, as the practitioner sees it: in the function and in the data source.

use std::collections::{BTreeMap, BTreeSet};

use crate::aws;
use crate::aws::aws_auth::{Entry, Row, Translation};
use crate::framework::schema::computed;
use crate::model;
use crate::value::Value;

use super::access_scope::AccessScope;

model! {
    /// The translation of a ConfigMap.
    pub struct AwsAuthModel {
        /// The access entries to have, by the ARN of their principals: ready for `for_each` of `eks_access_entry`.
        pub entries: Value<BTreeMap<String, EntryModel>> = computed(),
        /// Every row of the ConfigMap, in its order, and what becomes of it.
        pub rows: Value<Vec<RowModel>> = computed(),
    }
}

model! {
    /// An access entry to have.
    pub struct EntryModel {
        /// The ARN of the principal.
        pub principal_arn: Value<String> = computed(),
        /// The type of the entry.
        pub r#type: Value<String> = computed(),
        /// The Kubernetes groups; null on nodes, which EKS gives groups of its own.
        pub kubernetes_groups: Value<BTreeSet<String>> = computed(),
        /// The Kubernetes user; null for the one that EKS gives.
        pub user_name: Value<String> = computed(),
        /// The access policies, by name; null if there are none.
        pub access_policies: Value<BTreeMap<String, PolicyModel>> = computed(),
    }
}

model! {
    /// An access policy of an entry.
    pub struct PolicyModel {
        /// Where in the cluster the policy holds.
        pub access_scope: Value<AccessScope> = computed(),
    }
}

model! {
    /// One row of the ConfigMap.
    pub struct RowModel {
        /// `mapRoles`, `mapUsers` or `mapAccounts`.
        pub source: Value<String> = computed(),
        /// The position in that list, counted from 0.
        pub index: Value<i64> = computed(),
        /// The ARN that the row names, as written; in `mapAccounts` the account.
        pub arn: Value<String> = computed(),
        /// The Kubernetes user, as written.
        pub username: Value<String> = computed(),
        /// The Kubernetes groups, as written.
        pub groups: Value<Vec<String>> = computed(),
        /// `migrate`, `covered`, `conflict`, `owned_by_eks`, `dead` or `blocked`.
        pub verdict: Value<String> = computed(),
        /// Why, and what to do.
        pub reason: Value<String> = computed(),
    }
}

impl From<Translation> for AwsAuthModel {
    fn from(translation: Translation) -> Self {
        let entries = translation.entries.into_iter().map(|(arn, entry)| (arn, entry.into()));
        Self {
            entries: Value::Known(filled!(entries)),
            rows: Value::Known(translation.rows.into_iter().map(RowModel::from).collect()),
        }
    }
}

impl From<Entry> for EntryModel {
    fn from(entry: Entry) -> Self {
        let policy = |(name, scope): (String, aws::AccessScope)| {
            (name, PolicyModel { access_scope: Value::Known(AccessScope::from_api(&scope, None)) })
        };
        let policies: BTreeMap<_, _> = filled!(entry.access_policies.into_iter().map(policy));
        let is_node = entry.entry_type.owns_groups_and_user_name();
        Self {
            principal_arn: Value::Known(entry.principal_arn),
            r#type: Value::Known(entry.entry_type.to_string()),
            kubernetes_groups: if is_node { Value::Null } else { Value::Known(entry.kubernetes_groups) },
            user_name: entry.user_name.into(),
            access_policies: if policies.is_empty() { Value::Null } else { Value::Known(policies) },
        }
    }
}

impl From<Row> for RowModel {
    fn from(row: Row) -> Self {
        Self {
            source: Value::Known(row.source.key().to_owned()),
            index: i64::try_from(row.index).ok().into(),
            arn: Value::Known(row.arn),
            username: row.username.into(),
            groups: Value::Known(row.groups),
            verdict: Value::Known(row.verdict.as_str().to_owned()),
            reason: Value::Known(row.reason),
        }
    }
}

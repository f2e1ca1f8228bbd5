//! An access entry and its policies, as EKS has them and as they are shown.

use std::collections::BTreeSet;

use crate::aws::{self, AssociatedPolicy, AwsError, Budget, Eks, EntryType};
use crate::framework::schema::computed;
use crate::model;
use crate::value::Value;

/// An access entry and its policies, these sorted by ARN.
pub(super) struct Found {
    pub(super) entry: aws::AccessEntry,
    pub(super) policies: Vec<AssociatedPolicy>,
}

impl Found {
    /// The entry of a principal, if there is one and it is of a type that is wanted. Of the others, and of entries that
    /// take no policies, EKS is not asked for the policies.
    pub(super) async fn find(
        eks: &Eks,
        cluster: &str,
        principal: &str,
        is_wanted: impl Fn(&EntryType) -> bool,
        budget: &Budget,
    ) -> Result<Option<Self>, AwsError> {
        let entry = eks.find_access_entry(cluster, principal, budget).await?;
        let Some(entry) = entry.filter(|entry| is_wanted(&entry.entry_type)) else { return Ok(None) };
        let policies = match entry.entry_type.takes_policies() {
            true => eks.associated_policies(cluster, principal, budget).await?,
            false => Some(Vec::new()),
        };
        // An entry without an answer has gone in between.
        Ok(policies.map(|policies| Self { entry, policies }))
    }
}

model! {
    /// Where a policy holds.
    pub struct ScopeModel {
        /// `cluster` for the whole cluster, or `namespace` for some namespaces.
        pub r#type: Value<String> = computed(),
        /// The namespaces, if `type` is `namespace`; else none.
        pub namespaces: Value<BTreeSet<String>> = computed(),
    }
}

impl From<&aws::AccessScope> for ScopeModel {
    fn from(scope: &aws::AccessScope) -> Self {
        let namespaces = match scope {
            aws::AccessScope::Namespaces(namespaces) => namespaces.clone(),
            aws::AccessScope::Cluster => BTreeSet::new(),
        };
        Self { r#type: Value::Known(scope.kind().to_owned()), namespaces: Value::Known(namespaces) }
    }
}

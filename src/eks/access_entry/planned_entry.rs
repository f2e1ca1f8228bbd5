//! What an entry is planned to be, for those who ask in the same plan whether access entries cover aws-auth.

use std::collections::{BTreeMap, BTreeSet};

use crate::aws::access_policy::PolicyRef;
use crate::aws::{AccessScope, EntryType};
use crate::value::Value;

use super::super::access_scope;
use super::super::walk::PlannedEntry;
use super::model::AccessEntryModel;

/// What the entry is planned to be; `None` while anything is not known that a row of aws-auth could ask for.
pub(super) fn of(config: &AccessEntryModel, planned: &AccessEntryModel, is_new: bool) -> Option<PlannedEntry> {
    let entry_type = EntryType::from(planned.r#type.known()?.as_str());
    let is_ours = !entry_type.owns_groups_and_user_name();
    let kubernetes_groups = match &planned.kubernetes_groups {
        Value::Known(groups) if is_ours => groups.clone(),
        Value::Unknown if is_ours => return None,
        _ => BTreeSet::new(),
    };
    let user_name = match &planned.user_name {
        Value::Known(name) if is_ours && !name.is_empty() => name.clone(),
        Value::Unknown if is_ours && !config.user_name.is_null() => return None,
        _ => planned.default_user_name().unwrap_or_default(),
    };
    let policies = match &planned.access_policies {
        Value::Known(_) => Some(policies(planned)?),
        Value::Null => None,
        Value::Unknown => return None,
    };
    Some(PlannedEntry { entry_type, kubernetes_groups, user_name, policies, is_new })
}

fn policies(planned: &AccessEntryModel) -> Option<BTreeMap<String, AccessScope>> {
    let mut policies = BTreeMap::new();
    for (policy, of) in planned.access_policies.known().into_iter().flatten() {
        let policy = PolicyRef::parse(policy).ok()?;
        let scope = of.access_scope.known().and_then(access_scope::AccessScope::known)?;
        policies.insert(policy.name().to_owned(), scope);
    }
    Some(policies)
}

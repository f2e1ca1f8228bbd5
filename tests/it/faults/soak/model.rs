//! What one entry should look like.

use std::collections::BTreeMap;

use fastrand::Rng;
use serde_json::{Value as Json, json};

use super::super::{ADMIN, EDIT, VIEW};
use crate::support::eks::policy;

/// An access entry, as far as the model tells it apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) groups: Vec<String>,
    pub(super) tags: BTreeMap<String, String>,
    /// By ARN, whether the scope is the cluster.
    pub(super) policies: BTreeMap<String, bool>,
}

impl Entry {
    /// Some entry.
    pub(super) fn any(rng: &mut Rng) -> Self {
        let groups = ["a", "b", "c"].into_iter().filter(|_| rng.bool()).map(str::to_owned).collect();
        let tags = ["k", "l"].into_iter().filter(|_| rng.bool()).collect::<Vec<_>>();
        let tags = tags.into_iter().map(|key| (key.to_owned(), rng.u8(..3).to_string())).collect();
        let policies = [VIEW, EDIT, ADMIN].into_iter().filter(|_| rng.bool()).collect::<Vec<_>>();
        let policies = policies.into_iter().map(|name| (policy(name), rng.bool())).collect();
        Self { groups, tags, policies }
    }

    /// As EKS shows it.
    pub(super) fn shown(shown: &Json) -> Self {
        let texts =
            |list: &Json| list.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect();
        let policies = shown["associatedAccessPolicies"].as_array().unwrap().iter();
        let mut groups: Vec<String> = texts(&shown["kubernetesGroups"]);
        groups.sort();
        Self {
            groups,
            tags: serde_json::from_value(shown["tags"].clone()).unwrap_or_default(),
            policies: policies
                .map(|of| (of["policyArn"].as_str().unwrap().to_owned(), of["accessScope"]["type"] == "cluster"))
                .collect(),
        }
    }

    /// As the configuration says it.
    pub(super) fn config(&self) -> Json {
        let scope = |cluster: bool| match cluster {
            true => json!({ "type": "cluster" }),
            false => json!({ "type": "namespace", "namespaces": ["dev"] }),
        };
        let policies: BTreeMap<_, _> =
            self.policies.iter().map(|(arn, cluster)| (arn, json!({ "access_scope": scope(*cluster) }))).collect();
        json!({ "kubernetes_groups": self.groups, "tags": self.tags, "access_policies": policies })
    }

    /// Whether this may be seen between `before` and `after`: each part is that of the one or of the other.
    pub(super) fn is_between(&self, before: &Self, after: &Self) -> bool {
        let groups = self.groups == before.groups || self.groups == after.groups;
        groups
            && is_mixed(&self.tags, &before.tags, &after.tags)
            && is_mixed(&self.policies, &before.policies, &after.policies)
    }
}

fn is_mixed<V: PartialEq>(
    now: &BTreeMap<String, V>,
    before: &BTreeMap<String, V>,
    after: &BTreeMap<String, V>,
) -> bool {
    let mut keys = now.keys().chain(before.keys()).chain(after.keys());
    keys.all(|key| now.get(key) == before.get(key) || now.get(key) == after.get(key))
}

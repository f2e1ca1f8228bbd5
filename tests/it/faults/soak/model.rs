//! What is played with, and what it should look like.

use std::collections::BTreeMap;
use std::fmt::Debug;

use fastrand::Rng;
use serde_json::{Value as Json, json};

use super::super::truth::policy_arn;
use super::super::{ADMIN, EDIT, VIEW, made_by_others};
use crate::support::eks::{CLUSTER, World, policy, role};

/// An object that is created, changed and lost, as far as the model tells it apart. The default is what has nothing yet.
pub(super) trait Thing: Clone + Debug + Default + PartialEq {
    const TYPE: &'static str;
    /// Those of one practitioner.
    const NAMES: [&'static str; 4];

    /// What has to be there first.
    fn prepare(_: &World) {}

    /// Some object.
    fn any(rng: &mut Rng) -> Self;

    /// As the configuration says it.
    fn config(&self, name: &str, rng: &mut Rng) -> Json;

    /// What it is imported by.
    fn id(name: &str) -> String;

    /// How messages call it.
    fn shown_name(name: &str) -> String;

    /// What EKS has.
    fn live(world: &World, name: &str) -> Option<Self>;

    /// What the state says of it, beside this, which is there.
    fn said(&self, state: &Json) -> Self;

    /// Whether this may be seen between `before` and `after`: each part is that of the one or of the other.
    fn is_between(&self, before: &Self, after: &Self) -> bool;

    /// Somebody else makes it this.
    fn put(&self, world: &World, name: &str);

    /// Somebody else removes it.
    fn remove(world: &World, name: &str);
}

/// An access entry, as far as the model tells it apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) groups: Vec<String>,
    pub(super) tags: BTreeMap<String, String>,
    /// By ARN, whether the scope is the cluster.
    pub(super) policies: BTreeMap<String, bool>,
}

impl Entry {
    /// As EKS shows it.
    fn shown(shown: &Json) -> Self {
        let texts =
            |list: &Json| list.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect();
        let mut groups: Vec<String> = texts(&shown["kubernetesGroups"]);
        groups.sort();
        let tags = serde_json::from_value(shown["tags"].clone()).unwrap_or_default();
        Self { groups, tags, policies: associated(shown) }
    }
}

impl Thing for Entry {
    const TYPE: &'static str = "eks_access_entry";
    const NAMES: [&'static str; 4] = ["first", "second", "third", "fourth"];

    fn any(rng: &mut Rng) -> Self {
        let groups = ["a", "b", "c"].into_iter().filter(|_| rng.bool()).map(str::to_owned).collect();
        let tags = ["k", "l"].into_iter().filter(|_| rng.bool()).collect::<Vec<_>>();
        let tags = tags.into_iter().map(|key| (key.to_owned(), rng.u8(..3).to_string())).collect();
        let policies = [VIEW, EDIT, ADMIN].into_iter().filter(|_| rng.bool()).collect::<Vec<_>>();
        let policies = policies.into_iter().map(|name| (policy(name), rng.bool())).collect();
        Self { groups, tags, policies }
    }

    fn config(&self, name: &str, rng: &mut Rng) -> Json {
        let policies: BTreeMap<_, _> =
            self.policies.iter().map(|(arn, cluster)| (arn, json!({ "access_scope": scope(*cluster) }))).collect();
        let on_conflict = rng.bool().then_some("adopt");
        json!({
            "cluster_name": CLUSTER, "principal_arn": role(name), "on_conflict": on_conflict, "tags": self.tags,
            "kubernetes_groups": self.groups, "access_policies": policies,
        })
    }

    fn id(name: &str) -> String {
        format!("{CLUSTER}:{}", role(name))
    }

    fn shown_name(name: &str) -> String {
        role(name)
    }

    fn live(world: &World, name: &str) -> Option<Self> {
        world.entry(&role(name)).map(|shown| Self::shown(&shown))
    }

    fn said(&self, state: &Json) -> Self {
        let policies = state["access_policies"].as_object().into_iter().flatten();
        let policies = policies.map(|(key, of)| (policy_arn(key), of["access_scope"]["type"] == "cluster"));
        Self {
            groups: serde_json::from_value(state["kubernetes_groups"].clone()).unwrap(),
            tags: serde_json::from_value(state["tags_all"].clone()).unwrap(),
            policies: if state["access_policies"].is_null() { self.policies.clone() } else { policies.collect() },
        }
    }

    fn is_between(&self, before: &Self, after: &Self) -> bool {
        let groups = self.groups == before.groups || self.groups == after.groups;
        groups
            && is_mixed(&self.tags, &before.tags, &after.tags)
            && is_mixed(&self.policies, &before.policies, &after.policies)
    }

    fn put(&self, world: &World, name: &str) {
        let theirs = json!({
            "principalArn": role(name), "kubernetesGroups": self.groups, "tags": self.tags,
            "accessPolicies": wanted(&self.policies),
        });
        world.emulator.put_entry(CLUSTER, theirs).unwrap();
    }

    fn remove(world: &World, name: &str) {
        world.emulator.remove_entry(CLUSTER, &role(name));
    }
}

/// A policy on the entry that all associations of a practitioner share: whether its scope is the cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Association(Option<bool>);

/// Whose entry that is.
const SHARED: &str = "shared";

impl Association {
    fn all(world: &World) -> BTreeMap<String, bool> {
        associated(&world.entry(&role(SHARED)).unwrap())
    }

    fn set(world: &World, policies: &BTreeMap<String, bool>) {
        let theirs = json!({ "principalArn": role(SHARED), "accessPolicies": wanted(policies) });
        world.emulator.put_entry(CLUSTER, theirs).unwrap();
    }
}

impl Thing for Association {
    const TYPE: &'static str = "eks_access_policy_association";
    const NAMES: [&'static str; 4] = [VIEW, EDIT, ADMIN, "AmazonEKSClusterAdminPolicy"];

    fn prepare(world: &World) {
        world.emulator.put_entry(CLUSTER, made_by_others(SHARED, &[])).unwrap();
    }

    fn any(rng: &mut Rng) -> Self {
        Self(Some(rng.bool()))
    }

    fn config(&self, name: &str, _: &mut Rng) -> Json {
        json!({
            "cluster_name": CLUSTER, "principal_arn": role(SHARED), "policy_arn": name,
            "access_scope": scope(self.0.unwrap()),
        })
    }

    fn id(name: &str) -> String {
        format!("{CLUSTER}#{}#{}", role(SHARED), policy(name))
    }

    fn shown_name(name: &str) -> String {
        name.to_owned()
    }

    fn live(world: &World, name: &str) -> Option<Self> {
        Self::all(world).get(&policy(name)).map(|is_cluster| Self(Some(*is_cluster)))
    }

    fn said(&self, state: &Json) -> Self {
        Self(Some(state["access_scope"]["type"] == "cluster"))
    }

    fn is_between(&self, before: &Self, after: &Self) -> bool {
        self == before || self == after
    }

    fn put(&self, world: &World, name: &str) {
        let mut policies = Self::all(world);
        policies.insert(policy(name), self.0.unwrap());
        Self::set(world, &policies);
    }

    fn remove(world: &World, name: &str) {
        let mut policies = Self::all(world);
        policies.remove(&policy(name));
        Self::set(world, &policies);
    }
}

/// By ARN, whether the scope is the cluster, as EKS shows it.
fn associated(entry: &Json) -> BTreeMap<String, bool> {
    let policies = entry["associatedAccessPolicies"].as_array().unwrap().iter();
    policies.map(|of| (of["policyArn"].as_str().unwrap().to_owned(), of["accessScope"]["type"] == "cluster")).collect()
}

/// The same as EKS is asked for it.
fn wanted(policies: &BTreeMap<String, bool>) -> Vec<Json> {
    policies.iter().map(|(arn, cluster)| json!({ "policyArn": arn, "accessScope": scope(*cluster) })).collect()
}

fn scope(is_cluster: bool) -> Json {
    match is_cluster {
        true => json!({ "type": "cluster" }),
        false => json!({ "type": "namespace", "namespaces": ["dev"] }),
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

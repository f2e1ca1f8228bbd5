//! One practitioner, and what is done at random.

use std::collections::{BTreeMap, BTreeSet};

use eks_emulator::{Fault, FaultKind};
use fastrand::Rng;
use serde_json::{Value as Json, json};

use super::super::truth::{import_id, is_uncertain, policy_arn};
use super::model::Entry;
use crate::support::core::{Failure, Origin, Severity};
use crate::support::eks::{CLUSTER, World, role};

const TYPE: &str = "eks_access_entry";

/// The entries that are played with.
const NAMES: [&str; 4] = ["first", "second", "third", "fourth"];

pub(super) struct Lane {
    number: usize,
    world: World,
    rng: Rng,
    /// What EKS should have.
    model: BTreeMap<&'static str, Entry>,
    /// Where the state may be behind: somebody else has been there, or an error has said that nobody knows.
    behind: BTreeSet<&'static str>,
    steps: usize,
    pub(super) faults: usize,
    pub(super) failed: usize,
}

#[derive(Clone, Debug)]
enum Step {
    Put(Entry),
    Destroy,
    Refresh,
    Import,
    /// Somebody else removes it.
    Disappear,
    /// Somebody else changes it.
    Drift(Entry),
}

impl Lane {
    pub(super) async fn start(number: usize, seed: u64) -> Self {
        // Every other one takes the first answer for the last.
        let provider = if number.is_multiple_of(2) { json!({ "max_retries": 0 }) } else { json!({}) };
        let world = World::start_with("API", provider).await;
        // Kept answers would look like a leak; what comes of repeated tokens has tests of its own.
        world.emulator.settings(json!({ "replay_tokens": false })).unwrap();
        let rng = Rng::with_seed(seed.wrapping_add(number as u64));
        Self { number, world, rng, model: BTreeMap::new(), behind: BTreeSet::new(), steps: 0, faults: 0, failed: 0 }
    }

    pub(super) async fn step(&mut self) {
        self.steps += 1;
        let name = NAMES[self.rng.usize(..NAMES.len())];
        let step = self.choose();
        let fault = (self.rng.u8(..100) < 10).then(|| Fault {
            kind: FaultKind::ALL[self.rng.usize(..FaultKind::ALL.len())],
            after: self.rng.u32(..4),
            ms: 20,
            ..Fault::default()
        });
        self.faults += usize::from(fault.is_some());
        self.world.emulator.clear_calls();
        let told = format!("lane {}, step {}: {step:?} of {name} with {fault:?}", self.number, self.steps);

        let before = self.model.get(name).cloned();
        let stored = self.world.stored(TYPE, name);
        let was_tainted = stored.as_ref().is_some_and(|stored| stored.tainted);
        self.world.new_walk().await.unwrap();
        if let Some(fault) = &fault {
            self.world.emulator.add_fault(fault.clone());
        }
        let outcome = self.perform(name, &step).await;
        self.world.emulator.clear_faults();

        let now: BTreeMap<_, _> = NAMES.iter().filter_map(|name| Some((*name, self.live(name)?))).collect();
        for other in NAMES.iter().filter(|other| **other != name) {
            assert_eq!(now.get(other), self.model.get(other), "{told}: {other} is not concerned");
        }
        let wanted = match &step {
            Step::Put(entry) => Some(entry.clone()),
            Step::Drift(entry) => before.as_ref().map(|_| entry.clone()),
            Step::Destroy if stored.is_some() => None,
            Step::Disappear => None,
            Step::Destroy | Step::Refresh | Step::Import => before.clone(),
        };
        match &outcome {
            Ok(()) => assert_eq!(now.get(name), wanted.as_ref(), "{told}"),
            Err(failure) => {
                self.failed += 1;
                assert!(fault.is_some(), "{told}: {failure:#?}");
                check_errors(failure, name, &told);
                let made_again = |now: &Entry, wanted: &Entry| was_tainted && now.is_between(&Entry::default(), wanted);
                let fits = match (now.get(name), &before, &wanted) {
                    (None, before, wanted) => before.is_none() || wanted.is_none() || was_tainted,
                    (Some(now), None, Some(wanted)) => now.is_between(&Entry::default(), wanted),
                    (Some(now), Some(before), Some(wanted)) => {
                        now.is_between(before, wanted) || made_again(now, wanted)
                    }
                    (Some(now), Some(before), None) => now == before,
                    (Some(_), None, None) => false,
                };
                assert!(fits, "{told}: from {before:?}, {:?}: {failure:#?}", now.get(name));
            }
        }
        self.model = now;
        let by_others = matches!(step, Step::Disappear | Step::Drift(_));
        match &outcome {
            // Nothing was done.
            Ok(()) if matches!(step, Step::Import) && before.is_none() => {}
            Ok(()) if by_others => drop(self.behind.insert(name)),
            Ok(()) => drop(self.behind.remove(name)),
            Err(failure) if is_uncertain(&failure.diagnostics) => drop(self.behind.insert(name)),
            Err(_) => {}
        }
        if !self.behind.contains(name) {
            self.check_state(name, &told);
        }
    }

    fn choose(&mut self) -> Step {
        match self.rng.u8(..20) {
            0..9 => Step::Put(Entry::any(&mut self.rng)),
            9..13 => Step::Destroy,
            13..15 => Step::Refresh,
            15..17 => Step::Import,
            17 => Step::Disappear,
            _ => Step::Drift(Entry::any(&mut self.rng)),
        }
    }

    async fn perform(&mut self, name: &'static str, step: &Step) -> Result<(), Failure> {
        let world = &self.world;
        match step {
            Step::Put(entry) => {
                let mut config = entry.config();
                let members = config.as_object_mut().unwrap();
                members.insert("cluster_name".to_owned(), CLUSTER.into());
                members.insert("principal_arn".to_owned(), role(name).into());
                if self.rng.bool() {
                    members.insert("on_conflict".to_owned(), "adopt".into());
                }
                let planned = match world.plan(TYPE, name, config.clone()).await {
                    // It was lost at some time, and the plan says how to get it back.
                    Err(failure) if let Some(id) = import_id(&failure) => {
                        world.import(TYPE, name, &id).await?;
                        world.plan(TYPE, name, config).await?
                    }
                    planned => planned?,
                };
                world.apply(planned).await.map(drop)
            }
            Step::Destroy => match world.state(TYPE, name) {
                Some(_) => world.destroy(TYPE, name).await.map(drop),
                None => Ok(()),
            },
            Step::Refresh => world.refresh(TYPE, name).await.map(drop),
            Step::Import if self.model.contains_key(name) => {
                let forgotten = world.forget(TYPE, name);
                let imported = world.import(TYPE, name, &format!("{CLUSTER}:{}", role(name))).await;
                if let (Err(_), Some(forgotten)) = (&imported, forgotten) {
                    world.store(TYPE, name, forgotten);
                }
                imported.map(drop)
            }
            Step::Import => Ok(()),
            Step::Disappear => {
                world.emulator.remove_entry(CLUSTER, &role(name));
                Ok(())
            }
            Step::Drift(entry) => {
                if self.model.contains_key(name) {
                    let policies: Vec<_> = entry.policies.iter().map(|(arn, cluster)| scoped(arn, *cluster)).collect();
                    let theirs = json!({
                        "principalArn": role(name), "kubernetesGroups": entry.groups, "tags": entry.tags,
                        "accessPolicies": policies,
                    });
                    world.emulator.put_entry(CLUSTER, theirs).unwrap();
                }
                Ok(())
            }
        }
    }

    /// What EKS has.
    fn live(&self, name: &str) -> Option<Entry> {
        self.world.entry(&role(name)).map(|shown| Entry::shown(&shown))
    }

    /// What is in the state is what EKS has.
    fn check_state(&self, name: &str, told: &str) {
        let Some(state) = self.world.state(TYPE, name) else { return };
        let live = self.live(name).unwrap_or_else(|| panic!("{told}: in the state, and not there: {state}"));
        let policies = state["access_policies"].as_object().into_iter().flatten();
        let policies = policies.map(|(key, of)| (policy_arn(key), of["access_scope"]["type"] == "cluster"));
        let said = Entry {
            groups: serde_json::from_value(state["kubernetes_groups"].clone()).unwrap(),
            tags: serde_json::from_value(state["tags_all"].clone()).unwrap(),
            policies: if state["access_policies"].is_null() { live.policies.clone() } else { policies.collect() },
        };
        assert_eq!(said, live, "{told}: the state, against what is there");
    }
}

fn scoped(arn: &str, cluster: bool) -> Json {
    match cluster {
        true => json!({ "policyArn": arn, "accessScope": { "type": "cluster" } }),
        false => json!({ "policyArn": arn, "accessScope": { "type": "namespace", "namespaces": ["dev"] } }),
    }
}

/// Every error is the provider's own, and says which entry it is about.
fn check_errors(failure: &Failure, name: &str, told: &str) {
    let errors = failure.diagnostics.iter().filter(|diag| diag.severity == Severity::Error);
    for error in errors {
        assert_eq!(error.origin, Origin::Provider, "{told}: {error:?}");
        assert!(error.detail.contains(&role(name)), "{told}: {error:?}");
        assert!(!error.detail.contains("This is a bug"), "{told}: {error:?}");
    }
}

//! One practitioner, and what is done at random.

use std::collections::{BTreeMap, BTreeSet};

use eks_emulator::{Fault, FaultKind};
use fastrand::Rng;
use serde_json::json;

use super::super::truth::{import_id, is_uncertain};
use super::model::Thing;
use crate::support::core::{Failure, Origin, Severity};
use crate::support::eks::World;

pub(super) struct Lane<T> {
    number: usize,
    world: World,
    rng: Rng,
    /// What EKS should have.
    model: BTreeMap<&'static str, T>,
    /// Where the state may be behind: somebody else has been there, or an error has said that nobody knows.
    behind: BTreeSet<&'static str>,
    steps: usize,
    faults: usize,
    failed: usize,
}

#[derive(Clone, Debug)]
enum Step<T> {
    Put(T),
    Destroy,
    Refresh,
    Import,
    /// Somebody else removes it.
    Disappear,
    /// Somebody else changes it.
    Drift(T),
}

impl<T: Thing> Lane<T> {
    pub(super) async fn start(number: usize, seed: u64) -> Self {
        // Every other one takes the first answer for the last.
        let provider = if number.is_multiple_of(2) { json!({ "max_retries": 0 }) } else { json!({}) };
        let world = World::start_with("API", provider).await;
        // Kept answers would look like a leak; what comes of repeated tokens has tests of its own.
        world.emulator.settings(json!({ "replay_tokens": false })).unwrap();
        T::prepare(&world);
        let rng = Rng::with_seed(seed.wrapping_add(number as u64));
        Self { number, world, rng, model: BTreeMap::new(), behind: BTreeSet::new(), steps: 0, faults: 0, failed: 0 }
    }

    /// How many faults there were, and how many operations ended in an error.
    pub(super) fn tally(&self) -> (usize, usize) {
        (self.faults, self.failed)
    }

    pub(super) async fn step(&mut self) {
        self.steps += 1;
        let name = T::NAMES[self.rng.usize(..T::NAMES.len())];
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
        let stored = self.world.stored(T::TYPE, name);
        let was_tainted = stored.as_ref().is_some_and(|stored| stored.tainted);
        self.world.new_walk().await.unwrap();
        if let Some(fault) = &fault {
            self.world.emulator.add_fault(fault.clone());
        }
        let outcome = self.perform(name, &step).await;
        self.world.emulator.clear_faults();

        let live = |name: &&'static str| Some((*name, T::live(&self.world, name)?));
        let now: BTreeMap<_, _> = T::NAMES.iter().filter_map(live).collect();
        for other in T::NAMES.iter().filter(|other| **other != name) {
            assert_eq!(now.get(other), self.model.get(other), "{told}: {other} is not concerned");
        }
        let wanted = match &step {
            Step::Put(thing) => Some(thing.clone()),
            Step::Drift(thing) => before.as_ref().map(|_| thing.clone()),
            Step::Destroy if stored.is_some() => None,
            Step::Disappear => None,
            Step::Destroy | Step::Refresh | Step::Import => before.clone(),
        };
        match &outcome {
            Ok(()) => assert_eq!(now.get(name), wanted.as_ref(), "{told}"),
            Err(failure) => {
                self.failed += 1;
                assert!(fault.is_some(), "{told}: {failure:#?}");
                check_errors::<T>(failure, name, &told);
                let made_again = |now: &T, wanted: &T| was_tainted && now.is_between(&T::default(), wanted);
                let fits = match (now.get(name), &before, &wanted) {
                    (None, before, wanted) => before.is_none() || wanted.is_none() || was_tainted,
                    (Some(now), None, Some(wanted)) => now.is_between(&T::default(), wanted),
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

    fn choose(&mut self) -> Step<T> {
        match self.rng.u8(..20) {
            0..9 => Step::Put(T::any(&mut self.rng)),
            9..13 => Step::Destroy,
            13..15 => Step::Refresh,
            15..17 => Step::Import,
            17 => Step::Disappear,
            _ => Step::Drift(T::any(&mut self.rng)),
        }
    }

    async fn perform(&mut self, name: &'static str, step: &Step<T>) -> Result<(), Failure> {
        let world = &self.world;
        match step {
            Step::Put(thing) => {
                let config = thing.config(name, &mut self.rng);
                let planned = match world.plan(T::TYPE, name, config.clone()).await {
                    // It was lost at some time, and the plan says how to get it back.
                    Err(failure) if let Some(id) = import_id(&failure) => {
                        world.import(T::TYPE, name, &id).await?;
                        world.plan(T::TYPE, name, config).await?
                    }
                    planned => planned?,
                };
                world.apply(planned).await.map(drop)
            }
            Step::Destroy => match world.state(T::TYPE, name) {
                Some(_) => world.destroy(T::TYPE, name).await.map(drop),
                None => Ok(()),
            },
            Step::Refresh => world.refresh(T::TYPE, name).await.map(drop),
            Step::Import if self.model.contains_key(name) => {
                let forgotten = world.forget(T::TYPE, name);
                let imported = world.import(T::TYPE, name, &T::id(name)).await;
                if let (Err(_), Some(forgotten)) = (&imported, forgotten) {
                    world.store(T::TYPE, name, forgotten);
                }
                imported.map(drop)
            }
            Step::Import => Ok(()),
            Step::Disappear => {
                T::remove(world, name);
                Ok(())
            }
            Step::Drift(thing) => {
                if self.model.contains_key(name) {
                    thing.put(world, name);
                }
                Ok(())
            }
        }
    }

    /// What is in the state is what EKS has.
    fn check_state(&self, name: &str, told: &str) {
        let Some(state) = self.world.state(T::TYPE, name) else { return };
        let live = T::live(&self.world, name).unwrap_or_else(|| panic!("{told}: in the state, and not there: {state}"));
        assert_eq!(live.said(&state), live, "{told}: the state, against what is there");
    }
}

/// Every error is the provider's own, and says what it is about.
fn check_errors<T: Thing>(failure: &Failure, name: &str, told: &str) {
    let errors = failure.diagnostics.iter().filter(|diag| diag.severity == Severity::Error);
    for error in errors {
        assert_eq!(error.origin, Origin::Provider, "{told}: {error:?}");
        assert!(error.detail.contains(&T::shown_name(name)), "{told}: {error:?}");
        assert!(!error.detail.contains("This is a bug"), "{told}: {error:?}");
    }
}

//! What an object declares about its calls, which the documentation tells everybody, and what it really calls.

use std::collections::BTreeSet;
use std::future::Future;

use terraform_provider_eks::eks::Eks;
use terraform_provider_eks::framework::{Call, Provider};

use super::eks::{CLUSTER, World};

/// An object, and the calls that it was seen to make.
pub(crate) struct Declared {
    name: &'static str,
    declared: BTreeSet<&'static str>,
    seen: BTreeSet<String>,
}

impl Declared {
    pub(crate) fn resource(name: &'static str) -> Self {
        let it = Eks::RESOURCES.iter().find(|it| it.name() == name).unwrap();
        Self::new(name, it.calls())
    }

    pub(crate) fn data_source(name: &'static str) -> Self {
        let it = Eks::DATA_SOURCES.iter().find(|it| it.name() == name).unwrap();
        Self::new(name, it.calls())
    }

    pub(crate) fn list(name: &'static str) -> Self {
        let it = Eks::LISTS.iter().find(|it| it.name() == name).unwrap();
        Self::new(name, it.calls())
    }

    pub(crate) fn ephemeral(name: &'static str) -> Self {
        let it = Eks::EPHEMERALS.iter().find(|it| it.name() == name).unwrap();
        Self::new(name, it.calls())
    }

    fn new(name: &'static str, calls: &[Call]) -> Self {
        Self { name, declared: calls.iter().map(|call| call.name).collect(), seen: BTreeSet::new() }
    }

    /// Takes note of what the emulator was asked, for this object alone.
    pub(crate) fn saw(&mut self, world: &World) {
        let calls = world.emulator.calls();
        self.seen.extend(calls.iter().map(|call| format!("{}:{}", call.service, call.operation)));
        world.emulator.clear_calls();
    }

    /// What was seen is what is declared: nothing more, and nothing less.
    #[track_caller]
    pub(crate) fn assert_complete(&self) {
        let seen: BTreeSet<_> = self.seen.iter().map(String::as_str).collect();
        assert_eq!(seen, self.declared, "calls of {}: seen on the left, CALLS on the right", self.name);
    }
}

/// Does something while somebody else takes the cluster to an authentication mode, which takes until it is looked at.
pub(crate) async fn while_changing_to<T>(world: &World, mode: &str, does: impl Future<Output = T>) -> T {
    world.emulator.start_mode_update(CLUSTER, mode, 3_600_000).unwrap();
    let ends = async {
        while !world.emulator.calls().iter().any(|call| call.operation == "DescribeUpdate") {
            tokio::task::yield_now().await;
        }
        world.emulator.finish_updates(CLUSTER).unwrap();
    };
    tokio::pin!(does);
    tokio::select! {
        done = &mut does => done,
        () = ends => does.await,
    }
}

//! Every call of an action × every kind of fault.
//!
//! Which calls there are is taken from a run without faults, so that a new call joins by itself.

use eks_emulator::{Fault, FaultKind};
use futures_util::stream::{self, StreamExt};
use serde_json::{Value as Json, json};

use super::truth::{Truth, judge, lasting};
use crate::support::core::{Diag, Failure, as_json};
use crate::support::eks::{CLUSTER, World};

/// Something that the provider looks after, and how it comes to be and changes.
pub(super) struct Object {
    pub(super) type_name: &'static str,
    /// The mode that the cluster is in before anything happens.
    pub(super) mode: &'static str,
    /// Entries that are there before anything happens, with their policies.
    pub(super) found: Vec<Json>,
    /// What is created.
    pub(super) first: Json,
    /// What it is changed to.
    pub(super) then: Json,
    /// What it is imported by; nothing for a data source.
    pub(super) id: String,
}

impl Object {
    /// Whether it is kept in the state: a data source is not.
    pub(super) fn is_kept(&self) -> bool {
        !self.id.is_empty()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Create,
    Read,
    Update,
    Delete,
    Import,
    /// Reads a data source.
    Data,
}

/// How a fault comes, and what the provider has against it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// It passes, and there is time to try again.
    Passing,
    /// It stays, and the first answer counts.
    Refusing,
    /// It stays, and the time for trying again is short.
    Slow,
}

/// One fault in one action.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) operation: String,
    /// How many calls of that operation go well before.
    pub(super) after: u32,
    pub(super) kind: FaultKind,
    pub(super) manner: Manner,
}

const KINDS: [FaultKind; 9] = [
    FaultKind::Throttle,
    FaultKind::ServerError,
    FaultKind::Unavailable,
    FaultKind::Drop,
    FaultKind::DropAfter,
    FaultKind::Hang,
    FaultKind::Delay,
    FaultKind::Garbage,
    FaultKind::AccessDenied,
];

/// How many cases go on at once. Most of their time is spent waiting.
const AT_ONCE: usize = 16;

/// Longer than any test runs.
const FOREVER: u64 = 3_600_000;

/// Has every call of `action` on the object spoiled in every way, one at a time, and judges what comes of it.
pub(super) async fn hold(object: Object, action: Action) {
    let (object, plain) = (&object, &run(&object, action, None).await);
    assert_eq!(plain.outcome, Ok(()), "without a fault");
    let cases: Vec<Case> = positions(&plain.calls).into_iter().flat_map(|at| cases(at, action)).collect();
    assert!(cases.len() >= KINDS.len(), "{action:?} makes no call that could go wrong: {:?}", plain.calls);
    let judged = stream::iter(&cases).map(async |case| {
        let ran = Box::pin(run(object, action, Some(case))).await;
        let judged = Box::pin(judge(object, action, case, &ran, plain));
        judged.await.err().map(|wrong| format!("{case:?}: {wrong}"))
    });
    let wrong: Vec<_> = judged.buffer_unordered(AT_ONCE).filter_map(async |wrong| wrong).collect().await;
    assert!(wrong.is_empty(), "{} of {} cases:\n\n{}", wrong.len(), cases.len(), wrong.join("\n\n"));
}

/// An action that is over, and the world before and after it.
pub(super) struct Ran {
    pub(super) world: World,
    pub(super) before: Truth,
    pub(super) after: Truth,
    /// The operations called, in their order.
    pub(super) calls: Vec<String>,
    /// What a data source has found.
    pub(super) found: Json,
    pub(super) outcome: Result<(), Vec<Diag>>,
}

async fn run(object: &Object, action: Action, case: Option<&Case>) -> Ran {
    let world = start(object, case.map(|case| case.manner)).await;
    if !matches!(action, Action::Create | Action::Data) {
        perform(&world, object, Action::Create, None).await.unwrap();
        hurry(&world, object, timeouts(case));
    }
    if action == Action::Import {
        world.forget(object.type_name, NAME);
    }
    world.new_walk().await.unwrap();
    let before = Truth::of(&world, object);
    world.emulator.clear_calls();
    if let Some(case) = case {
        world.emulator.add_fault(case.fault(action));
    }
    let outcome = perform(&world, object, action, timeouts(case)).await;
    world.emulator.clear_faults();
    let calls = world.emulator.calls().into_iter().map(|call| call.operation).collect();
    let after = Truth::of(&world, object);
    let (found, outcome) = match outcome {
        Ok(found) => (found, Ok(())),
        Err(Failure { diagnostics }) => (Json::Null, Err(diagnostics)),
    };
    Ran { world, before, after, calls, found, outcome }
}

async fn start(object: &Object, manner: Option<Manner>) -> World {
    let provider = if manner == Some(Manner::Refusing) { json!({ "max_retries": 0 }) } else { json!({}) };
    let world = World::start_with(object.mode, provider).await;
    for entry in &object.found {
        world.emulator.put_entry(CLUSTER, entry.clone()).unwrap();
    }
    world
}

/// The name of the one object in its configuration.
pub(super) const NAME: &str = "this";

/// Does it. What a data source has found, else nothing.
pub(super) async fn perform(
    world: &World,
    object: &Object,
    action: Action,
    timeouts: Option<Json>,
) -> Result<Json, Failure> {
    let type_name = object.type_name;
    let timely = |config: &Json| {
        let mut config = config.clone();
        config.as_object_mut().unwrap().extend(timeouts.clone().map(|timeouts| ("timeouts".to_owned(), timeouts)));
        config
    };
    match action {
        Action::Create => world.apply(world.plan(type_name, NAME, timely(&object.first)).await?).await.map(drop)?,
        Action::Update => world.apply(world.plan(type_name, NAME, timely(&object.then)).await?).await.map(drop)?,
        Action::Delete => world.destroy(type_name, NAME).await.map(drop)?,
        Action::Read => world.refresh(type_name, NAME).await.map(drop)?,
        Action::Import => world.import(type_name, NAME, &object.id).await.map(drop)?,
        Action::Data => {
            let found = world.data(type_name, object.first.clone()).await?;
            return Ok(lasting(as_json(&found.state)));
        }
    }
    Ok(Json::Null)
}

fn timeouts(case: Option<&Case>) -> Option<Json> {
    let Case { manner, kind, .. } = case?;
    // Only where the end of its time is what ends it: a busy machine must not cut short what is to be looked at.
    let is_short = match manner {
        Manner::Passing => false,
        Manner::Refusing => matches!(kind, FaultKind::Hang | FaultKind::Delay),
        Manner::Slow => true,
    };
    if !is_short {
        return None;
    }
    let time = "500ms";
    Some(json!({ "create": time, "read": time, "update": time, "delete": time }))
}

/// Gives the object in the state other timeouts, without a call.
fn hurry(world: &World, object: &Object, timeouts: Option<Json>) {
    let Some(timeouts) = timeouts else { return };
    let mut stored = world.stored(object.type_name, NAME).unwrap();
    let mut attributes: Json = serde_json::from_slice(&stored.attributes).unwrap();
    attributes["timeouts"] = timeouts;
    stored.attributes = attributes.to_string().into_bytes();
    world.store(object.type_name, NAME, stored);
}

/// Each call, as its operation and the number of calls of that operation before it.
fn positions(calls: &[String]) -> Vec<(String, u32)> {
    let before = |at: usize| calls[..at].iter().filter(|call| **call == calls[at]).count();
    (0..calls.len()).map(|at| (calls[at].clone(), u32::try_from(before(at)).unwrap())).collect()
}

fn cases((operation, after): (String, u32), action: Action) -> impl Iterator<Item = Case> {
    // Neither an import nor a data source has a timeouts block.
    let has_timeouts = !matches!(action, Action::Import | Action::Data);
    let applies = move |manner, kind| match (manner, kind) {
        (Manner::Refusing, _) => true,
        // What is not tried again is the same in every manner.
        (_, FaultKind::Garbage | FaultKind::AccessDenied) => false,
        (Manner::Passing, _) => true,
        // What ends with the time is the same without another try.
        (Manner::Slow, FaultKind::Hang | FaultKind::Delay) => false,
        (Manner::Slow, _) => has_timeouts,
    };
    let all = [Manner::Passing, Manner::Refusing, Manner::Slow].into_iter();
    let all = all.flat_map(|manner| KINDS.map(|kind| (manner, kind))).filter(move |(m, kind)| applies(*m, *kind));
    all.map(move |(manner, kind)| Case { operation: operation.clone(), after, kind, manner })
}

impl Case {
    fn fault(&self, action: Action) -> Fault {
        let bounded = matches!(action, Action::Import | Action::Data) || self.manner == Manner::Passing;
        Fault {
            after: self.after,
            times: if self.manner == Manner::Passing { 1 } else { u32::MAX },
            ms: if bounded { 50 } else { FOREVER },
            ..Fault::new(&self.operation, self.kind)
        }
    }

    /// Whether trying again is all that it takes.
    pub(super) fn passes(&self) -> bool {
        self.manner == Manner::Passing
    }
}

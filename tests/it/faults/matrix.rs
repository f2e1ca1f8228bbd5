//! Every call of an action × every kind of fault.
//!
//! Which calls there are is taken from a run without faults, so that a new call joins by itself.

use std::iter::repeat_n;

use eks_emulator::{Fault, FaultKind};
use futures_util::stream::{self, StreamExt};
use serde_json::{Value as Json, json};

use super::truth::{Truth, judge, lasting, policy_arn};
use crate::support::core::{Diag, Failure, as_json};
use crate::support::eks::{CLUSTER, World};

/// Something that the provider looks after, and how it comes to be and changes.
#[derive(Default)]
pub(super) struct Object {
    pub(super) type_name: &'static str,
    /// The mode that the cluster is in before anything happens.
    pub(super) mode: &'static str,
    /// Entries that are there before anything happens, with their policies.
    pub(super) found: Vec<Json>,
    /// The rows in `mapRoles` of aws-auth; empty for none.
    pub(super) aws_auth: &'static str,
    /// What is created, or looked for.
    pub(super) first: Json,
    /// What it is changed to.
    pub(super) then: Json,
    /// What it is imported by; nothing for what is only looked for.
    pub(super) id: String,
}

impl Object {
    /// Whether it is kept in the state: what is only looked for is not.
    pub(super) fn is_kept(&self) -> bool {
        !self.id.is_empty()
    }

    /// Whether the step of the mode that it takes hangs on what covers aws-auth.
    pub(super) fn is_gated(&self) -> bool {
        self.then["require_coverage"] == true
    }

    /// What names it, as an `import` block gives it.
    fn identity(&self) -> Json {
        let mut identity = json!({ "region": "us-east-1" });
        for name in ["cluster_name", "principal_arn", "policy_arn"] {
            if let Some(text) = self.first[name].as_str() {
                identity[name] = if name == "policy_arn" { policy_arn(text).into() } else { text.into() };
            }
        }
        identity
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Create,
    Read,
    Update,
    Delete,
    Import,
    ImportByIdentity,
    /// Reads a data source.
    Data,
    /// Asks a list resource.
    List,
}

impl Action {
    pub(super) fn is_import(self) -> bool {
        matches!(self, Self::Import | Self::ImportByIdentity)
    }

    /// Whether it is about nothing that is kept.
    fn only_looks(self) -> bool {
        matches!(self, Self::Data | Self::List)
    }
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

/// How many cases go on at once. Most of their time is spent waiting.
const AT_ONCE: usize = 16;

/// Longer than any test runs.
const FOREVER: u64 = 3_600_000;

/// Has every call of `action` on the object spoiled in every way, one at a time, and judges what comes of it.
pub(super) async fn hold(object: Object, action: Action) {
    hold_at(object, action, positions).await;
}

/// The same with some of the calls alone, of those that a run without faults makes.
pub(super) async fn hold_at(object: Object, action: Action, choose: fn(&[String]) -> Vec<(String, u32)>) {
    let (object, plain) = (&object, &run(&object, action, None).await);
    assert_eq!(plain.outcome, Ok(()), "without a fault");
    let cases: Vec<Case> = choose(&plain.calls).into_iter().flat_map(|at| cases(at, action)).collect();
    assert!(cases.len() >= FaultKind::ALL.len(), "{action:?} makes no call that could go wrong: {:?}", plain.calls);
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
    /// The operations called, in their order, and then each look at aws-auth.
    pub(super) calls: Vec<String>,
    /// What a data source or a list has found.
    pub(super) found: Json,
    /// A list that lacks something has failed as well: its warnings say what.
    pub(super) outcome: Result<(), Vec<Diag>>,
}

async fn run(object: &Object, action: Action, case: Option<&Case>) -> Ran {
    let world = start(object, case.map(|case| case.manner)).await;
    if !(action == Action::Create || action.only_looks()) {
        perform(&world, object, Action::Create, None).await.unwrap();
        hurry(&world, object, timeouts(case));
    }
    if action.is_import() {
        world.forget(object.type_name, NAME);
    }
    world.new_walk().await.unwrap();
    let before = Truth::of(&world, object);
    let looks = world.emulator.aws_auth_looks();
    world.emulator.clear_calls();
    if let Some(case) = case {
        world.emulator.add_fault(case.fault(action));
    }
    let outcome = perform(&world, object, action, timeouts(case)).await;
    world.emulator.clear_faults();
    let looks = repeat_n("GetConfigMap".to_owned(), world.emulator.aws_auth_looks() - looks);
    let calls = world.emulator.calls().into_iter().map(|call| call.operation).chain(looks).collect();
    let after = Truth::of(&world, object);
    let (found, outcome) = match outcome {
        Ok(Found { shown, warnings }) if action == Action::List && !warnings.is_empty() => (shown, Err(warnings)),
        Ok(Found { shown, .. }) => (shown, Ok(())),
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
    if !object.aws_auth.is_empty() {
        let data = [("mapRoles".to_owned(), object.aws_auth.to_owned())];
        world.emulator.set_aws_auth(CLUSTER, Some(data.into())).unwrap();
    }
    world
}

/// What an action has found, if it looks for something.
#[derive(Default)]
pub(super) struct Found {
    shown: Json,
    warnings: Vec<Diag>,
}

/// The name of the one object in its configuration.
pub(super) const NAME: &str = "this";

/// Does it.
pub(super) async fn perform(
    world: &World,
    object: &Object,
    action: Action,
    timeouts: Option<Json>,
) -> Result<Found, Failure> {
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
        Action::ImportByIdentity => {
            world.import_identity(type_name, NAME, &object.identity()).await.map(drop)?;
        }
        Action::Data => {
            let found = world.data(type_name, object.first.clone()).await?;
            return Ok(Found { shown: lasting(as_json(&found.state)), warnings: found.warnings });
        }
        Action::List => {
            let listed = world.list(type_name, object.first.clone(), true, 10_000).await?;
            let shown = listed.found.iter().map(
                |found| json!({ "identity": as_json(&found.identity), "object": lasting(as_json(&found.resource)) }),
            );
            return Ok(Found { shown: shown.collect(), warnings: listed.warnings });
        }
    }
    Ok(Found::default())
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
pub(super) fn positions(calls: &[String]) -> Vec<(String, u32)> {
    let before = |at: usize| calls[..at].iter().filter(|call| **call == calls[at]).count();
    (0..calls.len()).map(|at| (calls[at].clone(), u32::try_from(before(at)).unwrap())).collect()
}

fn cases((operation, after): (String, u32), action: Action) -> impl Iterator<Item = Case> {
    // Neither an import nor what only looks has a timeouts block.
    let has_timeouts = !(action.is_import() || action.only_looks());
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
    let all =
        all.flat_map(|manner| FaultKind::ALL.map(|kind| (manner, kind))).filter(move |(m, kind)| applies(*m, *kind));
    all.map(move |(manner, kind)| Case { operation: operation.clone(), after, kind, manner })
}

impl Case {
    fn fault(&self, action: Action) -> Fault {
        let bounded = action.is_import() || action.only_looks() || self.manner == Manner::Passing;
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

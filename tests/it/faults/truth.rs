//! What is there, what the state says, and whether the two are the same.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::matrix::{Action, Case, NAME, Object, Ran, perform};
use crate::support::core::{Action as Planned, Diag, Failure, Origin, Severity};
use crate::support::eks::{CLUSTER, World, policy};

/// The world at one moment.
pub(super) struct Truth {
    /// What EKS has: entries by their principal, policies by principal and ARN.
    things: BTreeSet<Thing>,
    /// All that EKS shows, but for times and what is drawn by lot.
    shown: Vec<Json>,
    /// What the state has of the object.
    state: Option<Json>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Thing {
    Entry { principal: String },
    Policy { principal: String, arn: String },
    Mode(String),
}

impl Truth {
    pub(super) fn of(world: &World, object: &Object) -> Self {
        let cluster = world.emulator.cluster(CLUSTER).unwrap();
        let mode = text(&cluster["accessConfig"]["authenticationMode"]);
        let entries = world.emulator.entries(CLUSTER);
        let mut things = BTreeSet::from([Thing::Mode(mode.clone())]);
        for entry in &entries {
            let principal = text(&entry["principalArn"]);
            for policy in entry["associatedAccessPolicies"].as_array().unwrap() {
                things.insert(Thing::Policy { principal: principal.clone(), arn: text(&policy["policyArn"]) });
            }
            things.insert(Thing::Entry { principal });
        }
        let mut shown: Vec<Json> = entries.into_iter().map(lasting).collect();
        shown.push(mode.into());
        let state = if object.is_kept() { world.state(object.type_name, NAME) } else { None };
        Self { things, shown, state }
    }

    /// What the state tells of.
    fn told(&self, object: &Object) -> BTreeSet<Thing> {
        let Some(state) = &self.state else { return BTreeSet::new() };
        let principal = || text(&state["principal_arn"]);
        match object.type_name {
            "eks_access_entry" => {
                let policies = state["access_policies"].as_object().into_iter().flat_map(|policies| policies.keys());
                let policies = policies.map(|key| Thing::Policy { principal: principal(), arn: policy_arn(key) });
                policies.chain([Thing::Entry { principal: principal() }]).collect()
            }
            "eks_access_policy_association" => {
                [Thing::Policy { principal: principal(), arn: policy_arn(&text(&state["policy_arn"])) }].into()
            }
            "eks_authentication_mode" => [Thing::Mode(text(&state["authentication_mode"]))].into(),
            _ => BTreeSet::new(),
        }
    }
}

/// Holds what an action with a fault has come to against what it comes to without one.
pub(super) async fn judge(object: &Object, action: Action, case: &Case, ran: &Ran, plain: &Ran) -> Result<(), String> {
    let result = match &ran.outcome {
        // The gate is there for exactly this.
        Ok(()) if object.is_gated() && !case.passes() => Err("the step was made unseen".to_owned()),
        Ok(()) => same("EKS, after it succeeded", &ran.after.shown, &plain.after.shown)
            .and_then(|()| same("what was found", &ran.found, &plain.found))
            .map_err(|wrong| format!("it succeeded, but {wrong}")),
        Err(diagnostics) if case.passes() => Err(format!("it was not tried again: {diagnostics:#?}")),
        Err(diagnostics) => {
            check_errors(object, case, diagnostics).and_then(|()| check_list(diagnostics, &ran.found, &plain.found))
        }
    };
    result?;
    check_things(object, ran, plain)?;
    check_state(object, ran).await?;
    if ran.outcome.is_ok() { Ok(()) } else { recover(object, action, ran, plain).await }
}

fn check_errors(object: &Object, case: &Case, diagnostics: &[Diag]) -> Result<(), String> {
    let errors: Vec<_> = diagnostics.iter().filter(|diag| diag.severity == Severity::Error).collect();
    for error in &errors {
        let told = format!("{}: {}", error.summary, error.detail);
        if error.origin != Origin::Provider || told.contains("This is a bug") {
            return Err(format!("not the provider's own words: {error:?}"));
        }
        let named = object.first["principal_arn"].as_str().unwrap_or(CLUSTER);
        let is_about_one = object.first["cluster_name"].is_string();
        if is_about_one && !(told.contains(named) || told.contains(&format!("cluster {CLUSTER}"))) {
            return Err(format!("which one? {told}"));
        }
        if !(told.contains(" failed") || told.contains("aws-auth of cluster dev cannot be read")) {
            return Err(format!("what happened? {told}"));
        }
    }
    let is_change = !["Describe", "List", "Get"].iter().any(|verb| case.operation.starts_with(verb));
    let is_denied = errors.iter().any(|error| error.detail.contains("AccessDeniedException"));
    if is_change && is_denied && is_uncertain(diagnostics) {
        return Err(format!("a refusal is certain: {diagnostics:#?}"));
    }
    Ok(())
}

/// A list that goes on without something says of what: it is told by its principal, or its cluster.
fn check_list(diagnostics: &[Diag], found: &Json, all: &Json) -> Result<(), String> {
    let (Some(found), Some(all)) = (found.as_array(), all.as_array()) else { return Ok(()) };
    for missing in all.iter().filter(|object| !found.contains(object)) {
        let identity = &missing["identity"];
        let name = identity["principal_arn"].as_str().or(identity["cluster_name"].as_str()).unwrap_or_default();
        if !diagnostics.iter().any(|diag| diag.detail.contains(name)) {
            return Err(format!("{missing} is missing, and nothing is said of it: {diagnostics:#?}"));
        }
    }
    Ok(())
}

/// Nothing is lost, and nothing goes that would not have gone anyway.
fn check_things(object: &Object, ran: &Ran, plain: &Ran) -> Result<(), String> {
    let told = ran.after.told(object);
    let names = |thing: &Thing| {
        let diagnostics = ran.outcome.as_ref().err().into_iter().flatten();
        diagnostics.clone().any(|diag| thing.is_named_in(&format!("{}\n{}", diag.detail, diag.path)))
    };
    for made in ran.after.things.difference(&ran.before.things) {
        if !plain.after.things.contains(made) {
            let on_the_way = matches!(made, Thing::Mode(_));
            if !on_the_way {
                return Err(format!("{made:?} was made, and nobody asked for it"));
            }
        }
        // A change of the mode has EKS make entries of its own.
        let is_theirs = object.type_name == "eks_authentication_mode" && !matches!(made, Thing::Mode(_));
        if !(told.contains(made) || names(made) || is_theirs) {
            return Err(format!("{made:?} is there, in neither the state nor an error: {:#?}", ran.outcome));
        }
    }
    for gone in ran.before.things.difference(&ran.after.things) {
        if plain.after.things.contains(gone) {
            return Err(format!("{gone:?} was removed, and nobody asked for it"));
        }
    }
    Ok(())
}

/// What the state says is what a look without faults finds, unless the error says that it is not known.
async fn check_state(object: &Object, ran: &Ran) -> Result<(), String> {
    let Some(state) = &ran.after.state else { return Ok(()) };
    if ran.outcome.as_ref().is_err_and(|diagnostics| is_uncertain(diagnostics)) {
        return Ok(());
    }
    ran.world.new_walk().await.map_err(told)?;
    let stored = ran.world.stored(object.type_name, NAME).unwrap();
    patient(&ran.world, object);
    ran.world.refresh(object.type_name, NAME).await.map_err(told)?;
    let mut found = ran.world.state(object.type_name, NAME).unwrap_or_default();
    ran.world.store(object.type_name, NAME, stored);
    let mut state = state.clone();
    // An association whose entry could not be read is without the entry's ARN until the next look, and has warned of that.
    let without_arn = state["access_entry_arn"].is_null().then_some("access_entry_arn");
    for lesser in ["modified_at", "timeouts"].into_iter().chain(without_arn) {
        for side in [&mut found, &mut state] {
            side.as_object_mut().map(|side| side.remove(lesser));
        }
    }
    same("the state, against what is there", &state, &found).map_err(|why| format!("{why}\n{:#?}", ran.outcome))
}

/// Without the fault, doing it again is all that it takes; where that would take over what may be somebody else's, the plan
/// says how.
async fn recover(object: &Object, action: Action, ran: &Ran, plain: &Ran) -> Result<(), String> {
    let world = &ran.world;
    world.new_walk().await.map_err(told)?;
    patient(world, object);
    let lost = action == Action::Create && ran.after.state.is_none();
    if action.is_import() {
        world.forget(object.type_name, NAME);
    }
    let done = match Box::pin(perform(world, object, action, None)).await {
        Err(failure) if lost && object.type_name == "eks_access_entry" => {
            let id = import_id(&failure).ok_or_else(|| format!("no way out: {}", told(failure)))?;
            world.import(object.type_name, NAME, &id).await.map_err(told)?;
            perform(world, object, action, None).await
        }
        done => done,
    };
    done.map_err(|failure| format!("the second try fails: {}", told(failure)))?;
    let now = Truth::of(world, object);
    same("EKS, after the second try", &now.shown, &plain.after.shown)?;
    if now.state.is_some() && matches!(action, Action::Create | Action::Update) {
        let config = if action == Action::Create { &object.first } else { &object.then };
        let next = world.plan(object.type_name, NAME, config.clone()).await.map_err(told)?;
        same("the next plan", &format!("{:?}", next.action), &format!("{:?}", Planned::NoOp))?;
    }
    Ok(())
}

/// Gives the object that is in the state the time that it needs.
fn patient(world: &World, object: &Object) {
    let Some(mut stored) = world.stored(object.type_name, NAME) else { return };
    let mut attributes: Json = serde_json::from_slice(&stored.attributes).unwrap();
    attributes["timeouts"] = Json::Null;
    stored.attributes = attributes.to_string().into_bytes();
    world.store(object.type_name, NAME, stored);
}

/// The id in the import block that the plan gives.
pub(super) fn import_id(failure: &Failure) -> Option<String> {
    let detail = &failure.diagnostics.iter().find(|diag| diag.summary.contains("exists already"))?.detail;
    let (_, rest) = detail.split_once("import {")?;
    let (_, rest) = rest.split_once("id = \"")?;
    rest.split_once('"').map(|(id, _)| id.to_owned())
}

/// Whether an error says that nobody knows what became of the call.
pub(super) fn is_uncertain(diagnostics: &[Diag]) -> bool {
    let errors = diagnostics.iter().filter(|diag| diag.severity == Severity::Error);
    errors
        .map(|diag| &diag.detail)
        .any(|detail| detail.contains("may have been made all the same") || detail.contains("is not known"))
}

impl Thing {
    fn is_named_in(&self, text: &str) -> bool {
        match self {
            Self::Entry { principal } => text.contains(principal),
            Self::Policy { principal, arn } => {
                text.contains(principal) && text.contains(arn.rsplit('/').next().unwrap_or(arn))
            }
            Self::Mode(mode) => text.contains(mode.as_str()) || text.contains("authentication mode of cluster"),
        }
    }
}

/// What stays the same from one run to the next, of what EKS or a data source shows.
pub(super) fn lasting(shown: Json) -> Json {
    const PASSING: [&str; 8] = [
        "accessEntryArn",
        "access_entry_arn",
        "createdAt",
        "created_at",
        "modifiedAt",
        "modified_at",
        "associatedAt",
        "associated_at",
    ];
    match shown {
        Json::Object(members) => {
            let members = members.into_iter().filter(|(name, _)| !PASSING.contains(&name.as_str()));
            Json::Object(members.map(|(name, member)| (name, lasting(member))).collect())
        }
        Json::Array(elements) => elements.into_iter().map(lasting).collect(),
        other => other,
    }
}

/// The ARN of a policy that is written by ARN or by name.
pub(super) fn policy_arn(written: &str) -> String {
    if written.starts_with("arn:") { written.to_owned() } else { policy(written) }
}

fn text(json: &Json) -> String {
    json.as_str().unwrap_or_default().to_owned()
}

fn told(failure: Failure) -> String {
    format!("{:#?}", failure.diagnostics)
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, this: &T, that: &T) -> Result<(), String> {
    if this == that { Ok(()) } else { Err(format!("{what}:\n{this:?}\ninstead of\n{that:?}")) }
}

//! The small Core itself: a provider that keeps to the rules passes, and one that breaks a rule is caught.

mod apply_rules;
mod other_rules;
mod plan_rules;
mod proposals;
mod schemas;
mod state_rules;
mod walks;

use serde_json::{Value as Json, json};
use terraform_provider_eks::plugin::generated::tfplugin6 as pb;
use terraform_provider_eks::value::{Attributes, Dynamic};

use crate::support::core::{Applied, Converged, Core, Failure, Plan};
use crate::support::toy::{Answer, Toy, change, encode};
use crate::support::toy_schema::identity_type;

/// Something of everything.
fn config() -> Json {
    json!({
        "name": "a",
        "size": 3,
        "labels": ["x", "y"],
        "tags": { "team": "blue" },
        "zones": ["north"],
        "any": { "deep": [1, true] },
        "secret": "s3cret",
        "settings": { "one": { "level": "high" } },
        "access": [{ "who": "me" }, { "who": "you" }],
        "rule": [{ "port": 80 }, { "port": 443 }],
        "timeouts": { "create": "5m" },
    })
}

/// The same, but for these arguments.
fn config_with(changes: Json) -> Json {
    let mut config = config();
    for (name, value) in changes.as_object().unwrap() {
        config[name] = value.clone();
    }
    config
}

/// Core in front of a toy whose answers go through `bend`.
async fn core(bend: impl Fn(Answer<'_>) + Send + Sync + 'static) -> Result<Core, Failure> {
    let (_, service) = Toy::bent(bend);
    let mut core = Core::start(service).await?;
    core.configure(json!({})).await?;
    Ok(core)
}

/// How an answer is bent, and what Core says to it.
type Case<T> = (fn(&mut T), &'static str);

fn number(value: i64) -> Dynamic {
    Dynamic::Number(value.into())
}

fn set(attributes: &mut Attributes, name: &str, value: Dynamic) {
    attributes.insert(name.to_owned(), value).expect("one of the toy's attributes");
}

/// The elements of a list or set, or the members of a map or object, one of them changed.
fn inside(attributes: &mut Attributes, name: &str, change: impl FnOnce(&mut Dynamic)) {
    match attributes.get_mut(name).unwrap() {
        Dynamic::List(elements) | Dynamic::Set(elements) => change(&mut elements[0]),
        Dynamic::Map(elements) => change(elements.values_mut().next().unwrap()),
        Dynamic::Object(members) => change(members.values_mut().next().unwrap()),
        other => panic!("nothing inside {other:?}"),
    }
}

fn identity(id: Dynamic) -> Option<pb::ResourceIdentityData> {
    let identity_data = encode(&Dynamic::object([("id", id)]), &identity_type());
    Some(pb::ResourceIdentityData { identity_data })
}

fn unknown_id(value: &mut Option<pb::DynamicValue>) {
    change(value, |a| set(a, "id", Dynamic::Unknown));
}

fn secret(value: &mut Option<pb::DynamicValue>) {
    change(value, |a| set(a, "secret", "s3cret".into()));
}

async fn plan(core: &Core, changes: Json) -> Result<Plan, Failure> {
    core.plan("toy_thing", "a", config_with(changes)).await
}

async fn apply(core: &Core) -> Result<Applied, Failure> {
    core.apply(plan(core, json!({})).await?).await
}

async fn converge(core: &Core) -> Result<Converged, Failure> {
    core.converge("toy_thing", "a", config()).await
}

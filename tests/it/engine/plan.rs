//! Plan: what is shown before anything is done.

use std::collections::{BTreeMap, BTreeSet};

use terraform_provider_eks::framework::engine::plan::{Plan, Planned};
use terraform_provider_eks::framework::engine::upgrade::Upgrade;
use terraform_provider_eks::framework::schema::Field;
use terraform_provider_eks::framework::{Attribute, Change, Diagnostic, Model};
use terraform_provider_eks::value::{AttributePath, Dynamic, Value};

use super::toy::{Bit, Part, Remote, Thing, ThingIdentity, ThingModel, known, raw, went_wrong};
use super::{
    assert_nothing_said, assert_our_bug, assert_said, decoded, decoded_dynamic, encoded, encoded_dynamic, null,
};

/// The question that Terraform asks when this is there and that is configured.
fn plan(prior: Option<ThingModel>, config: ThingModel) -> Plan {
    let proposed = proposed(prior.clone().map(Attribute::encode).as_ref(), config.clone().encode());
    Plan {
        type_name: "toy_thing".to_owned(),
        prior: prior.map_or_else(null::<ThingModel>, encoded),
        proposed: encoded_dynamic::<ThingModel>(&proposed),
        config: encoded(config),
        ..Plan::default()
    }
}

fn create(config: ThingModel) -> Plan {
    plan(None, config)
}

fn removal() -> Plan {
    Plan {
        type_name: "toy_thing".to_owned(),
        prior: encoded(ThingModel::state("cup")),
        proposed: null::<ThingModel>(),
        config: null::<ThingModel>(),
        private: b"ours".to_vec(),
        ..Plan::default()
    }
}

/// What Terraform proposes: the configuration, and as it was what that leaves to the provider.
fn proposed(prior: Option<&Dynamic>, config: Dynamic) -> Dynamic {
    fn object(prior: Option<&Dynamic>, config: Dynamic, fields: &[Field]) -> Dynamic {
        let Dynamic::Object(mut attributes) = config else { return config };
        for field in fields {
            let prior = prior.and_then(|prior| prior.attribute(field.name));
            let value = attributes.remove(field.name).unwrap_or_default();
            let value = match field.inner() {
                _ if value.is_null() && field.is_computed() => prior.cloned().unwrap_or_default(),
                Some((_, fields)) => object(prior, value, fields),
                None => value,
            };
            attributes.insert(field.name, value);
        }
        Dynamic::Object(attributes)
    }
    object(prior, config, &ThingModel::fields())
}

fn state(planned: &Planned) -> ThingModel {
    decoded(&planned.state).unwrap()
}

fn replaced(planned: &Planned) -> BTreeSet<String> {
    planned.requires_replace.iter().map(AttributePath::to_string).collect()
}

fn paths<const N: usize>(paths: [&str; N]) -> BTreeSet<String> {
    paths.map(str::to_owned).into()
}

fn new_cup() -> ThingModel {
    ThingModel {
        color: known("red"),
        zone: Value::Unknown,
        hints: Value::Unknown,
        id: Value::Unknown,
        revision: Value::Unknown,
        ..ThingModel::config("cup")
    }
}

#[tokio::test]
async fn hook_fails() {
    let remote = Remote {
        plan: |cx, _| {
            cx.warn(Diagnostic::warning("Tired", "It is late."));
            Err(went_wrong())
        },
        ..Remote::default()
    };
    let engine = remote.engine().await;
    let said = ["warning: Tired", "error: Went wrong"];
    assert_said(&engine.plan(create(ThingModel::config("cup"))).await.diagnostics, &said);
    assert_said(&engine.plan(removal()).await.diagnostics, &said);
}

#[tokio::test]
async fn hook_panics() {
    let remote = Remote { plan: |_, _| panic!("on purpose"), ..Remote::default() };
    let planned = remote.engine().await.plan(create(ThingModel::config("cup"))).await;
    assert_said(&planned.diagnostics, &["error: Provider panicked"]);
    assert_our_bug(&planned.diagnostics);
}

/// Terraform would refuse such a plan in words that help nobody.
#[tokio::test]
async fn hook_breaks_a_rule() {
    let remote = Remote {
        plan: |_, change| {
            if let Change::Create { planned, .. } = change {
                planned.size = Value::Known(3);
                planned.nickname = known("mug");
                planned.body = Value::Known(Part { kind: known("square"), ..planned.body.known().unwrap().clone() });
                planned.rule.clone_from(&Value::Known(vec![Part::config("round")]));
            }
            Ok(())
        },
        ..Remote::default()
    };
    let body = Value::Known(Part::config("round"));
    let config = ThingModel { size: Value::Known(1), body, ..ThingModel::config("cup") };
    let planned = remote.engine().await.plan(create(config)).await;
    let wrong = ["size", "nickname", "body.kind", "rule"].map(|path| format!("error at {path}: Invalid plan"));
    assert_said(&planned.diagnostics, &wrong.each_ref().map(String::as_str));
    assert_our_bug(&planned.diagnostics);
}

#[tokio::test]
async fn hook_decides() {
    let remote = Remote {
        plan: |_, change| {
            if let Change::Create { planned, .. } = change {
                planned.zone = known("west");
                planned.id = known("id-9");
            }
            Ok(())
        },
        ..Remote::default()
    };
    let planned = remote.engine().await.plan(create(ThingModel::config("cup"))).await;
    assert_nothing_said(&planned.diagnostics);
    assert_eq!(state(&planned), ThingModel { zone: known("west"), id: known("id-9"), ..new_cup() });
}

#[tokio::test]
async fn hook_decides_on_null() {
    let remote = Remote {
        plan: |_, change| {
            if let Change::Update { planned, .. } = change {
                planned.zone = Value::Null;
            }
            Ok(())
        },
        ..Remote::default()
    };
    let planned = remote.engine().await.plan(plan(Some(ThingModel::state("cup")), ThingModel::config("cup"))).await;
    assert_nothing_said(&planned.diagnostics);
    let shown =
        ThingModel { zone: Value::Null, revision: Value::Unknown, hints: Value::Unknown, ..ThingModel::state("cup") };
    assert_eq!(state(&planned), shown);
}

/// A model cannot say that one element of a set is unknown: what the hook leaves alone stays as Terraform proposed it.
#[tokio::test]
async fn what_no_model_can_express_is_kept() {
    let tags = Dynamic::set(["a".into(), Dynamic::Unknown]);
    let Dynamic::Object(mut config) = ThingModel::config("cup").encode() else { unreachable!("a model is an object") };
    config.insert("tags", tags.clone());
    let config = encoded_dynamic::<ThingModel>(&Dynamic::Object(config));
    let question = Plan { proposed: config.clone(), config, ..create(ThingModel::config("cup")) };
    let planned = Remote::default().engine().await.plan(question).await;
    assert_nothing_said(&planned.diagnostics);
    assert_eq!(decoded_dynamic::<ThingModel>(&planned.state).attribute("tags"), Some(&tags));
}

#[tokio::test]
async fn new_object() {
    let planned = Remote::default().engine().await.plan(create(ThingModel::config("cup"))).await;
    assert_nothing_said(&planned.diagnostics);
    assert_eq!(state(&planned), new_cup());
    assert_eq!(replaced(&planned), paths([]));
}

#[tokio::test]
async fn defaults_and_unknowns_inside() {
    let config = ThingModel {
        body: Value::Known(Part::config("round")),
        parts: Value::Known(BTreeMap::from([("left".to_owned(), Part::config("round"))])),
        bits: Value::Known([Bit { kind: known("round") }].into()),
        place: Value::Known(Part { finish: known("glossy"), ..Part::config("round") }),
        rule: Value::Known(vec![Part::config("round")]),
        ..ThingModel::config("cup")
    };
    let planned = Remote::default().engine().await.plan(create(config.clone())).await;
    assert_nothing_said(&planned.diagnostics);
    let part = Part { finish: known("matte"), serial: Value::Unknown, ..Part::config("round") };
    let shown = ThingModel {
        body: Value::Known(part.clone()),
        parts: Value::Known(BTreeMap::from([("left".to_owned(), part.clone())])),
        bits: config.bits,
        place: Value::Known(Part { finish: known("glossy"), ..part.clone() }),
        rule: Value::Known(vec![part]),
        ..new_cup()
    };
    assert_eq!(state(&planned), shown);
}

/// The same configuration again: nothing to do, so nothing becomes unknown.
#[tokio::test]
async fn nothing_to_do() {
    let made = |kind: &str| Part { finish: known("matte"), serial: known("serial-1"), ..Part::config(kind) };
    let prior = ThingModel { body: Value::Known(made("round")), ..ThingModel::state("cup") };
    let config = ThingModel { body: Value::Known(Part::config("round")), ..ThingModel::config("cup") };
    let planned = Remote::default().engine().await.plan(plan(Some(prior.clone()), config)).await;
    assert_nothing_said(&planned.diagnostics);
    assert_eq!(state(&planned), prior);
    assert_eq!(replaced(&planned), paths([]));
}

#[tokio::test]
async fn update_in_place() {
    let config = ThingModel { size: Value::Known(2), ..ThingModel::config("cup") };
    let planned = Remote::default().engine().await.plan(plan(Some(ThingModel::state("cup")), config)).await;
    assert_nothing_said(&planned.diagnostics);
    let shown = ThingModel {
        size: Value::Known(2),
        revision: Value::Unknown,
        hints: Value::Unknown,
        ..ThingModel::state("cup")
    };
    assert_eq!(state(&planned), shown);
    assert_eq!(replaced(&planned), paths([]));
}

/// An argument taken out of the configuration is taken out of the object; a default comes back.
#[tokio::test]
async fn argument_taken_out() {
    let prior = ThingModel { size: Value::Known(2), color: known("blue"), ..ThingModel::state("cup") };
    let planned = Remote::default().engine().await.plan(plan(Some(prior), ThingModel::config("cup"))).await;
    assert_nothing_said(&planned.diagnostics);
    assert_eq!((state(&planned).size, state(&planned).color), (Value::Null, known("red")));
}

async fn replacement(prior: ThingModel, config: ThingModel) -> BTreeSet<String> {
    let planned = Remote::default().engine().await.plan(plan(Some(prior), config)).await;
    assert_nothing_said(&planned.diagnostics);
    replaced(&planned)
}

#[tokio::test]
async fn replacement_by_attribute() {
    assert_eq!(replacement(ThingModel::state("cup"), ThingModel::config("mug")).await, paths(["name"]));
}

#[tokio::test]
async fn replacement_on_condition() {
    let west = ThingModel { zone: known("west"), ..ThingModel::config("cup") };
    let nowhere = ThingModel { zone: Value::Null, ..ThingModel::state("cup") };
    assert_eq!(replacement(nowhere, west.clone()).await, paths([]));
    assert_eq!(replacement(ThingModel::state("cup"), west).await, paths(["zone"]));
}

#[tokio::test]
async fn replacement_by_what_is_inside() {
    let with = |thing: ThingModel, kinds: [&str; 4]| {
        let part = |kind: &str| Part { finish: known("matte"), ..Part::config(kind) };
        ThingModel {
            body: Value::Known(part(kinds[0])),
            parts: Value::Known(BTreeMap::from([("left".to_owned(), part(kinds[1]))])),
            place: Value::Known(part(kinds[2])),
            rule: Value::Known(vec![part("round"), part(kinds[3])]),
            ..thing
        }
    };
    let prior = with(ThingModel::state("cup"), ["round"; 4]);
    let config = with(ThingModel::config("cup"), ["square"; 4]);
    let kinds = paths(["body.kind", "parts[\"left\"].kind", "place.kind", "rule[1].kind"]);
    assert_eq!(replacement(prior, config).await, kinds);
}

/// A whole object that comes or goes changes what is in it.
#[tokio::test]
async fn replacement_by_an_object_that_comes_or_goes() {
    let with = |thing: ThingModel| ThingModel { body: Value::Known(Part::config("round")), ..thing };
    assert_eq!(replacement(with(ThingModel::state("cup")), ThingModel::config("cup")).await, paths(["body.kind"]));
    assert_eq!(replacement(ThingModel::state("cup"), with(ThingModel::config("cup"))).await, paths(["body.kind"]));
}

#[tokio::test]
async fn replacement_by_the_hook() {
    let remote = Remote {
        plan: |_, change| {
            if let Change::Update { requires_replace, .. } = change {
                requires_replace.extend([AttributePath::attribute("size"), AttributePath::attribute("name")]);
            }
            Ok(())
        },
        ..Remote::default()
    };
    let config = ThingModel { size: Value::Known(2), ..ThingModel::config("mug") };
    let planned = remote.engine().await.plan(plan(Some(ThingModel::state("cup")), config)).await;
    assert_eq!(replaced(&planned), paths(["name", "size"]));
}

/// Terraform plans the new object of a replacement as a create, with the private data of the old one.
#[tokio::test]
async fn create_half_of_a_replacement() {
    let remote = Remote {
        plan: |cx, change| {
            if let Change::Create { replaces: true, .. } = change {
                cx.warn(Diagnostic::warning("In place of another", ""));
            }
            Ok(())
        },
        ..Remote::default()
    };
    let engine = remote.engine().await;
    assert_nothing_said(&engine.plan(create(ThingModel::config("mug"))).await.diagnostics);
    let half = Plan { private: b"ours".to_vec(), ..create(ThingModel::config("mug")) };
    let planned = engine.plan(half).await;
    assert_said(&planned.diagnostics, &["warning: In place of another"]);
    assert_eq!((planned.private, planned.requires_replace), (b"ours".to_vec(), vec![]));
}

#[tokio::test]
async fn removal_is_planned_too() {
    let remote = Remote {
        plan: |cx, change| {
            let Change::Delete { prior } = change else { panic!("not a removal") };
            cx.warn(Diagnostic::warning("Farewell", prior.name.known().unwrap()));
            Ok(())
        },
        ..Remote::default()
    };
    let planned = remote.engine().await.plan(removal()).await;
    assert_said(&planned.diagnostics, &["warning: Farewell"]);
    assert_eq!((decoded::<ThingModel>(&planned.state), planned.private), (None, b"ours".to_vec()));
}

#[tokio::test]
async fn identity_and_private_data_are_kept() {
    let identity = || encoded(ThingIdentity { name: known("cup"), zone: known("north") });
    let config = ThingModel { size: Value::Known(2), ..ThingModel::config("cup") };
    let question =
        Plan { private: b"ours".to_vec(), identity: Some(identity()), ..plan(Some(ThingModel::state("cup")), config) };
    let planned = Remote::default().engine().await.plan(question).await;
    assert_eq!((planned.private, planned.identity), (b"ours".to_vec(), Some(identity())));
}

/// Which objects the state holds, a hook is told; a new walk begins anew.
#[tokio::test]
async fn hook_knows_what_the_state_holds() {
    let remote = Remote {
        plan: |cx, _| {
            let cup = ThingIdentity { name: known("cup"), zone: known("north") };
            if cx.state_holds::<Thing>(&cup) { Err(went_wrong()) } else { Ok(()) }
        },
        ..Remote::default()
    };
    let engine = remote.engine().await;
    assert_nothing_said(&engine.plan(create(ThingModel::config("mug"))).await.diagnostics);
    let state = raw(r#"{"name": "cup", "zone": "north"}"#);
    engine.upgrade(Upgrade { type_name: "toy_thing".to_owned(), version: 3, state }).await;
    assert_said(&engine.plan(create(ThingModel::config("mug"))).await.diagnostics, &["error: Went wrong"]);
    engine.configure(encoded(super::toy::ToyConfig::default())).await;
    assert_nothing_said(&engine.plan(create(ThingModel::config("mug"))).await.diagnostics);
}

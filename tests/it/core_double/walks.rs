//! What Core does, and in which order, with a provider that keeps to the rules.

use std::sync::Arc;

use serde_json::{Value as Json, json};
use terraform_provider_eks::plugin::generated::tfplugin6 as pb;

use super::{config, config_with, identity};
use crate::support::core::{
    Action, CallError, Core, MoveFrom, Origin, PlanOptions, Severity, Stored, UNKNOWN, as_json,
};
use crate::support::server::Served;
use crate::support::toy::{Answer, Toy, problem};

async fn honest() -> (Arc<Toy>, Core) {
    bent(|_| {}).await
}

async fn bent(bend: impl Fn(Answer<'_>) + Send + Sync + 'static) -> (Arc<Toy>, Core) {
    let (toy, service) = Toy::bent(bend);
    let mut core = Core::start(service).await.unwrap();
    core.configure(json!({ "endpoint": "http://localhost" })).await.unwrap();
    (toy, core)
}

/// Fails every apply of the toy, after the fact, and takes the new state out of the answer if `lose_state`.
fn failing(lose_state: bool) -> impl Fn(Answer<'_>) + Send + Sync + 'static {
    move |answer| {
        if let Answer::Apply(apply) = answer {
            apply.diagnostics.push(problem(pb::diagnostic::Severity::Error, "size"));
            if lose_state {
                apply.new_state = None;
            }
        }
    }
}

#[tokio::test]
async fn a_failed_create_without_state_leaves_nothing() {
    let (_, core) = bent(failing(true)).await;
    let plan = core.plan("toy_thing", "a", config()).await.unwrap();
    let failure = core.apply(plan).await.unwrap_err();
    assert_eq!(failure.only().path, "size");
    assert_eq!(failure.only().severity, Severity::Error);
    assert_eq!(core.stored("toy_thing", "a"), None);
}

#[tokio::test]
async fn a_failed_create_with_state_taints_and_is_replaced_next() {
    let (toy, core) = bent(failing(false)).await;
    let plan = core.plan("toy_thing", "a", config()).await.unwrap();
    core.apply(plan).await.unwrap_err().only();
    assert!(core.stored("toy_thing", "a").unwrap().tainted);

    let plan = core.plan("toy_thing", "a", config()).await.unwrap();
    assert_eq!(plan.action, Action::Replace);
    assert_eq!(as_json(&plan.prior)["id"], "a");
    assert_eq!(as_json(&plan.planned)["id"], UNKNOWN);
    let asked = toy.plans.lock().unwrap().last().unwrap().clone();
    assert_eq!((asked.prior_private.len(), asked.prior_identity), (0, None), "nothing of a tainted object is told");
}

#[tokio::test]
async fn a_failed_update_keeps_what_came_back() {
    let (toy, service) = Toy::honest();
    let mut core = Core::start(service).await.unwrap();
    core.configure(json!({})).await.unwrap();
    core.converge("toy_thing", "a", config()).await.unwrap();

    let (other, service) = Toy::bent(failing(false));
    other.remote.lock().unwrap().clone_from(&toy.remote.lock().unwrap());
    core.restart(service).await.unwrap();
    let plan = core.plan("toy_thing", "a", config_with(json!({ "size": 4 }))).await.unwrap();
    core.apply(plan).await.unwrap_err().only();
    assert_eq!(core.state("toy_thing", "a").unwrap()["size"], 4);
    assert!(!core.stored("toy_thing", "a").unwrap().tainted);
    assert!(!other.calls.lock().unwrap().contains(&"schema"), "a later process is not asked for its schemas");
}

#[tokio::test]
async fn a_failed_destroy_keeps_the_object() {
    let (_, core) = bent(|answer| {
        if let Answer::Apply(apply) = answer
            && apply.new_identity.is_none()
        {
            apply.diagnostics.push(problem(pb::diagnostic::Severity::Error, "name"));
        }
    })
    .await;
    core.converge("toy_thing", "a", config()).await.unwrap();
    core.destroy("toy_thing", "a").await.unwrap_err().only();
    assert!(core.stored("toy_thing", "a").is_some_and(|stored| !stored.tainted));
}

#[tokio::test]
async fn what_the_provider_refuses_ends_the_plan() {
    let (toy, core) = honest().await;
    let failure = core.plan("toy_thing", "a", config_with(json!({ "name": null }))).await.unwrap_err();
    assert_eq!((failure.only().path.as_str(), failure.only().summary.as_str()), ("name", "Toy problem"));
    assert_eq!(*toy.calls.lock().unwrap(), ["schema", "configure", "validate"]);
}

#[tokio::test]
async fn what_core_refuses_never_reaches_the_provider() {
    let (toy, core) = honest().await;
    for (config, path, text) in [
        (json!({}), "name", "missing required argument"),
        (config_with(json!({ "colour": "red" })), "colour", "unsupported argument"),
        (config_with(json!({ "size": "many" })), "size", "expected a number, found a string"),
        (config_with(json!({ "labels": 1 })), "labels", "incorrect type"),
        (config_with(json!({ "rule": [{}] })), "rule[0].port", "missing required argument"),
        (
            config_with(json!({ "rule": [{ "port": 1 }, { "port": 2 }, { "port": 3 }, { "port": 4 }] })),
            "rule",
            "too many blocks",
        ),
    ] {
        let failure = core.validate("toy_thing", config).await.unwrap_err();
        let [diag] = &*failure.diagnostics else { panic!("{failure:#?}") };
        assert_eq!((diag.origin, diag.path.as_str(), diag.detail.as_str()), (Origin::Core, path, text));
    }
    assert_eq!(*toy.calls.lock().unwrap(), ["schema", "configure"]);
}

#[tokio::test]
async fn the_whole_round() {
    let (toy, core) = honest().await;
    let done = core.converge("toy_thing", "a", config()).await.unwrap();
    assert_eq!(done.action, Action::Create);
    let expected = json!({
        "name": "a",
        "size": 3,
        "labels": ["x", "y"],
        "tags": { "team": "blue" },
        "zones": ["north"],
        "any": { "deep": [1, true] },
        "secret": null,
        "id": "a",
        "revision": 1,
        "mode": "filled mode",
        "settings": { "one": { "level": "high", "etag": "filled etag" } },
        "access": [{ "who": "me", "since": "filled since" }, { "who": "you", "since": "filled since" }],
        "limits": { "max": null },
        "rule": [{ "port": 80, "rule_id": "filled rule_id" }, { "port": 443, "rule_id": "filled rule_id" }],
        "timeouts": { "create": "5m" },
    });
    assert_eq!(as_json(&done.state), expected);
    assert_eq!(core.state("toy_thing", "a"), Some(expected));
    assert_eq!(core.identity("toy_thing", "a"), Some(json!({ "id": "a" })));
    assert_eq!(core.stored("toy_thing", "a").unwrap().private, "applied");
    assert_eq!(
        *toy.calls.lock().unwrap(),
        [
            ["schema", "configure", "validate"].as_slice(),
            &["validate", "plan"],
            &["configure", "validate", "plan", "apply"],
            &["configure", "upgrade", "read", "validate", "plan"],
        ]
        .concat()
    );
}

#[tokio::test]
async fn an_update_in_place() {
    let (toy, core) = honest().await;
    core.converge("toy_thing", "a", config()).await.unwrap();
    let done = core.converge("toy_thing", "a", config_with(json!({ "size": 4, "rule": [] }))).await.unwrap();
    assert_eq!(done.action, Action::Update);
    let asked = toy.plans.lock().unwrap()[3].clone();
    assert_eq!(asked.prior_private, "applied");
    assert!(asked.prior_identity.is_some());
}

#[tokio::test]
async fn a_replacement() {
    let (toy, core) = honest().await;
    core.converge("toy_thing", "a", config()).await.unwrap();
    let plan = core.plan("toy_thing", "a", config_with(json!({ "name": "b" }))).await.unwrap();
    assert_eq!((plan.action, plan.requires_replace.as_slice()), (Action::Replace, ["name".to_owned()].as_slice()));
    assert_eq!(as_json(&plan.planned)["revision"], UNKNOWN);
    let asked = toy.plans.lock().unwrap().last().unwrap().clone();
    assert_eq!(asked.prior_private, "planned", "the second question carries what the first one left");

    toy.calls.lock().unwrap().clear();
    let applied = core.apply(plan).await.unwrap();
    assert_eq!(as_json(&applied.state)["id"], "b");
    assert_eq!(*toy.calls.lock().unwrap(), ["configure", "upgrade", "apply", "validate", "plan", "apply"]);
    let applies = toy.applies.lock().unwrap();
    assert_eq!(applies[1].planned_identity, None);
    assert_eq!(toy.remote.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_replacement_on_request() {
    let (_, core) = honest().await;
    core.converge("toy_thing", "a", config()).await.unwrap();
    let options = PlanOptions { replace: true, ..PlanOptions::default() };
    let plan = core.plan_with("toy_thing", "a", config(), options).await.unwrap();
    assert_eq!((plan.action, plan.requires_replace.len()), (Action::Replace, 0));
    core.apply(plan).await.unwrap();
}

#[tokio::test]
async fn a_replacement_that_creates_first() {
    let (toy, core) = honest().await;
    core.converge("toy_thing", "a", config()).await.unwrap();
    let options = PlanOptions { create_before_destroy: true, ..PlanOptions::default() };
    let plan = core.plan_with("toy_thing", "a", config_with(json!({ "name": "b" })), options).await.unwrap();
    toy.calls.lock().unwrap().clear();
    core.apply(plan).await.unwrap();
    assert_eq!(*toy.calls.lock().unwrap(), ["configure", "validate", "plan", "apply", "upgrade", "plan", "apply"]);
    assert_eq!(core.state("toy_thing", "a").unwrap()["id"], "b");
    assert_eq!(toy.remote.lock().unwrap().keys().collect::<Vec<_>>(), ["b"]);
}

#[tokio::test]
async fn a_replacement_that_cannot_create_keeps_the_old_object() {
    let (toy, core) = bent(|answer| {
        if let Answer::Apply(apply) = answer
            && apply.new_identity == identity("b".into())
        {
            failing(true)(Answer::Apply(apply));
        }
    })
    .await;
    core.converge("toy_thing", "a", config()).await.unwrap();
    let options = PlanOptions { create_before_destroy: true, ..PlanOptions::default() };
    let plan = core.plan_with("toy_thing", "a", config_with(json!({ "name": "b" })), options).await.unwrap();
    core.apply(plan).await.unwrap_err().only();
    assert_eq!(core.state("toy_thing", "a").unwrap()["id"], "a");
    assert!(toy.remote.lock().unwrap().contains_key("a"));
}

#[tokio::test]
async fn changes_can_be_ignored_and_reading_skipped() {
    let (toy, core) = honest().await;
    core.converge("toy_thing", "a", config()).await.unwrap();
    toy.calls.lock().unwrap().clear();
    let options = PlanOptions { ignore_changes: &["size"], skip_refresh: true, ..PlanOptions::default() };
    let plan = core.plan_with("toy_thing", "a", config_with(json!({ "size": 5 })), options).await.unwrap();
    assert_eq!(plan.action, Action::NoOp);
    assert_eq!(*toy.calls.lock().unwrap(), ["configure", "upgrade", "validate", "plan"]);
}

#[tokio::test]
async fn what_is_unknown_in_plan_is_known_in_apply() {
    let (_, core) = honest().await;
    let unknown = config_with(
        json!({ "size": UNKNOWN, "labels": ["x", UNKNOWN], "rule": UNKNOWN, "settings": { "one": UNKNOWN } }),
    );
    core.validate("toy_thing", unknown.clone()).await.unwrap();
    let plan = core.plan("toy_thing", "a", unknown).await.unwrap();
    assert_eq!(as_json(&plan.planned)["rule"], UNKNOWN);
    let applied = core.apply_with(plan, config()).await.unwrap();
    assert_eq!(as_json(&applied.state)["size"], 3);
}

#[tokio::test]
async fn a_destroy() {
    let (toy, core) = honest().await;
    core.converge("toy_thing", "a", config()).await.unwrap();
    let plan = core.plan_destroy("toy_thing", "a").await.unwrap();
    assert_eq!(plan.action, Action::Delete);
    let destroyed = core.destroy("toy_thing", "a").await.unwrap();
    assert!(destroyed.state.is_null() && destroyed.warnings.is_empty());
    assert_eq!(core.stored("toy_thing", "a"), None);
    assert!(toy.remote.lock().unwrap().is_empty());
    assert_eq!(core.plan_destroy("toy_thing", "a").await.unwrap().action, Action::NoOp);
}

#[tokio::test]
async fn what_disappears_is_created_again() {
    let (toy, core) = honest().await;
    core.converge("toy_thing", "a", config()).await.unwrap();
    toy.remote.lock().unwrap().clear();
    let plan = core.plan("toy_thing", "a", config()).await.unwrap();
    assert_eq!(plan.action, Action::Create);
    assert!(core.refresh("toy_thing", "a").await.unwrap().is_null());
    assert_eq!(core.stored("toy_thing", "a"), None);
}

#[tokio::test]
async fn several_resources_in_one_walk() {
    let (toy, core) = honest().await;
    let (a, b) = tokio::join!(
        core.plan("toy_thing", "a", config_with(json!({ "name": "a" }))),
        core.plan("toy_thing", "b", config_with(json!({ "name": "b" }))),
    );
    let (a, b) = tokio::join!(core.apply(a.unwrap()), core.apply(b.unwrap()));
    assert_eq!((&as_json(&a.unwrap().state)["id"], &as_json(&b.unwrap().state)["id"]), (&json!("a"), &json!("b")));
    assert_eq!(toy.remote.lock().unwrap().len(), 2);
    let calls = toy.calls.lock().unwrap();
    assert_eq!(calls.iter().filter(|call| **call == "configure").count(), 2, "one walk to plan and one to apply");
}

#[tokio::test]
async fn imports() {
    let (_, core) = honest().await;
    let missing = core.import("toy_thing", "x", "nobody").await.unwrap_err();
    assert_eq!(missing.diagnostics[0].summary, "Cannot import non-existent remote object");

    core.converge("toy_thing", "a", config()).await.unwrap();
    core.verify_import("toy_thing", "a", "a", &["private"]).await.unwrap();
    core.forget("toy_thing", "a").unwrap();
    core.import_identity("toy_thing", "a", &json!({ "id": "a" })).await.unwrap();
    assert_eq!(core.plan("toy_thing", "a", config()).await.unwrap().action, Action::NoOp);
}

#[tokio::test]
async fn old_and_moved_state() {
    let (_, core) = honest().await;
    core.converge("toy_thing", "a", config()).await.unwrap();
    let state = core.state("toy_thing", "a").unwrap();

    let mut old = state.clone();
    old["any"] = Json::Null;
    old["gone"] = json!("since version 1");
    core.store("toy_thing", "a", Stored::recorded(0, &old));
    assert_eq!(core.plan("toy_thing", "a", config()).await.unwrap().action, Action::NoOp);

    let from = MoveFrom {
        provider: "registry.example/hashicorp/toy",
        type_name: "other_thing",
        schema_version: 0,
        attributes: &old,
        identity: None,
    };
    core.move_here(from, "toy_thing", "b").await.unwrap();
    assert_eq!(core.plan("toy_thing", "b", config()).await.unwrap().action, Action::NoOp);

    core.store("toy_thing", "c", Stored::recorded(2, &old));
    let failure = core.plan("toy_thing", "c", config()).await.unwrap_err();
    assert_eq!(failure.diagnostics[0].summary, "Resource instance managed by newer provider version");
}

#[tokio::test]
async fn warnings_are_kept() {
    let (_, core) = bent(|answer| {
        if let Answer::Plan(plan) = answer {
            plan.diagnostics.push(problem(pb::diagnostic::Severity::Warning, "name"));
        }
    })
    .await;
    let done = core.converge("toy_thing", "a", config()).await.unwrap();
    assert_eq!(done.warnings.len(), 2);
    assert_eq!(core.plan_destroy("toy_thing", "a").await.unwrap().warnings[0].severity, Severity::Warning);
}

#[tokio::test]
async fn data_sources() {
    let (_, core) = honest().await;
    core.validate_data("toy_thing", json!({ "name": UNKNOWN })).await.unwrap();
    let read = core.data("toy_thing", config()).await.unwrap();
    assert_eq!(as_json(&read.state)["id"], "filled id");
}

#[tokio::test]
async fn ephemeral_resources() {
    let (_, core) = honest().await;
    core.validate_ephemeral("toy_thing", json!({ "name": UNKNOWN })).await.unwrap();
    let mut opened = core.open("toy_thing", config()).await.unwrap();
    assert!(opened.renew_at.is_some() && opened.warnings.is_empty());
    assert_eq!(as_json(&opened.result)["id"], "filled id");
    core.renew(&mut opened).await.unwrap();
    assert_eq!(opened.renew_at, None);
    core.stop().await.unwrap();
    core.close(opened).await.unwrap();
}

#[tokio::test]
async fn functions() {
    let (_, service) = Toy::bent(|answer| {
        if let Answer::Call(call) = answer
            && call.result == crate::support::toy::encode(&"ax".into(), &terraform_provider_eks::value::Type::String)
        {
            call.error = Some(pb::FunctionError { text: "no x".to_owned(), function_argument: Some(1) });
        }
    });
    let core = Core::start(service).await.unwrap();
    let result = core.call_function("join", &[json!("a"), json!("b"), json!(1)]).await.unwrap();
    assert_eq!(result.as_str(), Some("ab1"));
    assert!(core.call_function("join", &[json!(UNKNOWN)]).await.unwrap().is_unknown());
    match core.call_function("join", &[json!("a"), json!("x")]).await {
        Err(CallError::Function { text, argument }) => assert_eq!((text.as_str(), argument), ("no x", Some(1))),
        other => panic!("{other:?}"),
    }
    match core.call_function("join", &[json!(null)]).await {
        Err(CallError::Core(failure)) => assert_eq!(failure.diagnostics[0].detail, "argument must not be null"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn lists() {
    let (_, core) = honest().await;
    for name in ["a", "b", "c"] {
        core.converge("toy_thing", name, config_with(json!({ "name": name }))).await.unwrap();
    }
    let listed = core.list("toy_thing", json!({}), true, 2).await.unwrap();
    assert!(listed.warnings.is_empty());
    let names: Vec<_> = listed.found.iter().map(|object| object.display_name.as_str()).collect();
    assert_eq!(names, ["a", "b"]);
    assert_eq!(as_json(&listed.found[1].identity), json!({ "id": "b" }));
    assert_eq!(as_json(&listed.found[1].resource)["name"], "b");
    assert!(core.list("toy_thing", json!({}), false, 100).await.unwrap().found[2].resource.is_null());
}

#[tokio::test]
async fn over_a_real_connection() {
    let served = Served::start(Toy::new(|_| {}));
    let mut core = Core::start(served.channel().await).await.unwrap();
    core.configure(json!({})).await.unwrap();
    let done = core.converge("toy_thing", "a", config()).await.unwrap();
    assert_eq!(done.action, Action::Create);
}

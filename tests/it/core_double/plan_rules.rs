//! Plans that break a rule.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use terraform_provider_eks::plugin::generated::tfplugin6 as pb;
use terraform_provider_eks::value::{Dynamic, Type};

use super::{Attributes, Case, apply, core, identity, inside, number, plan, secret, set};
use crate::support::core::{Action, UNKNOWN};
use crate::support::toy::{Answer, change, encode, path};
use crate::support::toy_schema::thing_type;

#[tokio::test]
async fn a_plan_to_create() {
    fn identity_of_another_type() -> Option<pb::ResourceIdentityData> {
        Some(pb::ResourceIdentityData { identity_data: encode(&"a".into(), &Type::String) })
    }
    fn empty() -> Option<pb::DynamicValue> {
        encode(&Dynamic::object::<&str>([]), &Type::object::<&str>([]))
    }
    let cases: &[Case<pb::plan_resource_change::Response>] = &[
        (|p| p.planned_state = None, "planned for absence but config wants existence"),
        (|p| p.planned_state = encode(&Dynamic::Unknown, &thing_type()), "the object as a whole is unknown"),
        (|p| p.planned_state = empty(), "access: the attribute is missing"),
        (|p| p.deferred = Some(pb::Deferred { reason: 1 }), "ResourceConfigUnknown"),
        (|p| p.legacy_type_system = true, "legacy_type_system is for the old SDK alone"),
        (|p| p.planned_identity = identity_of_another_type(), "expected an object, found a string"),
        (|p| secret(&mut p.planned_state), "secret: a value for a write-only attribute"),
    ];
    for &(bend, expected) in cases {
        let core = core(move |answer| {
            if let Answer::Plan(plan) = answer {
                bend(plan)
            }
        })
        .await
        .unwrap();
        assert_eq!(plan(&core, json!({})).await.expect_err(expected).broken_rule(), expected);
    }
}

#[tokio::test]
async fn a_planned_value() {
    fn setting(level: &str) -> Dynamic {
        Dynamic::object([("level", level.into()), ("etag", Dynamic::Unknown)])
    }
    fn rule(port: i64) -> Dynamic {
        Dynamic::object([("port", number(port)), ("rule_id", Dynamic::Unknown)])
    }
    let cases: &[Case<Attributes>] = &[
        (|a| set(a, "size", number(4)), "size: planned value 4 does not match config value 3"),
        (|a| set(a, "size", Dynamic::Null), "size: planned value null does not match config value 3"),
        (|a| set(a, "size", Dynamic::Unknown), "size: planned value \"${unknown}\" does not match config value 3"),
        (
            |a| inside(a, "tags", |tag| *tag = "red".into()),
            "tags: planned value {\"team\":\"red\"} does not match config value {\"team\":\"blue\"}",
        ),
        (|a| inside(a, "limits", |max| *max = number(1)), "limits.max: planned value 1 for a non-computed attribute"),
        (|a| set(a, "limits", Dynamic::Null), "limits: nested blocks must be empty to indicate no blocks, not null"),
        (|a| set(a, "timeouts", Dynamic::Null), "timeouts: planned for absence but config wants existence"),
        (|a| set(a, "settings", Dynamic::Null), "settings: planned for absence but config wants existence"),
        (|a| set(a, "settings", Dynamic::Unknown), "settings: planned unknown for configured value"),
        (|a| set(a, "settings", Dynamic::Map([].into())), "settings: key \"one\" from config is not present in plan"),
        (
            |a| set(a, "settings", Dynamic::Map(["one", "two"].map(|key| (key.to_owned(), setting("high"))).into())),
            "settings: key \"two\" from plan is not present in config",
        ),
        (
            |a| inside(a, "settings", |one| *one = setting("low")),
            "settings[\"one\"].level: planned value \"low\" does not match config value \"high\"",
        ),
        (|a| set(a, "rule", Dynamic::Null), "rule: nested blocks must be empty to indicate no blocks, not null"),
        (|a| set(a, "rule", Dynamic::Unknown), "rule: planned unknown value for non-computed block"),
        (
            |a| set(a, "rule", Dynamic::List(Vec::new())),
            "rule: block count in plan (0) disagrees with count in config (2)",
        ),
        (
            |a| inside(a, "rule", |first| *first = Dynamic::Unknown),
            "rule[0]: element representing nested block must not be unknown itself",
        ),
        (
            |a| inside(a, "rule", |first| *first = rule(81)),
            "rule[0].port: planned value 81 does not match config value 80",
        ),
        (
            |a| inside(a, "access", |first| *first = Dynamic::Unknown),
            "access: element representing nested block must not be unknown itself",
        ),
    ];
    for &(bend, expected) in cases {
        let bend = move |answer: Answer<'_>| {
            if let Answer::Plan(plan) = answer {
                change(&mut plan.planned_state, bend);
            }
        };
        let core = core(bend).await.unwrap();
        assert_eq!(plan(&core, json!({})).await.expect_err(expected).broken_rule(), expected);
    }
}

#[tokio::test]
async fn a_plan_for_an_unknown_block() {
    let bend = |answer: Answer<'_>| {
        if let Answer::Plan(plan) = answer {
            change(&mut plan.planned_state, |a| set(a, "rule", Dynamic::List(Vec::new())));
        }
    };
    let core = core(bend).await.unwrap();
    let failure = plan(&core, json!({ "rule": UNKNOWN })).await.unwrap_err();
    assert_eq!(failure.broken_rule(), "rule: planned value [] for unknown dynamic block");
}

#[tokio::test]
async fn a_plan_to_update() {
    let cases: &[Case<pb::plan_resource_change::Response>] = &[
        (
            |p| change(&mut p.planned_state, |a| set(a, "size", number(5))),
            "size: planned value 5 does not match config value 4 nor prior value 3",
        ),
        (
            |p| p.requires_replace.push(path("colour")),
            "\"requires replacement\" on colour, a non-existent attribute path",
        ),
        (|p| p.planned_identity = identity(Dynamic::Unknown), "an identity with unknown values"),
    ];
    for &(bend, expected) in cases {
        let core = core(later(bend)).await.unwrap();
        apply(&core).await.unwrap();
        let failure = plan(&core, json!({ "size": 4 })).await.expect_err(expected);
        assert_eq!(failure.broken_rule(), expected);
    }
    let keeps_prior = later(|p| change(&mut p.planned_state, |a| set(a, "size", number(3))));
    let core = core(keeps_prior).await.unwrap();
    apply(&core).await.unwrap();
    plan(&core, json!({ "size": 4 })).await.expect("the prior value may stand for one that means the same");
}

#[tokio::test]
async fn a_plan_to_replace() {
    let core = core(later(|p| {
        if p.requires_replace.is_empty() {
            secret(&mut p.planned_state);
        }
    }))
    .await
    .unwrap();
    apply(&core).await.unwrap();
    let failure = plan(&core, json!({ "name": "b" })).await.unwrap_err();
    assert_eq!(failure.broken_rule(), "secret: a value for a write-only attribute");
}

#[tokio::test]
async fn a_plan_to_destroy() {
    let core = core(later(|p| p.planned_state = encode(&Dynamic::Unknown, &thing_type()))).await.unwrap();
    apply(&core).await.unwrap();
    let failure = core.plan_destroy("toy_thing", "a").await.unwrap_err();
    assert_eq!(failure.broken_rule(), "planned a non-null destroy value");
}

#[tokio::test]
async fn a_plan_that_is_another_one_in_apply() {
    let cases: &[Case<pb::plan_resource_change::Response>] = &[
        (|p| change(&mut p.planned_state, |a| set(a, "id", "early".into())), "id: was \"late\", but now \"early\""),
        (|p| change(&mut p.planned_state, |a| set(a, "id", Dynamic::Unknown)), "id: was known, but now unknown"),
    ];
    for &(bend, expected) in cases {
        let plans = AtomicUsize::new(0);
        let core = core(move |answer| {
            if let Answer::Plan(plan) = answer {
                change(&mut plan.planned_state, |a| set(a, "id", "late".into()));
                if plans.fetch_add(1, Ordering::Relaxed) > 0 {
                    bend(plan);
                }
            }
        })
        .await
        .unwrap();
        assert_eq!(apply(&core).await.expect_err(expected).broken_rule(), expected);
    }

    let core = core(later(|p| p.requires_replace.push(path("size")))).await.unwrap();
    apply(&core).await.unwrap();
    let mut update = plan(&core, json!({ "size": 4 })).await.unwrap();
    update.action = Action::Update;
    let failure = core.apply(update).await.unwrap_err();
    assert_eq!(failure.broken_rule(), "the planned action changed from Update to Replace");
}

/// Bends the answers to every plan but that of the first creation.
pub(super) fn later(bend: fn(&mut pb::plan_resource_change::Response)) -> impl Fn(Answer<'_>) + Send + Sync + 'static {
    let plans = AtomicUsize::new(0);
    move |answer| {
        if let Answer::Plan(plan) = answer
            && plans.fetch_add(1, Ordering::Relaxed) >= 2
        {
            bend(plan);
        }
    }
}

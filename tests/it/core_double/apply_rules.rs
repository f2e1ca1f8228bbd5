//! Results of apply that break a rule.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value as Json, json};
use terraform_provider_eks::plugin::generated::tfplugin6 as pb;
use terraform_provider_eks::value::{Dynamic, Type};

use super::plan_rules::later;
use super::{Attributes, Case, apply, converge, core, identity, inside, number, plan, secret, set, unknown_id};
use crate::support::toy::{Answer, change, encode};
use crate::support::toy_schema::thing_type;

#[tokio::test]
async fn an_apply() {
    let cases: &[Case<pb::apply_resource_change::Response>] = &[
        (|a| a.new_state = None, "only destroying should produce a null value"),
        (|a| a.legacy_type_system = true, "legacy_type_system is for the old SDK alone"),
        (|a| a.new_identity = None, "no identity came back"),
        (|a| a.new_identity = identity(Dynamic::Unknown), "an identity with unknown values"),
        (|a| secret(&mut a.new_state), "secret: a value for a write-only attribute"),
        (|a| unknown_id(&mut a.new_state), "id: unknown after apply"),
    ];
    for &(bend, expected) in cases {
        let core = core(move |answer| {
            if let Answer::Apply(apply) = answer {
                bend(apply)
            }
        })
        .await
        .unwrap();
        assert_eq!(apply(&core).await.expect_err(expected).broken_rule(), expected);
    }
}

#[tokio::test]
async fn an_applied_value() {
    fn map(members: &[(&str, &str)]) -> Dynamic {
        Dynamic::Map(members.iter().map(|(key, value)| ((*key).to_owned(), (*value).into())).collect())
    }
    fn labels(labels: &[&str]) -> Dynamic {
        Dynamic::set(labels.iter().map(|label| (*label).into()))
    }
    fn setting(level: &str) -> Dynamic {
        Dynamic::object([("level", level.into()), ("etag", "any".into())])
    }
    fn rule(port: i64) -> Dynamic {
        Dynamic::object([("port", number(port)), ("rule_id", "any".into())])
    }
    let cases: &[Case<Attributes>] = &[
        (|a| set(a, "size", number(4)), "size: was 3, but now 4"),
        (|a| set(a, "size", Dynamic::Null), "size: was 3, but now null"),
        (|a| inside(a, "limits", |max| *max = number(1)), "limits.max: was null, but now 1"),
        (|a| set(a, "tags", map(&[("team", "red")])), "tags[\"team\"]: was \"blue\", but now \"red\""),
        (|a| set(a, "tags", map(&[])), "tags: element \"team\" has vanished"),
        (|a| set(a, "tags", map(&[("team", "blue"), ("x", "y")])), "tags: new element \"x\" has appeared"),
        (|a| set(a, "zones", Dynamic::List(Vec::new())), "zones: length changed from 1 to 0"),
        (|a| inside(a, "zones", |zone| *zone = "south".into()), "zones[0]: was \"north\", but now \"south\""),
        (
            |a| set(a, "labels", labels(&["x"])),
            "labels: planned set element \"y\" does not correlate with any element in actual",
        ),
        (
            |a| set(a, "labels", labels(&["x", "y", "z"])),
            "labels: actual set element \"z\" does not correlate with any element in plan",
        ),
        (|a| set(a, "any", Dynamic::Typed(Box::new((Type::Bool, true.into())))), "any: wrong final value type"),
        (
            |a| inside(a, "settings", |one| *one = setting("low")),
            "settings[\"one\"].level: was \"high\", but now \"low\"",
        ),
        (|a| set(a, "rule", Dynamic::List(Vec::new())), "rule: block count changed from 2 to 0"),
        (|a| set(a, "rule", Dynamic::Null), "rule: null block value after apply"),
        (|a| inside(a, "rule", |first| *first = rule(81)), "rule[0].port: was 80, but now 81"),
        (
            |a| set(a, "access", Dynamic::set([])),
            "access: planned set element {\"since\":\"${unknown}\",\"who\":\"me\"} does not correlate with any element in actual",
        ),
        (|a| set(a, "timeouts", Dynamic::Null), "timeouts: was present, but now absent"),
    ];
    for &(bend, expected) in cases {
        let bend = move |answer: Answer<'_>| {
            if let Answer::Apply(apply) = answer {
                change(&mut apply.new_state, bend);
            }
        };
        let core = core(bend).await.unwrap();
        assert_eq!(apply(&core).await.expect_err(expected).broken_rule(), expected);
    }
}

#[tokio::test]
async fn an_apply_after_which_core_still_saves_what_it_can() {
    let bend = |answer: Answer<'_>| {
        if let Answer::Apply(apply) = answer {
            unknown_id(&mut apply.new_state)
        }
    };
    let core = core(bend).await.unwrap();
    apply(&core).await.unwrap_err().broken_rule();
    assert!(core.stored("toy_thing", "a").unwrap().tainted);
    assert_eq!(core.state("toy_thing", "a").unwrap()["id"], Json::Null);
}

#[tokio::test]
async fn an_apply_that_destroys() {
    let core = core(|answer| {
        if let Answer::Apply(apply) = answer
            && apply.new_identity.is_none()
        {
            apply.new_state = encode(&Dynamic::Unknown, &thing_type());
        }
    })
    .await
    .unwrap();
    apply(&core).await.unwrap();
    assert_eq!(core.destroy("toy_thing", "a").await.unwrap_err().broken_rule(), "unknown after apply");
}

#[tokio::test]
async fn an_identity_that_changes() {
    let applies = AtomicUsize::new(0);
    let core = core(move |answer| {
        if let Answer::Apply(apply) = answer
            && applies.fetch_add(1, Ordering::Relaxed) > 0
        {
            apply.new_identity = identity("other".into());
        }
    })
    .await
    .unwrap();
    apply(&core).await.unwrap();
    let update = plan(&core, json!({ "size": 4 })).await.unwrap();
    let expected = "the identity changed from {\"id\":\"a\"} to {\"id\":\"other\"}";
    assert_eq!(core.apply(update).await.unwrap_err().broken_rule(), expected);
}

#[tokio::test]
async fn a_round_that_does_not_end() {
    let core = core(|answer| {
        if let Answer::Read(read) = answer {
            change(&mut read.new_state, |a| set(a, "size", number(4)));
        }
    })
    .await
    .unwrap();
    let expected = "size: reading finds something else than apply left: 3 became 4";
    assert_eq!(converge(&core).await.unwrap_err().broken_rule(), expected);

    let core =
        super::core(later(|p| change(&mut p.planned_state, |a| set(a, "mode", Dynamic::Unknown)))).await.unwrap();
    let expected = "mode: the next plan is not empty: \"filled mode\" became \"${unknown}\"";
    assert_eq!(converge(&core).await.unwrap_err().broken_rule(), expected);
}

//! State, from wherever it comes, that breaks a rule.

use serde_json::json;
use terraform_provider_eks::plugin::generated::tfplugin6 as pb;
use terraform_provider_eks::value::Dynamic;

use super::{Case, apply, core, identity, number, plan, secret, set, unknown_id};
use crate::support::core::{Core, Failure, MoveFrom, Stored};
use crate::support::toy::{Answer, change};

#[tokio::test]
async fn a_read() {
    let cases: &[Case<pb::read_resource::Response>] = &[
        (|r| unknown_id(&mut r.new_state), "id: unknown, but it should be known by now"),
        (|r| secret(&mut r.new_state), "secret: a value for a write-only attribute"),
        (|r| r.new_identity = None, "no identity came back"),
        (|r| r.new_identity = identity("b".into()), "the identity changed from {\"id\":\"a\"} to {\"id\":\"b\"}"),
        (|r| r.deferred = Some(pb::Deferred { reason: 2 }), "ProviderConfigUnknown"),
    ];
    for &(bend, expected) in cases {
        let core = core(move |answer| {
            if let Answer::Read(read) = answer {
                bend(read)
            }
        })
        .await
        .unwrap();
        apply(&core).await.unwrap();
        assert_eq!(core.refresh("toy_thing", "a").await.expect_err(expected).broken_rule(), expected);
    }
}

#[tokio::test]
async fn private_data_that_does_not_come_back_is_lost() {
    let core = core(|answer| {
        if let Answer::Read(read) = answer {
            read.private.clear()
        }
    })
    .await
    .unwrap();
    apply(&core).await.unwrap();
    core.refresh("toy_thing", "a").await.unwrap();
    assert_eq!(core.stored("toy_thing", "a").unwrap().private, "");
}

#[tokio::test]
async fn an_upgrade() {
    let cases: &[Case<pb::upgrade_resource_state::Response>] = &[
        (|u| u.upgraded_state = None, "no state came back"),
        (|u| unknown_id(&mut u.upgraded_state), "id: unknown, but it should be known by now"),
        (|u| secret(&mut u.upgraded_state), "secret: a value for a write-only attribute"),
    ];
    for &(bend, expected) in cases {
        let core = core(move |answer| {
            if let Answer::Upgrade(upgrade) = answer {
                bend(upgrade)
            }
        })
        .await
        .unwrap();
        core.store("toy_thing", "a", Stored::recorded(0, &json!({ "name": "a" })));
        assert_eq!(plan(&core, json!({})).await.expect_err(expected).broken_rule(), expected);
    }
}

#[tokio::test]
async fn a_method_that_is_missing() {
    let core = core(|answer| {
        if let Answer::Identities(answer) = answer {
            answer.identity_schemas.get_mut("toy_thing").unwrap().version = 1;
        }
    })
    .await
    .unwrap();
    core.store("toy_thing", "a", Stored::recorded(0, &json!({ "name": "a" })));
    let failure = plan(&core, json!({})).await.unwrap_err();
    failure.broken_rule();
    assert_eq!(failure.diagnostics[0].summary, "Unsupported plugin method");
}

#[tokio::test]
async fn an_import() {
    fn state(import: &mut pb::import_resource_state::Response) -> &mut Option<pb::DynamicValue> {
        &mut import.imported_resources[0].state
    }
    let cases: &[Case<pb::import_resource_state::Response>] = &[
        (|i| i.imported_resources.clear(), "0 objects instead of one"),
        (|i| i.imported_resources.extend_from_within(..), "2 objects instead of one"),
        (|i| i.imported_resources[0].type_name.clear(), "an object of type \"\""),
        (|i| *state(i) = None, "an object without state"),
        (|i| secret(state(i)), "secret: a value for a write-only attribute"),
        (|i| i.imported_resources[0].identity = None, "imported by identity, but no identity came back"),
    ];
    for &(bend, expected) in cases {
        let core = core(move |answer| {
            if let Answer::Import(import) = answer {
                bend(import)
            }
        })
        .await
        .unwrap();
        let failure = core.import_identity("toy_thing", "a", &json!({ "id": "a" })).await.expect_err(expected);
        assert_eq!(failure.broken_rule(), expected);
    }
}

#[tokio::test]
async fn an_import_that_finds_something_else() {
    let core = core(|answer| {
        if let Answer::Import(import) = answer {
            import.imported_resources[0].private = "imported".into();
        } else if let Answer::Read(read) = answer
            && read.private == "imported"
        {
            change(&mut read.new_state, |a| set(a, "size", number(4)));
        }
    })
    .await
    .unwrap();
    apply(&core).await.unwrap();
    let failure = core.verify_import("toy_thing", "a", "a", &["tags"]).await.unwrap_err();
    assert_eq!(failure.broken_rule(), "size: 3 in state, 4 imported");
}

#[tokio::test]
async fn a_move() {
    let cases: &[Case<pb::move_resource_state::Response>] = &[
        (|m| m.target_state = None, "neither a state nor an error came back"),
        (|m| unknown_id(&mut m.target_state), "id: unknown, but it should be known by now"),
        (|m| m.target_identity = identity(Dynamic::Unknown), "an identity with unknown values"),
    ];
    for &(bend, expected) in cases {
        let core = core(move |answer| {
            if let Answer::Move(moved) = answer {
                bend(moved)
            }
        })
        .await
        .unwrap();
        assert_eq!(move_here(&core).await.expect_err(expected).broken_rule(), expected);
    }

    let core = core(|answer| {
        if let Answer::Schemas(schemas) = answer {
            schemas.server_capabilities = None;
        }
    })
    .await
    .unwrap();
    assert_eq!(move_here(&core).await.unwrap_err().broken_rule(), "move_resource_state is not offered");
}

async fn move_here(core: &Core) -> Result<Dynamic, Failure> {
    let attributes = &json!({ "name": "a", "id": "a" });
    let from = MoveFrom { provider: "", type_name: "other", schema_version: 0, attributes, identity: Some(attributes) };
    core.move_here(from, "toy_thing", "a").await
}

//! What Core proposes, as the provider gets to see it.

use serde_json::{Value as Json, json};

use crate::support::core::{Core, UNKNOWN, as_json};
use crate::support::toy::{Toy, decode};
use crate::support::toy_schema::thing_type;

/// What is proposed for `config` where there was `prior` before; an empty object for nothing.
async fn propose(prior: Json, config: Json) -> Json {
    let (toy, service) = Toy::honest();
    let mut core = Core::start(service).await.unwrap();
    core.configure(json!({})).await.unwrap();
    if prior != json!({}) {
        core.converge("toy_thing", "a", with_name(prior)).await.unwrap();
    }
    core.plan("toy_thing", "a", with_name(config)).await.unwrap();
    let asked = toy.plans.lock().unwrap().last().unwrap().clone();
    as_json(&decode(asked.proposed_new_state, &thing_type()))
}

fn with_name(mut config: Json) -> Json {
    config["name"] = json!("a");
    config
}

#[tokio::test]
async fn a_first_proposal_is_the_configuration() {
    let proposed = propose(json!({}), json!({ "size": 1, "secret": "s3cret", "rule": [{ "port": 80 }] })).await;
    let expected = json!({
        "name": "a", "size": 1, "secret": "s3cret", "rule": [{ "port": 80, "rule_id": null }],
        "labels": null, "tags": null, "zones": null, "any": null, "id": null, "revision": null, "mode": null,
        "settings": null, "access": [], "limits": { "max": null }, "timeouts": null,
    });
    assert_eq!(proposed, expected);
}

#[tokio::test]
async fn computed_values_stay_and_all_others_go() {
    let prior = json!({ "size": 1, "tags": { "a": "b" }, "mode": "fast", "timeouts": { "create": "5m" } });
    let proposed = propose(prior, json!({})).await;
    for (name, expected) in [
        ("size", json!(null)),
        ("tags", json!(null)),
        ("timeouts", json!(null)),
        ("mode", json!("fast")),
        ("id", json!("a")),
        ("revision", json!(1)),
    ] {
        assert_eq!(proposed[name], expected, "{name}");
    }
    assert_eq!(propose(json!({ "mode": "fast" }), json!({ "mode": UNKNOWN })).await["mode"], UNKNOWN);
}

#[tokio::test]
async fn blocks_in_a_list_are_matched_by_position() {
    let prior = json!({ "rule": [{ "port": 80 }] });
    let proposed = propose(prior.clone(), json!({ "rule": [{ "port": 1 }, { "port": 2 }] })).await;
    assert_eq!(proposed["rule"], json!([{ "port": 1, "rule_id": "filled rule_id" }, { "port": 2, "rule_id": null }]));
    assert_eq!(propose(prior.clone(), json!({ "rule": UNKNOWN })).await["rule"], UNKNOWN);
    assert_eq!(propose(prior, json!({})).await["rule"], json!([]));
}

#[tokio::test]
async fn nested_objects_in_a_map_are_matched_by_key() {
    let prior = json!({ "settings": { "one": { "level": "low" }, "two": {} } });
    let proposed = propose(prior.clone(), json!({ "settings": { "one": { "level": "high" }, "new": {} } })).await;
    let expected = json!({ "one": { "level": "high", "etag": "filled etag" }, "new": { "level": null, "etag": null } });
    assert_eq!(proposed["settings"], expected);
    assert_eq!(propose(prior, json!({ "settings": UNKNOWN })).await["settings"], UNKNOWN);
}

#[tokio::test]
async fn blocks_in_a_set_are_matched_by_what_was_configured() {
    let prior = json!({ "access": [{ "who": "me" }, { "who": "you" }] });
    let proposed = propose(prior, json!({ "access": [{ "who": "you" }, { "who": "they" }] })).await;
    let expected = json!([{ "who": "they", "since": null }, { "who": "you", "since": "filled since" }]);
    assert_eq!(proposed["access"], expected);
}

//! Validate: what is wrong with a configuration, and where.

use std::collections::{BTreeMap, BTreeSet};

use terraform_provider_eks::framework::engine::validate::Validated;
use terraform_provider_eks::framework::{Attribute, Timeouts};
use terraform_provider_eks::value::{Dynamic, Value};

use super::data_source::AnswerModel;
use super::toy::{Bit, Part, ThingModel, ToyConfig, known};
use super::{assert_nothing_said, assert_our_bug, assert_said, encoded, encoded_dynamic, unconfigured};

async fn validate(config: ThingModel) -> Validated {
    unconfigured().validate_resource("toy_thing", encoded(config)).await
}

/// Validates a configuration in which one attribute is what no model can express.
async fn validate_with(attribute: &str, value: Dynamic) -> Validated {
    let Dynamic::Object(mut config) = ThingModel::config("cup").encode() else { unreachable!("a model is an object") };
    config.insert(attribute.to_owned(), value);
    let config = encoded_dynamic::<ThingModel>(&Dynamic::Object(config));
    unconfigured().validate_resource("toy_thing", config).await
}

fn strings<C: FromIterator<String>>(texts: &[&str]) -> Value<C> {
    Value::Known(texts.iter().map(|text| (*text).to_owned()).collect())
}

#[tokio::test]
async fn read_only_attribute_is_set() {
    let config = ThingModel {
        id: known("mine"),
        revision: Value::Unknown,
        body: Value::Known(Part { serial: known("mine"), ..Part::config("round") }),
        ..ThingModel::config("cup")
    };
    assert_said(
        &validate(config).await.diagnostics,
        &[
            "error at body.serial: Read-only attribute",
            "error at id: Read-only attribute",
            "error at revision: Read-only attribute",
        ],
    );
}

#[tokio::test]
async fn required_argument_is_null() {
    let config = ThingModel {
        name: Value::Null,
        rule: Value::Known(vec![Part::config("round"), Part::default()]),
        ..ThingModel::config("cup")
    };
    assert_said(
        &validate(config).await.diagnostics,
        &["error at name: Missing required argument", "error at rule[1].kind: Missing required argument"],
    );
}

#[tokio::test]
async fn null_inside_a_collection() {
    let labels = Dynamic::Map([("a".to_owned(), Dynamic::Null)].into());
    assert_said(&validate_with("labels", labels).await.diagnostics, &[r#"error at labels["a"]: Missing value"#]);
    let steps = Dynamic::List(vec!["a".into(), Dynamic::Null]);
    assert_said(&validate_with("steps", steps).await.diagnostics, &["error at steps[1]: Missing value"]);
}

#[tokio::test]
async fn strings_that_do_not_satisfy_their_check() {
    let config = ThingModel {
        name: known("CUP"),
        labels: Value::Known(BTreeMap::from([("a".to_owned(), "A".to_owned()), ("b".to_owned(), "b".to_owned())])),
        tags: strings::<BTreeSet<_>>(&["a", "B"]),
        steps: strings(&["a", "B"]),
        parts: Value::Known(BTreeMap::from([("left".to_owned(), Part::config("ROUND"))])),
        bits: Value::Known(BTreeSet::from([Bit { kind: known("ROUND") }])),
        place: Value::Known(Part::config("ROUND")),
        rule: Value::Known(vec![Part::config("round"), Part::config("ROUND")]),
        timeouts: Value::Known(Timeouts { create: known("soon"), ..Timeouts::default() }),
        ..ThingModel::config("")
    };
    assert_said(
        &validate(config).await.diagnostics,
        &[
            "error at name: Not in lower case",
            r#"error at labels["a"]: Not in lower case"#,
            "error at tags: Not in lower case",
            "error at steps[1]: Not in lower case",
            r#"error at parts["left"].kind: Not in lower case"#,
            "error at bits: Not in lower case",
            "error at place.kind: Not in lower case",
            "error at rule[1].kind: Not in lower case",
            "error at timeouts.create: Invalid timeout",
        ],
    );
}

#[tokio::test]
async fn deprecated_argument_is_set() {
    let config = ThingModel { nickname: known("mug"), ..ThingModel::config("cup") };
    assert_said(&validate(config).await.diagnostics, &["warning at nickname: Deprecated argument"]);
    let config = ThingModel { old_rule: Value::Known(vec![Part::config("round")]), ..ThingModel::config("cup") };
    assert_said(&validate(config).await.diagnostics, &["warning at old_rule: Deprecated argument"]);
}

#[tokio::test]
async fn what_only_the_whole_block_can_tell() {
    let config = ThingModel { secret: known("mug"), nickname: known("mug"), ..ThingModel::config("cup") };
    assert_said(
        &validate(config).await.diagnostics,
        &["warning at nickname: Deprecated argument", "error: Secret told"],
    );
}

#[tokio::test]
async fn panics() {
    let validated = validate(ThingModel::config("panic")).await;
    assert_said(&validated.diagnostics, &["error: Provider panicked"]);
    assert_our_bug(&validated.diagnostics);
}

#[tokio::test]
async fn unknown_type() {
    let config = encoded(ThingModel::config("cup"));
    let validated = unconfigured().validate_resource("toy_thin", config.clone()).await;
    assert_said(&validated.diagnostics, &["error: Unknown type"]);
    assert_said(&unconfigured().validate_data_source("toy_thing", config).await.diagnostics, &["error: Unknown type"]);
}

/// What is not known yet is not judged: Terraform asks again when it is.
#[tokio::test]
async fn unknown_values() {
    let config = ThingModel {
        name: Value::Unknown,
        nickname: Value::Unknown,
        labels: Value::Unknown,
        body: Value::Unknown,
        rule: Value::Unknown,
        ..ThingModel::config("cup")
    };
    assert_nothing_said(&validate(config).await.diagnostics);
    let tags = Dynamic::set(["a".into(), Dynamic::Unknown]);
    assert_nothing_said(&validate_with("tags", tags).await.diagnostics);
}

#[tokio::test]
async fn nothing_wrong() {
    assert_nothing_said(&validate(ThingModel::config("cup")).await.diagnostics);
}

#[tokio::test]
async fn data_source() {
    let config = AnswerModel { question: known("WHY"), answer: known("so"), detail: Value::Known(vec![]) };
    let validated = unconfigured().validate_data_source("toy_answer", encoded(config)).await;
    let wrong = ["error at question: Not in lower case", "error at answer: Read-only attribute"];
    assert_said(&validated.diagnostics, &wrong);
}

#[tokio::test]
async fn provider() {
    let validate =
        |motto: Value<String>| async { unconfigured().validate_provider(encoded(ToyConfig { motto })).await };
    assert_said(&validate(known("")).await.diagnostics, &["error at motto: Empty motto"]);
    assert_said(&validate(known("panic")).await.diagnostics, &["error: Provider panicked"]);
    assert_nothing_said(&validate(Value::Unknown).await.diagnostics);
}

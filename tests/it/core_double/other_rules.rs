//! Everything that is not kept in state, and diagnostics.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use terraform_provider_eks::plugin::generated::tfplugin6 as pb;
use terraform_provider_eks::value::{Dynamic, Type};

use super::{Case, apply, config, core, identity, number, plan, set, unknown_id};
use crate::support::core::CallError;
use crate::support::toy::{Answer, change, encode, problem};

#[tokio::test]
async fn a_data_source() {
    let cases: &[Case<pb::read_data_source::Response>] = &[
        (|d| d.state = None, "planned for absence but config wants existence"),
        (|d| unknown_id(&mut d.state), "id: unknown, but it should be known by now"),
        (|d| d.deferred = Some(pb::Deferred { reason: 3 }), "AbsentPrereq"),
        (
            |d| change(&mut d.state, |a| set(a, "size", number(4))),
            "size: planned value 4 does not match config value 3",
        ),
    ];
    for &(bend, expected) in cases {
        let core = core(move |answer| {
            if let Answer::Data(data) = answer {
                bend(data)
            }
        })
        .await
        .unwrap();
        let failure = core.data("toy_thing", config()).await.expect_err(expected);
        assert_eq!(failure.broken_rule(), expected);
    }
}

#[tokio::test]
async fn an_ephemeral_resource() {
    let cases: &[Case<pb::open_ephemeral_resource::Response>] = &[
        (|o| o.result = None, "planned for absence but config wants existence"),
        (|o| unknown_id(&mut o.result), "id: unknown, although it is open"),
        (
            |o| change(&mut o.result, |a| set(a, "size", number(4))),
            "size: planned value 4 does not match config value 3",
        ),
    ];
    for &(bend, expected) in cases {
        let core = core(move |answer| {
            if let Answer::Open(open) = answer {
                bend(open)
            }
        })
        .await
        .unwrap();
        let failure = core.open("toy_thing", config()).await.expect_err(expected);
        assert_eq!(failure.broken_rule(), expected);
    }
}

#[tokio::test]
async fn a_function() {
    let calls = AtomicUsize::new(0);
    let differs = move |call: &mut pb::call_function::Response| {
        let result = calls.fetch_add(1, Ordering::Relaxed).to_string();
        call.result = encode(&result.as_str().into(), &Type::String);
    };
    let blames = |argument| Some(pb::FunctionError { text: "wrong".to_owned(), function_argument: Some(argument) });
    type Bend = Box<dyn Fn(&mut pb::call_function::Response) + Send + Sync>;
    let cases: [(Bend, _); 5] = [
        (Box::new(|c| c.result = None), "neither a result nor an error"),
        (Box::new(|c| c.result = encode(&true.into(), &Type::Bool)), "expected a string, found true or false"),
        (Box::new(move |c| c.error = blames(1)), "blames an argument that was not given"),
        (Box::new(move |c| c.error = blames(-1)), "blames an argument that was not given"),
        (Box::new(differs), "different results for the same arguments"),
    ];
    for (bend, expected) in cases {
        let core = core(move |answer| {
            if let Answer::Call(call) = answer {
                bend(call)
            }
        })
        .await
        .unwrap();
        match core.call_function("join", &[json!("a")]).await {
            Err(CallError::Core(failure)) => assert_eq!(failure.broken_rule(), expected),
            other => panic!("{expected}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_list() {
    let cases: &[Case<pb::list_resource::Event>] = &[
        (|e| e.identity = None, "no identity came back"),
        (|e| e.identity = identity(Dynamic::Unknown), "an identity with unknown values"),
        (|e| e.display_name.clear(), "no display name, or an unwanted object"),
        (|e| unknown_id(&mut e.resource_object), "id: unknown, but it should be known by now"),
    ];
    for &(bend, expected) in cases {
        let core = core(move |answer| {
            if let Answer::List(event) = answer {
                bend(event)
            }
        })
        .await
        .unwrap();
        apply(&core).await.unwrap();
        let failure = core.list("toy_thing", json!({}), true, 10).await.expect_err(expected);
        assert_eq!(failure.broken_rule(), expected);
    }
}

#[tokio::test]
async fn a_diagnostic() {
    use pb::diagnostic::Severity;
    let cases: [(fn() -> pb::Diagnostic, _); 4] = [
        (|| problem(Severity::Invalid, "name"), "no severity"),
        (|| pb::Diagnostic { summary: String::new(), ..problem(Severity::Error, "name") }, "no summary"),
        (|| problem(Severity::Warning, "colour"), "colour does not exist: Toy problem"),
        (
            || {
                let attribute = Some(pb::AttributePath { steps: vec![Default::default()] });
                pb::Diagnostic { attribute, ..problem(Severity::Error, "name") }
            },
            "a step that leads nowhere",
        ),
    ];
    for (diagnostic, expected) in cases {
        let bend = move |answer: Answer<'_>| {
            if let Answer::Plan(plan) = answer {
                plan.diagnostics.push(diagnostic());
            }
        };
        let core = core(bend).await.unwrap();
        assert_eq!(plan(&core, json!({})).await.expect_err(expected).broken_rule(), expected);
    }
}

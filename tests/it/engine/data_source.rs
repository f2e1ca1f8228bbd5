//! Data sources: what is asked, and the answer to it.

use std::time::Duration;

use terraform_provider_eks::framework::engine::data_source::LookedUp;
use terraform_provider_eks::framework::schema::{block, computed, required};
use terraform_provider_eks::framework::{Cx, DataSource, DefaultTimeouts, Diagnostic, Diagnostics};
use terraform_provider_eks::model;
use terraform_provider_eks::value::Value;

use super::toy::{Client, Part, Remote, check_lower_case, known, went_wrong};
use super::{assert_nothing_said, assert_our_bug, assert_said, decoded, encoded};

/// `toy_answer`: something to look up.
pub(super) struct Answer;

model! {
    /// Question and answer.
    pub(super) struct AnswerModel {
        /// What to look up.
        pub(super) question: Value<String> = required().check(check_lower_case),
        /// What it says.
        pub(super) answer: Value<String> = computed(),
        /// Details, as blocks.
        pub(super) detail: Value<Vec<Part>> = block(),
    }
}

impl DataSource for Answer {
    const NAME: &'static str = "toy_answer";
    const DESCRIPTION: &'static str = "An answer.";
    const TIMEOUTS: DefaultTimeouts = DefaultTimeouts::all(Duration::from_secs(60));
    type Client = Client;
    type Model = AnswerModel;

    async fn read(&self, cx: &Cx<'_, Client>, config: AnswerModel) -> Result<AnswerModel, Diagnostics> {
        (cx.client.remote.look_up)(cx, config)
    }
}

fn question() -> AnswerModel {
    AnswerModel { question: known("why"), detail: Value::Known(vec![]), ..AnswerModel::default() }
}

async fn read(remote: Remote) -> LookedUp {
    remote.engine().await.read_data_source("toy_answer", encoded(question())).await
}

#[tokio::test]
async fn fails_after_a_warning() {
    let remote = Remote {
        look_up: |cx, _| {
            cx.warn(Diagnostic::warning("Tired", "It is late."));
            Err(went_wrong())
        },
        ..Remote::default()
    };
    assert_said(&read(remote).await.diagnostics, &["warning: Tired", "error: Went wrong"]);
}

#[tokio::test]
async fn panics() {
    let found = read(Remote { look_up: |_, _| panic!("on purpose"), ..Remote::default() }).await;
    assert_said(&found.diagnostics, &["error: Provider panicked"]);
    assert_our_bug(&found.diagnostics);
}

#[tokio::test]
async fn unknown_type() {
    let found = Remote::default().engine().await.read_data_source("toy_question", encoded(question())).await;
    assert_said(&found.diagnostics, &["error: Unknown type"]);
}

#[tokio::test]
async fn answers() {
    let remote = Remote {
        look_up: |_, config| Ok(AnswerModel { answer: known("because"), detail: Value::Null, ..config }),
        ..Remote::default()
    };
    let found = read(remote).await;
    assert_nothing_said(&found.diagnostics);
    assert_eq!(decoded(&found.state), Some(AnswerModel { answer: known("because"), ..question() }));
}

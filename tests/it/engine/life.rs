//! The life of a provider: how it is configured, how long its operations may take, and how they are stopped.

use std::time::Duration;

use terraform_provider_eks::framework::engine::Engine;
use terraform_provider_eks::framework::engine::apply::Apply;
use terraform_provider_eks::framework::engine::import::Import;
use terraform_provider_eks::framework::engine::plan::Plan;
use terraform_provider_eks::framework::engine::read::Read;
use terraform_provider_eks::framework::schema::{block, required};
use terraform_provider_eks::framework::{
    Change, Create, Cx, DefaultTimeouts, Diagnostic, Diagnostics, Failed, Resource, Timeouts, Update,
};
use terraform_provider_eks::model;
use terraform_provider_eks::value::{Encoded, Value};
use tokio::time::Instant;

use super::data_source::AnswerModel;
use super::toy::{Client, Remote, Toy, ToyConfig, known};
use super::{assert_nothing_said, assert_our_bug, assert_said, decoded, encoded, null, unconfigured};

/// `toy_slow`: takes forever, until it is stopped or its time is up.
pub(super) struct Slow;

model! {
    /// Configuration, plan and state of a `toy_slow`.
    pub(super) struct SlowModel {
        /// Names it.
        pub(super) name: Value<String> = required(),
        /// How long operations may take.
        pub(super) timeouts: Value<Timeouts> = block(),
    }
}

model! {
    /// What names a `toy_slow`.
    pub(super) struct SlowIdentity {
        /// The name.
        pub(super) name: Value<String> = required(),
    }
}

impl Resource for Slow {
    const NAME: &'static str = "toy_slow";
    const DESCRIPTION: &'static str = "Something slow.";
    const TIMEOUTS: DefaultTimeouts = DefaultTimeouts {
        create: Duration::from_secs(100),
        read: Duration::from_secs(200),
        update: Duration::from_secs(300),
        delete: Duration::from_secs(400),
    };
    type Client = Client;
    type Model = SlowModel;
    type Identity = SlowIdentity;

    fn identity(&self, state: &SlowModel) -> SlowIdentity {
        SlowIdentity { name: state.name.clone() }
    }

    fn parse_import_id(&self, id: &str) -> Result<SlowIdentity, Diagnostics> {
        Ok(SlowIdentity { name: known(id) })
    }

    async fn plan(&self, cx: &Cx<'_, Client>, _change: Change<'_, SlowModel>) -> Result<(), Diagnostics> {
        Err(forever(cx).await)
    }

    async fn create(&self, cx: &Cx<'_, Client>, _create: Create<SlowModel>) -> Result<SlowModel, Failed<SlowModel>> {
        Err(forever(cx).await.into())
    }

    async fn read(
        &self,
        cx: &Cx<'_, Client>,
        _identity: &SlowIdentity,
        _prior: Option<&SlowModel>,
    ) -> Result<Option<SlowModel>, Diagnostics> {
        Err(forever(cx).await)
    }

    async fn update(&self, cx: &Cx<'_, Client>, _update: Update<SlowModel>) -> Result<SlowModel, Failed<SlowModel>> {
        Err(forever(cx).await.into())
    }

    async fn delete(&self, cx: &Cx<'_, Client>, _prior: SlowModel) -> Result<(), Diagnostics> {
        Err(forever(cx).await)
    }
}

async fn forever(cx: &Cx<'_, Client>) -> Diagnostics {
    tokio::select! {
        () = cx.stop.cancelled() => Diagnostic::error("Stopped", "").into(),
        () = tokio::time::sleep_until(cx.deadline) => Diagnostic::error("Out of time", "").into(),
    }
}

fn slow(timeouts: Value<Timeouts>) -> Encoded {
    encoded(SlowModel { name: known("snail"), timeouts })
}

fn read(state: Encoded) -> Read {
    Read { type_name: "toy_slow".to_owned(), state, ..Read::default() }
}

async fn ask_motto(engine: &Engine<Toy>) -> Value<String> {
    let config = AnswerModel { question: known("motto"), detail: Value::Known(vec![]), ..AnswerModel::default() };
    let found = engine.read_data_source("toy_answer", encoded(config)).await;
    assert_nothing_said(&found.diagnostics);
    decoded::<AnswerModel>(&found.state).unwrap().answer
}

#[tokio::test]
async fn not_configured() {
    let answer = unconfigured().read(read(slow(Value::Null))).await;
    assert_said(&answer.diagnostics, &["error: Provider not configured"]);
    assert_our_bug(&answer.diagnostics);
}

#[tokio::test]
async fn configuration_is_refused() {
    let engine = unconfigured();
    let refused = engine.configure(encoded(ToyConfig { motto: known("refused") })).await;
    assert_said(&refused.diagnostics, &["error: Went wrong"]);
    let panicked = engine.configure(encoded(ToyConfig { motto: known("panic") })).await;
    assert_said(&panicked.diagnostics, &["error: Provider panicked"]);
    assert_our_bug(&panicked.diagnostics);
}

/// In debug mode one process serves one command after the other.
#[tokio::test]
async fn configured_twice() {
    let remote = Remote {
        look_up: |cx, config| Ok(AnswerModel { answer: cx.client.motto.clone(), ..config }),
        ..Remote::default()
    };
    let engine = remote.engine().await;
    for motto in ["first", "second"] {
        assert_nothing_said(&engine.configure(encoded(ToyConfig { motto: known(motto) })).await.diagnostics);
        assert_eq!(ask_motto(&engine).await, known(motto));
    }
}

/// A walk begins with a look at the `provider` block; what begins without one is no single walk.
#[tokio::test]
async fn walks_that_nothing_tells_apart() {
    let remote = Remote {
        look_up: |cx, config| Ok(AnswerModel { answer: known(&format!("{:?}", cx.client.walks)), ..config }),
        ..Remote::default()
    };
    let engine = remote.engine().await;
    assert_eq!(ask_motto(&engine).await, known("Several"));
    for walks in ["One", "Several"] {
        if walks == "One" {
            assert_nothing_said(&engine.validate_provider(encoded(ToyConfig::default())).await.diagnostics);
        }
        assert_nothing_said(&engine.configure(encoded(ToyConfig::default())).await.diagnostics);
        assert_eq!(ask_motto(&engine).await, known(walks));
    }
}

/// The question that ends after so many seconds, whatever the machine does meanwhile.
async fn seconds(question: impl Future<Output = Diagnostics>) -> u64 {
    let start = Instant::now();
    assert_said(&question.await, &["error: Out of time"]);
    start.elapsed().as_secs()
}

#[tokio::test(start_paused = true)]
async fn timeouts_of_the_type() {
    let engine = Remote::default().engine().await;
    let (there, none) = (|| slow(Value::Null), null::<SlowModel>);
    let apply = |prior, planned, config| Apply { type_name: "toy_slow".to_owned(), prior, planned, config };
    let plan = Plan { type_name: "toy_slow".to_owned(), proposed: there(), config: there(), ..Plan::default() };
    let import = Import { type_name: "toy_slow".to_owned(), id: "snail".to_owned(), identity: None };

    assert_eq!(seconds(async { engine.apply(apply(none(), there(), there())).await.diagnostics }).await, 100);
    assert_eq!(seconds(async { engine.read(read(there())).await.diagnostics }).await, 200);
    assert_eq!(seconds(async { engine.import(import).await.diagnostics }).await, 200);
    assert_eq!(seconds(async { engine.plan(plan).await.diagnostics }).await, 200);
    assert_eq!(seconds(async { engine.apply(apply(there(), there(), there())).await.diagnostics }).await, 300);
    assert_eq!(seconds(async { engine.apply(apply(there(), none(), none())).await.diagnostics }).await, 400);
}

#[tokio::test(start_paused = true)]
async fn timeouts_of_the_configuration() {
    let engine = Remote::default().engine().await;
    let short = Timeouts { create: known("1s"), read: known("2s"), update: known("3s"), delete: known("4s") };
    let (there, none) = (|| slow(Value::Known(short.clone())), null::<SlowModel>);
    let apply = |prior, planned, config| Apply { type_name: "toy_slow".to_owned(), prior, planned, config };

    assert_eq!(seconds(async { engine.apply(apply(none(), there(), there())).await.diagnostics }).await, 1);
    assert_eq!(seconds(async { engine.read(read(there())).await.diagnostics }).await, 2);
    assert_eq!(seconds(async { engine.apply(apply(there(), there(), there())).await.diagnostics }).await, 3);
    assert_eq!(seconds(async { engine.apply(apply(there(), none(), none())).await.diagnostics }).await, 4);
}

/// Terraform stops what is in flight; then it still reads, closes and saves.
#[tokio::test(start_paused = true)]
async fn stop() {
    let engine = Remote::default().engine().await;
    let question = engine.read(read(slow(Value::Null)));
    let stop = async {
        tokio::task::yield_now().await;
        engine.stop();
    };
    let (stopped, ()) = tokio::join!(question, stop);
    assert_said(&stopped.diagnostics, &["error: Stopped"]);
    let after = engine.read(read(slow(Value::Known(Timeouts { read: known("1s"), ..Timeouts::default() })))).await;
    assert_said(&after.diagnostics, &["error: Out of time"]);
}

/// The process is about to end: nothing begins any more, whatever Terraform says meanwhile.
#[tokio::test(start_paused = true)]
async fn stop_for_good() {
    let engine = Remote::default().engine().await;
    let question = engine.read(read(slow(Value::Null)));
    let stop = async {
        tokio::task::yield_now().await;
        engine.stop_for_good();
    };
    let (stopped, ()) = tokio::join!(question, stop);
    assert_said(&stopped.diagnostics, &["error: Stopped"]);
    engine.stop();
    assert_said(&engine.read(read(slow(Value::Null))).await.diagnostics, &["error: Stopped"]);
}

/// A timeout that no clock can reach is as good as none.
#[tokio::test(start_paused = true)]
async fn timeout_beyond_all_clocks() {
    let engine = Remote::default().engine().await;
    let timeouts = Timeouts { read: known("2540400h10m10.5s"), ..Timeouts::default() };
    let years = seconds(async { engine.read(read(slow(Value::Known(timeouts)))).await.diagnostics }).await / 31_536_000;
    assert!(years >= 1, "{years}");
}

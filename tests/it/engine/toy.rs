//! A provider with one of everything, whose remote side does what a test says.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use terraform_provider_eks::framework::engine::Engine;
use terraform_provider_eks::framework::schema::{block, computed, optional, optional_computed, required};
use terraform_provider_eks::framework::{
    AnyDataSource, AnyEphemeral, AnyFunction, AnyList, AnyResource, Change, Create, Cx, DefaultTimeouts, Diagnostic,
    Diagnostics, Failed, Move, Provider, RawState, Resource, Timeouts, Update, Upgrade, Walks,
};
use terraform_provider_eks::model;
use terraform_provider_eks::value::{Dynamic, Value};

use super::data_source::{Answer, AnswerModel};
use super::ephemeral::Token;
use super::function::{Crash, Describe, Join};
use super::life::Slow;
use super::list::Things;

/// The provider. Configuring it leads to its remote side.
#[derive(Clone, Default)]
pub(super) struct Toy {
    pub(super) remote: Remote,
    /// How many pages of a list the remote side has been asked for.
    pub(super) pages: Arc<AtomicUsize>,
}

/// The remote side. By default it does everything right, and holds whatever it is asked for.
#[derive(Clone, Copy)]
pub(super) struct Remote {
    pub(super) plan: fn(&Cx<'_, Client>, Change<'_, ThingModel>) -> Result<(), Diagnostics>,
    pub(super) create: fn(Create<ThingModel>) -> Result<ThingModel, Failed<ThingModel>>,
    pub(super) read: fn(&ThingIdentity, Option<&ThingModel>) -> Result<Option<ThingModel>, Diagnostics>,
    pub(super) update: fn(Update<ThingModel>) -> Result<ThingModel, Failed<ThingModel>>,
    pub(super) delete: fn(ThingModel) -> Result<(), Diagnostics>,
    pub(super) look_up: fn(&Cx<'_, Client>, AnswerModel) -> Result<AnswerModel, Diagnostics>,
}

pub(super) struct Client {
    pub(super) motto: Value<String>,
    pub(super) walks: Walks,
    pub(super) remote: Remote,
    pub(super) pages: Arc<AtomicUsize>,
}

impl Default for Remote {
    fn default() -> Self {
        Self {
            plan: |_, _| Ok(()),
            create: |create| Ok(create.planned.made()),
            read: |identity, prior| Ok(Some(prior.cloned().unwrap_or_else(|| ThingModel::found(identity)))),
            update: |update| Ok(update.planned.made()),
            delete: |_| Ok(()),
            look_up: |_, config| Ok(AnswerModel { answer: known("42"), ..config }),
        }
    }
}

impl Remote {
    /// A configured provider with this remote side.
    pub(super) async fn engine(self) -> Engine<Toy> {
        Toy { remote: self, ..Toy::default() }.engine().await
    }
}

impl Toy {
    /// The provider, configured.
    pub(super) async fn engine(self) -> Engine<Self> {
        let engine = Engine::new(self);
        let configured = engine.configure(super::encoded(ToyConfig::default())).await;
        super::assert_nothing_said(&configured.diagnostics);
        engine
    }
}

impl Provider for Toy {
    const NAME: &'static str = "toy";
    const DESCRIPTION: &'static str = "A provider for tests.";
    type Config = ToyConfig;
    type Client = Client;

    const RESOURCES: &'static [&'static dyn AnyResource<Client>] = &[&Thing, &Slow];
    const DATA_SOURCES: &'static [&'static dyn AnyDataSource<Client>] = &[&Answer];
    const LISTS: &'static [&'static dyn AnyList<Client>] = &[&Things];
    const EPHEMERALS: &'static [&'static dyn AnyEphemeral<Client>] = &[&Token];
    const FUNCTIONS: &'static [&'static dyn AnyFunction] = &[&Join, &Describe, &Crash];

    fn validate(&self, config: &ToyConfig) -> Result<(), Diagnostics> {
        match config.motto.known().map(String::as_str) {
            Some("panic") => panic!("on purpose"),
            Some("") => Err(Diagnostic::error("Empty motto", "Say something.").at_attribute("motto").into()),
            _ => Ok(()),
        }
    }

    fn configure(&self, config: ToyConfig, walks: Walks) -> Result<Client, Diagnostics> {
        match config.motto.known().map(String::as_str) {
            Some("panic") => panic!("on purpose"),
            Some("refused") => Err(went_wrong()),
            _ => Ok(Client { motto: config.motto, walks, remote: self.remote, pages: Arc::clone(&self.pages) }),
        }
    }
}

model! {
    /// The `provider` block.
    pub(super) struct ToyConfig {
        /// Refused when it is empty.
        pub(super) motto: Value<String> = optional(),
    }
}

/// `toy_thing`: one attribute of each kind.
pub(super) struct Thing;

model! {
    /// Configuration, plan and state of a `toy_thing`.
    pub(super) struct ThingModel {
        /// Names it.
        pub(super) name: Value<String> = required().requires_replace().check(check_lower_case),
        /// May be left out.
        pub(super) size: Value<i64> = optional(),
        /// Has a default.
        pub(super) color: Value<String> = optional().default_value("red"),
        /// The provider's to choose if left out.
        pub(super) zone: Value<String> = optional_computed().requires_replace_if(both_known),
        /// Hidden.
        pub(super) secret: Value<String> = optional().sensitive(),
        /// Out of use.
        pub(super) nickname: Value<String> = optional().deprecated("Use name."),
        /// A map of strings.
        pub(super) labels: Value<BTreeMap<String, String>> = optional().check(check_lower_case),
        /// A set of strings.
        pub(super) tags: Value<BTreeSet<String>> = optional().check(check_lower_case),
        /// A list of strings.
        pub(super) steps: Value<Vec<String>> = optional().check(check_lower_case),
        /// A list of strings, some of which may be known before the others.
        pub(super) hints: Value<Vec<Value<String>>> = optional_computed(),
        /// A nested attribute.
        pub(super) body: Value<Part> = optional(),
        /// A map of nested attributes.
        pub(super) parts: Value<BTreeMap<String, Part>> = optional(),
        /// A set of nested attributes.
        pub(super) bits: Value<BTreeSet<Bit>> = optional(),
        /// A block that occurs once.
        pub(super) place: Value<Part> = block(),
        /// A block that occurs often.
        pub(super) rule: Value<Vec<Part>> = block(),
        /// A block that should no longer occur.
        pub(super) old_rule: Value<Vec<Part>> = block().deprecated("Use rule."),
        /// Given by the provider, once.
        pub(super) id: Value<String> = computed(),
        /// Given by the provider, anew in each update.
        pub(super) revision: Value<i64> = computed().changes(),
        /// How long operations may take.
        pub(super) timeouts: Value<Timeouts> = block(),
    }
}

model! {
    /// An object inside.
    pub(super) struct Part {
        /// Another kind needs another thing.
        pub(super) kind: Value<String> = required().requires_replace().check(check_lower_case),
        /// Has a default.
        pub(super) finish: Value<String> = optional().default_value("matte"),
        /// Given by the provider.
        pub(super) serial: Value<String> = computed(),
    }
}

model! {
    /// An object inside a set.
    #[derive(Eq, PartialOrd, Ord)]
    pub(super) struct Bit {
        /// Of some kind.
        pub(super) kind: Value<String> = required().check(check_lower_case),
    }
}

model! {
    /// What names a `toy_thing`.
    pub(super) struct ThingIdentity {
        /// The name.
        pub(super) name: Value<String> = required().check(check_lower_case),
        /// Where it is.
        pub(super) zone: Value<String> = optional(),
    }
}

impl ThingModel {
    /// What the practitioner wrote, as Terraform sends it: a list block that occurs never is an empty list.
    pub(super) fn config(name: &str) -> Self {
        Self { name: known(name), rule: Value::Known(vec![]), old_rule: Value::Known(vec![]), ..Self::default() }
    }

    /// What there is once [`ThingModel::config`] is applied.
    pub(super) fn state(name: &str) -> Self {
        Self { color: known("red"), ..Self::config(name) }.made()
    }

    /// The same, with what the remote side gives.
    pub(super) fn made(self) -> Self {
        Self {
            zone: given(self.zone, "north"),
            id: given(self.id, "id-1"),
            revision: Value::Known(7),
            hints: self.hints.into_known().into(),
            body: self.body.map(Part::made),
            ..self
        }
    }

    fn found(identity: &ThingIdentity) -> Self {
        Self { zone: identity.zone.clone(), ..Self::state(identity.name.known().unwrap()) }
    }
}

impl Part {
    pub(super) fn config(kind: &str) -> Self {
        Self { kind: known(kind), ..Self::default() }
    }

    fn made(self) -> Self {
        Self { serial: given(self.serial, "serial-1"), ..self }
    }
}

impl Resource for Thing {
    const NAME: &'static str = "toy_thing";
    const DESCRIPTION: &'static str = "A thing.";
    const VERSION: u64 = 3;
    const TIMEOUTS: DefaultTimeouts = DefaultTimeouts::all(Duration::from_secs(60));
    type Client = Client;
    type Model = ThingModel;
    type Identity = ThingIdentity;

    fn identity(&self, state: &ThingModel) -> ThingIdentity {
        ThingIdentity { name: state.name.clone(), zone: state.zone.clone() }
    }

    fn parse_import_id(&self, id: &str) -> Result<ThingIdentity, Diagnostics> {
        match id.split_once('/') {
            Some(("panic", _)) => panic!("on purpose"),
            Some((zone, name)) => Ok(ThingIdentity { name: known(name), zone: known(zone) }),
            None => Err(Diagnostic::error("Unreadable import id", "Write ZONE/NAME.").into()),
        }
    }

    fn validate(&self, config: &ThingModel) -> Result<(), Diagnostics> {
        match (config.name.known().map(String::as_str), &config.secret) {
            (Some("panic"), _) => panic!("on purpose"),
            (_, Value::Known(secret)) if config.nickname.known() == Some(secret) => {
                Err(Diagnostic::error("Secret told", "The nickname gives the secret away.").into())
            }
            _ => Ok(()),
        }
    }

    async fn plan(&self, cx: &Cx<'_, Client>, change: Change<'_, ThingModel>) -> Result<(), Diagnostics> {
        (cx.client.remote.plan)(cx, change)
    }

    async fn create(&self, cx: &Cx<'_, Client>, create: Create<ThingModel>) -> Result<ThingModel, Failed<ThingModel>> {
        (cx.client.remote.create)(create)
    }

    async fn read(
        &self,
        cx: &Cx<'_, Client>,
        identity: &ThingIdentity,
        prior: Option<&ThingModel>,
    ) -> Result<Option<ThingModel>, Diagnostics> {
        (cx.client.remote.read)(identity, prior)
    }

    async fn update(&self, cx: &Cx<'_, Client>, update: Update<ThingModel>) -> Result<ThingModel, Failed<ThingModel>> {
        (cx.client.remote.update)(update)
    }

    async fn delete(&self, cx: &Cx<'_, Client>, prior: ThingModel) -> Result<(), Diagnostics> {
        (cx.client.remote.delete)(prior)
    }

    /// North is where the remote side puts things that are not told where to be.
    fn generate_config(&self, state: &mut ThingModel) {
        if state.zone == known("north") {
            state.zone = Value::Null;
        }
    }

    fn moves(&self) -> &'static [Move<ThingModel>] {
        &[
            Move {
                provider: "acme/things",
                type_name: "things_thing",
                versions: 1..=2,
                run: |state| Ok(state.decode::<ThingModelV1>()?.upgraded()),
            },
            Move { provider: "acme/old", type_name: "old_thing", versions: 0..=0, run: |_| panic!("on purpose") },
        ]
    }

    fn upgrades(&self) -> &'static [Upgrade<ThingModel>] {
        &[
            Upgrade { from: 0, run: |_| panic!("on purpose") },
            Upgrade { from: 1, run: |state| Ok(state.decode::<ThingModelV1>()?.upgraded()) },
        ]
    }
}

model! {
    /// State as version 1 wrote it.
    struct ThingModelV1 {
        /// What is now `name`.
        title: Value<String> = required(),
    }
}

impl ThingModelV1 {
    fn upgraded(self) -> ThingModel {
        ThingModel { name: self.title, ..ThingModel::default() }
    }
}

/// A known string.
pub(super) fn known(text: &str) -> Value<String> {
    Value::Known(text.to_owned())
}

/// What the practitioner chose, or else the remote side.
fn given(chosen: Value<String>, otherwise: &str) -> Value<String> {
    chosen.into_known().map_or_else(|| known(otherwise), Value::Known)
}

/// What a remote side says when it does not do what it should.
pub(super) fn went_wrong() -> Diagnostics {
    Diagnostic::error("Went wrong", "The remote side is on strike.").into()
}

/// State as a state file holds it.
pub(super) fn raw(json: &str) -> RawState {
    RawState { json: json.as_bytes().to_vec(), is_flatmap: false }
}

pub(super) fn check_lower_case(text: &str) -> Result<(), Diagnostic> {
    if text == text.to_lowercase() { Ok(()) } else { Err(Diagnostic::error("Not in lower case", text)) }
}

fn both_known(prior: &Dynamic, planned: &Dynamic) -> bool {
    prior.as_str().is_some() && planned.as_str().is_some()
}

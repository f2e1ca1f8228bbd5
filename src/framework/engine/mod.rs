//! What Terraform asks, one file for each question, each answered in a fixed order of steps.
//!
//! The engine keeps the promises to Terraform, so that no resource can get them wrong. Values arrive and leave
//! [`Encoded`]; in between they are [`Dynamic`], and typed only inside the resource. A problem is a diagnostic in the
//! answer; so is a panic.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use futures_util::FutureExt;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::schema::{Field, Schema};
use super::{
    AnyDataSource, AnyEphemeral, AnyFunction, AnyList, AnyResource, Cx, Diagnostic, Diagnostics, Operation, Provider,
    Signature,
};
use crate::value::{CodecError, Dynamic, Encoded, Type};
use registry::{KnownResource, Registry};

pub(super) use in_state::InState;
pub use list::Sink;

pub mod apply;
pub mod configure;
mod conform;
pub mod data_source;
pub mod ephemeral;
pub mod function;
pub mod generate;
mod handover;
pub mod identity;
pub mod import;
mod in_state;
pub mod list;
pub mod r#move;
pub mod plan;
mod private;
pub mod read;
mod registry;
mod replace;
mod rules;
pub mod upgrade;
pub mod validate;

/// A provider, as Terraform talks to it.
///
/// One process serves one walk (a validation, a plan, an apply), and in debug mode, or under `terraform test`, one walk after
/// the other.
pub struct Engine<P: Provider> {
    provider: P,
    client: RwLock<Option<Arc<P::Client>>>,
    stop: Mutex<CancellationToken>,
    resources: Registry<dyn AnyResource<P::Client>>,
    data_sources: Registry<dyn AnyDataSource<P::Client>>,
    lists: Registry<dyn AnyList<P::Client>>,
    ephemerals: Registry<dyn AnyEphemeral<P::Client>>,
    functions: Registry<dyn AnyFunction>,
    in_state: InState,
    /// Whether the `provider` block has been validated since it was last configured.
    is_provider_validated: AtomicBool,
}

/// An answer to Terraform. Its default is what goes back beside an error.
pub trait Answer: Default {
    /// What the answer says to the practitioner.
    fn diagnostics(&mut self) -> &mut Diagnostics;
}

impl<P: Provider> Engine<P> {
    /// Starts with nothing configured. Builds no schema: that waits until one is needed.
    pub fn new(provider: P) -> Self {
        Self {
            provider,
            client: RwLock::default(),
            stop: Mutex::default(),
            resources: Registry::new(P::RESOURCES),
            data_sources: Registry::new(P::DATA_SOURCES),
            lists: Registry::new(P::LISTS),
            ephemerals: Registry::new(P::EPHEMERALS),
            functions: Registry::new(P::FUNCTIONS),
            in_state: InState::default(),
            is_provider_validated: AtomicBool::new(false),
        }
    }

    /// The provider's own schema.
    pub fn provider_schema(&self) -> Schema {
        Schema { version: 0, description: P::DESCRIPTION, fields: <P::Config as super::Model>::fields() }
    }

    /// Every resource by name, in the order of the documentation, with its schema and the fields of its identity.
    pub fn resources(&self) -> impl Iterator<Item = (&'static str, &Schema, &[Field])> {
        self.resources.iter().map(|(name, known)| (name, &known.schema, known.identity_fields.as_slice()))
    }

    /// Every data source by name, in the order of the documentation, with its schema.
    pub fn data_sources(&self) -> impl Iterator<Item = (&'static str, &Schema)> {
        self.data_sources.iter().map(|(name, known)| (name, &known.schema))
    }

    /// Every list resource by name, in the order of the documentation, with the schema of its configuration.
    pub fn lists(&self) -> impl Iterator<Item = (&'static str, &Schema)> {
        self.lists.iter().map(|(name, known)| (name, &known.schema))
    }

    /// Every ephemeral resource by name, in the order of the documentation, with its schema.
    pub fn ephemerals(&self) -> impl Iterator<Item = (&'static str, &Schema)> {
        self.ephemerals.iter().map(|(name, known)| (name, &known.schema))
    }

    /// Every function by name, in the order of the documentation, with what it takes and gives.
    pub fn functions(&self) -> impl Iterator<Item = (&'static str, &Signature)> {
        self.functions.iter()
    }

    /// Ends what is in flight, because the practitioner interrupted Terraform. What is asked later is not affected.
    pub fn stop(&self) {
        let mut stop = self.stop.lock().unwrap_or_else(PoisonError::into_inner);
        // What was stopped for good stays so.
        if !stop.is_cancelled() {
            std::mem::take(&mut *stop).cancel();
        }
    }

    /// Ends what is in flight, and what is asked later as well, because the process is about to end.
    pub fn stop_for_good(&self) {
        self.stop.lock().unwrap_or_else(PoisonError::into_inner).cancel();
    }

    fn client(&self) -> Result<Arc<P::Client>, Diagnostics> {
        let client = self.client.read().unwrap_or_else(PoisonError::into_inner);
        client.clone().ok_or_else(|| {
            Diagnostic::bug("Provider not configured", "Terraform asked for work before it configured the provider.")
                .into()
        })
    }

    /// A token for one operation: cancelled by the next [`Engine::stop`], or before if that was for good.
    fn stop_token(&self) -> CancellationToken {
        self.stop.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Answers, whatever happens: errors and panics become diagnostics.
    async fn answer<A: Answer>(&self, step: impl Future<Output = Result<A, Diagnostics>>) -> A {
        let mut answer = match AssertUnwindSafe(step).catch_unwind().await {
            Ok(Ok(answer)) => answer,
            Ok(Err(diagnostics)) => failed(diagnostics),
            Err(panic) => failed(panicked(panic.as_ref()).into()),
        };
        answer.diagnostics().blame_bugs_on(P::NAME);
        answer
    }
}

/// Where an operation stands: its client, its time, its way to be stopped.
struct Call<C> {
    client: Arc<C>,
    deadline: Instant,
    stop: CancellationToken,
}

impl<C> Call<C> {
    fn new<P: Provider<Client = C>>(engine: &Engine<P>, timeout: Duration) -> Result<Self, Diagnostics> {
        // An absurdly long timeout is as good as none.
        let deadline = Instant::now().checked_add(timeout).unwrap_or_else(|| Instant::now() + FAR_AWAY);
        Ok(Self { client: engine.client()?, deadline, stop: engine.stop_token() })
    }

    /// For `operation` on an object with these timeouts.
    fn on<P: Provider<Client = C>>(
        engine: &Engine<P>,
        resource: &dyn AnyResource<C>,
        operation: Operation,
        object: &Dynamic,
    ) -> Result<Self, Diagnostics> {
        Self::new(engine, resource.timeouts().of(operation, object))
    }

    fn cx<'a, P: Provider<Client = C>>(&'a self, engine: &'a Engine<P>) -> Cx<'a, C> {
        Cx::new(&self.client, self.deadline, &self.stop, &engine.in_state)
    }
}

const FAR_AWAY: Duration = Duration::from_secs(365 * 24 * 3600);

fn failed<A: Answer>(diagnostics: Diagnostics) -> A {
    let mut answer = A::default();
    answer.diagnostics().extend(diagnostics);
    answer
}

/// Reads what Terraform sent, against the type that the schema gives.
fn decode(what: &str, value: &Encoded, ty: &Type) -> Result<Dynamic, Diagnostics> {
    value.decode(ty).map_err(|error| unreadable(what, &error))
}

/// Writes what Terraform gets.
fn encode(what: &str, value: &Dynamic, ty: &Type) -> Result<Encoded, Diagnostics> {
    Encoded::of(value, ty).map_err(|error| unreadable(what, &error))
}

fn unreadable(what: &str, error: &CodecError) -> Diagnostics {
    let detail = format!("The {what} does not fit the schema: {error}.");
    Diagnostic::bug("Value does not fit the schema", detail).at(error.path.clone()).into()
}

fn panicked(panic: &(dyn std::any::Any + Send)) -> Diagnostic {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    let detail = format!(
        "The provider panicked: {message}. Whether the operation took effect is not known: compare what exists with the \
         state before you try again."
    );
    Diagnostic::bug("Provider panicked", detail)
}

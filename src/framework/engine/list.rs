//! ListResource: the objects of a type that exist, whether Terraform manages them or not.
//!
//! They go out one by one, and nothing is fetched before Terraform asks for more. When Terraform has enough it hangs up,
//! and everything ends where it stands.

use std::sync::Arc;

use futures_util::Stream;

use super::super::{AnyResource, Cx, Diagnostics, Ended, Provider, Wanted};
use super::handover::{self, Handover};
use super::{Answer, Call, Engine, KnownResource, conform, decode, encode};
use crate::value::{Dynamic, Encoded};

/// The question.
#[derive(Debug, Default)]
pub struct List {
    /// The type of the objects.
    pub type_name: String,
    /// What the practitioner wrote.
    pub config: Encoded,
    /// Whether the objects themselves are wanted too.
    pub include_object: bool,
    /// How many at most.
    pub limit: i64,
}

/// One part of the answer: an object, or the end if there is something to say.
#[derive(Debug, Default)]
pub struct Event {
    /// Which object it is.
    pub identity: Option<Encoded>,
    /// What the practitioner is shown.
    pub display_name: String,
    /// The object, if that was wanted.
    pub object: Option<Encoded>,
    /// What there is to say.
    pub diagnostics: Diagnostics,
}

impl Answer for Event {
    fn diagnostics(&mut self) -> &mut Diagnostics {
        &mut self.diagnostics
    }
}

impl<P: Provider> Engine<P> {
    /// Finds what there is.
    pub fn list(self: &Arc<Self>, question: List) -> impl Stream<Item = Event> + Send + use<P> {
        let engine = Arc::clone(self);
        handover::stream(move |events| async move {
            let last = engine.answer(engine.list_into(&events, question)).await;
            if !last.diagnostics.is_empty() {
                events.give(last).await;
            }
        })
    }

    async fn list_into(&self, events: &Handover<Event>, question: List) -> Result<Event, Diagnostics> {
        let (list, known) = self.lists.find(&question.type_name)?;
        let (resource, known_resource) = self.resources.find(&question.type_name)?;
        let config = decode("configuration", &question.config, &known.ty)?;
        let limit = usize::try_from(question.limit).unwrap_or_default();
        if limit == 0 {
            return Ok(Event::default());
        }
        let wanted = Wanted { objects: question.include_object, limit };
        let call = Call::new(self, list.timeout())?;
        let cx = call.cx(self);
        let sink = Sink { resource, known: known_resource, cx: &cx, events, wanted, left: limit };
        let outcome = list.list(&cx, config, wanted, sink).await;
        let mut diagnostics = cx.take_warnings();
        if let Err(Ended::Failed(wrong)) = outcome {
            diagnostics.extend(wrong);
        }
        Ok(Event { diagnostics, ..Event::default() })
    }
}

/// Where a list of any resource puts what it finds. Behind [`Listing`](super::super::Listing).
pub struct Sink<'a, C> {
    resource: &'a dyn AnyResource<C>,
    known: &'a KnownResource,
    cx: &'a Cx<'a, C>,
    events: &'a Handover<Event>,
    wanted: Wanted,
    left: usize,
}

impl<C> Sink<'_, C> {
    pub(in super::super) fn left(&self) -> usize {
        self.left
    }

    pub(in super::super) async fn push_object(&mut self, display_name: String, object: Dynamic) -> Result<(), Ended> {
        let object = conform::state(object, &self.known.schema.fields);
        let identity = self.resource.identity(object.clone())?;
        let object = if self.wanted.objects { Some(encode("object", &object, &self.known.ty)?) } else { None };
        self.push(display_name, &identity, object).await
    }

    pub(in super::super) async fn push_identity(&mut self, display_name: String, it: Dynamic) -> Result<(), Ended> {
        self.push(display_name, &it, None).await
    }

    async fn push(&mut self, display_name: String, identity: &Dynamic, object: Option<Encoded>) -> Result<(), Ended> {
        self.left = self.left.checked_sub(1).ok_or(Ended::Enough)?;
        let identity = Some(encode("identity", identity, &self.known.identity_ty)?);
        self.events.give(Event { identity, display_name, object, diagnostics: self.cx.take_warnings() }).await;
        if self.left == 0 { Err(Ended::Enough) } else { Ok(()) }
    }
}

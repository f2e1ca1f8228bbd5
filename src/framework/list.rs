use std::marker::PhantomData;
use std::time::Duration;

use crate::value::Dynamic;

use super::engine::Sink;
use super::schema::Schema;
use super::{Attribute, BoxFuture, Call, Cx, Diagnostic, Diagnostics, Model, Resource};

/// Finds the objects of one type that exist, whether Terraform manages them or not.
pub trait List: Send + Sync + 'static {
    /// The type of what it finds. The list goes by the same name.
    type Resource: Resource;
    /// What it finds, as Markdown.
    const DESCRIPTION: &'static str;
    /// How long it may take from the first object to the last.
    const TIMEOUT: Duration;
    /// The calls that it makes, for the documentation.
    const CALLS: &'static [Call] = &[];
    /// What the practitioner writes: where to look, and for what.
    type Config: Model;

    /// Checks what only the whole block can tell. Pure; parts may be unknown.
    fn validate(&self, _config: &Self::Config) -> Result<(), Diagnostics> {
        Ok(())
    }

    /// Finds them, one after the other. Everything in `config` is known.
    ///
    /// Pass on with `?` what [`Listing`] answers: a push comes back only when Terraform wants more, so that nothing is
    /// fetched in vain. A warning goes with the object that is pushed next. An error ends the list; where one of many
    /// objects is at fault, warn, and push what is known of it.
    fn list(
        &self,
        cx: &Cx<'_, <Self::Resource as Resource>::Client>,
        config: Self::Config,
        wanted: Wanted,
        listing: &mut Listing<'_, Self::Resource>,
    ) -> impl Future<Output = Result<(), Ended>> + Send;
}

/// What Terraform asks of a list.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// Whole objects. Otherwise what names each of them is enough.
    pub objects: bool,
    /// At most so many.
    pub limit: usize,
}

/// Where a list puts what it finds.
pub struct Listing<'a, R: Resource> {
    sink: Sink<'a, R::Client>,
    of: PhantomData<R>,
}

impl<R: Resource> Listing<'_, R> {
    /// How many more Terraform wants. To have more than these under way at once is in vain.
    pub fn left(&self) -> usize {
        self.sink.left()
    }

    /// Puts in an object, under the name by which the practitioner knows it.
    pub async fn push_object(&mut self, display_name: impl Into<String>, object: R::Model) -> Result<(), Ended> {
        self.sink.push_object(display_name.into(), object.encode()).await
    }

    /// Puts in what names an object, when whole objects are not wanted or one cannot be had.
    pub async fn push_identity(&mut self, display_name: impl Into<String>, it: R::Identity) -> Result<(), Ended> {
        self.sink.push_identity(display_name.into(), it.encode()).await
    }
}

/// Why a list ends before it is through.
#[derive(Debug)]
pub enum Ended {
    /// Terraform has as many as it wants.
    Enough,
    /// Something went wrong.
    Failed(Diagnostics),
}

impl From<Diagnostics> for Ended {
    fn from(diagnostics: Diagnostics) -> Self {
        Self::Failed(diagnostics)
    }
}

impl From<Diagnostic> for Ended {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Failed(diagnostic.into())
    }
}

/// A [`List`] of any resource.
pub trait AnyList<C>: Send + Sync {
    /// [`Resource::NAME`].
    fn name(&self) -> &'static str;
    /// The schema of its configuration.
    fn schema(&self) -> Schema;
    /// [`List::TIMEOUT`].
    fn timeout(&self) -> Duration;
    /// [`List::CALLS`].
    fn calls(&self) -> &'static [Call];
    /// [`List::validate`].
    fn validate(&self, config: Dynamic) -> Result<(), Diagnostics>;
    /// [`List::list`].
    fn list<'a>(
        &'a self,
        cx: &'a Cx<'a, C>,
        config: Dynamic,
        wanted: Wanted,
        sink: Sink<'a, C>,
    ) -> BoxFuture<'a, Result<(), Ended>>;
}

impl<L: List> AnyList<<L::Resource as Resource>::Client> for L {
    fn name(&self) -> &'static str {
        L::Resource::NAME
    }

    fn schema(&self) -> Schema {
        Schema { version: 0, description: L::DESCRIPTION, fields: L::Config::fields() }
    }

    fn timeout(&self) -> Duration {
        L::TIMEOUT
    }

    fn calls(&self) -> &'static [Call] {
        L::CALLS
    }

    fn validate(&self, config: Dynamic) -> Result<(), Diagnostics> {
        List::validate(self, &L::Config::decode(config)?)
    }

    fn list<'a>(
        &'a self,
        cx: &'a Cx<'a, <L::Resource as Resource>::Client>,
        config: Dynamic,
        wanted: Wanted,
        sink: Sink<'a, <L::Resource as Resource>::Client>,
    ) -> BoxFuture<'a, Result<(), Ended>> {
        Box::pin(async move {
            let mut listing = Listing { sink, of: PhantomData };
            List::list(self, cx, L::Config::decode(config)?, wanted, &mut listing).await
        })
    }
}

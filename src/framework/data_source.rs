use crate::value::Dynamic;

use super::schema::Schema;
use super::{Attribute, BoxFuture, Call, Cx, DefaultTimeouts, Diagnostics, Model};

/// Something that can be looked up.
pub trait DataSource: Send + Sync + 'static {
    /// The type's name in HCL.
    const NAME: &'static str;
    /// What the type is for, as Markdown.
    const DESCRIPTION: &'static str;
    /// How long a read may take.
    const TIMEOUTS: DefaultTimeouts;
    /// The calls that it makes, for the documentation.
    const CALLS: &'static [Call] = &[];
    /// What the provider's configuration made.
    type Client: Send + Sync + 'static;
    /// What the practitioner asks, and the answer.
    type Model: Model;

    /// Checks what only the whole block can tell. Pure; parts may be unknown.
    fn validate(&self, _config: &Self::Model) -> Result<(), Diagnostics> {
        Ok(())
    }

    /// Looks it up. Everything in `config` is known.
    fn read(
        &self,
        cx: &Cx<'_, Self::Client>,
        config: Self::Model,
    ) -> impl Future<Output = Result<Self::Model, Diagnostics>> + Send;
}

/// A [`DataSource`] of any model.
pub trait AnyDataSource<C>: Send + Sync {
    /// [`DataSource::NAME`].
    fn name(&self) -> &'static str;
    /// The schema.
    fn schema(&self) -> Schema;
    /// [`DataSource::TIMEOUTS`].
    fn timeouts(&self) -> DefaultTimeouts;
    /// [`DataSource::CALLS`].
    fn calls(&self) -> &'static [Call];
    /// [`DataSource::validate`].
    fn validate(&self, config: Dynamic) -> Result<(), Diagnostics>;
    /// [`DataSource::read`].
    fn read<'a>(&'a self, cx: &'a Cx<'a, C>, config: Dynamic) -> BoxFuture<'a, Result<Dynamic, Diagnostics>>;
}

impl<D: DataSource> AnyDataSource<D::Client> for D {
    fn name(&self) -> &'static str {
        D::NAME
    }

    fn schema(&self) -> Schema {
        Schema { version: 0, description: D::DESCRIPTION, fields: D::Model::fields() }
    }

    fn timeouts(&self) -> DefaultTimeouts {
        D::TIMEOUTS
    }

    fn calls(&self) -> &'static [Call] {
        D::CALLS
    }

    fn validate(&self, config: Dynamic) -> Result<(), Diagnostics> {
        DataSource::validate(self, &D::Model::decode(config)?)
    }

    fn read<'a>(&'a self, cx: &'a Cx<'a, D::Client>, config: Dynamic) -> BoxFuture<'a, Result<Dynamic, Diagnostics>> {
        Box::pin(async move { DataSource::read(self, cx, D::Model::decode(config)?).await.map(Attribute::encode) })
    }
}

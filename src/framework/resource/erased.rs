use std::ops::RangeInclusive;

use crate::value::{AttributePath, Attributes, Dynamic};

use super::super::schema::{Field, Schema};
use super::super::{Attribute, BoxFuture, Call, Cx, DefaultTimeouts, Diagnostics, Model, RawState};
use super::{Change, Create, Failed, Resource, Update};

/// A [`Resource`] of any model: what the engine works with.
///
/// Every method is the method of the same name, with values decoded on the way in and encoded on the way out.
pub trait AnyResource<C>: Send + Sync {
    /// [`Resource::NAME`].
    fn name(&self) -> &'static str;
    /// The schema.
    fn schema(&self) -> Schema;
    /// The fields of the identity.
    fn identity_fields(&self) -> Vec<Field>;
    /// [`Resource::TIMEOUTS`].
    fn timeouts(&self) -> DefaultTimeouts;
    /// [`Resource::CALLS`].
    fn calls(&self) -> &'static [Call];
    /// [`Resource::ON_DESTROY`].
    fn on_destroy(&self) -> &'static str;
    /// [`Resource::identity`].
    fn identity(&self, state: Dynamic) -> Result<Dynamic, Diagnostics>;
    /// [`Resource::parse_import_id`].
    fn parse_import_id(&self, id: &str) -> Result<Dynamic, Diagnostics>;
    /// [`Resource::validate`].
    fn validate(&self, config: Dynamic) -> Result<(), Diagnostics>;
    /// [`Resource::plan`].
    fn plan<'a>(&'a self, cx: &'a Cx<'a, C>, change: DynamicChange) -> BoxFuture<'a, Result<Decided, Diagnostics>>;
    /// [`Resource::create`].
    fn create<'a>(&'a self, cx: &'a Cx<'a, C>, config: Dynamic, planned: Dynamic) -> BoxFuture<'a, Applied>;
    /// [`Resource::read`].
    fn read<'a>(&'a self, cx: &'a Cx<'a, C>, sought: Sought) -> BoxFuture<'a, Result<Option<Found>, Diagnostics>>;
    /// [`Resource::update`].
    fn update<'a>(
        &'a self,
        cx: &'a Cx<'a, C>,
        config: Dynamic,
        prior: Dynamic,
        planned: Dynamic,
    ) -> BoxFuture<'a, Applied>;
    /// [`Resource::delete`].
    fn delete<'a>(&'a self, cx: &'a Cx<'a, C>, prior: Dynamic) -> BoxFuture<'a, Result<(), Diagnostics>>;
    /// [`Resource::generate_config`].
    fn generate_config(&self, state: Dynamic) -> Result<Dynamic, Diagnostics>;
    /// Reads state that version `from` wrote; `None` when there is no [`super::Upgrade`] for it.
    fn upgrade(&self, from: u64, state: &RawState) -> Option<Result<Dynamic, Diagnostics>>;
    /// Takes over an object; `None` when there is no [`super::Move`] for it.
    fn take_over(
        &self,
        provider: &str,
        type_name: &str,
        version: i64,
        state: &RawState,
    ) -> Option<Result<Dynamic, Diagnostics>>;
    /// What each [`super::Move`] takes over: provider, type, and versions of its schema.
    fn sources(&self) -> Vec<(&'static str, &'static str, RangeInclusive<i64>)>;
}

type Applied = Result<Dynamic, DynamicFailed>;

/// What a resource decided about a planned change.
#[derive(Debug, Default)]
pub struct Decided {
    /// The attributes that it changed in the planned object.
    pub changed: Attributes,
    /// The attributes whose change needs a new object.
    pub requires_replace: Vec<AttributePath>,
}

/// Which object a read is about.
#[derive(Debug)]
pub enum Sought {
    /// The one that the state holds as this.
    InState(Dynamic),
    /// The one of this identity.
    Named(Dynamic),
}

/// An object that a read has found.
#[derive(Debug)]
pub struct Found {
    /// The object.
    pub state: Dynamic,
    /// Which one it is.
    pub identity: Dynamic,
}

/// A [`Change`] of any model.
#[derive(Debug)]
pub enum DynamicChange {
    /// [`Change::Create`].
    Create {
        /// What the practitioner wrote.
        config: Dynamic,
        /// What would be shown.
        planned: Dynamic,
        /// Whether it takes the place of an object that this state holds at the same address.
        replaces: bool,
    },
    /// [`Change::Update`].
    Update {
        /// What the practitioner wrote.
        config: Dynamic,
        /// What is there now.
        prior: Dynamic,
        /// What would be shown.
        planned: Dynamic,
    },
    /// [`Change::Delete`].
    Delete {
        /// What is there now.
        prior: Dynamic,
    },
}

/// A [`Failed`] of any model.
#[derive(Debug)]
pub struct DynamicFailed {
    /// What exists all the same.
    pub state: Option<Dynamic>,
    /// What went wrong.
    pub diagnostics: Diagnostics,
}

impl<M: Model> From<Failed<M>> for DynamicFailed {
    fn from(failed: Failed<M>) -> Self {
        Self { state: failed.state.map(|state| state.encode()), diagnostics: failed.diagnostics }
    }
}

impl From<Diagnostics> for DynamicFailed {
    fn from(diagnostics: Diagnostics) -> Self {
        Self { state: None, diagnostics }
    }
}

impl<R: Resource> AnyResource<R::Client> for R {
    fn name(&self) -> &'static str {
        R::NAME
    }

    fn schema(&self) -> Schema {
        Schema { version: R::VERSION, description: R::DESCRIPTION, fields: R::Model::fields() }
    }

    fn identity_fields(&self) -> Vec<Field> {
        R::Identity::fields()
    }

    fn timeouts(&self) -> DefaultTimeouts {
        R::TIMEOUTS
    }

    fn calls(&self) -> &'static [Call] {
        R::CALLS
    }

    fn on_destroy(&self) -> &'static str {
        R::ON_DESTROY
    }

    fn identity(&self, state: Dynamic) -> Result<Dynamic, Diagnostics> {
        Ok(Resource::identity(self, &R::Model::decode(state)?).encode())
    }

    fn parse_import_id(&self, id: &str) -> Result<Dynamic, Diagnostics> {
        Resource::parse_import_id(self, id).map(Attribute::encode)
    }

    fn validate(&self, config: Dynamic) -> Result<(), Diagnostics> {
        Resource::validate(self, &R::Model::decode(config)?)
    }

    fn plan<'a>(
        &'a self,
        cx: &'a Cx<'a, R::Client>,
        change: DynamicChange,
    ) -> BoxFuture<'a, Result<Decided, Diagnostics>> {
        Box::pin(async move {
            let mut requires_replace = Vec::new();
            let changed = match change {
                DynamicChange::Create { config, planned, replaces } => {
                    let config = R::Model::decode(config)?;
                    let shown = R::Model::decode(planned)?;
                    let mut planned = shown.clone();
                    let change = Change::Create { config: &config, planned: &mut planned, replaces };
                    Resource::plan(self, cx, change).await?;
                    difference(shown, planned)
                }
                DynamicChange::Update { config, prior, planned } => {
                    let (config, prior) = (R::Model::decode(config)?, R::Model::decode(prior)?);
                    let shown = R::Model::decode(planned)?;
                    let mut planned = shown.clone();
                    let change = Change::Update {
                        config: &config,
                        prior: &prior,
                        planned: &mut planned,
                        requires_replace: &mut requires_replace,
                    };
                    Resource::plan(self, cx, change).await?;
                    difference(shown, planned)
                }
                DynamicChange::Delete { prior } => {
                    Resource::plan(self, cx, Change::Delete { prior: &R::Model::decode(prior)? }).await?;
                    Attributes::default()
                }
            };
            Ok(Decided { changed, requires_replace })
        })
    }

    fn create<'a>(&'a self, cx: &'a Cx<'a, R::Client>, config: Dynamic, planned: Dynamic) -> BoxFuture<'a, Applied> {
        Box::pin(async move {
            let create = Create { config: R::Model::decode(config)?, planned: R::Model::decode(planned)? };
            Ok(Resource::create(self, cx, create).await?.encode())
        })
    }

    fn read<'a>(
        &'a self,
        cx: &'a Cx<'a, R::Client>,
        sought: Sought,
    ) -> BoxFuture<'a, Result<Option<Found>, Diagnostics>> {
        Box::pin(async move {
            let (identity, prior) = match sought {
                Sought::InState(prior) => {
                    let prior = R::Model::decode(prior)?;
                    (Resource::identity(self, &prior), Some(prior))
                }
                Sought::Named(identity) => (R::Identity::decode(identity)?, None),
            };
            let state = Resource::read(self, cx, &identity, prior.as_ref()).await?;
            Ok(state.map(|state| Found { identity: Resource::identity(self, &state).encode(), state: state.encode() }))
        })
    }

    fn update<'a>(
        &'a self,
        cx: &'a Cx<'a, R::Client>,
        config: Dynamic,
        prior: Dynamic,
        planned: Dynamic,
    ) -> BoxFuture<'a, Applied> {
        Box::pin(async move {
            let update = Update {
                config: R::Model::decode(config)?,
                prior: R::Model::decode(prior)?,
                planned: R::Model::decode(planned)?,
            };
            Ok(Resource::update(self, cx, update).await?.encode())
        })
    }

    fn delete<'a>(&'a self, cx: &'a Cx<'a, R::Client>, prior: Dynamic) -> BoxFuture<'a, Result<(), Diagnostics>> {
        Box::pin(async move { Resource::delete(self, cx, R::Model::decode(prior)?).await })
    }

    fn generate_config(&self, state: Dynamic) -> Result<Dynamic, Diagnostics> {
        let mut model = R::Model::decode(state)?;
        Resource::generate_config(self, &mut model);
        Ok(model.encode())
    }

    fn upgrade(&self, from: u64, state: &RawState) -> Option<Result<Dynamic, Diagnostics>> {
        let upgrade = self.upgrades().iter().find(|upgrade| upgrade.from == from)?;
        Some((upgrade.run)(state).map(Attribute::encode))
    }

    fn take_over(
        &self,
        provider: &str,
        type_name: &str,
        version: i64,
        state: &RawState,
    ) -> Option<Result<Dynamic, Diagnostics>> {
        let is_it = |source: &&super::Move<R::Model>| {
            source.provider == provider && source.type_name == type_name && source.versions.contains(&version)
        };
        let source = self.moves().iter().find(is_it)?;
        Some((source.run)(state).map(Attribute::encode))
    }

    fn sources(&self) -> Vec<(&'static str, &'static str, RangeInclusive<i64>)> {
        self.moves().iter().map(|source| (source.provider, source.type_name, source.versions.clone())).collect()
    }
}

/// The attributes of `after` that are not as they were before.
///
/// Only these go into the plan: what a model cannot express, such as a set with one unknown element, stays as it was.
fn difference<M: Model>(before: M, after: M) -> Attributes {
    if before == after {
        return Attributes::default();
    }
    match (before.encode(), after.encode()) {
        (Dynamic::Object(before), Dynamic::Object(mut after)) => {
            after.retain(|name, value| before.get(name) != Some(value));
            after
        }
        _ => Attributes::default(),
    }
}

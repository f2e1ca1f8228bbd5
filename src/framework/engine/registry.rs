use std::sync::OnceLock;

use super::super::schema::{Field, Schema, object_type};
use super::super::{
    AnyDataSource, AnyEphemeral, AnyFunction, AnyList, AnyResource, Diagnostic, Diagnostics, Signature,
};
use crate::value::Type;

/// Things of one kind that a provider offers, each with its schema once somebody has asked for it.
pub(super) struct Registry<O: Offer + ?Sized>(Vec<(&'static O, OnceLock<O::Known>)>);

/// Something that a provider offers under a name.
pub(super) trait Offer: 'static {
    /// What practitioners call this kind of thing.
    const KIND: &'static str;
    /// What Terraform wants to know of it.
    type Known;

    fn name(&self) -> &'static str;
    fn describe(&self) -> Self::Known;
}

/// A schema, and the type that follows from it.
pub(super) struct Known {
    pub(super) schema: Schema,
    pub(super) ty: Type,
}

/// The same of a resource, which has an identity too.
pub(super) struct KnownResource {
    pub(super) schema: Schema,
    pub(super) ty: Type,
    pub(super) identity_fields: Vec<Field>,
    pub(super) identity_ty: Type,
}

impl<O: Offer + ?Sized> Registry<O> {
    pub(super) fn new(offers: &[&'static O]) -> Self {
        Self(offers.iter().map(|it| (*it, OnceLock::new())).collect())
    }

    /// Everything, in the order of the documentation.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&'static str, &O::Known)> {
        self.0.iter().map(|(it, known)| (it.name(), known.get_or_init(|| it.describe())))
    }

    /// What has this name.
    pub(super) fn find(&self, name: &str) -> Result<(&'static O, &O::Known), Diagnostics> {
        let (it, known) = self.0.iter().find(|(it, _)| it.name() == name).ok_or_else(|| {
            let kind = O::KIND;
            let detail = format!("This provider has no {kind} {name:?}. Is a newer version of the provider needed?");
            Diagnostic::error("Unknown type", detail)
        })?;
        Ok((*it, known.get_or_init(|| it.describe())))
    }
}

impl From<Schema> for Known {
    fn from(schema: Schema) -> Self {
        Self { ty: schema.ty(), schema }
    }
}

impl<C: 'static> Offer for dyn AnyResource<C> {
    const KIND: &'static str = "resource";
    type Known = KnownResource;

    fn name(&self) -> &'static str {
        AnyResource::name(self)
    }

    fn describe(&self) -> KnownResource {
        let Known { schema, ty } = self.schema().into();
        let identity_fields = self.identity_fields();
        KnownResource { schema, ty, identity_ty: object_type(&identity_fields), identity_fields }
    }
}

impl<C: 'static> Offer for dyn AnyDataSource<C> {
    const KIND: &'static str = "data source";
    type Known = Known;

    fn name(&self) -> &'static str {
        AnyDataSource::name(self)
    }

    fn describe(&self) -> Known {
        self.schema().into()
    }
}

impl<C: 'static> Offer for dyn AnyList<C> {
    const KIND: &'static str = "list resource";
    type Known = Known;

    fn name(&self) -> &'static str {
        AnyList::name(self)
    }

    fn describe(&self) -> Known {
        self.schema().into()
    }
}

impl<C: 'static> Offer for dyn AnyEphemeral<C> {
    const KIND: &'static str = "ephemeral resource";
    type Known = Known;

    fn name(&self) -> &'static str {
        AnyEphemeral::name(self)
    }

    fn describe(&self) -> Known {
        self.schema().into()
    }
}

impl Offer for dyn AnyFunction {
    const KIND: &'static str = "function";
    type Known = Signature;

    fn name(&self) -> &'static str {
        AnyFunction::name(self)
    }

    fn describe(&self) -> Signature {
        self.signature()
    }
}

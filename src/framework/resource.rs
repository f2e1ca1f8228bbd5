use crate::value::AttributePath;

use super::{Call, Cx, DefaultTimeouts, Diagnostic, Diagnostics, Model, RawState};

mod erased;

pub use erased::{AnyResource, Decided, DynamicChange, DynamicFailed, Found, Sought};

/// A kind of remote object that Terraform manages.
///
/// The engine keeps the promises to Terraform: it plans, it checks, it keeps private data and identity, it turns "gone"
/// into the next create. An implementation says what its remote API needs.
pub trait Resource: Send + Sync + 'static {
    /// The type's name in HCL: `eks_access_entry`.
    const NAME: &'static str;
    /// What the type is for, as Markdown.
    const DESCRIPTION: &'static str;
    /// Counts the forms that stored state has had, from 0. See [`Resource::upgrades`].
    const VERSION: u64 = 0;
    /// How long operations may take where the `timeouts` block says nothing.
    const TIMEOUTS: DefaultTimeouts;
    /// The calls that it makes, for the documentation.
    const CALLS: &'static [Call] = &[];
    /// What happens when it is destroyed, as Markdown, for the documentation.
    const ON_DESTROY: &'static str = "The object is removed. That it was gone before is no error.";
    /// What the provider's configuration made.
    type Client: Send + Sync + 'static;
    /// Configuration, plan and state: one struct.
    type Model: Model;
    /// The smallest set of attributes that names one remote object. Its required fields are what an import must give.
    type Identity: Model;

    /// Which object this is. In a plan, parts of it may be unknown.
    fn identity(&self, state: &Self::Model) -> Self::Identity;

    /// Reads the identity out of what follows `terraform import ADDRESS`.
    fn parse_import_id(&self, id: &str) -> Result<Self::Identity, Diagnostics>;

    /// Makes the object.
    fn create(
        &self,
        cx: &Cx<'_, Self::Client>,
        create: Create<Self::Model>,
    ) -> impl Future<Output = Result<Self::Model, Failed<Self::Model>>> + Send;

    /// Looks at the object. `Ok(None)` means that it is gone, and nothing else. `prior` is what the state holds; it is
    /// `None` in an import.
    ///
    /// Terraform before 1.14, and OpenTofu, generate configuration out of what an import finds, without asking
    /// [`Resource::generate_config`]: each argument that has a value is written down. So whatever no configuration may
    /// set is left out (null) in an import; the next read with a prior state fills it in.
    fn read(
        &self,
        cx: &Cx<'_, Self::Client>,
        identity: &Self::Identity,
        prior: Option<&Self::Model>,
    ) -> impl Future<Output = Result<Option<Self::Model>, Diagnostics>> + Send;

    /// Changes the object in place.
    fn update(
        &self,
        cx: &Cx<'_, Self::Client>,
        update: Update<Self::Model>,
    ) -> impl Future<Output = Result<Self::Model, Failed<Self::Model>>> + Send;

    /// Removes the object. That it was gone before is a success.
    fn delete(
        &self,
        cx: &Cx<'_, Self::Client>,
        prior: Self::Model,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send;

    /// Checks what only the whole block can tell. Pure; parts may be unknown, and it is asked again when they are known.
    fn validate(&self, _config: &Self::Model) -> Result<(), Diagnostics> {
        Ok(())
    }

    /// Looks at a change before it is shown, also at a removal: refuses it, warns of it, or plans what only the provider
    /// can know. It is asked again during apply and must come to the same plan.
    fn plan(
        &self,
        _cx: &Cx<'_, Self::Client>,
        _change: Change<'_, Self::Model>,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send {
        async { Ok(()) }
    }

    /// Turns a state into the configuration that it could have come from: takes out what the remote side has chosen and
    /// would choose again. The engine takes out what no configuration may hold, and what is as it is by default.
    fn generate_config(&self, _state: &mut Self::Model) {}

    /// How to read the state that older versions of the type wrote, one entry for each version below the current one.
    fn upgrades(&self) -> &'static [Upgrade<Self::Model>] {
        &[]
    }

    /// Whose state a `moved` block may carry over to this type.
    fn moves(&self) -> &'static [Move<Self::Model>] {
        &[]
    }
}

/// What to make.
#[derive(Debug)]
pub struct Create<M> {
    /// What the practitioner wrote.
    pub config: M,
    /// What Terraform showed; unknown where only the new object can tell.
    pub planned: M,
}

/// What to change.
#[derive(Debug)]
pub struct Update<M> {
    /// What the practitioner wrote.
    pub config: M,
    /// What is there now.
    pub prior: M,
    /// What Terraform showed; unknown where only the changed object can tell.
    pub planned: M,
}

/// A change that is being planned.
#[derive(Debug)]
pub enum Change<'a, M> {
    /// A new object.
    Create {
        /// What the practitioner wrote; parts may be unknown.
        config: &'a M,
        /// What will be shown. Of the attributes that the configuration leaves to the provider, those that are still
        /// null at the end are shown as known after apply.
        planned: &'a mut M,
        /// Whether it takes the place of an object that this state holds at the same address.
        replaces: bool,
    },
    /// A change of an object, in place or, where the schema says so, by replacing it.
    Update {
        /// What the practitioner wrote; parts may be unknown.
        config: &'a M,
        /// What is there now.
        prior: &'a M,
        /// What will be shown. The attributes that the configuration leaves to the provider stand as they were.
        planned: &'a mut M,
        /// Push the attributes whose change needs a new object after all.
        requires_replace: &'a mut Vec<AttributePath>,
    },
    /// A removal.
    Delete {
        /// What is there now.
        prior: &'a M,
    },
}

/// An operation that went wrong.
#[derive(Debug)]
pub struct Failed<M> {
    /// What exists all the same. `None` means that what the state holds is still true: nothing, if it was a create.
    pub state: Option<Box<M>>,
    /// What went wrong.
    pub diagnostics: Diagnostics,
}

/// How to read the state that version `from` of a type wrote.
pub struct Upgrade<M> {
    /// The version that wrote it.
    pub from: u64,
    /// Reads it.
    pub run: fn(&RawState) -> Result<M, Diagnostics>,
}

/// How to take over an object from another type, perhaps of another provider.
pub struct Move<M> {
    /// Namespace and name of the provider: `hashicorp/aws`. The host does not matter: it differs between tools.
    pub provider: &'static str,
    /// The type there.
    pub type_name: &'static str,
    /// The versions of its schema that `run` can read.
    pub versions: std::ops::RangeInclusive<i64>,
    /// Reads its state.
    pub run: fn(&RawState) -> Result<M, Diagnostics>,
}

impl<M> Failed<M> {
    /// It went wrong, and `state` is what exists all the same.
    pub fn leaving(state: M, diagnostics: impl Into<Diagnostics>) -> Self {
        Self { state: Some(Box::new(state)), diagnostics: diagnostics.into() }
    }
}

/// It went wrong, and nothing has changed.
impl<M> From<Diagnostics> for Failed<M> {
    fn from(diagnostics: Diagnostics) -> Self {
        Self { state: None, diagnostics }
    }
}

/// It went wrong, and nothing has changed.
impl<M> From<Diagnostic> for Failed<M> {
    fn from(diagnostic: Diagnostic) -> Self {
        Diagnostics::from(diagnostic).into()
    }
}

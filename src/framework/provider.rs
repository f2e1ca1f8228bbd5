use super::{AnyDataSource, AnyEphemeral, AnyFunction, AnyList, AnyResource, Diagnostics, Model};

/// A provider: its configuration, and what it offers.
///
/// The order of the slices is the order of the documentation.
pub trait Provider: Send + Sync + 'static {
    /// The name that every type begins with: `eks` for `eks_access_entry`.
    const NAME: &'static str;
    /// What the provider is for.
    const DESCRIPTION: &'static str;
    /// The `provider` block.
    type Config: Model;
    /// What resources and data sources work with.
    type Client: Send + Sync + 'static;

    /// Every resource.
    const RESOURCES: &'static [&'static dyn AnyResource<Self::Client>];
    /// Every data source.
    const DATA_SOURCES: &'static [&'static dyn AnyDataSource<Self::Client>];
    /// Every list resource. Each goes by the name of the resource that it lists.
    const LISTS: &'static [&'static dyn AnyList<Self::Client>] = &[];
    /// Every ephemeral resource.
    const EPHEMERALS: &'static [&'static dyn AnyEphemeral<Self::Client>] = &[];
    /// Every function.
    const FUNCTIONS: &'static [&'static dyn AnyFunction] = &[];

    /// Checks the `provider` block. Pure; parts of the block may be unknown.
    fn validate(&self, _config: &Self::Config) -> Result<(), Diagnostics> {
        Ok(())
    }

    /// Makes the client. Called at the start of a plan or an apply, before anything needs the client: so nothing here
    /// waits for the network. In a plan, parts of the block may be unknown; only what needs them may fail, later.
    fn configure(&self, config: Self::Config, walks: Walks) -> Result<Self::Client, Diagnostics>;
}

/// What Terraform sends through a configured provider before it is done with it or configures it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Walks {
    /// One walk: a plan, or an apply.
    One,
    /// Walk after walk, and nothing tells where one ends: `terraform test` does so from 1.13 on, where one process plans and
    /// applies all runs of a file (seen with 1.13.5 and 1.15.5; `docs/design/2026-11-28-terraform-test.md`).
    Several,
}

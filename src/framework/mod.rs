//! Terraform's provider concepts in Rust: schemas, models, diagnostics, resources. No gRPC, no AWS.
//!
//! A provider is a [`Provider`]: its configuration, and const slices of what it offers. Each thing it offers is one
//! type with one trait: [`Resource`], [`DataSource`], [`List`], [`Ephemeral`], [`Function`]. What a practitioner writes,
//! what Terraform plans and what it keeps in state is one struct, a [`Model`], made with [`model!`](crate::model); what a
//! function takes is another, made with [`arguments!`](crate::arguments). The [`engine`] stands between those traits and
//! Terraform, and keeps the promises that Terraform expects; a resource says only what its remote API needs. What
//! registries show of all that is made by [`docs`].

mod attribute;
mod call;
mod cx;
mod data_source;
mod diagnostic;
pub mod docs;
pub mod engine;
mod ephemeral;
mod function;
mod list;
pub mod model;
mod provider;
mod raw_state;
mod resource;
pub mod schema;
mod timeouts;

pub use attribute::Attribute;
pub use call::Call;
pub use cx::Cx;
pub use data_source::{AnyDataSource, DataSource};
pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use ephemeral::{AnyEphemeral, Ephemeral, Opened, Renewed};
pub use function::{AnyFunction, Argument, Arguments, Function, FunctionError, Given, Parameter, Signature, Variadic};
pub use list::{AnyList, Ended, List, Listing, Wanted};
pub use model::Model;
pub use provider::{Provider, Walks};
pub use raw_state::RawState;
pub use resource::{
    AnyResource, Change, Create, Decided, DynamicChange, DynamicFailed, Failed, Found, Move, Resource, Sought, Update,
    Upgrade,
};
pub use timeouts::{DefaultTimeouts, Operation, Timeouts, parse_duration};

/// A future in a box, as the erased traits return it.
pub type BoxFuture<'a, T> = std::pin::Pin<Box<dyn Future<Output = T> + Send + 'a>>;

//! The provider itself: what the practitioner writes, turned into calls of [`crate::aws`].
//!
//! One file or folder for each thing that the provider offers, named like the thing: resources here, data sources in
//! [`data`], list resources in [`list`], functions in [`function`]. What they share:
//!
//! | module | what it is |
//! |---|---|
//! | [`config`] | the `provider` block |
//! | [`client`] | what every operation works with: the connection, and the rules that the `provider` block sets |
//! | [`argument`] | arguments that several objects have, and how each is checked |
//! | [`import_id`] | what follows the address in `terraform import` |
//! | [`aws_auth`], [`coverage`] | what becomes of aws-auth, and how far access entries cover it |
//! | [`error`] | what AWS says, as a diagnostic |
//! | [`exclusion`] | which entries an exclusive set of principals leaves no room for |
//! | [`lockout`] | guards against locking oneself out |
//! | [`moves`] | what moves from other providers have in common |
//! | [`offered`] | whether EKS offers the policies that a plan associates |
//! | [`pattern`] | patterns for principals |
//! | [`search`] | what it takes to look for entries |
//! | [`tags`] | tags of an object, of the provider, and of both together |
//! | [`walk`] | what has been planned so far in this process: what collides is refused, and what will be there counts |
//!
//! The resources do not know each other.

mod access_entries_exclusive;
mod access_entry;
mod access_policy_association;
mod access_scope;
mod argument;
mod authentication_mode;
mod aws_auth;
mod client;
mod cluster_auth;
mod config;
mod coverage;
pub mod data;
mod error;
mod exclusion;
pub mod function;
mod import_id;
pub mod list;
mod lockout;
mod moves;
mod offered;
mod pattern;
mod search;
mod tags;
mod walk;

use crate::framework::{AnyDataSource, AnyEphemeral, AnyFunction, AnyList, AnyResource, Diagnostics, Provider, Walks};

pub use self::access_entries_exclusive::AccessEntriesExclusive;
pub use self::access_entry::AccessEntry;
pub use self::access_policy_association::AccessPolicyAssociation;
pub use self::authentication_mode::AuthenticationMode;
pub use self::client::Client;
pub use self::cluster_auth::ClusterAuth;
pub use self::config::Config;

/// The provider.
pub struct Eks;

impl Provider for Eks {
    const NAME: &'static str = "eks";
    const DESCRIPTION: &'static str =
        "Access to Amazon EKS clusters: who may do what, planned against the live cluster.";
    type Config = Config;
    type Client = Client;

    const RESOURCES: &'static [&'static dyn AnyResource<Client>] =
        &[&AccessEntry, &AccessPolicyAssociation, &AuthenticationMode, &AccessEntriesExclusive];
    const DATA_SOURCES: &'static [&'static dyn AnyDataSource<Client>] =
        &[&data::AccessEntry, &data::AccessEntries, &data::AccessPolicies, &data::AuthenticationMode, &data::AwsAuth];

    const LISTS: &'static [&'static dyn AnyList<Client>] =
        &[&list::AccessEntries, &list::AccessPolicyAssociations, &list::AuthenticationModes];
    const EPHEMERALS: &'static [&'static dyn AnyEphemeral<Client>] = &[&ClusterAuth];
    const FUNCTIONS: &'static [&'static dyn AnyFunction] =
        &[&function::AccessPolicyArn, &function::PrincipalArn, &function::AwsAuthAccessEntries];

    fn validate(&self, config: &Config) -> Result<(), Diagnostics> {
        config.check()
    }

    fn configure(&self, config: Config, walks: Walks) -> Result<Client, Diagnostics> {
        Client::new(config, walks)
    }
}

//! What can be looked up: one file for each `data` block, each named like it.
//!
//! What is not there is an error here, because whoever asks by name relies on it; a filter that nothing passes gives an
//! empty list. `found` is what they share: an entry and its policies, as they are shown.

mod access_entries;
mod access_entry;
mod access_policies;
mod authentication_mode;
mod aws_auth;
mod found;

use crate::aws::{Budget, Eks};
use crate::framework::schema::{Field, optional_computed, required};
use crate::framework::{Cx, Diagnostic, Diagnostics};
use crate::value::Value;

use super::argument;
use super::client::{Client, budget};
use super::error::Attempt;

pub use self::access_entries::AccessEntries;
pub use self::access_entry::AccessEntry;
pub use self::access_policies::AccessPolicies;
pub use self::authentication_mode::AuthenticationMode;
pub use self::aws_auth::AwsAuth;

/// `cluster_name`
fn cluster_name() -> Field {
    required().check(argument::check_cluster_name)
}

/// `region`: where to look. Afterwards, where it was found.
fn region() -> Field {
    optional_computed().check(argument::check_region)
}

/// The text of an argument that is known, as all of them are when Terraform asks; else nothing.
fn text(argument: &Value<String>) -> &str {
    argument.known().map(String::as_str).unwrap_or_default()
}

/// EKS where it is asked for, or in the provider's own region.
async fn eks(cx: &Cx<'_, Client>, region: &Value<String>, attempt: &Attempt<'_>) -> Result<Eks, Diagnostics> {
    let eks = cx.client.eks(attempt, region.known().map(String::as_str), &budget(cx)).await?;
    Ok(eks.fresh_in_apply())
}

/// Says so if what was looked for is not there because the cluster is not.
///
/// Whoever may look at entries but not at clusters is not told.
async fn check_cluster(eks: &Eks, name: &str, budget: &Budget) -> Result<(), Diagnostic> {
    match eks.find_cluster(name, budget).await {
        Ok(None) => Err(no_such_cluster(eks, name)),
        _ => Ok(()),
    }
}

fn no_such_cluster(eks: &Eks, name: &str) -> Diagnostic {
    let detail = format!(
        "There is no cluster {name} in {}, in the account of the credentials. Check cluster_name, the region and the \
         credentials. If this configuration makes the cluster, name it in depends_on here: that is what makes Terraform wait \
         for it, because the name alone is known beforehand.",
        eks.region()
    );
    Diagnostic::error("No such cluster", detail).at_attribute("cluster_name")
}

//! What it takes to look for entries: what narrows the search, and how many are looked at at the same time.

use crate::aws::access_policy::PolicyRef;
use crate::aws::arn::partition_of_region;
use crate::aws::principal::{Principal, PrincipalError};
use crate::aws::{AuthenticationMode, Budget, Eks, EntryType};
use crate::framework::{Cx, Diagnostic, Diagnostics};
use crate::value::Value;

use super::client::Client;
use super::error::Attempt;
use super::{argument, offered};

/// How many entries are looked at at the same time: EKS answers many, but throttles an account that asks for all at once.
pub(super) const AT_ONCE: usize = 8;

/// The ARN of the policy that is given for `policy_arn`, by name or ARN.
pub(super) fn policy_arn(eks: &Eks, policy: &Value<String>) -> Result<Option<String>, Diagnostic> {
    let Some(policy) = policy.known() else { return Ok(None) };
    argument::check_partition(policy, eks.region()).map_err(|wrong| wrong.at_attribute("policy_arn"))?;
    Ok(PolicyRef::parse(policy).ok().map(|policy| policy.arn(partition_of_region(eks.region()))))
}

/// Refuses a policy that EKS does not offer: nobody has a policy whose name is misspelt.
pub(super) async fn check_policy_exists(
    eks: &Eks,
    policy: &str,
    attempt: &Attempt<'_>,
    budget: &Budget,
) -> Result<(), Diagnostics> {
    let offered = eks.access_policies(budget).await.map_err(|error| attempt.failed(&error))?;
    if offered.iter().any(|offered| offered.arn == policy) {
        return Ok(());
    }
    let name = PolicyRef::parse(policy).map_or(policy, |policy| policy.name());
    let detail = format!(
        "No entry has the policy {policy}, and EKS does not offer it in {} at all. {}",
        eks.region(),
        offered::hint(name, &offered)
    );
    Err(Diagnostic::error("No such access policy", detail).at_attribute("policy_arn").into())
}

/// Says so if there are no entries because there is no cluster. One whose authentication mode rules them out has none.
///
/// Whoever may look at entries but not at clusters is not told.
pub(super) async fn check_cluster(eks: &Eks, cluster: &str, budget: &Budget) -> Result<(), Diagnostics> {
    match eks.find_cluster(cluster, budget).await {
        Ok(None) => Err(no_such_cluster(eks, cluster).into()),
        Ok(Some(_)) | Err(_) => Ok(()),
    }
}

/// Says so if the one entry that was asked for is not there because its cluster is not, or has no entries at all.
///
/// Whoever may look at entries but not at clusters is not told.
pub(super) async fn check_has_entries(eks: &Eks, cluster: &str, budget: &Budget) -> Result<(), Diagnostics> {
    match eks.find_cluster(cluster, budget).await {
        Ok(None) => Err(no_such_cluster(eks, cluster).into()),
        Ok(Some(found)) if found.authentication_mode == AuthenticationMode::ConfigMap => {
            let detail = format!(
                "The authentication mode of cluster {cluster} in {} is {}, in which a cluster has no access entries. An \
                 eks_authentication_mode resource changes it.",
                eks.region(),
                found.authentication_mode
            );
            let summary = "No access entries in this authentication mode";
            Err(Diagnostic::error(summary, detail).at_attribute("cluster_name").into())
        }
        Ok(Some(_)) | Err(_) => Ok(()),
    }
}

fn no_such_cluster(eks: &Eks, cluster: &str) -> Diagnostic {
    let detail = format!(
        "There is no cluster {cluster} in {}, in the account of the credentials. Check cluster_name, the region and the \
         credentials.",
        eks.region()
    );
    Diagnostic::error("No such cluster", detail).at_attribute("cluster_name")
}

/// Whether the principal is a role that a service of AWS has made for itself. EKS has entries of such that nobody else may
/// touch.
pub(super) fn is_service_linked(principal: &str) -> bool {
    principal.parse::<Principal>() == Err(PrincipalError::ServiceLinkedRole)
}

/// EKS may know types that this provider does not; a wrong one is more likely, and finds nothing.
pub(super) fn warn_of_types<'a>(cx: &Cx<'_, Client>, types: impl IntoIterator<Item = &'a String>) {
    for text in types {
        if let EntryType::Other(text) = EntryType::from(text.as_str()) {
            let known = EntryType::KNOWN.map(|known| known.to_string()).join(", ");
            let detail = format!(
                "{text:?} is none of the types that this provider knows: {known}. If it is misspelt, nothing is found."
            );
            cx.warn(Diagnostic::warning("Unknown type of access entry", detail).at_attribute("types"));
        }
    }
}

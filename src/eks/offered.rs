//! Whether EKS offers the policies that a plan is about to associate: an apply would find out in the middle.

use crate::aws::access_policy::{KNOWN, OF_SERVICES, PolicyRef, closest};
use crate::aws::{AccessPolicy, Kind};
use crate::framework::{Cx, Diagnostic, Diagnostics};
use crate::value::{AttributePath, Value};

use super::client::{Client, budget};
use super::error::Attempt;

/// Whether a policy is one of those that need no second look: EKS is known to offer it to anybody.
pub(super) fn is_known(policy: &str) -> bool {
    PolicyRef::parse(policy).is_ok_and(|policy| KNOWN.contains(&policy.name()))
}

/// Refuses those of the policies that EKS would refuse, each at its path. Of names that this program knows, nobody is asked.
pub(super) async fn check(
    cx: &Cx<'_, Client>,
    region: &Value<String>,
    policies: impl IntoIterator<Item = (&str, AttributePath)>,
    attempt: &Attempt<'_>,
) -> Result<(), Diagnostics> {
    let mut diagnostics = Diagnostics::none();
    let mut unknown = Vec::new();
    for (policy, at) in policies {
        match PolicyRef::parse(policy).map(|policy| policy.name()) {
            Ok(name) if OF_SERVICES.contains(&name) => diagnostics.push(of_services(name).at(at)),
            Ok(name) if !KNOWN.contains(&name) => unknown.push((name, at)),
            _ => {}
        }
    }
    if let Value::Known(region) = region
        && cx.client.is_known()
        && !unknown.is_empty()
    {
        let budget = budget(cx);
        let eks = cx.client.eks(attempt, Some(region), &budget).await?;
        match eks.access_policies(&budget).await {
            Ok(offered) => {
                let missing =
                    unknown.into_iter().filter(|(name, _)| offered.iter().all(|offered| offered.name != *name));
                diagnostics.extend(missing.map(|(name, at)| not_offered(name, region, &offered).at(at)));
            }
            // Whoever may not ask finds out from EKS, at apply.
            Err(error) if matches!(error.kind(), Kind::AccessDenied { .. }) => {}
            Err(error) => diagnostics.push(attempt.failed(&error)),
        }
    }
    diagnostics.into_result()
}

/// Where to find the right name of a policy, and which one that may be.
pub(super) fn hint(name: &str, offered: &[AccessPolicy]) -> String {
    let to_anybody = offered.iter().map(|policy| policy.name.as_str()).filter(|name| !OF_SERVICES.contains(name));
    let closest = closest(name, to_anybody).map(|name| format!("Did you mean {name:?}? ")).unwrap_or_default();
    format!("{closest}The data source eks_access_policies lists those that there are.")
}

fn not_offered(name: &str, region: &str, offered: &[AccessPolicy]) -> Diagnostic {
    let detail = format!(
        "EKS offers no access policy {name:?} in {region}, so that an apply would fail halfway. {}",
        hint(name, offered)
    );
    Diagnostic::error("No such access policy", detail)
}

fn of_services(name: &str) -> Diagnostic {
    let detail = format!(
        "EKS associates {name} with roles that services of AWS make for themselves, and with nobody else. Take it out, or give \
         another one: the data source eks_access_policies lists those that there are."
    );
    Diagnostic::error("Access policy for services of AWS alone", detail)
}

//! Whether EKS offers the policies that a plan is about to associate: an apply would find out in the middle.

use crate::aws::AccessPolicy;
use crate::aws::access_policy::{KNOWN, OF_SERVICES, PolicyRef, closest};
use crate::framework::{Cx, Diagnostic};
use crate::value::{AttributePath, Value};

use super::client::{Client, budget};
use super::error::Attempt;

/// Whether a policy is one of those that need no second look: EKS is known to offer it to anybody.
pub(super) fn is_known(policy: &str) -> bool {
    PolicyRef::parse(policy).is_ok_and(|policy| KNOWN.contains(&policy.name()))
}

/// Warns of those of the policies that EKS is likely to refuse, each at its path. Of names that this program knows, nobody is asked.
///
/// No more than that: EKS has had policies that its list did not show, and adds some over time.
pub(super) async fn warn(
    cx: &Cx<'_, Client>,
    region: &Value<String>,
    policies: impl IntoIterator<Item = (&str, AttributePath)>,
    attempt: &Attempt<'_>,
) {
    let mut unknown = Vec::new();
    for (policy, at) in policies {
        match PolicyRef::parse(policy).map(|policy| policy.name()) {
            Ok(name) if OF_SERVICES.contains(&name) => cx.warn(of_services(name).at(at)),
            Ok(name) if !KNOWN.contains(&name) => unknown.push((name, at)),
            _ => {}
        }
    }
    if let Value::Known(region) = region
        && cx.client.is_known()
        && !unknown.is_empty()
    {
        let budget = budget(cx);
        let Ok(eks) = cx.client.eks(attempt, Some(region), &budget).await else { return };
        let offered = match eks.access_policies(&budget).await {
            Ok(offered) => offered,
            // Whoever may not ask, or gets no answer, finds out from EKS, at apply.
            Err(error) => return log_info!(%error, "whether EKS offers these policies could not be found out"),
        };
        for (name, at) in unknown {
            if offered.iter().all(|offered| offered.name != name) {
                cx.warn(not_offered(name, region, &offered).at(at));
            }
        }
    }
}

/// Where to find the right name of a policy, and which one that may be.
pub(super) fn hint(name: &str, offered: &[AccessPolicy]) -> String {
    let to_anybody = offered.iter().map(|policy| policy.name.as_str()).filter(|name| !OF_SERVICES.contains(name));
    let closest = closest(name, to_anybody).map(|name| format!("Did you mean {name:?}? ")).unwrap_or_default();
    format!("{closest}The data source eks_access_policies lists those that there are.")
}

fn not_offered(name: &str, region: &str, offered: &[AccessPolicy]) -> Diagnostic {
    let detail = format!(
        "The list of access policies that EKS offers in {region} has no {name:?}. Unless EKS takes it all the same, the apply will fail \
         halfway. {}",
        hint(name, offered)
    );
    Diagnostic::warning(format!("No such access policy: {name}"), detail)
}

fn of_services(name: &str) -> Diagnostic {
    let detail = format!(
        "EKS associates {name} with roles that services of AWS make for themselves, and has refused it for all others. Give another \
         one: the data source eks_access_policies lists those that there are."
    );
    Diagnostic::warning(format!("Access policy for services of AWS alone: {name}"), detail)
}

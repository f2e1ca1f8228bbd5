//! Associations that EKS has and this state does not. To EKS, to associate a policy that is there already is to change its scope, so
//! that what is new in a plan takes over what somebody else has made.

use crate::aws::{self, AssociatedPolicy};
use crate::framework::{Cx, Diagnostic, Diagnostics, Resource};

use super::super::client::{Client, budget};
use super::super::error::Attempt;
use super::super::import_id;
use super::super::lockout::{self, CLUSTER_ADMIN, Loss};
use super::{AccessPolicyAssociation, Model, SUMMARY, find_association};

/// Says what a new association takes over, and says or refuses what would lock somebody out. One look answers for both.
///
/// `is_new`: replaces nothing, so that Terraform shows no other plan of it.
pub(super) async fn check(cx: &Cx<'_, Client>, planned: &Model, is_new: bool) -> Result<(), Diagnostics> {
    let Some(key) = planned.key().filter(|key| cx.client.is_known() && !cx.client.walk.makes_entry(key)) else {
        return Ok(());
    };
    let Some(scope) = planned.access_scope.known() else { return Ok(()) };
    let narrows = planned.policy_name() == Some(CLUSTER_ADMIN) && !planned.gives_cluster_admin();
    let to_tell = scope.known().filter(|_| {
        // What is tainted or renamed is there by this configuration's own doing.
        let is_ours = || cx.state_holds::<AccessPolicyAssociation>(&AccessPolicyAssociation.identity(planned));
        is_new && planned.policy_name().is_some() && !cx.client.walk.made_associations(&key) && !is_ours()
    });
    if !narrows && to_tell.is_none() {
        return Ok(());
    }
    let attempt = Attempt { summary: SUMMARY, object: planned };
    let eks = planned.eks(cx, &attempt).await?;
    let found = match find_association(&eks, planned, &budget(cx), &attempt).await {
        Ok(Some(found)) => found,
        Ok(None) => return Ok(()),
        Err(error) if narrows => return Err(error),
        // Whoever may not look is no worse off than without it.
        Err(_) => {
            log_info!(association = %planned, "whether EKS has it already could not be found out");
            return Ok(());
        }
    };
    if narrows && found.scope == aws::AccessScope::Cluster {
        lockout::check(cx, &eks, &key, Loss::ClusterAdmin).await?;
    }
    if let Some(scope) = to_tell {
        let id = match cx.client.is_own_region(eks.region(), &budget(cx)).await {
            true => planned.id.known().cloned().unwrap_or_default(),
            false => {
                let parts = [planned.cluster(), planned.principal(), &planned.policy(eks.region())];
                import_id::join_with_region(&parts, '#', eks.region())
            }
        };
        cx.warn(taken_over(planned, &found, &scope, &id));
    }
    Ok(())
}

/// Terraform shows only the first of several warnings with one summary, so the summary tells which association it is.
fn taken_over(planned: &Model, found: &AssociatedPolicy, scope: &aws::AccessScope, id: &str) -> Diagnostic {
    let becomes = match found.scope == *scope {
        true => "as it is".to_owned(),
        false => format!("and has it hold {}", place(scope)),
    };
    let detail = format!(
        "EKS has this association already, made {}, and it holds {}; no resource of this type in the state has it. The apply takes \
         it over {becomes}, and whatever removes this resource later takes it away, whoever else relies on it. To see in the plan \
         what changes, import it instead of creating it, with the address of this resource:\n\n  import {{\n    \
         to = eks_access_policy_association.<name>\n    id = {id:?}\n  }}",
        found.associated_at,
        place(&found.scope),
    );
    Diagnostic::warning(format!("Associated already: {planned}"), detail).at_attribute("policy_arn")
}

/// Where a policy holds, in the middle of a sentence.
fn place(scope: &aws::AccessScope) -> String {
    match scope {
        aws::AccessScope::Cluster => "in the whole cluster".to_owned(),
        aws::AccessScope::Namespaces(names) => {
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            format!("in {}", names.join(", "))
        }
    }
}

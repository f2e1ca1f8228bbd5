use crate::aws::kubernetes_name::{self, NameError};
use crate::aws::principal::Principal;
use crate::framework::{Diagnostic, Diagnostics};
use crate::value::{AttributePath, Value};

use super::super::argument::check_policy;
use super::model::AccessEntryModel;

/// Checks what the arguments say together.
pub(super) fn check(config: &AccessEntryModel) -> Result<(), Diagnostics> {
    let mut diagnostics = Diagnostics::none();
    match entry_type(config) {
        Ok(()) => node(config, &mut diagnostics),
        Err(empty) => diagnostics.push(empty),
    }
    policies(config, &mut diagnostics);
    diagnostics.into_result()
}

/// EKS may know types that this provider does not, but none without a name.
fn entry_type(config: &AccessEntryModel) -> Result<(), Diagnostic> {
    if config.r#type.known().is_none_or(|text| !text.trim().is_empty()) {
        return Ok(());
    }
    let detail = "The type of an access entry must not be empty. For people and programs it is \"STANDARD\", which is also what it is \
                  where it is left out or null.";
    Err(Diagnostic::error("Empty type of access entry", detail).at_attribute("type"))
}

/// What EKS refuses on nodes.
fn node(config: &AccessEntryModel, diagnostics: &mut Diagnostics) {
    let entry_type = config.entry_type();
    if config.r#type.is_unknown() || !entry_type.owns_groups_and_user_name() {
        return;
    }
    let owned = |argument: &str| {
        let detail = format!(
            "EKS chooses the groups and the user name of an entry of type {entry_type}, and refuses any others. Remove \
             {argument}, or set type to \"STANDARD\" if this is no node."
        );
        Diagnostic::error("Not for nodes", detail).at_attribute(argument)
    };
    let groups = match &config.kubernetes_groups {
        Value::Known(groups) => !groups.is_empty(),
        Value::Null => false,
        Value::Unknown => true,
    };
    if groups {
        diagnostics.push(owned("kubernetes_groups"));
    }
    let user_name = match &config.user_name {
        Value::Known(name) => !name.is_empty(),
        Value::Null => false,
        Value::Unknown => true,
    };
    if user_name {
        diagnostics.push(owned("user_name"));
    }
    if !entry_type.takes_policies() && config.access_policies.known().is_some_and(|policies| !policies.is_empty()) {
        let detail = format!(
            "EKS associates no access policies with an entry of type {entry_type}: what nodes may do comes with the type. \
             Remove access_policies, or set type to \"STANDARD\" if this is no node."
        );
        diagnostics.push(Diagnostic::error("Not for nodes", detail).at_attribute("access_policies"));
    }
    let principal = config.principal_arn.known().and_then(|arn| arn.parse::<Principal>().ok());
    if principal.is_some_and(|principal| entry_type.needs_role_of_same_account() && !principal.is_role()) {
        let detail = format!(
            "An entry of type {entry_type} is for nodes, which sign in with an IAM role. This principal is none. Give the role \
             of the nodes, or set type to \"STANDARD\"."
        );
        diagnostics.push(Diagnostic::error("Not for nodes", detail).at_attribute("principal_arn"));
    }
}

fn policies(config: &AccessEntryModel, diagnostics: &mut Diagnostics) {
    let Value::Known(policies) = &config.access_policies else { return };
    for (policy, of) in policies {
        let at = AttributePath::attribute("access_policies").then_key(policy);
        diagnostics.extend(check_policy(policy).err().map(|wrong| wrong.at(at.clone())));
        if let Value::Known(scope) = &of.access_scope {
            diagnostics.absorb(scope.check(Some(policy), &at.then_attribute("access_scope")));
        }
    }
    super::policies::check_distinct(policies.keys(), diagnostics);
}

pub(super) fn check_on_conflict(text: &str) -> Result<(), Diagnostic> {
    match text {
        "fail" | "adopt" => Ok(()),
        _ => {
            let detail = format!(
                "{text:?} says nothing about an entry that exists already. There are \"fail\", which refuses it with its \
                 import block, and \"adopt\", which takes it over."
            );
            Err(Diagnostic::error("Unknown on_conflict", detail))
        }
    }
}

pub(super) fn check_group(group: &str) -> Result<(), Diagnostic> {
    kubernetes_name::check_group(group).map_err(|why| {
        let advice = match why {
            NameError::ReservedPrefix { is_system_masters: true, .. } => {
                "EKS gives system:masters to no access entry. For the same rights, associate the policy \
                 AmazonEKSClusterAdminPolicy with scope \"cluster\"."
            }
            NameError::ReservedPrefix { prefix: "system:", .. } => {
                "Groups of nodes come with the type of the entry, such as EC2_LINUX. For people and programs, choose another \
                 group and bind it with a RoleBinding or ClusterRoleBinding."
            }
            _ => "Choose another name and bind it with a RoleBinding or ClusterRoleBinding.",
        };
        Diagnostic::error("Reserved group name", format!("EKS refuses the group {group:?}: {why}. {advice}"))
    })
}

pub(super) fn check_user_name(name: &str) -> Result<(), Diagnostic> {
    kubernetes_name::check_user_name(name).map_err(|why| {
        let advice = match why {
            NameError::ReservedPrefix { .. } => "Choose another name, or leave user_name out to have EKS choose it.",
            NameError::SessionNameWithoutColon { .. } => {
                "Whoever opens a session chooses its name; the colon keeps that name from passing for another user. Write \
                 \"team:{{SessionName}}\", for example."
            }
        };
        Diagnostic::error("Invalid user name", format!("EKS refuses the user name {name:?}: {why}. {advice}"))
    })
}

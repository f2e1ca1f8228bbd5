//! Arguments that several objects have, and how each is checked.

use crate::aws::Budget;
use crate::aws::access_policy::PolicyRef;
use crate::aws::arn::partition_of_region;
use crate::aws::principal::{PERMISSION_SETS, Principal, PrincipalError};
use crate::aws::region;
use crate::framework::schema::{Field, optional_computed, required};
use crate::framework::{Diagnostic, Diagnostics};
use crate::value::{Dynamic, Value};

use super::client::Client;
use super::error::Attempt;

/// `region`: where the object is. It stays in the state, so that a later change of the provider's region shows as what it
/// is: another object.
pub(super) fn region() -> Field {
    optional_computed().requires_replace_if(both_known).check(check_region)
}

/// `cluster_name`
pub(super) fn cluster_name() -> Field {
    required().requires_replace().check(check_cluster_name)
}

/// `principal_arn`
pub(super) fn principal_arn() -> Field {
    required().requires_replace().check(check_principal_arn)
}

/// Both values are there: giving one for the first time, or taking it away, changes no object.
pub(super) fn both_known(prior: &Dynamic, planned: &Dynamic) -> bool {
    !prior.is_null() && !planned.is_null()
}

/// What to plan for `region`: the provider's own, if it is known, where the configuration says nothing.
pub(super) async fn planned_region(
    client: &Client,
    attempt: &Attempt<'_>,
    config: &Value<String>,
    planned: &Value<String>,
    budget: &Budget,
) -> Result<Value<String>, Diagnostics> {
    match config.is_null() {
        true if client.is_known() => Ok(Value::Known(client.eks(attempt, None, budget).await?.region().to_owned())),
        true => Ok(Value::Unknown),
        false => Ok(planned.clone()),
    }
}

pub(super) fn check_region(name: &str) -> Result<(), Diagnostic> {
    region::check_region(name).map_err(|why| Diagnostic::error("Invalid region", format!("{why}.")))
}

/// EKS's own rule for names of clusters.
pub(super) fn check_cluster_name(name: &str) -> Result<(), Diagnostic> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let begins_well = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    if begins_well && name.chars().all(allowed) && name.len() <= 100 {
        return Ok(());
    }
    let detail = format!(
        "{name:?} cannot be the name of an EKS cluster: a name has 1 to 100 letters, digits, hyphens and underscores, and \
         begins with a letter or a digit. This takes the name, not the ARN."
    );
    Err(Diagnostic::error("Invalid cluster name", detail))
}

pub(super) fn check_principal_arn(arn: &str) -> Result<(), Diagnostic> {
    let detail = match arn.parse::<Principal>() {
        Ok(principal) if principal.lacks_its_path() => {
            format!(
                "{arn:?} lacks the path of the role, without which EKS does not find it. {}",
                role_of_permission_set()
            )
        }
        Ok(_) => return Ok(()),
        Err(PrincipalError::StsSession { role_arn }) if lacks_its_path(&role_arn) => format!(
            "{arn:?} is the session of an assumed role. An access entry is for the role itself. {}",
            role_of_permission_set()
        ),
        Err(PrincipalError::StsSession { role_arn }) => format!(
            "{arn:?} is the session of an assumed role. An access entry is for the role itself: use {role_arn:?}, with the \
             role's path, if it has one, between role/ and the name."
        ),
        Err(PrincipalError::ServiceLinkedRole) => format!(
            "{arn:?} is a service-linked role. EKS makes the entries of those by itself and refuses anybody else's: remove \
             this one."
        ),
        Err(why) => format!("{arn:?} cannot have an access entry: {why}."),
    };
    Err(Diagnostic::error("Invalid principal", detail))
}

/// Whether a role is known to have a path that its ARN leaves out.
pub(super) fn lacks_its_path(role_arn: &str) -> bool {
    role_arn.parse::<Principal>().is_ok_and(|role| role.lacks_its_path())
}

/// Where to find the whole ARN of such a role.
pub(super) fn role_of_permission_set() -> String {
    format!(
        "It is a role of IAM Identity Center, all of which have a path (aws-reserved/sso.amazonaws.com, and a region for some). Look the \
         role up with the aws_iam_roles data source: name_regex for the role, path_prefix {PERMISSION_SETS:?}."
    )
}

/// The principal of an entry that is looked for, or left as it is. EKS has entries of service-linked roles too, made by itself.
pub(super) fn check_sought_principal(arn: &str) -> Result<(), Diagnostic> {
    match arn.parse::<Principal>() {
        Err(PrincipalError::ServiceLinkedRole) => Ok(()),
        _ => check_principal_arn(arn),
    }
}

/// `policy_arn`, and the keys of `access_policies`: a bare name or an ARN.
pub(super) fn check_policy(policy: &str) -> Result<(), Diagnostic> {
    match PolicyRef::parse(policy) {
        Ok(_) => Ok(()),
        Err(why) => {
            Err(Diagnostic::error("Invalid access policy", format!("{policy:?} names no access policy: {why}.")))
        }
    }
}

/// A cluster finds only the principals of its own partition.
pub(super) fn check_partition_of_principal(arn: &str, region: &str) -> Result<(), Diagnostic> {
    let partition = partition_of_region(region);
    match arn.parse::<Principal>() {
        Ok(principal) if principal.partition != partition => {
            let detail = format!(
                "{arn} is of the partition {}, but {region} is in the partition {partition}, whose clusters know no principals of \
                 another one. Give a principal of {partition}, or check the region.",
                principal.partition
            );
            Err(Diagnostic::error("Principal of another partition", detail))
        }
        _ => Ok(()),
    }
}

/// An ARN of a policy names a partition, and a cluster finds only the policies of its own.
pub(super) fn check_partition(policy: &str, region: &str) -> Result<(), Diagnostic> {
    let partition = partition_of_region(region);
    match PolicyRef::parse(policy) {
        Ok(PolicyRef::Arn { partition: given, name }) if given != partition => {
            let detail = format!(
                "{policy} is of the partition {given}, but {region} is in the partition {partition}, where it does not exist. \
                 Write {name:?}: a bare name is right in every partition."
            );
            Err(Diagnostic::error("Access policy of another partition", detail))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Config, Eks};
    use crate::framework::{Model, Provider};

    #[test]
    fn every_region_is_checked() {
        let resources = Eks::RESOURCES.iter().map(|it| it.schema());
        let data_sources = Eks::DATA_SOURCES.iter().map(|it| it.schema());
        let lists = Eks::LISTS.iter().map(|it| it.schema());
        let ephemerals = Eks::EPHEMERALS.iter().map(|it| it.schema());
        let objects = resources.chain(data_sources).chain(lists).chain(ephemerals).map(|schema| schema.fields);
        for fields in objects.chain([Config::fields()]) {
            let region = fields.into_iter().find(|field| field.name == "region").unwrap();
            assert!(region.checks.iter().any(|check| check("us east 1").is_err()));
            assert!(region.checks.iter().all(|check| check("us-east-1").is_ok()));
        }
    }
}

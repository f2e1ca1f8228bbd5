//! What EKS refuses before it looks at any cluster, in the words it uses.
//!
//! The texts are what EKS was seen to answer, down to the punctuation; a comment marks the few that are made up because
//! nobody has shown the real one.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::arn::{self, Principal, PrincipalKind};
use crate::error::ApiError;
use crate::state::{AccessScope, EntryType, ScopeType};

/// An `accessScope` as it comes; EKS's model makes both members optional.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct ScopeInput {
    #[serde(rename = "type")]
    kind: Option<String>,
    namespaces: Option<Vec<String>>,
}

pub(crate) fn principal(principal_arn: &str) -> Result<Principal, ApiError> {
    Principal::parse(principal_arn)
        .ok_or_else(|| ApiError::invalid_parameter("The principalArn parameter format is not valid"))
}

/// The entries of service-linked roles are EKS's own.
pub(crate) fn not_service_linked(principal: &Principal) -> Result<(), ApiError> {
    if principal.is_service_linked() {
        return Err(ApiError::invalid_parameter(
            "The caller is not allowed to modify access entries with a principalArn value of a Service Linked Role",
        ));
    }
    Ok(())
}

/// The type by its name; STANDARD if there is none.
pub(crate) fn entry_type(name: Option<&str>) -> Result<EntryType, ApiError> {
    let Some(name) = name else { return Ok(EntryType::Standard) };
    EntryType::parse(name).ok_or_else(|| {
        let names = EntryType::ALL.map(EntryType::name).join(", ");
        ApiError::invalid_parameter(format!("AccessEntry type must be one of [{names}]"))
    })
}

/// Nodes have roles, and have them in the cluster's own account.
pub(crate) fn principal_fits_type(
    principal: &Principal,
    entry_type: EntryType,
    account: &str,
    hyperpod_needs_role: bool,
) -> Result<(), ApiError> {
    let named: Vec<&str> = match entry_type {
        EntryType::Standard => return Ok(()),
        EntryType::HyperpodLinux if !hyperpod_needs_role => return Ok(()),
        // Made up: the list that EKS was seen to answer with does not name this type.
        EntryType::HyperpodLinux => vec![entry_type.name()],
        _ => EntryType::ALL.into_iter().filter(|known| known.is_named_as_nodes()).map(EntryType::name).collect(),
    };
    let wrong = if principal.kind != PrincipalKind::Role {
        "IAM role"
    } else if principal.account != account {
        "from the same account as the cluster"
    } else {
        return Ok(());
    };
    Err(ApiError::invalid_parameter(format!(
        "AccessEntry principalArn must be {wrong} when using types [{}]",
        named.join(", ")
    )))
}

/// One that is left out is never wrong.
pub(crate) fn username(username: Option<&str>, empty_is_default: bool) -> Result<(), ApiError> {
    let Some(username) = username else { return Ok(()) };
    if username.is_empty() && !empty_is_default {
        // Made up.
        return Err(ApiError::invalid_parameter("The username must not be empty"));
    }
    if let Some(prefix) = reserved_prefix(username) {
        return Err(ApiError::invalid_parameter(format!("The username must not begin with {prefix}")));
    }
    let placeholder = ["{{SessionName}}", "{{SessionNameRaw}}"].iter().filter_map(|name| username.find(name)).min();
    match placeholder {
        // The EKS user guide states the rule; the text is made up.
        Some(at) if !username[..at].contains(':') => Err(ApiError::invalid_parameter(
            "The specified username is invalid: a session name placeholder must come after a colon",
        )),
        _ => Ok(()),
    }
}

pub(crate) fn kubernetes_groups(groups: &[String]) -> Result<(), ApiError> {
    for group in groups {
        if let Some(prefix) = reserved_prefix(group) {
            return Err(ApiError::invalid_parameter(format!(
                "The kubernetes group name {group} is invalid, it cannot start with {prefix}"
            )));
        }
    }
    Ok(())
}

/// User name and groups belong to STANDARD entries. An empty value counts as not given.
pub(crate) fn type_takes(entry_type: EntryType, groups: Option<&[String]>, username: &str) -> Result<(), ApiError> {
    let refused = match entry_type {
        EntryType::Standard => return Ok(()),
        _ if groups.is_some_and(|groups| !groups.is_empty()) => "kubernetesGroups",
        _ if !username.is_empty() => "username",
        _ => return Ok(()),
    };
    Err(ApiError::invalid_parameter(format!(
        "The specified {refused} is invalid: setting {refused} is not allowed when the type is \"{}\"",
        entry_type.name()
    )))
}

/// What only entries of type STANDARD allow.
pub(crate) fn standard_only() -> ApiError {
    ApiError::invalid_parameter("This operation can only be performed on Access Entries with a type of \"STANDARD\".")
}

/// Only says whether the ARN is one of EKS; whether there is such a policy is another question, asked later.
pub(crate) fn policy_arn(policy_arn: &str) -> Result<(), ApiError> {
    match arn::service(policy_arn) {
        Some("eks") => Ok(()),
        _ => Err(ApiError::invalid_parameter("The policyArn parameter format is not valid")),
    }
}

pub(crate) fn access_scope(input: ScopeInput) -> Result<AccessScope, ApiError> {
    let namespaces = input.namespaces.unwrap_or_default();
    let kind = match input.kind.as_deref() {
        Some("cluster") => ScopeType::Cluster,
        Some("namespace") => ScopeType::Namespace,
        // Made up.
        _ => return Err(ApiError::invalid_parameter("accessScope type must be one of [cluster, namespace]")),
    };
    match kind {
        ScopeType::Cluster if !namespaces.is_empty() => Err(ApiError::invalid_parameter(
            "accessScope should not include namespaces if the type is not set as namespace",
        )),
        ScopeType::Namespace if namespaces.is_empty() => {
            Err(ApiError::invalid_parameter("At least 1 namespace must be provided if the type is set as namespace"))
        }
        ScopeType::Cluster | ScopeType::Namespace => Ok(AccessScope { kind, namespaces }),
    }
}

/// The rules for tags that the EKS user guide lists. The texts are made up.
pub(crate) fn tags(tags: &BTreeMap<String, String>) -> Result<(), String> {
    if tags.is_empty() {
        return Err("tags must have at least 1 member".to_owned());
    }
    for (key, value) in tags {
        let (key_length, value_length) = (key.chars().count(), value.chars().count());
        if !(1..=128).contains(&key_length) {
            return Err(format!("tag key must have 1 to 128 characters: {key}"));
        }
        if value_length > 256 {
            return Err(format!("value of tag {key} must have at most 256 characters"));
        }
        if [key, value].into_iter().any(|text| text.to_lowercase().starts_with("aws:")) {
            return Err(format!("tag {key}: aws: is reserved at the start of keys and values"));
        }
        if !key.chars().chain(value.chars()).all(is_tag_character) {
            return Err(format!("tag {key} has characters other than letters, digits, spaces and + - = . _ : / @"));
        }
    }
    tag_count(tags.len())
}

pub(crate) fn tag_count(count: usize) -> Result<(), String> {
    const MAX_TAGS: usize = 50;
    if count > MAX_TAGS { Err(format!("a resource has at most {MAX_TAGS} tags, not {count}")) } else { Ok(()) }
}

/// The five beginnings that EKS keeps to itself, in user names and groups alike.
fn reserved_prefix(name: &str) -> Option<&'static str> {
    ["system:", "eks:", "aws:", "amazon:", "iam:"].into_iter().find(|prefix| name.starts_with(prefix))
}

fn is_tag_character(character: char) -> bool {
    character.is_alphanumeric() || character == ' ' || "+-=._:/@".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_placeholder_wants_a_colon_before_it() {
        for allowed in
            [":john{{SessionName}}", "jo:hn{{SessionName}}", "a:{{SessionNameRaw}}", "system", "sts:x", "john"]
        {
            assert_eq!(username(Some(allowed), true), Ok(()), "{allowed}");
        }
        for refused in ["john{{SessionName}}", "{{SessionNameRaw}}:x", "iam:x", "amazon:"] {
            assert!(username(Some(refused), true).is_err(), "{refused}");
        }
    }

    #[test]
    fn an_empty_user_name_is_none_or_a_mistake() {
        assert_eq!(username(Some(""), true), Ok(()));
        assert!(username(Some(""), false).is_err());
        assert_eq!(username(None, false), Ok(()));
    }

    #[test]
    fn hyperpod_has_a_role_of_the_account_or_whatever_it_likes() {
        let fits = |arn: &str, needs_role: bool| {
            principal_fits_type(&principal(arn).unwrap(), EntryType::HyperpodLinux, "111122223333", needs_role)
        };
        for arn in
            ["arn:aws:iam::111122223333:user/a", "arn:aws:iam::111122223333:root", "arn:aws:iam::444455556666:role/a"]
        {
            assert!(fits(arn, true).is_err(), "{arn}");
            assert_eq!(fits(arn, false), Ok(()), "{arn}");
        }
        assert_eq!(fits("arn:aws:iam::111122223333:role/a", true), Ok(()));
    }

    #[test]
    fn a_tag_outside_the_rules_is_refused() {
        let one = |key: &str, value: &str| tags(&BTreeMap::from([(key.to_owned(), value.to_owned())]));
        assert_eq!(one("Team", "platform + data@2026"), Ok(()));
        assert_eq!(one("Größe", ""), Ok(()));
        for (key, value) in [("", "x"), ("AWS:x", "y"), ("x", "aWs:y"), ("x", "a*b"), ("x\ty", "")] {
            assert!(one(key, value).is_err(), "{key}={value}");
        }
        assert!(one(&"k".repeat(129), "").is_err());
        assert!(one("k", &"v".repeat(257)).is_err());
        assert!(tags(&BTreeMap::new()).is_err());
        assert!(tags(&(0..51).map(|number| (number.to_string(), String::new())).collect()).is_err());
    }
}

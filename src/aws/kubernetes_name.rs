//! The Kubernetes user names and groups that an access entry may carry.
//!
//! EKS refuses names that would let an entry pass for a part of the cluster or of AWS. The rules are in the EKS user
//! guide, "Set a custom username for EKS access entries" and "Create access entries".

/// How no user name and no group of an entry may begin, in small letters only.
pub const RESERVED_PREFIXES: [&str; 5] = ["system:", "eks:", "aws:", "amazon:", "iam:"];

/// Checks a user name as EKS does.
///
/// # Errors
///
/// The name begins with a reserved prefix, or has a session placeholder with no colon before it.
pub fn check_user_name(name: &str) -> Result<(), NameError> {
    check_prefix(name)?;
    for placeholder in SESSION_PLACEHOLDERS {
        if let Some(at) = name.find(placeholder)
            && !name[..at].contains(':')
        {
            return Err(NameError::SessionNameWithoutColon { placeholder });
        }
    }
    Ok(())
}

/// Checks the name of a group as EKS does.
///
/// # Errors
///
/// The name begins with a reserved prefix.
pub fn check_group(name: &str) -> Result<(), NameError> {
    check_prefix(name)
}

/// Why EKS refuses a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// The name begins like those of Kubernetes or of AWS.
    #[error("it must not begin with {prefix:?}, which is reserved")]
    ReservedPrefix {
        /// The prefix in question.
        prefix: &'static str,
        /// Whether the name is `system:masters`, whose holders are asking for an access policy instead.
        is_system_masters: bool,
    },
    /// The session's name, which its user chooses, would stand at the start and could imitate a reserved name.
    #[error("{placeholder} needs a colon somewhere before it")]
    SessionNameWithoutColon {
        /// The placeholder in question.
        placeholder: &'static str,
    },
}

/// What EKS replaces with the name of the caller's session; the second leaves an `@` in place.
const SESSION_PLACEHOLDERS: [&str; 2] = ["{{SessionName}}", "{{SessionNameRaw}}"];

fn check_prefix(name: &str) -> Result<(), NameError> {
    match RESERVED_PREFIXES.into_iter().find(|prefix| name.starts_with(prefix)) {
        Some(prefix) => Err(NameError::ReservedPrefix { prefix, is_system_masters: name == "system:masters" }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_five_prefixes_are_refused_for_users_and_groups() {
        for prefix in RESERVED_PREFIXES {
            let name = format!("{prefix}x");
            let refused = Err(NameError::ReservedPrefix { prefix, is_system_masters: false });
            assert_eq!(check_user_name(&name), refused);
            assert_eq!(check_group(&name), refused);
        }
        assert_eq!(
            check_group("system:masters"),
            Err(NameError::ReservedPrefix { prefix: "system:", is_system_masters: true })
        );
    }

    #[test]
    fn only_the_prefix_with_its_colon_is_reserved() {
        for name in ["system", "systems:x", "sts:x", "x:system:y", "System:x", "", "arn:aws:iam::1:user/x"] {
            assert_eq!(check_user_name(name), Ok(()), "{name}");
            assert_eq!(check_group(name), Ok(()), "{name}");
        }
    }

    #[test]
    fn a_session_placeholder_needs_a_colon_before_it() {
        for name in ["john{{SessionName}}", "{{SessionName}}:john"] {
            let placeholder = "{{SessionName}}";
            assert_eq!(check_user_name(name), Err(NameError::SessionNameWithoutColon { placeholder }), "{name}");
        }
        let placeholder = "{{SessionNameRaw}}";
        assert_eq!(check_user_name("john{{SessionNameRaw}}"), Err(NameError::SessionNameWithoutColon { placeholder }));
        for name in [":john{{SessionName}}", "jo:hn{{SessionName}}", "jo:hn{{SessionNameRaw}}"] {
            assert_eq!(check_user_name(name), Ok(()), "{name}");
        }
    }
}

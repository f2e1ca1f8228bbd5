//! The paths of roles, which rows of `aws-auth` leave out and access entries need.

use std::collections::{BTreeMap, HashMap};

use super::AwsAuthError;
use super::caller::without_role_path;
use crate::aws::principal::{Principal, PrincipalError};

/// What a role's ARN without its path stands for.
#[derive(Debug, Default)]
pub(super) struct RolePaths(HashMap<String, Result<Principal, PrincipalError>>);

impl RolePaths {
    /// Reads a map from ARNs without path to the real ones.
    ///
    /// A service-linked role is taken, although no entry can name it, so that the map may hold every role of an
    /// account.
    ///
    /// # Errors
    ///
    /// A key or a value is no role, a key has a path, or a value is another role than its key: that one would get
    /// access that nobody meant it to have.
    pub(super) fn read(role_paths: &BTreeMap<String, String>) -> Result<Self, AwsAuthError> {
        let read = |(plain, real): (&String, &String)| {
            let wrong = |reason: String| AwsAuthError::RolePath { plain: plain.clone(), real: real.clone(), reason };
            let role: Principal = plain.parse().map_err(|error| wrong(format!("the key is wrong: {error}")))?;
            if !role.is_role() || without_role_path(&role) != role {
                return Err(wrong("the key must be the ARN of a role without its path, as in aws-auth".to_owned()));
            }
            let real = match real.parse::<Principal>() {
                Ok(real) if real.is_same_without_path(&role) => Ok(real),
                Ok(_) => return Err(wrong("the two ARNs do not name the same role".to_owned())),
                Err(PrincipalError::ServiceLinkedRole) => Err(PrincipalError::ServiceLinkedRole),
                Err(error) => return Err(wrong(format!("the value is wrong: {error}"))),
            };
            Ok((plain.to_ascii_lowercase(), real))
        };
        role_paths.iter().map(read).collect::<Result<_, _>>().map(Self)
    }

    /// The real role, if the map has it; an error if no access entry can name it.
    pub(super) fn find(&self, role: &Principal) -> Option<&Result<Principal, PrincipalError>> {
        self.0.get(&role.to_string().to_ascii_lowercase())
    }
}

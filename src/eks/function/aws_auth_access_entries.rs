use std::collections::BTreeMap;

use crate::arguments;
use crate::aws::aws_auth::{AwsAuthError, translate};
use crate::framework::{Function, FunctionError, Variadic};

use super::super::aws_auth::AwsAuthModel;

/// `aws_auth_access_entries(data, role_paths...)`
pub struct AwsAuthAccessEntries;

arguments! {
    /// What `aws_auth_access_entries` takes.
    pub struct AwsAuthAccessEntriesArguments {
        /// The `data` of the ConfigMap `kube-system/aws-auth`: `mapRoles`, `mapUsers` and `mapAccounts`, each YAML in a string.
        data: BTreeMap<String, String>,
        /// ARNs of roles, by the same ARNs without the path: aws-auth names roles without it, and access entries need it. One
        /// map at most.
        role_paths: Variadic<BTreeMap<String, String>>,
    }
}

impl Function for AwsAuthAccessEntries {
    const NAME: &'static str = "aws_auth_access_entries";
    const SUMMARY: &'static str = "Translates aws-auth into access entries.";
    const DESCRIPTION: &'static str = "\
Translates the data of an aws-auth ConfigMap into access entries, with a verdict on every row and the reason. No entry grants more than \
its row does. What exists on a cluster already is not looked at: `data.eks_aws_auth` does that.";
    type Arguments = AwsAuthAccessEntriesArguments;
    type Output = AwsAuthModel;

    fn call(&self, arguments: AwsAuthAccessEntriesArguments) -> Result<AwsAuthModel, FunctionError> {
        let AwsAuthAccessEntriesArguments { data, role_paths: Variadic(role_paths) } = arguments;
        if role_paths.len() > 1 {
            return Err(FunctionError::in_argument(
                2,
                "There is one map of role paths at most. Merge them with merge().",
            ));
        }
        let role_paths = role_paths.into_iter().next().unwrap_or_default();
        match translate(&data, &role_paths, None) {
            Ok(translation) => Ok(translation.into()),
            Err(error @ AwsAuthError::RolePath { .. }) => Err(FunctionError::in_argument(1, error.to_string())),
            Err(error @ AwsAuthError::Unreadable { .. }) => Err(FunctionError::in_argument(0, error.to_string())),
        }
    }
}

use crate::arguments;
use crate::aws::principal::{Principal, PrincipalError};
use crate::framework::{Function, FunctionError};

use super::super::argument::{lacks_its_path, role_of_permission_set};

/// `principal_arn(arn)`
pub struct PrincipalArn;

arguments! {
    /// What `principal_arn` takes.
    pub struct PrincipalArnArguments {
        /// Any ARN of IAM or STS: of a role, a user, an account's root, or the session of an assumed role.
        arn: String,
    }
}

impl Function for PrincipalArn {
    const NAME: &'static str = "principal_arn";
    const SUMMARY: &'static str = "The ARN of the IAM principal behind any ARN of IAM or STS.";
    const DESCRIPTION: &'static str = "\
Gives the ARN that an access entry takes. The ARN of a role, a user or an account's root stays as it is, with its path. The session \
of an assumed role, as `data.aws_caller_identity` shows it, becomes the role. A session does not tell the role's path: if the role has \
one, the result lacks it and EKS will not find the principal. For roles of IAM Identity Center, which always have a path, the function \
fails and says so.";
    type Arguments = PrincipalArnArguments;
    type Output = String;

    fn call(&self, PrincipalArnArguments { arn }: PrincipalArnArguments) -> Result<String, FunctionError> {
        match arn.parse::<Principal>() {
            Ok(principal) if principal.lacks_its_path() => {
                let text = format!("{arn:?} lacks the path of the role. {}", role_of_permission_set());
                Err(FunctionError::in_argument(0, text))
            }
            Ok(principal) => Ok(principal.to_string()),
            Err(PrincipalError::StsSession { role_arn }) if lacks_its_path(&role_arn) => {
                let text = format!(
                    "{arn:?} is a session, which does not tell the path of its role. {}",
                    role_of_permission_set()
                );
                Err(FunctionError::in_argument(0, text))
            }
            Err(PrincipalError::StsSession { role_arn }) => match role_arn.parse::<Principal>() {
                Ok(role) => Ok(role.to_string()),
                Err(why) => Err(unusable(&arn, &why)),
            },
            Err(why) => Err(unusable(&arn, &why)),
        }
    }
}

fn unusable(arn: &str, why: &PrincipalError) -> FunctionError {
    FunctionError::in_argument(0, format!("{arn:?} is nobody that an access entry can be for: {why}."))
}

//! The functions: pure, and known in a plan already.

mod access_policy_arn;
mod aws_auth_access_entries;
mod principal_arn;

pub use self::access_policy_arn::AccessPolicyArn;
pub use self::aws_auth_access_entries::AwsAuthAccessEntries;
pub use self::principal_arn::PrincipalArn;

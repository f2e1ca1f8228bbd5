//! What to do about what AWS says: the one place that advises on it.

use crate::aws::{AwsError, Kind};

/// What to do about an error, and the argument to blame, if it is one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Advice {
    /// Full sentences.
    pub(super) text: String,
    /// The name of the argument.
    pub(super) argument: Option<&'static str>,
}

impl Advice {
    pub(super) fn on(error: &AwsError) -> Self {
        if let Some(advice) = Self::on_absence(error) {
            return advice;
        }
        let text = match error.kind() {
            Kind::InvalidParameter => return Self::on_argument(error),
            Kind::InvalidRequest if error.is_wrong_authentication_mode() => {
                return Self::at("cluster_name", WRONG_AUTHENTICATION_MODE);
            }
            Kind::AccessDenied { action } => {
                let action = action.as_deref().unwrap_or("the action");
                let text = format!("Allow {action} to the identity that runs this, then try again. {POLICY}");
                return Self { text, argument: None };
            }
            Kind::BadSettings => BAD_SETTINGS,
            Kind::NoCredentials => NO_CREDENTIALS,
            Kind::CredentialsLate => CREDENTIALS_LATE,
            Kind::SignInOver => SIGN_IN_OVER,
            Kind::RoleNotAssumed => ROLE_NOT_ASSUMED,
            Kind::CredentialsRejected => REJECTED,
            Kind::NoRegion => return Self::at("region", NO_REGION),
            Kind::ClockSkew => CLOCK_SKEW,
            Kind::Throttled => THROTTLED,
            Kind::LimitExceeded => match error.operation() {
                "CreateAccessEntry" => TOO_MANY_ENTRIES,
                "AssociateAccessPolicy" => TOO_MANY_POLICIES,
                _ => TOO_MANY,
            },
            Kind::Unreachable => UNREACHABLE,
            Kind::Untrusted => UNTRUSTED,
            Kind::BadAnswer => BAD_ANSWER,
            // Every answer of AWS has an id; that of STS is in the message.
            Kind::Outage if error.request_id().is_none() && !error.is_unsent() => OUTAGE_IN_BETWEEN,
            Kind::Outage => OUTAGE,
            Kind::TimedOut if error.is_of_change() => CHANGE_TIMED_OUT,
            Kind::TimedOut => LOOK_TIMED_OUT,
            Kind::Stopped if error.is_of_change() => CHANGE_STOPPED,
            Kind::Stopped => LOOK_STOPPED,
            Kind::WrongAccount
            | Kind::NotFound
            | Kind::Conflict
            | Kind::InvalidRequest
            | Kind::UpdateFailed
            | Kind::Service => "",
        };
        Self { text: text.to_owned(), argument: None }
    }

    /// What does not exist.
    fn on_absence(error: &AwsError) -> Option<Self> {
        let (argument, text) = match error {
            error if error.is_no_such_cluster() => ("cluster_name", NO_SUCH_CLUSTER),
            error if error.is_no_such_policy() => ("policy_arn", NO_SUCH_POLICY),
            error if error.is_no_such_entry() && error.operation() == "AssociateAccessPolicy" => {
                ("principal_arn", NO_SUCH_ENTRY)
            }
            error if error.is_no_such_entry() => ("principal_arn", ENTRY_IS_GONE),
            _ => return None,
        };
        Some(Self::at(argument, text))
    }

    /// What AWS finds fault with, as far as its message names it.
    fn on_argument(error: &AwsError) -> Self {
        if error.is_invalid_principal() {
            return Self::at("principal_arn", INVALID_PRINCIPAL);
        }
        if error.is_standard_only() && error.operation() == "UpdateAccessEntry" {
            return Self::at("type", MADE_AGAIN_OF_NODES);
        }
        if error.is_standard_only() {
            return Self::at("principal_arn", STANDARD_ONLY);
        }
        if error.is_policy_of_services() {
            return Self::at("policy_arn", POLICY_OF_SERVICES);
        }
        let named = ARGUMENTS.iter().find(|(word, _)| error.message().contains(word));
        Self { text: String::new(), argument: named.map(|(_, argument)| *argument) }
    }

    fn at(argument: &'static str, text: &str) -> Self {
        Self { text: text.to_owned(), argument: Some(argument) }
    }
}

/// What EKS calls an argument in its messages, and what it is called here; of two in one message, the first of this list counts.
const ARGUMENTS: [(&str, &str); 6] = [
    ("principalArn", "principal_arn"),
    ("policyArn", "policy_arn"),
    ("kubernetes group", "kubernetes_groups"),
    ("kubernetesGroups", "kubernetes_groups"),
    ("username", "user_name"),
    ("AccessEntry type", "type"),
];

const POLICY: &str = "\
The guide \"IAM permissions\" of this provider has a policy with every action that it needs.";

const TOO_MANY_ENTRIES: &str = "\
A cluster has at most 3,000 access entries, and AWS raises that for nobody. Remove some that are no longer needed: the data source \
eks_access_entries shows all of them.";

const TOO_MANY_POLICIES: &str = "\
EKS limits how many policies an access entry has (20, as AWS's schema for CloudFormation has it). Remove one that is no longer \
needed; several namespaces with the same policy go into one access_scope.";

const TOO_MANY: &str = "\
Remove what is no longer needed, or ask AWS for a higher quota.";

const NO_SUCH_CLUSTER: &str = "\
There is no cluster of that name in this account and region. Check cluster_name, the region and the credentials. If this \
configuration makes the cluster, take cluster_name from it, so that the cluster is made first.";

const INVALID_PRINCIPAL: &str = "\
EKS looks the principal up in IAM and did not find it there. Check principal_arn to the letter: it has to carry the path of \
the role or user (role/team/name, not role/name), which aws-auth leaves out. If this configuration makes the role or user, \
take principal_arn from it.";

const STANDARD_ONLY: &str = "\
The entry of this principal is one of nodes. EKS associates no policies with such an entry and changes nothing of it but its tags: \
what nodes may do comes with the type. Take the policy out, or give it to another principal.";

const MADE_AGAIN_OF_NODES: &str = "\
Somebody has made the entry again since it was planned, with another type: one of nodes, of which EKS changes nothing but the tags. \
Plan again to see what that means for what is written here.";

const POLICY_OF_SERVICES: &str = "\
This policy is for roles that services of AWS make for themselves. Give another one: `aws eks list-access-policies` prints those \
that there are.";

const NO_SUCH_POLICY: &str = "\
EKS offers no access policy of that name in this partition. `aws eks list-access-policies` prints those that it offers. A bare \
name, such as AmazonEKSViewPolicy, is right in every partition.";

const NO_SUCH_ENTRY: &str = "\
A policy can be associated only with an access entry that exists. Take principal_arn from the eks_access_entry, so that the \
entry is made first, or put the policy into its access_policies.";

const ENTRY_IS_GONE: &str = "\
Somebody has deleted the entry since it was last looked at. Run it again: the next plan makes it again.";

const WRONG_AUTHENTICATION_MODE: &str = "\
A cluster whose authentication mode is CONFIG_MAP has no access entries. Set the mode to API_AND_CONFIG_MAP or API with an \
eks_authentication_mode resource, and take cluster_name from that, so that the mode is changed first. There is no way back to \
CONFIG_MAP.";

const BAD_SETTINGS: &str = "\
Put that right where it is set, in the provider block, in the environment or in the profile, then try again.";

const NO_CREDENTIALS: &str = "\
Give credentials: in the provider block (profile, or access_key and secret_key), in the environment (AWS_PROFILE, or \
AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY), or through the role of the machine.";

const CREDENTIALS_LATE: &str = "\
What gives the credentials may be waiting for somebody, as a credential_process does that asks for a second factor where nobody sees \
it. `aws sts get-caller-identity`, with --profile and the name of the profile if it is not the default one, shows what it waits for. \
Answer it there, then try again.";

const SIGN_IN_OVER: &str = "\
Sign in to IAM Identity Center again: `aws sso login`, with --profile and the name of the profile if it is not the default one. \
Then try again.";

const ROLE_NOT_ASSUMED: &str = "\
Check that the role exists, that its trust policy names the identity that runs this, and that this identity is allowed to assume it. \
What the trust policy asks for, such as an external id or tags, has to be given with the role. With a web identity token, the \
account has to have the token's issuer as an identity provider, and the trust policy its audience and subject. With IAM Identity \
Center, the user has to be assigned the account and the permission set that the profile names.";

const REJECTED: &str = "\
The credentials were found but are not accepted: expired, revoked, or of another partition. Renew them, then try again.";

const CLOCK_SKEW: &str = "\
Set this machine's clock: AWS refuses requests whose time is more than five minutes off. The credentials may well be right.";

const NO_REGION: &str = "\
Set region, here or in the provider block, or AWS_REGION in the environment, or region in the profile.";

const THROTTLED: &str = "\
AWS limits how often an account may call, and retries did not help. Run it again, with a lower -parallelism if it goes on.";

const UNREACHABLE: &str = "\
No answer came. Check the network, the proxy and the endpoints.";

const UNTRUSTED: &str = "\
This machine does not trust the certificate of whoever answered, and sends nothing there. Where a proxy opens TLS, name a file with its \
certificate authority in custom_ca_bundle of the provider block, or in AWS_CA_BUNDLE; such a file replaces the authorities that the \
machine has, so AWS's own have to be in it where no proxy opens TLS. Otherwise check the endpoints, the network for somebody in between, \
and, if the certificate has expired or is not valid yet, this machine's clock.";

const BAD_ANSWER: &str = "\
Something other than AWS may have answered, such as a proxy: check the proxy and the endpoints. If it was AWS, it answers in a way \
that this version of the provider does not know: look for a newer one.";

const OUTAGE: &str = "\
The trouble is at AWS. Run it again later. The AWS Health Dashboard tells of outages; AWS's support asks for the request id.";

const OUTAGE_IN_BETWEEN: &str = "\
An answer of AWS has a request id, and this one has none: a proxy may have given it. Check the proxy and the endpoints, and run it \
again later.";

const CHANGE_TIMED_OUT: &str = "\
What was done before that stands. If EKS only needs longer, raise the limit in the timeouts block; then run apply again.";

const LOOK_TIMED_OUT: &str = "\
Looking changes nothing; what was done before that, if anything, stands. Run it again. If EKS only needs longer, raise the limit in \
the timeouts block, where there is one.";

const CHANGE_STOPPED: &str = "\
What was done before that stands. Run apply again to go on.";

const LOOK_STOPPED: &str = "\
Looking changes nothing; what was done before that, if anything, stands. Run it again to go on.";

#[cfg(test)]
mod tests {
    use super::*;

    fn on(operation: &'static str, code: &str, message: &str) -> Advice {
        Advice::on(&AwsError::answered(operation, code, message))
    }

    /// The texts are EKS's own, as practitioners have pasted them.
    #[test]
    fn the_argument_that_eks_finds_fault_with_is_blamed() {
        for (message, argument) in [
            ("The principalArn parameter format is not valid", Some("principal_arn")),
            (
                "AccessEntry principalArn must be IAM role when using types [EC2_LINUX, EC2_WINDOWS, FARGATE_LINUX, \
                 HYBRID_LINUX, EC2]",
                Some("principal_arn"),
            ),
            ("AccessEntry type must be one of [EC2_LINUX, EC2_WINDOWS, FARGATE_LINUX, STANDARD]", Some("type")),
            ("The username must not begin with system:", Some("user_name")),
            (
                "The kubernetes group name system:masters is invalid, it cannot start with system:",
                Some("kubernetes_groups"),
            ),
            (
                "The specified kubernetesGroups is invalid: setting kubernetesGroups is not allowed when the type is \
                 \"EC2_LINUX\"",
                Some("kubernetes_groups"),
            ),
            ("The policyArn parameter format is not valid", Some("policy_arn")),
            ("The specified policyArn can only be associated with service-linked roles", Some("policy_arn")),
            ("Unsupported authentication mode update from API to API", None),
        ] {
            assert_eq!(on("CreateAccessEntry", "InvalidParameterException", message).argument, argument, "{message}");
        }
    }

    #[test]
    fn an_entry_that_turns_out_to_be_one_of_nodes_is_no_matter_of_policies_where_it_is_changed() {
        let message = "This operation can only be performed on Access Entries with a type of \"STANDARD\"";
        let on = |operation| on(operation, "InvalidParameterException", message);
        for (operation, argument, words) in [
            ("UpdateAccessEntry", "type", "made the entry again since it was planned, with another type"),
            ("AssociateAccessPolicy", "principal_arn", "Take the policy out"),
        ] {
            let advice = on(operation);
            assert_eq!(advice.argument, Some(argument), "{operation}");
            assert!(advice.text.contains(words), "{operation}: {}", advice.text);
        }
        assert!(!on("UpdateAccessEntry").text.contains("polic"));
    }

    #[test]
    fn each_limit_has_its_own_advice() {
        let on = |operation| on(operation, "ResourceLimitExceededException", "Too many.").text;
        assert!(on("CreateAccessEntry").contains("3,000"));
        assert!(on("AssociateAccessPolicy").contains("policies"));
        assert!(!on("TagResource").contains("3,000"));
    }

    #[test]
    fn only_of_a_change_is_it_said_that_it_stands() {
        for (error, is_of_change) in [
            (AwsError::timed_out("DescribeAccessEntry"), false),
            (AwsError::stopped("ListAccessEntries"), false),
            (AwsError::timed_out("CreateAccessEntry"), true),
            (AwsError::stopped_midway("DeleteAccessEntry"), true),
        ] {
            assert_eq!(
                Advice::on(&error).text.starts_with("What was done before that stands."),
                is_of_change,
                "{error}"
            );
        }
    }
}

use std::fmt;

use crate::aws::{AwsError, Kind};
use crate::framework::Diagnostic;
use crate::value::AttributePath;

/// Something that is being tried, for the diagnostic if it fails.
#[derive(Clone, Copy)]
pub(super) struct Attempt<'a> {
    /// A few fixed words: `Cannot create EKS access entry`.
    pub(super) summary: &'static str,
    /// Which one: `the access entry of arn:… on cluster dev`.
    pub(super) object: &'a (dyn fmt::Display + Sync),
}

impl Attempt<'_> {
    /// What the practitioner reads when it has failed: which one, what AWS said, what to do.
    pub(super) fn failed(&self, error: &AwsError) -> Diagnostic {
        let advice = Advice::on(error);
        let mut detail = format!("This was about {}.\n\n{error}", self.object);
        // Of what the end of its time has cut short, the error itself says so.
        let is_cut_short = matches!(error.kind(), Kind::TimedOut | Kind::Stopped);
        let open = if error.leaves_open() && !is_cut_short { LEFT_OPEN } else { "" };
        for paragraph in [advice.text.as_str(), open].into_iter().filter(|text| !text.is_empty()) {
            detail.push_str("\n\n");
            detail.push_str(paragraph);
        }
        let path = advice.argument.map_or_else(AttributePath::root, AttributePath::attribute);
        Diagnostic::error(self.summary, detail).at(path)
    }
}

/// What to do about an error, and the argument to blame, if it is one.
struct Advice {
    text: String,
    argument: Option<&'static str>,
}

impl Advice {
    fn on(error: &AwsError) -> Self {
        if error.is_no_such_cluster() {
            return Self::at("cluster_name", NO_SUCH_CLUSTER);
        }
        if error.is_invalid_principal() {
            return Self::at("principal_arn", INVALID_PRINCIPAL);
        }
        if error.is_no_such_policy() {
            return Self::at("policy_arn", NO_SUCH_POLICY);
        }
        if error.is_no_such_entry() {
            let goes_onto_an_entry = error.operation() == "AssociateAccessPolicy";
            return Self::at("principal_arn", if goes_onto_an_entry { NO_SUCH_ENTRY } else { ENTRY_IS_GONE });
        }
        if error.is_wrong_authentication_mode() {
            return Self::at("cluster_name", WRONG_AUTHENTICATION_MODE);
        }
        let text = match error.kind() {
            Kind::AccessDenied { action: Some(action) } => {
                return Self {
                    text: format!("Allow {action} to the identity that runs this, then try again. {POLICY}"),
                    argument: None,
                };
            }
            Kind::AccessDenied { action: None } => DENIED,
            Kind::NoCredentials => NO_CREDENTIALS,
            Kind::CredentialsRejected => REJECTED,
            Kind::NoRegion => return Self::at("region", NO_REGION),
            Kind::ClockSkew => CLOCK_SKEW,
            Kind::Throttled => THROTTLED,
            Kind::LimitExceeded => LIMIT,
            Kind::Unreachable => UNREACHABLE,
            Kind::TimedOut => TIMED_OUT,
            Kind::Stopped => "What was done before that stands. Run apply again to go on.",
            _ => "",
        };
        Self { text: text.to_owned(), argument: None }
    }

    fn at(argument: &'static str, text: &str) -> Self {
        Self { text: text.to_owned(), argument: Some(argument) }
    }
}

const DENIED: &str = "\
Allow the action to the identity that runs this, then try again. The guide \"IAM permissions\" of this provider has a policy with \
every action that it needs.";

const POLICY: &str = "\
The guide \"IAM permissions\" of this provider has a policy with every action that it needs.";

const LIMIT: &str = "\
Remove what is no longer needed, or ask AWS for a higher quota. That of access entries in a cluster, 3,000, is one that AWS \
raises for nobody.";

const NO_SUCH_CLUSTER: &str = "\
There is no cluster of that name in this account and region. Check cluster_name, the region and the credentials. If this \
configuration makes the cluster, take cluster_name from it, so that the cluster is made first.";

const INVALID_PRINCIPAL: &str = "\
EKS looks the principal up in IAM and did not find it there. Check principal_arn to the letter: it has to carry the path of \
the role or user (role/team/name, not role/name), which aws-auth leaves out. If this configuration makes the role or user, \
take principal_arn from it.";

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

const NO_CREDENTIALS: &str = "\
Give credentials: in the provider block (profile, or access_key and secret_key), in the environment (AWS_PROFILE, or \
AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY), or through the role of the machine.";

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

const LEFT_OPEN: &str = "Whether the change was made is not known: the next plan will tell.";

const TIMED_OUT: &str = "\
What was done before that stands. If EKS only needs longer, raise the limit in the timeouts block; then run apply again.";

//! The placeholders that the authenticator fills in user names and groups.
//!
//! | placeholder | filled with | in an entry |
//! |---|---|---|
//! | `{{AccountID}}` | the caller's account | filled here: the account of whoever a row lets in is the one in its ARN |
//! | `{{SessionName}}` | the session's name, each `@` a `-` | the same, in user names only |
//! | `{{SessionNameRaw}}` | the session's name | the same, in user names only |
//! | `{{EC2PrivateDNSName}}` | the instance's name; others than instances are not let in | for nodes only |
//! | `{{AccessKeyID}}` | the id of the caller's access key | none |

use crate::aws::principal::Principal;

/// The instance's private DNS name.
pub(super) const INSTANCE: &str = "{{EC2PrivateDNSName}}";

/// The session's name, with and without replacements.
pub(super) const SESSION: [&str; 2] = ["{{SessionName}}", "{{SessionNameRaw}}"];

const ACCOUNT: &str = "{{AccountID}}";

/// Fills what is the same for every caller that is `principal`.
///
/// Nobody but a role has sessions, so that for others the authenticator puts nothing in the place of their name.
pub(super) fn fill(text: &str, principal: &Principal) -> String {
    let filled = text.replace(ACCOUNT, &principal.account);
    if principal.is_role() {
        return filled;
    }
    SESSION.iter().fold(filled, |filled, placeholder| filled.replace(placeholder, ""))
}

/// The first placeholder, or what looks like one, that is none of `allowed`.
pub(super) fn first_but<'a>(text: &'a str, allowed: &[&str]) -> Option<&'a str> {
    text.match_indices("{{").find_map(|(at, _)| {
        let rest = &text[at..];
        let placeholder = rest.find("}}").map_or(rest, |end| &rest[..end + 2]);
        (!allowed.contains(&placeholder)).then_some(placeholder)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_not_allowed_is_found() {
        assert_eq!(first_but("{{AccessKeyID}}:{{SessionName}}", &SESSION), Some("{{AccessKeyID}}"));
        assert_eq!(first_but("x:{{SessionName}}{{SessionNameRaw}}", &SESSION), None);
        assert_eq!(first_but("x:{{SessionName}}", &[]), Some("{{SessionName}}"));
        assert_eq!(first_but("{{{{SessionName}}", &SESSION), Some("{{{{SessionName}}"));
        assert_eq!(first_but("x{{y", &SESSION), Some("{{y"));
    }

    #[test]
    fn only_roles_have_sessions() {
        let fill = |arn: &str| fill("{{AccountID}}:{{SessionName}}:{{SessionNameRaw}}", &arn.parse().unwrap());
        assert_eq!(fill("arn:aws:iam::012345678901:role/reader"), "012345678901:{{SessionName}}:{{SessionNameRaw}}");
        assert_eq!(fill("arn:aws:iam::012345678901:user/jane"), "012345678901::");
    }
}

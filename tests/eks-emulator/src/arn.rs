//! Amazon Resource Names: the principals that EKS accepts, and the partition that follows from a region.

/// An IAM principal that an access entry can be for: a role, a user, or an account's root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Principal {
    pub(crate) partition: String,
    pub(crate) account: String,
    pub(crate) kind: PrincipalKind,
    /// Without the path: `admin` of `role/team/admin`; `root` for the root.
    pub(crate) name: String,
    /// Ends in a slash, if there is one: `team/` of `role/team/admin`.
    path: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PrincipalKind {
    Role,
    User,
    Root,
}

impl Principal {
    /// `None` for whatever is no role, user or root of IAM: groups, and everything of STS.
    pub(crate) fn parse(arn: &str) -> Option<Principal> {
        let [scheme, partition, service, region, account, resource] = split(arn)?;
        if scheme != "arn" || !is_partition(partition) || service != "iam" || !region.is_empty() || !is_account(account)
        {
            return None;
        }
        let (kind, path, name) = match resource.split_once('/') {
            None if resource == "root" => (PrincipalKind::Root, "", "root"),
            Some(("role", rest)) => with_path(PrincipalKind::Role, rest)?,
            Some(("user", rest)) => with_path(PrincipalKind::User, rest)?,
            _ => return None,
        };
        Some(Principal {
            partition: partition.to_owned(),
            account: account.to_owned(),
            kind,
            name: name.to_owned(),
            path: path.to_owned(),
        })
    }

    pub(crate) fn is_service_linked(&self) -> bool {
        self.kind == PrincipalKind::Role && self.path.starts_with("aws-service-role/")
    }

    /// The name as it stands in the ARN of an access entry: the whole of it, or without the path.
    pub(crate) fn name_in_entry_arn(&self, whole: bool) -> String {
        if whole { format!("{}{}", self.path, self.name) } else { self.name.clone() }
    }

    /// As it stands in the ARN of an access entry, and in that of the principal itself.
    pub(crate) fn kind_name(&self) -> &'static str {
        match self.kind {
            PrincipalKind::Role => "role",
            PrincipalKind::User => "user",
            PrincipalKind::Root => "root",
        }
    }
}

/// The entry principal behind a caller: STS names a session, an access entry names its role.
///
/// STS never shows a role's path, so neither does the result.
pub(crate) fn canonical(caller: &str) -> String {
    let role_of_session = || {
        let [_, partition, service, _, account, resource] = split(caller)?;
        let name = resource.strip_prefix("assumed-role/")?.split('/').next()?;
        (service == "sts").then(|| format!("arn:{partition}:iam::{account}:role/{name}"))
    };
    role_of_session().unwrap_or_else(|| caller.to_owned())
}

/// The part of an ARN after its account: `role/admin` of `arn:aws:iam::111122223333:role/admin`.
pub(crate) fn resource(arn: &str) -> Option<&str> {
    split(arn).map(|[.., resource]| resource)
}

/// The service of an ARN, whatever else is wrong with it.
pub(crate) fn service(arn: &str) -> Option<&str> {
    let mut parts = arn.split(':');
    match (parts.next(), parts.next(), parts.next()) {
        (Some("arn"), Some(_), service) => service,
        _ => None,
    }
}

/// The partition that a region lies in.
pub(crate) fn partition(region: &str) -> &'static str {
    match region {
        _ if region.starts_with("cn-") => "aws-cn",
        _ if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

fn split(arn: &str) -> Option<[&str; 6]> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    parts.try_into().ok()
}

fn is_partition(partition: &str) -> bool {
    partition == "aws" || partition.strip_prefix("aws-").is_some_and(|rest| !rest.is_empty())
}

fn is_account(account: &str) -> bool {
    account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit())
}

fn with_path(kind: PrincipalKind, path_and_name: &str) -> Option<(PrincipalKind, &str, &str)> {
    let (path, name) = path_and_name.rsplit_once('/').map_or(("", path_and_name), |(path, name)| (path, name));
    // IAM's own alphabets: a name has word characters and `+=,.@-`, a path any printable ASCII character.
    let name_ok = (1..=64).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte));
    let path_ok = path.len() <= 510 && path.bytes().all(|byte| byte.is_ascii_graphic());
    // The path keeps its last slash, so that `aws-service-role/` is found at its start.
    let path = &path_and_name[..path_and_name.len() - name.len()];
    (name_ok && path_ok).then_some((kind, path, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_iam_role_user_or_root_is_no_principal() {
        for arn in [
            "",
            "admin",
            "arn:aws:sts::111122223333:assumed-role/admin/session",
            "arn:aws:sts::111122223333:federated-user/bob",
            "arn:aws:iam::111122223333:group/admins",
            "arn:aws:iam::11112222333:role/short-account",
            "arn:aws:iam:us-east-1:111122223333:role/with-region",
            "arn:aws:iam::111122223333:role/",
            "arn:aws:iam::111122223333:role/with space",
            "arn:gcp:iam::111122223333:role/admin",
            "arn:aws:iam::111122223333:rootless",
        ] {
            assert_eq!(Principal::parse(arn), None, "{arn}");
        }
    }

    #[test]
    fn the_name_is_the_last_part_of_the_path() {
        let principal = Principal::parse("arn:aws:iam::111122223333:role/team/dev/my.role+x@y").unwrap();
        assert_eq!(principal.name, "my.role+x@y");
        assert!(!principal.is_service_linked());
    }

    #[test]
    fn a_service_linked_role_is_known_by_its_path() {
        let arn = "arn:aws:iam::111122223333:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS";
        assert!(Principal::parse(arn).unwrap().is_service_linked());
    }

    #[test]
    fn a_session_stands_for_its_role() {
        let session = "arn:aws-cn:sts::111122223333:assumed-role/admin/alice";
        assert_eq!(canonical(session), "arn:aws-cn:iam::111122223333:role/admin");
        let user = "arn:aws:iam::111122223333:user/team/alice";
        assert_eq!(canonical(user), user);
    }
}

//! Whom the ARN of a row lets in.

use crate::aws::principal::{Principal, PrincipalError, PrincipalKind};

/// Whom an ARN lets in.
///
/// The authenticator compares it, without regard to case, with the ARN that STS gives the caller, after turning the
/// session of a role into the role. STS does not tell a role's path; it does tell that of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Caller {
    /// Whoever is this principal. A role is named without its path, which the row does not tell.
    Principal(Principal),
    /// A user whose credentials were made by GetFederationToken; no access entry can name one.
    FederatedUser,
    /// Nobody: why.
    Nobody(String),
}

impl Caller {
    /// Whom the ARN lets in.
    pub(super) fn named_by(arn: &str) -> Self {
        match normalized(arn).parse::<Principal>() {
            Ok(principal) if without_role_path(&principal) == principal => Self::Principal(principal),
            Ok(role) => Self::Nobody(with_path(&role)),
            Err(PrincipalError::FederatedUser) => Self::FederatedUser,
            Err(PrincipalError::ServiceLinkedRole) => Self::Nobody(
                "it has the path of a service-linked role, and EKS compares roles without their paths".to_owned(),
            ),
            Err(error) => Self::Nobody(error.to_string()),
        }
    }
}

/// The principal as EKS knows it by its sessions: a role without its path, anybody else as is.
pub(super) fn without_role_path(principal: &Principal) -> Principal {
    let kind = match &principal.kind {
        PrincipalKind::Role { name, .. } => PrincipalKind::Role { path: "/".to_owned(), name: name.clone() },
        kind => kind.clone(),
    };
    Principal { kind, ..principal.clone() }
}

fn with_path(role: &Principal) -> String {
    format!(
        "EKS knows a role's sessions by the role's ARN without its path, and this one has a path. If the role should \
         have this access, the row must say {}",
        without_role_path(role)
    )
}

/// The ARN with small letters wherever an ARN has them: `arn`, the partition, the service and the kind of resource.
///
/// The name keeps its letters; IAM tells names apart without regard to case.
fn normalized(arn: &str) -> String {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let [prefix, partition, service, region, account, resource] = parts[..] else { return arn.to_owned() };
    let kind = resource.find('/').unwrap_or(resource.len());
    let (kind, rest) = resource.split_at(kind);
    let small = str::to_ascii_lowercase;
    format!("{}:{}:{}:{region}:{account}:{}{rest}", small(prefix), small(partition), small(service), small(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_with_a_path_and_a_session_let_nobody_in_and_the_right_arn_is_told() {
        for arn in ["arn:aws:iam::111122223333:role/team/reader", "arn:aws:sts::111122223333:assumed-role/reader/jane"]
        {
            let Caller::Nobody(reason) = Caller::named_by(arn) else { panic!("{arn}") };
            assert!(reason.contains("arn:aws:iam::111122223333:role/reader"), "{reason}");
        }
    }

    #[test]
    fn what_is_no_principal_lets_nobody_in() {
        for arn in [
            "reader",
            "arn:aws:iam::111122223333:group/readers",
            "arn:aws:iam::1111:role/reader",
            "arn:aws:iam:us-east-1:111122223333:role/reader",
            "arn:aws:iam::111122223333:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS",
            " arn:aws:iam::111122223333:role/reader",
        ] {
            assert!(matches!(Caller::named_by(arn), Caller::Nobody(_)), "{arn}");
        }
    }

    #[test]
    fn case_is_put_right_but_in_the_name() {
        for (arn, normal) in [
            ("ARN:AWS-CN:IAM::111122223333:ROLE/Reader", "arn:aws-cn:iam::111122223333:role/Reader"),
            ("arn:aws:iam::111122223333:User/Team/Jane", "arn:aws:iam::111122223333:user/Team/Jane"),
            ("arn:aws:iam::111122223333:ROOT", "arn:aws:iam::111122223333:root"),
        ] {
            assert_eq!(Caller::named_by(arn), Caller::Principal(normal.parse().unwrap()));
        }
        let federated = "arn:aws:sts::111122223333:Federated-User/jane";
        assert_eq!(Caller::named_by(federated), Caller::FederatedUser);
    }
}

//! Who can be the principal of an access entry.

use std::fmt;
use std::str::FromStr;

use super::arn::{Arn, is_account_id};

/// An IAM principal in the form that an access entry takes.
///
/// It is parsed from an ARN with its path, `arn:aws:iam::111122223333:role/team/reader`: EKS looks the principal up in
/// IAM and does not find a role whose path is left out (EKS user guide, "Create access entries"). That is the opposite
/// of the `aws-auth` ConfigMap, where the path must be left out.
///
/// The principal may belong to any account, but for a type other than STANDARD it must be a role of the cluster's own.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Principal {
    /// The partition of the principal's account.
    pub partition: String,
    /// The account that the principal belongs to: twelve digits.
    pub account: String,
    /// Which kind of principal it is, and its name.
    pub kind: PrincipalKind,
}

/// The kinds of IAM principal that can have an access entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PrincipalKind {
    /// An IAM role.
    Role {
        /// Where the role lives among its account's roles; begins and ends with a slash.
        path: String,
        /// The role's name, unique in its account whatever the path.
        name: String,
    },
    /// An IAM user.
    User {
        /// Where the user lives among its account's users; begins and ends with a slash.
        path: String,
        /// The user's name, unique in its account whatever the path.
        name: String,
    },
    /// The account itself. EKS takes it for an entry of type STANDARD.
    Root,
}

impl Principal {
    /// Whether the principal is a role, the only kind that a node's entry may have.
    pub fn is_role(&self) -> bool {
        matches!(self.kind, PrincipalKind::Role { .. })
    }

    /// The user name that EKS gives a STANDARD entry which names none.
    ///
    /// A user is called by its ARN, a role by the ARN of its sessions, without the role's path (EKS user guide). What
    /// an account's root is called is nowhere written: `None`.
    pub fn default_user_name(&self) -> Option<String> {
        let Self { partition, account, kind } = self;
        match kind {
            PrincipalKind::Role { name, .. } => {
                Some(format!("arn:{partition}:sts::{account}:assumed-role/{name}/{{{{SessionName}}}}"))
            }
            PrincipalKind::User { .. } => Some(self.to_string()),
            PrincipalKind::Root => None,
        }
    }

    /// Whether both are the same principal, paths aside.
    ///
    /// STS names a role's session without the role's path. Ignoring the path loses nothing: IAM keeps the names of
    /// roles, and of users, unique in their account whatever the path and whatever the case of letters.
    pub fn is_same_without_path(&self, other: &Self) -> bool {
        let same_name = match (&self.kind, &other.kind) {
            (PrincipalKind::Role { name, .. }, PrincipalKind::Role { name: other, .. })
            | (PrincipalKind::User { name, .. }, PrincipalKind::User { name: other, .. }) => {
                name.eq_ignore_ascii_case(other)
            }
            (PrincipalKind::Root, PrincipalKind::Root) => true,
            _ => false,
        };
        same_name && self.partition == other.partition && self.account == other.account
    }

    /// Whether the principal is a role that is known to have a path, and its path is left out: EKS finds no such role.
    ///
    /// IAM Identity Center makes a role for each permission set of an account, under [`PERMISSION_SETS`] always.
    pub fn lacks_its_path(&self) -> bool {
        matches!(&self.kind, PrincipalKind::Role { path, name } if path == "/" && name.starts_with(PERMISSION_SET))
    }

    /// The principal that a caller's ARN speaks for, as STS gives it.
    ///
    /// For the session of an assumed role that is the role, without its path (which STS does not tell). A federated
    /// user is no principal that an entry can name: `None`, as for anything else that is not understood.
    pub fn of_caller(arn: &str) -> Option<Self> {
        match arn.parse() {
            Ok(principal) => Some(principal),
            Err(PrincipalError::StsSession { role_arn }) => role_arn.parse().ok(),
            Err(_) => None,
        }
    }
}

impl FromStr for Principal {
    type Err = PrincipalError;

    fn from_str(text: &str) -> Result<Self, PrincipalError> {
        let arn = Arn::parse(text).map_err(|_| PrincipalError::NotAnArn)?;
        let (kind, rest) = arn.resource.split_once('/').unwrap_or((arn.resource, ""));
        match (arn.service, kind) {
            ("sts", "assumed-role") => return Err(session(&arn, rest)),
            ("sts", "federated-user") => return Err(PrincipalError::FederatedUser),
            ("iam", "group") => return Err(PrincipalError::IamGroup),
            ("iam", "role" | "user" | "root") if arn.region.is_empty() => {}
            _ => return Err(PrincipalError::NotAPrincipal),
        }
        if !is_account_id(arn.account) {
            return Err(PrincipalError::BadAccount { account: arn.account.to_owned() });
        }
        let kind = match kind {
            "root" if rest.is_empty() => PrincipalKind::Root,
            "role" if rest.starts_with(SERVICE_LINKED) => return Err(PrincipalError::ServiceLinkedRole),
            "role" => path_and_name(rest).map(|(path, name)| PrincipalKind::Role { path, name })?,
            "user" => path_and_name(rest).map(|(path, name)| PrincipalKind::User { path, name })?,
            _ => return Err(PrincipalError::NotAPrincipal),
        };
        Ok(Self { partition: arn.partition.to_owned(), account: arn.account.to_owned(), kind })
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { partition, account, kind } = self;
        write!(f, "arn:{partition}:iam::{account}:")?;
        match kind {
            PrincipalKind::Role { path, name } => write!(f, "role{path}{name}"),
            PrincipalKind::User { path, name } => write!(f, "user{path}{name}"),
            PrincipalKind::Root => f.write_str("root"),
        }
    }
}

/// Why a text does not name a principal that an access entry can have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PrincipalError {
    /// The text is no ARN at all.
    #[error("it is not an ARN; an IAM role is named like arn:aws:iam::111122223333:role/path/name")]
    NotAnArn,
    /// The session of an assumed role, as `aws sts get-caller-identity` prints it.
    #[error(
        "it is the ARN of a session, which exists only while somebody uses the role; the role itself is {role_arn}, \
         with its path, if it has one, between `role/` and the name"
    )]
    StsSession {
        /// The ARN of the role behind the session. The role may have a path, which a session does not show.
        role_arn: String,
    },
    /// The session of a federated user.
    #[error("it is a federated user's session; EKS takes IAM roles and IAM users only")]
    FederatedUser,
    /// A role that an AWS service made for itself. EKS itself makes entries for some; nobody else may.
    #[error("it is a service-linked role; only EKS itself can make access entries for those")]
    ServiceLinkedRole,
    /// An IAM group.
    #[error("it is an IAM group, which nobody can authenticate as; EKS takes IAM roles and IAM users only")]
    IamGroup,
    /// The ARN of something else.
    #[error("it is not the ARN of an IAM role, an IAM user or an account's root")]
    NotAPrincipal,
    /// The account is not twelve digits.
    #[error("its account is {account:?}; an account id has twelve digits")]
    BadAccount {
        /// What stands in the account's place.
        account: String,
    },
    /// A name that IAM does not allow, for example one that ends in a newline read from a file.
    #[error("its name is {name:?}; IAM names have letters, digits and +=,.@_- only")]
    BadName {
        /// What stands in the name's place.
        name: String,
    },
}

/// How the paths of the roles of IAM Identity Center begin. In some, a region follows.
pub const PERMISSION_SETS: &str = "/aws-reserved/sso.amazonaws.com/";

/// How the names of the roles of IAM Identity Center begin.
const PERMISSION_SET: &str = "AWSReservedSSO_";

/// The path under which AWS services keep the roles that they make for themselves.
const SERVICE_LINKED: &str = "aws-service-role/";

fn session(arn: &Arn<'_>, rest: &str) -> PrincipalError {
    let role = rest.split('/').next().unwrap_or_default();
    PrincipalError::StsSession { role_arn: format!("arn:{}:iam::{}:role/{role}", arn.partition, arn.account) }
}

fn path_and_name(rest: &str) -> Result<(String, String), PrincipalError> {
    let (path, name) = match rest.rsplit_once('/') {
        Some((path, name)) => (format!("/{path}/"), name),
        None => ("/".to_owned(), rest),
    };
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte);
    if name.is_empty() || !name.bytes().all(allowed) {
        return Err(PrincipalError::BadName { name: name.to_owned() });
    }
    Ok((path, name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Principal, PrincipalError> {
        text.parse()
    }

    #[test]
    fn each_wrong_principal_has_its_own_reason() {
        use PrincipalError::*;
        let session = StsSession { role_arn: "arn:aws-cn:iam::111122223333:role/admin".to_owned() };
        for (text, reason) in [
            ("admin", NotAnArn),
            ("arn:aws-cn:sts::111122223333:assumed-role/admin/jane@example.com", session),
            ("arn:aws:sts::111122223333:federated-user/jane", FederatedUser),
            (
                "arn:aws:iam::111122223333:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS",
                ServiceLinkedRole,
            ),
            ("arn:aws:iam::111122223333:group/admins", IamGroup),
            ("arn:aws:iam::aws:policy/AdministratorAccess", NotAPrincipal),
            ("arn:aws:iam::111122223333:rooty", NotAPrincipal),
            ("arn:aws:iam::111122223333:root/x", NotAPrincipal),
            ("arn:aws:iam:eu-west-1:111122223333:role/x", NotAPrincipal),
            ("arn:aws:iam::1111:role/x", BadAccount { account: "1111".to_owned() }),
            ("arn:aws:iam::111122223333:role/", BadName { name: String::new() }),
            ("arn:aws:iam::111122223333:role", BadName { name: String::new() }),
            ("arn:aws:iam::111122223333:role/team/", BadName { name: String::new() }),
            ("arn:aws:iam::111122223333:role/x\n", BadName { name: "x\n".to_owned() }),
        ] {
            assert_eq!(parse(text), Err(reason), "{text}");
        }
    }

    #[test]
    fn reads_and_writes_every_kind() {
        for (text, kind) in [
            (
                "arn:aws:iam::111122223333:role/reader",
                PrincipalKind::Role { path: "/".to_owned(), name: "reader".to_owned() },
            ),
            (
                "arn:aws-us-gov:iam::111122223333:role/a/b/reader+x@y=z,.-_",
                PrincipalKind::Role { path: "/a/b/".to_owned(), name: "reader+x@y=z,.-_".to_owned() },
            ),
            (
                "arn:aws:iam::111122223333:user/team/jane",
                PrincipalKind::User { path: "/team/".to_owned(), name: "jane".to_owned() },
            ),
            ("arn:aws:iam::111122223333:root", PrincipalKind::Root),
        ] {
            let principal = parse(text).unwrap();
            assert_eq!(principal.kind, kind);
            assert_eq!(principal.to_string(), text);
        }
    }

    #[test]
    fn the_default_user_name_of_a_role_has_no_path() {
        let name = |text| parse(text).unwrap().default_user_name();
        assert_eq!(
            name("arn:aws-cn:iam::111122223333:role/team/reader").unwrap(),
            "arn:aws-cn:sts::111122223333:assumed-role/reader/{{SessionName}}"
        );
        assert_eq!(
            name("arn:aws:iam::111122223333:user/team/jane").unwrap(),
            "arn:aws:iam::111122223333:user/team/jane"
        );
        assert_eq!(name("arn:aws:iam::111122223333:root"), None);
    }

    #[test]
    fn a_role_of_a_permission_set_is_known_to_have_a_path() {
        for (resource, lacks) in [
            ("role/AWSReservedSSO_Admin_0123456789abcdef", true),
            ("role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef", false),
            ("role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef", false),
            ("role/Admin", false),
            ("user/AWSReservedSSO_Admin_0123456789abcdef", false),
        ] {
            let principal = parse(&format!("arn:aws:iam::111122223333:{resource}")).unwrap();
            assert_eq!(principal.lacks_its_path(), lacks, "{resource}");
        }
    }

    #[test]
    fn a_session_speaks_for_its_role_whatever_the_path() {
        let caller = Principal::of_caller("arn:aws:sts::111122223333:assumed-role/Admin/session").unwrap();
        assert!(caller.is_same_without_path(&parse("arn:aws:iam::111122223333:role/team/admin").unwrap()));
        assert!(!caller.is_same_without_path(&parse("arn:aws:iam::999922223333:role/team/admin").unwrap()));
        assert!(!caller.is_same_without_path(&parse("arn:aws:iam::111122223333:user/admin").unwrap()));
        assert_eq!(Principal::of_caller("arn:aws:sts::111122223333:federated-user/jane"), None);
    }
}

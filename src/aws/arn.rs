//! Amazon Resource Names, in any partition.

use std::fmt;

/// An ARN, taken apart where it lies.
///
/// Its text is `arn:partition:service:region:account:resource`. Region and account may be empty, and the account is
/// not always a number: the access policies of EKS belong to the account `aws`. The resource is everything after the
/// fifth colon and may hold colons of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Arn<'a> {
    /// The group of regions with an identity system of their own: `aws`, `aws-cn`, `aws-us-gov`, …
    pub partition: &'a str,
    /// The service that owns the resource: `iam`, `sts`, `eks`, …
    pub service: &'a str,
    /// The region, or nothing for a global service.
    pub region: &'a str,
    /// The account that owns the resource.
    pub account: &'a str,
    /// The resource, in whatever form its service gives it.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Takes a text apart.
    ///
    /// # Errors
    ///
    /// The text does not have the form of an ARN.
    pub fn parse(text: &'a str) -> Result<Self, NotAnArn> {
        let mut parts = text.splitn(6, ':');
        // A part that is missing is as good as one that is empty: the resource is one of them.
        match [(); 6].map(|()| parts.next().unwrap_or_default()) {
            ["arn", partition, service, region, account, resource]
                if !partition.is_empty() && !service.is_empty() && !resource.is_empty() =>
            {
                Ok(Self { partition, service, region, account, resource })
            }
            _ => Err(NotAnArn),
        }
    }
}

impl fmt::Display for Arn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { partition, service, region, account, resource } = self;
        write!(f, "arn:{partition}:{service}:{region}:{account}:{resource}")
    }
}

/// A text that does not have the form of an ARN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an ARN has the form arn:partition:service:region:account:resource")]
pub struct NotAnArn;

/// The partition that a region belongs to.
///
/// A region that nobody has heard of belongs to `aws`: new regions appear there often, new partitions hardly ever.
pub fn partition_of_region(region: &str) -> &'static str {
    PARTITIONS.iter().find(|(prefix, _)| region.starts_with(prefix)).map_or("aws", |(_, partition)| partition)
}

/// Every partition.
pub fn partitions() -> impl Iterator<Item = &'static str> {
    std::iter::once("aws").chain(PARTITIONS.iter().map(|(_, partition)| *partition))
}

/// How the names of the regions of each partition begin; every other region is in `aws`.
const PARTITIONS: [(&str, &str); 7] = [
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("us-iso-", "aws-iso"),
    ("us-isob-", "aws-iso-b"),
    ("eu-isoe-", "aws-iso-e"),
    ("us-isof-", "aws-iso-f"),
    ("eusc-", "aws-eusc"),
];

/// Whether `text` has the form of an account id: twelve digits.
pub fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_an_arn() {
        for text in
            ["", "arn", "arn:aws:iam::111122223333", "arn:aws:iam::111122223333:", "arn::iam::1:x", "role/x", "*"]
        {
            assert_eq!(Arn::parse(text), Err(NotAnArn), "{text}");
        }
    }

    #[test]
    fn reads_and_writes_any_arn() {
        for text in [
            "arn:aws:iam::111122223333:role/dev/reader",
            "arn:aws-cn:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",
            "arn:aws-us-gov:eks:us-gov-west-1:111122223333:access-entry/dev/role/111122223333/reader/1-2",
            "arn:aws:logs:eu-west-1:111122223333:log-group:with:colons",
        ] {
            assert_eq!(Arn::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn partition_follows_the_region() {
        for (region, partition) in [
            ("eu-central-1", "aws"),
            ("mars-north-1", "aws"),
            ("cn-north-1", "aws-cn"),
            ("us-gov-west-1", "aws-us-gov"),
            ("us-iso-east-1", "aws-iso"),
            ("us-isob-east-1", "aws-iso-b"),
            ("eu-isoe-west-1", "aws-iso-e"),
            ("us-isof-south-1", "aws-iso-f"),
            ("eusc-de-east-1", "aws-eusc"),
        ] {
            assert_eq!(partition_of_region(region), partition, "{region}");
        }
    }
}

//! Names of regions.

/// Says what is wrong with a text that is to be the name of a region.
///
/// Which regions there are is for AWS to say, and it has new ones every year. But the name becomes part of the name of a host, and the
/// SDK makes no request of one that cannot be.
///
/// # Errors
///
/// No host is called like that.
pub fn check_region(name: &str) -> Result<(), NotARegion> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if (1..=63).contains(&name.len()) && !name.starts_with('-') && name.bytes().all(allowed) {
        return Ok(());
    }
    Err(NotARegion(name.to_owned()))
}

/// A text that cannot be the name of a region.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} cannot be the name of a region: a name has up to 63 letters, digits and hyphens, such as \"us-east-1\", and neither \
     blanks nor dots"
)]
pub struct NotARegion(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_part_of_the_name_of_a_host() {
        for (name, is_region) in [
            ("us east 1", false),
            ("us-east-1 ", false),
            ("us.east.1", false),
            ("us_east_1", false),
            ("-us-east-1", false),
            ("", false),
            ("https://eks.us-east-1.amazonaws.com", false),
            (&"a".repeat(64), false),
            ("us-east-1", true),
            ("us-gov-west-1", true),
            ("somewhere-new-9", true),
        ] {
            assert_eq!(check_region(name).is_ok(), is_region, "{name:?}");
        }
        assert!(check_region("us-east-1 ").unwrap_err().to_string().starts_with("\"us-east-1 \" cannot be"));
    }
}

//! The tags of an entry that is there, changed to those that are wanted.

use std::collections::{BTreeMap, BTreeSet};

use crate::aws::{AwsError, Budget, Eks};

use super::super::tags;

type Tags = BTreeMap<String, String>;

/// How many tags an entry has at most (tag quotas, EKS user guide).
const MOST: usize = 50;

/// Makes the tags of the entry of that ARN `wanted`. `now` is what they are, as far as it got if a call fails.
///
/// New ones come first, so that whoever moves from one tag to another is never without both; unless both together are more than an
/// entry can have.
pub(super) async fn retag(
    eks: &Eks,
    arn: &str,
    now: &mut Tags,
    wanted: &Tags,
    budget: &Budget,
) -> Result<(), AwsError> {
    let both: BTreeSet<_> = now.keys().chain(wanted.keys()).collect();
    if both.len() > MOST {
        take_off(eks, arn, now, wanted, budget).await?;
    }
    let (set, _) = tags::changes(now, wanted);
    if !set.is_empty() {
        eks.tag(arn, &set, budget).await?;
        now.extend(set);
    }
    take_off(eks, arn, now, wanted, budget).await
}

/// Takes off what is not wanted.
async fn take_off(eks: &Eks, arn: &str, now: &mut Tags, wanted: &Tags, budget: &Budget) -> Result<(), AwsError> {
    let (_, gone) = tags::changes(now, wanted);
    if !gone.is_empty() {
        eks.untag(arn, &gone, budget).await?;
        now.retain(|key, _| !gone.contains(key));
    }
    Ok(())
}

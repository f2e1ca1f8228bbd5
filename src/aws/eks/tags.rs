//! The tags of access entries.

use std::collections::{BTreeMap, BTreeSet};

use super::send::without_answer;
use super::{Eks, OnDrop};
use crate::aws::{AwsError, Budget};

impl Eks {
    /// Sets tags on an access entry; other tags stay. Works for entries of every type, which UpdateAccessEntry does not.
    ///
    /// # Errors
    ///
    /// Among others: there is [no such entry](AwsError::is_not_found).
    pub async fn tag(
        &self,
        access_entry_arn: &str,
        tags: &BTreeMap<String, String>,
        budget: &Budget,
    ) -> Result<(), AwsError> {
        const OPERATION: &str = "TagResource";
        let _forget = OnDrop(|| self.forget_entry_of_arn(access_entry_arn));
        let request = self.client().tag_resource().resource_arn(access_entry_arn);
        let request = request.set_tags(Some(tags.clone().into_iter().collect()));
        let send = || without_answer(OPERATION, request.clone().send());
        self.change_now(OPERATION, budget, &send).await
    }

    /// Takes tags off an access entry.
    ///
    /// # Errors
    ///
    /// Among others: there is [no such entry](AwsError::is_not_found).
    pub async fn untag(
        &self,
        access_entry_arn: &str,
        keys: &BTreeSet<String>,
        budget: &Budget,
    ) -> Result<(), AwsError> {
        const OPERATION: &str = "UntagResource";
        let _forget = OnDrop(|| self.forget_entry_of_arn(access_entry_arn));
        let request = self.client().untag_resource().resource_arn(access_entry_arn);
        let request = request.set_tag_keys(Some(keys.iter().cloned().collect()));
        let send = || without_answer(OPERATION, request.clone().send());
        self.change_now(OPERATION, budget, &send).await
    }

    /// Drops the entry of that ARN. Whether an entry that is just being read has it cannot be known: drop those too.
    fn forget_entry_of_arn(&self, arn: &str) {
        self.regional.entries.forget_where(|_, entry| entry.is_none_or(|entry| entry.access_entry_arn == arn));
    }
}

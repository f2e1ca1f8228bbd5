//! Access entries.

use std::collections::BTreeSet;

use futures_util::TryFutureExt;

use super::send::{answer, without_answer};
use super::unanswered::Unanswered;
use super::{Eks, EntryKey, OnDrop, Page, PrincipalsKey, from_sdk, pages, unless_absent};
use crate::aws::wait::{self, Patience};
use crate::aws::{AccessEntry, AwsError, Budget, NewAccessEntry, Principal};

impl Eks {
    /// The entry of a principal on a cluster.
    ///
    /// # Errors
    ///
    /// The call failed for another reason than that there is no such entry.
    pub async fn find_access_entry(
        &self,
        cluster: &str,
        principal: &str,
        budget: &Budget,
    ) -> Result<Option<AccessEntry>, AwsError> {
        const OPERATION: &str = "DescribeAccessEntry";
        let key = EntryKey::new(cluster, principal);
        let find = || {
            let (regional, sought) = (self.regional.clone(), key.clone());
            let fetch = || async move {
                let ask = || {
                    let request = regional.client.describe_access_entry();
                    answer(OPERATION, request.cluster_name(&sought.cluster).principal_arn(&sought.principal).send())
                };
                let Some(answer) = unless_absent(regional.traffic.read(ask).await)? else { return Ok(None) };
                regional.believed.settle(&sought);
                from_sdk::access_entry(OPERATION, answer.access_entry).map(Some)
            };
            self.read(OPERATION, &self.regional.entries, key.clone(), budget, fetch)
        };
        let found = wait::until_seen(self.regional.believed.until(&key), budget, find).await?;
        if found.is_none() {
            self.regional.believed.settle(&key);
        }
        Ok(found)
    }

    /// The principals that have an entry on a cluster, or those among them that have a certain policy; `None` if there is
    /// no such cluster, or none that has entries in its authentication mode.
    ///
    /// EKS's own entries, for service-linked roles and nodes, are among them.
    ///
    /// # Errors
    ///
    /// The call failed for another reason than that there is no such cluster.
    pub async fn access_entry_principals(
        &self,
        cluster: &str,
        policy_arn: Option<&str>,
        budget: &Budget,
    ) -> Result<Option<Vec<String>>, AwsError> {
        const OPERATION: &str = "ListAccessEntries";
        let policy_arn = policy_arn.map(str::to_owned);
        let request = self.client().list_access_entries().cluster_name(cluster);
        let request = request.set_associated_policy_arn(policy_arn.clone());
        let traffic = self.regional.traffic.clone();
        let fetch = || async move {
            let page = |token| {
                answer(OPERATION, request.clone().set_next_token(token).send())
                    .map_ok(|page| Page::new(page.access_entries, page.next_token))
            };
            unless_absent(pages::all(&traffic, OPERATION, page).await)
        };
        let key = PrincipalsKey { cluster: cluster.to_owned(), policy_arn };
        self.read(OPERATION, &self.regional.principals, key, budget, fetch).await
    }

    /// The principals that have an entry on a cluster, as [`Eks::access_entry_principals`] has them, one page at a time:
    /// the one behind a token, or the first. Always read anew.
    ///
    /// # Errors
    ///
    /// The call failed for another reason than that there is no such cluster.
    pub async fn access_entry_principals_page(
        &self,
        cluster: &str,
        policy_arn: Option<&str>,
        token: Option<String>,
        budget: &Budget,
    ) -> Result<Option<Page<String>>, AwsError> {
        const OPERATION: &str = "ListAccessEntries";
        let request = self.client().list_access_entries().cluster_name(cluster).set_next_token(token);
        let request = request.set_associated_policy_arn(policy_arn.map(str::to_owned));
        let ask = || answer(OPERATION, request.clone().send());
        let answer = unless_absent(self.ask(OPERATION, budget, ask).await)?;
        Ok(answer.map(|page| Page::new(page.access_entries, page.next_token)))
    }

    /// Creates an entry.
    ///
    /// A principal that does not exist is tried again for a while, because EKS learns of a new role some time after IAM
    /// has created it. A creation whose answer got lost is recognised by what it has made.
    ///
    /// # Errors
    ///
    /// Among others: [the entry is there already](AwsError::is_entry_already_there), [the principal does not
    /// exist](AwsError::is_invalid_principal), [the cluster has no
    /// entries](AwsError::is_wrong_authentication_mode).
    pub async fn create_access_entry(&self, new: &NewAccessEntry, budget: &Budget) -> Result<AccessEntry, AwsError> {
        const OPERATION: &str = "CreateAccessEntry";
        let key = EntryKey::new(&new.cluster_name, &new.principal_arn);
        let _forget = OnDrop(|| self.regional.forget_associated(&key));
        let entries = self.regional.entries.change(key.clone());
        let request = self
            .client()
            .create_access_entry()
            .cluster_name(&new.cluster_name)
            .principal_arn(&new.principal_arn)
            .r#type(new.entry_type.as_str())
            .set_kubernetes_groups(new.kubernetes_groups.as_ref().map(|groups| groups.iter().cloned().collect()))
            .set_username(new.user_name.clone())
            .client_request_token(new.token.clone().unwrap_or_else(new_token))
            // An empty map of tags is refused; no map is not.
            .set_tags((!new.tags.is_empty()).then(|| new.tags.clone().into_iter().collect()));
        let unanswered = Unanswered::default();
        let send = || answer(OPERATION, request.clone().customize().interceptor(unanswered.clone()).send());
        let create = || self.change(OPERATION, &new.cluster_name, budget, &send);
        let patience = Patience::with("the principal to become known to EKS", budget);
        let entry = match patience.wait_out(AwsError::is_invalid_principal, create).await {
            Ok(answer) => from_sdk::access_entry(OPERATION, answer.access_entry)?,
            Err(error) => {
                // Whoever has made it: to look for it takes the same patience as for one of our own.
                if error.is_entry_already_there() {
                    self.regional.believed.note(key.clone());
                }
                if !unanswered.has_happened() || !(error.is_entry_already_there() || error.leaves_open()) {
                    return Err(error);
                }
                self.find_made(new, budget).await.ok_or(error)?
            }
        };
        self.regional.believed.note(key.clone());
        // EKS answers with the whole entry, so nobody has to ask for it.
        entries.made(entry.clone());
        Ok(entry)
    }

    /// Sets the groups and the user name of an entry of type STANDARD; both are always replaced.
    ///
    /// No user name means the one that EKS gives by default. It is sent in full where it is known, because what EKS
    /// makes of a name left out is not documented: the Terraform provider of AWS has seen it go back to the default
    /// (hashicorp/terraform-provider-aws issue 36480), Cluster API found that it stayed. Sent in full, both agree.
    ///
    /// # Errors
    ///
    /// Among others: the entry is [not there](AwsError::is_not_found), or [of another
    /// type](AwsError::is_standard_only).
    pub async fn update_access_entry(
        &self,
        cluster: &str,
        principal: &str,
        groups: &BTreeSet<String>,
        user_name: Option<&str>,
        budget: &Budget,
    ) -> Result<AccessEntry, AwsError> {
        const OPERATION: &str = "UpdateAccessEntry";
        let key = EntryKey::new(cluster, principal);
        let _forget = OnDrop(|| self.regional.entries.forget(&key));
        let default_name = || principal.parse::<Principal>().ok().and_then(|principal| principal.default_user_name());
        let request = self
            .client()
            .update_access_entry()
            .cluster_name(cluster)
            .principal_arn(principal)
            .set_kubernetes_groups(Some(groups.iter().cloned().collect()))
            .set_username(user_name.map(str::to_owned).or_else(default_name));
        let send = || answer(OPERATION, request.clone().send());
        let answer = self.change_entry(OPERATION, &key, budget, &send).await?;
        from_sdk::access_entry(OPERATION, answer.access_entry)
    }

    /// Deletes an entry, and the policies associated with it. `false` if it was not there.
    ///
    /// # Errors
    ///
    /// The call failed for another reason than that there is no such entry.
    pub async fn delete_access_entry(&self, cluster: &str, principal: &str, budget: &Budget) -> Result<bool, AwsError> {
        const OPERATION: &str = "DeleteAccessEntry";
        let key = EntryKey::new(cluster, principal);
        let _forget = OnDrop(|| self.regional.forget_entry(&key));
        let request = self.client().delete_access_entry().cluster_name(cluster).principal_arn(principal);
        let send = || without_answer(OPERATION, request.clone().send());
        let deleted = unless_absent(self.change_entry(OPERATION, &key, budget, &send).await)?.is_some();
        self.regional.believed.settle(&key);
        Ok(deleted)
    }
}

/// A token for all tries of one creation. The SDK's would be another for each of ours, and a try whose answer got lost
/// would make the next one meet an entry that is there already.
fn new_token() -> String {
    format!("{:032x}", fastrand::u128(..))
}

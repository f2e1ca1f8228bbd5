//! Access policies and their associations with entries.

use futures_util::TryFutureExt;
use tokio::time::Instant;

use super::send::{answer, without_answer};
use super::{Eks, EntryKey, OnDrop, Page, from_sdk, pages, unless_absent};
use crate::aws::wait::{self, PATIENCE_WITH_OTHERS};
use crate::aws::{AccessPolicy, AccessScope, AssociatedPolicy, AwsError, Budget};

impl Eks {
    /// The policies associated with an entry; `None` if there is no such entry.
    ///
    /// An entry of a type that takes no policies has none, whether EKS says so with an empty list or with a refusal.
    ///
    /// # Errors
    ///
    /// The call failed for another reason than that there is no such entry.
    pub async fn associated_policies(
        &self,
        cluster: &str,
        principal: &str,
        budget: &Budget,
    ) -> Result<Option<Vec<AssociatedPolicy>>, AwsError> {
        const OPERATION: &str = "ListAssociatedAccessPolicies";
        let key = EntryKey::new(cluster, principal);
        let find = || {
            let (regional, sought) = (self.regional.clone(), key.clone());
            let fetch = || async move {
                let page = |token| {
                    let request = regional.client.list_associated_access_policies().set_next_token(token);
                    let request = request.cluster_name(&sought.cluster).principal_arn(&sought.principal);
                    answer(OPERATION, request.send())
                        .map_ok(|page| Page::new(page.associated_access_policies, page.next_token))
                };
                match pages::all(&regional.traffic, OPERATION, page).await {
                    Err(error) if error.is_standard_only() => Ok(Some(Vec::new())),
                    answer => unless_absent(answer)?.map(from_sdk::associated_policies).transpose(),
                }
            };
            self.read(OPERATION, &self.regional.associated, key.clone(), budget, fetch)
        };
        wait::until_seen(self.regional.believed.until(&key), budget, find).await
    }

    /// Associates a policy with an entry, or moves the association that is there to a new scope, in one step.
    ///
    /// If EKS does not show the entry yet, it is given time to: more if the entry is known to be there than if somebody else may have
    /// just made it.
    ///
    /// # Errors
    ///
    /// Among others: [no such cluster](AwsError::is_no_such_cluster), [no such entry](AwsError::is_no_such_entry), [no
    /// such policy](AwsError::is_no_such_policy), or the entry [takes no policies](AwsError::is_standard_only).
    pub async fn associate_policy(
        &self,
        cluster: &str,
        principal: &str,
        policy_arn: &str,
        scope: &AccessScope,
        budget: &Budget,
    ) -> Result<AssociatedPolicy, AwsError> {
        const OPERATION: &str = "AssociateAccessPolicy";
        let key = EntryKey::new(cluster, principal);
        let _forget = OnDrop(|| self.regional.forget_associated(&key));
        let request = self
            .client()
            .associate_access_policy()
            .cluster_name(cluster)
            .principal_arn(principal)
            .policy_arn(policy_arn)
            .access_scope(from_sdk::to_scope(scope));
        let send = || answer(OPERATION, request.clone().send());
        let until = self.regional.believed.until(&key).unwrap_or_else(|| Instant::now() + PATIENCE_WITH_OTHERS);
        let answer = self.change_entry_until(until, OPERATION, &key, budget, &send).await?;
        self.regional.believed.settle(&key);
        from_sdk::associated_policy(OPERATION, answer.associated_access_policy)
    }

    /// Takes a policy from an entry. `false` if it was not associated, or the entry is not there.
    ///
    /// # Errors
    ///
    /// The call failed for another reason than that there is no such association.
    pub async fn disassociate_policy(
        &self,
        cluster: &str,
        principal: &str,
        policy_arn: &str,
        budget: &Budget,
    ) -> Result<bool, AwsError> {
        const OPERATION: &str = "DisassociateAccessPolicy";
        let key = EntryKey::new(cluster, principal);
        let _forget = OnDrop(|| self.regional.forget_associated(&key));
        let request = self.client().disassociate_access_policy();
        let request = request.cluster_name(cluster).principal_arn(principal).policy_arn(policy_arn);
        let send = || without_answer(OPERATION, request.clone().send());
        Ok(unless_absent(self.change_entry(OPERATION, &key, budget, &send).await)?.is_some())
    }

    /// The policies that EKS offers in this region, by name.
    ///
    /// # Errors
    ///
    /// The call failed.
    pub async fn access_policies(&self, budget: &Budget) -> Result<Vec<AccessPolicy>, AwsError> {
        const OPERATION: &str = "ListAccessPolicies";
        let request = self.client().list_access_policies();
        let traffic = self.regional.traffic.clone();
        let fetch = || async move {
            let page = |token| {
                answer(OPERATION, request.clone().set_next_token(token).send())
                    .map_ok(|page| Page::new(page.access_policies, page.next_token))
            };
            pages::all(&traffic, OPERATION, page).await.map(from_sdk::access_policies).map(Some)
        };
        Ok(self.read(OPERATION, &self.regional.policies, (), budget, fetch).await?.unwrap_or_default())
    }
}

//! Clusters and their updates.

use futures_util::TryFutureExt;

use super::send::answer;
use super::{Eks, Page, from_sdk, pages, unless_absent};
use crate::aws::{AuthenticationMode, AwsError, Budget, Cluster, Update};

impl Eks {
    /// The cluster of that name in this account and region.
    ///
    /// # Errors
    ///
    /// The call failed for another reason than that there is no such cluster.
    pub async fn find_cluster(&self, name: &str, budget: &Budget) -> Result<Option<Cluster>, AwsError> {
        const OPERATION: &str = "DescribeCluster";
        let (regional, sought) = (self.regional.clone(), name.to_owned());
        let fetch = || async move {
            let ask = || answer(OPERATION, regional.client.describe_cluster().name(&sought).send());
            let Some(answer) = unless_absent(regional.traffic.read(ask).await)? else { return Ok(None) };
            answer.cluster.map(from_sdk::cluster).transpose()
        };
        self.read(OPERATION, &self.regional.clusters, name.to_owned(), budget, fetch).await
    }

    /// The names of the clusters of this account and region, one page at a time: the one behind a token, or the first.
    /// Clusters elsewhere that are only connected to EKS are not among them. Always read anew.
    ///
    /// # Errors
    ///
    /// The call failed.
    pub async fn cluster_names_page(&self, token: Option<String>, budget: &Budget) -> Result<Page<String>, AwsError> {
        const OPERATION: &str = "ListClusters";
        let request = self.client().list_clusters().set_next_token(token);
        let ask = || answer(OPERATION, request.clone().send());
        let page = self.ask(OPERATION, budget, ask).await?;
        Ok(Page::new(page.clusters, page.next_token))
    }

    /// Whether the cluster has been seen in a mode without access entries, and nothing has been heard of a change since.
    /// Makes no call.
    pub fn is_known_without_entries(&self, name: &str) -> bool {
        let known = self.regional.clusters.known(&name.to_owned());
        !self.fresh && known.is_some_and(|cluster| cluster.authentication_mode == AuthenticationMode::ConfigMap)
    }

    /// Asks EKS to change the cluster's authentication mode, which it then does on its own time.
    ///
    /// # Errors
    ///
    /// EKS refuses to skip a mode, to go back, and to set the mode that the cluster has. While another update is under
    /// way it is [in progress](AwsError::update_in_progress): this call does not wait for that, because the other
    /// update may be the very change asked for. [`Eks::walk_authentication_mode`] takes care of it all.
    pub async fn update_authentication_mode(
        &self,
        cluster: &str,
        mode: AuthenticationMode,
        budget: &Budget,
    ) -> Result<Update, AwsError> {
        const OPERATION: &str = "UpdateClusterConfig";
        let access = aws_sdk_eks::types::UpdateAccessConfigRequest::builder().authentication_mode(mode.as_str().into());
        let request = self.client().update_cluster_config().name(cluster).access_config(access.build());
        let _forget = self.forgets_cluster(cluster);
        let send = || answer(OPERATION, request.clone().send());
        let answer = self.change_now(OPERATION, budget, &send).await?;
        from_sdk::update(OPERATION, answer.update)
    }

    /// The update of that id. Always read anew.
    ///
    /// # Errors
    ///
    /// The call failed for another reason than that there is no such update or no such cluster.
    pub async fn find_update(&self, cluster: &str, id: &str, budget: &Budget) -> Result<Option<Update>, AwsError> {
        const OPERATION: &str = "DescribeUpdate";
        let request = self.client().describe_update().name(cluster).update_id(id);
        let ask = || answer(OPERATION, request.clone().send());
        let answer = unless_absent(self.ask(OPERATION, budget, ask).await)?;
        answer.map(|answer| from_sdk::update(OPERATION, answer.update)).transpose()
    }

    /// The cluster's updates that are under way, whatever they change. Always read anew; an update takes one call.
    ///
    /// # Errors
    ///
    /// A call failed.
    pub async fn updates_in_progress(&self, cluster: &str, budget: &Budget) -> Result<Vec<Update>, AwsError> {
        const OPERATION: &str = "ListUpdates";
        let request = self.client().list_updates().name(cluster);
        let page = |token| {
            answer(OPERATION, request.clone().set_next_token(token).send())
                .map_ok(|page| Page::new(page.update_ids, page.next_token))
        };
        let ids = self.within(OPERATION, budget, pages::all(&self.regional.traffic, OPERATION, page)).await;
        let ids = unless_absent(ids)?.unwrap_or_default();
        let mut under_way = Vec::new();
        for id in ids {
            under_way.extend(self.find_update(cluster, &id, budget).await?.filter(|update| !update.is_over()));
        }
        Ok(under_way)
    }
}

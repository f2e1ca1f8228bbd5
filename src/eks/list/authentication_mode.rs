use std::time::Duration;

use futures_util::future::join_all;

use crate::framework::{Call, Cx, Ended, List, Listing, Resource, Wanted};
use crate::model;
use crate::value::Value;

use super::super::authentication_mode::AuthenticationMode;
use super::super::client::{Client, budget};
use super::super::error::Attempt;
use super::super::search::AT_ONCE;
use super::{region, unread};

/// `list "eks_authentication_mode"`: the mode of every cluster.
pub struct AuthenticationModes;

model! {
    /// Where to look.
    pub struct AuthenticationModesConfig {
        /// The region of the clusters. The provider's region if left out.
        pub region: Value<String> = region(),
    }
}

type Identity = <AuthenticationMode as Resource>::Identity;

impl List for AuthenticationModes {
    type Resource = AuthenticationMode;
    const DESCRIPTION: &'static str = "The authentication modes of all EKS clusters of a region.";
    const TIMEOUT: Duration = Duration::from_secs(20 * 60);
    const CALLS: &'static [Call] = &[
        Call::new("eks:ListClusters", "one for each hundred clusters"),
        Call::new("eks:DescribeCluster", "one for each cluster, unless only names are asked for"),
    ];
    type Config = AuthenticationModesConfig;

    async fn list(
        &self,
        cx: &Cx<'_, Client>,
        config: AuthenticationModesConfig,
        wanted: Wanted,
        listing: &mut Listing<'_, AuthenticationMode>,
    ) -> Result<(), Ended> {
        let attempt = Attempt { summary: "Cannot list EKS clusters", object: &"the clusters of EKS" };
        let budget = budget(cx);
        let eks = cx.client.eks(&attempt, config.region.known().map(String::as_str), &budget).await?;
        let identity = |cluster: &str| Identity {
            cluster_name: Value::Known(cluster.to_owned()),
            region: Value::Known(eks.region().to_owned()),
        };
        let mut token = None;
        loop {
            let page = eks.cluster_names_page(token, &budget).await.map_err(|error| attempt.failed(&error))?;
            let mut names = page.items.as_slice();
            while !names.is_empty() {
                let (next, rest) = names.split_at(listing.left().min(AT_ONCE).clamp(1, names.len()));
                names = rest;
                if !wanted.objects {
                    for cluster in next {
                        listing.push_identity(cluster, identity(cluster)).await?;
                    }
                    continue;
                }
                let found = join_all(next.iter().map(|cluster| eks.find_cluster(cluster, &budget))).await;
                for (cluster, found) in next.iter().zip(found) {
                    if let Err(error) = found {
                        let name = format!("the authentication mode of cluster {cluster}");
                        let attempt = Attempt { summary: "Cannot read authentication mode", object: &name };
                        unread(cx, &attempt, &error, UNREAD)?;
                        listing.push_identity(cluster, identity(cluster)).await?;
                    } else if let Some(object) = AuthenticationMode.read(cx, &identity(cluster), None).await? {
                        listing.push_object(cluster, object).await?;
                    }
                }
            }
            token = page.next;
            if token.is_none() {
                return Ok(());
            }
        }
    }
}

const UNREAD: &str = "\
It is listed all the same, by what names it. Configuration that is generated for it lacks everything else.";

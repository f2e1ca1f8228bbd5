use std::time::{Duration, SystemTime};

use crate::aws::settings::Secret;
use crate::framework::schema::{computed, optional, required};
use crate::framework::{Cx, Diagnostics, Ephemeral, Opened};
use crate::model;
use crate::value::Value;

use super::argument::{check_cluster_name, check_region};
use super::client::{Client, budget};
use super::error::Attempt;

/// `ephemeral "eks_cluster_auth"`: a token for the Kubernetes API of a cluster.
pub struct ClusterAuth;

model! {
    /// What is asked for, and the token.
    pub struct ClusterAuthModel {
        /// The name of the EKS cluster.
        pub name: Value<String> = required().check(check_cluster_name),
        /// The region of the cluster. The provider's region if left out.
        pub region: Value<String> = optional().check(check_region),
        /// The token, for `token` in the kubernetes and helm providers. EKS takes it for 15 minutes from when it was made.
        pub token: Value<Secret> = computed().sensitive(),
        /// Until when EKS takes the token, in RFC 3339.
        pub expires_at: Value<String> = computed(),
    }
}

impl Ephemeral for ClusterAuth {
    const NAME: &'static str = "eks_cluster_auth";
    const DESCRIPTION: &'static str = "\
A token by which a cluster's Kubernetes API knows who runs Terraform. It is made anew in each plan and each apply, without a call to \
AWS, and is never in a plan, a state or a log.";
    const TIMEOUT: Duration = Duration::from_secs(60);
    type Client = Client;
    type Model = ClusterAuthModel;
    type Private = ();

    async fn open(
        &self,
        cx: &Cx<'_, Client>,
        config: ClusterAuthModel,
    ) -> Result<Opened<ClusterAuthModel, ()>, Diagnostics> {
        let cluster = config.name.known().cloned().unwrap_or_default();
        let name = format!("a token for cluster {cluster}");
        let attempt = Attempt { summary: "Cannot make a cluster token", object: &name };
        let region = config.region.known().map(String::as_str);
        let made = cx.client.cluster_token(region, &cluster, &budget(cx)).await;
        let made = made.map_err(|error| attempt.failed(&error))?;
        let result = ClusterAuthModel {
            token: Value::Known(made.token),
            expires_at: Value::Known(rfc3339(made.expires_at)),
            ..config
        };
        // A renewal could not hand Terraform another token: what was opened stays as it is until it is closed.
        Ok(Opened { result, private: (), renew_at: None })
    }
}

fn rfc3339(time: SystemTime) -> String {
    let time = time::OffsetDateTime::from(time).replace_nanosecond(0);
    let text = time.map(|time| time.format(&time::format_description::well_known::Rfc3339));
    text.ok().and_then(Result::ok).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_token_is_shown() {
        let token = Value::Known(Secret::new("k8s-aws-v1.t0ken"));
        let shown = format!("{:?}", ClusterAuthModel { token, ..ClusterAuthModel::default() });
        assert!(shown.contains("***") && !shown.contains("t0ken"), "{shown}");
    }
}

//! The walk from one authentication mode to another.

use super::Eks;
use crate::aws::wait::Pauses;
use crate::aws::{AuthenticationMode, AwsError, Budget, Update, UpdateStatus};

/// What a walk through the authentication modes is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Somebody else's update is under way, and has to end first.
    Waiting {
        /// The id of that update.
        update_id: String,
    },
    /// EKS has begun to change the mode.
    Started {
        /// The mode that the cluster is changing to.
        to: AuthenticationMode,
        /// The id of the update.
        update_id: String,
    },
    /// The cluster is in this mode now.
    Reached {
        /// The mode in question.
        mode: AuthenticationMode,
    },
}

impl Eks {
    /// Takes a cluster from the authentication mode `from`, which it has, to `to`, one update after the other.
    ///
    /// Somebody else who changes the mode at the same time is waited for, and whatever they got done is not done twice.
    /// Does nothing if `from` is `to`.
    ///
    /// # Errors
    ///
    /// EKS refuses the change or an update fails; `to` lies behind `from`; the budget is used up. The cluster keeps the
    /// last mode that was [reached](Progress::Reached).
    pub async fn walk_authentication_mode(
        &self,
        cluster: &str,
        from: AuthenticationMode,
        to: AuthenticationMode,
        budget: &Budget,
        mut progress: impl FnMut(Progress),
    ) -> Result<(), AwsError> {
        let mut current = from;
        while let Some(&next) = current.steps_to(to).map_err(AwsError::backwards)?.first() {
            let refused = match self.update_authentication_mode(cluster, next, budget).await {
                Ok(update) => {
                    progress(Progress::Started { to: next, update_id: update.id.clone() });
                    self.wait_for_success(cluster, &update, budget).await?;
                    current = self.see_mode(cluster, next, budget).await?;
                    progress(Progress::Reached { mode: current });
                    continue;
                }
                Err(refused) => refused,
            };
            let is_busy = refused.update_in_progress().is_some();
            if let Some(id) = refused.update_in_progress() {
                progress(Progress::Waiting { update_id: id.to_owned() });
                self.wait_out_update(cluster, id, &refused, budget).await?;
            } else if !refused.is_unsupported_mode_change() {
                return Err(refused);
            }
            // Somebody else may have been faster; then the step is refused because there is nothing left to do.
            let now = self.mode(cluster, budget).await?;
            if now > current {
                current = now;
                progress(Progress::Reached { mode: current });
            } else if !is_busy {
                return Err(refused);
            }
        }
        Ok(())
    }

    /// Waits for the end of an update.
    ///
    /// # Errors
    ///
    /// The update is not there (any more), or the budget is used up first.
    pub async fn wait_for_update(&self, cluster: &str, id: &str, budget: &Budget) -> Result<Update, AwsError> {
        let mut pauses = Pauses::for_update();
        loop {
            let update = self.find_update(cluster, id, budget).await?;
            match update {
                Some(update) if update.is_over() => return Ok(update),
                Some(_) => pauses.pause("DescribeUpdate", budget).await?,
                None => return Err(AwsError::update_gone(id)),
            }
        }
    }

    /// Waits for the end of the update that made EKS refuse a request; how it ends does not matter.
    pub(super) async fn wait_out_update(
        &self,
        cluster: &str,
        id: &str,
        refused: &AwsError,
        budget: &Budget,
    ) -> Result<(), AwsError> {
        log_info!(%refused, "waiting for update {id} of cluster {cluster} to end");
        let _forget = self.forgets_cluster(cluster);
        match self.wait_for_update(cluster, id, budget).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_timed_out() => Err(refused.after_waiting_for("that update to end")),
            // Whatever the update was, it is not in the way any more; the next attempt tells.
            Err(error) if error.is_not_found() => Pauses::of_seconds().pause("DescribeUpdate", budget).await,
            Err(error) => Err(error),
        }
    }

    /// Waits for the end of an update of ours, and for its success.
    async fn wait_for_success(&self, cluster: &str, update: &Update, budget: &Budget) -> Result<(), AwsError> {
        let _forget = self.forgets_cluster(cluster);
        let ended = self.wait_for_update(cluster, &update.id, budget).await?;
        match ended.status {
            UpdateStatus::Successful => Ok(()),
            _ => Err(AwsError::update_failed(&ended)),
        }
    }

    /// Waits until the cluster shows `mode`, or a later one: it may do so a moment after the update has ended.
    async fn see_mode(
        &self,
        cluster: &str,
        mode: AuthenticationMode,
        budget: &Budget,
    ) -> Result<AuthenticationMode, AwsError> {
        let mut pauses = Pauses::for_update();
        loop {
            let seen = self.mode(cluster, budget).await?;
            if seen >= mode {
                return Ok(seen);
            }
            pauses.pause("DescribeCluster", budget).await?;
        }
    }

    async fn mode(&self, cluster: &str, budget: &Budget) -> Result<AuthenticationMode, AwsError> {
        let found = self.fresh().find_cluster(cluster, budget).await?;
        found.map(|cluster| cluster.authentication_mode).ok_or_else(|| AwsError::cluster_gone(cluster))
    }
}

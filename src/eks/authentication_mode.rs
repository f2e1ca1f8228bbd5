use std::fmt;
use std::time::Duration;

use crate::aws::authentication_mode::Backwards;
use crate::aws::eks::Progress;
use crate::aws::{self, Cluster, Eks, Kind};
use crate::framework::schema::{block, computed, optional, required};
use crate::framework::{
    Call, Change, Create, Cx, DefaultTimeouts, Diagnostic, Diagnostics, Failed, Resource, Timeouts, Update,
};
use crate::model;
use crate::value::Value;

use super::client::{Client, budget};
use super::error::Attempt;
use super::walk::Intent;
use super::{argument, import_id};

mod gate;

/// `eks_authentication_mode`: which sources a cluster authenticates from.
pub struct AuthenticationMode;

model! {
    /// Configuration, plan and state of an `eks_authentication_mode`.
    pub struct AuthenticationModeModel {
        /// The name of the EKS cluster.
        pub cluster_name: Value<String> = argument::cluster_name(),
        /// `CONFIG_MAP`, `API_AND_CONFIG_MAP` or `API`. A cluster moves forward in this order, one step at a time, and never
        /// back; from `CONFIG_MAP` to `API`, both steps are made.
        pub authentication_mode: Value<String> = required().check(check_mode),
        /// Whether the step to `API` waits until access entries cover aws-auth. With `true`, the plan and once more the apply
        /// refuse that step while a row of the ConfigMap is neither `covered` nor `dead`, as `data.eks_aws_auth` has it, or
        /// while nobody can tell. Entries that the same plan makes count if this depends on them. `false` if left out.
        pub require_coverage: Value<bool> = optional(),
        /// The region of the cluster. The provider's region if left out.
        pub region: Value<String> = argument::region(),
        /// The same as `cluster_name`.
        pub id: Value<String> = computed(),
        /// How long operations may take. EKS needs a few minutes for a step.
        pub timeouts: Value<Timeouts> = block(),
    }
}

model! {
    /// What names the authentication mode of a cluster.
    pub struct AuthenticationModeIdentity {
        /// The name of the EKS cluster.
        pub cluster_name: Value<String> = required().check(argument::check_cluster_name),
        /// The region of the cluster.
        pub region: Value<String> = optional(),
    }
}

type Model = AuthenticationModeModel;

impl Resource for AuthenticationMode {
    const NAME: &'static str = "eks_authentication_mode";
    const DESCRIPTION: &'static str = "\
Which sources an EKS cluster authenticates from: the `aws-auth` ConfigMap, access entries, or both. Its own resource, so that \
nothing else of the cluster is ever touched. Destroying it changes nothing in EKS, because there is no way back.";
    const TIMEOUTS: DefaultTimeouts = DefaultTimeouts {
        create: Duration::from_secs(60 * 60),
        update: Duration::from_secs(60 * 60),
        ..DefaultTimeouts::all(Duration::from_secs(10 * 60))
    };
    const CALLS: &'static [Call] = &[
        Call::new("eks:DescribeCluster", "plan, refresh, import; create and update, after each step"),
        Call::new("eks:UpdateClusterConfig", "create and update, one for each step"),
        Call::new("eks:DescribeUpdate", "create and update, every few seconds until a step is done"),
        Call::new("eks:ListAccessEntries", "with `require_coverage`, before the step to `API`"),
        Call::new("eks:DescribeAccessEntry", "the same, one for each entry whose principal aws-auth names"),
        Call::new("eks:ListAssociatedAccessPolicies", "the same, one for each of these that is of type `STANDARD`"),
    ];
    const ON_DESTROY: &'static str = "\
Terraform forgets the mode, and says so in the plan. Nothing in EKS is changed: the cluster stays in its mode, because there is no \
way back to an earlier one.";
    type Client = Client;
    type Model = AuthenticationModeModel;
    type Identity = AuthenticationModeIdentity;

    fn identity(&self, state: &Model) -> AuthenticationModeIdentity {
        AuthenticationModeIdentity { cluster_name: state.cluster_name.clone(), region: state.region.clone() }
    }

    fn parse_import_id(&self, id: &str) -> Result<AuthenticationModeIdentity, Diagnostics> {
        let (cluster, region) = import_id::cluster(id)?;
        Ok(AuthenticationModeIdentity { cluster_name: Value::Known(cluster), region: region.into() })
    }

    async fn plan(&self, cx: &Cx<'_, Client>, change: Change<'_, Model>) -> Result<(), Diagnostics> {
        match change {
            Change::Create { config, planned, replaces } => {
                plan_region(cx, config, planned).await?;
                planned.note(cx, if replaces { Intent::Recreate } else { Intent::Create })?;
                check_live(cx, planned).await
            }
            Change::Update { config, prior, planned, .. } => {
                if cx.client.is_known() {
                    plan_region(cx, config, planned).await?;
                }
                let same_cluster = planned.cluster_name == prior.cluster_name && planned.region == prior.region;
                if same_cluster {
                    planned.note(cx, Intent::Keep)?;
                }
                match (prior.mode(), planned.mode()) {
                    (Some(from), Some(to)) if same_cluster => {
                        check_step(planned, from, to)?;
                        gate::check_plan(cx, planned, from).await
                    }
                    _ => Ok(()),
                }
            }
            Change::Delete { prior } => {
                let mode = prior.authentication_mode.known().map(String::as_str).unwrap_or_default();
                let detail = format!(
                    "Terraform forgets {prior}; the cluster stays in mode {mode}. There is no way back to an earlier mode, and \
                     nothing in EKS is changed."
                );
                cx.warn(Diagnostic::warning("The authentication mode stays as it is", detail));
                Ok(())
            }
        }
    }

    async fn create(&self, cx: &Cx<'_, Client>, create: Create<Model>) -> Result<Model, Failed<Model>> {
        let planned = create.planned;
        let attempt = Attempt { summary: "Cannot set authentication mode", object: &planned };
        let eks = planned.eks(cx, &attempt).await?;
        let cluster = find_cluster(cx, &eks.fresh(), &planned, &attempt).await?;
        let Some(cluster) = cluster else { return Err(no_such_cluster(&planned).into()) };
        let reached = walk(cx, &eks, &planned, cluster.authentication_mode, &attempt).await;
        reached.map_err(Failed::from)?;
        Ok(planned)
    }

    async fn read(
        &self,
        cx: &Cx<'_, Client>,
        identity: &AuthenticationModeIdentity,
        prior: Option<&Model>,
    ) -> Result<Option<Model>, Diagnostics> {
        let sought = Model::sought(identity);
        let shown = prior.unwrap_or(&sought);
        let attempt = Attempt { summary: "Cannot read authentication mode", object: shown };
        let eks = shown.eks(cx, &attempt).await?;
        let Some(cluster) = find_cluster(cx, &eks, shown, &attempt).await? else { return Ok(None) };
        let mut state = Model {
            authentication_mode: Value::Known(cluster.authentication_mode.to_string()),
            region: Value::Known(eks.region().to_owned()),
            ..shown.clone()
        };
        state.plan_id();
        Ok(Some(state))
    }

    async fn update(&self, cx: &Cx<'_, Client>, update: Update<Model>) -> Result<Model, Failed<Model>> {
        let Update { prior, planned, .. } = update;
        let attempt = Attempt { summary: "Cannot set authentication mode", object: &planned };
        let Some(from) = prior.mode().filter(|from| Some(*from) != planned.mode()) else { return Ok(planned) };
        let eks = planned.eks(cx, &attempt).await?;
        match walk(cx, &eks, &planned, from, &attempt).await {
            Ok(()) => Ok(planned),
            Err(stuck) => {
                let mode = Value::Known(stuck.reached.to_string());
                Err(Failed::leaving(Model { authentication_mode: mode, ..prior }, stuck.diagnostics))
            }
        }
    }

    /// Forgets. The warning was given in the plan.
    async fn delete(&self, _: &Cx<'_, Client>, _: Model) -> Result<(), Diagnostics> {
        Ok(())
    }
}

/// A walk that did not arrive.
struct Stuck {
    /// The last mode that the cluster reached.
    reached: aws::AuthenticationMode,
    diagnostics: Diagnostics,
}

/// A creation leaves nothing that would have to be replaced: whatever mode the cluster is in, the next one goes on from it.
impl From<Stuck> for Failed<Model> {
    fn from(stuck: Stuck) -> Self {
        stuck.diagnostics.into()
    }
}

/// Takes the cluster to the planned mode, one step after the other, and through the gate before the last one.
async fn walk(
    cx: &Cx<'_, Client>,
    eks: &Eks,
    planned: &Model,
    from: aws::AuthenticationMode,
    attempt: &Attempt<'_>,
) -> Result<(), Stuck> {
    let mut reached = from;
    let Some(to) = planned.mode() else { return Ok(()) };
    let walked = async {
        check_step(planned, from, to)?;
        if gate::is_ahead(planned, reached) {
            let before = aws::AuthenticationMode::ApiAndConfigMap;
            walk_to(cx, eks, planned, &mut reached, before.max(from), attempt).await?;
            gate::check_apply(cx, eks, planned).await?;
        }
        walk_to(cx, eks, planned, &mut reached, to, attempt).await
    };
    let walked: Result<(), Diagnostics> = walked.await;
    walked.map_err(|diagnostics| Stuck { reached, diagnostics })
}

/// Takes the cluster from the mode that it has `reached` to another one, and says how far it got.
async fn walk_to(
    cx: &Cx<'_, Client>,
    eks: &Eks,
    planned: &Model,
    reached: &mut aws::AuthenticationMode,
    to: aws::AuthenticationMode,
    attempt: &Attempt<'_>,
) -> Result<(), Diagnostics> {
    let (from, cluster) = (*reached, planned.cluster());
    // The change that EKS has accepted and not yet made.
    let mut under_way = None;
    let progress = |progress: Progress| match progress {
        Progress::Waiting { update_id } => {
            log_info!(cluster, update_id, "another update of the cluster is in progress: waiting for its end");
        }
        Progress::Started { to, update_id } => {
            log_info!(cluster, mode = to.as_str(), update_id, "EKS is changing the authentication mode");
            under_way = Some((to, update_id));
        }
        Progress::Reached { mode } => {
            log_info!(cluster, mode = mode.as_str(), "the cluster has reached the authentication mode");
            *reached = mode;
            under_way = None;
        }
    };
    let walked = eks.walk_authentication_mode(cluster, from, to, &budget(cx), progress).await;
    let Err(error) = walked else { return Ok(()) };
    // Somebody else may have gone further in the meantime.
    check_step(planned, *reached, to)?;
    let mut stuck = attempt.failed(&error);
    stuck.detail.push_str(&format!("\n\nThe cluster was last seen in mode {reached}."));
    if let Some((to, update)) = under_way {
        let more = match error.kind() {
            Kind::UpdateFailed => format!(
                " `aws eks describe-update --region {} --name {cluster} --update-id {update}` shows the update.",
                eks.region()
            ),
            _ => format!(" EKS was changing it to {to} (update {update}); whether that is done is not known."),
        };
        stuck.detail.push_str(&more);
    }
    stuck.detail.push_str(" The next apply goes on from where it is then.");
    Err(stuck.into())
}

async fn find_cluster(
    cx: &Cx<'_, Client>,
    eks: &Eks,
    model: &Model,
    attempt: &Attempt<'_>,
) -> Result<Option<Cluster>, Diagnostics> {
    let found = eks.find_cluster(model.cluster(), &budget(cx)).await;
    found.map_err(|error| attempt.failed(&error).into())
}

async fn plan_region(cx: &Cx<'_, Client>, config: &Model, planned: &mut Model) -> Result<(), Diagnostics> {
    let attempt = Attempt { summary: "Cannot plan authentication mode", object: planned };
    planned.region =
        argument::planned_region(cx.client, &attempt, &config.region, &planned.region, &budget(cx)).await?;
    planned.plan_id();
    Ok(())
}

/// Holds a mode that is about to be managed against the one that the cluster has.
async fn check_live(cx: &Cx<'_, Client>, planned: &Model) -> Result<(), Diagnostics> {
    let known = cx.client.is_known() && planned.cluster_name.known().is_some() && planned.region.known().is_some();
    let Some(to) = planned.mode().filter(|_| known) else { return Ok(()) };
    let attempt = Attempt { summary: "Cannot plan authentication mode", object: planned };
    let eks = planned.eks(cx, &attempt).await?;
    match find_cluster(cx, &eks, planned, &attempt).await? {
        Some(cluster) => {
            check_step(planned, cluster.authentication_mode, to)?;
            gate::check_plan(cx, planned, cluster.authentication_mode).await
        }
        None => {
            let detail = format!(
                "There is no cluster {} in {} now. Unless something else in this plan makes it first, apply will fail.",
                planned.cluster(),
                eks.region()
            );
            cx.warn(Diagnostic::warning("No such cluster yet", detail).at_attribute("cluster_name"));
            Ok(())
        }
    }
}

fn check_step(planned: &Model, from: aws::AuthenticationMode, to: aws::AuthenticationMode) -> Result<(), Diagnostics> {
    let Err(Backwards { from, to }) = from.steps_to(to) else { return Ok(()) };
    let detail = format!(
        "Cluster {} is in mode {from}, and here it is to be {to}. EKS moves a cluster forward only, from CONFIG_MAP over \
         API_AND_CONFIG_MAP to API. If somebody has moved it on, write {:?} here; nothing leads back.",
        planned.cluster(),
        from.as_str()
    );
    Err(Diagnostic::error("No way back to an earlier authentication mode", detail)
        .at_attribute("authentication_mode")
        .into())
}

fn no_such_cluster(planned: &Model) -> Diagnostic {
    let region = planned.region.known().map(String::as_str).unwrap_or_default();
    let detail = format!(
        "There is no cluster {} in {region}. Check cluster_name, the region and the credentials. If this configuration makes \
         the cluster, take cluster_name from it, so that the cluster is made first.",
        planned.cluster()
    );
    Diagnostic::error("Cannot set authentication mode", detail).at_attribute("cluster_name")
}

fn check_mode(text: &str) -> Result<(), Diagnostic> {
    match text.parse::<aws::AuthenticationMode>() {
        Ok(_) => Ok(()),
        Err(why) => Err(Diagnostic::error("Unknown authentication mode", format!("{why}."))),
    }
}

impl Model {
    fn sought(identity: &AuthenticationModeIdentity) -> Self {
        Self { cluster_name: identity.cluster_name.clone(), region: identity.region.clone(), ..Self::default() }
    }

    fn cluster(&self) -> &str {
        self.cluster_name.known().map(String::as_str).unwrap_or_default()
    }

    fn mode(&self) -> Option<aws::AuthenticationMode> {
        self.authentication_mode.known()?.parse().ok()
    }

    fn plan_id(&mut self) {
        self.id = self.cluster_name.clone();
    }

    /// Tells the rest of the walk. A mode that is forgotten collides with nothing.
    fn note(&self, cx: &Cx<'_, Client>, intent: Intent) -> Result<(), Diagnostics> {
        match (&self.region, &self.cluster_name) {
            (Value::Known(region), Value::Known(cluster)) => {
                let key = (region.clone(), cluster.clone());
                Ok(cx
                    .client
                    .walk
                    .plan_mode(&key, intent, self.mode())
                    .map_err(|wrong| wrong.at_attribute("cluster_name"))?)
            }
            _ => Ok(()),
        }
    }

    async fn eks(&self, cx: &Cx<'_, Client>, attempt: &Attempt<'_>) -> Result<Eks, Diagnostics> {
        cx.client.eks(attempt, self.region.known().map(String::as_str), &budget(cx)).await
    }
}

/// The mode in the middle of a sentence.
impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the authentication mode of cluster {}", self.cluster())?;
        match self.region.known() {
            Some(region) => write!(f, " in {region}"),
            None => Ok(()),
        }
    }
}

//! The gate before mode API: it opens when access entries cover aws-auth.
//!
//! The plan looks at what will be there by the time of the step, the apply at what is there.

use std::collections::BTreeMap;

use crate::aws::aws_auth::{Row, Verdict};
use crate::aws::{AuthenticationMode, Cluster, Eks};
use crate::framework::{Cx, Diagnostic, Diagnostics};
use crate::value::Value;

use super::super::client::{Client, budget};
use super::super::coverage::{AwsAuth, Trouble};
use super::super::error::Attempt;
use super::{Model, find_cluster};

/// Whether the gate stands between the cluster and the planned mode.
pub(super) fn is_ahead(planned: &Model, from: AuthenticationMode) -> bool {
    let (api, required) = (AuthenticationMode::Api, Value::Known(true));
    planned.require_coverage == required && planned.mode() == Some(api) && from != api
}

/// Looks at the rows as they will stand when everything has been done that is planned so far.
///
/// From mode CONFIG_MAP nothing that is planned counts: without access entries, none can be made before this step. But EKS
/// makes some itself on the way.
pub(super) async fn check_plan(
    cx: &Cx<'_, Client>,
    planned: &Model,
    from: AuthenticationMode,
) -> Result<(), Diagnostics> {
    if !cx.client.is_known() || !is_ahead(planned, from) {
        return Ok(());
    }
    let attempt = Attempt { summary: UNKNOWN, object: planned };
    let eks = planned.eks(cx, &attempt).await?;
    let Some(cluster) = find_cluster(cx, &eks, planned, &attempt).await? else { return Ok(()) };
    let mut rows = open_rows(cx, &eks, planned, &cluster, Moment::Plan).await?;
    if cluster.authentication_mode.has_access_entries() {
        return refuse(&cluster, &rows, Moment::Plan);
    }
    let expected: Vec<Row> = rows.extract_if(.., |row| row.verdict == Verdict::OwnedByEks).collect();
    refuse(&cluster, &rows, Moment::Plan)?;
    if !expected.is_empty() {
        let detail = format!(
            "These rows of aws-auth are not covered yet. EKS makes their access entries itself when cluster {} leaves mode \
             CONFIG_MAP; the apply looks for them before the step to API, and stops in API_AND_CONFIG_MAP if they are not \
             there.\n\n{}",
            cluster.name,
            list(&expected)
        );
        cx.warn(Diagnostic::warning("Covered by EKS on the way", detail).at_attribute(ARGUMENT));
    }
    Ok(())
}

/// Looks at the rows as they stand now.
pub(super) async fn check_apply(cx: &Cx<'_, Client>, eks: &Eks, planned: &Model) -> Result<(), Diagnostics> {
    let (eks, attempt) = (eks.fresh(), Attempt { summary: UNKNOWN, object: planned });
    let Some(cluster) = find_cluster(cx, &eks, planned, &attempt).await? else { return Ok(()) };
    if cluster.authentication_mode == AuthenticationMode::Api {
        // Somebody else was faster.
        return Ok(());
    }
    let rows = open_rows(cx, &eks, planned, &cluster, Moment::Apply).await?;
    refuse(&cluster, &rows, Moment::Apply)
}

/// When the gate is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Moment {
    Plan,
    Apply,
}

const ARGUMENT: &str = "require_coverage";

const UNKNOWN: &str = "Coverage of aws-auth not known";

/// The rows that nothing covers.
async fn open_rows(
    cx: &Cx<'_, Client>,
    eks: &Eks,
    planned: &Model,
    cluster: &Cluster,
    moment: Moment,
) -> Result<Vec<Row>, Diagnostics> {
    let budget = budget(cx);
    let aws_auth = AwsAuth::read(cx.client, cluster, &budget).await.map_err(|why| unknown(planned, &why))?;
    let live = aws_auth.live(eks, cluster, &budget).await;
    let mut live = live.map_err(|error| {
        let mut why = Attempt { summary: UNKNOWN, object: planned }.failed(&error);
        why.detail.push_str(&what_then(planned));
        why.at_attribute(ARGUMENT)
    })?;
    if moment == Moment::Plan && cluster.authentication_mode.has_access_entries() {
        cx.client.walk.come_true(&(eks.region().to_owned(), cluster.name.clone()), &mut live);
    }
    // The path of a role that has an entry is known by that, and the others are not covered.
    let translation = aws_auth.translate(&BTreeMap::new(), &live).map_err(|why| unknown(planned, &why.into()))?;
    Ok(translation.rows.into_iter().filter(|row| !row.verdict.is_settled()).collect())
}

fn unknown(planned: &Model, why: &Trouble) -> Diagnostic {
    Diagnostic::error(UNKNOWN, format!("{why}{}", what_then(planned))).at_attribute(ARGUMENT)
}

/// What nobody knowing means.
fn what_then(planned: &Model) -> String {
    format!(
        "\n\nUntil every row of aws-auth is known to be covered by access entries, require_coverage keeps cluster {} from mode \
         API, in which whoever only aws-auth lets in is locked out, with no way back. Without require_coverage the step is \
         made unseen.",
        planned.cluster()
    )
}

fn refuse(cluster: &Cluster, rows: &[Row], moment: Moment) -> Result<(), Diagnostics> {
    if rows.is_empty() {
        return Ok(());
    }
    let Cluster { name, authentication_mode: mode, .. } = cluster;
    let first_step = "The cluster is in mode CONFIG_MAP now, in which it has no access entries: set authentication_mode to \
                      \"API_AND_CONFIG_MAP\" here, apply that, and write \"API\" once the entries are there.";
    let what_to_do = match (moment, mode) {
        (_, AuthenticationMode::ConfigMap) => first_step,
        (Moment::Plan, _) => {
            "If this configuration makes the entries, name them in depends_on here, so that they come first."
        }
        (Moment::Apply, _) => "Then run apply again.",
    };
    let detail = format!(
        "In mode API, cluster {name} no longer reads aws-auth. These rows of it are not covered by access entries, and whoever \
         they let in would lose that access, with no way back:\n\n{}\n\nThe cluster stays in mode {mode}. Make the entries, which \
         data.eks_aws_auth gives, or take out of aws-auth what nobody needs. {what_to_do}",
        list(rows)
    );
    Err(Diagnostic::error("Not covered by access entries", detail).at_attribute(ARGUMENT).into())
}

/// How many rows a message lists.
const LISTED: usize = 20;

fn list(rows: &[Row]) -> String {
    let line = |row: &Row| {
        let Row { source, index, arn, verdict, reason, .. } = row;
        format!("  {}[{index}] {arn}: {}. {reason}", source.key(), verdict.as_str())
    };
    let mut lines: Vec<String> = rows.iter().take(LISTED).map(line).collect();
    if let Some(more) = rows.len().checked_sub(LISTED).filter(|more| *more > 0) {
        lines.push(format!("  and {more} more, which data.eks_aws_auth lists"));
    }
    lines.join("\n")
}

//! What a plan says: who goes, who may go, and whom that locks out.

use std::collections::BTreeSet;

use crate::framework::{Change, Cx, Diagnostic, Diagnostics};
use crate::value::Value;

use super::super::client::{Client, budget};
use super::super::error::Attempt;
use super::super::exclusion::Exclusion;
use super::super::import_id;
use super::super::lockout::{self, Loss};
use super::super::walk::Intent;
use super::{CANNOT_PLAN, Model, find_others, find_removals, known};

/// How much is known of who has to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extent {
    /// All of it.
    Whole,
    /// Who goes unless it is named, or left alone, by what is known only after apply.
    Open,
    /// Nothing, for of a whole argument nothing is known.
    Unknown,
}

pub(super) async fn plan(cx: &Cx<'_, Client>, change: Change<'_, Model>) -> Result<(), Diagnostics> {
    match change {
        Change::Create { config, planned, replaces } => {
            planned.decide(cx, config).await?;
            planned.note(cx, if replaces { Intent::Recreate } else { Intent::Create }, None)?;
            plan_creation(cx, planned).await
        }
        Change::Update { config, prior, planned, .. } => {
            if cx.client.is_known() {
                planned.decide(cx, config).await?;
            }
            // A set of another cluster is a new one, and planned as such.
            if planned.cluster_name != prior.cluster_name || planned.region != prior.region {
                return Ok(());
            }
            planned.note(cx, Intent::Keep, Some(prior))?;
            plan_removals(cx, prior, planned).await
        }
        Change::Delete { .. } => Ok(()),
    }
}

/// Says who is too many already.
async fn plan_creation(cx: &Cx<'_, Client>, planned: &Model) -> Result<(), Diagnostics> {
    if !cx.client.is_known() || planned.extent() != Extent::Whole {
        return Ok(());
    }
    let attempt = Attempt { summary: CANNOT_PLAN, object: planned };
    let eks = planned.eks(cx, &attempt).await?;
    let Some(others) = find_others(cx, &eks, planned, &attempt).await? else {
        let detail = format!(
            "There is no cluster {} in {} now. Unless something else in this plan makes it first, apply will fail.",
            planned.cluster(),
            eks.region()
        );
        cx.warn(Diagnostic::warning("No such cluster yet", detail).at_attribute("cluster_name"));
        return Ok(());
    };
    if others.is_empty() {
        return Ok(());
    }
    let id = match cx.client.is_own_region(eks.region(), &budget(cx)).await {
        true => planned.cluster().to_owned(),
        false => import_id::join_with_region(&[planned.cluster()], '@', eks.region()),
    };
    warn_of_left(
        cx,
        planned,
        &others,
        &format!(
            "\n\nTo have this plan show and its apply remove them, import the set instead of creating it:\n\n  import {{\n    \
             to = eks_access_entries_exclusive.<name>\n    id = {id:?}\n  }}"
        ),
    );
    Ok(())
}

/// Holds the removals against lockouts, also those that may yet not come, and says who is too many without being shown.
async fn plan_removals(cx: &Cx<'_, Client>, prior: &Model, planned: &Model) -> Result<(), Diagnostics> {
    let loss = match planned.extent() {
        Extent::Whole => Loss::Entry,
        Extent::Open => Loss::EntryUnlessNamed,
        Extent::Unknown => {
            warn_of_unknown(cx, prior, planned);
            return Ok(());
        }
    };
    if !cx.client.is_known() {
        return Ok(());
    }
    let attempt = Attempt { summary: CANNOT_PLAN, object: planned };
    let eks = planned.eks(cx, &attempt).await?;
    let removals = find_removals(cx, &eks, prior, planned, &attempt).await?;
    cx.client.walk.exclude(planned.keys(&removals));
    for key in planned.keys(&removals) {
        lockout::check(cx, &eks, &key, loss).await?;
    }
    // Whom the state leaves alone, it does not show.
    if planned.extent() == Extent::Whole && planned.leaves_alone() != prior.leaves_alone() {
        let mut others = find_others(cx, &eks, planned, &attempt).await?.unwrap_or_default();
        others.retain(|principal| !removals.contains(principal));
        if !others.is_empty() {
            warn_of_left(cx, planned, &others, "");
        }
    }
    Ok(())
}

/// Says who may be removed, where nothing is known of who stays. That is no reason to refuse: most likely all of them stay.
fn warn_of_unknown(cx: &Cx<'_, Client>, prior: &Model, planned: &Model) {
    let leaves_alone = planned.leaves_alone();
    let mut may_go = planned.beyond(prior);
    may_go.retain(|principal| leaves_alone.concerns(principal));
    if may_go.is_empty() {
        return;
    }
    let argument = if planned.principal_arns.is_unknown() { "principal_arns" } else { "ignore" };
    let detail = format!(
        "Nothing is known of {argument} before apply, so this plan cannot tell whose access entries it removes from {}. Apply \
         removes those of these principals whom the set turns out neither to name nor to ignore:\n\n{}\nThe entry of whoever \
         runs this stays, as do those of nodes unless include_nodes is true. For the plan to tell, let what is known stay known: \
         in a list that is written in brackets, or joined by concat, it does, beside what is known only after apply; compact and \
         distinct make a list of which nothing is known. Or apply first what it comes from, for example with -target.",
        planned.place(),
        list(&may_go)
    );
    let summary = format!("Access entries may be removed: {}", planned.place());
    cx.warn(Diagnostic::warning(summary, detail).at_attribute(argument));
}

/// Says who is too many and not shown, and tells the rest of the walk.
fn warn_of_left(cx: &Cx<'_, Client>, planned: &Model, others: &BTreeSet<String>, advice: &str) {
    cx.client.walk.exclude(planned.keys(others));
    let detail = format!(
        "Cluster {} has access entries of principals that are not in principal_arns:\n\n{}\nApply removes whom its plan \
         shows as taken out of principal_arns, and this plan does not show them yet: they stay. The next plan shows them, and its \
         apply removes them.{advice}",
        planned.cluster(),
        list(others)
    );
    let summary = format!("Access entries are left to the next plan: {}", planned.place());
    cx.warn(Diagnostic::warning(summary, detail).at_attribute("principal_arns"));
}

fn list(principals: &BTreeSet<String>) -> String {
    principals.iter().map(|principal| format!("  - {principal}\n")).collect()
}

impl Model {
    fn extent(&self) -> Extent {
        if self.cluster_key().is_none() || self.principal_arns.known().is_none() || self.ignore.is_unknown() {
            return Extent::Unknown;
        }
        let is_open = |set: &Value<BTreeSet<_>>| set.known().is_some_and(|set| set.contains(&Value::Unknown));
        if is_open(&self.principal_arns) || is_open(&self.ignore) { Extent::Open } else { Extent::Whole }
    }

    /// Tells the rest of the walk. A set that is forgotten collides with nothing.
    fn note(&self, cx: &Cx<'_, Client>, intent: Intent, prior: Option<&Self>) -> Result<(), Diagnostics> {
        let Some(key) = self.cluster_key() else { return Ok(()) };
        let exclusion = match self.extent() {
            Extent::Whole => Some(self.exclusion()),
            // A new set removes nobody, and the plan after it knows all of it.
            Extent::Open => prior.map(|prior| Exclusion {
                open: Some(filled!(known(&prior.principal_arns).cloned())),
                ..self.exclusion()
            }),
            Extent::Unknown => None,
        };
        Ok(cx.client.walk.plan_set(&key, intent, exclusion)?)
    }
}

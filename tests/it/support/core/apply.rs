//! Applying a plan, and what is left in the state when that goes wrong.

use prost::bytes::Bytes;
use serde_json::Value as Json;
use terraform_provider_eks::plugin::generated::tfplugin6 as pb;
use terraform_provider_eks::value::Dynamic;

use super::failure::{Diag, Failure, Findings, Severity, read_diagnostics};
use super::object::{Address, Object};
use super::plan::{Action, Change, Plan};
use super::value::{as_json, from_wire, to_wire, unknown_as_null};
use super::{Core, apply_rules, config};

#[derive(Debug)]
pub(crate) struct Applied {
    /// Null after a destroy.
    pub(crate) state: Dynamic,
    pub(crate) warnings: Vec<Diag>,
}

/// The end of a whole round.
#[derive(Debug)]
pub(crate) struct Converged {
    /// What the first plan wanted.
    pub(crate) action: Action,
    pub(crate) state: Dynamic,
    pub(crate) warnings: Vec<Diag>,
}

impl Core {
    /// Carries out a plan. Whatever comes of it is in the state afterwards, errors or not.
    pub(crate) async fn apply(&self, plan: Plan) -> Result<Applied, Failure> {
        let config = plan.config.clone();
        self.apply_with(plan, config).await
    }

    /// Carries out a plan whose configuration held unknown values. They are known now.
    pub(crate) async fn apply_with(&self, plan: Plan, config: Json) -> Result<Applied, Failure> {
        self.keep(&plan.address, plan.current.clone());
        let state = plan.prior.clone();
        match plan.action {
            Action::NoOp => Ok(Applied { state, warnings: Vec::new() }),
            Action::Delete => self.delete(&plan).await,
            Action::Create | Action::Update => self.put(plan, config).await,
            Action::Replace => {
                let mut deleted = self.delete(&plan).await?;
                let created = self.put(plan, config).await?;
                deleted.warnings.extend(created.warnings);
                Ok(Applied { state: created.state, warnings: deleted.warnings })
            }
        }
    }

    /// Plans the destruction of one resource and carries it out, each in a walk of its own.
    pub(crate) async fn destroy(&self, type_name: &str, name: &str) -> Result<Applied, Failure> {
        self.new_walk().await?;
        let mut plan = self.plan_destroy(type_name, name).await?;
        let mut warnings = std::mem::take(&mut plan.warnings);
        self.new_walk().await?;
        let applied = self.apply(plan).await?;
        warnings.extend(applied.warnings);
        Ok(Applied { state: applied.state, warnings })
    }

    /// Validates, plans, applies, reads and plans again, each in a walk of its own. In the end there must be nothing
    /// left to do, and reading must find what apply left.
    pub(crate) async fn converge(&self, type_name: &str, name: &str, config: Json) -> Result<Converged, Failure> {
        self.validate(type_name, config.clone()).await?;
        let mut plan = self.plan(type_name, name, config.clone()).await?;
        let action = plan.action;
        let mut warnings = std::mem::take(&mut plan.warnings);
        self.new_walk().await?;
        let applied = self.apply(plan).await?;
        warnings.extend(applied.warnings);

        self.new_walk().await?;
        let again = self.plan(type_name, name, config).await?;
        if action != Action::NoOp {
            check_same("reading finds something else than apply left", &applied.state, &again.prior)?;
        }
        check_same("the next plan is not empty", &again.prior, &again.planned)?;
        self.keep(&again.address, again.current);
        Ok(Converged { action, state: again.prior, warnings })
    }

    async fn delete(&self, plan: &Plan) -> Result<Applied, Failure> {
        let Some(object) = self.object(&plan.address).await? else {
            return Ok(Applied { state: Dynamic::Null, warnings: Vec::new() });
        };
        let order = Order {
            action: Action::Delete,
            prior: &plan.prior,
            planned: &Dynamic::Null,
            config: &Dynamic::Null,
            private: plan.private.clone(),
            // The identity planned for a replacement is that of the object to come.
            identity: if plan.action == Action::Delete { &plan.identity } else { &Dynamic::Null },
        };
        self.carry_out(&plan.address, order, Some(object)).await
    }

    async fn put(&self, plan: Plan, config: Json) -> Result<Applied, Failure> {
        let schema = self.resource(&plan.address.type_name);
        let config = config::read(&schema.block, &config)?;
        assert!(config.is_wholly_known(), "{:?} is still unknown in apply", config.first_unknown());

        // Core plans again, now that everything is known; the answer must not differ from the plan that was agreed to.
        let current = self.object(&plan.address).await?;
        let change = self.change(&plan.address, &config, current.as_ref(), plan.options).await?;
        self.check_final_plan(&plan, &change)?;
        if change.action == Action::NoOp {
            return Ok(Applied { state: plan.prior, warnings: change.warnings });
        }
        let prior = current.as_ref().map_or(Dynamic::Null, |object| object.value.clone());
        let order = Order {
            action: change.action,
            prior: &prior,
            planned: &change.planned,
            config: &config,
            private: change.private,
            identity: &change.identity,
        };
        let applied = self.carry_out(&plan.address, order, current).await?;
        Ok(Applied { state: applied.state, warnings: [change.warnings, applied.warnings].concat() })
    }

    fn check_final_plan(&self, plan: &Plan, change: &Change) -> Result<(), Failure> {
        let mut found = Findings::default();
        match (plan.action, change.action) {
            (planned, now) if planned == now => {}
            // The first half of the replacement is done.
            (Action::Replace, Action::Create) => {}
            // What was unknown has turned out to be what was there before.
            (Action::Update, Action::NoOp) => {}
            (planned, now) => found.add(format!("the planned action changed from {planned:?} to {now:?}")),
        }
        let block = &self.resource(&plan.address.type_name).block;
        apply_rules::check(&mut found, block, &plan.planned, &change.planned);
        found.into_result(|problems| Failure::rules("Provider produced inconsistent final plan", problems))
    }

    async fn carry_out(
        &self,
        address: &Address,
        order: Order<'_>,
        current: Option<Object>,
    ) -> Result<Applied, Failure> {
        let schema = self.resource(&address.type_name);
        let request = pb::apply_resource_change::Request {
            type_name: address.type_name.clone(),
            prior_state: to_wire(order.prior, &schema.ty),
            planned_state: to_wire(order.planned, &schema.ty),
            config: to_wire(order.config, &schema.ty),
            planned_private: order.private,
            provider_meta: None,
            planned_identity: schema.identity_to_wire(order.identity),
        };
        let answer = self.call(async |p| p.apply_resource_change(request).await).await?;

        // What cannot be saved at all leaves the state as it is.
        let value = from_wire(answer.new_state, &schema.ty)?;
        schema.check_write_only(INVALID_OBJECT, &value)?;
        let identity = schema.identity_from_wire(answer.new_identity)?;

        let mut diagnostics = match read_diagnostics(answer.diagnostics, &schema.ty) {
            Ok(warnings) => warnings,
            Err(failure) => failure.diagnostics,
        };
        let failed = |diagnostics: &[Diag]| diagnostics.iter().any(|diag| diag.severity == Severity::Error);
        if let Some(path) = value.first_unknown() {
            diagnostics.extend(Failure::rule_at(INVALID_RESULT, path, "unknown after apply").diagnostics);
        }
        if answer.legacy_type_system {
            diagnostics
                .extend(Failure::rule(INVALID_RESULT, "legacy_type_system is for the old SDK alone").diagnostics);
        }
        if !failed(&diagnostics) {
            let mut found = Findings::default();
            if order.action == Action::Delete {
                if !value.is_null() {
                    found.add("destroying should always produce a null value");
                }
            } else if value.is_null() {
                found.add("only destroying should produce a null value");
            } else {
                apply_rules::check(&mut found, &schema.block, order.planned, &value);
            }
            let inconsistent = found.into_result(|problems| Failure::rules(INCONSISTENT_RESULT, problems));
            let changed_identity = || {
                let before = match order.action {
                    Action::Update => current.as_ref().map_or(&Dynamic::Null, |object| &object.identity),
                    _ => &Dynamic::Null,
                };
                if value.is_null() { Ok(()) } else { schema.check_identity(before, &identity) }
            };
            if let Err(failure) = inconsistent.and_then(|()| changed_identity()) {
                diagnostics.extend(failure.diagnostics);
            }
        }

        let failed = failed(&diagnostics);
        let was_tainted = current.as_ref().is_some_and(|object| object.tainted);
        let tainted = failed && (order.action == Action::Create || was_tainted);
        let (value, identity) = (unknown_as_null(value), unknown_as_null(identity));
        let object = Object { value, private: answer.private, identity, tainted };
        if !object.value.is_null() {
            self.keep(address, Some(object.clone()));
        } else if !failed {
            self.keep(address, None);
        }
        if failed { Err(Failure { diagnostics }) } else { Ok(Applied { state: object.value, warnings: diagnostics }) }
    }
}

/// One thing to do to one object.
struct Order<'a> {
    action: Action,
    prior: &'a Dynamic,
    planned: &'a Dynamic,
    config: &'a Dynamic,
    private: Bytes,
    identity: &'a Dynamic,
}

const INVALID_OBJECT: &str = "Provider produced invalid object";
const INVALID_RESULT: &str = "Provider returned invalid result object after apply";
const INCONSISTENT_RESULT: &str = "Provider produced inconsistent result after apply";

/// Both must be the same; if not, says in which attributes they differ.
fn check_same(problem: &str, before: &Dynamic, after: &Dynamic) -> Result<(), Failure> {
    if before == after {
        return Ok(());
    }
    let mut found = Findings::default();
    match (before, after) {
        (Dynamic::Object(before), Dynamic::Object(after)) => {
            for (name, after) in after.iter().filter(|(name, after)| before.get(*name) != Some(after)) {
                let text = format!("{problem}: {} became {}", as_json(&before[name]), as_json(after));
                found.within_attribute(name, |found| found.add(text));
            }
        }
        _ => found.add(format!("{problem}: {} became {}", as_json(before), as_json(after))),
    }
    found.into_result(|problems| Failure::rules("Provider does not converge", problems))
}

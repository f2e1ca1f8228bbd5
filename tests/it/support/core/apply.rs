//! Applying a plan, and what is left in the state when that goes wrong.

use prost::bytes::Bytes;
use serde_json::Value as Json;
use terraform_provider_eks::plugin::generated::tfplugin6 as pb;
use terraform_provider_eks::value::Dynamic;

use super::failure::{Diag, Failure, Findings, Severity, read_diagnostics};
use super::object::{Address, Object};
use super::plan::{Action, Change, Plan};
use super::schema::Schema;
use super::value::{as_json, from_wire, to_wire, unknown_as_null};
use super::{Core, Phase, apply_rules, config};

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
        self.walk(Phase::Apply, &plan.address).await?;
        self.keep(&plan.address, plan.current.clone());
        let state = plan.prior.clone();
        match plan.action {
            Action::NoOp => Ok(Applied { state, warnings: Vec::new() }),
            Action::Delete => self.delete(&plan).await,
            Action::Create | Action::Update => self.put(plan, config).await,
            Action::Replace if plan.options.create_before_destroy => self.put_and_delete(plan, config).await,
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
        let applied = self.apply(plan).await?;
        warnings.extend(applied.warnings);

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

    /// Creates the new object, then deletes the old one, which Core calls deposed meanwhile. The provider is told of that one only
    /// when the new one is there.
    ///
    /// A deposed object that is not deleted is not kept here, as it would be in a real state. It comes back if the new one cannot be
    /// created, but not if already the plan of that, made anew, fails (seen with Terraform 1.11.4).
    async fn put_and_delete(&self, plan: Plan, config: Json) -> Result<Applied, Failure> {
        let address = plan.address.clone();
        let deposed = self.forget(&address.type_name, &address.name).expect("something to replace");
        let last_plan = self.last_plan(&plan, config).await?;
        let created = match self.carry_out_plan(plan, last_plan).await {
            Ok(created) => created,
            Err(failure) => {
                if self.stored(&address.type_name, &address.name).is_none() {
                    self.store(&address.type_name, &address.name, deposed);
                }
                return Err(failure);
            }
        };
        // That it is to be deleted is planned only now.
        let object = self.restored(&address, deposed).await?;
        let planned = self.plan_deletion(&address, &object).await?;
        let order = Order {
            action: Action::Delete,
            prior: &object.value,
            planned: &Dynamic::Null,
            config: &Dynamic::Null,
            private: planned.private,
            identity: &planned.identity,
        };
        let deleted = self.order(&address.type_name, order, Some(&object)).await?.into_result()?;
        Ok(Applied { state: created.state, warnings: [created.warnings, planned.warnings, deleted.warnings].concat() })
    }

    async fn put(&self, plan: Plan, config: Json) -> Result<Applied, Failure> {
        let last_plan = self.last_plan(&plan, config).await?;
        self.carry_out_plan(plan, last_plan).await
    }

    /// Core plans again, now that everything is known; the answer must not differ from the plan that was agreed to.
    async fn last_plan(&self, plan: &Plan, config: Json) -> Result<LastPlan, Failure> {
        let schema = self.resource(&plan.address.type_name);
        let config = config::read(&schema.block, &config)?;
        assert!(config.is_wholly_known(), "{:?} is still unknown in apply", config.first_unknown());
        let current = self.object(&plan.address).await?;
        let change = self.change(&plan.address, &config, current.as_ref(), plan.options).await?;
        self.check_final_plan(plan, &change)?;
        Ok(LastPlan { config, current, change })
    }

    async fn carry_out_plan(&self, plan: Plan, last_plan: LastPlan) -> Result<Applied, Failure> {
        let LastPlan { config, current, change } = last_plan;
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

    /// Has the provider do it, and keeps what comes of it.
    async fn carry_out(
        &self,
        address: &Address,
        order: Order<'_>,
        current: Option<Object>,
    ) -> Result<Applied, Failure> {
        let done = self.order(&address.type_name, order, current.as_ref()).await?;
        if done.object.is_some() || !done.failed() {
            self.keep(address, done.object.clone());
        }
        done.into_result()
    }

    async fn order(&self, type_name: &str, order: Order<'_>, current: Option<&Object>) -> Result<Done, Failure> {
        let schema = self.resource(type_name);
        let request = pb::apply_resource_change::Request {
            type_name: type_name.to_owned(),
            prior_state: to_wire(order.prior, &schema.ty),
            planned_state: to_wire(order.planned, &schema.ty),
            config: to_wire(order.config, &schema.ty),
            planned_private: order.private.clone(),
            provider_meta: None,
            planned_identity: schema.identity_to_wire(order.identity),
        };
        let answer = self.call(async |p| p.apply_resource_change(request).await).await?;

        // What cannot be saved at all leaves the state as it is.
        let value = from_wire(answer.new_state, &schema.ty)?;
        schema.check_write_only(INVALID_OBJECT, &value)?;
        let identity = schema.identity_from_wire(answer.new_identity)?;

        let diagnostics = match read_diagnostics(answer.diagnostics, &schema.ty) {
            Ok(warnings) => warnings,
            Err(failure) => failure.diagnostics,
        };
        let mut done = Done { object: None, diagnostics };
        if let Some(path) = value.first_unknown() {
            done.blame(Failure::rule_at(INVALID_RESULT, path, "unknown after apply"));
        }
        if answer.legacy_type_system {
            done.blame(Failure::rule(INVALID_RESULT, "legacy_type_system is for the old SDK alone"));
        }
        // The provider's own errors explain whatever else is wrong.
        if !done.failed()
            && let Err(failure) = order.check(schema, current, &value, &identity)
        {
            done.blame(failure);
        }
        let was_tainted = current.is_some_and(|object| object.tainted);
        let tainted = done.failed() && (order.action == Action::Create || was_tainted);
        let (value, identity) = (unknown_as_null(value), unknown_as_null(identity));
        done.object = (!value.is_null()).then_some(Object { value, private: answer.private, identity, tainted });
        Ok(done)
    }
}

/// What is left to do once everything is known.
struct LastPlan {
    config: Dynamic,
    current: Option<Object>,
    change: Change,
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

impl Order<'_> {
    /// Whether what came back is what was ordered.
    fn check(
        &self,
        schema: &Schema,
        current: Option<&Object>,
        value: &Dynamic,
        identity: &Dynamic,
    ) -> Result<(), Failure> {
        let mut found = Findings::default();
        match (self.action, value) {
            (Action::Delete, Dynamic::Null) => return Ok(()),
            (Action::Delete, _) => found.add("destroying should always produce a null value"),
            (_, Dynamic::Null) => found.add("only destroying should produce a null value"),
            _ => apply_rules::check(&mut found, &schema.block, self.planned, value),
        }
        found.into_result(|problems| Failure::rules(INCONSISTENT_RESULT, problems))?;
        let before = current.filter(|_| self.action == Action::Update);
        schema.check_identity(before.map_or(&Dynamic::Null, |object| &object.identity), identity)
    }
}

/// What came of an order.
struct Done {
    /// What is there now.
    object: Option<Object>,
    diagnostics: Vec<Diag>,
}

impl Done {
    fn blame(&mut self, failure: Failure) {
        self.diagnostics.extend(failure.diagnostics);
    }

    fn failed(&self) -> bool {
        self.diagnostics.iter().any(|diag| diag.severity == Severity::Error)
    }

    fn into_result(self) -> Result<Applied, Failure> {
        if self.failed() {
            return Err(Failure { diagnostics: self.diagnostics });
        }
        let state = self.object.map_or(Dynamic::Null, |object| object.value);
        Ok(Applied { state, warnings: self.diagnostics })
    }
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
            for (name, after) in after.iter().filter(|(name, after)| before.get(name) != Some(after)) {
                let text = format!(
                    "{problem}: {} became {}",
                    as_json(before.get(name).unwrap_or(&Dynamic::Null)),
                    as_json(after)
                );
                found.within_attribute(name, |found| found.add(text));
            }
        }
        _ => found.add(format!("{problem}: {} became {}", as_json(before), as_json(after))),
    }
    found.into_result(|problems| Failure::rules("Provider does not converge", problems))
}

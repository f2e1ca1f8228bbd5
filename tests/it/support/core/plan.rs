//! Planning: what apply would do, and whether the provider may plan it so.

use prost::bytes::Bytes;
use serde_json::Value as Json;
use terraform_provider_eks::plugin::generated::tfplugin6 as pb;
use terraform_provider_eks::value::{AttributePath, Dynamic};

use super::failure::{Diag, Failure, Findings, read_diagnostics, read_path, refuse_deferral};
use super::object::{Address, Object};
use super::schema::Schema;
use super::value::{find, from_wire, to_wire};
use super::{Core, Phase, capabilities, config, plan_rules, propose};

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Action {
    NoOp,
    Create,
    Update,
    /// Delete, then create.
    Replace,
    Delete,
}

/// What apply is going to do to one resource.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) action: Action,
    /// What is there now; null if nothing is.
    pub(crate) prior: Dynamic,
    /// What will be there; null after a destroy.
    pub(crate) planned: Dynamic,
    /// The paths that ask for the replacement.
    pub(crate) requires_replace: Vec<String>,
    pub(crate) warnings: Vec<Diag>,
    pub(super) address: Address,
    pub(super) config: Json,
    pub(super) options: PlanOptions,
    pub(super) current: Option<Object>,
    pub(super) private: Bytes,
    pub(super) identity: Dynamic,
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PlanOptions {
    /// As `-replace`.
    pub(crate) replace: bool,
    /// As `lifecycle { create_before_destroy = true }`.
    pub(crate) create_before_destroy: bool,
    /// As `-refresh=false`.
    pub(crate) skip_refresh: bool,
    /// As `lifecycle { ignore_changes }`, of arguments at the root.
    pub(crate) ignore_changes: &'static [&'static str],
}

impl Core {
    /// Checks a configuration as `terraform validate` does. Returns the warnings.
    pub(crate) async fn validate(&self, type_name: &str, config: Json) -> Result<Vec<Diag>, Failure> {
        let schema = self.resource(type_name);
        self.validate_value(type_name, schema, &config::read(&schema.block, &config)?).await
    }

    /// Plans one resource with this configuration.
    pub(crate) async fn plan(&self, type_name: &str, name: &str, config: Json) -> Result<Plan, Failure> {
        self.plan_with(type_name, name, config, PlanOptions::default()).await
    }

    pub(crate) async fn plan_with(
        &self,
        type_name: &str,
        name: &str,
        config: Json,
        options: PlanOptions,
    ) -> Result<Plan, Failure> {
        let address = Address::new(type_name, name);
        self.walk(Phase::Plan, &address).await?;
        let (current, mut warnings) = if options.skip_refresh {
            (self.object(&address).await?, Vec::new())
        } else {
            self.refreshed(&address).await?
        };
        let value = config::read(&self.resource(type_name).block, &config)?;
        let change = self.change(&address, &value, current.as_ref(), options).await?;
        warnings.extend(change.warnings);
        Ok(Plan {
            action: change.action,
            prior: current.as_ref().map_or(Dynamic::Null, |object| object.value.clone()),
            planned: change.planned,
            requires_replace: change.requires_replace.iter().map(AttributePath::to_string).collect(),
            warnings,
            address,
            config,
            options,
            current,
            private: change.private,
            identity: change.identity,
        })
    }

    /// Plans to destroy one resource, as when it is taken out of the configuration.
    pub(crate) async fn plan_destroy(&self, type_name: &str, name: &str) -> Result<Plan, Failure> {
        let address = Address::new(type_name, name);
        self.walk(Phase::Plan, &address).await?;
        let (current, mut warnings) = self.refreshed(&address).await?;
        let deletion = match &current {
            Some(object) => self.plan_deletion(&address, object).await?,
            None => Deletion::default(),
        };
        warnings.extend(deletion.warnings);
        Ok(Plan {
            action: if current.is_some() { Action::Delete } else { Action::NoOp },
            prior: current.as_ref().map_or(Dynamic::Null, |object| object.value.clone()),
            planned: Dynamic::Null,
            requires_replace: Vec::new(),
            warnings,
            address,
            config: Json::Null,
            options: PlanOptions::default(),
            current,
            private: deletion.private,
            identity: deletion.identity,
        })
    }

    /// What the provider says to the deletion of an object.
    pub(super) async fn plan_deletion(&self, address: &Address, object: &Object) -> Result<Deletion, Failure> {
        let schema = self.resource(&address.type_name);
        let private = object.private.clone();
        if !self.schemas.plan_destroy {
            return Ok(Deletion { private, ..Deletion::default() });
        }
        let question = Question {
            prior: &object.value,
            proposed: &Dynamic::Null,
            config: &Dynamic::Null,
            private,
            identity: &object.identity,
        };
        let answer = self.ask_plan(&address.type_name, schema, question).await?;
        if !answer.planned.is_null() {
            return Err(Failure::rule(INVALID_PLAN, "planned a non-null destroy value"));
        }
        Ok(Deletion { private: answer.private, identity: answer.identity, warnings: answer.warnings })
    }

    pub(super) async fn validate_value(
        &self,
        type_name: &str,
        schema: &Schema,
        config: &Dynamic,
    ) -> Result<Vec<Diag>, Failure> {
        let request = pb::validate_resource_config::Request {
            type_name: type_name.to_owned(),
            config: to_wire(config, &schema.ty),
            client_capabilities: capabilities(),
        };
        let answer = self.call(async |p| p.validate_resource_config(request).await).await?;
        read_diagnostics(answer.diagnostics, &schema.ty)
    }

    /// What the provider would do to get from the object to the configuration.
    pub(super) async fn change(
        &self,
        address: &Address,
        config: &Dynamic,
        current: Option<&Object>,
        options: PlanOptions,
    ) -> Result<Change, Failure> {
        let type_name = &address.type_name;
        let schema = self.resource(type_name);
        let mut warnings = self.validate_value(type_name, schema, config).await?;

        // To the provider, a tainted object does not exist any more; Core turns its creation into a replacement.
        let prior = current.filter(|object| !object.tainted);
        let value = prior.map_or(Dynamic::Null, |object| object.value.clone());
        let effective = ignore_changes(config, &value, options.ignore_changes);
        let question = Question {
            prior: &value,
            proposed: &propose::propose(&schema.block, &value, &effective),
            config: &effective,
            private: prior.map(|object| object.private.clone()).unwrap_or_default(),
            identity: prior.map_or(&Dynamic::Null, |object| &object.identity),
        };
        let mut answer = self.ask_plan(type_name, schema, question).await?;
        warnings.append(&mut answer.warnings);
        check_plan(schema, &value, &effective, &answer.planned)?;
        let requires_replace = required_replacements(schema, &value, &answer)?;

        let mut action = match prior {
            None => Action::Create,
            Some(_) if options.replace || !requires_replace.is_empty() => Action::Replace,
            Some(_) if is_same(&answer.planned, &value) => Action::NoOp,
            Some(_) => Action::Update,
        };
        if matches!(action, Action::NoOp | Action::Update) && !answer.identity.is_wholly_known() {
            return Err(Failure::rule("Provider produced invalid identity", "an identity with unknown values"));
        }
        if action == Action::Replace {
            // What ignore_changes held back is created after all.
            let question = Question {
                prior: &Dynamic::Null,
                proposed: &propose::propose(&schema.block, &Dynamic::Null, config),
                config,
                private: answer.private,
                identity: &answer.identity,
            };
            // Its warnings are the same again, so Core drops them.
            answer = self.ask_plan(type_name, schema, question).await?;
        }
        if action == Action::Create && current.is_some() {
            action = Action::Replace;
        }
        let Answer { planned, private, identity, .. } = answer;
        Ok(Change { action, planned, requires_replace, private, identity, warnings })
    }

    async fn ask_plan(&self, type_name: &str, schema: &Schema, question: Question<'_>) -> Result<Answer, Failure> {
        let request = pb::plan_resource_change::Request {
            type_name: type_name.to_owned(),
            prior_state: to_wire(question.prior, &schema.ty),
            proposed_new_state: to_wire(question.proposed, &schema.ty),
            config: to_wire(question.config, &schema.ty),
            prior_private: question.private,
            provider_meta: None,
            client_capabilities: capabilities(),
            prior_identity: schema.identity_to_wire(question.identity),
        };
        let answer = self.call(async |p| p.plan_resource_change(request).await).await?;
        let warnings = read_diagnostics(answer.diagnostics, &schema.ty)?;
        refuse_deferral(answer.deferred)?;
        if answer.legacy_type_system {
            return Err(Failure::rule(INVALID_PLAN, "legacy_type_system is for the old SDK alone"));
        }
        let planned = from_wire(answer.planned_state, &schema.ty)?;
        schema.check_write_only(INVALID_PLAN, &planned)?;
        Ok(Answer {
            planned,
            requires_replace: answer.requires_replace.into_iter().map(read_path).collect::<Result<_, _>>()?,
            private: answer.planned_private,
            identity: schema.identity_from_wire(answer.planned_identity)?,
            warnings,
        })
    }
}

pub(super) struct Change {
    pub(super) action: Action,
    pub(super) planned: Dynamic,
    pub(super) requires_replace: Vec<AttributePath>,
    pub(super) private: Bytes,
    pub(super) identity: Dynamic,
    pub(super) warnings: Vec<Diag>,
}

#[derive(Default)]
pub(super) struct Deletion {
    pub(super) private: Bytes,
    pub(super) identity: Dynamic,
    pub(super) warnings: Vec<Diag>,
}

struct Question<'a> {
    prior: &'a Dynamic,
    proposed: &'a Dynamic,
    config: &'a Dynamic,
    private: Bytes,
    identity: &'a Dynamic,
}

struct Answer {
    planned: Dynamic,
    requires_replace: Vec<AttributePath>,
    private: Bytes,
    identity: Dynamic,
    warnings: Vec<Diag>,
}

const INVALID_PLAN: &str = "Provider produced invalid plan";

fn check_plan(schema: &Schema, prior: &Dynamic, config: &Dynamic, planned: &Dynamic) -> Result<(), Failure> {
    let mut found = Findings::default();
    if planned.is_unknown() {
        found.add("the object as a whole is unknown");
    } else {
        plan_rules::check(&mut found, &schema.block, prior, config, planned);
    }
    found.into_result(|problems| Failure::rules(INVALID_PLAN, problems))
}

/// The paths that ask for a replacement and where something changes. Write-only values always may have changed.
fn required_replacements(schema: &Schema, prior: &Dynamic, answer: &Answer) -> Result<Vec<AttributePath>, Failure> {
    let mut required = Vec::new();
    if prior.is_null() {
        return Ok(required);
    }
    for path in &answer.requires_replace {
        let before = find(prior, path.steps());
        let after = find(&answer.planned, path.steps());
        if before.is_none() && after.is_none() {
            let text = format!("\"requires replacement\" on {path}, a non-existent attribute path");
            return Err(Failure::rule(INVALID_PLAN, text));
        }
        let [before, after] = [before, after].map(|value| value.unwrap_or(&Dynamic::Null));
        if !is_same(after, before) || schema.block.is_write_only(path.steps()) {
            required.push(path.clone());
        }
    }
    Ok(required)
}

/// Nothing unknown is the same as anything.
fn is_same(planned: &Dynamic, prior: &Dynamic) -> bool {
    planned == prior && planned.is_wholly_known()
}

fn ignore_changes(config: &Dynamic, prior: &Dynamic, ignored: &[&str]) -> Dynamic {
    let mut config = config.clone();
    if let (Dynamic::Object(config), Dynamic::Object(prior)) = (&mut config, prior) {
        for name in ignored {
            config.insert((*name).to_owned(), prior.get(name).cloned().unwrap_or_default());
        }
    }
    config
}

//! Schemas and configurations that nobody wrote: whatever they are, the engine's plans and results keep to Core's rules,
//! and what was applied is not planned again. The small Core is the judge.

use std::cell::RefCell;
use std::ops::RangeInclusive;
use std::time::Duration;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::test_runner::{Config as Runs, TestCaseError};
use serde_json::{Map, Value as Json, json};
use terraform_provider_eks::framework::schema::{
    Field, Nesting, Schema, Shape, computed, optional, optional_computed, required,
};
use terraform_provider_eks::framework::{
    AnyDataSource, AnyResource, BoxFuture, Call, Cx, Decided, DefaultTimeouts, Diagnostic, Diagnostics, DynamicChange,
    DynamicFailed, Found, Provider, RawState, Sought, Walks,
};
use terraform_provider_eks::plugin::Service;
use terraform_provider_eks::plugin::generated::tfplugin6::provider_server::ProviderServer;
use terraform_provider_eks::value::{Dynamic, Name, Number, Type};
use tokio::runtime;

use super::toy::ToyConfig;
use crate::support::core::{Core, Failure, UNKNOWN};

const TYPE: &str = "any_thing";

const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

thread_local! {
    /// What the type looks like in this run of the test.
    static FIELDS: RefCell<Vec<Field>> = const { RefCell::new(Vec::new()) };
    /// The one object that there is.
    static REMOTE: RefCell<Dynamic> = const { RefCell::new(Dynamic::Null) };
}

proptest! {
    #![proptest_config(Runs { cases: 50, ..Runs::default() })]

    #[test]
    fn plans_and_results_keep_to_the_rules((fields, configs, unknown) in things()) {
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(live(fields, configs, unknown)).map_err(|failure| TestCaseError::fail(format!("{failure:#?}")))?;
    }
}

/// Brings the object from one configuration to the next. In between a plan is made of what is not known yet.
async fn live(fields: Vec<Field>, configs: Vec<Json>, unknown: Json) -> Result<(), Failure> {
    FIELDS.set(fields);
    REMOTE.set(Dynamic::Null);
    let mut core = Core::start(ProviderServer::new(Service::new(Any))).await?;
    core.configure(json!({})).await?;
    for config in configs {
        core.plan(TYPE, "x", unknown.clone()).await?;
        core.new_walk().await?;
        core.converge(TYPE, "x", config).await?;
    }
    core.destroy(TYPE, "x").await?;
    Ok(())
}

/// A schema, configurations of it, and one in which some things are not known.
fn things() -> impl Strategy<Value = (Vec<Field>, Vec<Json>, Json)> {
    vec(prop_oneof![3 => attribute(), 1 => nested(), 1 => block()], 1..NAMES.len()).prop_flat_map(|fields| {
        let fields: Vec<_> = fields.into_iter().zip(NAMES).map(|(field, name)| Field { name, ..field }).collect();
        let configs = vec(config(&fields, false), 1..4);
        (Just(with_name(&fields)), configs, config(&fields, true))
    })
}

fn with_name(fields: &[Field]) -> Vec<Field> {
    let name = Field { name: "name", shape: Shape::Attribute(Type::String), ..required() };
    fields.iter().cloned().chain([Field { description: "What it is called.".to_owned(), ..name }]).collect()
}

fn attribute() -> impl Strategy<Value = Field> {
    let types = prop_oneof![
        Just(Type::String),
        Just(Type::Number),
        Just(Type::Bool),
        Just(Type::list(Type::String)),
        Just(Type::set(Type::Number)),
        Just(Type::map(Type::Bool)),
    ];
    let presences = prop_oneof![
        Just(optional()),
        Just(optional().requires_replace()),
        Just(computed()),
        Just(computed().changes()),
        Just(optional_computed()),
        Just(optional_computed().changes()),
        Just(optional_computed().requires_replace()),
    ];
    let plain = (types, presences).prop_map(|(ty, field)| Field { shape: Shape::Attribute(ty), ..field });
    let with_default = Just(Field { shape: Shape::Attribute(Type::String), ..optional().default_value("default") });
    prop_oneof![6 => plain, 1 => with_default]
}

fn inner() -> impl Strategy<Value = Vec<Field>> {
    vec(attribute(), 1..4).prop_map(|fields| {
        fields.into_iter().zip(["p", "q", "r"]).map(|(field, name)| Field { name, ..field }).collect()
    })
}

fn nested() -> impl Strategy<Value = Field> {
    let nesting = prop_oneof![Just(Nesting::Single), Just(Nesting::List), Just(Nesting::Map)];
    (nesting, inner()).prop_map(|(nesting, fields)| Field { shape: Shape::Nested(nesting, fields), ..optional() })
}

fn block() -> impl Strategy<Value = Field> {
    let nesting = prop_oneof![Just(Nesting::Single), Just(Nesting::List)];
    (nesting, inner()).prop_map(|(nesting, fields)| Field { shape: Shape::Block(nesting, fields), ..optional() })
}

/// What somebody may write.
fn config(fields: &[Field], unknowns: bool) -> BoxedStrategy<Json> {
    let named = object(fields, unknowns).prop_map(|mut object| {
        object["name"] = json!("x");
        object
    });
    named.boxed()
}

fn object(fields: &[Field], unknowns: bool) -> BoxedStrategy<Json> {
    let members: Vec<_> = fields.iter().map(|field| (field.name, member(field, unknowns))).collect();
    let empty = Just(Map::new()).boxed();
    let members = members.into_iter().fold(empty, |object, (name, value)| {
        let with = move |(mut object, value): (Map<String, Json>, Option<Json>)| {
            object.extend(value.map(|value| (name.to_owned(), value)));
            object
        };
        (object, value).prop_map(with).boxed()
    });
    members.prop_map(Json::Object).boxed()
}

fn member(field: &Field, unknowns: bool) -> BoxedStrategy<Option<Json>> {
    use terraform_provider_eks::framework::schema::Presence;
    match (&field.shape, field.presence) {
        (_, Presence::Computed) => Just(None).boxed(),
        (Shape::Attribute(ty), _) if unknowns => {
            option::of(prop_oneof![2 => value(ty), 1 => Just(json!(UNKNOWN))]).boxed()
        }
        (Shape::Attribute(ty), _) => option::of(value(ty)).boxed(),
        (Shape::Nested(nesting, fields) | Shape::Block(nesting, fields), _) => {
            let inner = object(fields, unknowns);
            match nesting {
                Nesting::Single => option::of(inner).boxed(),
                Nesting::List | Nesting::Set => option::of(vec(inner, 0..3).prop_map(Json::Array)).boxed(),
                Nesting::Map => option::of(
                    proptest::collection::btree_map("[kl]", inner, 0..3)
                        .prop_map(|members| Json::Object(members.into_iter().collect())),
                )
                .boxed(),
            }
        }
    }
}

fn value(ty: &Type) -> BoxedStrategy<Json> {
    match ty {
        Type::Number => (0..3_i64).prop_map(|number| json!(number)).boxed(),
        Type::Bool => any::<bool>().prop_map(|truth| json!(truth)).boxed(),
        Type::List(element) | Type::Set(element) => vec(value(element), 0..3).prop_map(Json::Array).boxed(),
        Type::Map(element) => proptest::collection::btree_map("[kl]", value(element), 0..3)
            .prop_map(|members| Json::Object(members.into_iter().collect()))
            .boxed(),
        _ => "[st]".prop_map(|text| json!(text)).boxed(),
    }
}

/// The provider of the one type.
struct Any;

impl Provider for Any {
    const NAME: &'static str = "any";
    const DESCRIPTION: &'static str = "Anything.";
    type Config = ToyConfig;
    type Client = ();
    const RESOURCES: &'static [&'static dyn AnyResource<()>] = &[&Any];
    const DATA_SOURCES: &'static [&'static dyn AnyDataSource<()>] = &[];

    fn configure(&self, _config: ToyConfig, _: Walks) -> Result<(), Diagnostics> {
        Ok(())
    }
}

type Applied = Result<Dynamic, DynamicFailed>;

/// It keeps what it is told, and gives what is left to it.
impl AnyResource<()> for Any {
    fn name(&self) -> &'static str {
        TYPE
    }

    fn schema(&self) -> Schema {
        Schema { version: 0, description: "Anything.", fields: FIELDS.with_borrow(Vec::clone) }
    }

    fn identity_fields(&self) -> Vec<Field> {
        with_name(&[])
    }

    fn timeouts(&self) -> DefaultTimeouts {
        DefaultTimeouts::all(Duration::from_secs(60))
    }

    fn calls(&self) -> &'static [Call] {
        &[]
    }

    fn on_destroy(&self) -> &'static str {
        "It is forgotten."
    }

    fn identity(&self, state: Dynamic) -> Result<Dynamic, Diagnostics> {
        Ok(Dynamic::object([("name", state.attribute("name").cloned().unwrap_or_default())]))
    }

    fn parse_import_id(&self, _id: &str) -> Result<Dynamic, Diagnostics> {
        Err(Diagnostic::error("No imports", "Nothing here is imported.").into())
    }

    fn validate(&self, _config: Dynamic) -> Result<(), Diagnostics> {
        Ok(())
    }

    fn plan<'a>(&'a self, _: &'a Cx<'a, ()>, _: DynamicChange) -> BoxFuture<'a, Result<Decided, Diagnostics>> {
        Box::pin(async { Ok(Decided::default()) })
    }

    fn create<'a>(&'a self, _: &'a Cx<'a, ()>, _: Dynamic, planned: Dynamic) -> BoxFuture<'a, Applied> {
        Box::pin(async { Ok(keep(planned)) })
    }

    fn read<'a>(&'a self, _: &'a Cx<'a, ()>, _: Sought) -> BoxFuture<'a, Result<Option<Found>, Diagnostics>> {
        let state = Some(REMOTE.with_borrow(Dynamic::clone)).filter(|object| !object.is_null());
        Box::pin(async { state.map(|state| Ok(Found { identity: self.identity(state.clone())?, state })).transpose() })
    }

    fn update<'a>(&'a self, _: &'a Cx<'a, ()>, _: Dynamic, _: Dynamic, planned: Dynamic) -> BoxFuture<'a, Applied> {
        Box::pin(async { Ok(keep(planned)) })
    }

    fn delete<'a>(&'a self, _: &'a Cx<'a, ()>, _: Dynamic) -> BoxFuture<'a, Result<(), Diagnostics>> {
        Box::pin(async { Ok(()) })
    }

    fn generate_config(&self, state: Dynamic) -> Result<Dynamic, Diagnostics> {
        Ok(state)
    }

    fn upgrade(&self, _: u64, _: &RawState) -> Option<Result<Dynamic, Diagnostics>> {
        None
    }

    fn take_over(&self, _: &str, _: &str, _: i64, _: &RawState) -> Option<Result<Dynamic, Diagnostics>> {
        None
    }

    fn sources(&self) -> Vec<(&'static str, &'static str, RangeInclusive<i64>)> {
        Vec::new()
    }
}

/// The object as it is from now on.
fn keep(planned: Dynamic) -> Dynamic {
    let object = FIELDS.with_borrow(|fields| filled(planned, fields));
    REMOTE.set(object.clone());
    object
}

/// With something for all that the plan left open.
fn filled(planned: Dynamic, fields: &[Field]) -> Dynamic {
    let Dynamic::Object(attributes) = planned else { return planned };
    let fill = |(name, value): (Name, Dynamic)| {
        let field = fields.iter().find(|field| field.name == name).unwrap();
        let value = match (value, field.inner()) {
            (Dynamic::Unknown, _) => made(&field.ty()),
            (Dynamic::List(objects), Some((_, fields))) => {
                Dynamic::List(objects.into_iter().map(|object| filled(object, fields)).collect())
            }
            (Dynamic::Map(objects), Some((_, fields))) => {
                Dynamic::Map(objects.into_iter().map(|(key, object)| (key, filled(object, fields))).collect())
            }
            (object, Some((_, fields))) => filled(object, fields),
            (value, None) => value,
        };
        (name, value)
    };
    Dynamic::Object(attributes.into_iter().map(fill).collect())
}

fn made(ty: &Type) -> Dynamic {
    match ty {
        Type::Bool => true.into(),
        Type::Number => Dynamic::Number(Number::from(7_i64)),
        Type::String => "made".into(),
        Type::List(element) => Dynamic::List(vec![made(element)]),
        Type::Set(element) => Dynamic::set([made(element)]),
        Type::Map(element) => Dynamic::Map([("made".to_owned(), made(element))].into()),
        _ => Dynamic::Null,
    }
}

//! The service in front of the engine: what it advertises, how it answers, and what the log hears of it.

use futures_util::StreamExt;
use serde_json::Value as Json;
use terraform_provider_eks::framework::{AnyResource, Diagnostics, Model, Provider as _, Walks};
use terraform_provider_eks::plugin::Service;
use terraform_provider_eks::plugin::generated::tfplugin6::provider_server::Provider;
use terraform_provider_eks::plugin::generated::tfplugin6::{
    DynamicValue, FunctionError, call_function, configure_provider, get_functions, get_metadata, get_provider_schema,
    list_resource, read_resource,
};
use terraform_provider_eks::value::{Encoded, Type, Value};
use tonic::Request;
use tracing::level_filters::LevelFilter;

use super::encoded;
use super::list::ThingsConfig;
use super::toy::{Remote, ThingModel, Toy, ToyConfig, went_wrong};
use crate::support::log;

fn sent<M: Model>(model: M) -> Option<DynamicValue> {
    Some(encoded(model).into())
}

fn text(text: &str) -> DynamicValue {
    Encoded::of(&text.into(), &Type::String).unwrap().into()
}

/// A configured toy.
async fn service(remote: Remote) -> Service<Toy> {
    let service = Service::new(Toy { remote, ..Toy::default() });
    let config = sent(ToyConfig::default());
    let request = configure_provider::Request { config, ..Default::default() };
    let response = service.configure_provider(Request::new(request)).await.unwrap().into_inner();
    assert_eq!(response.diagnostics, []);
    service
}

/// A provider that offers nothing.
struct Nothing;

impl terraform_provider_eks::framework::Provider for Nothing {
    const NAME: &'static str = "nothing";
    const DESCRIPTION: &'static str = "Nothing.";
    type Config = ToyConfig;
    type Client = ();
    const RESOURCES: &'static [&'static dyn AnyResource<()>] = &[];
    const DATA_SOURCES: &'static [&'static dyn terraform_provider_eks::framework::AnyDataSource<()>] = &[];

    fn configure(&self, _config: ToyConfig, _: Walks) -> Result<(), Diagnostics> {
        Ok(())
    }
}

#[tokio::test]
async fn what_there_is_not_is_not_advertised() {
    let service = Service::new(Nothing);
    let metadata = service.get_metadata(Request::new(get_metadata::Request {})).await.unwrap().into_inner();
    assert!(metadata.functions.is_empty() && metadata.list_resources.is_empty());
    assert!(metadata.ephemeral_resources.is_empty());
    let schema = service.get_provider_schema(Request::new(get_provider_schema::Request {})).await.unwrap().into_inner();
    assert!(schema.functions.is_empty() && schema.list_resource_schemas.is_empty());
    assert!(schema.ephemeral_resource_schemas.is_empty());
}

#[tokio::test]
async fn what_there_is_is_advertised() {
    let service = Service::new(Toy::default());
    let metadata = service.get_metadata(Request::new(get_metadata::Request {})).await.unwrap().into_inner();
    let schema = service.get_provider_schema(Request::new(get_provider_schema::Request {})).await.unwrap().into_inner();

    let functions: Vec<_> = metadata.functions.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(functions, ["join", "describe", "crash"]);
    assert!(functions.iter().all(|name| schema.functions.contains_key(*name)));
    let lists: Vec<_> = metadata.list_resources.iter().map(|it| it.type_name.as_str()).collect();
    assert_eq!(lists, ["toy_thing"]);
    assert_eq!(schema.list_resource_schemas.keys().collect::<Vec<_>>(), lists);
    let ephemerals: Vec<_> = metadata.ephemeral_resources.iter().map(|it| it.type_name.as_str()).collect();
    assert_eq!(ephemerals, ["toy_token"]);
    assert_eq!(schema.ephemeral_resource_schemas.keys().collect::<Vec<_>>(), ephemerals);

    let capabilities = schema.server_capabilities.unwrap();
    assert_eq!(metadata.server_capabilities, Some(capabilities));
    assert!(capabilities.move_resource_state && capabilities.generate_resource_config);
}

/// A list without a resource of the same name makes Terraform refuse the whole provider.
#[test]
fn every_list_has_its_resource() {
    for list in Toy::LISTS {
        assert!(Toy::RESOURCES.iter().any(|resource| resource.name() == list.name()), "{}", list.name());
    }
}

#[tokio::test]
async fn functions() {
    let service = Service::new(Toy::default());
    let response = service.get_functions(Request::new(get_functions::Request {})).await.unwrap().into_inner();
    let join = &response.functions["join"];
    assert_eq!(join.parameters.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["separator"]);
    assert_eq!(join.variadic_parameter.as_ref().map(|it| it.name.as_str()), Some("parts"));
    assert_eq!(join.r#return.as_ref().map(|it| &*it.r#type), Some(&b"\"string\""[..]));
    assert_eq!(join.summary, "Joins texts.");

    let call = |parts: &[&str]| {
        let arguments = parts.iter().map(|part| text(part)).collect();
        service.call_function(Request::new(call_function::Request { name: "join".to_owned(), arguments }))
    };
    let error = FunctionError { text: "This part is empty".to_owned(), function_argument: Some(2) };
    let failed = call(&["-", "a", ""]).await.unwrap().into_inner();
    assert_eq!((failed.error, failed.result), (Some(error), None));
    let error = FunctionError { text: "There is nothing to join".to_owned(), function_argument: None };
    assert_eq!(call(&["-"]).await.unwrap().into_inner().error, Some(error));
    let joined = call(&["-", "a", "b"]).await.unwrap().into_inner();
    assert_eq!((joined.error, joined.result), (None, Some(text("a-b"))));
}

fn list(pages: i64, fault: &str) -> Request<list_resource::Request> {
    let config = sent(ThingsConfig { pages: Value::Known(pages), fault: Value::Known(fault.to_owned()) });
    let type_name = "toy_thing".to_owned();
    Request::new(list_resource::Request { type_name, config, include_resource_object: true, limit: 3 })
}

#[tokio::test]
async fn events() {
    let service = service(Remote::default()).await;
    let events: Vec<_> = service.list_resource(list(9, "")).await.unwrap().into_inner().collect().await;
    assert_eq!(events.len(), 3);
    for event in events.into_iter().map(Result::unwrap) {
        assert!(event.identity.is_some() && event.resource_object.is_some());
        assert!(event.display_name.starts_with("thing-") && event.diagnostic.is_empty());
    }
}

/// The lines that `work` leaves behind at this level: message, and the fields of interest.
async fn lines(level: LevelFilter, work: impl Future<Output = ()>) -> Vec<String> {
    log::lines(level, work).await.iter().map(show).collect()
}

fn show(line: &Json) -> String {
    let mut shown = line["@message"].as_str().unwrap().to_owned();
    for (name, value) in line.as_object().unwrap() {
        match name.as_str() {
            // How long it took is no business of a test; that it is told is.
            "tf_req_duration_ms" => shown += " tf_req_duration_ms",
            name if !name.starts_with('@') => shown += &format!(" {name}={value}"),
            _ => {}
        }
    }
    shown
}

#[tokio::test]
async fn log_tells_of_each_call() {
    let read = |_: &_, _: Option<&_>| {
        tracing::warn!("asking");
        Err(went_wrong())
    };
    let service = service(Remote { read, ..Remote::default() }).await;
    let lines = lines(LevelFilter::DEBUG, async {
        let state = sent(ThingModel::state("cup"));
        let request =
            read_resource::Request { type_name: "toy_thing".to_owned(), current_state: state, ..Default::default() };
        service.read_resource(Request::new(request)).await.unwrap();
    })
    .await;
    assert_eq!(
        lines,
        [
            r#"call begins tf_resource_type="toy_thing" tf_rpc="ReadResource""#,
            r#"asking tf_resource_type="toy_thing" tf_rpc="ReadResource""#,
            "call ends diagnostic_error_count=1 diagnostic_warning_count=0 tf_req_duration_ms \
             tf_resource_type=\"toy_thing\" tf_rpc=\"ReadResource\"",
        ]
    );
}

/// Whatever is said on the way is said with the name of the call, also when Core hangs up in the middle.
#[tokio::test]
async fn log_tells_of_a_list_that_is_hung_up_on() {
    let service = service(Remote::default()).await;
    let lines = lines(LevelFilter::DEBUG, async {
        let mut events = service.list_resource(list(9, "thing fails")).await.unwrap().into_inner();
        events.next().await.unwrap().unwrap();
        events.next().await.unwrap().unwrap();
    })
    .await;
    assert_eq!(
        lines,
        [
            r#"call begins tf_list_resource_type="toy_thing" tf_rpc="ListResource""#,
            r#"fetching page=1 tf_list_resource_type="toy_thing" tf_rpc="ListResource""#,
            "call ends diagnostic_error_count=0 diagnostic_warning_count=1 tf_list_resource_type=\"toy_thing\" \
             tf_req_duration_ms tf_rpc=\"ListResource\"",
        ]
    );
}

#[tokio::test]
async fn log_of_warnings_tells_of_no_call() {
    let service = service(Remote::default()).await;
    let lines = lines(LevelFilter::WARN, async {
        service.get_functions(Request::new(get_functions::Request {})).await.unwrap();
    })
    .await;
    assert_eq!(lines, [""; 0]);
}

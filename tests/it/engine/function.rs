//! Functions: what they are given, and which argument they blame.

use terraform_provider_eks::arguments;
use terraform_provider_eks::framework::engine::function::Called;
use terraform_provider_eks::framework::{AnyFunction, Function, FunctionError, Variadic};
use terraform_provider_eks::value::{Dynamic, Encoded, Type, Value};

use super::{assert_nothing_said, assert_our_bug, assert_said, unconfigured};

/// `join`: some texts, with another one in between.
pub(super) struct Join;

arguments! {
    /// What `join` takes.
    pub(super) struct JoinArguments {
        /// Goes in between.
        separator: String,
        /// What to join. None of them
        /// may be empty.
        parts: Variadic<String>,
    }
}

impl Function for Join {
    const NAME: &'static str = "join";
    const SUMMARY: &'static str = "Joins texts.";
    const DESCRIPTION: &'static str = "Joins texts with another one in between.";
    type Arguments = JoinArguments;
    type Output = String;

    fn call(&self, JoinArguments { separator, parts }: JoinArguments) -> Result<String, FunctionError> {
        if parts.0.is_empty() {
            return Err(FunctionError::new("There is nothing to join."));
        }
        match parts.0.iter().position(String::is_empty) {
            Some(empty) => Err(FunctionError::in_argument(1 + empty, "This part is empty.")),
            None => Ok(parts.0.join(&separator)),
        }
    }
}

/// `describe`: what is known of a text, which may be nothing.
pub(super) struct Describe;

arguments! {
    /// What `describe` takes.
    pub(super) struct DescribeArguments {
        /// Anything.
        r#type: Value<Vec<String>>,
    }
}

impl Function for Describe {
    const NAME: &'static str = "describe";
    const SUMMARY: &'static str = "Describes texts.";
    const DESCRIPTION: &'static str = "Says what is known of some texts.";
    type Arguments = DescribeArguments;
    type Output = String;

    fn call(&self, arguments: DescribeArguments) -> Result<String, FunctionError> {
        Ok(match arguments.r#type {
            Value::Known(texts) => format!("{} texts", texts.len()),
            Value::Null => "nothing".to_owned(),
            Value::Unknown => "something".to_owned(),
        })
    }
}

/// `crash`: panics.
pub(super) struct Crash;

arguments! {
    /// What `crash` takes: nothing.
    pub(super) struct CrashArguments {}
}

impl Function for Crash {
    const NAME: &'static str = "crash";
    const SUMMARY: &'static str = "Panics.";
    const DESCRIPTION: &'static str = "Panics.";
    type Arguments = CrashArguments;
    type Output = String;

    fn call(&self, CrashArguments {}: CrashArguments) -> Result<String, FunctionError> {
        panic!("on purpose")
    }
}

async fn call(name: &str, arguments: &[(Dynamic, Type)]) -> Called {
    let arguments = arguments.iter().map(|(value, ty)| Encoded::of(value, ty).unwrap());
    unconfigured().call(name, arguments.collect()).await
}

async fn join(texts: &[&str]) -> Called {
    let arguments: Vec<_> = texts.iter().map(|text| (Dynamic::from(*text), Type::String)).collect();
    call("join", &arguments).await
}

fn text(called: &Called) -> Dynamic {
    assert_nothing_said(&called.diagnostics);
    called.result.decode(&Type::String).unwrap()
}

#[tokio::test]
async fn one_of_the_arguments_is_wrong() {
    assert_said(&join(&["-", "a", "", "c"]).await.diagnostics, &["error at [2]: Function failed"]);
}

#[tokio::test]
async fn no_argument_in_particular_is_wrong() {
    assert_said(&join(&["-"]).await.diagnostics, &["error: Function failed"]);
}

/// Terraform lets neither of them through.
#[tokio::test]
async fn null_and_unknown_where_neither_belongs() {
    let texts = |last: Dynamic| [("-".into(), Type::String), ("a".into(), Type::String), (last, Type::String)];
    assert_said(&call("join", &texts(Dynamic::Null)).await.diagnostics, &["error at [2]: Missing value"]);
    assert_said(&call("join", &texts(Dynamic::Unknown)).await.diagnostics, &["error at [2]: Value not known yet"]);
}

#[tokio::test]
async fn panics() {
    let called = call("crash", &[]).await;
    assert_said(&called.diagnostics, &["error: Provider panicked"]);
    assert_our_bug(&called.diagnostics);
}

#[tokio::test]
async fn other_arguments_than_there_are_parameters() {
    assert_said(&call("crash", &[("a".into(), Type::String)]).await.diagnostics, &["error: Too many arguments"]);
    assert_said(&call("join", &[]).await.diagnostics, &["error: Missing argument"]);
}

#[tokio::test]
async fn argument_of_another_type() {
    let lists = |index: i64| (Dynamic::List(vec![index.to_string().as_str().into()]), Type::list(Type::String));
    assert_said(&call("join", &[lists(0)]).await.diagnostics, &["error at [0]: Value does not fit the schema"]);
}

#[tokio::test]
async fn unknown_function() {
    assert_said(&call("jion", &[]).await.diagnostics, &["error: Unknown type"]);
}

#[tokio::test]
async fn variadic() {
    assert_eq!(text(&join(&["-", "a"]).await), "a".into());
    assert_eq!(text(&join(&["-", "a", "b", "c"]).await), "a-b-c".into());
}

#[tokio::test]
async fn null_and_unknown_where_both_belong() {
    for (value, described) in [
        (Dynamic::Null, "nothing"),
        (Dynamic::Unknown, "something"),
        (Dynamic::List(vec!["a".into(), Dynamic::Unknown]), "something"),
        (Dynamic::List(vec!["a".into()]), "1 texts"),
    ] {
        assert_eq!(text(&call("describe", &[(value, Type::list(Type::String))]).await), described.into());
    }
}

/// OpenTofu sends nothing at all for null.
#[tokio::test]
async fn nothing_at_all_is_null() {
    assert_eq!(text(&unconfigured().call("describe", vec![Encoded::default()]).await), "nothing".into());
}

#[test]
fn signature_follows_from_the_struct() {
    let join = Join.signature();
    let [separator, parts] = join.parameters.as_slice() else { panic!("{join:?}") };
    assert_eq!((separator.name, &separator.ty, separator.takes_anything), ("separator", &Type::String, false));
    assert_eq!((separator.description.as_str(), separator.is_variadic), ("Goes in between.", false));
    assert_eq!((parts.name, &parts.ty, parts.is_variadic), ("parts", &Type::String, true));
    assert_eq!(parts.description, "What to join. None of them\nmay be empty.");
    assert_eq!(join.output, Type::String);

    let describe = Describe.signature();
    let [anything] = describe.parameters.as_slice() else { panic!("{describe:?}") };
    assert_eq!((anything.name, &anything.ty), ("type", &Type::list(Type::String)));
    assert!(anything.takes_anything);
}

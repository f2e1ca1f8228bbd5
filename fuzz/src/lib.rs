//! The targets: each takes what could come from outside, and panics if something is wrong with how it is read.
//!
//! `make fuzz` makes up inputs; the tests of the provider run those in `corpus/` through the same functions.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::str::FromStr;
use std::sync::LazyLock;

use futures_util::FutureExt;
use terraform_provider_eks::aws::aws_auth::{self, Source};
use terraform_provider_eks::aws::{Arn, PolicyRef, Principal};
use terraform_provider_eks::eks::Eks;
use terraform_provider_eks::framework::engine::Engine;
use terraform_provider_eks::framework::engine::r#move::Move;
use terraform_provider_eks::framework::engine::upgrade::Upgrade;
use terraform_provider_eks::framework::{Diagnostics, Provider, RawState};
use terraform_provider_eks::plugin::handshake::{Environment, started_by_core};
use terraform_provider_eks::value::{Dynamic, Encoded, Type, json, msgpack as codec};

/// Takes one input.
pub type Target = fn(&[u8]);

/// Every target, by the name of the folder of its corpus.
pub const TARGETS: [(&str, Target); 8] = [
    ("msgpack", msgpack),
    ("json_state", json_state),
    ("upgrade", upgrade),
    ("moves", moves),
    ("import_id", import_id),
    ("arns", arns),
    ("aws_auth", aws_auth),
    ("handshake", handshake),
];

/// The types that values are read as: those of the provider, and one with everything that a type can have.
static TYPES: LazyLock<Vec<Type>> = LazyLock::new(|| {
    let everything = Type::object([
        ("bool", Type::Bool),
        ("dynamic", Type::Dynamic),
        ("list", Type::list(Type::Number)),
        ("map", Type::map(Type::Dynamic)),
        ("set", Type::set(Type::object([("name", Type::String)]))),
        ("tuple", Type::Tuple(vec![Type::Bool, Type::set(Type::Dynamic)])),
    ]);
    let engine = Engine::new(Eks);
    let provider = engine.provider_schema().ty();
    let resources: Vec<_> = engine.resources().map(|(_, schema, _)| schema.ty()).collect();
    [Type::Dynamic, everything, provider].into_iter().chain(resources).collect()
});

/// A byte that says which of the types it is, and a value in MessagePack.
pub fn msgpack(input: &[u8]) {
    let Some((ty, bytes)) = typed(input) else { return };
    let Ok(value) = codec::decode(bytes, ty) else { return };
    let again = codec::encode(&value, ty).expect("what was read can be written");
    assert_eq!(codec::decode(&again, ty).as_ref(), Ok(&value), "what was written reads the same");
    // Core reads what we write; an answer goes through the same code.
    assert_eq!(Encoded { msgpack: again, json: Vec::new() }.decode(ty), Ok(value));
}

/// A byte that says which of the types it is, and a value in JSON, as a state file has it.
pub fn json_state(input: &[u8]) {
    let Some((ty, bytes)) = typed(input) else { return };
    let Ok(value) = json::decode(bytes, ty) else { return };
    assert!(value.is_wholly_known(), "nothing in JSON stands for what is not known");
    let again = json::encode(&value, ty).expect("what was read can be written");
    assert_eq!(json::decode(&again, ty).as_ref(), Ok(&value), "what was written reads the same");
    let packed = codec::encode(&value, ty).expect("it can be written in the other form too");
    assert_eq!(codec::decode(&packed, ty), Ok(value), "and reads the same from there");
}

/// A line with a type and a version, and the object in JSON.
pub fn upgrade(input: &[u8]) {
    let Some((words, json)) = headed::<2>(input) else { return };
    let [type_name, version] = words;
    let question = Upgrade {
        type_name: type_name.to_owned(),
        version: version.parse().unwrap_or_default(),
        state: RawState { json: json.to_vec(), is_flatmap: false },
    };
    let engine = Engine::new(Eks);
    let answer = engine.upgrade(question).now_or_never().expect("an upgrade waits for nobody");
    assert_no_bug(&answer.diagnostics);
    if let Some((_, schema, _)) = engine.resources().find(|(name, _, _)| *name == type_name)
        && !answer.diagnostics.has_errors()
    {
        let state = answer.state.decode(&schema.ty()).expect("it is of the type that the schema names");
        assert!(state.is_wholly_known());
    }
}

/// A line with a provider, a type of it, a version and the type to be, and the object in JSON.
pub fn moves(input: &[u8]) {
    let Some((words, json)) = headed::<4>(input) else { return };
    let [provider, type_name, version, target] = words.map(str::to_owned);
    let version = version.parse().unwrap_or_default();
    let state = RawState { json: json.to_vec(), is_flatmap: false };
    let question = Move { provider, type_name, version, state, target };
    let answer = Engine::new(Eks).take_over(question).now_or_never().expect("a move waits for nobody");
    assert_no_bug(&answer.diagnostics);
}

/// What follows the address in `terraform import`, to every type of resource.
pub fn import_id(input: &[u8]) {
    let Ok(id) = std::str::from_utf8(input) else { return };
    for resource in Eks::RESOURCES {
        if let Ok(identity) = resource.parse_import_id(id) {
            let Dynamic::Object(parts) = &identity else { panic!("an identity is an object: {identity:?}") };
            // Every part was taken from the id, and none of it made up.
            let is_from_the_id = |part: &Dynamic| part.is_null() || part.as_str().is_some_and(|part| id.contains(part));
            assert!(parts.values().all(is_from_the_id), "{identity:?} of {id:?}");
        }
    }
}

/// Text that may be an ARN, of a principal or of an access policy.
pub fn arns(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    if let Ok(arn) = Arn::parse(text) {
        assert_eq!(arn.to_string(), text);
    }
    if let Ok(principal) = text.parse::<Principal>() {
        assert_eq!(principal.to_string().parse(), Ok(principal));
    }
    if let Ok(policy) = PolicyRef::parse(text) {
        assert_eq!(PolicyRef::parse(&policy.to_string()), Ok(policy));
    }
    if let Some(caller) = Principal::of_caller(text) {
        assert!(caller.is_same_without_path(&caller));
    }
}

/// The three lists of aws-auth, with a byte of zero between them, and no paths known.
pub fn aws_auth(input: &[u8]) {
    let lists = input.split(|byte| *byte == 0).map(|list| String::from_utf8_lossy(list).into_owned());
    let data: BTreeMap<_, _> = Source::ALL.iter().map(|source| source.key().to_owned()).zip(lists).collect();
    let Ok(translation) = aws_auth::translate(&data, &BTreeMap::new(), None) else { return };
    for (principal, entry) in &translation.entries {
        assert_eq!(principal, &entry.principal_arn);
        Principal::from_str(principal).expect("an entry is for a principal");
    }
}

/// Variables of the environment, with a byte of zero between them.
pub fn handshake(input: &[u8]) {
    let variables: Vec<_> = input
        .split(|byte| *byte == 0)
        .filter_map(|variable| {
            let equals = variable.iter().position(|byte| *byte == b'=')?;
            Some((&variable[..equals], OsString::from_vec(variable[equals + 1..].to_vec())))
        })
        .collect();
    let lookup =
        |name: &str| variables.iter().find(|(known, _)| *known == name.as_bytes()).map(|(_, value)| value.clone());
    let _ = started_by_core(lookup);
    let Err(error) = Environment::read(lookup) else { return };
    assert!(error.to_string().starts_with("PLUGIN_"), "it says which variable is wrong: {error}");
}

fn typed(input: &[u8]) -> Option<(&'static Type, &[u8])> {
    let (which, bytes) = input.split_first()?;
    Some((&TYPES[usize::from(*which) % TYPES.len()], bytes))
}

/// The words of the first line, of which there have to be so many, and what follows it.
fn headed<const WORDS: usize>(input: &[u8]) -> Option<([&str; WORDS], &[u8])> {
    let end = input.iter().position(|byte| *byte == b'\n')?;
    let line = std::str::from_utf8(&input[..end]).ok()?;
    let words: Vec<_> = line.split(' ').collect();
    Some((words.try_into().ok()?, &input[end + 1..]))
}

/// The engine turns a panic into a diagnostic, so that is looked for.
fn assert_no_bug(diagnostics: &Diagnostics) {
    for diagnostic in diagnostics.iter() {
        assert!(!diagnostic.detail.contains("This is a bug"), "{diagnostic:?}");
    }
}

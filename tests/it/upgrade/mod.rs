//! State that was written once can be read for ever.
//!
//! Beside this file there is a folder for each resource. A file in it is an instance of that resource as Terraform wrote it
//! into a state file, recorded with the version that its name begins with; it is never changed again. Where that is not the
//! current version of the schema, a file `….now.json` holds the attributes that it comes to.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;
use terraform_provider_eks::eks::Eks;
use terraform_provider_eks::framework::RawState;
use terraform_provider_eks::framework::engine::Engine;
use terraform_provider_eks::framework::engine::upgrade::Upgrade;
use terraform_provider_eks::framework::schema::object_type;

use crate::support::core::as_json;

/// The name of each resource, with its version of today.
fn resources() -> Vec<(&'static str, u64)> {
    Engine::new(Eks).resources().map(|(name, schema, _)| (name, schema.version)).collect()
}

fn folder(resource: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/upgrade").join(resource)
}

/// What has been recorded of a resource, by the name of the file.
fn recorded(resource: &str) -> BTreeMap<String, Json> {
    let files = fs::read_dir(folder(resource)).into_iter().flatten().map(|file| file.unwrap().path());
    let read = |file: PathBuf| {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        let json = serde_json::from_slice(&fs::read(&file).unwrap());
        (name, json.unwrap_or_else(|error| panic!("{}: {error}", file.display())))
    };
    files.map(read).collect()
}

#[test]
fn every_version_of_every_resource_is_recorded() {
    for (resource, today) in resources() {
        let recorded = recorded(resource);
        for version in 0..=today {
            let name = format!("v{version}");
            assert!(
                recorded.keys().any(|file| file.split(['-', '.']).next() == Some(&name)),
                "no state of {resource} in version {version} is recorded: apply a configuration that has one, and put its \
                 instance, from `resources[].instances[]` of terraform.tfstate, into {}/{name}.json",
                folder(resource).display()
            );
        }
    }
}

#[tokio::test]
async fn every_recorded_state_is_read() {
    let mut read = 0;
    for (resource, today) in resources() {
        let recorded = recorded(resource);
        for (file, instance) in recorded.iter().filter(|(file, _)| !file.ends_with(".now.json")) {
            let version = instance["schema_version"].as_u64().unwrap();
            assert!(file.starts_with(&format!("v{version}")), "{resource}/{file} is of version {version}");
            let state = RawState { json: instance["attributes"].to_string().into(), is_flatmap: false };
            let question = Upgrade { type_name: resource.to_owned(), version: version.try_into().unwrap(), state };
            let engine = Engine::new(Eks);
            let upgraded = engine.upgrade(question).await;
            assert!(upgraded.diagnostics.is_empty(), "{resource}/{file}: {:?}", upgraded.diagnostics);
            let (_, schema, identity_fields) = engine.resources().find(|(name, ..)| *name == resource).unwrap();
            let now = as_json(&upgraded.state.decode(&schema.ty()).unwrap());
            let wanted = match version == today {
                true => &instance["attributes"],
                false => recorded.get(&file.replace(".json", ".now.json")).expect("what it comes to is recorded too"),
            };
            // A version may gain attributes, and loses none.
            for (attribute, value) in wanted.as_object().unwrap() {
                assert_eq!(now.get(attribute), Some(value), "{attribute} in {resource}/{file}");
            }
            let state = RawState { json: instance["identity"].to_string().into(), is_flatmap: false };
            let upgraded = engine.upgrade_identity(resource, state).await;
            assert!(upgraded.diagnostics.is_empty(), "{resource}/{file}: {:?}", upgraded.diagnostics);
            let identity = upgraded.identity.unwrap().decode(&object_type(identity_fields)).unwrap();
            assert_eq!(as_json(&identity), instance["identity"], "{resource}/{file}");
            read += 1;
        }
    }
    assert!(read >= resources().len());
}

//! The Rust code of the protocols is checked in; this generates it again and compares.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Set, to any value, to write the generated code instead of comparing it.
const UPDATE: &str = "UPDATE_GENERATED";

#[test]
fn is_current() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let checked_in = root.join("src/plugin/generated");
    let generated = generate(&root.join("proto"));

    if std::env::var_os(UPDATE).is_some() {
        for (name, code) in &generated {
            fs::write(checked_in.join(name), code).unwrap();
        }
    }

    let stale: Vec<_> = generated
        .iter()
        .filter(|(name, code)| fs::read_to_string(checked_in.join(name)).ok().as_ref() != Some(code))
        .map(|(name, _)| name.as_str())
        .collect();
    assert!(
        stale.is_empty(),
        "the code in {} is not what proto/ says now: {}. To mend it:\n\n    {UPDATE}=1 cargo nextest run generated\n",
        checked_in.display(),
        stale.join(", "),
    );
}

/// File name → code, for every package in `protos`.
fn generate(protos: &Path) -> BTreeMap<String, String> {
    let out = tempfile::tempdir().unwrap();
    let descriptors =
        protox::compile(["tfplugin6.proto", "go_plugin.proto"].map(|file| protos.join(file)), [protos]).unwrap();

    tonic_prost_build::configure()
        // A method that we leave out is answered with UNIMPLEMENTED, which is what an older provider would answer.
        .generate_default_stubs(true)
        // Received bytes share the buffer they came in; state and plans are mostly bytes.
        .bytes(".")
        // One order of schemas on every run.
        .btree_map(".")
        // What they hold may be secret: src/plugin/generated/mod.rs shows them.
        .skip_debug([".tfplugin6.DynamicValue", ".tfplugin6.RawState"])
        // Clients bring their own channel: it is a unix socket, and TLS is pinned.
        .build_transport(false)
        .out_dir(out.path())
        .compile_fds(descriptors)
        .unwrap();

    let files = fs::read_dir(out.path()).unwrap().map(|entry| entry.unwrap().path());
    files.map(|path: PathBuf| (file_name(&path), fs::read_to_string(&path).unwrap())).collect()
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

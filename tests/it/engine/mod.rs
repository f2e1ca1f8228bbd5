//! The engine, driven with a toy provider and without gRPC: what it promises to Terraform, whatever a resource does.

mod any_schema;
mod apply;
mod data_source;
mod ephemeral;
mod function;
mod generate;
mod import;
mod life;
mod list;
mod r#move;
mod plan;
mod read;
mod service;
mod six_steps;
mod toy;
mod upgrade;
mod validate;

use std::fmt::Write;

use terraform_provider_eks::framework::engine::Engine;
use terraform_provider_eks::framework::schema::object_type;
use terraform_provider_eks::framework::{Diagnostics, Model, Severity};
use terraform_provider_eks::value::{Dynamic, Encoded};

use toy::Toy;

/// A provider that nobody has configured, as Terraform has it while it validates and reads state.
fn unconfigured() -> Engine<Toy> {
    Engine::new(Toy::default())
}

/// The value as Terraform sends it.
fn encoded<M: Model>(model: M) -> Encoded {
    encoded_dynamic::<M>(&model.encode())
}

/// A value that no model can express, as Terraform sends it.
fn encoded_dynamic<M: Model>(value: &Dynamic) -> Encoded {
    Encoded::of(value, &object_type(&M::fields())).unwrap()
}

/// No object.
fn null<M: Model>() -> Encoded {
    encoded_dynamic::<M>(&Dynamic::Null)
}

/// What Terraform reads out of an answer; `None` for null, and beside an error for nothing at all.
fn decoded<M: Model>(value: &Encoded) -> Option<M> {
    let value = decoded_dynamic::<M>(value);
    (!value.is_null()).then(|| M::decode(value).unwrap())
}

/// The same, for what no model can express.
fn decoded_dynamic<M: Model>(value: &Encoded) -> Dynamic {
    value.decode(&object_type(&M::fields())).unwrap()
}

/// What is said, a line each: severity, path, summary.
fn said(diagnostics: &Diagnostics) -> String {
    let mut lines = String::new();
    for diagnostic in diagnostics.iter() {
        let severity = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let at = if diagnostic.path.is_root() { String::new() } else { format!(" at {}", diagnostic.path) };
        writeln!(lines, "{severity}{at}: {}", diagnostic.summary).unwrap();
    }
    lines
}

#[track_caller]
fn assert_said(diagnostics: &Diagnostics, lines: &[&str]) {
    assert_eq!(said(diagnostics).lines().collect::<Vec<_>>(), lines, "{diagnostics:#?}");
}

#[track_caller]
fn assert_nothing_said(diagnostics: &Diagnostics) {
    assert_said(diagnostics, &[]);
}

/// Every detail ends by saying whose fault it is.
#[track_caller]
fn assert_our_bug(diagnostics: &Diagnostics) {
    for diagnostic in diagnostics.iter() {
        assert!(diagnostic.detail.ends_with("This is a bug in the toy provider."), "{}", diagnostic.detail);
    }
}

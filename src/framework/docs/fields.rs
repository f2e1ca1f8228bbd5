//! What an object has: arguments and attributes, with the objects inside them.

use super::super::schema::{Field, Nesting, Presence, Replace, Shape};
use super::one_line;
use super::page::Page;
use crate::value::{Dynamic, Type};

/// The block whose defaults have a section of their own.
const TIMEOUTS: &str = "timeouts";

/// Writes the fields of an object, and behind them those of the objects inside.
pub(super) fn write(page: &mut Page, fields: &[Field]) {
    level(page, 3, fields, "");
    inner(page, fields, "");
}

/// Writes the fields of an identity: what an import by identity takes.
pub(super) fn write_identity(page: &mut Page, fields: &[Field]) {
    level(page, 4, fields, "");
}

/// Writes what a function gives.
pub(super) fn write_result(page: &mut Page, fields: &[Field]) {
    let line = |field: &Field| format!("`{}` {}", field.name, about(field, ""));
    page.list(fields.iter().map(line));
    inner(page, fields, "");
}

fn level(page: &mut Page, depth: usize, fields: &[Field], under: &str) {
    let line = |field: &Field| format!("`{}` {}", field.name, about(field, under));
    for (title, is_it) in [
        ("Required", (|presence| presence == Presence::Required) as fn(Presence) -> bool),
        ("Optional", |presence| matches!(presence, Presence::Optional | Presence::OptionalComputed)),
        ("Read-Only", |presence| presence == Presence::Computed),
    ] {
        let mut of_it = fields.iter().filter(|field| is_it(field.presence)).peekable();
        if of_it.peek().is_some() {
            page.heading(depth, title);
            page.list(of_it.map(line));
        }
    }
}

fn inner(page: &mut Page, fields: &[Field], under: &str) {
    for field in fields.iter().filter(|field| field.name != TIMEOUTS) {
        if let Some((_, fields)) = field.inner() {
            let path = join(under, field.name);
            page.paragraph(&format!("<a id=\"{}\"></a>", anchor(field, &path)));
            page.heading(3, &format!("Nested Schema for `{path}`"));
            level(page, 4, fields, &path);
            inner(page, fields, &path);
        }
    }
}

/// Type, description and what follows from the schema.
fn about(field: &Field, under: &str) -> String {
    let sensitive = if field.sensitive { ", Sensitive" } else { "" };
    let mut about = format!("({}{sensitive}) {}", shape_name(&field.shape), one_line(&field.description));
    match field.replace {
        Replace::Never => {}
        Replace::Always => about.push_str(" A change makes a new object."),
        Replace::If(_) => about.push_str(" A change may make a new object."),
    }
    if let Some(default) = &field.default {
        about.push_str(&format!(" Default: {}.", shown(default)));
    }
    if let Some(why) = field.deprecated {
        about.push_str(&format!(" **Deprecated:** {why}"));
    }
    if field.name == TIMEOUTS {
        about.push_str(" (see [Timeouts](#timeouts))");
    } else if field.inner().is_some() {
        about.push_str(&format!(" (see [below for nested schema](#{}))", anchor(field, &join(under, field.name))));
    }
    about
}

fn shown(value: &Dynamic) -> String {
    match value {
        Dynamic::String(text) => format!("`\"{text}\"`"),
        Dynamic::Bool(value) => format!("`{value}`"),
        Dynamic::Number(number) => format!("`{number}`"),
        other => format!("`{other:?}`"),
    }
}

fn join(under: &str, name: &str) -> String {
    if under.is_empty() { name.to_owned() } else { format!("{under}.{name}") }
}

fn anchor(field: &Field, path: &str) -> String {
    let kind = if field.is_block() { "nestedblock" } else { "nestedatt" };
    format!("{kind}--{}", path.replace('.', "--"))
}

fn shape_name(shape: &Shape) -> String {
    match shape {
        Shape::Attribute(ty) => type_name(ty),
        Shape::Nested(nesting, _) => format!("Attributes{}", nesting_name(*nesting)),
        Shape::Block(nesting, _) => format!("Block{}", nesting_name(*nesting)),
    }
}

fn nesting_name(nesting: Nesting) -> &'static str {
    match nesting {
        Nesting::Single => "",
        Nesting::List => " List",
        Nesting::Set => " Set",
        Nesting::Map => " Map",
    }
}

/// A type as registries write it.
pub(super) fn type_name(ty: &Type) -> String {
    match ty {
        Type::Bool => "Boolean".to_owned(),
        Type::Number => "Number".to_owned(),
        Type::String => "String".to_owned(),
        Type::Dynamic => "Dynamic".to_owned(),
        Type::List(element) => format!("List of {}", type_name(element)),
        Type::Set(element) => format!("Set of {}", type_name(element)),
        Type::Map(element) => format!("Map of {}", type_name(element)),
        Type::Tuple(_) => "Tuple".to_owned(),
        Type::Object(_) => "Object".to_owned(),
    }
}

/// A type as HCL writes it, objects without what is in them.
pub(super) fn hcl_type(ty: &Type) -> String {
    match ty {
        Type::Bool => "bool".to_owned(),
        Type::Number => "number".to_owned(),
        Type::String => "string".to_owned(),
        Type::Dynamic => "dynamic".to_owned(),
        Type::List(element) => format!("list of {}", hcl_type(element)),
        Type::Set(element) => format!("set of {}", hcl_type(element)),
        Type::Map(element) => format!("map of {}", hcl_type(element)),
        Type::Tuple(_) => "tuple".to_owned(),
        Type::Object(_) => "object".to_owned(),
    }
}

//! The documentation that registries show: schemas, doc comments and examples, as Markdown.
//!
//! Where each page goes, and what its front matter holds, is what the registries of Terraform and OpenTofu look for. An
//! example is a file that somebody can run; each object has at least one.

mod fields;
mod page;

use std::collections::BTreeMap;

use super::schema::{Schema, Shape};
use super::{
    AnyDataSource, AnyEphemeral, AnyFunction, AnyList, AnyResource, Call, DefaultTimeouts, Model, Provider, Signature,
};
use page::{Page, duration};

/// Every page: its text by its path below `docs/`.
pub type Pages = BTreeMap<String, String>;

/// A file below `examples/`, or `None` if there is none.
pub type ReadExample<'a> = &'a dyn Fn(&str) -> Option<String>;

/// A guide that the index leads to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Guide {
    /// What its front matter calls it.
    pub title: String,
    /// What its front matter says that it is.
    pub description: String,
    /// Its path below `docs/`, without the extension.
    pub path: String,
}

/// Files below `examples/` that pages need, and that are not there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("examples/ lacks {}", .0.join(", "))]
pub struct MissingExamples(pub Vec<String>);

/// Writes every page of a provider.
///
/// # Errors
///
/// An object has no example.
pub fn pages<P: Provider>(example: ReadExample<'_>, guides: &[Guide]) -> Result<Pages, MissingExamples> {
    let mut writer = Writer { provider: P::NAME, example, missing: Vec::new() };
    let mut pages = Pages::new();
    let mut index = Vec::new();
    let mut add = |kind: Kind, name: &str, what: &str, page: String| {
        let path = format!("{}/{}", kind.folder(), without_prefix(name, P::NAME));
        index.push((kind, name.to_owned(), what.to_owned(), path.clone()));
        pages.insert(format!("{path}.md"), page);
    };
    for it in P::RESOURCES {
        add(Kind::Resource, it.name(), it.schema().description, writer.resource(*it));
    }
    for it in P::DATA_SOURCES {
        add(Kind::DataSource, it.name(), it.schema().description, writer.data_source(*it));
    }
    for it in P::LISTS {
        add(Kind::List, it.name(), it.schema().description, writer.list(*it));
    }
    for it in P::EPHEMERALS {
        add(Kind::Ephemeral, it.name(), it.schema().description, writer.ephemeral(*it));
    }
    for it in P::FUNCTIONS {
        add(Kind::Function, it.name(), it.signature().summary, writer.function(*it));
    }
    pages.insert("index.md".to_owned(), writer.index::<P>(&index, guides));
    if writer.missing.is_empty() { Ok(pages) } else { Err(MissingExamples(writer.missing)) }
}

/// A kind of object that has pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `resource`
    Resource,
    /// `data`
    DataSource,
    /// `list`
    List,
    /// `ephemeral`
    Ephemeral,
    /// A function.
    Function,
}

impl Kind {
    /// Every kind, in the order of the index.
    pub const ALL: [Self; 5] = [Self::Resource, Self::DataSource, Self::List, Self::Ephemeral, Self::Function];

    /// The folder of its pages below `docs/`, and of its examples below `examples/`.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Resource => "resources",
            Self::DataSource => "data-sources",
            Self::List => "list-resources",
            Self::Ephemeral => "ephemeral-resources",
            Self::Function => "functions",
        }
    }

    /// The name of the example that each object of the kind has in a folder of its own.
    pub fn example(self) -> &'static str {
        match self {
            Self::Resource => "resource.tf",
            Self::DataSource => "data-source.tf",
            Self::List => "list-resource.tfquery.hcl",
            Self::Ephemeral => "ephemeral-resource.tf",
            Self::Function => "function.tf",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Resource => "Resource",
            Self::DataSource => "Data Source",
            Self::List => "List Resource",
            Self::Ephemeral => "Ephemeral Resource",
            Self::Function => "Function",
        }
    }
}

struct Writer<'a> {
    provider: &'static str,
    example: ReadExample<'a>,
    missing: Vec<String>,
}

impl Writer<'_> {
    fn index<P: Provider>(&mut self, objects: &[(Kind, String, String, String)], guides: &[Guide]) -> String {
        let mut page = Page::new(&format!("Provider: {}", P::NAME), P::DESCRIPTION);
        page.heading(1, &format!("{} provider", P::NAME));
        page.paragraph(P::DESCRIPTION);
        self.show(&mut page, "Example Usage", "provider/provider.tf");
        for kind in Kind::ALL {
            let mut of_kind = objects.iter().filter(|(of, ..)| *of == kind).peekable();
            if of_kind.peek().is_some() {
                page.heading(2, &format!("{}s", kind.title()));
                page.list(of_kind.map(|(_, name, what, path)| format!("[`{name}`]({path}.md): {what}")));
            }
        }
        if !guides.is_empty() {
            page.heading(2, "Guides");
            page.list(
                guides.iter().map(|guide| format!("[{}]({}.md): {}", guide.title, guide.path, guide.description)),
            );
        }
        page.heading(2, "Schema");
        fields::write(&mut page, &P::Config::fields());
        page.close()
    }

    fn resource<C>(&mut self, it: &dyn AnyResource<C>) -> String {
        let (name, schema) = (it.name(), it.schema());
        let mut page = self.begin(Kind::Resource, name, &schema);
        fields::write(&mut page, &schema.fields);
        timeouts(&mut page, &schema, it.timeouts(), &["create", "read", "update", "delete"]);

        page.heading(2, "Import");
        let folder = format!("resources/{name}");
        page.paragraph("On the command line:");
        self.code(&mut page, "shell", &format!("{folder}/import.sh"));
        page.paragraph("In an `import` block, by id:");
        self.code(&mut page, "terraform", &format!("{folder}/import-by-string-id.tf"));
        page.paragraph("In an `import` block, by identity (Terraform 1.12, OpenTofu 1.12, or later):");
        self.code(&mut page, "terraform", &format!("{folder}/import-by-identity.tf"));
        page.heading(3, "Identity Schema");
        fields::write_identity(&mut page, &it.identity_fields());

        let sources = it.sources();
        if !sources.is_empty() {
            page.heading(2, "Moved from other providers");
            page.paragraph(
                "A `moved` block carries the state over (Terraform 1.8, OpenTofu 1.10, or later): nothing is created, and \
                 nothing is deleted. Until that is applied, Terraform wants the other provider too, because the state names it.",
            );
            for (provider, type_name, _) in sources {
                page.paragraph(&format!("From `{provider}`:"));
                page.code("terraform", &format!("moved {{\n  from = {type_name}.this\n  to   = {name}.this\n}}"));
            }
        }
        page.heading(2, "What happens on destroy");
        page.paragraph(it.on_destroy());
        calls(&mut page, it.calls());
        page.close()
    }

    fn data_source<C>(&mut self, it: &dyn AnyDataSource<C>) -> String {
        let schema = it.schema();
        let mut page = self.begin(Kind::DataSource, it.name(), &schema);
        fields::write(&mut page, &schema.fields);
        timeouts(&mut page, &schema, it.timeouts(), &["read"]);
        calls(&mut page, it.calls());
        page.close()
    }

    fn list<C>(&mut self, it: &dyn AnyList<C>) -> String {
        let mut page = self.begin(Kind::List, it.name(), &it.schema());
        page.paragraph(
            "These arguments go into the `config` block. `terraform query` (Terraform 1.14 or later) runs every `list` block of \
             the files that end in `.tfquery.hcl`.",
        );
        fields::write(&mut page, &it.schema().fields);
        page.heading(2, "Timeouts");
        page.paragraph(&format!("A query has {}.", duration(it.timeout())));
        calls(&mut page, it.calls());
        page.close()
    }

    fn ephemeral<C>(&mut self, it: &dyn AnyEphemeral<C>) -> String {
        let mut page = self.begin(Kind::Ephemeral, it.name(), &it.schema());
        fields::write(&mut page, &it.schema().fields);
        page.heading(2, "Timeouts");
        page.paragraph(&format!("Opening it may take {}.", duration(it.timeout())));
        calls(&mut page, it.calls());
        page.close()
    }

    fn function(&mut self, it: &dyn AnyFunction) -> String {
        let (name, Signature { summary, description, parameters, output }) = (it.name(), it.signature());
        let mut page = Page::new(&format!("{name} Function - {}", self.provider), summary);
        page.heading(1, &format!("{name} (Function)"));
        page.paragraph(description);
        self.show(&mut page, "Example Usage", &format!("functions/{name}/function.tf"));
        page.heading(2, "Signature");
        let takes = parameters.iter().map(|parameter| {
            let rest = if parameter.is_variadic { "..." } else { "" };
            format!("{} {}{rest}", parameter.name, fields::hcl_type(&parameter.ty))
        });
        let takes = takes.collect::<Vec<_>>().join(", ");
        page.code("text", &format!("{name}({takes}) {}", fields::hcl_type(&output)));
        page.heading(2, "Arguments");
        page.list(parameters.iter().map(|parameter| {
            let rest = if parameter.is_variadic { "Variadic, " } else { "" };
            format!(
                "`{}` ({rest}{}) {}",
                parameter.name,
                fields::type_name(&parameter.ty),
                one_line(&parameter.description)
            )
        }));
        if let Shape::Nested(_, result) = it.result() {
            page.heading(2, "Result");
            fields::write_result(&mut page, &result);
        }
        page.close()
    }

    fn begin(&mut self, kind: Kind, name: &str, schema: &Schema) -> Page {
        let mut page = Page::new(&format!("{name} {} - {}", kind.title(), self.provider), schema.description);
        page.heading(1, &format!("{name} ({})", kind.title()));
        page.paragraph(schema.description);
        self.show(&mut page, "Example Usage", &format!("{}/{name}/{}", kind.folder(), kind.example()));
        page.heading(2, "Schema");
        page
    }

    fn show(&mut self, page: &mut Page, heading: &str, path: &str) {
        page.heading(2, heading);
        self.code(page, "terraform", path);
    }

    /// An example as a block of code.
    fn code(&mut self, page: &mut Page, language: &str, path: &str) {
        match (self.example)(path) {
            Some(text) => page.code(language, text.trim_end()),
            None => self.missing.push(path.to_owned()),
        }
    }
}

fn timeouts(page: &mut Page, schema: &Schema, defaults: DefaultTimeouts, operations: &[&str]) {
    let default = |operation: &str| match operation {
        "create" => defaults.create,
        "update" => defaults.update,
        "delete" => defaults.delete,
        _ => defaults.read,
    };
    page.heading(2, "Timeouts");
    if schema.field("timeouts").is_none() {
        page.list(operations.iter().map(|operation| format!("`{operation}`: {}", duration(default(operation)))));
        return;
    }
    page.paragraph(
        "The `timeouts` block sets how long each operation may take, in numbers with a unit: `10m`, `1h30m`. The defaults:",
    );
    page.list(operations.iter().map(|operation| format!("`{operation}` (String) {}", duration(default(operation)))));
}

fn calls(page: &mut Page, calls: &[Call]) {
    page.heading(2, "Calls and permissions");
    if calls.is_empty() {
        page.paragraph("It calls nobody and needs no permission.");
        return;
    }
    page.paragraph("It makes these calls. Each needs the IAM permission of the same name.");
    page.list(calls.iter().map(|call| format!("`{}`: {}", call.name, call.when)));
    let also: Vec<_> = calls.iter().flat_map(|call| call.also.iter().map(move |also| (call, also))).collect();
    if !also.is_empty() {
        page.paragraph("Besides, it needs:");
        page.list(also.iter().map(|(call, (name, when))| format!("`{name}`, for `{}`: {when}", call.name)));
    }
}

/// The name of a page: the type's name without the provider's, as registries have it.
fn without_prefix<'a>(name: &'a str, provider: &str) -> &'a str {
    name.strip_prefix(provider).and_then(|rest| rest.strip_prefix('_')).unwrap_or(name)
}

/// A doc comment's text without its line breaks.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

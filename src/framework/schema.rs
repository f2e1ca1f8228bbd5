//! What objects look like to Terraform, and the small language in which models say it.

use crate::value::{Dynamic, Type};

use super::Diagnostic;

/// What an object of a type looks like: what Terraform checks configuration against.
#[derive(Clone, Debug)]
pub struct Schema {
    /// Counts the forms that stored state has had, from 0.
    pub version: u64,
    /// What the type is for.
    pub description: &'static str,
    /// Its attributes and blocks, in the order of the documentation.
    pub fields: Vec<Field>,
}

/// One attribute or block.
///
/// Made with [`required`], [`optional`], [`computed`], [`optional_computed`], [`block`] or [`required_block`], inside
/// [`model!`](crate::model), which adds the name, the description and the shape.
#[derive(Clone, Debug)]
pub struct Field {
    /// The name in HCL.
    pub name: &'static str,
    /// Its doc comment, as Markdown.
    pub description: String,
    /// Attribute or block, and of what.
    pub shape: Shape,
    /// Who gives the value.
    pub presence: Presence,
    /// Whether Terraform hides the value.
    pub sensitive: bool,
    /// Why not to use it any more.
    pub deprecated: Option<&'static str>,
    /// When a change makes Terraform replace the object.
    pub replace: Replace,
    /// Whether an update leaves the value as it is; else it is "known after apply" in every update.
    pub keeps_state: bool,
    /// The value where the configuration has none.
    pub default: Option<Dynamic>,
    /// What each known string in the value has to satisfy.
    pub checks: Vec<Check>,
}

/// Says what is wrong with a string; the engine adds the path.
pub type Check = fn(&str) -> Result<(), Diagnostic>;

/// What a field holds.
#[derive(Clone, Debug)]
pub enum Shape {
    /// An attribute of a plain type.
    Attribute(Type),
    /// An attribute made of attributes.
    Nested(Nesting, Vec<Field>),
    /// A block.
    Block(Nesting, Vec<Field>),
}

/// How often the inner object occurs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// Once, or not at all.
    Single,
    /// In order.
    List,
    /// In no order.
    Set,
    /// By key.
    Map,
}

/// Who gives a field its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// The practitioner, always.
    Required,
    /// The practitioner, or nobody.
    Optional,
    /// The provider.
    Computed,
    /// The practitioner, or else the provider.
    OptionalComputed,
}

/// When a change of a field makes Terraform replace the object.
#[derive(Clone, Copy, Debug)]
pub enum Replace {
    /// Never: it is changed in place.
    Never,
    /// Whenever it changes.
    Always,
    /// When it changes and both values satisfy this.
    If(fn(prior: &Dynamic, planned: &Dynamic) -> bool),
}

/// An attribute that the practitioner must give.
pub fn required() -> Field {
    Field {
        name: "",
        description: String::new(),
        shape: Shape::Attribute(Type::Dynamic),
        presence: Presence::Required,
        sensitive: false,
        deprecated: None,
        replace: Replace::Never,
        keeps_state: false,
        default: None,
        checks: Vec::new(),
    }
}

/// An attribute that the practitioner may give.
pub fn optional() -> Field {
    Field { presence: Presence::Optional, ..required() }
}

/// An attribute that the provider gives. An update leaves it as it is, unless it [changes](Field::changes).
pub fn computed() -> Field {
    Field { presence: Presence::Computed, keeps_state: true, ..required() }
}

/// An attribute that the practitioner may give, and else the provider does.
pub fn optional_computed() -> Field {
    Field { presence: Presence::OptionalComputed, keeps_state: true, ..required() }
}

/// A block that the practitioner may write. Its nesting follows from the field's type.
pub fn block() -> Field {
    Field { shape: Shape::Block(Nesting::Single, Vec::new()), ..optional() }
}

/// A block that the practitioner must write. Terraform cannot be told so of blocks by key: the resource has to look.
pub fn required_block() -> Field {
    Field { shape: Shape::Block(Nesting::Single, Vec::new()), ..required() }
}

impl Field {
    /// A change means a new object.
    pub fn requires_replace(self) -> Self {
        Self { replace: Replace::Always, ..self }
    }

    /// A change means a new object if both the prior and the planned value satisfy `condition`.
    pub fn requires_replace_if(self, condition: fn(&Dynamic, &Dynamic) -> bool) -> Self {
        Self { replace: Replace::If(condition), ..self }
    }

    /// Every update gives a new value.
    pub fn changes(self) -> Self {
        Self { keeps_state: false, ..self }
    }

    /// The value where the configuration has none.
    pub fn default_value(self, value: impl Into<Dynamic>) -> Self {
        Self { default: Some(value.into()), presence: Presence::OptionalComputed, ..self }
    }

    /// Terraform hides the value in its output.
    pub fn sensitive(self) -> Self {
        Self { sensitive: true, ..self }
    }

    /// Terraform warns whoever uses it.
    pub fn deprecated(self, why: &'static str) -> Self {
        Self { deprecated: Some(why), ..self }
    }

    /// Every known string in the value has to satisfy `check`.
    pub fn check(mut self, check: Check) -> Self {
        self.checks.push(check);
        self
    }

    /// Whether the provider may give the value.
    pub fn is_computed(&self) -> bool {
        matches!(self.presence, Presence::Computed | Presence::OptionalComputed)
    }

    /// Whether this is a block, not an attribute.
    pub fn is_block(&self) -> bool {
        matches!(self.shape, Shape::Block(..))
    }

    /// The type of the field's value.
    pub fn ty(&self) -> Type {
        self.shape.ty()
    }

    /// The fields of the object inside, and how often it occurs.
    pub fn inner(&self) -> Option<(Nesting, &[Field])> {
        match &self.shape {
            Shape::Attribute(_) => None,
            Shape::Nested(nesting, fields) | Shape::Block(nesting, fields) => Some((*nesting, fields)),
        }
    }

    /// Changes each object inside the value with `change`, which gets the object's fields too.
    pub(super) fn change_inside(&self, value: &mut Dynamic, change: &impl Fn(&mut Dynamic, &[Field])) {
        let Some((_, fields)) = self.inner() else { return };
        match value {
            Dynamic::List(values) => values.iter_mut().for_each(|value| change(value, fields)),
            Dynamic::Set(values) => {
                values.iter_mut().for_each(|value| change(value, fields));
                *value = Dynamic::set(std::mem::take(values));
            }
            Dynamic::Map(values) => values.values_mut().for_each(|value| change(value, fields)),
            value => change(value, fields),
        }
    }

    /// What `model!` knows: the name, the doc comment, and the shape of the Rust type.
    #[doc(hidden)]
    pub fn named(mut self, name: &'static str, doc: &str, shape: Shape) -> Self {
        self.name = attribute_name(name);
        self.description = markdown(doc);
        self.shape = match (self.shape, shape) {
            (Shape::Block(..), Shape::Nested(nesting, fields)) => Shape::Block(nesting, fields),
            (_, shape) => shape,
        };
        self
    }
}

impl Schema {
    /// The type of a whole object.
    pub fn ty(&self) -> Type {
        object_type(&self.fields)
    }

    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl Shape {
    /// The type of a value of this shape.
    pub fn ty(&self) -> Type {
        match self {
            Self::Attribute(ty) => ty.clone(),
            Self::Nested(nesting, fields) | Self::Block(nesting, fields) => nesting.of(object_type(fields)),
        }
    }
}

impl Nesting {
    /// The type of a collection with this nesting.
    pub(super) fn of(self, element: Type) -> Type {
        match self {
            Self::Single => element,
            Self::List => Type::list(element),
            Self::Set => Type::set(element),
            Self::Map => Type::map(element),
        }
    }
}

/// The type of an object with these fields.
pub fn object_type(fields: &[Field]) -> Type {
    Type::object(fields.iter().map(|field| (field.name, field.ty())))
}

/// The field `r#type` is the attribute `type`.
pub(super) fn attribute_name(field: &'static str) -> &'static str {
    field.strip_prefix("r#").unwrap_or(field)
}

/// A doc comment as Markdown: without the space that follows each `///`.
pub(super) fn markdown(doc: &str) -> String {
    let lines: Vec<_> = doc.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    lines.join("\n").trim_end().to_owned()
}

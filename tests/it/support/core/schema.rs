//! Schemas, as Core sees them.

use std::collections::BTreeMap;

use terraform_provider_eks::value::{Dynamic, Step, Type};

use super::failure::Findings;
use super::value::attribute;

/// What the provider offers.
pub(super) struct Schemas {
    pub(super) provider: Schema,
    pub(super) resources: BTreeMap<String, Schema>,
    pub(super) data_sources: BTreeMap<String, Schema>,
    pub(super) ephemeral: BTreeMap<String, Schema>,
    pub(super) lists: BTreeMap<String, Schema>,
    pub(super) functions: BTreeMap<String, Function>,
    /// Whether the provider is asked about destroys.
    pub(super) plan_destroy: bool,
    /// Whether state of another type can be moved here.
    pub(super) move_state: bool,
}

pub(super) struct Schema {
    pub(super) version: i64,
    pub(super) block: Block,
    /// What values of the block look like.
    pub(super) ty: Type,
    pub(super) identity: Option<Identity>,
}

/// The attributes that name one remote object.
pub(super) struct Identity {
    pub(super) version: i64,
    pub(super) block: Block,
    pub(super) ty: Type,
}

/// A block, or the object of a nested attribute, which has no blocks.
#[derive(Clone, Debug, Default)]
pub(super) struct Block {
    pub(super) attributes: BTreeMap<String, Attribute>,
    pub(super) blocks: BTreeMap<String, NestedBlock>,
}

#[derive(Clone, Debug)]
pub(super) struct Attribute {
    pub(super) shape: Shape,
    pub(super) required: bool,
    pub(super) optional: bool,
    pub(super) computed: bool,
    pub(super) write_only: bool,
}

#[derive(Clone, Debug)]
pub(super) enum Shape {
    Plain(Type),
    /// Objects whose attributes have schemas of their own.
    Nested(Nesting, Block),
}

#[derive(Clone, Debug)]
pub(super) struct NestedBlock {
    pub(super) nesting: Nesting,
    pub(super) block: Block,
    pub(super) min_items: usize,
    /// 0 for no limit.
    pub(super) max_items: usize,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Nesting {
    Single,
    /// Like `Single`, but never null.
    Group,
    List,
    Set,
    Map,
}

pub(super) struct Function {
    pub(super) parameters: Vec<Parameter>,
    pub(super) variadic: Option<Parameter>,
    pub(super) result: Type,
}

pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) ty: Type,
    pub(super) allow_null: bool,
    pub(super) allow_unknown: bool,
}

impl Block {
    pub(super) fn ty(&self) -> Type {
        let attributes = self.attributes.iter().map(|(name, attribute)| (name.clone(), attribute.ty()));
        let blocks = self.blocks.iter().map(|(name, nested)| (name.clone(), nested.nesting.ty(nested.block.ty())));
        Type::object(attributes.chain(blocks))
    }

    /// The value of a block in which nothing is written.
    pub(super) fn empty(&self) -> Dynamic {
        let attributes = self.attributes.keys().map(|name| (name.clone(), Dynamic::Null));
        let blocks = self.blocks.iter().map(|(name, nested)| (name.clone(), nested.absent()));
        Dynamic::object(attributes.chain(blocks))
    }

    /// Finds what is set although the provider may not give it back: write-only attributes.
    pub(super) fn find_write_only(&self, found: &mut Findings, value: &Dynamic) {
        for (name, schema) in &self.attributes {
            let value = attribute(value, name);
            found.within_attribute(name, |found| match &schema.shape {
                _ if value.is_null() => {}
                _ if schema.write_only => found.add("a value for a write-only attribute"),
                Shape::Nested(_, block) => each_object(found, value, &mut |f, value| block.find_write_only(f, value)),
                Shape::Plain(_) => {}
            });
        }
        for (name, nested) in &self.blocks {
            let value = attribute(value, name);
            found.within_attribute(name, |found| {
                each_object(found, value, &mut |f, value| nested.block.find_write_only(f, value));
            });
        }
    }

    /// Whether the path leads to, or into, a write-only attribute.
    pub(super) fn is_write_only<'s>(&self, steps: impl IntoIterator<Item = &'s Step>) -> bool {
        let mut block = Some(self);
        for step in steps {
            let (Step::Attribute(name), Some(within)) = (step, block) else { continue };
            let attribute = within.attributes.get(name);
            if attribute.is_some_and(|attribute| attribute.write_only) {
                return true;
            }
            block = match attribute.map(|attribute| &attribute.shape) {
                Some(Shape::Nested(_, nested)) => Some(nested),
                Some(Shape::Plain(_)) => None,
                None => within.blocks.get(name).map(|nested| &nested.block),
            };
        }
        false
    }

    pub(super) fn holds_write_only(&self) -> bool {
        let in_attributes = self.attributes.values().any(|attribute| match &attribute.shape {
            _ if attribute.write_only => true,
            Shape::Nested(_, block) => block.holds_write_only(),
            Shape::Plain(_) => false,
        });
        in_attributes || self.blocks.values().any(|nested| nested.block.holds_write_only())
    }
}

impl Attribute {
    pub(super) fn ty(&self) -> Type {
        match &self.shape {
            Shape::Plain(ty) => ty.clone(),
            Shape::Nested(nesting, block) => nesting.ty(block.ty()),
        }
    }
}

impl NestedBlock {
    /// What stands for "no such block": only a single block is null then.
    pub(super) fn absent(&self) -> Dynamic {
        match self.nesting {
            Nesting::Single => Dynamic::Null,
            Nesting::Group => self.block.empty(),
            Nesting::List => Dynamic::List(Vec::new()),
            Nesting::Set => Dynamic::set([]),
            Nesting::Map => Dynamic::Map(BTreeMap::new()),
        }
    }
}

impl Nesting {
    pub(super) fn ty(self, object: Type) -> Type {
        match self {
            Self::Single | Self::Group => object,
            Self::List => Type::list(object),
            Self::Set => Type::set(object),
            Self::Map => Type::map(object),
        }
    }
}

pub(super) fn holds_dynamic(ty: &Type) -> bool {
    match ty {
        Type::Dynamic => true,
        Type::Bool | Type::Number | Type::String => false,
        Type::List(element) | Type::Set(element) | Type::Map(element) => holds_dynamic(element),
        Type::Tuple(elements) => elements.iter().any(holds_dynamic),
        Type::Object(attributes) => attributes.values().any(holds_dynamic),
    }
}

/// Looks at each object of a nested attribute or block, whatever holds them together.
fn each_object(found: &mut Findings, value: &Dynamic, look: &mut dyn FnMut(&mut Findings, &Dynamic)) {
    match value {
        Dynamic::Object(_) => look(found, value),
        Dynamic::Set(elements) => elements.iter().for_each(|element| each_object(found, element, look)),
        Dynamic::List(elements) => {
            for (element, index) in elements.iter().zip(0..) {
                found.within(Step::Index(index), |found| each_object(found, element, look));
            }
        }
        Dynamic::Map(elements) => {
            for (key, element) in elements {
                found.within(Step::Key(key.clone()), |found| each_object(found, element, look));
            }
        }
        _ => {}
    }
}

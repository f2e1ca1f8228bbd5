//! Structs whose fields are attributes: what the practitioner writes, what is planned, what the state holds.

use super::Attribute;
use super::schema::Field;

/// A struct whose fields are the attributes and blocks of an object. Made with [`model!`](crate::model).
pub trait Model: Attribute + Clone + PartialEq + Send + Sync + 'static {
    /// The attributes and blocks, in the order of the documentation.
    fn fields() -> Vec<Field>;
}

/// Declares a struct and, beside each of its fields, the attribute or block that it holds.
///
/// The wire type comes from the Rust type, the description from the doc comment, the rest from the expression behind
/// the `=`, made with the functions of [`schema`](crate::framework::schema). So there is one list of attributes, and
/// nothing that could disagree with it. Another `model!` serves as the type of a nested attribute or block.
///
/// ```
/// use terraform_provider_eks::framework::schema::{optional, required};
/// use terraform_provider_eks::framework::Model;
/// use terraform_provider_eks::model;
/// use terraform_provider_eks::value::Value;
///
/// model! {
///     /// A greeting.
///     pub struct Greeting {
///         /// Whom to greet.
///         pub name: Value<String> = required().requires_replace(),
///         /// The type of greeting.
///         pub r#type: Value<String> = optional(),
///     }
/// }
///
/// let names: Vec<_> = Greeting::fields().iter().map(|field| field.name).collect();
/// assert_eq!(names, ["name", "type"]);
/// ```
#[macro_export]
macro_rules! model {
    ($(#[$meta:meta])* $vis:vis struct $model:ident {
        $($(#[doc = $doc:expr])* $field_vis:vis $name:ident: $ty:ty = $field:expr),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq)]
        $vis struct $model {
            $($(#[doc = $doc])* $field_vis $name: $ty,)*
        }

        impl $crate::framework::Model for $model {
            fn fields() -> Vec<$crate::framework::schema::Field> {
                vec![$($field.named(
                    stringify!($name),
                    concat!($($doc, "\n"),*),
                    <$ty as $crate::framework::Attribute>::shape(),
                )),*]
            }
        }

        impl $crate::framework::Attribute for $model {
            const PARTLY_UNKNOWN: bool = true;

            fn shape() -> $crate::framework::schema::Shape {
                $crate::framework::schema::Shape::Nested(
                    $crate::framework::schema::Nesting::Single,
                    <$model as $crate::framework::Model>::fields(),
                )
            }

            fn decode(value: $crate::value::Dynamic) -> Result<Self, $crate::framework::Diagnostics> {
                let mut object = $crate::framework::model::Object::open(value)?;
                Ok($model { $($name: object.take(stringify!($name))?),* })
            }

            fn encode(self) -> $crate::value::Dynamic {
                $crate::framework::model::Object::with_capacity(<[&str]>::len(&[$(stringify!($name)),*]))
                    $(.with(stringify!($name), self.$name))*
                    .close()
            }
        }
    };
}

pub use object::Object;

/// What the code that `model!` writes is made of.
#[doc(hidden)]
mod object {
    use std::mem;

    use super::super::schema::attribute_name;
    use super::super::{Attribute, Diagnostics, attribute};
    use crate::value::{AttributePath, Attributes, Dynamic};

    /// An object, attribute by attribute.
    #[derive(Debug, Default)]
    pub struct Object {
        attributes: Attributes,
        unknown: bool,
    }

    impl Object {
        /// Takes an object apart. An object that is unknown as a whole has nothing but unknown attributes.
        pub fn open(value: Dynamic) -> Result<Self, Diagnostics> {
            match value {
                Dynamic::Object(attributes) => Ok(Self { attributes, unknown: false }),
                Dynamic::Unknown => Ok(Self { unknown: true, ..Self::default() }),
                other => attribute::mismatch("an object", &other),
            }
        }

        /// An object without attributes, and room for so many.
        pub fn with_capacity(capacity: usize) -> Self {
            Self { attributes: Attributes::with_capacity(capacity), unknown: false }
        }

        /// Takes one attribute out.
        pub fn take<T: Attribute>(&mut self, name: &'static str) -> Result<T, Diagnostics> {
            let name = attribute_name(name);
            let value = match self.attributes.get_mut(name) {
                None if self.unknown => Dynamic::Unknown,
                value => value.map(mem::take).unwrap_or_default(),
            };
            T::decode(value).map_err(|wrong| wrong.under_path(&AttributePath::attribute(name)))
        }

        /// Puts one attribute in.
        #[must_use]
        pub fn with<T: Attribute>(mut self, name: &'static str, value: T) -> Self {
            self.attributes.insert(attribute_name(name), value.encode());
            self
        }

        /// The object.
        pub fn close(self) -> Dynamic {
            Dynamic::Object(self.attributes)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::super::schema::{Nesting, Shape, block, computed, optional, required};
    use super::*;
    use crate::value::{Dynamic, Type, Value};

    model! {
        /// Inner.
        struct Scope {
            /// Kind of scope.
            r#type: Value<String> = required(),
            /// Where.
            namespaces: Value<BTreeSet<String>> = optional(),
        }
    }

    model! {
        /// Outer.
        struct Thing {
            /// First line.
            ///
            ///   * indented
            name: Value<String> = required(),
            /// A block.
            scope: Value<Scope> = block(),
            /// A nested attribute.
            scopes: Value<BTreeMap<String, Scope>> = optional(),
            /// Given by the provider.
            arn: Value<String> = computed(),
        }
    }

    fn scope(namespaces: Dynamic) -> Dynamic {
        Dynamic::object([("type", "namespace".into()), ("namespaces", namespaces)])
    }

    fn thing(scope: Dynamic, scopes: Dynamic) -> Dynamic {
        Dynamic::object([("name", "n".into()), ("scope", scope), ("scopes", scopes), ("arn", Dynamic::Unknown)])
    }

    #[test]
    fn null_inside_a_collection_is_an_error_with_its_path() {
        let scopes = Dynamic::Map([("a".to_owned(), Dynamic::Null)].into());
        let Err(diagnostics) = Thing::decode(thing(Dynamic::Null, scopes)) else { panic!("accepted") };
        let paths: Vec<_> = diagnostics.iter().map(|d| d.path.to_string()).collect();
        assert_eq!(paths, [r#"scopes["a"]"#]);
    }

    #[test]
    fn a_collection_with_an_unknown_element_is_unknown() {
        let decoded = Thing::decode(thing(scope(Dynamic::set(["a".into(), Dynamic::Unknown])), Dynamic::Null));
        let scope = decoded.expect("decodes").scope.into_known().expect("is known");
        assert_eq!((scope.r#type, scope.namespaces), (Value::Known("namespace".into()), Value::Unknown));
    }

    #[test]
    fn a_set_of_values_tells_its_known_elements_from_the_others() {
        let set = Dynamic::set(["a".into(), Dynamic::Unknown, Dynamic::Unknown]);
        let decoded = Value::<BTreeSet<Value<String>>>::decode(set).expect("decodes");
        assert_eq!(decoded, Value::Known([Value::Known("a".to_owned()), Value::Unknown].into()));
    }

    #[test]
    fn null_in_a_set_is_an_error_also_where_an_element_could_hold_it() {
        for with_null in [Dynamic::set(["a".into(), Dynamic::Null]), Dynamic::set([Dynamic::Null, Dynamic::Unknown])] {
            let refused = Value::<BTreeSet<Value<String>>>::decode(with_null).map_err(|said| said.has_errors());
            assert_eq!(refused, Err(true));
        }
    }

    #[test]
    fn an_unknown_object_in_a_map_has_unknown_attributes() {
        let scopes = Dynamic::Map([("a".to_owned(), Dynamic::Unknown)].into());
        let scopes = Thing::decode(thing(Dynamic::Null, scopes)).expect("decodes").scopes.into_known();
        assert_eq!(scopes.expect("is known")["a"], Scope { r#type: Value::Unknown, namespaces: Value::Unknown });
    }

    #[test]
    fn an_object_survives_the_way_through_its_model() {
        let scopes = Dynamic::Map([("a".to_owned(), scope(Dynamic::Null))].into());
        let whole = thing(scope(Dynamic::set(["b".into(), "a".into()])), scopes);
        assert_eq!(Thing::decode(whole.clone()).map(Attribute::encode), Ok(whole));
    }

    #[test]
    fn the_schema_follows_from_the_struct() {
        let fields = Thing::fields();
        assert_eq!(fields[0].description, "First line.\n\n  * indented");
        assert!(matches!(fields[1].shape, Shape::Block(Nesting::Single, _)));
        assert!(matches!(fields[2].shape, Shape::Nested(Nesting::Map, _)));
        let scope = Type::object([("type", Type::String), ("namespaces", Type::set(Type::String))]);
        assert_eq!(fields[2].ty(), Type::map(scope));
    }
}

//! Whatever is written reads back the same.

use proptest::{collection, prelude::*};
use unicode_normalization::UnicodeNormalization;

use super::{Attributes, Dynamic, Number, Type, json, msgpack};

proptest! {
    #[test]
    fn through_msgpack((ty, value) in typed_values(true)) {
        let bytes = msgpack::encode(&value, &ty)?;
        prop_assert_eq!(msgpack::decode(&bytes, &ty)?, value);
    }

    #[test]
    fn through_json((ty, value) in typed_values(false)) {
        let bytes = json::encode(&value, &ty)?;
        prop_assert_eq!(json::decode(&bytes, &ty)?, value, "{}", String::from_utf8_lossy(&bytes));
    }

    /// Whatever is known about the value to come, such as a prefix or a least length, is of no matter: it is not known.
    #[test]
    fn every_extension_is_an_unknown(ty in types(), kind in any::<i8>(), hints in collection::vec(any::<u8>(), 0..1025)) {
        let mut unknown = Vec::new();
        rmp::encode::write_ext_meta(&mut unknown, u32::try_from(hints.len())?, kind).unwrap();
        unknown.extend(hints);
        prop_assert_eq!(msgpack::decode(&unknown, &ty)?, Dynamic::Unknown);

        let pair = [&[0x92][..], &unknown, &unknown].concat();
        prop_assert_eq!(msgpack::decode(&pair, &Type::list(ty))?, Dynamic::List(vec![Dynamic::Unknown; 2]));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in collection::vec(any::<u8>(), 0..64), ty in types()) {
        let _ = msgpack::decode(&bytes, &ty);
        let _ = json::decode(&bytes, &ty);
    }

    #[test]
    fn numbers_through_text(number in numbers()) {
        prop_assert_eq!(number.to_string().parse(), Ok(number));
    }

    #[test]
    fn integers_through_text_and_back(value in any::<i64>()) {
        prop_assert_eq!(Number::from(value).to_i64(), Some(value));
    }

    #[test]
    fn numbers_are_ordered_as_floats_are(a in -1e9..1e9_f64, b in -1e9..1e9_f64) {
        prop_assert_eq!(Number::from_f64(a)?.cmp(&Number::from_f64(b)?), a.partial_cmp(&b).unwrap());
    }
}

/// A type and a value of it, with parts that are known only after apply if `unknowns`.
fn typed_values(unknowns: bool) -> impl Strategy<Value = (Type, Dynamic)> {
    types().prop_flat_map(move |ty| (Just(ty.clone()), values(&ty, unknowns, 2)))
}

fn types() -> impl Strategy<Value = Type> {
    let leaves = prop_oneof![Just(Type::Bool), Just(Type::Number), Just(Type::String), Just(Type::Dynamic)];
    leaves.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(Type::list),
            inner.clone().prop_map(Type::set),
            inner.clone().prop_map(Type::map),
            collection::vec(inner.clone(), 0..3).prop_map(Type::Tuple),
            collection::btree_map("[a-z_]{1,4}", inner, 0..4).prop_map(Type::object),
        ]
    })
}

fn values(ty: &Type, unknowns: bool, dynamics: u32) -> BoxedStrategy<Dynamic> {
    let inner = |ty: &Type| values(ty, unknowns, dynamics);
    let known = match ty {
        Type::Bool => any::<bool>().prop_map(Dynamic::Bool).boxed(),
        Type::Number => numbers().prop_map(Dynamic::Number).boxed(),
        Type::String => text().prop_map(Dynamic::String).boxed(),
        Type::List(element) => collection::vec(inner(element), 0..4).prop_map(Dynamic::List).boxed(),
        Type::Set(element) => collection::vec(inner(element), 0..4).prop_map(Dynamic::set).boxed(),
        Type::Map(element) => collection::btree_map(text(), inner(element), 0..4).prop_map(Dynamic::Map).boxed(),
        Type::Tuple(elements) => elements.iter().map(inner).collect::<Vec<_>>().prop_map(Dynamic::Tuple).boxed(),
        Type::Object(attributes) => attributes
            .iter()
            .fold(Just(Attributes::default()).boxed(), |object, (name, ty)| {
                let name = name.clone();
                (object, inner(ty))
                    .prop_map(move |(mut object, value)| {
                        object.insert(name.clone(), value);
                        object
                    })
                    .boxed()
            })
            .prop_map(Dynamic::Object)
            .boxed(),
        Type::Dynamic if dynamics == 0 => Just(Dynamic::Null).boxed(),
        Type::Dynamic => types()
            .prop_filter("a value is of a definite type", |ty| *ty != Type::Dynamic)
            .prop_flat_map(move |ty| (Just(ty.clone()), values(&ty, unknowns, dynamics - 1)))
            .prop_map(|typed| Dynamic::Typed(Box::new(typed)))
            .boxed(),
    };
    prop_oneof![
        8 => known,
        1 => Just(Dynamic::Null),
        u32::from(unknowns) => Just(Dynamic::Unknown),
    ]
    .boxed()
}

fn numbers() -> impl Strategy<Value = Number> {
    let parsed = |text: String| text.parse().unwrap();
    prop_oneof![
        any::<i64>().prop_map(Number::from),
        any::<u64>().prop_map(Number::from),
        (-1e300..1e300_f64).prop_map(|value| Number::from_f64(value).unwrap()),
        "-?[0-9]{1,40}(\\.[0-9]{1,40})?".prop_map(parsed),
        "-?[0-9]\\.[0-9]{0,20}[eE][+-]?[0-9]{1,9}".prop_map(parsed),
    ]
}

fn text() -> impl Strategy<Value = String> {
    any::<String>().prop_map(|text| text.nfc().collect())
}

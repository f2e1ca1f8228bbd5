use super::*;
use crate::value::encoded::MAX_DEPTH;

fn number(text: &str) -> Dynamic {
    Dynamic::Number(text.parse().unwrap_or_else(|error| panic!("{text}: {error}")))
}

fn typed(ty: Type, value: Dynamic) -> Dynamic {
    Dynamic::Typed(Box::new((ty, value)))
}

fn problem(result: Result<impl std::fmt::Debug, CodecError>) -> String {
    result.expect_err("there is something wrong with the value").to_string()
}

#[test]
fn nothing_of_a_cut_value_is_believed() {
    let ty = Type::object([
        ("list", Type::list(Type::Number)),
        ("map", Type::map(Type::String)),
        ("number", Type::Number),
        ("unknown", Type::Bool),
        ("any", Type::Dynamic),
    ]);
    let value = Dynamic::object([
        ("list", Dynamic::List(vec![number("70000"), number("-70000"), number("1e400")])),
        ("map", Dynamic::Map([("key".to_owned(), "text".into())].into())),
        ("number", number("9223372036854775807")),
        ("unknown", Dynamic::Unknown),
        ("any", typed(Type::String, "text".into())),
    ]);
    let bytes = encode(&value, &ty).unwrap();
    for length in 0..bytes.len() {
        let problem = problem(decode(&bytes[..length], &ty));
        assert!(problem.ends_with("cut short"), "{length} bytes: {problem}");
    }
    assert_eq!(decode(&bytes, &ty), Ok(value));
}

#[test]
fn claimed_lengths_are_not_believed() {
    for (bytes, ty) in [
        (b"\xdd\xff\xff\xff\xff".as_slice(), Type::list(Type::Bool)),
        (b"\xdd\xff\xff\xff\xff", Type::set(Type::Bool)),
        (b"\xdf\xff\xff\xff\xff", Type::map(Type::Bool)),
        (b"\xdb\xff\xff\xff\xff", Type::String),
        (b"\xc6\xff\xff\xff\xff", Type::String),
        (b"\xc9\xff\xff\xff\xff\x0c", Type::String),
    ] {
        assert!(problem(decode(bytes, &ty)).ends_with("the value is cut short"), "{bytes:x?}");
    }
}

#[test]
fn depth_is_bounded() {
    // [b"\"dynamic\"", [b"\"dynamic\"", …]]
    let mut bytes = Vec::new();
    for _ in 0..100_000 {
        bytes.extend(b"\x92\xc4\x09\"dynamic\"");
    }
    assert!(problem(decode(&bytes, &Type::Dynamic)).contains("within one another"));

    let nested = (0..MAX_DEPTH).fold(Type::Bool, |ty, _| Type::list(ty));
    let bytes: Vec<u8> = std::iter::repeat_n(0x91, MAX_DEPTH).chain([0xc3]).collect();
    assert!(decode(&bytes, &nested).is_ok());
    let bytes: Vec<u8> = std::iter::repeat_n(0x91, MAX_DEPTH + 1).chain([0xc3]).collect();
    assert!(problem(decode(&bytes, &Type::list(nested))).contains("within one another"));
}

#[test]
fn what_does_not_fit_the_type_is_refused_with_its_path() {
    let object = || Type::object([("a", Type::list(Type::object([("b", Type::String)])))]);
    let three = || Type::object([("x", Type::Bool), ("y", Type::Bool), ("z", Type::Bool)]);
    for (bytes, ty, expected) in [
        (b"\xc3\xc3".as_slice(), Type::Bool, "1 bytes follow the value"),
        (b"\xc1", Type::Bool, "expected true or false, found a byte that MessagePack does not use"),
        (b"\xa1a", Type::Bool, "expected true or false, found a string"),
        (b"\xc3", Type::String, "expected a string, found true or false"),
        (b"\xa1\xff", Type::String, "the text is not UTF-8"),
        (b"\xa1a", Type::Number, "not a decimal number"),
        (b"\xcb\x7f\xf8\0\0\0\0\0\0", Type::Number, "not a finite number"),
        (b"\xcb\xff\xf0\0\0\0\0\0\0", Type::Number, "not a finite number"),
        (b"\x80", Type::list(Type::Bool), "expected a list, found a map"),
        (b"\x91\x01", Type::set(Type::Bool), "in an element of the set: expected true or false, found a number"),
        (b"\x90", Type::map(Type::Bool), "expected a map, found an array"),
        (b"\x81\xa1k\x01", Type::map(Type::Bool), "[\"k\"]: expected true or false, found a number"),
        (b"\x91\xc3", Type::Tuple(vec![Type::Bool, Type::Bool]), "expected a tuple of 2, found 1"),
        (b"\x91\x01", Type::Tuple(vec![Type::Bool]), "[0]: expected true or false, found a number"),
        (b"\x80", object(), "a: the attribute is missing"),
        (b"\x82\xa1z\xc0\xa1x\xc0", three(), "y: the attribute is missing"),
        (b"\x82\xa1y\xc0\xa1x\xc0", three(), "z: the attribute is missing"),
        (b"\x82\xa1a\xc0\xa1c\xc0", object(), "c: the type has no such attribute"),
        (b"\x81\xa1a\x92\xc0\x81\xa1b\x01", object(), "a[1].b: expected a string, found a number"),
        (b"\x93\xc0\xc0\xc0", Type::Dynamic, "expected a type and a value, found an array of 3"),
        (b"\x92\xc4\x01x\xc0", Type::Dynamic, "not the JSON form of a type: expected value at line 1 column 1"),
    ] {
        assert_eq!(problem(decode(bytes, &ty)), expected, "{bytes:x?}");
    }
}

#[test]
fn what_does_not_fit_the_type_is_not_written() {
    let object = || Type::object([("a", Type::String)]);
    for (value, ty, expected) in [
        (Dynamic::Bool(true), Type::String, "expected a string, found true or false"),
        ("text".into(), Type::Dynamic, "expected a value with its type, found a string"),
        (typed(Type::Bool, "x".into()), Type::Dynamic, "expected true or false, found a string"),
        (Dynamic::List(vec![]), Type::set(Type::Bool), "expected a set, found a list"),
        (Dynamic::Tuple(vec![]), Type::Tuple(vec![Type::Bool]), "expected a tuple of 1, found 0"),
        (Dynamic::object([("b", Dynamic::Null)]), object(), "b: the type has no such attribute"),
        (Dynamic::object::<&str>([]), object(), "a: the attribute is missing"),
        (Dynamic::object([("a", Dynamic::Bool(true))]), object(), "a: expected a string, found true or false"),
    ] {
        assert_eq!(problem(encode(&value, &ty)), expected);
    }
}

#[test]
fn numbers_in_every_form() {
    for (bytes, expected) in [
        (b"\x00".as_slice(), "0"),
        (b"\x7f", "127"),
        (b"\xff", "-1"),
        (b"\xcc\xff", "255"),
        (b"\xcd\xff\xff", "65535"),
        (b"\xce\xff\xff\xff\xff", "4294967295"),
        (b"\xcf\x7f\xff\xff\xff\xff\xff\xff\xff", "9223372036854775807"),
        (b"\xcf\x80\0\0\0\0\0\0\0", "9223372036854775808"),
        (b"\xcf\xff\xff\xff\xff\xff\xff\xff\xff", "18446744073709551615"),
        (b"\xd0\x80", "-128"),
        (b"\xd1\x80\x00", "-32768"),
        (b"\xd2\x80\0\0\0", "-2147483648"),
        (b"\xd3\x80\0\0\0\0\0\0\0", "-9223372036854775808"),
        (b"\xca\x3f\x00\0\0", "0.5"),
        (b"\xcb\x3f\xe0\0\0\0\0\0\0", "0.5"),
        (b"\xcb\x3f\xb9\x99\x99\x99\x99\x99\x9a", "0.1"),
        (b"\xcb\x43\xe0\0\0\0\0\0\0", "9223372036854775808"),
        (b"\xa30.1", "0.1"),
        (b"\xa51e400", "1e400"),
        (b"\xc4\x040.10", "0.1"),
        (b"\xb61180591620717411303424", "1180591620717411303424"),
    ] {
        assert_eq!(decode(bytes, &Type::Number), Ok(number(expected)), "{bytes:x?}");
    }
}

#[test]
fn numbers_are_written_as_integers_or_as_exact_text() {
    for (value, expected) in [
        ("3", b"\x03".as_slice()),
        ("-33", b"\xd0\xdf"),
        ("9223372036854775807", b"\xcf\x7f\xff\xff\xff\xff\xff\xff\xff"),
        ("-9223372036854775808", b"\xd3\x80\0\0\0\0\0\0\0"),
        ("9223372036854775808", b"\xb39223372036854775808"),
        ("0.1", b"\xa30.1"),
        ("1e400", b"\xa51e400"),
    ] {
        assert_eq!(encode(&number(value), &Type::Number).as_deref(), Ok(expected), "{value}");
    }
}

#[test]
fn any_extension_means_known_after_apply() {
    for bytes in [
        b"\xd4\x00\x00".as_slice(),
        b"\xd4\x7f\xff",
        b"\xd5\x00\x00\x00",
        // Refined: not null; not null and with a prefix; a lower bound of 0.
        b"\xc7\x03\x0c\x81\x01\xc2",
        b"\xc7\x09\x0c\x82\x01\xc2\x02\xa4pre-",
        b"\xc7\x07\x0c\x82\x01\xc2\x03\x92\x00\xc3",
    ] {
        for ty in [Type::String, Type::Number, Type::set(Type::Bool), Type::Dynamic, Type::object([("a", Type::Bool)])]
        {
            assert_eq!(decode(bytes, &ty), Ok(Dynamic::Unknown), "{bytes:x?}");
        }
    }
    assert_eq!(encode(&Dynamic::Unknown, &Type::String).as_deref(), Ok(b"\xd4\x00\x00".as_slice()));
}

#[test]
fn extensions_anywhere_inside() {
    let bytes = b"\x81\xa1k\x92\xc4\x08\"string\"\xd4\x00\x00";
    let value = Dynamic::Map([("k".to_owned(), typed(Type::String, Dynamic::Unknown))].into());
    assert_eq!(decode(bytes, &Type::map(Type::Dynamic)), Ok(value));

    let elements = Dynamic::set([Dynamic::Unknown, "a".into(), Dynamic::Unknown]);
    assert_eq!(decode(b"\x93\xd4\x00\x00\xa1a\xc7\x03\x0c\x81\x01\xc2", &Type::set(Type::String)), Ok(elements));
}

#[test]
fn null_and_empty_are_two_things() {
    for ty in [Type::list(Type::Bool), Type::set(Type::Bool), Type::map(Type::Bool), Type::object::<&str>([])] {
        assert_eq!(decode(b"\xc0", &ty), Ok(Dynamic::Null));
        assert_eq!(encode(&Dynamic::Null, &ty).as_deref(), Ok(b"\xc0".as_slice()));
    }
    assert_eq!(decode(b"\x90", &Type::list(Type::Bool)), Ok(Dynamic::List(vec![])));
    assert_eq!(decode(b"\x90", &Type::set(Type::Bool)), Ok(Dynamic::set([])));
    assert_eq!(decode(b"\x80", &Type::map(Type::Bool)), Ok(Dynamic::Map(BTreeMap::new())));
}

#[test]
fn dynamic_values_keep_their_type() {
    for (bytes, expected) in [
        (b"\xc0".as_slice(), Dynamic::Null),
        (b"\x92\xa8\"string\"\xc0", typed(Type::String, Dynamic::Null)),
        (b"\x92\xc4\x0e[\"set\",\"bool\"]\x91\xc3", typed(Type::set(Type::Bool), Dynamic::set([true.into()]))),
        (b"\x92\xc4\x09\"dynamic\"\x92\xc4\x06\"bool\"\xc3", typed(Type::Bool, true.into())),
    ] {
        assert_eq!(decode(bytes, &Type::Dynamic), Ok(expected), "{bytes:x?}");
    }
}

#[test]
fn text_is_normalised() {
    let composed = "caf\u{e9}";
    for bytes in [b"\xa5caf\xc3\xa9".as_slice(), b"\xa6cafe\xcc\x81", b"\xc4\x06cafe\xcc\x81"] {
        assert_eq!(decode(bytes, &Type::String), Ok(composed.into()), "{bytes:x?}");
    }
    let map = Dynamic::Map([(composed.to_owned(), true.into())].into());
    assert_eq!(decode(b"\x81\xa6cafe\xcc\x81\xc3", &Type::map(Type::Bool)), Ok(map));
}

#[test]
fn sets_in_any_order_and_without_duplicates() {
    let expected = Dynamic::set(["a".into(), "b".into()]);
    for bytes in [b"\x92\xa1a\xa1b".as_slice(), b"\x92\xa1b\xa1a", b"\x93\xa1b\xa1a\xa1b"] {
        assert_eq!(decode(bytes, &Type::set(Type::String)), Ok(expected.clone()), "{bytes:x?}");
    }
}

use super::*;

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
fn what_is_not_json_is_refused() {
    for json in ["", "{", "tru", "1 2", "\"\\ud800\"", "[1,]", "{\"a\" 1}"] {
        assert!(problem(decode(json.as_bytes(), &Type::String)).contains("not JSON"), "{json}");
    }
    for json in ["{", "{\"a\" 1}", "{} 1", "{\"b\":tru}"] {
        assert!(problem(decode(json.as_bytes(), &Type::object([("a", Type::Bool)]))).contains("not JSON"), "{json}");
    }
    assert!(problem(decode(b"\"\xff\"", &Type::String)).contains("not JSON"));
}

#[test]
fn what_does_not_fit_the_type_is_refused_with_its_path() {
    let object = || Type::object([("a", Type::list(Type::object([("b", Type::Number)])))]);
    for (json, ty, expected) in [
        ("[]", Type::String, "expected a string, found an array"),
        ("2", Type::Bool, "expected true or false, found a number"),
        ("\"yes\"", Type::Bool, "expected true or false, found a string"),
        ("\"one\"", Type::Number, "expected a number, found a string"),
        ("true", Type::Number, "expected a number, found true or false"),
        ("{}", Type::list(Type::Bool), "expected a list, found an object"),
        ("[[]]", Type::set(Type::Bool), "in an element of the set: expected true or false, found an array"),
        ("[]", Type::map(Type::Bool), "expected a map, found an array"),
        ("{\"k\":{}}", Type::map(Type::Bool), "[\"k\"]: expected true or false, found an object"),
        ("[true]", Type::Tuple(vec![]), "expected a tuple of 0, found 1"),
        ("\"text\"", object(), "expected an object, found a string"),
        ("{\"a\":[null,{\"b\":\"x\"}]}", object(), "a[1].b: expected a number, found a string"),
        ("\"text\"", Type::Dynamic, "expected a value with its type, found a string"),
        ("{\"value\":1}", Type::Dynamic, "expected an object with a value and its type"),
        ("{\"value\":1,\"type\":\"x\"}", Type::Dynamic, "not the JSON form of a type: \"x\""),
    ] {
        assert_eq!(problem(decode(json.as_bytes(), &ty)), expected, "{json}");
    }
}

#[test]
fn depth_is_bounded() {
    let json = "{\"type\":\"dynamic\",\"value\":".repeat(100) + "null" + &"}".repeat(100);
    assert!(problem(decode(json.as_bytes(), &Type::Dynamic)).contains("within one another"));
    let json = "[".repeat(1_000_000);
    assert!(problem(decode(json.as_bytes(), &Type::list(Type::Bool))).contains("not JSON"));
}

#[test]
fn what_is_known_only_after_apply_is_not_written() {
    let value = Dynamic::object([("a", Dynamic::List(vec![Dynamic::Unknown]))]);
    let ty = Type::object([("a", Type::list(Type::String))]);
    assert_eq!(problem(encode(&value, &ty)), "a[0]: expected a string, found a value known only after apply");
}

#[test]
fn old_states_are_read_leniently() {
    let ty = Type::object([("a", Type::String), ("b", Type::Number), ("c", Type::Bool)]);
    for (json, a, b, c) in [
        ("{}", Dynamic::Null, Dynamic::Null, Dynamic::Null),
        ("{\"gone\":[{}],\"b\":null}", Dynamic::Null, Dynamic::Null, Dynamic::Null),
        (" {\n \"a\" : 1.50,\n \"b\" : \"1.50\",\n \"c\" : \"true\"\n} ", "1.50".into(), number("1.5"), true.into()),
        ("{\"a\":false,\"b\":1e400,\"c\":0}", "false".into(), number("1e400"), false.into()),
    ] {
        let expected = Dynamic::object([("a", a), ("b", b), ("c", c)]);
        assert_eq!(decode(json.as_bytes(), &ty), Ok(expected), "{json}");
    }
}

#[test]
fn numbers_keep_every_digit() {
    for json in ["9223372036854775808", "1180591620717411303424", "0.1", "-0.000000001", "1e400"] {
        let value = decode(json.as_bytes(), &Type::Number);
        assert_eq!(value, Ok(number(json)));
        assert_eq!(encode(&number(json), &Type::Number).as_deref(), Ok(json.as_bytes()));
    }
}

#[test]
fn text_is_unescaped_and_normalised() {
    assert_eq!(decode(br#""cafe\u0301""#, &Type::String), Ok("caf\u{e9}".into()));
    let map = Dynamic::Map([("caf\u{e9}".to_owned(), Dynamic::Null)].into());
    assert_eq!(decode("{\"cafe\u{301}\":null}".as_bytes(), &Type::map(Type::Bool)), Ok(map));
}

#[test]
fn dynamic_values_keep_their_type() {
    let value = typed(Type::set(Type::String), Dynamic::set(["a".into()]));
    let json = br#"{"value":["a"],"type":["set","string"]}"#;
    assert_eq!(encode(&value, &Type::Dynamic).as_deref(), Ok(json.as_slice()));
    assert_eq!(decode(json, &Type::Dynamic), Ok(value));
}

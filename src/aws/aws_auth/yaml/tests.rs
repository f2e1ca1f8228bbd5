use proptest::prelude::*;
use proptest::sample::select;

use super::*;

fn refused(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

#[test]
fn what_two_readers_may_take_in_two_ways_is_refused_with_its_place() {
    for (text, words) in [
        ("- a\n- !!int '1'\n", "line 2, column 3"),
        ("- !secret a\n", "!secret"),
        ("- a: 1\n  <<: {b: 2}\n", "merge key"),
        ("- {{x}}: y\n", "quotes"),
        ("- [a]: y\n", "quotes"),
        ("- : y\n", "key is missing"),
        ("- .inf\n", "number"),
        ("- a\n---\n- b\n", "second document"),
        ("- a\u{2028}- b\n", "2028"),
        ("a\u{0}b", "character"),
        ("\u{feff}- a\n", "feff"),
        ("- &a [*a]\n", "part of"),
        ("- *nobody\n", "anchor"),
    ] {
        let error = refused(text);
        assert!(error.contains(words) && error.contains("line"), "{text:?}: {error}");
    }
}

#[test]
fn broken_yaml_is_refused_with_its_place() {
    for text in [
        "- a: b\n\tc: d\n",
        "- a\n \t- b\n",
        "\t- a\n",
        "[a, b",
        "{a: b",
        "\"a",
        "- a\n b\n- c: d: e\n",
        "a: b\n- c\n",
        "%",
        "@a",
        "`a`",
    ] {
        assert!(refused(text).contains("line"), "{text:?}: {}", refused(text));
    }
}

#[test]
fn depth_is_bounded() {
    for text in
        ["[".repeat(MAX_BYTES), "- ".repeat(MAX_BYTES / 2), "{a: ".repeat(MAX_BYTES / 4), "? ".repeat(MAX_BYTES / 2)]
    {
        let error = refused(&text);
        assert!(error.contains("levels deep") || error.contains("recursion limit"), "{}: {error}", &text[..8]);
    }
    let deep = |levels| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert!(read(&deep(MAX_DEPTH)).is_ok());
    assert!(read(&deep(MAX_DEPTH + 1)).is_err());
}

#[test]
fn length_is_bounded() {
    assert!(refused(&"a".repeat(MAX_BYTES + 1)).contains("do not fit"));
    for text in ["a".repeat(MAX_BYTES), format!("\"{}\"", "\\n".repeat(MAX_BYTES / 2 - 1)), "#".repeat(MAX_BYTES)] {
        assert!(read(&text).is_ok(), "{}", &text[..8]);
    }
}

#[test]
fn aliases_are_bounded_by_what_they_stand_for() {
    let mut bomb = "- &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let inner = format!("*a{}, ", level - 1).repeat(10);
        bomb.push_str(&format!("- &a{level} [{inner}]\n"));
    }
    assert!(refused(&bomb).contains("values"));
    let wide = format!("- &a [{}]\n{}", "x, ".repeat(10_000), "- *a\n".repeat(10_000));
    assert!(refused(&wide).contains("values"));
    assert!(refused(&"[],".repeat(MAX_BYTES / 3)).contains("line"));
    assert!(refused(&"- \n".repeat(MAX_BYTES / 3)).contains("values"));
}

#[test]
fn quotes_make_a_text_of_anything() {
    let text = |text: &str| Rc::new(Node::Text(text.to_owned()));
    let other = |text: &str| Rc::new(Node::Other(text.to_owned()));
    let list = read("- '1'\n- \"yes\"\n- |\n  12\n- !!str 12\n- 12\n- ~\n-\n- x: z\n").unwrap();
    let map = Rc::new(Node::Map(vec![("x".to_owned(), text("z"))]));
    let null = || Rc::new(Node::Null);
    let expected = vec![text("1"), text("yes"), text("12\n"), text("12"), other("12"), null(), null(), map];
    assert_eq!(*list, Node::List(expected));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_is_too_much(pieces in prop::collection::vec(select(PIECES), 0..40)) {
        let _ = read(&pieces.concat());
    }
}

const PIECES: &[&str] = &[
    "- ", "-", ": ", ":", "? ", "[", "]", "{", "}", ",", "&a ", "*a", "!!str ", "!x ", "|\n", ">-\n", "'", "\"", "\\",
    "#", "%", "---", "...", "\n", "\n  ", "\n    ", "\t", "\r\n", " ", "a", "rolearn", "12", "~", "<<", "é", "\u{85}",
    "\u{2028}",
];

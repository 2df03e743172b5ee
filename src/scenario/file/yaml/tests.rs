use super::*;

fn tree(text: &str) -> Node {
    let (root, diagnostics) = parse(text);
    assert_eq!(diagnostics, [], "{text}");
    root.unwrap()
}

fn problem(text: &str) -> Diagnostic {
    let (_, mut diagnostics) = parse(text);
    assert_eq!(diagnostics.len(), 1, "{text}: {diagnostics:?}");
    diagnostics.remove(0)
}

/// Every node as the text that it stands for, outermost first.
fn places<'t>(node: &Node, text: &'t str) -> Vec<&'t str> {
    let mut places = vec![&text[node.span.clone()]];
    match &node.kind {
        Kind::Scalar(_) => {}
        Kind::List(items) => places.extend(items.iter().flat_map(|item| self::places(item, text))),
        Kind::Map(pairs) => {
            places.extend(
                pairs.iter().flat_map(|(key, value)| [key, value]).flat_map(|n| self::places(n, text)),
            );
        }
    }
    places
}

#[test]
fn nodes_know_their_places() {
    for (text, expected) in [
        ("a: 5s ±4\nb: 測", vec!["a: 5s ±4\nb: 測", "a", "5s ±4", "b", "測"]),
        (
            "a:\n  - \"x\" # why\n  - 'y'\n\nb: ~\n",
            vec![
                "a:\n  - \"x\" # why\n  - 'y'\n\nb: ~",
                "a",
                "- \"x\" # why\n  - 'y'",
                "\"x\"",
                "'y'",
                "b",
                "~",
            ],
        ),
        ("{ é: [ ü, {} ], b: }", vec!["{ é: [ ü, {} ], b: }", "é", "[ ü, {} ]", "ü", "{}", "b", "b"]),
        ("a:\r\n- b\r\n-\r\n", vec!["a:\r\n- b\r\n-", "a", "b\r\n-", "b", "-"]),
        ("\u{feff}a: b", vec!["a: b", "a", "b"]),
        ("[ 'it''s', \"\\\"\" ] # it's", vec!["[ 'it''s', \"\\\"\" ]", "'it''s'", "\"\\\"\""]),
        ("- a b # c\n- \"d\" # \"e\"\n", vec!["- a b # c\n- \"d\"", "a b", "\"d\""]),
        ("a: &x [1]\nb: *x\n", vec!["a: &x [1]\nb: *x", "a", "&x [1]", "1", "b", "*x", "1"]),
    ] {
        assert_eq!(places(&tree(text), text), expected, "{text:?}");
    }
}

#[test]
fn block_texts_end_with_their_last_line() {
    let text = "a: |\n  one\n  two\n\nb: 1\n";
    let Kind::Map(pairs) = tree(text).kind else { panic!() };
    assert_eq!(pairs[0].1.text(), Some("one\ntwo\n"));
    assert!(text[pairs[0].1.span.clone()].ends_with("two"));
}

#[test]
fn an_empty_text_is_null() {
    for text in ["", "\n\n", "# nothing\n", "---\n", "~"] {
        assert!(tree(text).is_null(), "{text:?}");
    }
}

#[test]
fn duplicate_keys_show_both_places() {
    let found = problem("a: 1\nb: 2\na: 3\n");
    let places: Vec<_> = found.labels.iter().map(|label| label.span.clone()).collect();
    assert_eq!(places, [10..11, 0..1]);
}

#[test]
fn limits_are_named() {
    assert!(problem(&"- ".repeat(MAX_NESTING + 1)).message.contains("200 deep"));
    assert_eq!(parse(&format!("{}x", "- ".repeat(MAX_NESTING))).1, []);
    assert!(problem(&"x".repeat(MAX_FILE_BYTES + 1)).message.contains("1 MiB"));
    let mut nested = vec!["- &a0 [x]".to_owned()];
    nested.extend((1..MAX_NESTING).map(|level| format!("- &a{level} [*a{}]", level - 1)));
    let nested = nested.join("\n");
    assert!(problem(&nested).message.contains("200 deep"));
    let long = format!("- &a {}\n{}", "x".repeat(100_000), "- *a\n".repeat(200));
    assert!(problem(&long).message.contains("250000 values"));
}

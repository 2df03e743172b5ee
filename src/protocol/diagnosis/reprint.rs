//! A body as a program sends it on that reads it as JSON and writes it again.

use super::rewrite::Json;

/// What `JSON.stringify(JSON.parse(body))` gives in JavaScript; `None` where the body is not JSON.
pub fn as_javascript(body: &[u8]) -> Option<Vec<u8>> {
    let mut json = Json::read(body)?;
    json.forget_repeats();
    json.numbers_first();
    Some(json.as_javascript().into_bytes())
}

/// What `json.dumps(json.loads(body))` gives in Python; `None` where the body is not JSON.
pub fn as_python(body: &[u8]) -> Option<Vec<u8>> {
    let mut json = Json::read(body)?;
    json.forget_repeats();
    Some(json.as_python().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_the_programs_write_it() {
        // From Node 20 and Python 3.11.
        for (body, javascript, python) in [
            (
                r#"{"a":1.0,"b":[1.50,-0.0,1e21]}"#,
                r#"{"a":1,"b":[1.5,0,1e+21]}"#,
                r#"{"a": 1.0, "b": [1.5, -0.0, 1e+21]}"#,
            ),
            (
                r#" { "b" : 1 , "a" : [ ] , "c" : {} } "#,
                r#"{"b":1,"a":[],"c":{}}"#,
                r#"{"b": 1, "a": [], "c": {}}"#,
            ),
            (
                r#"{"a":"\u00e9\/<\u2028\u007f\u0001"}"#,
                "{\"a\":\"\u{e9}/<\u{2028}\u{7f}\\u0001\"}",
                r#"{"a": "\u00e9/<\u2028\u007f\u0001"}"#,
            ),
            (r#"{"a":1,"b":2,"a":3}"#, r#"{"a":3,"b":2}"#, r#"{"a": 3, "b": 2}"#),
            (
                r#"{"b":1,"10":2,"9":3,"01":4}"#,
                r#"{"9":3,"10":2,"b":1,"01":4}"#,
                r#"{"b": 1, "10": 2, "9": 3, "01": 4}"#,
            ),
            ("4.370", "4.37", "4.37"),
            ("9007199254740993", "9007199254740992", "9007199254740993"),
            ("null", "null", "null"),
        ] {
            let text = |bytes: Option<Vec<u8>>| String::from_utf8(bytes.unwrap()).unwrap();
            assert_eq!(text(as_javascript(body.as_bytes())), javascript, "{body}");
            assert_eq!(text(as_python(body.as_bytes())), python, "{body}");
        }
        for body in ["", "{", "{a:1}", "\u{feff}{}"] {
            assert_eq!((as_javascript(body.as_bytes()), as_python(body.as_bytes())), (None, None), "{body}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_a_program_wrote_it_writes_again(text in ".*", number: f64, small in -1000i64..1000) {
            let value = serde_json::json!({ text.clone(): [text, number, small, null, true] });
            let body = value.to_string().into_bytes();
            let once = as_javascript(&body).unwrap();
            proptest::prop_assert_eq!(as_javascript(&once), Some(once.clone()));
            let python = as_python(&body).unwrap();
            proptest::prop_assert_eq!(as_python(&python), Some(python.clone()));
            proptest::prop_assert!(python.is_ascii());
            proptest::prop_assert_eq!(as_javascript(&python), Some(once));
        }
    }
}

//! What one request shows by itself.

use serde_json::{Map, Value};

use super::Sighting;
use crate::protocol::code::{Code, PayloadKind};
use crate::serve::traffic::{Heeded, MacVerdict, Request};

/// The longest value that is repeated, in bytes: what a dialect holds is short.
const LONGEST: usize = 200;

pub(super) fn look(request: &Request, event: &Heeded, mac: &MacVerdict, each: &mut dyn FnMut(Sighting)) {
    let place = &event.place;
    let mut show = |key, value: &str| each(Sighting::new(key, cut(value), place));
    for (key, field) in
        [("http.content-type", &request.content_type), ("http.user-agent", &request.user_agent)]
    {
        if let Some(text) = field.text() {
            show(key, text);
        }
    }
    if !request.body.is_ascii() {
        show("body.charset", "utf8");
    } else if has_escaped(&request.body) {
        show("body.charset", "ascii");
    }
    if let MacVerdict::Right { input: Some(input), .. } = mac {
        show("mac.input", input.as_str());
    }
    if event.opens
        && let Some(id) = &place.session_id
    {
        show("session-id.style", style(id));
    }
    let Some(code) = event.code else { return };
    if !code.is_on_older_page() {
        show("events", "current");
    }
    let payload = event.envelope.get("payload");
    if let Some(form) = empty_form(code, payload) {
        show("payload.empty", form);
    }
    let Some(Value::Object(payload)) = payload else { return };
    let (key, values) = match code.payload() {
        PayloadKind::Constraint => ("constraint.key", "constraint.values"),
        PayloadKind::ApiError => ("api-error.key", "api-error.values"),
        _ => return,
    };
    if let Some((name, value)) = particular(code, payload) {
        show(key, name);
        show(values, &value);
    }
}

/// How the absence of a payload is written, where an event may have none.
fn empty_form(code: Code, payload: Option<&Value>) -> Option<&'static str> {
    if !matches!(code.payload(), PayloadKind::None | PayloadKind::MeasurementIfCreated) {
        return None;
    }
    match payload {
        None => Some("absent"),
        Some(Value::Null) => Some("null"),
        Some(Value::Object(map)) if map.is_empty() => Some("object"),
        Some(_) => None,
    }
}

/// The key that says what was violated, or what the API's error is, and its value.
fn particular(code: Code, payload: &Map<String, Value>) -> Option<(&str, String)> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) if code == Code::ApiError && !number.is_f64() => Some(number.to_string()),
        _ => None,
    };
    payload
        .iter()
        .filter(|(name, _)| *name != "measurementId")
        .find_map(|(name, value)| Some((name.as_str(), text(value)?)))
}

/// True where the body holds a character beyond ASCII as an escape.
fn has_escaped(body: &[u8]) -> bool {
    let mut rest = body;
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        let digits = rest.get(at + 2..at + 6).and_then(|digits| std::str::from_utf8(digits).ok());
        let unit = digits.and_then(|digits| u16::from_str_radix(digits, 16).ok());
        if rest.get(at + 1) == Some(&b'u') && unit.is_some_and(|unit| unit >= 0x80) {
            return true;
        }
        rest = rest.get(at + 2..).unwrap_or_default();
    }
    false
}

fn style(id: &str) -> &'static str {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    if id.len() == 36 && uuid::Uuid::try_parse(id).is_ok() {
        "uuid"
    } else if id.len() == 25 && id.bytes().all(plain) {
        "alphanumeric"
    } else {
        "another style"
    }
}

fn cut(text: &str) -> String {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_beyond_ascii_are_seen_and_nothing_else_is() {
        for (body, expected) in [
            (r#""\u00e9""#, true),
            (r#""\\\u00E9""#, true),
            (r#""\\u00e9""#, false),
            (r#""\u0009\n\"""#, false),
            (r#""\u00"#, false),
            ("\"\\", false),
        ] {
            assert_eq!(has_escaped(body.as_bytes()), expected, "{body}");
        }
    }

    #[test]
    fn styles_of_session_ids() {
        for (id, expected) in [
            ("f0c8ca8d-111d-4dcf-a69d-46ed39a2db06", "uuid"),
            ("ryueiwoqfh910fu3rpqruvfiu", "alphanumeric"),
            ("undefined", "another style"),
            ("f0c8ca8d111d4dcfa69d46ed39a2db06", "another style"),
        ] {
            assert_eq!(style(id), expected);
        }
    }
}

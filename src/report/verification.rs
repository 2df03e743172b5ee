//! Whether a MAC is right, and why not.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::style::{BAD, GOOD, STRONG, paint};
use crate::protocol::diagnosis::{Effort, Explanation, Reason};
use crate::protocol::mac::MacValue;

/// Whether a MAC is right.
#[derive(Clone, Copy, Debug)]
pub struct Verification<'a> {
    /// Why it is not; `None` where it is.
    pub explanation: Option<&'a Explanation>,
    /// The right value, where it is to be shown.
    pub expected: Option<&'a MacValue>,
    /// Which secret it is right with, or which explains it, from 0.
    pub secret: Option<usize>,
    /// How many there are.
    pub secrets: usize,
}

impl Verification<'_> {
    /// For people.
    pub fn human(&self) -> String {
        let mut out = String::new();
        // Writing to a String cannot fail.
        let mut line = |name: &str, text: &str| {
            let _ = writeln!(out, "  {name:<9} {text}");
        };
        let verdict = if let Some(explanation) = self.explanation {
            for reason in explanation.reasons() {
                line("reason", &paint(STRONG, reason));
                line("", reason.what());
            }
            for (place, hint) in explanation.hints().iter().enumerate() {
                line(if place == 0 { "to do" } else { "" }, hint);
            }
            if let Some(tried) = tried(explanation) {
                line("tried", &tried);
            }
            paint(BAD, "invalid")
        } else {
            paint(GOOD, "valid")
        };
        if let Some(secret) = self.secret.filter(|_| self.secrets > 1) {
            line("secret", &format!("number {} of those given", secret + 1));
        }
        if let Some(expected) = self.expected {
            line("expected", expected.as_str());
        }
        format!("{verdict}\n{out}")
    }

    /// For programs.
    pub fn json(&self) -> Value {
        let mut object = json!({ "type": "verification", "valid": self.explanation.is_none() });
        // From 0, in the order in which they were given.
        object["secret"] = json!(self.secret);
        if let Some(explanation) = self.explanation {
            object["reason"] = json!(explanation.reason());
            object["reasons"] = json!(explanation.reasons());
            object["what"] = json!(explanation.what());
            object["hint"] = json!(explanation.hint());
            object["tried"] = json!(explanation.tried);
            object["complete"] = json!(!explanation.cut && !explanation.too_large);
        }
        if let Some(expected) = self.expected {
            object["expected"] = json!(expected.as_str());
        }
        object
    }
}

/// How hard it was looked, where nothing was found.
fn tried(explanation: &Explanation) -> Option<String> {
    if !explanation.reasons().contains(&Reason::WrongSecret) {
        return None;
    }
    let mut text = match explanation.tried {
        1 => "1 digest".to_owned(),
        tried => format!("{tried} digests"),
    };
    let effort = Effort::THOROUGH;
    if explanation.too_large {
        let mib = effort.structured_body >> 20;
        let _ = write!(text, "; over {mib} MiB, so not printed anew as JSON");
    }
    if explanation.cut {
        let (digests, gib) = (effort.tries, effort.bytes >> 30);
        let _ = write!(text, "; not everything: {digests} digests or {gib} GiB is the most");
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::diagnosis::explain;
    use crate::protocol::dialect::MacInput;
    use crate::protocol::mac::{Secret, Signer};

    fn plain(text: &str) -> String {
        text.split('\u{1b}')
            .map(|part| part.split_once('m').filter(|_| part.starts_with('[')).map_or(part, |(_, rest)| rest))
            .collect()
    }

    #[test]
    fn a_right_and_a_wrong_mac() {
        let signer = |secret: &str| Signer::new(&Secret::new(secret), MacInput::Bytes);
        let signers = [signer("old"), signer("new")];
        let body = br#"{"a":1}"#;
        let right = signers[0].sign(body);
        let valid = Verification { explanation: None, expected: Some(&right), secret: Some(0), secrets: 1 };
        assert_eq!(plain(&valid.human()), format!("valid\n  expected  {right}\n"));
        assert_eq!(
            valid.json(),
            json!({ "type": "verification", "valid": true, "secret": 0, "expected": right.as_str() })
        );

        let header = signers[1].sign(br#"{"a": 1}"#).to_string().to_uppercase();
        let explanation = explain(&signers, body, &[header.as_bytes()], Effort::THOROUGH);
        let invalid = Verification {
            explanation: Some(&explanation),
            expected: None,
            secret: explanation.secret,
            secrets: 2,
        };
        insta::assert_snapshot!(plain(&invalid.human()), @r"
        invalid
          reason    signed-with-spaces
                    The MAC is that of the JSON with a space after each comma and colon, as Python's json.dumps writes it.
          reason    header-hex-upper-case
                    The hex digits are in upper case.
          reason    header-prefix-case
                    The prefix is not in lower case.
          to do     Hash the body's bytes as they arrive, before any parser, and send exactly the bytes that were signed.
                    Write the digest as 64 lower-case hex digits.
                    Write hmac-sha256= once, in lower case, and the digits right after it.
          secret    number 2 of those given
        ");
        let json = invalid.json();
        assert_eq!(
            (&json["valid"], &json["reason"], &json["secret"]),
            (&false.into(), &"signed-with-spaces".into(), &1.into())
        );
        assert_eq!(json["reasons"][0], "signed-with-spaces");

        let explanation =
            explain(&signers, body, &[signer("other").sign(body).as_str().as_bytes()], Effort::THOROUGH);
        let invalid = Verification {
            explanation: Some(&explanation),
            expected: None,
            secret: explanation.secret,
            secrets: 2,
        };
        let told = plain(&invalid.human());
        assert!(told.contains("wrong-secret") && told.contains(" digests\n"), "{told}");
        assert_eq!(invalid.json()["complete"], true);
    }
}

//! Section `input`: what is no event, with a right MAC. It is answered on purpose, and forgotten: the next ordinary event
//! is taken.
//!
//! The session of each body is one that had an ordinary event before, so that a receiver gets as far as it can.

mod shapes;
mod sizes;

use super::body::two;
use super::ordinary;
use crate::conformance::case::{Case, Manner, Play};
use crate::conformance::kit::{Draft, Kit};
use crate::conformance::script::{Demand, Script, Shot};

const SIGNED: &str = "A right MAC says who sent the body, and not that the body is right: a new version of WMS, a proxy that cuts, or your own secret in a test suite sends such things. One body that ends the process, or hangs a worker, loses the events of everybody.";

/// A body of any bytes, made from the ordinary one.
type Write = fn(&Draft) -> Vec<u8>;

const fn purposeful(
    id: &'static str,
    title: &'static str,
    stimulus: &'static str,
    hint: &'static str,
    script: fn(&mut Kit<'_>) -> Script,
) -> Case {
    Case {
        id,
        title,
        requirement: "The receiver MUST answer with a 2xx or a 4xx, as it likes, and then take ordinary events.",
        stimulus,
        hint,
        explain: SIGNED,
        manner: Manner::Rough,
        play: Play::Script(script),
        ..Case::MUST
    }
}

pub(super) const SHAPES: &[Case] = shapes::CASES;
pub(super) const SIZES: &[Case] = sizes::CASES;

pub(super) const CASES: &[Case] = &[
    purposeful(
        "input/empty",
        "no body is answered on purpose",
        "A request without a body, with the MAC of no bytes.",
        "`JSON.parse('')` or `json.loads(b'')` throws outside any try block, or `req.body` is undefined.",
        |kit| one(kit, "a request without a body", |_| Vec::new()),
    ),
    purposeful(
        "input/blank",
        "a body of blanks is answered on purpose",
        "A body of blanks and line breaks.",
        "The parser throws outside any try block, or a reader waits for the first character.",
        |kit| one(kit, "a body of blanks", |_| b" \r\n\t \n".to_vec()),
    ),
    purposeful(
        "input/not-json",
        "a body that is not JSON is answered on purpose",
        "A line of text, a form and a page of HTML as bodies.",
        "`JSON.parse(body)` throws outside any try block, and the framework answers 500.",
        |kit| {
            each(
                kit,
                &[
                    ("a line of text", |_| b"hello".to_vec()),
                    ("a form", |draft| {
                        format!("sequence=1&event={}", draft.get("event").trim_matches('"')).into_bytes()
                    }),
                    ("a page of HTML", |_| b"<!doctype html><title>502 Bad Gateway</title>".to_vec()),
                ],
            )
        },
    ),
    purposeful(
        "input/truncated",
        "a body that is cut off is answered on purpose",
        "The first half of an event, with the MAC of that half and its length.",
        "`JSON.parse(body)` throws outside any try block, or a parser of streams waits for the rest.",
        |kit| {
            one(kit, "half an event", |draft| {
                let text = draft.compact().into_bytes();
                text[..text.len() / 2].to_vec()
            })
        },
    ),
    purposeful(
        "input/trailing-garbage",
        "an event with more behind it is answered on purpose",
        "Two events in one body, one behind the other.",
        "The parser throws at `Extra data` outside any try block.",
        |kit| one(kit, "two events in one body", |draft| draft.compact().repeat(2).into_bytes()),
    ),
    purposeful(
        "input/array",
        "a list is answered on purpose",
        "A list with an event in it, and an empty list.",
        "`event[\"sessionId\"]` is read of a list: a TypeError in Python, a Warning and null in PHP.",
        |kit| {
            each(
                kit,
                &[
                    ("a list with an event", |draft| format!("[{}]", draft.compact()).into_bytes()),
                    ("an empty list", |_| b"[]".to_vec()),
                ],
            )
        },
    ),
    purposeful(
        "input/text",
        "a text is answered on purpose",
        "The JSON text \"WMS_LOADED\" as a body.",
        "`event.get(\"sessionId\")` is called on a text, or `body.payload.state` is read of one.",
        |kit| one(kit, "a text", |_| br#""WMS_LOADED""#.to_vec()),
    ),
    purposeful(
        "input/number",
        "a number is answered on purpose",
        "The number 7 as a body, and the word true.",
        "`\"sessionId\" in event` throws for what is no object.",
        |kit| each(kit, &[("a number", |_| b"7".to_vec()), ("the word true", |_| b"true".to_vec())]),
    ),
    purposeful(
        "input/null",
        "null is answered on purpose",
        "The word null as a body.",
        "`JSON.parse('null').sessionId` throws: null is JSON, and it is no object.",
        |kit| one(kit, "null", |_| b"null".to_vec()),
    ),
    purposeful(
        "input/empty-object",
        "an empty object is answered on purpose",
        "The body {}.",
        "`event.sessionId.trim()` is called on undefined, or a NOT NULL constraint is violated.",
        |kit| one(kit, "an empty object", |_| b"{}".to_vec()),
    ),
    purposeful(
        "input/duplicate-keys",
        "keys that come twice are answered on purpose",
        "An event with two sequences, two events and two session IDs, which differ.",
        "A strict parser throws at the second key outside any try block: `STRICT_DUPLICATE_DETECTION`, serde's `duplicate field`.",
        |kit| {
            one(kit, "an event with keys that come twice", |draft| {
                let twice = draft.clone().adding("sequence", "7").adding("event", "\"LOW_SNR\"");
                twice.adding("sessionId", "\"another\"").compact().into_bytes()
            })
        },
    ),
    purposeful(
        "input/invalid-utf8",
        "bytes that are no UTF-8 are answered on purpose",
        "An event with the bytes E9 and ED A0 80 in an unknown key, and one with the byte FF in its session ID.",
        "`body.decode('utf-8')` raises a UnicodeDecodeError outside any try block, or the database refuses the bytes.",
        |kit| {
            each(
                kit,
                &[
                    ("an event with bytes that are no UTF-8", |draft| {
                        in_text(draft, "note", b"caf\xe9 \xed\xa0\x80")
                    }),
                    ("an event with the byte FF in its session ID", |draft| {
                        in_text(draft, "sessionId", b"id-\xff")
                    }),
                ],
            )
        },
    ),
    purposeful(
        "input/utf-16",
        "a body in UTF-16 is answered on purpose",
        "An event in UTF-16 with a byte order mark.",
        "The parser throws at the first byte outside any try block.",
        |kit| {
            one(kit, "an event in UTF-16", |draft| {
                format!("\u{feff}{}", draft.compact()).encode_utf16().flat_map(u16::to_le_bytes).collect()
            })
        },
    ),
    purposeful(
        "input/lone-surrogate",
        "half an emoji is answered on purpose",
        "An event with \\ud83d alone in an unknown key, and one with it in its session ID.",
        "The parser takes it and writing fails: `'utf-8' codec can't encode character '\\ud83d'`, or the database refuses it.",
        |kit| {
            each(
                kit,
                &[
                    ("an event with half an emoji", |draft| with(draft, "note", r#""a\ud83db""#)),
                    ("an event with half an emoji in its session ID", |draft| {
                        with(draft, "sessionId", r#""id-\ud83d""#)
                    }),
                ],
            )
        },
    ),
    purposeful(
        "input/control-character",
        "control characters without an escape are answered on purpose",
        "An event with a line break, and one with the byte 00, within a text.",
        "The parser throws outside any try block, or the text ends at the byte 00.",
        |kit| {
            each(
                kit,
                &[
                    ("an event with a line break within a text", |draft| in_text(draft, "note", b"a\nb")),
                    ("an event with the byte 00 within a text", |draft| in_text(draft, "note", b"a\0b")),
                ],
            )
        },
    ),
    purposeful(
        "input/nan",
        "NaN and Infinity are answered on purpose",
        "An event with NaN and one with -Infinity as its timestamp, which JSON does not have and Python's json takes.",
        "`int(event[\"timestamp\"])` raises `cannot convert float NaN to integer` outside any try block.",
        |kit| {
            each(
                kit,
                &[
                    ("an event with NaN", |draft| with(draft, "timestamp", "NaN")),
                    ("an event with -Infinity", |draft| with(draft, "timestamp", "-Infinity")),
                ],
            )
        },
    ),
    purposeful(
        "input/comments",
        "JSON with comments is answered on purpose",
        "An event with a comma behind its last key, as the page's own example has it, and one with a comment.",
        "`JSON.parse(body)` throws outside any try block.",
        |kit| {
            each(
                kit,
                &[
                    ("an event with a comma at its end", |draft| {
                        draft.compact().replace('}', ",}").into_bytes()
                    }),
                    ("an event with a comment", |draft| {
                        format!("// an event\n{}", draft.compact()).into_bytes()
                    }),
                ],
            )
        },
    ),
];

/// An ordinary event, a body, and an ordinary event of another session.
fn one(kit: &mut Kit<'_>, label: &'static str, write: Write) -> Script {
    each(kit, &[(label, write)])
}

/// Several bodies one after the other; each is tried even if one before it was not answered.
fn each(kit: &mut Kit<'_>, bodies: &[(&'static str, Write)]) -> Script {
    let (before, event) = two(kit);
    let draft = Draft::of(&event);
    let tests = bodies.iter().map(|(label, write)| {
        Shot::test(&kit.resigned(&event, write(&draft))).demanding(Demand::OnPurpose).called(*label)
    });
    let script = tests.fold(Script::of([Shot::setup(&before)]), |script, test| script.then([test]));
    script.then([ordinary(kit)])
}

/// The event with one value set, or added.
fn with(draft: &Draft, key: &str, value: impl Into<String>) -> Vec<u8> {
    draft.clone().with(key, value).compact().into_bytes()
}

/// The event with one key taken out.
fn without(draft: &Draft, key: &str) -> Vec<u8> {
    draft.clone().without(key).compact().into_bytes()
}

/// The event with a text of any bytes.
fn in_text(draft: &Draft, key: &str, bytes: &[u8]) -> Vec<u8> {
    const PLACE: &str = "@@";
    let text = draft.clone().with(key, format!("\"{PLACE}\"")).compact();
    let (front, back) = text.split_once(PLACE).unwrap_or((text.as_str(), ""));
    [front.as_bytes(), bytes, back.as_bytes()].concat()
}

//! Section `body`: bodies that are written otherwise than WMS writes them today, and mean the same. A receiver that hashes
//! the bytes as they came takes them all.
//!
//! Each case changes one thing of `PAGE_VISIBILITY_CHANGE`, which may happen at any time and has a payload, after an
//! ordinary event of the same session.

mod ids;
mod purpose;
mod raw;

use std::fmt::Write as _;

use crate::conformance::case::{Case, Play, Source};
use crate::conformance::kit::{Draft, Event, Kit};
use crate::conformance::script::{Script, Shot};
use crate::protocol::code::Code;
use crate::protocol::dialect::SnrNumber;

const SHOULD: &str = "The receiver SHOULD hash a body as it came, and take it in any form that JSON allows.";
const BYTES: &str = "The next version of WMS, or a proxy on the way, may write JSON in another way without telling anybody. The MAC is right over the bytes as they came, and over nothing else.";
const REPRINTED: &str = "The MAC is taken over JSON that was printed again, `JSON.stringify(req.body)` or `json.dumps(request.json)`: hash the raw body.";
const MORE: &str = "A webhook grows: new keys and events come without notice, as LOW_SNR and GENERAL_ERROR did. Who refuses what is not known loses real events on that day.";

const fn written(
    id: &'static str,
    title: &'static str,
    source: &'static str,
    stimulus: &'static str,
    hint: &'static str,
    script: fn(&mut Kit<'_>) -> Script,
) -> Case {
    Case {
        id,
        title,
        source: Source::Standard(source),
        requirement: SHOULD,
        stimulus,
        hint,
        explain: BYTES,
        play: Play::Script(script),
        ..Case::SHOULD
    }
}

const fn unknown(
    id: &'static str,
    title: &'static str,
    requirement: &'static str,
    stimulus: &'static str,
    hint: &'static str,
    script: fn(&mut Kit<'_>) -> Script,
) -> Case {
    Case { id, title, requirement, stimulus, hint, explain: MORE, play: Play::Script(script), ..Case::SHOULD }
}

pub(super) const IDS: &[Case] = ids::CASES;
pub(super) const PURPOSE: &[Case] = purpose::CASES;
pub(super) const RAW: &[Case] = raw::CASES;

pub(super) const CASES: &[Case] = &[
    written(
        "body/pretty",
        "a body over several lines is taken",
        "RFC 8259, 2",
        "An event as a pretty-printer writes it: a line for each key, indented by two spaces.",
        REPRINTED,
        |kit| rewritten(kit, "the event over several lines", pretty),
    ),
    written(
        "body/spaces",
        "blanks behind colons and commas are taken",
        "RFC 8259, 2",
        "An event with a space behind each colon and comma, as Python writes JSON.",
        REPRINTED,
        |kit| rewritten(kit, "the event with spaces", Draft::spaced),
    ),
    written(
        "body/leading-blanks",
        "blanks and line breaks before the body are taken",
        "RFC 8259, 2",
        "An event behind a line break (CR LF), a tab and two spaces.",
        "The body is trimmed before it is hashed: `body.trim()`, `text.strip()`.",
        |kit| rewritten(kit, "the event behind blanks", |draft| format!("\r\n\t  {}", draft.compact())),
    ),
    written(
        "body/trailing-newline",
        "a line break at the end of the body is taken",
        "RFC 8259, 2",
        "An event with a line break at its end.",
        "The body is trimmed or read line by line before it is hashed: `body.trim()`, `readLine()`, `file_get_contents` and `rtrim`.",
        |kit| rewritten(kit, "the event with a line break at its end", |draft| draft.compact() + "\n"),
    ),
    written(
        "body/key-order",
        "keys in another order are taken",
        "RFC 8259, 4",
        "An event whose keys stand in the opposite order.",
        "The MAC is taken over JSON made from a struct or class, whose keys come in the order of its fields: hash the raw body.",
        |kit| {
            rewritten(kit, "the event with its keys in the opposite order", |draft| {
                draft.clone().reversed().compact()
            })
        },
    ),
    written(
        "body/escaped-ascii",
        "plain letters as escapes are taken",
        "RFC 8259, 7",
        "An event whose name, and a letter of a key, are written as escapes such as \\u0050.",
        "The event's name or key is looked for in the text of the body, or the MAC is taken over JSON that was printed again.",
        |kit| rewritten(kit, "the event with escaped letters", escaped),
    ),
    written(
        "body/escape-capitals",
        "escapes with capital digits are taken",
        "RFC 8259, 7",
        "The name of the event with \\u004C and \\u004E in place of L and N.",
        "The MAC is taken over JSON that was printed again, which has small digits or the letters themselves: hash the raw body.",
        capitals,
    ),
    written(
        "body/escaped-slash",
        "an escaped slash is taken",
        "RFC 8259, 7",
        "An unknown key whose text has a slash, written as \\/ like PHP's json_encode does.",
        "The MAC is taken over JSON that was printed again, which has a bare slash: hash the raw body.",
        slash,
    ),
    written(
        "body/line-separators",
        "escaped line separators are taken",
        "RFC 8259, 7",
        "An unknown key whose text has U+2028, U+2029 and DEL, all as escapes.",
        "The MAC is taken over JSON that was printed again: `JSON.stringify` prints these three as they are.",
        |kit| {
            rewritten(kit, "the event with U+2028, U+2029 and DEL", |draft| {
                adding(draft, "\"a\\u2028b\\u2029c\\u007f\"")
            })
        },
    ),
    written(
        "body/raw-delete",
        "the character DEL as it is is taken",
        "RFC 8259, 7",
        "An unknown key whose text has the byte 7F, which JSON lets stand without an escape.",
        "The MAC is taken over JSON that was printed again with more escapes, or control characters are removed from the body before it is hashed.",
        |kit| rewritten(kit, "the event with DEL as it is", |draft| adding(draft, "\"a\u{7f}b\"")),
    ),
    written(
        "body/number-forms",
        "whole numbers with a fraction of zero are taken",
        "RFC 8259, 6",
        "An event whose sequence is 1.0 and whose timestamp ends in .0.",
        "The number is read as text into an integer, `int(\"1.0\")`, or into an integer type that takes no point; or the MAC is taken over JSON that was printed again.",
        |kit| {
            rewritten(kit, "the event with numbers such as 1.0", |draft| {
                let (sequence, stamp) = (draft.get("sequence"), draft.get("timestamp"));
                draft
                    .clone()
                    .with("sequence", format!("{sequence}.0"))
                    .with("timestamp", format!("{stamp}.0"))
                    .compact()
            })
        },
    ),
    written(
        "body/exponent",
        "whole numbers with an exponent are taken",
        "RFC 8259, 6",
        "An event whose sequence is 10e-1 and whose timestamp is written like 1.767323045e9.",
        "The number is read into an integer type that takes no exponent, or the MAC is taken over JSON that was printed again.",
        |kit| {
            rewritten(kit, "the event with numbers such as 1.7e9", |draft| {
                let (sequence, stamp) = (draft.get("sequence"), scientific(draft.get("timestamp")));
                draft.clone().with("sequence", format!("{sequence}0e-1")).with("timestamp", stamp).compact()
            })
        },
    ),
    written(
        "body/snr-forms",
        "a signal-to-noise ratio with a zero at its end is taken",
        "RFC 8259, 6",
        "INTERMEDIATE_RESULTS whose snr is written as 4.370 (4.0 where the dialect has whole numbers), after the events that come before it.",
        "The MAC is taken over JSON that was printed again, which has no zeros at the end: hash the raw body.",
        |kit| measured(kit, "INTERMEDIATE_RESULTS with a zero at the end of its snr", ("4.370", "4.0")),
    ),
    written(
        "body/snr-exponent",
        "a signal-to-noise ratio with an exponent is taken",
        "RFC 8259, 6",
        "INTERMEDIATE_RESULTS whose snr is written as 437e-2 (40e-1 where the dialect has whole numbers), after the events that come before it.",
        "The MAC is taken over JSON that was printed again, or the number is read with a pattern: `/-?\\d+(\\.\\d+)?/`.",
        |kit| measured(kit, "INTERMEDIATE_RESULTS with an exponent in its snr", ("437e-2", "40e-1")),
    ),
    unknown(
        "body/unknown-key",
        "a key that nobody knows is taken",
        "The receiver SHOULD take an event with a key that it does not know.",
        "An event with one more key.",
        "A schema that is closed: `additionalProperties: false`, `.strict()`, `extra = 'forbid'`, `deny_unknown_fields`, `FAIL_ON_UNKNOWN_PROPERTIES`.",
        |kit| rewritten(kit, "the event with an unknown key", |draft| adding(draft, "\"2\"")),
    ),
    unknown(
        "body/unknown-payload-key",
        "a key of the payload that nobody knows is taken",
        "The receiver SHOULD take an event with a key in its payload that it does not know.",
        "An event with one more key in its payload.",
        "A schema that is closed: `additionalProperties: false`, `.strict()`, `extra = 'forbid'`, `deny_unknown_fields`, `FAIL_ON_UNKNOWN_PROPERTIES`.",
        |kit| {
            rewritten(kit, "the event with an unknown key in its payload", |draft| {
                let payload = format!("{},\"reason\":\"USER\"}}", draft.get("payload").trim_end_matches('}'));
                draft.clone().with("payload", payload).compact()
            })
        },
    ),
    unknown(
        "body/unknown-event",
        "an event that nobody knows is taken",
        "The receiver SHOULD take an event that it does not know.",
        "An event with the name MEASUREMENT_PAUSED, which WMS does not have.",
        "A `switch` whose default throws, an enum that takes known names only, or a CHECK constraint of the database.",
        |kit| {
            rewritten(kit, "an event with an unknown name", |draft| {
                draft.clone().with("event", "\"MEASUREMENT_PAUSED\"").compact()
            })
        },
    ),
    unknown(
        "body/unknown-severity",
        "a severity that nobody knows is taken",
        "The receiver SHOULD take an event with a severity that it does not know.",
        "An event with the severity NOTICE, which WMS does not have.",
        "An enum that takes INFO, WARN and ERROR only, or a log level that is looked up by this name: `logger[severity.toLowerCase()](...)`.",
        |kit| {
            rewritten(kit, "the event with an unknown severity", |draft| {
                draft.clone().with("severity", "\"NOTICE\"").compact()
            })
        },
    ),
];

/// An ordinary event, then another of the same session that is written in another way.
fn rewritten(kit: &mut Kit<'_>, label: &'static str, write: fn(&Draft) -> String) -> Script {
    let (before, event) = two(kit);
    let event = kit.resigned(&event, write(&Draft::of(&event)));
    Script::of([Shot::setup(&before), Shot::test(&event).called(label)])
}

/// The first event of a new session, and one with a payload that can follow it.
pub(super) fn two(kit: &mut Kit<'_>) -> (Event, Event) {
    let mut session = kit.session();
    (kit.event(&mut session, Code::WmsLoaded), kit.event(&mut session, Code::PageVisibilityChange))
}

/// A session up to its first results, with another signal-to-noise ratio in them: of a dialect that has decimals, or of
/// one that has whole numbers.
fn measured(kit: &mut Kit<'_>, label: &'static str, (decimal, whole): (&str, &str)) -> Script {
    let snr = match kit.dialect().snr_number {
        SnrNumber::Decimal => decimal,
        SnrNumber::Integer => whole,
    };
    let events = kit.story("happy-path");
    let first = events.iter().position(|event| event.code == Code::IntermediateResults).unwrap_or_default();
    let (before, rest) = events.split_at(first);
    let test = rest.first().map(|event| Shot::test(&kit.with_snr(event, snr)).called(label));
    Script::of(before.iter().map(Shot::setup).chain(test).collect::<Vec<_>>())
}

fn adding(draft: &Draft, value: &str) -> String {
    draft.clone().with("wmsVersion", value).compact()
}

fn pretty(draft: &Draft) -> String {
    let value: serde_json::Value = serde_json::from_str(&draft.compact()).unwrap_or_default();
    format!("{value:#}")
}

/// The name of the event and a letter of its key as escapes.
fn escaped(draft: &Draft) -> String {
    let name = draft.get("event").trim_matches('"').bytes().fold(String::new(), |mut text, byte| {
        // Writing into a text cannot fail.
        let _ = write!(text, "\\u{byte:04x}");
        text
    });
    draft.clone().with("event", format!("\"{name}\"")).compact().replace("\"event\"", "\"\\u0065vent\"")
}

/// The same number with one digit before the point.
fn scientific(digits: &str) -> String {
    let (first, rest) = digits.split_at(digits.len().min(1));
    format!("{first}.{rest}e{}", rest.len())
}

/// Letters whose escapes have letters among their digits.
fn capitals(kit: &mut Kit<'_>) -> Script {
    rewritten(kit, "the event with capital escapes", |draft| {
        draft.clone().with("event", "\"PAGE_VISIBI\\u004CITY_CHA\\u004EGE\"").compact()
    })
}

fn slash(kit: &mut Kit<'_>) -> Script {
    rewritten(kit, "the event with an escaped slash", |draft| adding(draft, "\"clinic\\/7\""))
}

//! Bodies of which nobody says whether they are right: answered on purpose, and forgotten.

use super::super::ordinary;
use crate::conformance::case::{Case, Manner, Play, Source};
use crate::conformance::kit::{Draft, Event, Kit};
use crate::conformance::script::{Demand, Script, Shot};
use crate::protocol::code::Code;

const PAYLOAD: &str =
    "The page says that the payload is there if the event has one, and not what stands there if it has none.";
const BIG: &str = "JavaScript and many databases keep whole numbers up to 2^53 only. What is larger is rounded or refused, and both are right; a crash is not.";

const fn purposeful(
    id: &'static str,
    title: &'static str,
    stimulus: &'static str,
    hint: &'static str,
    explain: &'static str,
    script: fn(&mut Kit<'_>) -> Script,
) -> Case {
    Case {
        id,
        title,
        requirement: "The receiver MUST answer with a 2xx or a 4xx, as it likes, and then take ordinary events.",
        stimulus,
        hint,
        explain,
        manner: Manner::Rough,
        play: Play::Script(script),
        ..Case::MUST
    }
}

pub(super) const CASES: &[Case] = &[
    purposeful(
        "body/payload-null",
        "a payload of null is answered on purpose",
        "CONFIGURATION_LOADED, which has no payload, with the payload null.",
        "`'payload' in event` is true, and then `event.payload.measurementId` is read of null.",
        PAYLOAD,
        |kit| {
            second(kit, Code::ConfigurationLoaded, "the event with the payload null", |draft| {
                draft.clone().with("payload", "null").compact()
            })
        },
    ),
    purposeful(
        "body/payload-empty",
        "an empty payload is answered on purpose",
        "CONFIGURATION_LOADED, which has no payload, with the payload {}.",
        "`payload[\"measurementId\"]` is read without asking whether it is there.",
        PAYLOAD,
        |kit| {
            second(kit, Code::ConfigurationLoaded, "the event with the payload {}", |draft| {
                draft.clone().with("payload", "{}").compact()
            })
        },
    ),
    purposeful(
        "body/payload-absent",
        "a payload that is not there is answered on purpose",
        "PAGE_VISIBILITY_CHANGE, which has a payload, without it.",
        "`event.payload.state` is read without asking whether there is a payload.",
        PAYLOAD,
        |kit| {
            second(kit, Code::PageVisibilityChange, "the event without its payload", |draft| {
                draft.clone().without("payload").compact()
            })
        },
    ),
    Case {
        source: Source::Standard("RFC 8259, 8.1"),
        ..purposeful(
            "body/bom",
            "a byte order mark before the body is answered on purpose",
            "An event behind the bytes EF BB BF, which are part of what is signed.",
            "The JSON parser throws at the first character, outside any try block.",
            "Senders must not add the mark, and receivers may pass over it or refuse it.",
            |kit| {
                second(kit, Code::PageVisibilityChange, "the event behind a byte order mark", |draft| {
                    format!("\u{feff}{}", draft.compact())
                })
            },
        )
    },
    purposeful(
        "body/big-sequence",
        "a sequence beyond 2^53 is answered on purpose",
        "An event with the sequence 9007199254740993.",
        "An INTEGER column of 32 bits, whose `out of range` nobody catches, or a list that is filled up to the sequence.",
        BIG,
        |kit| {
            second(kit, Code::PageVisibilityChange, "the event with the sequence 9007199254740993", |draft| {
                draft.clone().with("sequence", "9007199254740993").compact()
            })
        },
    ),
    purposeful(
        "body/big-number",
        "numbers beyond 2^53 in an unknown key are answered on purpose",
        "An event with an unknown key that holds 9007199254740993, a whole number of 30 digits, 1e400 and 1e-400.",
        "The parser makes Infinity of 1e400, and what writes the event again (`json_encode`, `jsonb`) refuses that.",
        BIG,
        |kit| {
            second(kit, Code::PageVisibilityChange, "the event with numbers beyond 2^53", |draft| {
                draft
                    .clone()
                    .with("limits", "[9007199254740993,123456789012345678901234567890,1e400,1e-400]")
                    .compact()
            })
        },
    ),
    purposeful(
        "body/big-snr",
        "a signal-to-noise ratio beyond 2^53 is answered on purpose",
        "INTERMEDIATE_RESULTS with an snr of 30 digits.",
        "A column such as NUMERIC(5,2), whose `numeric field overflow` nobody catches.",
        BIG,
        |kit| {
            let mut session = kit.session();
            let before = kit.event(&mut session, Code::WmsLoaded);
            let event = kit.event(&mut session, Code::IntermediateResults);
            let event = kit.with_snr(&event, "123456789012345678901234567890");
            answered(kit, &before, &event, "INTERMEDIATE_RESULTS with an snr of 30 digits")
        },
    ),
];

/// An ordinary event, another of the same session that is written in another way, and an ordinary one of another session.
fn second(kit: &mut Kit<'_>, code: Code, label: &'static str, write: fn(&Draft) -> String) -> Script {
    let mut session = kit.session();
    let before = kit.event(&mut session, Code::WmsLoaded);
    let event = kit.event(&mut session, code);
    let event = kit.resigned(&event, write(&Draft::of(&event)));
    answered(kit, &before, &event, label)
}

fn answered(kit: &mut Kit<'_>, before: &Event, event: &Event, label: &'static str) -> Script {
    let test = Shot::test(event).demanding(Demand::OnPurpose).called(label);
    Script::of([Shot::setup(before), test]).then([ordinary(kit)])
}

//! JSON objects that are no event: keys that are not there, and values of another type.

use super::{each, one, purposeful, with, without};
use crate::conformance::case::Case;
use crate::conformance::kit::Kit;
use crate::conformance::script::Script;

const fn missing(
    id: &'static str,
    title: &'static str,
    stimulus: &'static str,
    hint: &'static str,
    script: fn(&mut Kit<'_>) -> Script,
) -> Case {
    Case {
        explain: "A key can be gone with the next version of WMS. What was written for a body that has it then throws in the middle of its work, and answers 500 to each event.",
        ..purposeful(id, title, stimulus, hint, script)
    }
}

const fn other_type(
    id: &'static str,
    title: &'static str,
    stimulus: &'static str,
    hint: &'static str,
    script: fn(&mut Kit<'_>) -> Script,
) -> Case {
    Case {
        explain: "In most languages nothing looks at the type of a value before it is used, and then it throws far from where it came in, or something else happens than was meant.",
        ..purposeful(id, title, stimulus, hint, script)
    }
}

pub(super) const CASES: &[Case] = &[
    missing(
        "input/no-session-id",
        "an event without a session ID is answered on purpose",
        "An event without the key sessionId.",
        "`event.sessionId.trim()`, `event[\"sessionId\"]` without asking whether it is there, or a NOT NULL column.",
        |kit| one(kit, "an event without a session ID", |draft| without(draft, "sessionId")),
    ),
    missing(
        "input/no-sequence",
        "an event without a sequence is answered on purpose",
        "An event without the key sequence.",
        "`event[\"sequence\"]` raises a KeyError, or NULL goes into a NOT NULL column.",
        |kit| one(kit, "an event without a sequence", |draft| without(draft, "sequence")),
    ),
    missing(
        "input/no-event",
        "an event without a name is answered on purpose",
        "An event without the key event.",
        "`event.event.toLowerCase()` is called on undefined, or `handlers[event.event](...)` calls nothing.",
        |kit| one(kit, "an event without a name", |draft| without(draft, "event")),
    ),
    missing(
        "input/no-timestamp",
        "an event without a timestamp is answered on purpose",
        "An event without the key timestamp.",
        "`new Date(undefined * 1000).toISOString()` throws a RangeError.",
        |kit| one(kit, "an event without a timestamp", |draft| without(draft, "timestamp")),
    ),
    missing(
        "input/no-severity",
        "an event without a severity is answered on purpose",
        "An event without the key severity.",
        "`logger[event.severity.toLowerCase()]` is read of undefined.",
        |kit| one(kit, "an event without a severity", |draft| without(draft, "severity")),
    ),
    other_type(
        "input/session-id-empty",
        "an empty session ID is answered on purpose",
        "An event with the session ID \"\".",
        "`if (!event.sessionId) throw`, with nobody to catch it, or a path such as `sessions/` that is a folder.",
        |kit| one(kit, "an event with an empty session ID", |draft| with(draft, "sessionId", "\"\"")),
    ),
    other_type(
        "input/session-id-number",
        "a number as the session ID is answered on purpose",
        "An event with the session ID 7, and one with null.",
        "`event.sessionId.trim is not a function`, or `operator does not exist: text = integer` of the database.",
        |kit| {
            each(
                kit,
                &[
                    ("an event with a number as its session ID", |draft| with(draft, "sessionId", "7")),
                    ("an event with null as its session ID", |draft| with(draft, "sessionId", "null")),
                ],
            )
        },
    ),
    other_type(
        "input/session-id-object",
        "an object as the session ID is answered on purpose",
        "An event with the session ID {\"$ne\":null}, and one with a list.",
        "The value goes into a query as it is: `db.sessions.findOne({ id: event.sessionId })` finds any session. Ask for a text first.",
        |kit| {
            each(
                kit,
                &[
                    ("an event with an object as its session ID", |draft| {
                        with(draft, "sessionId", r#"{"$ne":null}"#)
                    }),
                    ("an event with a list as its session ID", |draft| {
                        with(draft, "sessionId", r#"["a","b"]"#)
                    }),
                ],
            )
        },
    ),
    other_type(
        "input/sequence-text",
        "a text as the sequence is answered on purpose",
        "An event with the sequence \"one\", and one with null.",
        "`event[\"sequence\"] > last` raises a TypeError, or `invalid input syntax for type integer` of the database.",
        |kit| {
            each(
                kit,
                &[
                    ("an event with a text as its sequence", |draft| with(draft, "sequence", "\"one\"")),
                    ("an event with null as its sequence", |draft| with(draft, "sequence", "null")),
                ],
            )
        },
    ),
    other_type(
        "input/sequence-negative",
        "a negative sequence is answered on purpose",
        "An event with the sequence -1.",
        "It is the place in a list, `events[sequence]`, or goes into an unsigned column.",
        |kit| one(kit, "an event with the sequence -1", |draft| with(draft, "sequence", "-1")),
    ),
    other_type(
        "input/sequence-fraction",
        "a sequence with a fraction is answered on purpose",
        "An event with the sequence 1.5.",
        "The conversion to a whole number throws outside any try block: `BigInt(1.5)`, serde's `invalid type: floating point`.",
        |kit| one(kit, "an event with the sequence 1.5", |draft| with(draft, "sequence", "1.5")),
    ),
    other_type(
        "input/sequence-huge",
        "a sequence that no integer holds is answered on purpose",
        "An event with a sequence of 30 digits, and one with 1e308.",
        "`new Array(sequence)`, a loop that fills a gap up to the sequence, or `out of range for type bigint` that nobody catches.",
        |kit| {
            each(
                kit,
                &[
                    ("an event with a sequence of 30 digits", |draft| {
                        with(draft, "sequence", "123456789012345678901234567890")
                    }),
                    ("an event with the sequence 1e308", |draft| with(draft, "sequence", "1e308")),
                ],
            )
        },
    ),
    other_type(
        "input/event-number",
        "a number as the event is answered on purpose",
        "An event whose name is the number 7.",
        "`event.event.startsWith` is not a function.",
        |kit| one(kit, "an event with a number as its name", |draft| with(draft, "event", "7")),
    ),
    other_type(
        "input/event-null",
        "null as the event is answered on purpose",
        "An event whose name is null, and one whose name is an object.",
        "`event.event.toLowerCase()` is called on null, or an object is the key of a map: `unhashable type: 'dict'`.",
        |kit| {
            each(
                kit,
                &[
                    ("an event with null as its name", |draft| with(draft, "event", "null")),
                    ("an event with an object as its name", |draft| {
                        with(draft, "event", r#"{"name":"WMS_LOADED"}"#)
                    }),
                ],
            )
        },
    ),
    other_type(
        "input/timestamp-text",
        "a text as the timestamp is answered on purpose",
        "An event with the timestamp \"now\", and one with null.",
        "`new Date(\"now\" * 1000).toISOString()` throws a RangeError, `datetime.fromtimestamp(\"now\")` a TypeError.",
        |kit| {
            each(
                kit,
                &[
                    ("an event with a text as its timestamp", |draft| with(draft, "timestamp", "\"now\"")),
                    ("an event with null as its timestamp", |draft| with(draft, "timestamp", "null")),
                ],
            )
        },
    ),
    other_type(
        "input/timestamp-huge",
        "a timestamp of no year is answered on purpose",
        "An event with the timestamp 99999999999999, and one with -99999999999999.",
        "`datetime.fromtimestamp` raises `year is out of range`, `new Date(...).toISOString()` a RangeError.",
        |kit| {
            each(
                kit,
                &[
                    ("an event of the far future", |draft| with(draft, "timestamp", "99999999999999")),
                    ("an event of the far past", |draft| with(draft, "timestamp", "-99999999999999")),
                ],
            )
        },
    ),
    other_type(
        "input/payload-text",
        "a text as the payload is answered on purpose",
        "PAGE_VISIBILITY_CHANGE with the payload \"HIDDEN\".",
        "`payload.get(\"state\")` is called on a text, `Cannot access offset of type string`.",
        |kit| one(kit, "an event with a text as its payload", |draft| with(draft, "payload", "\"HIDDEN\"")),
    ),
    other_type(
        "input/payload-array",
        "a list as the payload is answered on purpose",
        "PAGE_VISIBILITY_CHANGE with the payload [\"HIDDEN\"].",
        "`payload[\"state\"]` raises `list indices must be integers`.",
        |kit| {
            one(kit, "an event with a list as its payload", |draft| with(draft, "payload", r#"["HIDDEN"]"#))
        },
    ),
    other_type(
        "input/payload-number",
        "a number as the payload is answered on purpose",
        "PAGE_VISIBILITY_CHANGE with the payload 7, and with false.",
        "`\"state\" in payload` throws for what is no object.",
        |kit| {
            each(
                kit,
                &[
                    ("an event with a number as its payload", |draft| with(draft, "payload", "7")),
                    ("an event with false as its payload", |draft| with(draft, "payload", "false")),
                ],
            )
        },
    ),
    other_type(
        "input/payload-values",
        "other types within the payload are answered on purpose",
        "PAGE_VISIBILITY_CHANGE whose state is an object and whose measurementId is a number.",
        "`payload.measurementId.toLowerCase is not a function`, or a value of the payload goes into a query as it is.",
        |kit| {
            one(kit, "an event with other types within its payload", |draft| {
                with(draft, "payload", r#"{"state":{"$gt":""},"measurementId":7}"#)
            })
        },
    ),
    other_type(
        "input/proto-keys",
        "keys that JavaScript's objects have are answered on purpose",
        "An event with the keys __proto__ and constructor, in it and in its payload.",
        "The body is copied key by key, `merge(session, event)`, and each object of the process gets what stands there.",
        |kit| {
            one(kit, "an event with the keys __proto__ and constructor", |draft| {
                let payload =
                    r#"{"state":"HIDDEN","__proto__":{"toString":1},"constructor":{"prototype":{"then":1}}}"#;
                let draft =
                    draft.clone().with("payload", payload).adding("__proto__", r#"{"sessionId":"another"}"#);
                draft.adding("constructor", r#"{"prototype":{"event":"LOW_SNR"}}"#).compact().into_bytes()
            })
        },
    ),
];

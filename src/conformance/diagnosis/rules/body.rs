//! What is hashed that is not the body, and what is demanded of a body that nobody promised.

use super::{Claim, How, Need, Rule, Topic, passed, rule};
use crate::conformance::diagnosis::facts::Facts;
use crate::outcome::check::{Role, Trace};
use How::{Crashed, Refused, Taken, Wrong};
use Need::{If, No, Some};

const LATER: &str =
    "A new version of WMS, or a proxy that writes JSON in another way, and every event is refused.";
const NAMES: &str =
    "Sessions with such an ID are lost, and what stands in an ID is chosen by whoever opens the URL.";
const REPRINTED: &[Claim] = &[
    ("mac/over-compact", Taken),
    ("body/pretty", Refused),
    ("body/spaces", Refused),
    ("body/snr-*", Refused),
];
const NO: &[Claim] = &[];

/// The MAC over the body with its blanks gone was refused: so it is not checked over JSON that was printed again.
fn hashes_the_blanks(facts: Facts<'_>) -> bool {
    passed(facts, "mac/over-compact")
}

/// What may be refused was not taken.
fn is_turned_down(facts: Facts<'_>, id: &str) -> bool {
    let mut cases = facts.cases().iter().filter(|case| case.id == id);
    cases.any(|case| case.traces.iter().any(|trace| trace.role == Role::Test && !trace.is_taken()))
}

/// A session ID beyond ASCII is refused with the status that forged events get: so the MAC is the reason.
fn refused_as_forged(facts: Facts<'_>) -> bool {
    let forged = facts.forged();
    let statuses =
        facts.all("body/id-latin1", Refused).flat_map(|case| &case.traces).filter_map(Trace::answered);
    let mut refusals = statuses.filter(|status| *status >= 400).peekable();
    forged.is_empty() || refusals.peek().is_none() || refusals.any(|status| forged.contains(&status))
}

/// The cases with IDs that it refused as too large.
fn too_large(facts: Facts<'_>) -> Vec<String> {
    let large = |trace: &Trace| trace.role == Role::Test && trace.answered() == Option::Some(413);
    let cases = facts.all("body/id-255*", Wrong).filter(|case| case.traces.iter().any(large));
    cases.map(|case| case.id.clone()).collect()
}

/// What a receiver that hashes JSON printed again does besides.
const AGAIN: &[Claim] = &[("body/*", Refused), ("mac/over-*", Taken), ("input/*", Taken)];

pub(super) const RULES: &[Rule] = &[
    rule(
        63,
        "parses-body-by-hand",
        "The receiver hashes the right bytes, but finds its values in the text of the body, where a blank more or less throws it off.",
        LATER,
        &[Some(&[("body/pretty", Wrong), ("body/spaces", Wrong)]), If(hashes_the_blanks)],
        &[("body/*", Wrong)],
        Topic::Parse,
    ),
    rule(
        62,
        "verifies-rebuilt-body",
        "The receiver parses the body into a struct or a class and checks the MAC over the JSON that it makes of that.",
        LATER,
        &[Some(REPRINTED), Some(&[("body/key-order", Refused)])],
        AGAIN,
        Topic::RawBody,
    ),
    rule(
        61,
        "verifies-reserialised-python",
        "The receiver parses the body and checks the MAC over JSON that was printed again with ASCII escapes, as Python and PHP print it.",
        LATER,
        &[
            Some(&[("mac/over-compact", Taken), ("mac/over-python", Taken)]),
            Some(&[("body/pretty", Refused), ("body/spaces", Refused)]),
            If(|facts| passed(facts, "body/id-latin1")),
        ],
        AGAIN,
        Topic::RawBody,
    ),
    rule(
        60,
        "verifies-reserialised-body",
        "The receiver parses the body and checks the MAC over JSON that was printed again, as `JSON.stringify(req.body)` prints it.",
        "Sessions with an accented letter in their ID are refused today, and every event on the day that WMS or a proxy writes its JSON in another way.",
        &[Some(REPRINTED)],
        AGAIN,
        Topic::RawBody,
    ),
    rule(
        59,
        "verifies-sorted-body",
        "The receiver checks the MAC over JSON with its keys in order.",
        LATER,
        &[Some(&[("mac/over-sorted", Taken)])],
        AGAIN,
        Topic::RawBody,
    ),
    rule(
        59,
        "verifies-reserialised-python",
        "The receiver takes a MAC over the body as Python prints it again.",
        LATER,
        &[Some(&[("mac/over-python", Taken)])],
        AGAIN,
        Topic::RawBody,
    ),
    rule(
        58,
        "trims-body",
        "The receiver cuts blanks and line breaks around the body before it checks the MAC, or reads it line by line.",
        "A line break at the end of the body, which a proxy or a new version of WMS may send, and every event is refused.",
        &[Some(&[
            ("mac/over-trimmed", Taken),
            ("body/trailing-newline", Refused),
            ("body/leading-blanks", Refused),
        ])],
        NO,
        Topic::RawBody,
    ),
    rule(
        59,
        "changes-line-ends",
        "The receiver reads the body as lines of text, and makes other line ends of those that came, before it checks the MAC.",
        "A body that is printed over several lines, which a new version of WMS may send, is refused, and one that was changed on its way is taken.",
        &[Some(&[("mac/over-lf", Taken)])],
        NO,
        Topic::RawBody,
    ),
    rule(
        58,
        "loses-bits-before-mac",
        "The receiver decodes the body as ASCII before it checks the MAC, `body.toString('ascii')`: the highest bit of each byte is lost, and bodies that nobody signed are taken.",
        "A body can be changed on its way without the MAC telling.",
        &[Some(&[("mac/over-seven-bits", Taken)])],
        NO,
        Topic::RawBody,
    ),
    rule(
        58,
        "replaces-bytes-before-mac",
        "The receiver makes ASCII of the body before it checks the MAC, as `getBytes(US_ASCII)` does in Java and `Encoding.ASCII` in .NET: question marks take the place of all other characters, and bodies that nobody signed are taken.",
        "A body can be changed on its way without the MAC telling; and wherever a character such as \u{eb} is written as it is, the event is refused.",
        &[Some(&[("mac/over-replaced", Taken)])],
        &[("body/id-*", Refused), ("body/line-separators", Refused)],
        Topic::RawBody,
    ),
    rule(
        58,
        "drops-bytes-before-mac",
        "The receiver leaves out what it cannot decode before it checks the MAC, as `decode(.., 'ignore')` does: what is put into a body on its way is not noticed.",
        "A body can be changed on its way without the MAC telling.",
        &[Some(&[("mac/over-ascii-only", Taken), ("mac/over-valid-only", Taken)])],
        NO,
        Topic::RawBody,
    ),
    rule(
        57,
        "takes-uuids-only",
        "The receiver takes session IDs of one form only, such as UUIDs.",
        "The page lets the customer choose any text: the day that somebody does, all of these sessions are lost.",
        &[
            Some(&[("body/id-255", Wrong)]),
            Some(&[("body/id-latin1", Wrong)]),
            If(|facts| {
                ["body/id-blanks", "body/id-one-character"].iter().all(|id| is_turned_down(facts, id))
            }),
        ],
        &[("body/id-*", Wrong), ("body/id-*", Refused), ("body/escape*", Refused)],
        Topic::Ids,
    ),
    rule(
        56,
        "decodes-body",
        "The receiver decodes the body as text (latin1, or escapes resolved) before it checks the MAC: of anything beyond ASCII other bytes come out.",
        "A name such as Zo\u{eb} in a session ID, and every event of that session is refused.",
        &[Some(&[("body/id-latin1", Refused), ("body/escape-capitals", Refused)]), If(refused_as_forged)],
        &[
            ("body/id-emoji", Refused),
            ("body/id-scripts", Refused),
            ("body/id-255-accented", Refused),
            ("body/line-separators", Refused),
            ("body/escaped-ascii", Refused),
        ],
        Topic::RawBody,
    ),
    rule(
        56,
        "decodes-chunks",
        "The receiver decodes each part of a body by itself, `body += chunk`: a character whose bytes arrive in two parts is destroyed, and the MAC is not that of what is left.",
        "As soon as a body has a character beyond ASCII as it is, some events are refused and others not, as the network cuts them.",
        &[
            Some(&[("body/raw-cut", Wrong)]),
            No(&[("http/several-segments", Wrong), ("http/head-then-body", Wrong)]),
        ],
        NO,
        Topic::RawBody,
    ),
    rule(
        55,
        "refuses-unknown-keys",
        "The receiver refuses events with a key that it does not know.",
        "A webhook grows without notice: on that day every event is refused.",
        &[Some(&[("body/unknown-key", Wrong), ("body/unknown-payload-key", Wrong)])],
        &[
            ("body/line-separators", Wrong),
            ("body/raw-delete", Wrong),
            ("body/escaped-slash", Wrong),
            ("body/big-number", Wrong),
            ("body/key-order", Wrong),
        ],
        Topic::OpenKeys,
    ),
    rule(
        54,
        "refuses-unknown-events",
        "The receiver refuses an event or a severity that it does not know: it reads them into a closed enum.",
        "A webhook grows without notice, as LOW_SNR and GENERAL_ERROR came: the new events are lost, and they are the ones that explain what went wrong.",
        &[Some(&[("body/unknown-event", Wrong), ("body/unknown-severity", Wrong)])],
        NO,
        Topic::OpenEnums,
    ),
    rule(
        53,
        "reads-numbers-as-text",
        "The receiver refuses numbers that are written in another way, such as 1.0 or 1e0.",
        LATER,
        &[Some(&[
            ("body/number-forms", Wrong),
            ("body/exponent", Wrong),
            ("body/snr-forms", Wrong),
            ("body/snr-exponent", Wrong),
        ])],
        NO,
        Topic::Numbers,
    ),
    rule(
        52,
        "looks-in-the-text",
        "The receiver looks for names in the text of the body, and does not find them where they are written with escapes.",
        LATER,
        &[Some(&[("body/escaped-ascii", Wrong), ("body/escaped-slash", Wrong)])],
        NO,
        Topic::Parse,
    ),
    rule(
        52,
        "depends-on-key-order",
        "The receiver depends on the order of the keys.",
        LATER,
        &[Some(&[("body/key-order", Wrong)])],
        NO,
        Topic::Parse,
    ),
    rule(
        50,
        "breaks-beyond-ascii",
        "The receiver fails at session IDs beyond ASCII: either a column, a header or a file name takes fewer characters than Unicode has, or a check lets some characters pass only.",
        NAMES,
        &[Some(&[("body/id-emoji", Wrong), ("body/id-scripts", Wrong), ("body/id-latin1", Wrong)])],
        &[
            ("body/escape-capitals", Refused),
            ("body/escape-capitals", Crashed),
            ("body/id-255-accented", Wrong),
        ],
        Topic::Unicode,
    ),
    rule(
        58,
        "keeps-bodies-too-short",
        "The receiver fails at events that are longer than usual, wherever their length comes from: a column for the body, or a limit, is too low.",
        "A longer session ID or a new key, and every event is lost.",
        &[Some(&[("input/64-kb", Wrong)]), Some(&[("body/id-255*", Wrong), ("body/id-512", Wrong)])],
        &[("body/id-*", Wrong), ("input/*", Wrong)],
        Topic::Columns,
    ),
    rule(
        49,
        "filters-bodies",
        "Something in front of the receiver takes session IDs with quotes, markup or paths for an attack, and breaks off; or the receiver itself fails at several such characters.",
        "Whoever opens the URL chooses the ID, and a new text of WMS may look like that too.",
        &[
            Some(&[("body/id-quotes", Wrong)]),
            Some(&[("body/id-markup", Wrong)]),
            Some(&[("body/id-path", Wrong)]),
        ],
        &[("body/id-*", Wrong)],
        Topic::Exempt,
    ),
    rule(
        49,
        "puts-ids-into-statements",
        "The receiver fails at session IDs with quotes: it puts them into a statement of SQL or JSON as text.",
        "Whoever opens the URL chooses the ID, and so what your database does.",
        &[Some(&[("body/id-quotes", Wrong)])],
        &[("body/id-markup", Wrong), ("body/id-path", Wrong)],
        Topic::Statements,
    ),
    rule(
        48,
        "puts-ids-into-paths",
        "The receiver fails at session IDs that look like a path or a URL: it makes a file name or an address of them.",
        "Whoever opens the URL chooses the ID, and so which file is written.",
        &[Some(&[("body/id-path", Wrong), ("body/id-percent", Wrong)])],
        &[("body/id-*", Wrong), ("body/escaped-slash", Wrong), ("body/escaped-slash", Crashed)],
        Topic::Paths,
    ),
    rule(
        47,
        "keeps-ids-too-short",
        "The receiver fails at long session IDs: a column or a check takes fewer characters.",
        NAMES,
        &[Some(&[("body/id-255", Wrong)])],
        &[("body/id-*", Wrong)],
        Topic::Ids,
    ),
    rule(
        47,
        "limits-bodies-too-low",
        "The receiver refuses events with long session IDs as too large (413): the limit of a server or of a body parser is hardly above the length of the usual events.",
        "A session ID has up to 255 characters, which can be more than a thousand bytes, and a new version of WMS can say more in its payloads.",
        &[Need::Fact(too_large)],
        &[("body/id-255*", Wrong)],
        Topic::Limits,
    ),
    rule(
        46,
        "counts-bytes-of-ids",
        "The receiver fails at long session IDs beyond ASCII, and takes long ones within: a column or a check counts bytes and not characters.",
        NAMES,
        &[
            Some(&[("body/id-255-accented", Wrong)]),
            No(&[("body/id-255", Wrong), ("body/id-latin1", Wrong), ("body/id-scripts", Wrong)]),
        ],
        NO,
        Topic::Ids,
    ),
    rule(
        46,
        "refuses-some-ids",
        "The receiver, or a filter in front of it, refuses session IDs with certain characters.",
        NAMES,
        &[Some(&[("body/id-markup", Wrong), ("body/id-blanks", Wrong)])],
        NO,
        Topic::Ids,
    ),
    rule(
        30,
        "keeps-sessions-in-an-object",
        "The receiver fails at session IDs such as __proto__: it keeps its sessions under keys that the language has already.",
        "Whoever opens the URL chooses the ID, and can bring the process down.",
        &[Some(&[("body/id-proto", Wrong)]), No(&[("body/id-one-character", Wrong)])],
        &[("input/proto-keys", Wrong)],
        Topic::Ids,
    ),
    rule(
        29,
        "crashes-on-odd-ids",
        "The receiver answers with a 5xx, or not at all, to session IDs that it cannot store.",
        "Whoever opens the URL chooses the ID, and can bring the process down.",
        &[Some(&[
            ("body/id-512", Wrong),
            ("body/id-undefined", Wrong),
            ("body/id-one-character", Wrong),
            ("body/id-proto", Wrong),
        ])],
        NO,
        Topic::Ids,
    ),
];

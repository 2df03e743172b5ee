//! What users read about each quirk, and the bug that it imitates.

use super::kind::{LATE, Quirk, USUAL_LIMIT};

/// What a quirk is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Area {
    /// The MAC.
    Mac,
    /// Reading a request.
    Reading,
    /// Order, and what came before.
    Order,
    /// The answer.
    Answer,
    /// What is remembered.
    Memory,
}

/// Quirks that answer the same question: at most one of them can be on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Over which bytes the MAC is checked.
    SignedBytes,
    /// Which of several headers counts.
    WhichHeader,
    /// What stands in for the answer.
    WhatInstead,
}

impl Choice {
    /// The question, in words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignedBytes => "over which bytes the MAC is checked",
            Self::WhichHeader => "which of several headers counts",
            Self::WhatInstead => "what stands in for the answer",
        }
    }
}

/// What users read about a quirk.
#[derive(Clone, Copy, Debug)]
pub struct QuirkInfo {
    /// How it is written.
    pub name: &'static str,
    /// What can follow behind `=`, or nothing.
    pub parameter: &'static str,
    /// What it is about.
    pub area: Area,
    /// What the inbox then does.
    pub does: &'static str,
    /// The bug that it imitates: what in somebody's code usually causes it.
    pub bug: &'static str,
    /// The question that it answers, if others answer it too.
    pub choice: Option<Choice>,
    pub(super) make: Quirk,
}

impl QuirkInfo {
    /// The quirk, with its usual parameter.
    pub const fn quirk(&self) -> Quirk {
        self.make
    }
}

/// Every quirk, in the order in which they are listed.
pub const QUIRKS: &[QuirkInfo] = &[
    info(
        "accepts-any-mac",
        Quirk::AcceptsAnyMac,
        Area::Mac,
        "takes events with any X-WMS-Content-MAC header, right or wrong",
        "The result of the check is not looked at: it is a promise that nobody awaits, or it is only logged.",
    ),
    info(
        "accepts-missing-mac",
        Quirk::AcceptsMissingMac,
        Area::Mac,
        "takes events without an X-WMS-Content-MAC header",
        "The check stands inside `if (header) { .. }`.",
    ),
    info(
        "accepts-empty-mac",
        Quirk::AcceptsEmptyMac,
        Area::Mac,
        "takes events whose X-WMS-Content-MAC header is empty",
        "Only a header that is not there is refused, and the check is skipped where its text is falsy.",
    ),
    info(
        "accepts-truncated-mac",
        Quirk::AcceptsTruncatedMac,
        Area::Mac,
        "takes the beginning of the right MAC, down to the bare hmac-sha256=",
        "As many characters are compared as the sender sent: `startsWith`, `zip`, or `strncmp` with the wrong length.",
    ),
    info(
        "accepts-longer-mac",
        Quirk::AcceptsLongerMac,
        Area::Mac,
        "takes the right MAC with anything behind it",
        "Decoding hex stops at the first character that is none, as Node's `Buffer.from(text, 'hex')` does.",
    ),
    info(
        "ignores-mac-prefix",
        Quirk::IgnoresMacPrefix,
        Area::Mac,
        "takes the right digits whatever stands before them: sha256=, md5=, or nothing",
        "The header is split at `=`, and only its last part is looked at.",
    ),
    only(
        Choice::WhichHeader,
        info(
            "takes-first-mac",
            Quirk::TakesFirstMac,
            Area::Mac,
            "of several X-WMS-Content-MAC headers looks at the first, and takes the event where that one is right",
            "The framework's `get` gives the first value, and nobody asks whether there are more.",
        ),
    ),
    only(
        Choice::WhichHeader,
        info(
            "takes-last-mac",
            Quirk::TakesLastMac,
            Area::Mac,
            "of several X-WMS-Content-MAC headers looks at the last, and takes the event where that one is right",
            "Headers are put into a map, where a later one takes the place of an earlier one.",
        ),
    ),
    only(
        Choice::SignedBytes,
        info(
            "reserialises",
            Quirk::Reserialises,
            Area::Mac,
            "checks the MAC over the JSON as JavaScript writes it again: compact, 1.0 as 1, escapes resolved",
            "The body is parsed first, and the MAC is taken over `JSON.stringify(req.body)`.",
        ),
    ),
    only(
        Choice::SignedBytes,
        info(
            "reserialises-python",
            Quirk::ReserialisesPython,
            Area::Mac,
            "checks the MAC over the JSON as Python writes it again: with blanks, ASCII only",
            "The body is parsed first, and the MAC is taken over `json.dumps(request.json)`.",
        ),
    ),
    only(
        Choice::SignedBytes,
        info(
            "latin1-body",
            Quirk::Latin1Body,
            Area::Mac,
            "reads the body as Latin-1 and checks the MAC over that text in UTF-8",
            "A text API is used where the charset is not named, and Latin-1 is its default, as in older servlets.",
        ),
    ),
    only(
        Choice::SignedBytes,
        info(
            "trims-body",
            Quirk::TrimsBody,
            Area::Mac,
            "cuts blanks and line breaks around the body before it checks the MAC",
            "The body is read line by line, or `trim()` is called on it.",
        ),
    ),
    only(
        Choice::SignedBytes,
        info(
            "verifies-empty-body",
            Quirk::VerifiesEmptyBody,
            Area::Mac,
            "checks the MAC over no bytes at all",
            "A JSON parser has read the stream before, and nothing is left of it.",
        ),
    ),
    info(
        "refuses-charset",
        Quirk::RefusesCharset,
        Area::Reading,
        "answers 415 where the Content-Type has parameters, such as ; charset=utf-8",
        "The header is compared with the text `application/json`.",
    ),
    taking(
        "a size, 100kb by default",
        info(
            "body-limit",
            Quirk::BodyLimit(USUAL_LIMIT),
            Area::Reading,
            "answers 413 to larger bodies",
            "The framework's limit was never looked at: Express takes 100kb, and proxies have one of their own.",
        ),
    ),
    info(
        "crashes-on-bad-json",
        Quirk::CrashesOnBadJson,
        Area::Reading,
        "answers 500 to a body that is not JSON, before it looks at the MAC",
        "The body is parsed outside of any `try`, or by a middleware without an error handler.",
    ),
    info(
        "dies-after-bad-json",
        Quirk::DiesAfterBadJson,
        Area::Reading,
        "answers 500 to a body that is not JSON, and from then on 503 to everything, until it is started anew",
        "An exception that nobody catches ends the worker, and nothing starts another one.",
    ),
    info(
        "crashes-on-wrong-types",
        Quirk::CrashesOnWrongTypes,
        Area::Reading,
        "answers 500 to JSON that is no event: a number where a text should be, a list, a missing key",
        "What was parsed is used as though it had been checked.",
    ),
    info(
        "crashes-without-payload",
        Quirk::CrashesWithoutPayload,
        Area::Reading,
        "answers 500 to events whose payload is missing or null",
        "`event.payload.measurementId` is read of every event; some have no payload.",
    ),
    info(
        "refuses-unknown-events",
        Quirk::RefusesUnknownEvents,
        Area::Reading,
        "answers 400 to event codes that are not on the page",
        "The code is read into a closed enum: the next code that the service adds is refused.",
    ),
    info(
        "refuses-unknown-fields",
        Quirk::RefusesUnknownFields,
        Area::Reading,
        "answers 400 to keys that are not on the page",
        "Strict decoding: `additionalProperties: false`, `DisallowUnknownFields`, `FAIL_ON_UNKNOWN_PROPERTIES`.",
    ),
    info(
        "refuses-duplicates",
        Quirk::RefusesDuplicates,
        Area::Order,
        "answers 409 to an event that it has taken before",
        "A unique index is violated, and the error goes to the sender, who then retries.",
    ),
    info(
        "refuses-swapped",
        Quirk::RefusesSwapped,
        Area::Order,
        "answers 409 to a sequence that is lower than the highest of its session",
        "`WHERE ? > last_sequence`, though events can overtake each other and a page that is loaded again counts from 0.",
    ),
    info(
        "refuses-gaps",
        Quirk::RefusesGaps,
        Area::Order,
        "answers 409 to a sequence beyond the next one of its session",
        "A state machine takes the next step only, so that one lost event loses all that follow.",
    ),
    info(
        "refuses-late",
        Quirk::RefusesLate,
        Area::Order,
        "answers 409 to events of a session after its PAGE_UNLOADED",
        "The session is closed then, though events can overtake each other and a page can be loaded again.",
    ),
    info(
        "one-session-at-a-time",
        Quirk::OneSessionAtATime,
        Area::Order,
        "answers 409 to events of a session while another is open, from its first event to PAGE_UNLOADED",
        "The current session stands in a global variable.",
    ),
    info(
        "fails-every-third",
        Quirk::FailsEveryThird,
        Area::Answer,
        "answers 500 to every third request, which it does not take",
        "One of three instances has a broken connection to the database.",
    ),
    taking(
        "a duration up to 2m, 12s by default",
        info(
            "answers-late",
            Quirk::AnswersLate(LATE),
            Area::Answer,
            "takes the event and answers when the sender has given up",
            "The work is done before the answer: mails, other services, a cold start.",
        ),
    ),
    only(
        Choice::WhatInstead,
        info(
            "never-answers",
            Quirk::NeverAnswers,
            Area::Answer,
            "takes the event and does not answer; after 2 minutes it closes the connection",
            "One way through the handler forgets `res.end()`, or waits for a lock that is never released.",
        ),
    ),
    only(
        Choice::WhatInstead,
        info(
            "closes-connection",
            Quirk::ClosesConnection,
            Area::Answer,
            "closes the connection without an answer, and does not take the event",
            "The worker is killed in the middle of a request: out of memory, or a deploy that waits for nobody.",
        ),
    ),
    only(
        Choice::WhatInstead,
        info(
            "redirects",
            Quirk::Redirects,
            Area::Answer,
            "answers 302 with the same path and a slash behind it, and does not take the event",
            "A framework adds slashes, or a proxy sends everybody to HTTPS or to a login.",
        ),
    ),
    info(
        "one-request-at-a-time",
        Quirk::OneRequestAtATime,
        Area::Answer,
        "handles one request after the other, 100 ms each: many at once wait long",
        "A single worker does blocking work, or a lock is held for all of a request.",
    ),
    info(
        "refuses-with-200",
        Quirk::RefusesWith200,
        Area::Answer,
        "answers 200 where it refuses, with an error in the body, and does not take the event",
        "An error handler renders JSON and sets no status: the sender takes it for a success.",
    ),
    info(
        "loses-every-third",
        Quirk::LosesEveryThird,
        Area::Memory,
        "takes every third event with a 2xx and forgets it",
        "The answer goes out before the event is stored, and what then goes wrong is only logged.",
    ),
    info(
        "not-idempotent",
        Quirk::NotIdempotent,
        Area::Memory,
        "counts an event that comes twice as two",
        "Events are appended without a look at what is there.",
    ),
    info(
        "last-event-wins",
        Quirk::LastEventWins,
        Area::Memory,
        "concludes the outcome from the event that came last, whatever its place in the session",
        "Each event overwrites the status of its session: `UPDATE sessions SET status = ?`.",
    ),
];

const fn info(
    name: &'static str,
    make: Quirk,
    area: Area,
    does: &'static str,
    bug: &'static str,
) -> QuirkInfo {
    QuirkInfo { name, parameter: "", area, does, bug, choice: None, make }
}

const fn taking(parameter: &'static str, info: QuirkInfo) -> QuirkInfo {
    QuirkInfo { parameter, ..info }
}

const fn only(choice: Choice, info: QuirkInfo) -> QuirkInfo {
    QuirkInfo { choice: Some(choice), ..info }
}

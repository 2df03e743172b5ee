//! Real events that are not taken.

use super::{How, Need, Rule, Topic};
use crate::conformance::diagnosis::facts::Facts;
use crate::outcome::check::CaseResult;
use How::{Crashed, Refused, Silent, Wrong};
use Need::{If, No, Some};

pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "knows-older-page-only",
        says: "The receiver knows the events of the older version of the page only, without LOW_SNR and GENERAL_ERROR.",
        matters: "The events that say why a measurement failed are lost.",
        needs: &[
            Some(&[("events/low-snr", Wrong)]),
            Some(&[("events/general-error", Wrong)]),
            No(&[
                ("events/wms-loaded", Wrong),
                ("events/api-error*", Wrong),
                ("events/constraint-violation*", Wrong),
                ("events/page-visibility-change*", Wrong),
            ]),
        ],
        explains: &[
            ("events/session-*", Wrong),
            ("events/many-sessions", Wrong),
            ("body/unknown-event", Wrong),
            ("order/interleaved", Wrong),
        ],
        weight: 96,
        fix: Topic::OpenEnums,
    },
    Rule {
        name: "refuses-snr-of-zero-or-less",
        says: "The receiver refuses an SNR of zero or less: either it takes 0 for a value that is missing, `if (!payload.snr)`, or its schema or column has room for positive numbers only.",
        matters: "The SNR is in dB, and 0, negative numbers and the mark -100 are ordinary values: the results that tell why a measurement failed are lost.",
        needs: &[
            Some(&[("events/snr-zero", Wrong), ("events/snr-negative", Wrong)]),
            No(&[
                ("events/wms-loaded", Wrong),
                ("events/intermediate-results", Wrong),
                ("events/session-completed", Wrong),
            ]),
        ],
        explains: &[
            ("events/session-*", Wrong),
            ("events/older-dialect", Wrong),
            ("events/many-sessions", Wrong),
            ("order/*", Wrong),
            ("time/*", Wrong),
            ("state/*", Wrong),
        ],
        weight: 97,
        fix: Topic::Snr,
    },
    Rule {
        name: "limits-bodies-too-low",
        says: "The receiver refuses real events as too large.",
        matters: "Events with results or errors are lost, for they are the longest.",
        needs: &[Need::Fact(too_large)],
        explains: &[("*", Refused)],
        weight: 97,
        fix: Topic::Limits,
    },
    Rule {
        name: "crashes-on-some-events",
        says: "The receiver answers some of the real events with a 5xx, or not at all.",
        matters: "These events are lost, and whatever they would have told.",
        needs: &[
            Some(&[("events/results-received", Crashed), ("events/*", Crashed), ("events/*", Silent)]),
            If(|facts| {
                ONE.iter().any(|id| facts.all(id, Crashed).chain(facts.all(id, Silent)).next().is_some())
            }),
        ],
        explains: &[("*", Crashed), ("*", Silent)],
        weight: 69,
        fix: Topic::Payload,
    },
    Rule {
        name: "refuses-some-events",
        says: "The receiver refuses some of the real events.",
        matters: "These events are lost, and whatever they would have told.",
        needs: &[
            Some(&[("events/*", Refused)]),
            If(|facts| ONE.iter().any(|id| facts.all(id, Refused).next().is_some())),
        ],
        explains: &[
            ("events/*", Refused),
            ("order/*", Refused),
            ("body/*", Refused),
            ("http/*", Refused),
            ("state/*", Wrong),
        ],
        weight: 69,
        fix: Topic::OpenEnums,
    },
];

/// The cases in which a real event was answered with 413.
fn too_large(facts: Facts<'_>) -> Vec<String> {
    let large = |case: &&CaseResult| case.traces.iter().any(|trace| trace.answered() == Option::Some(413));
    facts.all("events/*", Refused).filter(large).map(|case| case.id.clone()).collect()
}

/// Cases with one event only.
pub(super) const ONE: &[&str] = &[
    "events/wms-*",
    "events/c*",
    "events/measurement-*",
    "events/intermediate-results",
    "events/snr-*",
    "events/scan-completed",
    "events/re*",
    "events/page-*",
    "events/websocket-*",
    "events/api-*",
    "events/low-snr",
    "events/general-error",
];

//! Section `events`: what WMS itself sends has to be taken.

use crate::clock::Moment;
use crate::conformance::case::{Case, Manner, Play, Source};
use crate::conformance::kit::Kit;
use crate::conformance::script::{Script, Shot};
use crate::outcome::check::Level;
use crate::protocol::code::Code;
use crate::protocol::dialect::Dialect;

const HINT: &str = "A `switch` or an enum that lacks the event, a payload that is read though the event has none, or a wrong secret.";

const SNR: &str = "The signal-to-noise ratio is in dB: 0 says that signal and noise are equally strong, and a weak signal has a negative one. WMS itself sends -100 where the signal is too low to compute. These are the results that tell why a measurement failed.";

const BASE: Case = Case {
    source: Source::Page,
    requirement: "The receiver MUST take each event of the page's table, whatever came before it.",
    hint: HINT,
    ..Case::MUST
};

const fn alone(id: &'static str, title: &'static str, code: Code) -> Case {
    Case {
        id,
        title,
        stimulus: "The event alone in a new session, without a measurement ID where it may lack one.",
        explain: "Events overtake each other on their way, so any of them can be the first that arrives.",
        play: Play::Event { code, measured: false },
        ..BASE
    }
}

const fn measured(id: &'static str, title: &'static str, code: Code) -> Case {
    Case {
        stimulus: "The event with a measurement ID in its payload, which it has once a measurement was created.",
        explain: "The page says that the measurement ID is there if a measurement was created: the event comes with and without it.",
        play: Play::Event { code, measured: true },
        ..alone(id, title, code)
    }
}

const fn session(id: &'static str, title: &'static str, script: fn(&mut Kit<'_>) -> Script) -> Case {
    Case {
        id,
        title,
        requirement: "The receiver MUST take every event of a whole session.",
        stimulus: "All events of the session, in order, over one connection.",
        play: Play::Script(script),
        ..BASE
    }
}

pub(super) const CASES: &[Case] = &[
    alone("events/wms-loaded", "WMS_LOADED is taken", Code::WmsLoaded),
    alone("events/configuration-loaded", "CONFIGURATION_LOADED is taken", Code::ConfigurationLoaded),
    alone(
        "events/camera-permission-granted",
        "CAMERA_PERMISSION_GRANTED is taken",
        Code::CameraPermissionGranted,
    ),
    alone(
        "events/camera-permission-denied",
        "CAMERA_PERMISSION_DENIED is taken",
        Code::CameraPermissionDenied,
    ),
    alone("events/camera-started", "CAMERA_STARTED is taken", Code::CameraStarted),
    alone("events/measurement-started", "MEASUREMENT_STARTED is taken", Code::MeasurementStarted),
    alone("events/measurement-created", "MEASUREMENT_CREATED is taken", Code::MeasurementCreated),
    alone("events/intermediate-results", "INTERMEDIATE_RESULTS is taken", Code::IntermediateResults),
    Case {
        stimulus: "INTERMEDIATE_RESULTS with an snr of 0, alone in a new session.",
        hint: "`if (!payload.snr)`, `payload.get(\"snr\") or raise`, or a rule such as `required` or `positive`, which takes 0 for a value that is missing.",
        explain: SNR,
        play: Play::Script(|kit| results(kit, &["0"])),
        ..alone("events/snr-zero", "results with an SNR of zero are taken", Code::IntermediateResults)
    },
    Case {
        stimulus: "INTERMEDIATE_RESULTS with an snr of -3, and then with one of -100, each alone in a new session.",
        hint: "A schema with `minimum: 0`, an unsigned column or type, a logarithm, or a column too narrow for -100.",
        explain: SNR,
        play: Play::Script(|kit| results(kit, &["-3", "-100"])),
        ..alone("events/snr-negative", "results with a negative SNR are taken", Code::IntermediateResults)
    },
    alone("events/scan-completed", "SCAN_COMPLETED is taken", Code::ScanCompleted),
    alone("events/results-received", "RESULTS_RECEIVED is taken", Code::ResultsReceived),
    alone(
        "events/redirecting",
        "REDIRECTING_TO_CALLBACK without a measurement is taken",
        Code::RedirectingToCallback,
    ),
    measured(
        "events/redirecting-measured",
        "REDIRECTING_TO_CALLBACK with a measurement is taken",
        Code::RedirectingToCallback,
    ),
    alone("events/measurement-canceled", "MEASUREMENT_CANCELED is taken", Code::MeasurementCanceled),
    alone(
        "events/constraint-violation",
        "CONSTRAINT_VIOLATION without a measurement is taken",
        Code::ConstraintViolation,
    ),
    measured(
        "events/constraint-violation-measured",
        "CONSTRAINT_VIOLATION with a measurement is taken",
        Code::ConstraintViolation,
    ),
    alone("events/page-unloaded", "PAGE_UNLOADED without a measurement is taken", Code::PageUnloaded),
    measured(
        "events/page-unloaded-measured",
        "PAGE_UNLOADED with a measurement is taken",
        Code::PageUnloaded,
    ),
    alone("events/websocket-disconnected", "WEBSOCKET_DISCONNECTED is taken", Code::WebsocketDisconnected),
    alone("events/websocket-reconnected", "WEBSOCKET_RECONNECTED is taken", Code::WebsocketReconnected),
    alone(
        "events/websocket-reconnection-failed",
        "WEBSOCKET_RECONNECTION_FAILED is taken",
        Code::WebsocketReconnectionFailed,
    ),
    alone("events/api-error", "API_ERROR without a measurement is taken", Code::ApiError),
    measured("events/api-error-measured", "API_ERROR with a measurement is taken", Code::ApiError),
    alone(
        "events/page-visibility-change",
        "PAGE_VISIBILITY_CHANGE without a measurement is taken",
        Code::PageVisibilityChange,
    ),
    measured(
        "events/page-visibility-change-measured",
        "PAGE_VISIBILITY_CHANGE with a measurement is taken",
        Code::PageVisibilityChange,
    ),
    alone("events/low-snr", "LOW_SNR is taken", Code::LowSnr),
    alone("events/general-error", "GENERAL_ERROR is taken", Code::GeneralError),
    session("events/session-completed", "a whole session with results is taken", |kit| {
        whole(kit, "happy-path")
    }),
    session("events/session-low-snr", "a whole session with a low signal is taken", |kit| {
        whole(kit, "low-snr")
    }),
    session("events/session-camera-denied", "a whole session without a camera is taken", |kit| {
        whole(kit, "camera-denied")
    }),
    session("events/session-canceled", "a whole session that the user cancels is taken", |kit| {
        whole(kit, "user-cancels")
    }),
    session("events/session-second-attempt", "a whole session with two measurements is taken", |kit| {
        whole(kit, "second-attempt")
    }),
    session("events/session-websocket-drop", "a whole session with a dropped socket is taken", |kit| {
        whole(kit, "websocket-drop")
    }),
    session("events/session-just-ends", "a session that just stops is taken", |kit| whole(kit, "crash")),
    Case {
        id: "events/older-dialect",
        title: "a session of the older page is taken",
        level: Level::Should,
        requirement: "The receiver SHOULD take every event of a session as the older version of the page has it.",
        stimulus: "All events of a failed measurement in the dialect of the older page, which has no LOW_SNR and no GENERAL_ERROR.",
        hint: "Code that waits for an event that only the newer page has.",
        play: Play::Script(older),
        ..BASE
    },
    Case {
        id: "events/many-sessions",
        title: "fifty sessions at once are taken",
        requirement: "The receiver MUST take the events of many sessions at once.",
        stimulus: "Fifty whole sessions at the same time, each in order over a connection of its own.",
        hint: "One current session in a global variable, a lock that is held during a request, or a pool of connections to the database that is too small.",
        explain: "Users do not wait for each other. Whether this passes also decides whether other cases are run side by side.",
        manner: Manner::Company,
        play: Play::Script(many),
        ..BASE
    },
];

fn whole(kit: &mut Kit<'_>, scenario: &str) -> Script {
    Script::of(kit.story(scenario).iter().map(named))
}

/// Results with each of these signal-to-noise ratios, each alone in a session.
fn results(kit: &mut Kit<'_>, ratios: &[&str]) -> Script {
    let mut shots = Vec::new();
    for snr in ratios {
        let mut session = kit.session();
        let event = kit.event(&mut session, Code::IntermediateResults);
        let event = kit.with_snr(&event, snr);
        shots.push(Shot::test(&event).called(format!("{} with an snr of {snr}", event.code.as_str())));
    }
    Script::of(shots)
}

fn older(kit: &mut Kit<'_>) -> Script {
    let session = kit.session();
    // What else was chosen stays: only the page is another one.
    let Dialect { events, websocket_initial, .. } = Dialect::older();
    let older = Dialect { events, websocket_initial, ..kit.dialect().clone() };
    let events = kit.story_in(&session, "low-snr", &older);
    Script::of(events.iter().map(named))
}

fn many(kit: &mut Kit<'_>) -> Script {
    const SCENARIOS: [&str; 5] = ["happy-path", "low-snr", "camera-denied", "user-cancels", "websocket-drop"];
    let lanes: Vec<Vec<Shot>> = (0..50)
        .map(|number: usize| kit.story(SCENARIOS[number % SCENARIOS.len()]).iter().map(Shot::test).collect())
        .collect();
    Script::default().together(lanes)
}

fn named(event: &crate::conformance::kit::Event) -> Shot {
    Shot::test(event).called(event.code.as_str())
}

/// One event alone in its session.
pub(in crate::conformance) fn one(kit: &mut Kit<'_>, code: Code, measured: bool) -> Script {
    let mut session = kit.session();
    session.measured = measured;
    let event = kit.event_at(&mut session, code, kit.now().timestamp_at(Moment::ZERO));
    Script::of([named(&event)])
}

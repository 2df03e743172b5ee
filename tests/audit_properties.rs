//! What is learnt from traffic is the dialect that it was played in; an audit in that dialect finds nothing, and in
//! another one finds just the difference.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

#[path = "common/cases.rs"]
mod cases;

use std::collections::BTreeSet;
use std::sync::Arc;

use cases::cases;
use proptest::prelude::*;
use wms_sim::clock::Epoch;
use wms_sim::delivery::policy::{Pace, Policy};
use wms_sim::delivery::{Scenarios, SessionSource, dry};
use wms_sim::outcome::audit::Audited;
use wms_sim::outcome::learnt::Verdict;
use wms_sim::protocol::dialect::{Charset, Dialect};
use wms_sim::protocol::mac::{Secret, Signer};
use wms_sim::scenario::compile::Options;
use wms_sim::scenario::file::Source;
use wms_sim::scenario::library::{Library, load_plan};
use wms_sim::scenario::mix::Mix;
use wms_sim::seed::Seed;
use wms_sim::serve::audit::audit;
use wms_sim::serve::learn::learn;
use wms_sim::serve::traffic::{Field, Request};

/// Every key that traffic can show, and values to tell apart.
const KEYS: &[(&str, &[&str])] = &[
    ("events", &["current", "older"]),
    ("body.charset", &["ascii", "utf8"]),
    ("mac.input", &["bytes", "latin1"]),
    ("http.content-type", &["application/json", "application/json; charset=utf-8", "text/plain"]),
    ("http.user-agent", &["wms/1.0", "axios/1.7 \"x\"", "\\"]),
    ("payload.empty", &["absent", "object", "null"]),
    ("snr.number", &["decimal", "integer"]),
    ("snr.scale", &["decibel", "percent"]),
    ("results.first", &["1", "0"]),
    ("results.count", &["5", "6"]),
    ("reload.sequence", &["restart", "continue"]),
    ("websocket.initial", &["true", "false"]),
    ("websocket.clean-close", &["true", "false"]),
    ("canceled.after-low-snr", &["true", "false"]),
    ("canceled.after-violation", &["true", "false"]),
    ("constraint.key", &["constraint", "reason", "violated-constraint"]),
    ("constraint.values", &["Gesicht fehlt: \u{e9}\u{20ac}", "Fern \u{1f600},Zu-dunkel,Weg \u{e4}"]),
    ("api-error.key", &["code", "error", "api_code"]),
    ("api-error.values", &["WORKER_ERROR", "E1,E2", "500,TOKEN_EXPIRED,\"quoted\""]),
    ("session-id.style", &["uuid", "alphanumeric"]),
];

/// Those of the catalogue name their constraints and codes themselves; these leave them to the dialect.
const OWN: &[&str] = &[
    "name: violated\ntitle: A\noutcome: failed\nsteps: [{ use: opening }, { use: start }, CONSTRAINT_VIOLATION, { use: redirect }]\n",
    "name: violated-before\ntitle: B\noutcome: completed\nsteps: [{ use: opening }, CONSTRAINT_VIOLATION, { use: start }, { use: scan }, { use: finish }]\n",
    "name: api\ntitle: C\noutcome: failed\nsteps: [{ use: opening }, { use: start }, API_ERROR, { use: redirect }]\n",
];
const NAMES_ITSELF: &[&str] =
    &["constraint-before", "constraint-violation", "api-error", "api-error-late", "token-expired"];

fn dialect(choices: &[prop::sample::Index]) -> Dialect {
    let mut dialect = Dialect::current();
    for ((key, values), choice) in KEYS.iter().zip(choices) {
        dialect.set(key, choice.get::<&str>(values)).unwrap();
    }
    dialect
}

fn secret() -> Secret {
    Secret::new("s")
}

/// Three sessions of each scenario as they would be recorded. Of two sessions one waits while the other goes on.
fn play(dialect: &Dialect, seed: u64, pace: Pace) -> Vec<Request> {
    let library = Library::built_in();
    let options = Options { dialect: dialect.clone(), ..Options::default() };
    let catalogue = library.scenario_names().filter(|name| !NAMES_ITSELF.contains(name));
    let mut sources: Vec<Source> = catalogue.map(|name| library.scenario(name).unwrap().clone()).collect();
    for _ in 0..12 {
        sources.extend(OWN.iter().map(|text| Source::new("own", *text, None)));
    }
    let plans: Vec<_> =
        sources.iter().map(|source| (Arc::new(load_plan(source, &options).unwrap()), 1.0)).collect();
    let sessions = 3 * plans.len() as u64;
    let source = SessionSource::Scenarios(Scenarios {
        seed: Seed(seed),
        mix: Mix::new(plans).unwrap(),
        ids: Vec::new(),
        faults: Arc::default(),
    });
    let policy = Policy::new(dialect, pace, Epoch::parse_rfc3339("2026-01-02T03:04:05Z").unwrap());
    let signer = Signer::new(&secret(), dialect.mac_input);
    let mut requests = Vec::new();
    for number in 1..=sessions {
        dry::events(&source, number, &policy, &signer.clone().into(), &mut |due, item| {
            requests.push(Request {
                line: 0,
                at: due,
                pace: match pace {
                    Pace::Times(factor) => Some(factor),
                    Pace::Max => Some(1.0),
                },
                macs: item.mac.as_str().map(str::to_owned).into_iter().collect(),
                content_type: Field::Text(dialect.content_type.clone()),
                user_agent: Field::Text(dialect.user_agent.clone()),
                body: item.body.to_vec(),
                label: None,
            });
        });
    }
    requests.sort_by_key(|request| request.at);
    for (line, request) in (1..).zip(&mut requests) {
        request.line = line;
    }
    requests
}

fn kinds(audited: &Audited) -> Vec<&str> {
    audited.groups.iter().map(|group| group.first.kind).collect()
}

fn words(list: &str) -> BTreeSet<&str> {
    list.split(',').collect()
}

fn pace() -> impl Strategy<Value = Pace> {
    prop_oneof![Just(Pace::Max), Just(Pace::Times(1.0)), Just(Pace::Times(20.0))]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(12)))]
    #[test]
    fn the_dialect_that_was_played_is_learnt(
        choices in prop::collection::vec(any::<prop::sample::Index>(), KEYS.len()),
        seed in any::<u64>(),
        pace in pace(),
        changed in (any::<prop::sample::Index>(), any::<prop::sample::Index>()),
    ) {
        let played = dialect(&choices);
        let requests = play(&played, seed, pace);
        let learnt = learn(&requests, &[secret()]);
        prop_assert_eq!((learnt.events, learnt.left_out, learnt.unreadable), (requests.len() as u64, 0, 0));
        for key in &learnt.keys {
            let said = key.key.show(&played);
            if !KEYS.iter().any(|(name, _)| *name == key.key.name) {
                prop_assert_eq!(key.verdict, Verdict::NotShown, "{}", key.key.name);
                continue;
            }
            // Of plain ASCII every way to hash it gives the same.
            let shown = key.key.name != "mac.input" || played.charset == Charset::Utf8;
            let expected = if shown { Verdict::Learnt } else { Verdict::NoEvidence };
            prop_assert_eq!(key.verdict, expected, "{}", key.key.name);
            if !shown {
                continue;
            }
            if key.is_list {
                prop_assert_eq!(words(&key.value), words(&said), "{}", key.key.name);
            } else {
                prop_assert_eq!(&key.value, &said, "{}: {:?}", key.key.name, key.shown);
                prop_assert_eq!(key.shown.len(), 1, "{}: {:?}", key.key.name, key.shown);
            }
        }

        let learnt = learnt.dialect();
        let audited = audit(&requests, &learnt, &[secret()], None);
        prop_assert!(audited.groups.is_empty(), "{:#?}", audited.groups);
        prop_assert_eq!((audited.macs.by_secret, audited.macs.wrong), (vec![audited.requests], 0));

        let (key, values) = changed.0.get(KEYS);
        let said = played_value(key, &played);
        let others: Vec<&str> = values.iter().copied().filter(|value| *value != said).collect();
        let mut other = learnt;
        other.set(key, changed.1.get::<&str>(&others)).unwrap();
        let audited = audit(&requests, &other, &[secret()], None);
        let shown = *key != "mac.input" || played.charset == Charset::Utf8;
        prop_assert_eq!(kinds(&audited), if shown { vec![*key] } else { vec![] }, "{:#?}", audited.groups);
    }
}

fn played_value(name: &str, dialect: &Dialect) -> String {
    wms_sim::protocol::dialect::KEYS.iter().find(|key| key.name == name).unwrap().show(dialect)
}

//! The sections `body` and `input` against the inbox: it is a correct receiver, and has to pass them all.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod common;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use common::receiver::{Kind, Receiver};
use tokio::sync::watch;
use wms_sim::clock::RunClock;
use wms_sim::conformance::case::Case;
use wms_sim::conformance::cases;
use wms_sim::conformance::kit::Setup;
use wms_sim::conformance::request::Base;
use wms_sim::conformance::run::{Ran, Runner, run};
use wms_sim::delivery::engine::Stop;
use wms_sim::outcome::check::{CaseResult, Level, Verdict};
use wms_sim::protocol::diagnosis::reprint;
use wms_sim::protocol::dialect::{Dialect, MacInput, StatusSet};
use wms_sim::protocol::envelope::Envelope;
use wms_sim::protocol::mac::{HEADER, Secret, Signer, verify};
use wms_sim::seed::Seed;
use wms_sim::serve::desk::Desk;
use wms_sim::serve::embedded::Embedded;
use wms_sim::serve::inbox::InboxOptions;
use wms_sim::transport::options::TransportOptions;
use wms_sim::transport::target::Target;
use wms_sim::transport::wire::Wire;

const SECRET: &str = "a secret of the check";

fn runner(url: &str, dialect: &Dialect, seed: u64) -> Arc<Runner> {
    let clock = RunClock::start();
    let options = TransportOptions::speaking(Target::parse(url).unwrap(), dialect);
    Arc::new(Runner {
        setup: Setup {
            seed: Seed(seed),
            dialect: dialect.clone(),
            signer: Signer::new(&Secret::new(SECRET), dialect.mac_input),
            next: None,
            soon: Duration::from_secs(5),
            late: Duration::from_secs(10),
        },
        base: Base::new(&options).unwrap(),
        wire: Wire::new(&options, clock).unwrap(),
        options,
        clock,
        accept: StatusSet::success(),
        announcer: None,
        probe: None,
        rotation: None,
        patience: Duration::from_secs(10),
        budget: None,
        closes: std::sync::atomic::AtomicBool::default(),
        counts: wms_sim::conformance::run::Counts::default(),
        command: Arc::new(|id| format!("wms-sim check --case {id}")),
        ends: Arc::new(|_| false),
    })
}

async fn check(url: &str, dialect: &Dialect, seed: u64, wanted: impl Fn(&Case) -> bool) -> Ran {
    let all = cases::all();
    let cases: Vec<&Case> = all.iter().filter(|case| wanted(case)).collect();
    assert!(!cases.is_empty());
    let (_stop, stopped) = watch::channel(Stop::No);
    Box::pin(run(runner(url, dialect, seed), &cases, stopped, &mut |_| {})).await
}

fn mine(case: &Case) -> bool {
    matches!(case.section(), "body" | "input")
}

fn inbox(dialect: &Dialect, input: MacInput) -> Embedded {
    let signer = Signer::new(&Secret::new(SECRET), input);
    Embedded::start(Arc::new(Desk::open(InboxOptions::new(vec![signer], dialect.clone())))).unwrap()
}

fn dialect(settings: &[(&str, &str)]) -> Dialect {
    let mut dialect = Dialect::current();
    for (key, value) in settings {
        dialect.set(key, value).unwrap();
    }
    dialect
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_inbox_passes_in_every_dialect_and_twice() {
    let dialects = [
        (dialect(&[]), "hashes the bytes"),
        (dialect(&[("body.charset", "utf8"), ("payload.empty", "null")]), "hashes the bytes"),
        (dialect(&[("body.charset", "utf8"), ("mac.input", "latin1")]), "hashes as the page's snippet"),
        (Dialect::older(), "hashes the bytes"),
    ];
    for (dialect, hashes) in dialects {
        let inbox = inbox(&dialect, dialect.mac_input);
        for seed in [1, 2] {
            let ran = check(&inbox.url(), &dialect, seed, mine).await;
            assert_eq!(not_passed(&ran), [""; 0]);
            let measured: Vec<&str> = ran
                .cases
                .iter()
                .filter(|case| case.level == Level::Info)
                .map(|case| case.actual.as_str())
                .collect();
            assert!(
                measured.len() == 2 && measured.iter().all(|told| told.starts_with(hashes)),
                "{measured:?}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn correct_receivers_pass() {
    for kind in Kind::QUICK {
        let receiver = Receiver::start(kind, SECRET);
        let ran = check(&receiver.url(), &Dialect::current(), 1, mine).await;
        assert_eq!(not_passed(&ran), [""; 0], "{kind:?}");
        let wanted = if kind == Kind::NodeHttp { "hashes as the page's snippet" } else { "hashes the bytes" };
        let measured = |case: &&CaseResult| case.level == Level::Info && case.actual.starts_with(wanted);
        assert_eq!(ran.cases.iter().filter(measured).count(), 2, "{kind:?}");
    }
}

fn not_passed(ran: &Ran) -> Vec<String> {
    let wrong = ran.cases.iter().filter(|case| case.verdict != Verdict::Pass);
    wrong.map(|case| format!("{}: {}", case.id, case.actual)).collect()
}

/// A receiver with a bug: what it answers to a header and a body.
struct Broken(fn(&Signer, &[u8], &[u8]) -> u16);

impl Broken {
    /// The cases that it fails. Every other one passes.
    async fn fails(self) -> BTreeSet<&'static str> {
        let signer = Signer::new(&Secret::new(SECRET), MacInput::Bytes);
        let answer = move |headers: HeaderMap, body: Bytes| {
            let mac = headers.get(HEADER).map(|mac| mac.as_bytes().to_vec()).unwrap_or_default();
            let status = (self.0)(&signer, &body, &mac);
            async move { StatusCode::from_u16(status).unwrap() }
        };
        let app = Router::new().route("/", post(answer)).layer(DefaultBodyLimit::disable());
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let serving = tokio::spawn(async move { axum::serve(listener, app).await });
        let ran = check(&url, &Dialect::current(), 1, mine).await;
        serving.abort();
        let all = cases::all();
        let id_of = |id: &str| all.iter().find(|case| case.id == id).unwrap().id;
        let strange: Vec<_> =
            ran.cases.iter().filter(|case| !matches!(case.verdict, Verdict::Pass | Verdict::Fail)).collect();
        assert!(strange.is_empty(), "{strange:#?}");
        ran.cases.iter().filter(|case| case.verdict == Verdict::Fail).map(|case| id_of(&case.id)).collect()
    }
}

fn is_right(signer: &Signer, body: &[u8], mac: &[u8]) -> bool {
    verify(signer, body, mac).is_ok()
}

fn names(section: &str, names: &str) -> BTreeSet<String> {
    names.split_whitespace().map(|name| format!("{section}/{name}")).collect()
}

fn same(found: &BTreeSet<&'static str>, expected: &BTreeSet<String>) {
    let found: BTreeSet<String> = found.iter().map(|id| (*id).to_owned()).collect();
    let (missed, blamed): (Vec<_>, Vec<_>) =
        (expected.difference(&found).collect(), found.difference(expected).collect());
    assert!(missed.is_empty() && blamed.is_empty(), "not failed: {missed:?}, failed beside: {blamed:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_prints_json_again_fails_other_spellings_and_no_more() {
    let broken = Broken(|signer, body, mac| {
        let printed = reprint::as_javascript(body).unwrap_or_else(|| body.to_vec());
        if is_right(signer, &printed, mac) { 204 } else { 401 }
    });
    let expected = "pretty spaces leading-blanks trailing-newline escaped-ascii escape-capitals escaped-slash \
                    line-separators number-forms exponent snr-forms snr-exponent id-latin1 id-emoji id-scripts \
                    id-255-accented";
    same(&broken.fails().await, &names("body", expected));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_trims_the_body_fails_blanks_around_it() {
    let broken = Broken(|signer, body, mac| if is_right(signer, body.trim_ascii(), mac) { 204 } else { 401 });
    same(&broken.fails().await, &names("body", "leading-blanks trailing-newline"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_knows_only_what_there_is_today_fails_the_unknown() {
    let broken = Broken(|signer, body, mac| {
        if !is_right(signer, body, mac) {
            return 401;
        }
        let Ok(event) = Envelope::read(body) else { return 400 };
        let value: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
        let known = |key: &String| {
            ["timestamp", "sessionId", "sequence", "event", "severity", "payload"].contains(&key.as_str())
        };
        let closed = value.as_object().is_some_and(|object| object.keys().all(known));
        let severity =
            event.severity.as_deref().is_some_and(|word| ["INFO", "WARN", "ERROR"].contains(&word));
        let payload = event.payload.as_ref().and_then(|payload| payload.as_object());
        let reason = payload.is_some_and(|payload| payload.contains_key("reason"));
        if closed && severity && !reason && event.code().is_some() { 204 } else { 400 }
    });
    same(
        &broken.fails().await,
        &names(
            "body",
            "unknown-key unknown-payload-key unknown-event unknown-severity escaped-slash line-separators raw-delete",
        ),
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_throws_at_what_is_no_event_fails_bad_input() {
    let broken = Broken(|signer, body, mac| {
        if !is_right(signer, body, mac) {
            return 401;
        }
        let right = Envelope::read(body).is_ok_and(|event| {
            let year = (0..10_000_000_000).contains(&event.timestamp);
            let id = !event.session_id.is_empty() && event.session_id.len() < 256;
            let payload = event.payload.as_ref().is_none_or(|payload| {
                payload.get("state").is_none_or(serde_json::Value::is_string) && payload.is_object()
            });
            let value: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
            let proto = value.get("__proto__").is_some();
            year && id && payload && !proto && event.severity.is_some() && !event.session_id.contains('\0')
        });
        if right && body.len() < 64 << 10 { 204 } else { 500 }
    });
    let found = broken.fails().await;
    let all = cases::all();
    let mut expected: BTreeSet<String> =
        all.iter().filter(|case| case.section() == "input").map(|case| case.id.to_owned()).collect();
    // As body, these are right events.
    expected.remove("input/deep-arrays");
    expected.remove("input/deep-objects");
    let body = names("body", "bom id-255-accented id-512 id-nul");
    same(&found, &expected.union(&body).cloned().collect());
}

//! What is remembered, by the built-in inbox with and without the bugs of real receivers, and by probes that prove nothing.

use std::time::Duration;

use wms_sim::conformance::run::Probe;
use wms_sim::delivery::call::Caller;
use wms_sim::delivery::probe::{ProbeUrl, Question};
use wms_sim::outcome::check::Verdict::{Error, Fail, Pass, Skip};
use wms_sim::transport::tls::TlsOptions;

use crate::common::server::Server;
use crate::harness::{Act, Check, Results, TAKEN, peer};

const WITHIN: Duration = Duration::from_millis(500);

fn asking(url: &str, within: Duration) -> Probe {
    let url = ProbeUrl::parse(url).unwrap();
    let caller = Caller::new("--probe", url.sample(), &TlsOptions::default()).unwrap();
    let who = std::sync::Arc::new(Question::Get { caller, url: Box::new(url) });
    Probe { who, within, timeout: Duration::from_secs(20) }
}

/// The section `state` against `serve` with a quirk.
fn inbox(quirks: &[&str], within: Duration) -> Results {
    let server = Server::start(quirks);
    let mut check = Check::of(&format!("{}/webhook", server.url));
    let probe = format!("{}/api/inbox/{{sessionId}}/state?ended=true", server.url);
    check.probe = Some(asking(&probe, within));
    check.run(&["state"])
}

#[test]
fn a_right_system_passes() {
    let results = inbox(&[], Duration::from_secs(30));
    results.assert_right();
    let (_, told) = results.of("state/shuffled");
    assert!(told.starts_with("the same state after: happy-path, shuffled order 1; "), "{told}");
}

#[test]
fn a_system_that_counts_twice_fails() {
    let results = inbox(&["--quirk", "not-idempotent"], WITHIN);
    let twice = ["state/duplicates", "state/duplicates-concurrent", "state/duplicates-later", "state/twice"];
    assert_eq!(results.that(Fail), twice);
    let (_, told) = results.of("state/duplicates-later");
    assert_eq!(
        told,
        "happy-path, two events again after the end: $.counts.CONFIGURATION_LOADED: 2 instead of 1; \
         $.counts.INTERMEDIATE_RESULTS: 6 instead of 5; $.events: 18 instead of 16"
    );
    // People see both answers.
    let labels: Vec<&str> =
        results.cases["state/twice"].traces.iter().map(|trace| trace.label.as_str()).collect();
    assert!(labels.ends_with(&["what is shown of the undisturbed session", "what is shown of this session"]));
}

#[test]
fn a_system_whose_last_event_wins_fails() {
    let results = inbox(&["--quirk", "last-event-wins"], WITHIN);
    assert_eq!(results.that(Fail), ["state/backwards", "state/shuffled"]);
    let (_, told) = results.of("state/backwards");
    assert_eq!(told, r#"happy-path, backwards: $.outcome: "abandoned" instead of "completed""#);
}

#[test]
fn a_system_that_takes_forged_events_fails() {
    let results = inbox(&["--quirk", "accepts-any-mac"], WITHIN);
    assert_eq!(results.that(Fail), ["state/forged"]);
    assert!(results.of("state/forged").1.ends_with("; 6 forged events were taken"));
}

#[test]
fn a_system_that_loses_events_cannot_pass() {
    let results = inbox(&["--quirk", "loses-every-third"], WITHIN);
    assert_eq!(results.of("state/undisturbed").0, Fail);
    // Which events are lost depends on what comes in between, so that a session can lose the same ones twice.
    assert!(results.that(Pass).len() < results.cases.len() / 2, "{:?}", results.that(Pass));
}

#[test]
fn refusing_a_duplicate_is_no_matter_of_state() {
    inbox(&["--quirk", "refuses-duplicates"], Duration::from_secs(30)).assert_right();
}

#[test]
fn without_a_probe_the_section_is_skipped_visibly() {
    let url = peer(|_, _| Act::Answer(TAKEN));
    let results = Check::of(&url).run(&["state"]);
    assert_eq!(results.that(Skip).len(), results.cases.len());
    assert!(results.of("state/late").1.contains("--probe"));
}

#[test]
fn probes_that_tell_nothing_blame_nobody() {
    let of = |command: &str| {
        let url = peer(|_, _| Act::Answer(TAKEN));
        Check::of(&url).asking(command, Duration::ZERO).run(&["state/undisturbed", "state/twice"])
    };
    let told = |results: &Results, id: &str| {
        let (verdict, told) = results.of(id);
        (verdict, told.to_owned())
    };

    let results = of("exit 3");
    assert_eq!(results.that(Error).len(), 2, "{:?}", results.of("state/twice"));

    let results = of("echo no JSON");
    let (verdict, why) = told(&results, "state/twice");
    assert!(verdict == Error && why.contains("not JSON; it begins with no JSON"), "{why}");

    let results = of(r#"echo '{"known":true}'"#);
    let (verdict, why) = told(&results, "state/undisturbed");
    assert!(verdict == Error && why.contains("the same of every session"), "{why}");

    // What differs from session to session by itself can be compared with nothing.
    let results = of(r#"printf '{"took":"%s"}' "$(od -An -N6 -tu1 /dev/urandom)""#);
    let (verdict, why) = told(&results, "state/undisturbed");
    assert!(verdict == Fail && why.starts_with("happy-path, twice undisturbed: $.took: "), "{why}");
    let (verdict, why) = told(&results, "state/twice");
    assert!(verdict == Error && why.starts_with("not comparable"), "{why}");
}

#[test]
fn a_session_that_is_not_known_fails_where_its_events_were_taken() {
    let url = peer(|request, _| {
        if request.starts_with("GET") {
            Act::Answer("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        } else {
            Act::Answer(TAKEN)
        }
    });
    let mut check = Check::of(&url);
    check.probe = Some(asking(&url.replace("webhook", "{sessionId}"), Duration::ZERO));
    let results = check.run(&["state/undisturbed", "state/twice"]);
    let (verdict, told) = results.of("state/undisturbed");
    let words = "happy-path, twice undisturbed: the session is not known (404), though its events were taken";
    assert_eq!((verdict, told), (Fail, words));
    assert_eq!(results.of("state/twice").0, Error);
}

#[test]
fn where_events_are_refused_nothing_can_be_compared() {
    let url = peer(|_, _| Act::Answer("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"));
    let results = Check::of(&url).asking("echo '{}'", Duration::ZERO).run(&["state/twice"]);
    let (verdict, told) = results.of("state/twice");
    assert!(verdict == Error && told.contains("WMS_LOADED was not taken: 401"), "{told}");
}

//! What is remembered, by the built-in inbox with and without the bugs of real receivers, and by probes that prove nothing.

use std::time::Duration;

use wms_sim::conformance::run::Probe;
use wms_sim::delivery::call::Caller;
use wms_sim::delivery::probe::{ProbeUrl, Question};
use wms_sim::outcome::check::Verdict::{Error, Fail, Pass, Skip};
use wms_sim::outcome::check::journal::{self, Entry};
use wms_sim::outcome::check::{Differs, Path, Place, Shown, Step};
use wms_sim::transport::headers::Header;
use wms_sim::transport::plain::Idle;
use wms_sim::transport::tls::TlsOptions;

use crate::common::server::Server;
use crate::harness::{Act, Check, Results, TAKEN, peer};
use crate::system::System;

const WITHIN: Duration = Duration::from_millis(500);

fn asking(url: &str, within: Duration) -> Probe {
    let url = ProbeUrl::parse(url).unwrap();
    let caller = Caller::new("--probe", url.sample(), &TlsOptions::default(), Idle::Closed).unwrap();
    let who = std::sync::Arc::new(Question::Get { caller, url: Box::new(url) });
    Probe::new(who, within, Duration::from_secs(20))
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
    let twice = [
        "state/duplicates",
        "state/duplicates-after-a-while",
        "state/duplicates-concurrent",
        "state/duplicates-later",
        "state/twice",
    ];
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

/// The words are made from what differs, and both come back from a journal.
#[test]
fn what_differs_is_told_in_words_and_as_it_is() {
    let results = inbox(&["--quirk", "not-idempotent", "--quirk", "last-event-wins"], WITHIN);
    let name = |name: &str| Step::Name(name.to_owned());
    let number = |number: u64| Shown::Value(number.into());
    let place = |path: Vec<Step>, shown: Shown, usual: Shown| Place::Value { path: Path(path), shown, usual };
    let counted = |code: &str, shown: u64, usual: u64| {
        place(vec![name("counts"), name(code)], number(shown), number(usual))
    };
    let again = &results.cases["state/duplicates-later"];
    let differs = Differs {
        places: vec![
            counted("CONFIGURATION_LOADED", 2, 1),
            counted("INTERMEDIATE_RESULTS", 6, 5),
            place(vec![name("events")], number(18), number(16)),
        ],
        more: 0,
    };
    assert_eq!(again.differs, Some(differs), "{}", again.actual);
    assert!(results.cases["state/twice"].differs.as_ref().is_some_and(|differs| differs.more > 0));
    for (number, case) in results.cases.values().enumerate() {
        assert_eq!(case.differs.is_some(), case.verdict == Fail, "{}: {}", case.id, case.actual);
        if let Some(differs) = &case.differs {
            assert!(case.actual.contains(&format!(": {differs}")), "{} {differs}", case.actual);
        }
        let line = journal::case_line(number, case).to_string();
        let read = journal::entry(line.as_bytes());
        assert_eq!(read, Ok(Entry::Case(Some(number), Box::new(case.clone()))));
    }
}

#[test]
fn a_system_whose_last_event_wins_fails() {
    let results = inbox(&["--quirk", "last-event-wins"], WITHIN);
    // Which of those that come at the same moment is the last is up to chance.
    let failed = results.that(Fail).into_iter().filter(|id| *id != "state/concurrent");
    assert_eq!(
        failed.collect::<Vec<_>>(),
        ["state/backwards", "state/duplicates-after-a-while", "state/shuffled"]
    );
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

    let (verdict, why) = told(&results, "state/twice");
    assert!(verdict == Error && why.contains("the same of every session"), "{why}");

    // What differs from look to look by itself is left out, and then nothing is left.
    let results = of(r#"printf '{"took":"%s"}' "$(od -An -N6 -tu1 /dev/urandom)""#);
    for id in ["state/undisturbed", "state/twice"] {
        let (verdict, why) = told(&results, id);
        assert!(verdict == Error && why.contains("the same of every session"), "{why}");
        assert!(why.ends_with("; left out, for undisturbed sessions differ there: $.took"), "{why}");
    }
}

#[test]
fn what_is_told_of_a_system_that_shows_what_it_was_sent_holds_no_credential() {
    const KEY: &str = "0123456789-0123456789-0123456789";
    let of = |answer: &str| {
        let url = peer(|_, _| Act::Answer(TAKEN));
        // Each session has something of its own besides.
        let own = r#""$(printf %s "$WMS_SIM_SESSION_ID" | tr -dc a-z | cut -c1-8)""#;
        let mut check = Check::of(&url).asking(&format!("printf '{answer}' {own}"), Duration::ZERO);
        check.options.headers = vec![Header::parse(&format!("X-Key: {KEY}")).unwrap()];
        check.run(&["state/undisturbed"])
    };
    for (answer, verdict, words) in [
        (format!(r#"{{"from":"{KEY} of %s"}}"#), Fail, r#": $.from: "*** of "#),
        (format!(r#"{{"{KEY}":"%s, which is its own"}}"#), Fail, r#": $["***"]: ""#),
        (format!(r#"{{"long":"{KEY}{KEY}%s"}}"#), Fail, r#": $.long: "****** ... instead"#),
        (format!(r#"{{"from":"{KEY}","to":"%.0s"}}"#), Error, r#"({"from":"***","to":""})"#),
        (format!("{KEY} of %s"), Error, "it begins with *** of "),
    ] {
        let results = of(&answer);
        let case = &results.cases["state/undisturbed"];
        assert_eq!(case.verdict, verdict, "{}", case.actual);
        assert!(case.actual.contains(words), "{}", case.actual);
        assert!(!format!("{case:?}").contains("01234567"), "{case:?}");
        assert_eq!(case.differs.is_some(), verdict == Fail);
        if let Some(differs) = &case.differs {
            assert!(case.actual.contains(&differs.to_string()), "{} {differs}", case.actual);
        }
    }
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

/// The cases against a system, asked for at most so long.
fn of(system: System, within: Duration, patterns: &[&str]) -> Results {
    let url = system.start();
    let mut check = Check::of(&url);
    check.options.timeout = Some(Duration::from_secs(2));
    check.probe = Some(asking(&url.replace("webhook", "{sessionId}"), within));
    check.run(patterns)
}

const LONG: Duration = Duration::from_secs(20);

#[test]
fn a_system_that_works_through_a_queue_is_waited_for() {
    let cases = ["state/duplicates-later", "state/backwards", "state/forged", "state/long-ids"];
    of(System { queue: [1000, 3000], ..System::default() }, LONG, &cases).assert_right();
    // It shows that it has begun, and then nothing new for a while.
    let slow = || System { queue: [1500, 1500], announces: true, ..System::default() };
    of(slow(), LONG, &cases).assert_right();
    // What looks the same meanwhile is not taken for the end of it.
    let results =
        of(System { counts_twice: true, ..slow() }, LONG, &["state/duplicates-later", "state/backwards"]);
    assert_eq!(results.that(Fail), ["state/duplicates-later"]);
    assert_eq!(results.that(Pass), ["state/backwards"]);
}

#[test]
fn a_queue_that_takes_longer_than_it_is_waited_for_blames_nobody() {
    let cases = ["state/long-ids", "state/shuffled", "state/swapped"];
    let system = System { queue: [1400, 2100], ..System::default() };
    let results = of(system, Duration::from_secs(2), &cases);
    assert_eq!(results.that(Error), cases);
    for id in cases {
        let (_, told) = results.of(id);
        assert!(told.contains("give it longer, such as --probe-within 8s"), "{id}: {told}");
    }
}

#[test]
fn where_the_pace_cannot_be_learned_sameness_is_not_believed_early() {
    // The first word and the question how connections end have sessions too.
    let learning = 3;
    let system = System {
        queue: [1500, 1500],
        announces: true,
        counts_twice: true,
        refuses: learning,
        ..System::default()
    };
    let results = of(system, Duration::from_secs(4), &["state/duplicates-later"]);
    assert_eq!(results.that(Fail), ["state/duplicates-later"], "{:?}", results.of("state/duplicates-later"));
}

#[test]
fn what_measures_time_is_left_out_visibly() {
    let system = || System { clocks: true, ..System::default() };
    for within in [WITHIN, Duration::from_secs(5)] {
        let cases = ["state/undisturbed", "state/backwards", "state/twice"];
        let results = of(system(), within, &cases);
        results.assert_right();
        for id in cases {
            let (_, told) = results.of(id);
            let left = told.split("; left out, for undisturbed sessions differ there: ").nth(1);
            let left: Vec<&str> = left.unwrap_or_default().split(", ").collect();
            assert!(left.contains(&"$.processing_ms"), "{told}");
            let known = ["$.age_seconds", "$.processing_ms", "$.updatedAgo", "$.worker.uptime"];
            assert!(left.iter().all(|place| known.contains(place)), "{told}");
        }
    }
    // All else counts.
    let results =
        of(System { counts_twice: true, ..system() }, WITHIN, &["state/undisturbed", "state/twice"]);
    assert_eq!(results.that(Fail), ["state/twice"]);
    let (_, told) = results.of("state/twice");
    assert!(
        told.starts_with("happy-path, the whole session twice: $.events: 32 instead of 16; left out"),
        "{told}"
    );
}

#[test]
fn a_session_that_did_not_arrive_is_no_verdict_about_what_is_remembered() {
    for (refuses, why) in
        [("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", "was not taken: 503"), ("", "was not answered")]
    {
        let system = System { backwards: Some(refuses), ..System::default() };
        let results =
            of(system, WITHIN, &["state/undisturbed", "state/backwards", "state/forged", "state/twice"]);
        let (verdict, told) = results.of("state/backwards");
        assert!(verdict == Error && told.starts_with("not judged: of happy-path, backwards "), "{told}");
        assert!(told.contains(why), "{told}");
        assert_eq!(results.that(Pass).len(), 3, "{:?}", results.that(Error));
    }
}

#[test]
fn forged_events_are_stored_only_where_they_changed_something() {
    // It takes them, which is the matter of other cases, and forgets them.
    of(
        System { forged: "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n", ..System::default() },
        WITHIN,
        &["state/forged"],
    )
    .assert_right();
    let results = of(System { stores_forged: true, ..System::default() }, WITHIN, &["state/forged"]);
    let (verdict, told) = results.of("state/forged");
    assert!(verdict == Fail && told.contains("$.events: 22 instead of 16"), "{told}");
    // A sender that has forged is refused from then on: nothing is stored, and nothing can be compared.
    let results = of(System { bans: true, ..System::default() }, WITHIN, &["state/forged"]);
    let (verdict, told) = results.of("state/forged");
    assert!(verdict == Error && told.contains(" was not taken: 403"), "{told}");
}

#[test]
fn sessions_with_ids_that_are_alike_are_kept_apart() {
    const CASES: [&str; 2] = ["state/long-ids", "state/ids-by-case"];
    of(System::default(), WITHIN, &CASES).assert_right();
    for length in [36, 64, 239] {
        let results = of(
            System { key: |id, length| id.chars().take(length).collect(), length, ..System::default() },
            WITHIN,
            &CASES,
        );
        assert_eq!((results.that(Fail), results.that(Pass)), (vec![CASES[0]], vec![CASES[1]]));
        let (_, told) = results.of(CASES[0]);
        assert!(told.starts_with("happy-path, beside sessions whose IDs are alike: "), "{told}");
    }
    let results = of(System { key: |id, _| id.to_lowercase(), ..System::default() }, WITHIN, &CASES);
    assert_eq!((results.that(Fail), results.that(Pass)), (vec![CASES[1]], vec![CASES[0]]));
    // Who does not take such IDs is judged by another case.
    let results = of(System { longest: 100, ..System::default() }, WITHIN, &CASES);
    assert_eq!((results.that(Error), results.that(Pass)), (vec![CASES[0]], vec![CASES[1]]));
}

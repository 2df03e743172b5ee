mod ordinary;

use std::collections::BTreeSet;

use proptest::prelude::{Just, Strategy, any, prop, prop_assert, prop_oneof, proptest};
use serde_json::{Value, json};

use super::facts::{Facts, How};
use super::fixes::{LANGUAGES, fixes};
use super::rules::{Claim, Need, Rule};
use super::*;
use crate::conformance::cases;
use crate::conformance::remembered::{differences, told};
use crate::conformance::select::glob;
use crate::outcome::check::{Incident, Level, Role, Trace, Verdict};
use crate::outcome::exchange::FailureCode;

fn trace(role: Role, status: Option<u16>) -> Trace {
    Trace {
        label: String::new(),
        role,
        request: String::new(),
        body_bytes: 0,
        status,
        answer: String::new(),
        failure: status.is_none().then(|| "reply-timeout".to_owned()),
        detail: None,
        took_ms: 1.0,
        decisive: false,
    }
}

/// Every case of the suite as a right receiver does it.
fn right() -> Vec<CaseResult> {
    let mut results: Vec<CaseResult> =
        cases::all().iter().map(|case| CaseResult::bare(case.id, case.level, Verdict::Pass)).collect();
    for result in &mut results {
        let status = if result.id.starts_with("mac/wrong-secret") { 401 } else { 204 };
        result.traces = vec![trace(Role::Setup, Some(204)), trace(Role::Test, Some(status))];
    }
    results
}

/// Makes it true of the first case whose ID fits.
fn make(results: &mut [CaseResult], (pattern, how): Claim) {
    let fits = |result: &&mut CaseResult| {
        glob(pattern.as_bytes(), result.id.as_bytes())
            && (result.level != Level::Info || result.id == pattern)
    };
    let Some(result) = results.iter_mut().find(fits) else { return };
    let status = match how {
        How::Taken | How::Late | How::Spoiled => Some(204),
        How::Denied => Some(200),
        How::Refused => Some(401),
        How::Wrong => Some(400),
        How::Crashed => Some(500),
        How::Redirected => Some(302),
        How::Silent => None,
        How::Right => return,
    };
    result.verdict = Verdict::Fail;
    result.traces = vec![trace(Role::Setup, Some(204)), trace(Role::Test, status)];
    if how == How::Denied {
        result.traces[1].answer = r#"{"error":"no"}"#.to_owned();
    }
    if how == How::Spoiled {
        result.traces.push(trace(Role::After, Some(503)));
    }
}

/// Every ordinary event is answered so, forged ones so, and nothing else could be judged.
fn every_event(results: &mut [CaseResult], status: u16, forged: u16) {
    for result in results {
        let answer = if result.id.starts_with("mac/") { forged } else { status };
        let events = result.section() == "events";
        result.verdict = if events { Verdict::Fail } else { Verdict::Error };
        result.traces = vec![trace(Role::Setup, Some(status)), trace(Role::Test, Some(answer))];
        if events {
            result.traces.remove(0);
        }
    }
}

/// Nothing was answered: the very first event got this.
fn no_contact(results: &mut [CaseResult], why: FailureCode) {
    for result in results {
        result.verdict = Verdict::Error;
        result.traces.clear();
        result.incident = Some(Incident::Unanswered {
            failure: Some(why),
            got: String::new(),
            instead: None,
            limit_s: None,
        });
    }
}

/// Some cases found that nobody answered any more.
fn go_silent(results: &mut [CaseResult], answered: usize, busy: bool) {
    for result in results.iter_mut().filter(|result| result.section() == "http") {
        result.verdict = Verdict::Error;
        result.traces.clear();
        let got = "no answer".to_owned();
        result.incident = Some(Incident::Silent { after: None, got, begun: false, answered, busy });
    }
}

/// From this request of a case on the answer begins, and then this happens.
fn break_off(result: &mut CaseResult, from: usize, failure: &str) {
    result.verdict = Verdict::Fail;
    for trace in result.traces.iter_mut().skip(from) {
        trace.failure = Some(failure.to_owned());
    }
}

/// What the very first event meets with where a rule is about that alone.
fn at_first(rule: &Rule) -> Option<FailureCode> {
    Some(match rule.name {
        "closes-connection" => FailureCode::ClosedWithoutReply,
        "never-answers" => FailureCode::ReplyTimeout,
        "answers-no-http" => FailureCode::NotHttp,
        "answers-interim-only" => FailureCode::TooManyInterim,
        "answers-with-large-head" => FailureCode::HeadTooLarge,
        _ => return None,
    })
}

/// What a case met with where the verdict alone does not say it.
fn at_last(rule: &Rule, results: &mut [CaseResult]) {
    if rule.name == "limits-bodies-too-low" {
        let id = if rule.weight > 60 { "events/scan-completed" } else { "body/id-255-accented" };
        make(results, (id, How::Refused));
        let event = results.iter_mut().find(|result| result.id == id).unwrap();
        event.traces[1].status = Some(413);
    }
    if rule.name == "compares-by-sum" {
        for id in ["mac/two-bits", "mac/digits-swapped"] {
            make(results, (id, How::Taken));
        }
    }
    if rule.name == "dies-of-forged-mac" {
        let killed = results.iter_mut().find(|result| result.id == "mac/missing").unwrap();
        killed.verdict = Verdict::Fail;
        killed.incident = Some(Incident::Ended);
    }
    if rule.name == "dies-of-bad-input" {
        make(results, ("input/not-json", How::Spoiled));
    }
    for (id, usual, shown) in differing(rule) {
        make(results, (id, How::Wrong));
        let case = results.iter_mut().find(|result| result.id == id).unwrap();
        case.differs = Some(told(&differences(&usual, &shown)));
    }
}

/// What the probe shows otherwise, where a rule asks that.
fn differing(rule: &Rule) -> Vec<(&'static str, Value, Value)> {
    let count = |usual: u32, shown: u32| (json!({ "count": usual }), json!({ "count": shown }));
    let cases = match (rule.name, rule.weight) {
        ("shares-current-session", _) => vec![("state/one-connection", count(16, 1))],
        ("forgets-ended-sessions", _) => {
            let usual = json!({ "count": 0, "status": "completed" });
            vec![("state/late", (usual, json!({ "count": 1, "status": "measuring" })))]
        }
        ("loses-late-events", 35) => vec![("state/late", count(16, 15))],
        ("order-of-arrival-shows", 35) => vec![
            ("state/backwards", count(16, 1)),
            ("state/swapped", (json!({ "results": [1, 2] }), json!({ "results": [2, 1] }))),
        ],
        ("keeps-one-of-a-key", _) => {
            vec![("state/backwards", (json!({ "results": [1] }), json!({ "results": [9] })))]
        }
        ("last-event-wins", _) => {
            vec![("state/backwards", (json!({ "status": "completed" }), json!({ "status": "failed" })))]
        }
        _ => Vec::new(),
    };
    cases.into_iter().map(|(id, (usual, shown))| (id, usual, shown)).collect()
}

/// The results that make a rule speak, and as little else as can be.
fn shown(rule: &Rule) -> Vec<CaseResult> {
    let mut results = right();
    if let Some(failure) = at_first(rule) {
        no_contact(&mut results, failure);
    }
    match rule.name {
        "never-ends-answers" => {
            let everywhere = !rule.explains.is_empty();
            for result in results.iter_mut().filter(|result| everywhere || result.id.ends_with('d')) {
                break_off(result, usize::from(!everywhere), "body-timeout");
            }
        }
        "answers-undefined-status" => {
            make(&mut results, ("mac/wrong-secret", How::Crashed));
            let forged = results.iter_mut().find(|result| result.id == "mac/wrong-secret").unwrap();
            forged.traces[1].status = Some(999);
        }
        "stops-answering" => {
            make(&mut results, ("events/many-sessions", How::Silent));
            go_silent(&mut results, 20, false);
        }
        "remembers-in-each-process" => {
            make(&mut results, ("state/undisturbed", How::Wrong));
            for result in results.iter_mut().filter(|result| result.section() == "state") {
                result.incident = Some(Incident::Swings);
            }
        }
        "answers-too-much" => break_off(&mut results[0], 0, "body-too-large"),
        "redirects" if rule.weight > 90 => every_event(&mut results, 302, 302),
        "unreliable" => {
            for result in results.iter_mut().step_by(20) {
                (result.verdict, result.flaky) = (Verdict::Fail, true);
            }
        }
        "answers-late" => make(&mut results, ("time/soon", How::Late)),
        "crashes-on-every-event" => every_event(&mut results, 500, 500),
        "one-session-at-a-time" if rule.weight > 90 => every_event(&mut results, 409, 401),
        "knows-announced-sessions-only" => every_event(&mut results, 404, 401),
        "does-not-verify" | "accepts-any-mac" | "answers-before-verifying" => {
            make(&mut results, ("mac/wrong-secret-first", How::Taken));
            if rule.name == "does-not-verify" {
                make(&mut results, ("state/forged", How::Wrong));
            }
        }
        "shares-state-between-requests" => {
            for id in ["events/many-sessions", "mac/wrong-secret"] {
                let case = results.iter_mut().find(|case| case.id == id).unwrap();
                let refused = id.starts_with("events/");
                case.verdict = if refused { Verdict::Fail } else { Verdict::Pass };
                case.traces = vec![trace(Role::Test, Some(401))];
            }
        }
        "ends-and-starts-anew" => {
            (results[3].verdict, results[3].flaky) = (Verdict::Error, true);
            results[3].incident = Some(Incident::Away);
        }
        "dies-of-ordinary-events" => {
            results[3].verdict = Verdict::Error;
            let during = "events/many-sessions".to_owned();
            results[3].incident = Some(Incident::Down { during, waited_s: 5.0 });
        }
        "limits-rate" => {
            make(&mut results, ("events/session-completed", How::Refused));
            let event = results.iter_mut().find(|result| result.id == "events/session-completed").unwrap();
            event.traces[1].status = Some(429);
        }
        "certificate-of-a-ca" => {
            let case = results.iter_mut().find(|result| result.id == "http/certificate").unwrap();
            case.actual = format!("{}: and so on", FailureCode::CertificateOfCa);
        }
        "refuses-verified-events" => every_event(&mut results, 422, 401),
        "refuses-before-mac" => every_event(&mut results, 419, 419),
        "no-such-route" => every_event(&mut results, 404, 404),
        "refuses-content-type" => every_event(&mut results, 415, 415),
        _ if (90..=95).contains(&rule.weight) => every_event(&mut results, 401, 401),
        _ => {}
    }
    for need in rule.needs {
        if let Need::Some(claims) = need {
            // What ordinary events come to was said already; here is the case that says why.
            let before: Vec<CaseResult> = results.clone();
            make(&mut results, claims[0]);
            for (result, before) in results.iter_mut().zip(&before) {
                if before.verdict == Verdict::Error && result.verdict == Verdict::Fail {
                    result.verdict = Verdict::Error;
                    result.traces[0] = before.traces[0].clone();
                }
            }
        }
    }
    at_last(rule, &mut results);
    results
}

#[test]
fn every_rule_can_speak_and_speaks_first() {
    // What rests on ordinary events is shown by tests/ordinary.rs.
    const PLAYED: [&str; 5] = [
        "takes-uuids-only",
        "bans-after-forged-events",
        "limits-rate",
        "crashes-on-some-events",
        "refuses-some-events",
    ];
    let by_verdicts = |rule: &&Rule| !rules::is_of_ordinary_events(rule) && !PLAYED.contains(&rule.name);
    for rule in rules::all().into_iter().filter(by_verdicts) {
        let results = shown(rule);
        let found = diagnose(&results, None);
        let first = found.first().map(|diagnosis| diagnosis.name.as_str());
        assert_eq!(first, Some(rule.name), "weight {}: {:?}", rule.weight, names(&found));
        assert!(!rule.evidence(Facts::new(&results)).is_empty(), "{}", rule.name);
    }
}

#[test]
fn rules_name_cases_that_there_are() {
    let all = cases::all();
    let fits = |pattern: &str| all.iter().any(|case| glob(pattern.as_bytes(), case.id.as_bytes()));
    for rule in rules::all() {
        let needed = rule.needs.iter().flat_map(|need| match need {
            Need::Some(claims) | Need::No(claims) => *claims,
            Need::Fact(_) | Need::If(_) => &[],
        });
        for (pattern, _) in needed.chain(rule.explains) {
            assert!(fits(pattern), "{}: there is no case {pattern}", rule.name);
        }
    }
}

#[test]
fn names_and_sentences_are_what_reports_need() {
    for rule in rules::all() {
        let name = rule.name;
        assert!(
            name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'),
            "{name}"
        );
        for text in [rule.says, rule.matters] {
            assert!(
                text.ends_with(['.', ')']) && text.starts_with(|first: char| first.is_ascii_uppercase()),
                "{name}: {text}"
            );
        }
        assert!(rule.says.len() <= 260 && rule.matters.len() <= 260, "{name}");
        for language in LANGUAGES.iter().map(|(language, _)| Some(*language)).chain([None, Some("cobol")]) {
            let fixes = fixes(rule.fix, language);
            assert!(!fixes.is_empty() && fixes[0].language == "any", "{name}");
            assert!(fixes.len() <= 6, "{name}");
            for fix in fixes {
                assert!(fix.text.ends_with(['.', ')']) || fix.text.ends_with("mjs."), "{name}: {}", fix.text);
                let lines = fix.code.iter().flat_map(|code| code.lines());
                assert!(
                    lines.clone().count() <= 9 && lines.clone().all(|line| line.len() <= 130),
                    "{name}: {:?}",
                    fix.code
                );
            }
        }
    }
}

#[test]
fn every_line_to_copy_is_for_a_bug() {
    let used: Vec<_> = rules::all().iter().map(|rule| rule.fix).collect();
    for (language, lines) in LANGUAGES {
        for lines in lines {
            assert!(lines.topics.iter().any(|topic| used.contains(topic)), "{language}: {}", lines.text);
        }
    }
}

#[test]
fn a_right_receiver_is_not_blamed() {
    assert_eq!(diagnose(&right(), None), []);
    assert_eq!(diagnose(&[], Some("node")), []);
    // What is only measured says nothing, whatever was answered.
    let mut measured = right();
    for result in measured.iter_mut().filter(|result| result.level == Level::Info) {
        result.traces = vec![trace(Role::Test, Some(500)), trace(Role::Test, None)];
    }
    assert_eq!(diagnose(&measured, None), []);
}

#[test]
fn a_general_bug_silences_what_follows_from_it() {
    let mut results = right();
    for result in results.iter_mut().filter(|result| result.section() == "mac") {
        let id = result.id.clone();
        make(std::slice::from_mut(result), (id.leak(), How::Taken));
    }
    make(&mut results, ("state/forged", How::Wrong));
    assert_eq!(names(&diagnose(&results, None)), ["does-not-verify"]);
}

#[test]
fn who_may_still_be_at_work_is_not_told_to_have_stopped() {
    for (answered, busy, says) in [(20, false, "stops-answering"), (20, true, "one-request-at-a-time")] {
        let mut results = right();
        make(&mut results, ("events/many-sessions", How::Silent));
        go_silent(&mut results, answered, busy);
        let found = diagnose(&results, None);
        assert_eq!(names(&found), [says]);
        assert_eq!(found[0].says.contains("after about 20 requests"), !busy);
    }
}

#[test]
fn one_answer_without_an_end_does_not_stand_for_all() {
    let mut results = right();
    make(&mut results, ("order/duplicate", How::Silent));
    let one = results.iter_mut().find(|result| result.id == "mac/missing").unwrap();
    break_off(one, 1, "body-timeout");
    let found = diagnose(&results, None);
    assert!(!names(&found).contains(&"never-ends-answers"), "{:?}", names(&found));
}

#[test]
fn an_answer_that_is_too_long_may_have_an_end() {
    let mut results = right();
    for result in &mut results {
        break_off(result, 0, "body-too-large");
    }
    assert_eq!(names(&diagnose(&results, None)), ["answers-too-much"]);
}

#[test]
fn a_body_that_nobody_can_decode_kills_by_its_bytes_and_not_by_its_mac() {
    for id in ["mac/over-seven-bits", "mac/over-valid-only"] {
        let mut results = right();
        make(&mut results, (id, How::Crashed));
        assert_eq!(names(&diagnose(&results, None)), ["crashes-on-bad-json"], "{id}");
        let killed = results.iter_mut().find(|result| result.id == id).unwrap();
        killed.incident = Some(Incident::Ended);
        assert_eq!(names(&diagnose(&results, None)), ["dies-of-bad-input"], "{id}");
    }
}

#[test]
fn who_answers_nobody_beside_an_idle_connection_is_told_from_who_does_not_answer() {
    let mut results = right();
    make(&mut results, ("http/idle-beside", How::Silent));
    assert_eq!(names(&diagnose(&results, None)), ["one-connection-at-a-time"]);
    make(&mut results, ("http/new-connections", How::Silent));
    assert!(!names(&diagnose(&results, None)).contains(&"one-connection-at-a-time"));
}

#[test]
fn macs_that_are_taken_by_luck_do_not_hide_a_comparison_in_which_differences_cancel_out() {
    let mut results = right();
    let lucky = ["mac/wrong-secret", "mac/sha1", "mac/long", "mac/wrong-secret-chunked"];
    for id in lucky {
        make(&mut results, (id, How::Taken));
        results.iter_mut().find(|result| result.id == id).unwrap().flaky = true;
    }
    assert_eq!(names(&diagnose(&results, None))[0], "unreliable");
    for id in ["mac/two-bits", "mac/digits-swapped"] {
        make(&mut results, (id, How::Taken));
    }
    assert_eq!(names(&diagnose(&results, None)), ["compares-by-sum"]);
    // One difference alone never cancels out.
    make(&mut results, ("mac/one-bit", How::Taken));
    assert_ne!(names(&diagnose(&results, None))[0], "compares-by-sum");
}

#[test]
fn who_is_late_alone_is_not_told_to_be_late_in_a_crowd_only() {
    let mut results = right();
    make(&mut results, ("events/many-sessions", How::Silent));
    assert_eq!(names(&diagnose(&results, None)), ["one-request-at-a-time"]);
    // The run ended before section `time` was judged.
    for result in results.iter_mut().filter(|result| result.section() != "state") {
        result.traces[0].took_ms = 6500.0;
        if result.section() == "time" {
            (result.verdict, result.traces) = (Verdict::Error, Vec::new());
        }
    }
    assert_eq!(names(&diagnose(&results, None)), ["answers-late"]);
}

#[test]
fn two_bugs_are_two_diagnoses() {
    let mut results = right();
    make(&mut results, ("mac/missing", How::Taken));
    make(&mut results, ("order/duplicate", How::Refused));
    assert_eq!(names(&diagnose(&results, None)), ["accepts-missing-mac", "refuses-duplicates"]);
}

fn names(found: &[Diagnosis]) -> Vec<&str> {
    found.iter().map(|diagnosis| diagnosis.name.as_str()).collect()
}

fn any_result() -> impl Strategy<Value = CaseResult> {
    let ids: Vec<&'static str> =
        cases::all().iter().map(|case| case.id).chain(["", "x", "mac/", "/"]).collect();
    let verdict =
        prop_oneof![Just(Verdict::Pass), Just(Verdict::Fail), Just(Verdict::Skip), Just(Verdict::Error)];
    let role = prop_oneof![Just(Role::Setup), Just(Role::Test), Just(Role::After)];
    let status =
        prop::option::of(prop_oneof![Just(204), Just(401), Just(409), Just(500), Just(302), any::<u16>()]);
    let traces = prop::collection::vec((role, status, ".{0,12}"), 0..4);
    let entries = || prop::collection::vec(0..3_u8, 0..3);
    (prop::sample::select(ids), verdict, traces, any::<bool>(), ".{0,20}", entries(), entries()).prop_map(
        |(id, verdict, traces, flaky, actual, usual, other)| {
            let mut result = CaseResult::bare(id, Level::Must, verdict);
            result.flaky = flaky && verdict == Verdict::Fail;
            result.actual = actual;
            result.differs = Some(told(&differences(&json!({ "log": usual }), &json!({ "log": other }))));
            result.traces = traces
                .into_iter()
                .map(|(role, status, answer)| Trace { answer, ..trace(role, status) })
                .collect();
            result
        },
    )
}

proptest! {
    #[test]
    fn anything_can_be_diagnosed(results in prop::collection::vec(any_result(), 0..60)) {
        let found = diagnose(&results, Some("go"));
        let ids: BTreeSet<&str> = results.iter().map(|result| result.id.as_str()).collect();
        let bad = |id: &str| results.iter().any(|result| {
            result.id == id && matches!(result.verdict, Verdict::Fail | Verdict::Error)
        });
        prop_assert!(found.len() <= MOST);
        for diagnosis in &found {
            prop_assert!(!diagnosis.evidence.is_empty());
            for id in &diagnosis.evidence {
                prop_assert!(ids.contains(id.as_str()) && bad(id), "{} rests on {id}", diagnosis.name);
            }
        }
        let clean: Vec<CaseResult> =
            results.into_iter().filter(|result| matches!(result.verdict, Verdict::Pass | Verdict::Skip)).collect();
        prop_assert!(diagnose(&clean, None).is_empty());
    }
}

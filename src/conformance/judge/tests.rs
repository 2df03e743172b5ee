//! Each demand against each kind of answer, and what verdicts are made of that.

use super::*;
use crate::conformance::kit::Kit;
use crate::conformance::kit::tests::setup;
use crate::protocol::code::Code;

const SECOND: Duration = Duration::from_secs(1);
const LIMIT: Demand = Demand::AcceptWithin(Duration::from_secs(5));
const DEMANDS: [Demand; 5] = [Demand::Accept, LIMIT, Demand::Refuse, Demand::OnPurpose, Demand::Anything];

fn seen(result: Result<Reply, Failure>) -> Seen {
    Seen { result, took: SECOND, interim: 0, written: 500, length: 500, reused: false, surplus: false }
}

fn answered(status: u16) -> Seen {
    seen(Ok(Reply { status, ..Reply::default() }))
}

fn failed(code: FailureCode, phase: Phase) -> Seen {
    seen(Err(Failure::new(code, phase, "")))
}

fn success() -> StatusSet {
    StatusSet::success()
}

/// Which of the demands are met: accept, accept in time, refuse, on purpose, anything.
fn met(seen: &Seen, accept: &StatusSet) -> [bool; 5] {
    DEMANDS.map(|demand| meets(demand, seen, accept))
}

const TAKEN: [bool; 5] = [true, true, false, true, true];
const REFUSED: [bool; 5] = [false, false, true, true, true];
const NEITHER: [bool; 5] = [false, false, false, false, true];

#[test]
fn statuses_meet_demands() {
    for status in 100..=999 {
        let expected = match status {
            200..=299 => TAKEN,
            // Of odd requests a redirect is an answer too: RFC 9110 gives servers the choice.
            300..=399 => [false, false, false, true, true],
            400..=499 => REFUSED,
            _ => NEITHER,
        };
        assert_eq!(met(&answered(status), &success()), expected, "{status}");
    }
}

#[test]
fn the_statuses_that_take_an_event_are_the_users() {
    let accept: StatusSet = "202,302,409".parse().unwrap();
    for (status, expected) in [
        (202, TAKEN),
        (302, TAKEN),
        // Not refused where it means taken.
        (409, TAKEN),
        // Deliberate, though it does not mean taken.
        (200, [false, false, false, true, true]),
        (401, REFUSED),
        (500, NEITHER),
    ] {
        assert_eq!(met(&answered(status), &accept), expected, "{status}");
    }
}

#[test]
fn an_answer_in_time_is_one_up_to_the_limit() {
    for (took, in_time) in [(0, true), (5_000, true), (5_001, false), (60_000, false)] {
        let seen = Seen { took: Duration::from_millis(took), ..answered(204) };
        assert_eq!(met(&seen, &success()), [true, in_time, false, true, true], "{took}");
    }
}

#[test]
fn no_answer_meets_nothing() {
    let phases =
        [Phase::Resolve, Phase::Connect, Phase::Tls, Phase::Send, Phase::Wait, Phase::Head, Phase::Body];
    for code in FailureCode::ALL {
        for phase in phases {
            assert_eq!(met(&failed(*code, phase), &success()), NEITHER, "{code} {phase}");
        }
    }
}

#[test]
fn a_large_request_may_be_cut_short() {
    let cut = |length, written, code, phase| Seen { written, length, ..failed(code, phase) };
    let on_purpose = [false, false, false, true, true];
    for code in FailureCode::ALL {
        let expected = match code {
            FailureCode::ConnectionReset | FailureCode::ClosedWithoutReply => on_purpose,
            _ => NEITHER,
        };
        assert_eq!(met(&cut(LARGE, LARGE - 1, *code, Phase::Send), &success()), expected, "{code}");
    }
    let reset = FailureCode::ConnectionReset;
    // All of it was sent; it is small; the answer had begun.
    assert_eq!(met(&cut(LARGE, LARGE, reset, Phase::Send), &success()), NEITHER);
    assert_eq!(met(&cut(LARGE - 1, 1, reset, Phase::Send), &success()), NEITHER);
    assert_eq!(met(&cut(LARGE, 1, reset, Phase::Head), &success()), NEITHER);
}

#[test]
fn answers_in_words() {
    assert_eq!(answered(204).words(), "204");
    let redirect =
        |status| seen(Ok(Reply { status, location: Some("/login".into()), ..Reply::default() })).words();
    assert_eq!((redirect(302), redirect(201)), ("302 (a redirect)".into(), "201".into()));
    assert_eq!(failed(FailureCode::ReplyTimeout, Phase::Wait).words(), "no answer (reply-timeout)");
    let detailed = seen(Err(Failure::new(FailureCode::NotHttp, Phase::Head, "garbage")));
    assert_eq!(detailed.words(), "no answer (not-http: garbage)");
    for code in FailureCode::ALL {
        use FailureCode::{ConnectTimeout, ConnectionRefused, Unreachable};
        let down = matches!(code, ConnectionRefused | Unreachable | ConnectTimeout);
        assert_eq!(failed(*code, Phase::Connect).is_down(), down, "{code}");
    }
    assert!(!answered(503).is_down());
}

fn shot(role: Role, demand: Demand, label: &'static str) -> Shot {
    let setup = setup();
    let mut kit = Kit::new(&setup, "mac/any", 1, crate::clock::Epoch::from_unix_nanos(0));
    let mut session = kit.session();
    let event = kit.event(&mut session, Code::WmsLoaded);
    Shot { role, ..Shot::test(&event) }.demanding(demand).called(label)
}

fn before() -> Shot {
    shot(Role::Setup, Demand::Accept, "an ordinary event before")
}

fn after() -> Shot {
    shot(Role::After, Demand::Accept, "an ordinary event afterwards")
}

fn test(demand: Demand) -> Shot {
    shot(Role::Test, demand, "the event")
}

fn judged(level: Level, shots: &[(Shot, Option<Seen>)]) -> Judged {
    let pairs: Vec<(&Shot, Option<&Seen>)> = shots.iter().map(|(shot, seen)| (shot, seen.as_ref())).collect();
    judge(level, &pairs, None, &success())
}

const LEVELS: [Level; 3] = [Level::Must, Level::Should, Level::Info];

#[test]
fn what_has_to_be_as_before_is_judged_only_where_the_one_before_was_taken() {
    let pair = |before, then| [(test(Demand::Anything), before), (test(Demand::AsBefore), then)];
    for (before, then, verdict) in [
        (Some(answered(204)), Some(answered(204)), Verdict::Pass),
        (Some(answered(204)), Some(answered(401)), Verdict::Fail),
        (Some(answered(204)), Some(answered(500)), Verdict::Fail),
        (Some(answered(204)), None, Verdict::Fail),
        (Some(answered(401)), Some(answered(401)), Verdict::Skip),
        (Some(answered(401)), Some(answered(204)), Verdict::Skip),
        (None, None, Verdict::Skip),
    ] {
        let alone = judged(Level::Should, &pair(before.clone(), then.clone()));
        assert_eq!(alone.verdict, verdict, "{}", alone.actual);
        // Beside another pair that says nothing.
        let refused = pair(Some(answered(401)), Some(answered(401)));
        let both = [refused.clone(), pair(before, then), refused].concat();
        assert_eq!(judged(Level::Should, &both).verdict, verdict);
    }
}

#[test]
fn what_is_as_demanded_passes() {
    for level in LEVELS {
        for (demand, status) in
            [(Demand::Accept, 200), (Demand::Refuse, 403), (Demand::OnPurpose, 422), (LIMIT, 202)]
        {
            let shots = [
                (before(), Some(answered(204))),
                (test(demand), Some(answered(status))),
                (after(), Some(answered(200))),
            ];
            let judged = judged(level, &shots);
            assert_eq!((judged.verdict, judged.decisive), (Verdict::Pass, Some(1)), "{level} {demand:?}");
            assert_eq!(judged.expected, format!("{} to the event", demand.words()));
            assert_eq!(judged.actual, format!("{status} to the event"));
        }
    }
}

#[test]
fn what_is_not_as_demanded_fails_unless_it_is_only_measured() {
    let cases = [
        (Demand::Accept, answered(400), "400 to the event"),
        (Demand::Accept, answered(500), "500 to the event"),
        (Demand::Refuse, answered(204), "204 to the event (a forged event was taken)"),
        (Demand::Refuse, answered(503), "503 to the event"),
        (Demand::OnPurpose, answered(500), "500 to the event"),
        (
            Demand::OnPurpose,
            failed(FailureCode::ReplyTimeout, Phase::Wait),
            "no answer (reply-timeout) to the event",
        ),
        (LIMIT, Seen { took: Duration::from_millis(7_250), ..answered(200) }, "200 after 7.2 s to the event"),
    ];
    for (demand, seen, told) in cases {
        let shots =
            [(before(), Some(answered(204))), (test(demand), Some(seen)), (after(), Some(answered(204)))];
        for level in LEVELS {
            let judged = judged(level, &shots);
            let verdict = if level == Level::Info { Verdict::Pass } else { Verdict::Fail };
            assert_eq!((judged.verdict, judged.decisive), (verdict, Some(1)), "{level} {demand:?}");
            assert_eq!(judged.actual, told);
        }
    }
}

#[test]
fn a_wrong_beginning_is_an_error_at_every_level() {
    for level in LEVELS {
        for seen in [Some(answered(401)), Some(failed(FailureCode::ConnectionRefused, Phase::Connect)), None]
        {
            // Even where the test itself would fail, or pass.
            for status in [204, 401] {
                let shots = [(before(), seen.clone()), (test(Demand::Refuse), Some(answered(status)))];
                let judged = judged(level, &shots);
                assert_eq!((judged.verdict, judged.decisive), (Verdict::Error, Some(0)), "{level} {seen:?}");
                assert!(judged.actual.starts_with("not judged: ") && judged.actual.contains("before it"));
                assert_eq!(judged.expected, "a 2xx to an ordinary event before");
            }
        }
    }
}

#[test]
fn a_wrong_end_fails_what_was_answered_well() {
    for seen in [Some(answered(500)), Some(failed(FailureCode::ConnectionRefused, Phase::Connect)), None] {
        let shots = [
            (before(), Some(answered(204))),
            (test(Demand::OnPurpose), Some(answered(400))),
            (after(), seen.clone()),
        ];
        for level in LEVELS {
            let judged = judged(level, &shots);
            let verdict = if level == Level::Info { Verdict::Error } else { Verdict::Fail };
            assert_eq!((judged.verdict, judged.decisive), (verdict, Some(2)), "{level} {seen:?}");
            assert!(judged.actual.starts_with("400 to the event; but then "), "{}", judged.actual);
            assert!(judged.actual.ends_with("to an ordinary event afterwards"), "{}", judged.actual);
        }
    }
    // What the case is about comes first.
    let both = [(test(Demand::OnPurpose), Some(answered(500))), (after(), Some(answered(500)))];
    let both = judged(Level::Must, &both);
    assert_eq!((both.decisive, both.actual.as_str()), (Some(0), "500 to the event"));
}

#[test]
fn what_was_not_sent_is_not_as_demanded() {
    for demand in [Demand::Accept, Demand::Refuse, Demand::OnPurpose] {
        let judged = judged(Level::Must, &[(test(demand), None)]);
        assert_eq!((judged.verdict, judged.actual.as_str()), (Verdict::Fail, "not sent to the event"));
    }
}

#[test]
fn the_worst_answer_decides() {
    let refuse = || test(Demand::Refuse);
    let silence = || Some(failed(FailureCode::ReplyTimeout, Phase::Wait));
    let shots = [
        (refuse(), None),
        (refuse(), silence()),
        (refuse(), Some(answered(500))),
        (refuse(), Some(answered(401))),
        (refuse(), Some(answered(204))),
        (refuse(), Some(answered(200))),
    ];
    let decisive = |count: usize| judged(Level::Must, &shots[..count]).decisive;
    assert_eq!([1, 2, 3, 4, 5, 6].map(decisive), [Some(0), Some(1), Some(2), Some(2), Some(4), Some(4)]);
    let accept = [(test(Demand::Accept), silence()), (test(Demand::Accept), Some(answered(302)))];
    assert_eq!(judged(Level::Must, &accept).decisive, Some(1));
}

#[test]
fn many_answers_are_counted() {
    let of = |statuses: &[u16]| {
        let shots: Vec<_> =
            statuses.iter().map(|status| (test(Demand::Accept), Some(answered(*status)))).collect();
        judged(Level::Must, &shots).actual
    };
    assert_eq!(of(&[500, 409, 500, 500]), "500 to the event (3 times); 409 to the event");
    // Only what is wrong is told.
    assert_eq!(of(&[204, 500, 200]), "500 to the event");
    assert_eq!(of(&[204, 204, 200]), "204 to the event (2 times); 200 to the event");
    let six = of(&[500, 501, 502, 503, 504, 505]);
    assert!(six.starts_with("500 to the event; ") && six.ends_with("; and 2 more kinds"), "{six}");
    let labels = ["one", "other"].map(|label| (shot(Role::Test, Demand::Accept, label), Some(answered(500))));
    let judged = judged(Level::Must, &labels);
    assert_eq!(judged.actual, "500 to one; 500 to other");
    assert_eq!(judged.expected, "a 2xx to one; a 2xx to other");
}

#[test]
fn a_measure_says_what_was_seen_of_the_tests() {
    let shots = [
        (before(), answered(204)),
        (test(Demand::Anything), answered(500)),
        (test(Demand::Anything), answered(204)),
    ];
    let mut pairs: Vec<(&Shot, Option<&Seen>)> =
        shots.iter().map(|(shot, seen)| (shot, Some(seen))).collect();
    let measure = |seen: &[&Seen]| format!("{:?}", seen.iter().map(|seen| seen.status()).collect::<Vec<_>>());
    let judged = judge(Level::Info, &pairs, Some(measure), &success());
    assert_eq!((judged.verdict, judged.actual.as_str()), (Verdict::Pass, "[Some(500), Some(204)]"));
    pairs[1].1 = None;
    let judged = judge(Level::Info, &pairs, Some(measure), &success());
    assert_eq!((judged.verdict, judged.actual.as_str()), (Verdict::Pass, "[Some(204)]"));
}

#[test]
fn nothing_to_judge_is_told_as_nothing() {
    let judged = judged(Level::Must, &[]);
    assert_eq!((judged.actual.as_str(), judged.decisive), ("nothing", None));
}

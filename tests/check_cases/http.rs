//! HTTP and time, against peers that are wrong in one way.

use std::time::{Duration, Instant};

use wms_sim::outcome::check::Verdict::{self, Error, Fail, Pass};
use wms_sim::transport::headers::Header;

use crate::common::server::Server;
use crate::harness::{Act, Check, TAKEN, peer, serial_peer, unread_peer};

const SHORT: Duration = Duration::from_millis(100);

#[test]
fn a_right_receiver_passes() {
    let server = Server::start(&[]);
    let results = Check::of(&format!("{}/webhook", server.url)).run(&["http", "time"]);
    results.assert_right();
    assert_eq!(results.of("http/get"), (Pass, "it answers 405"));
    assert_eq!(results.of("http/connections"), (Pass, "the connection is kept alive"));
    let (_, window) = results.of("time/window-past");
    assert_eq!(window, "events of any age are taken (tried up to 10 years)");
}

#[test]
fn a_redirect_is_a_failure_of_its_own() {
    let url = peer(|_, _| {
        Act::Answer("HTTP/1.1 308 Permanent Redirect\r\nLocation: /webhook/\r\nContent-Length: 0\r\n\r\n")
    });
    let results = Check::of(&url).run(&["http/no-redirect", "http/keep-alive"]);
    assert_eq!(results.of("http/no-redirect"), (Fail, "308 (a redirect) to the event"));
    assert_eq!(results.of("http/keep-alive").0, Fail);
    // Refusing is no redirect.
    let url = peer(|_, _| Act::Answer("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"));
    assert_eq!(Check::of(&url).run(&["http/no-redirect"]).of("http/no-redirect").0, Pass);
}

#[test]
fn what_is_told_of_a_malformed_answer_holds_no_credential() {
    const KEY: &str = "0123456789-0123456789-0123456789";
    let url = peer(|request, number| {
        // The first ones are answered, so that there is a verdict.
        if number < 3 {
            return Act::Answer(TAKEN);
        }
        let key = request.lines().find_map(|line| line.strip_prefix("X-Key: ")).unwrap();
        Act::Say(format!("{key}\r\n\r\n"))
    });
    let mut check = Check::of(&url);
    check.options.headers = vec![Header::parse(&format!("X-Key: {KEY}")).unwrap()];
    let results = check.run(&["events/wms-loaded"]);
    let told = format!("{:?}", results.cases["events/wms-loaded"]);
    assert!(told.contains("the answer begins with \\\"***"), "{told}");
    assert!(!told.contains("0123456789"), "{told}");
    // The very first word is told in every case.
    let url = peer(|_, _| Act::Answer("0123456789-0123456789\r\n\r\n"));
    let mut check = Check::of(&url);
    check.options.headers = vec![Header::parse(&format!("X-Key: {KEY}")).unwrap()];
    let told = format!("{:?}", check.run(&["events/wms-loaded"]).cases);
    assert!(told.contains("Unanswered") && !told.contains("0123456789"), "{told}");
}

#[test]
fn a_receiver_that_closes_each_connection_is_right() {
    const SAID: &str = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
    for answer in [SAID, TAKEN] {
        let url = peer(move |_, _| Act::Last(answer));
        let results = Check::of(&url).run(&[
            "http/keep-alive",
            "http/new-connections",
            "http/idle-beside",
            "http/connections",
            "http/reuse-after-pause",
        ]);
        results.assert_right();
        if answer == SAID {
            let (_, told) = results.of("http/connections");
            assert_eq!(told, "each connection is closed after its answer");
        }
    }
}

#[test]
fn who_serves_one_connection_at_a_time_is_wrong_where_it_keeps_idle_ones() {
    let mut check = Check::of(&serial_peer(None));
    check.options.timeout = Some(Duration::from_millis(500));
    let results = check.run(&["http/idle-beside", "http/keep-alive", "http/new-connections"]);
    let (verdict, told) = results.of("http/idle-beside");
    assert_eq!(verdict, Fail);
    assert!(told.starts_with("no answer (reply-timeout"), "{told}");
    assert_eq!(results.of("http/keep-alive").0, Pass);
    assert_eq!(results.of("http/new-connections").0, Pass);
    // Closed after some time is as good as closed at once.
    Check::of(&serial_peer(Some(SHORT))).run(&["http/idle-beside"]).assert_right();
}

#[test]
fn a_connection_that_is_spoiled_is_not_told_as_one_that_is_closed() {
    const WITH_BODY: &str = "HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nok";
    const TWICE: &str =
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    for answer in [WITH_BODY, TWICE] {
        let url = peer(move |_, _| Act::Answer(answer));
        let results = Check::of(&url).run(&["http/connections"]);
        let (verdict, told) = results.of("http/connections");
        assert_eq!(verdict, Pass);
        assert!(told.starts_with("0 of 4 events found the connection fit for use"), "{told}");
    }
}

#[test]
fn the_body_of_a_refused_request_has_to_be_read_or_the_connection_closed() {
    let run = |closes| Check::of(&unread_peer(closes)).run(&["http/after-refusal", "http/keep-alive"]);
    // It does not even say that it closes.
    run(true).assert_right();
    let results = run(false);
    assert_eq!(results.of("http/keep-alive").0, Pass);
    let (verdict, told) = results.of("http/after-refusal");
    let words = "400 to the event behind an event without a MAC";
    assert!(verdict == Fail && told.starts_with(words), "{verdict:?} {told}");
    // Whether it is refused is the matter of other cases.
    let url = peer(|_, _| Act::Answer(TAKEN));
    Check::of(&url).run(&["http/after-refusal"]).assert_right();
    let url = peer(|request, _| {
        if request.contains("X-WMS-Content-MAC: hmac-sha256=") { Act::Answer(TAKEN) } else { Act::Hang }
    });
    let mut check = Check::of(&url);
    check.options.timeout = Some(SHORT);
    check.run(&["http/after-refusal"]).assert_right();
}

#[test]
fn expect_may_be_refused_and_may_not_be_waited_for_ever() {
    let expects = |request: &str| request.contains("Expect: 100-continue");
    let url = peer(move |request, _| {
        if expects(request) {
            Act::Last("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n")
        } else {
            Act::Answer(TAKEN)
        }
    });
    let results = Check::of(&url).run(&["http/expect-continue", "http/interim"]);
    results.assert_right();
    assert_eq!(results.of("http/interim").1, "no 100 Continue came; the answer was 417");

    let url = peer(move |request, _| if expects(request) { Act::Hang } else { Act::Answer(TAKEN) });
    let mut check = Check::of(&url);
    check.options.timeout = Some(Duration::from_secs(2));
    let results = check.run(&["http/expect-continue"]);
    let (verdict, told) = results.of("http/expect-continue");
    assert!(verdict == Fail && told.contains("reply-timeout"), "{verdict:?} {told}");
}

#[test]
fn a_receiver_that_dies_is_told_beside_the_case_that_killed_it() {
    let url =
        peer(|request, _| if request.contains(" HTTP/1.0\r\n") { Act::Die } else { Act::Answer(TAKEN) });
    let results = Check::of(&url).run(&["http/lower-case-names", "http/http10", "http/absolute-form"]);
    assert_eq!(results.of("http/lower-case-names").0, Pass);
    let (verdict, told) = results.of("http/http10");
    assert!(
        verdict == Fail && told.contains("from then on the receiver took no connections"),
        "{verdict:?} {told}"
    );
    let (verdict, told) = results.of("http/absolute-form");
    assert!(verdict == Error && told.contains("went down during http/http10"), "{verdict:?} {told}");
}

#[test]
fn a_receiver_that_never_answers_blames_nobody_and_ends() {
    let url = peer(|_, _| Act::Hang);
    let mut check = Check::of(&url);
    check.options.timeout = Some(SHORT);
    let begun = Instant::now();
    let results = check.run(&["http", "time"]);
    assert!(results.ending.unanswered);
    assert!(results.that(Fail).is_empty() && results.that(Pass).is_empty());
    // Three times the limit, and no more: the rest is for a loaded machine.
    assert!(begun.elapsed() < Duration::from_secs(30));
}

#[test]
fn slow_is_told_from_never() {
    let slow = || peer(|_, _| Act::Later(SHORT * 4, TAKEN));
    let verdicts = |check: Check| -> Vec<(Verdict, String)> {
        let results = check.run(&["time/soon", "time/in-time"]);
        ["time/soon", "time/in-time"].map(|id| (results.of(id).0, results.of(id).1.to_owned())).into()
    };
    let long = Duration::from_secs(60);
    let of = |soon, late| Check { soon, late, ..Check::of(&slow()) };
    for (soon, late, expected) in
        [(long, long, [Pass, Pass]), (SHORT, long, [Fail, Pass]), (SHORT, SHORT, [Fail, Fail])]
    {
        let found = verdicts(of(soon, late));
        assert_eq!([found[0].0, found[1].0], expected, "{found:?}");
        for (verdict, told) in found {
            assert_eq!(
                verdict == Fail,
                told.contains("204 after ") && told.contains(" s to the event"),
                "{told}"
            );
        }
    }
    // The time limit of requests is no limit for what measures the time.
    let mut check = of(SHORT, SHORT * 2);
    check.options.timeout = Some(SHORT * 3);
    let results = check.run(&["time/in-time", "http/lower-case-names"]);
    assert!(results.of("time/in-time").1.starts_with("204 after "), "{}", results.of("time/in-time").1);
    assert_eq!(results.of("http/lower-case-names").0, Error);
}

#[test]
fn a_window_is_measured() {
    let within = |limit: i64| {
        peer(move |request, _| {
            let stamp = request.split("\"timestamp\":").nth(1).and_then(|rest| rest.split(',').next());
            let stamp: i64 = stamp.unwrap().parse().unwrap();
            let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
            let off = i64::try_from(since.as_secs()).unwrap() - stamp;
            if off.abs() <= limit {
                Act::Answer(TAKEN)
            } else {
                Act::Answer("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            }
        })
    };
    let results = Check::of(&within(300)).run(&["time/window-*"]);
    for (id, side) in [("time/window-past", "old"), ("time/window-future", "ahead")] {
        let (verdict, told) = results.of(id);
        let right =
            told.starts_with("taken up to ") && told.contains(side) && told.ends_with(" on (with 400)");
        assert!(verdict == Pass && right && told.contains(" 5 min") | told.contains(" 4 min"), "{told}");
        assert!(results.cases[id].requests <= 16);
    }
    let results = Check::of(&within(-1)).run(&["time/window-past"]);
    let shut = "an event of this moment is refused, so no window can be measured (with 400)";
    assert_eq!(results.of("time/window-past"), (Pass, shut));
    // It answers no other than now.
    let url = peer(|_, number| if number < 2 { Act::Answer(TAKEN) } else { Act::Hang });
    let mut check = Check::of(&url);
    check.options.timeout = Some(SHORT);
    let results = check.run(&["time/window-future"]);
    let (verdict, told) = results.of("time/window-future");
    assert!(verdict == Error && told.starts_with("not measured: an event stamped "), "{told}");
}

#[test]
fn bodies_that_are_not_read_to_their_end_are_told() {
    // Takes what came with the head for all of it.
    let url = crate::harness::hasty_peer();
    let results = Check::of(&url).run(&[
        "http/several-segments",
        "http/head-then-body",
        "http/slow-body",
        "http/chunked*",
        "http/lower-case-names",
    ]);
    assert_eq!(results.of("http/lower-case-names").0, Pass);
    let failed = results.that(Fail);
    assert!(
        failed.contains(&"http/several-segments") && failed.contains(&"http/head-then-body"),
        "{failed:?}"
    );
    assert!(failed.contains(&"http/slow-body") && failed.contains(&"http/chunked-small"), "{failed:?}");
}

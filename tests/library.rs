//! The library's face, as a Rust test of a webhook uses it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a function that fails fails its test"
)]

mod common;

use std::process::Command;
use std::time::{Duration, UNIX_EPOCH};

use common::cli::{sim, words};
use common::receiver::{Kind, Receiver};
use common::tcp;
use wms_sim::{Code, Deliveries, Error, Event, Inbox, Outcome, Pace, Severity, Simulator, Status};

const SECRET: &str = "a secret of the library's tests";

fn simulator() -> Simulator {
    Simulator::new(SECRET).seed(7)
}

fn events(simulator: &Simulator) -> Vec<Event> {
    simulator.events().unwrap().collect()
}

#[test]
fn events_are_those_of_the_program() {
    let start = UNIX_EPOCH + Duration::from_secs(1_767_323_045);
    let simulator = simulator()
        .mix("production")
        .sessions(40)
        .start_time(start)
        .fault("duplicate=5%")
        .set("payload.empty", "null");
    let line = "send --mix production --sessions 40 --seed 7 --start-time 2026-01-02T03:04:05Z --pace max \
                --fault duplicate=5% --set payload.empty=null --to http://127.0.0.1:9/ --dry-run --secret";
    let planned = sim(words(line)).arg(SECRET).exits(0).json_lines();
    let events = events(&simulator);
    assert!(events.len() > 400, "{}", events.len());
    assert_eq!(events.len(), planned.len());
    for (event, planned) in events.iter().zip(&planned) {
        assert_eq!(String::from_utf8_lossy(event.body()), planned["body"].as_str().unwrap());
        assert_eq!(event.mac(), planned["headers"]["X-WMS-Content-MAC"].as_str());
        assert_eq!(event.session_id(), planned["session_id"]);
        assert_eq!(event.scenario(), planned["scenario"]);
        assert_eq!(serde_json::json!(event.faults()), planned["faults"]);
        let due_ms = event.due().as_secs_f64() * 1e3;
        assert!((due_ms - planned["due_ms"].as_f64().unwrap()).abs() < 0.01, "{due_ms} {planned}");
    }
}

#[test]
fn an_event_says_what_it_is() {
    let simulator = simulator().scenario("camera-denied").session_id("mine").fault("mac:missing@1");
    let events = events(&simulator);
    assert_eq!((events[0].session(), events[0].sequence(), events[0].code()), (1, 0, Code::WmsLoaded));
    assert_eq!((events[0].session_id(), events[0].outcome()), ("mine", Outcome::Failed));
    let names: Vec<&str> = events[0].headers().map(|(name, _)| name).collect();
    assert_eq!(names, ["Content-Type", "X-WMS-Content-MAC"]);
    assert_eq!((events[1].mac(), events[1].headers().count()), (None, 1));
    assert_eq!(events[1].faults(), ["mac:missing"]);
    let denied = events.iter().find(|event| event.code() == Code::CameraPermissionDenied).unwrap();
    assert_eq!(denied.code().severity(), Severity::Error);
}

#[test]
fn sessions_are_played_to_a_real_receiver() {
    let receiver = Receiver::start(Kind::NodeHttp, SECRET);
    let simulator =
        simulator().target(receiver.url()).scenario("happy-path").scenario("user-cancels").header("X-A", "b");
    let deliveries = simulator.play_blocking().unwrap();
    deliveries.verdict().unwrap();
    assert_eq!(deliveries.seed(), 7);
    let records = receiver.records();
    assert_eq!(records.len(), deliveries.len());
    assert!(records.iter().all(|record| record.mac_ok && record.header("X-A") == Some("b")));
    for delivery in &deliveries {
        assert_eq!((delivery.status(), delivery.attempts()), (Status::Accepted, 1));
        assert!(records.iter().any(|record| record.body.as_bytes() == delivery.body()));
        assert!(
            delivery.latency().is_some() && delivery.failure().is_none() && delivery.objection().is_none()
        );
    }
    assert_eq!(deliveries.iter().map(wms_sim::Delivery::session).max(), Some(2));
}

#[test]
fn a_receiver_that_refuses_is_told_of_event_by_event() {
    let receiver = Receiver::start(Kind::NodeHttp, "another secret");
    let deliveries =
        simulator().target(receiver.url()).scenario("bounce").session_id("s").play_blocking().unwrap();
    assert!(deliveries.iter().all(|delivery| delivery.http_status() == Some(401)));
    let unexpected = deliveries.verdict().unwrap_err();
    assert_eq!(unexpected.objections().len(), deliveries.len());
    let text = unexpected.to_string();
    assert!(
        text.starts_with("3 of 3 events speak against the receiver (seed 7):\n  s 0 WMS_LOADED: 401 "),
        "{text}"
    );
    assert_eq!(format!("{unexpected:?}"), text);
}

#[test]
fn a_receiver_that_takes_forged_events_fails_and_one_that_refuses_them_does_not() {
    let careless = tcp::answers(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
    let play = |url: &str| -> Deliveries {
        simulator().target(url).scenario("bounce").fault("mac:wrong-secret@1").play_blocking().unwrap()
    };
    let error = play(&format!("http://127.0.0.1:{careless}/")).verdict().unwrap_err();
    assert!(error.objections()[0].ends_with("accepted, though its MAC was spoiled"), "{error}");
    let inbox = simulator().inbox().unwrap().listen().unwrap();
    play(inbox.url()).verdict().unwrap();
    let wrong = inbox.verdict().unwrap_err().to_string();
    assert!(wrong.contains("mac"), "{wrong}");
}

#[test]
fn nobody_there_is_no_success() {
    let url = format!("http://127.0.0.1:{}/", tcp::closed_port());
    let deliveries = simulator().target(url).scenario("bounce").play_blocking().unwrap();
    assert!(deliveries.iter().all(|delivery| delivery.failure().unwrap().0 == "connection-refused"));
    assert!(deliveries.verdict().is_err());
    // Nothing but what a fault keeps back: no answer either.
    let dropped =
        simulator().target("http://127.0.0.1:9/").scenario("bounce").fault("drop=100%").play_blocking();
    let error = dropped.unwrap().verdict().unwrap_err();
    assert_eq!(error.to_string(), "none of 3 events got an answer (seed 7)");
}

#[tokio::test]
async fn everything_works_within_a_runtime() {
    let inbox = simulator().inbox().unwrap().listen().unwrap();
    let simulator = simulator().target(inbox.url()).scenario("happy-path").pace(Pace::Times(1000.0));
    simulator.play().await.unwrap().verdict().unwrap();
    simulator.clone().session_id("again").play_blocking().unwrap().verdict().unwrap();
    inbox.verdict().unwrap();
    let sessions = inbox.sessions();
    assert_eq!(sessions.len(), 2);
    for session in &sessions {
        assert!(session.is_complete() && session.missing() == 0);
        assert_eq!(session.outcome(), Some(Outcome::Completed));
        assert_eq!(session.events().len(), 16);
        assert!(
            session
                .events()
                .iter()
                .zip(0..)
                .all(|(event, n)| event.sequence() == n && event.code().is_some())
        );
    }
    assert_eq!(inbox.session("again").unwrap().id(), "again");
    assert!(inbox.session("no such").is_none());
}

#[tokio::test]
async fn playing_can_go_on_in_a_task_of_its_own() {
    fn is_send<T: Send>(future: T) -> T {
        future
    }
    let inbox = simulator().inbox().unwrap().listen().unwrap();
    let simulator = simulator().target(inbox.url()).scenario("bounce");
    let task = tokio::spawn(is_send(async move { simulator.play().await }));
    task.await.unwrap().unwrap().verdict().unwrap();
}

#[test]
fn an_inbox_needs_no_network() {
    let inbox = Inbox::new(SECRET);
    assert!(inbox.verdict().unwrap_err().to_string().contains("nothing was received"));
    let events = events(&simulator().scenario("happy-path"));
    for event in events.iter().filter(|event| event.sequence() != 4) {
        assert!(inbox.receive(event.mac(), event.body()).is_accepted());
    }
    let session = &inbox.sessions()[0];
    assert_eq!((session.missing(), session.out_of_order(), session.is_complete()), (1, 0, false));
    assert_eq!(
        inbox.verdict().unwrap_err().lines(),
        [format!("session '{}': 1 event is missing", session.id())]
    );
    let forged = inbox.receive(Some("hmac-sha256=00"), events[0].body());
    assert_eq!((forged.status(), forged.is_accepted()), (401, false));
    assert!(forged.body().contains("error") && forged.findings().len() == 1);
    assert_eq!(inbox.receive(None, events[0].body()).status(), 401);
    assert_eq!(Inbox::new("").receive(events[0].mac(), events[0].body()).status(), 401);
}

#[test]
fn an_inbox_is_strict_about_order_and_lets_duplicates_pass() {
    let sent = events(&simulator().scenario("bounce").session_id("s"));
    assert_eq!(sent.len(), 3);
    let told = |order: &[usize]| {
        let inbox = Inbox::new(SECRET);
        for place in order {
            assert!(inbox.receive(sent[*place].mac(), sent[*place].body()).is_accepted());
        }
        inbox.verdict().err().map(|wrong| wrong.lines().join("; ")).unwrap_or_default()
    };
    assert_eq!(told(&[0, 1, 2]), "");
    // Its end may be still to come.
    assert_eq!(told(&[0, 1]), "");
    // A sender that repeats what was not answered sends it twice.
    assert_eq!(told(&[0, 1, 1, 2, 0]), "");
    assert_eq!(told(&[0, 2, 1]), "session 's': 1 event came after later ones");
    assert_eq!(told(&[2, 1, 0]), "session 's': 2 events came after later ones");
    assert_eq!(told(&[0, 2]), "session 's': 1 event is missing");
    assert_eq!(told(&[2]), "session 's': 2 events are missing");

    // A gap that is given up after many more events, and is filled after all, is late and not missing.
    let sent = events(&simulator().scenario("happy-path").session_id("s"));
    let inbox = Inbox::new(SECRET);
    for event in sent.iter().filter(|event| event.sequence() != 2).chain([&sent[2]]) {
        inbox.receive(event.mac(), event.body());
    }
    assert_eq!(inbox.session("s").unwrap().out_of_order(), 1);
    assert_eq!(inbox.verdict().unwrap_err().lines(), ["session 's': 1 event came after later ones"]);

    // A session that begins again, although its page was not left.
    let inbox = Inbox::new(SECRET);
    for seconds in [1_767_323_045, 1_767_323_945] {
        let start = UNIX_EPOCH + Duration::from_secs(seconds);
        for event in events(&simulator().scenario("crash").session_id("s").start_time(start)) {
            inbox.receive(event.mac(), event.body());
        }
    }
    let wrong = inbox.verdict().unwrap_err();
    assert!(wrong.to_string().contains("1 x restart-without-unload: "), "{wrong}");
}

#[test]
fn a_verdict_on_many_sessions_is_told_in_short() {
    let inbox = Inbox::new(SECRET);
    for event in simulator().scenario("happy-path").sessions(30).events().unwrap() {
        if event.sequence() != 1 {
            inbox.receive(event.mac(), event.body());
        }
    }
    let wrong = inbox.verdict().unwrap_err();
    assert_eq!(wrong.lines().len(), 30);
    assert!(wrong.to_string().ends_with("; and 10 more"), "{wrong}");
}

#[test]
fn the_older_dialect_lacks_two_events() {
    let low = simulator().scenario("low-snr").dialect("older");
    assert!(events(&low).iter().all(|event| event.code() != Code::LowSnr));
    low.inbox().unwrap();
}

#[test]
fn what_cannot_be_used_is_told_before_anything_is_sent() {
    let told = |simulator: &Simulator| match simulator.events() {
        Ok(_) => simulator.play_blocking().unwrap_err().to_string(),
        Err(error) => error.to_string(),
    };
    let target = "http://127.0.0.1:9/";
    let yaml = "name: x\ntitle: y\noutcome: failed\nsteps:\n  - event: WMS_LOADE\n";
    for (simulator, expected) in [
        (Simulator::new(""), "the secret is empty"),
        (simulator(), "there is no target"),
        (simulator().target("ftp://h/"), "target: "),
        (simulator().target(target).header("a b", "c"), "header: "),
        (simulator().scenario("low-snt"), "there is no scenario 'low-snt'; did you mean 'low-snr'?"),
        (simulator().mix("prod"), "there is no mix 'prod'; did you mean 'production'?"),
        (simulator().mix("all").scenario("bounce"), "a mix is played alone"),
        (simulator().scenario_text(yaml), "WMS_LOADED"),
        (simulator().fault("explode@3"), "fault: "),
        (simulator().set("snr.scales", "x"), "dialect: 'snr.scales'"),
        (simulator().dialect("newest"), "there is no dialect 'newest'"),
        (simulator().sessions(0), "nothing to play"),
        (simulator().sessions(1_000_001), "more than 1,000,000 sessions"),
        (simulator().sessions(u64::MAX), "more than 1,000,000 sessions"),
        (simulator().start_time(UNIX_EPOCH + Duration::from_secs(1 << 38)), "the start time is not between"),
        (simulator().start_time(UNIX_EPOCH - Duration::from_secs(1 << 36)), "the start time is not between"),
        (simulator().pace(Pace::Times(0.0)), "the pace is not between"),
        (simulator().pace(Pace::Times(f64::NAN)), "the pace is not between"),
    ] {
        let told = told(&simulator);
        assert!(told.contains(expected), "{expected}\n{told}");
    }
    assert!(matches!(simulator().dialect("x").inbox(), Err(Error::Unknown { kind: "dialect", .. })));
    assert!(matches!(simulator().sessions(1_000_001).events(), Err(Error::Contradiction(_))));
}

#[test]
fn errors_do_not_speak_of_the_command_line() {
    let target = "http://127.0.0.1:9/";
    for simulator in [
        simulator().fault("explode@3"),
        simulator().fault("drop"),
        simulator().fault("drop=200%"),
        simulator().set("snr.scales", "x"),
        simulator().set("snr.scale", "x"),
        simulator().set("delivery.source-address", "192.0.2.1"),
        simulator().target(target).header("X-WMS-Content-MAC", "c"),
        simulator().target("https://127.0.0.1:9/").header("a b", "c"),
        simulator().target("http://127.0.0.1:9/#x"),
    ] {
        let told = simulator.clone().target(target).play_blocking().err();
        let told = told.or_else(|| simulator.play_blocking().err()).unwrap().to_string();
        assert!(!told.contains("--") && !told.contains("wms-sim "), "{told}");
    }
}

#[test]
fn every_fault_is_named_where_faults_are_explained() {
    let docs = include_str!("../src/simulator/mod.rs");
    for kind in wms_sim::delivery::fault::KINDS {
        assert!(docs.contains(&format!("`{}`", kind.name)), "{}", kind.name);
    }
}

#[test]
fn as_many_sessions_as_scenarios_or_ids_unless_it_is_said() {
    let count =
        |simulator: Simulator| simulator.events().unwrap().map(|event| event.session()).max().unwrap();
    assert_eq!(count(simulator()), 1);
    assert_eq!(count(simulator().scenario("bounce").scenario("low-snr")), 2);
    assert_eq!(count(simulator().session_id("a").session_id("b").session_id("c")), 3);
    assert_eq!(count(simulator().scenario("bounce").scenario("low-snr").session_id("a")), 2);
    assert_eq!(count(simulator().session_id("a").session_id("b").sessions(1)), 1);
    // As with the program: each scenario of the mix once.
    let all = count(simulator().mix("all"));
    assert!(all > 20, "{all}");
}

#[test]
fn playing_without_a_runtime_is_an_error_and_no_panic() {
    let simulator = simulator().target("http://127.0.0.1:9/");
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(simulator.play()).poll(&mut context) {
        std::task::Poll::Ready(Err(error @ Error::System(_))) => {
            assert!(error.to_string().contains("play_blocking"), "{error}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_scenario_of_ones_own() {
    let yaml = "name: mine\ntitle: Mine\noutcome: abandoned\nsteps:\n  - event: WMS_LOADED\n  - { event: PAGE_UNLOADED, after: 2s }\n";
    let events = events(&simulator().scenario_text(yaml));
    assert_eq!(events.iter().map(Event::code).collect::<Vec<_>>(), [Code::WmsLoaded, Code::PageUnloaded]);
    assert_eq!(events[1].due(), Duration::from_secs(2));
}

#[test]
fn secrets_and_credentials_are_not_shown() {
    let marked = "marked-secret";
    let simulator = Simulator::new(marked)
        .target(format!("http://u:{marked}@127.0.0.1:9/?k={marked}"))
        .header("X-Key", marked);
    let deliveries = simulator.play_blocking().unwrap();
    let inbox = Inbox::new(marked).listen().unwrap();
    let shown = format!(
        "{simulator:?} {deliveries:?} {} {inbox:?} {:?}",
        deliveries.verdict().unwrap_err(),
        simulator.events().unwrap()
    );
    assert!(!shown.contains(marked), "{shown}");
    let error = Simulator::new(marked).target(format!("ftp://u:{marked}@h/")).play_blocking().unwrap_err();
    assert!(!format!("{error} {error:?}").contains(marked), "{error:?}");
}

#[test]
fn without_default_features_the_programs_libraries_are_left_out() {
    let tree = |features: &[&str]| {
        let output = Command::new(env!("CARGO"))
            .args(["tree", "--offline", "--edges", "normal", "--prefix", "none", "--no-default-features"])
            .args(features)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let has = |tree: &str, name: &str| tree.lines().any(|line| line.split(' ').next() == Some(name));
    let face = tree(&[]);
    for name in ["clap", "clap_complete", "clap_mangen", "indicatif", "anstream", "toml", "axum"] {
        assert!(!has(&face, name), "{name}");
    }
    assert!(has(&face, "tokio") && has(&tree(&["--features", "serve"]), "axum"));
}

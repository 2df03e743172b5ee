use std::collections::BTreeSet;
use std::time::Duration;

use super::*;
use crate::protocol::dialect::MacInput;
use crate::protocol::mac::verify;

pub(in crate::conformance) fn setup() -> Setup {
    Setup {
        seed: Seed(7),
        dialect: Dialect::current(),
        signer: Signer::new(&Secret::new("secret"), MacInput::Bytes),
        next: Some(Signer::new(&Secret::new("next"), MacInput::Bytes)),
        soon: Duration::from_secs(5),
        late: Duration::from_secs(10),
    }
}

fn now() -> Epoch {
    Epoch::from_unix_nanos(1_767_323_045_000_000_000)
}

#[test]
fn each_event_is_written_as_documented_and_rightly_signed() {
    let setup = setup();
    let mut kit = Kit::new(&setup, "events/any", 1, now());
    for code in Code::ALL {
        for measured in [false, true] {
            let mut session = kit.session();
            session.measured = measured;
            let event = kit.event(&mut session, code);
            assert!(verify(&setup.signer, &event.body, event.mac.as_str().as_bytes()).is_ok());
            let read = envelope::Envelope::read(&event.body).unwrap();
            assert_eq!((read.code(), read.sequence), (Some(code), 0));
            let schema = crate::protocol::contract::fields(code, &setup.dialect);
            let keys: Vec<&str> =
                schema.iter().filter(|field| measured || !field.if_created).map(|field| field.name).collect();
            let payload = read.payload.unwrap_or_default();
            let there: Vec<&str> =
                payload.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect();
            assert_eq!(there, keys, "{code}");
        }
    }
}

#[test]
fn sessions_differ_by_case_attempt_and_count_and_nothing_else() {
    let setup = setup();
    let ids = |case: &str, attempt| {
        let mut kit = Kit::new(&setup, case, attempt, now());
        [kit.session().id, kit.session().id]
    };
    let all: BTreeSet<_> = [("a/b", 1), ("a/b", 2), ("a/c", 1)]
        .into_iter()
        .flat_map(|(case, attempt)| ids(case, attempt))
        .collect();
    assert_eq!(all.len(), 6);
    assert_eq!(ids("a/b", 1), ids("a/b", 1));
}

#[test]
fn a_twin_says_the_same_of_another_session_and_measurement() {
    let setup = setup();
    let mut kit = Kit::new(&setup, "state/any", 1, now());
    let story = kit.story("happy-path");
    let twin = kit.twin(&story);
    assert!(story.len() >= 15 && twin.len() == story.len());
    for (one, other) in story.iter().zip(&twin) {
        let (one_says, other_says) =
            (String::from_utf8_lossy(&one.body), String::from_utf8_lossy(&other.body));
        assert!(!other_says.contains(&*one.session), "{other_says}");
        let (a, b) = (story::measurement_of(&one.body), story::measurement_of(&other.body));
        assert!(a.is_none() && b.is_none() || a != b);
        let back = other_says.replace(&*other.session, &one.session);
        let back = match (a, b) {
            (Some(a), Some(b)) => back.replace(&b, &a),
            _ => back,
        };
        assert_eq!(back, one_says);
        let stamp = envelope::Envelope::read(&one.body).unwrap().timestamp;
        assert!((1_767_323_045 - 60..=1_767_323_045).contains(&stamp), "{stamp}");
    }
}

#[test]
fn a_draft_is_the_body_in_its_parts() {
    let setup = setup();
    let mut kit = Kit::new(&setup, "body/any", 1, now());
    for code in Code::ALL {
        let mut session = kit.session_called("\u{e9}\"");
        let event = kit.event(&mut session, code);
        let draft = Draft::of(&event);
        assert_eq!(draft.compact().as_bytes(), event.body);
        assert_eq!((draft.get("sessionId"), draft.get("nothing")), (r#""\u00e9\"""#, ""));
    }
    let mut session = kit.session();
    let event = kit.custom(&mut session, r#"{"a":1,"b":2}"#);
    let draft = Draft::of(&event).with("a", "[").adding("b", "3").with("c", "4").reversed();
    assert_eq!(draft.spaced(), r#"{"c": 4, "b": 3, "b": 2, "a": [}"#);
    let drafted = kit.drafted(&event, &draft.without("b"));
    assert_eq!(drafted.body, r#"{"c":4,"a":[}"#);
    assert!(verify(&setup.signer, &drafted.body, drafted.mac.as_str().as_bytes()).is_ok());
    assert_eq!(Draft::of(&drafted), Draft::default());
}

#[test]
fn a_body_of_the_cases_choice_has_the_session_as_it_is() {
    let setup = setup();
    let kit = Kit::new(&setup, "body/any", 1, now());
    let mut session = Kit::new(&setup, "body/any", 1, now()).session_called("SEQUENCE \"STAMP\"");
    session.next = 7;
    let event = kit.custom(&mut session, r#"["SESSION",SEQUENCE,STAMP]"#);
    assert_eq!(event.body, r#"["SEQUENCE \"STAMP\"",7,1767323045]"#);
    assert_eq!((event.sequence, session.next), (7, 8));
}

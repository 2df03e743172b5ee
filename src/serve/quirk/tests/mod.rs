//! Every quirk, on everything that shows one.

mod remembered;
mod stimuli;

use std::collections::BTreeSet;
use std::time::Duration;

use proptest::prelude::*;

use super::table::Choice;
use super::*;
use crate::clock::Moment;
use crate::protocol::dialect::{Dialect, MacInput};
use crate::protocol::mac::{Secret, Signer};
use crate::serve::inbox::{Inbox, InboxOptions, Receipt, Received};
use stimuli::{event, shows, signed, stimuli};

fn signer(secret: &str) -> Signer {
    Signer::new(&Secret::new(secret), MacInput::Bytes)
}

/// An inbox with quirks.
struct Receiver {
    quirks: Quirks,
    memory: Memory,
    inbox: Inbox,
}

/// What is sent.
#[derive(Clone)]
struct Sent {
    macs: Vec<String>,
    content_type: &'static str,
    body: Vec<u8>,
}

impl Receiver {
    fn new(quirks: &[&str]) -> Self {
        let all = quirks.iter().map(|quirk| quirk.parse().unwrap()).collect();
        let signers = vec![signer("old"), signer("s")];
        Self {
            quirks: Quirks::new(all, signers.clone(), &Dialect::current()).unwrap(),
            memory: Memory::default(),
            inbox: Inbox::new(InboxOptions::new(signers, Dialect::current())),
        }
    }

    fn take(&mut self, sent: &Sent) -> (Receipt, Decision) {
        let mac_headers: Vec<&[u8]> = sent.macs.iter().map(String::as_bytes).collect();
        let content_type = Some(sent.content_type.as_bytes());
        let received = Received { mac_headers: &mac_headers, content_type, body: &sent.body };
        let receipt = self.inbox.receive(Moment::ZERO, &received);
        let asked = Asked { mac_headers: &mac_headers, content_type, body: &sent.body, receipt: &receipt };
        let decision = self.quirks.judge(&mut self.memory, &asked);
        (receipt, decision)
    }

    fn status(&mut self, sent: &Sent) -> Option<u16> {
        self.take(sent).1.reply.status()
    }
}

/// Every quirk against every stimulus: it does what it says, nothing else, and says so; and what the inbox itself makes of
/// it is the same as without.
#[test]
fn every_quirk_changes_just_what_it_says() {
    let judged = |receipt: &Receipt| (receipt.status, receipt.mac, receipt.findings.clone());
    let changed: Vec<_> = QUIRKS.iter().map(|info| shows(info.name)).collect();
    for (name, sent) in stimuli() {
        let mut honest = Receiver::new(&[]);
        let honest: Vec<_> = sent.iter().map(|sent| honest.take(sent)).collect();
        let same = |decision: &Decision, status| {
            decision.reply.status() == Some(status) && decision.notes.is_empty()
        };
        assert!(honest.iter().all(|(receipt, decision)| same(decision, receipt.status)), "{name}");
        let honest: Vec<_> = honest.iter().map(|(receipt, _)| judged(receipt)).collect();
        for (info, changed) in QUIRKS.iter().zip(&changed) {
            let mut receiver = Receiver::new(&[info.name]);
            let answers: Vec<(Receipt, Decision)> = sent.iter().map(|sent| receiver.take(sent)).collect();
            let receipts: Vec<_> = answers.iter().map(|(receipt, _)| judged(receipt)).collect();
            assert_eq!(receipts, honest, "{} with {name}", info.name);
            let (receipt, decision) = answers.last().unwrap();
            let expected = changed.iter().find(|(changed, _)| *changed == name);
            let expected = expected.map_or(Some(receipt.status), |(_, status)| *status);
            assert_eq!(decision.reply.status(), expected, "{} with {name}: {decision:?}", info.name);
            // What changes no status is told too, and what changes nothing is not.
            let silently = match info.name {
                "answers-late" | "one-request-at-a-time" => true,
                "loses-every-third" => sent.len() == 3,
                _ => false,
            };
            let says = decision.notes.iter().any(|note| note.starts_with(info.name));
            let differs = expected != Some(receipt.status) || silently;
            assert_eq!(says, differs, "{} with {name}: {decision:?}", info.name);
        }
    }
}

#[test]
fn what_is_not_taken_is_not_remembered() {
    for (quirk, name, remembered) in [
        ("accepts-any-mac", "mac wrong", true),
        ("accepts-any-mac", "mac missing", false),
        ("never-answers", "good", true),
        ("never-answers", "mac wrong", false),
        ("closes-connection", "good", false),
        ("redirects", "good", false),
        ("refuses-with-200", "good", true),
        ("refuses-with-200", "mac wrong", false),
        ("refuses-duplicates", "twice", false),
        ("answers-late", "good", true),
        ("fails-every-third", "third", false),
        ("loses-every-third", "third", false),
        ("loses-every-third", "twice", true),
    ] {
        let mut receiver = Receiver::new(&[quirk]);
        let (_, sent) = stimuli().into_iter().find(|(known, _)| *known == name).unwrap();
        let last = sent.iter().map(|sent| receiver.take(sent).1).last().unwrap();
        assert_eq!(last.remembered, remembered, "{quirk} with {name}");
    }
}

#[test]
fn names_lead_back_and_slips_are_met() {
    let names: BTreeSet<&str> = QUIRKS.iter().map(|info| info.name).collect();
    assert_eq!(names.len(), QUIRKS.len());
    assert!(QUIRKS.len() >= 25);
    for info in QUIRKS {
        let quirk: Quirk = info.name.parse().unwrap();
        assert_eq!((quirk, quirk.name()), (info.quirk(), info.name));
        assert_eq!(quirk.to_string().parse(), Ok(quirk));
        assert!(
            info.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        );
        let takes_none =
            format!("{}=1", info.name).parse::<Quirk>().is_err_and(|error| error.contains("takes no"));
        assert_eq!(takes_none, info.parameter.is_empty(), "{}", info.name);
        assert!(info.does.chars().next().unwrap().is_lowercase() && info.bug.ends_with('.'), "{}", info.name);
    }
    assert_eq!("answers-late=6s".parse(), Ok(Quirk::AnswersLate(Duration::from_secs(6))));
    assert_eq!("body-limit=10kb".parse(), Ok(Quirk::BodyLimit(10 << 10)));
    assert_eq!(Quirk::BodyLimit(500).to_string(), "body-limit=500");
    for (wrong, says) in [
        ("accept-any-mac", "did you mean accepts-any-mac?"),
        ("banana", "'banana' is not a quirk"),
        ("answers-late=0s", "from 1ms to 2m"),
        ("answers-late=3m", "from 1ms to 2m"),
        ("answers-late=", "from 1ms to 2m"),
        ("body-limit=0", "from 1 to 1024kb"),
        ("body-limit=2000kb", "from 1 to 1024kb"),
        ("body-limit=-1", "from 1 to 1024kb"),
        ("body-limit=99999999999999999999kb", "from 1 to 1024kb"),
        ("redirects=301", "redirects takes no '301'"),
    ] {
        let error = wrong.parse::<Quirk>().unwrap_err();
        assert!(error.contains(says), "{wrong}: {error}");
    }
}

#[test]
fn two_that_contradict_each_other_are_refused() {
    let together =
        |one: Quirk, other: Quirk| Quirks::new(vec![one, other], Vec::new(), &Dialect::current()).map(drop);
    for one in QUIRKS {
        for other in QUIRKS {
            let same = one.name == other.name || (one.choice.is_some() && one.choice == other.choice);
            assert_eq!(together(one.quirk(), other.quirk()).is_err(), same, "{} {}", one.name, other.name);
        }
    }
    for (choice, count) in [(Choice::SignedBytes, 5), (Choice::WhichHeader, 2), (Choice::WhatInstead, 3)] {
        assert_eq!(QUIRKS.iter().filter(|info| info.choice == Some(choice)).count(), count);
    }
    let late = |seconds| Quirk::AnswersLate(Duration::from_secs(seconds));
    assert_eq!(together(late(1), late(2)), Err("answers-late is there twice".to_owned()));
}

#[test]
fn all_that_can_be_together_are() {
    let mut all = Vec::new();
    for info in QUIRKS {
        all.push(info.quirk());
        if Quirks::new(all.clone(), vec![signer("s")], &Dialect::current()).is_err() {
            all.pop();
        }
    }
    assert!(all.len() > 25);
    let names: Vec<String> = all.iter().map(ToString::to_string).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut receiver = Receiver::new(&names);
    for (_, sent) in stimuli() {
        for sent in &sent {
            let (_, decision) = receiver.take(sent);
            assert!(!decision.notes.is_empty());
        }
    }
}

#[test]
fn the_memory_is_bounded() {
    let mut receiver = Receiver::new(&["refuses-duplicates"]);
    for session in 0..2_100 {
        receiver.take(&signed(&event(&format!("s{session}"), 0, "WMS_LOADED")));
    }
    for sequence in 0..1_100 {
        receiver.take(&signed(&event("long", sequence, "INTERMEDIATE_RESULTS")));
    }
    assert_eq!(receiver.memory.sizes(), (2_000, 2_000, 1_000));
    assert_eq!(receiver.status(&signed(&event("long", 1_099, "INTERMEDIATE_RESULTS"))), Some(409));
    receiver.memory.forget();
    assert_eq!(receiver.memory.sizes(), (0, 0, 0));
    assert_eq!(receiver.status(&signed(&event("long", 1_099, "INTERMEDIATE_RESULTS"))), Some(200));
}

proptest! {
    #[test]
    fn no_request_breaks_a_quirk(
        body in proptest::collection::vec(any::<u8>(), 0..200),
        macs in proptest::collection::vec("[ -~]{0,90}", 0..3),
        place in 0..QUIRKS.len(),
    ) {
        let mut receiver = Receiver::new(&[QUIRKS[place].name]);
        let sent = Sent { macs, content_type: "text/plain", body };
        let (receipt, decision) = receiver.take(&sent);
        prop_assert!(receipt.mac.is_err());
        if !decision.notes.is_empty() {
            prop_assert!(decision.notes[0].contains(QUIRKS[place].name));
        }
    }
}

//! What is hashed of a body that is not ASCII. The page's snippet does not hash the bytes then, and so both are right.

use super::super::before;
use crate::conformance::case::{Case, Play, Source};
use crate::conformance::judge::Seen;
use crate::conformance::kit::{Draft, Kit};
use crate::conformance::script::{Demand, MacLine, Script, Shot};
use crate::protocol::code::Code;
use crate::protocol::dialect::MacInput;

const RAW: Case = Case {
    source: Source::Page,
    requirement: "Bodies are ASCII as far as anybody has seen. What a receiver hashes of one that is not is measured: its bytes, or what the page's snippet makes of them.",
    explain: "The page's snippet decodes the body as UTF-8 and hashes the low byte of each character. Of a body that is ASCII this is the same as its bytes, of any other it is not.",
    ..Case::INFO
};

pub(super) const CASES: &[Case] = &[
    Case {
        id: "body/raw-latin1",
        title: "accented letters as raw UTF-8: what is hashed",
        stimulus: "Two events with a session ID such as Zo\u{eb} in raw UTF-8: one signed over its bytes, one as the page's snippet signs it.",
        play: Play::Script(|kit| raw(kit, "Zo\u{eb}")),
        ..RAW
    },
    Case {
        id: "body/raw-emoji",
        title: "emoji as raw UTF-8: what is hashed",
        stimulus: "Two events with an emoji in the session ID in raw UTF-8: one signed over its bytes, one as the page's snippet signs it.",
        play: Play::Script(|kit| raw(kit, "\u{1f600}")),
        ..RAW
    },
];

fn raw(kit: &mut Kit<'_>, name: &str) -> Script {
    let before = before(kit);
    let tests = [
        (MacInput::Bytes, "the event signed over its bytes"),
        (MacInput::Latin1, "the event signed as the page's snippet does"),
    ]
    .map(|(input, label)| {
        let id = format!("{name}-{}", kit.word());
        let mut session = kit.session_called(id.as_str());
        let event = kit.event(&mut session, Code::WmsLoaded);
        let event = kit.drafted(&event, &Draft::of(&event).with("sessionId", format!("\"{id}\"")));
        let mac = kit.setup().signer.hashing(input).sign(&event.body);
        Shot::test(&event)
            .with_macs(vec![MacLine::new(mac.as_str())])
            .demanding(Demand::Anything)
            .called(label)
    });
    Script::of([before]).then(tests).measured(hashed)
}

/// Which of the two was taken.
fn hashed(seen: &[&Seen]) -> String {
    let [bytes, snippet] = seen else { return "not all of it was answered".to_owned() };
    let taken = |seen: &Seen| seen.status().is_some_and(|status| (200..300).contains(&status));
    let words = match (taken(bytes), taken(snippet)) {
        (true, false) => "hashes the bytes",
        (false, true) => "hashes as the page's snippet",
        (true, true) => "takes both",
        (false, false) => "takes neither",
    };
    format!("{words}: {} over the bytes, {} as the snippet", bytes.words(), snippet.words())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::outcome::exchange::Reply;

    #[test]
    fn what_is_hashed_is_told() {
        let seen = |status| Seen {
            result: Ok(Reply { status, ..Reply::default() }),
            took: Duration::ZERO,
            interim: 0,
            written: 1,
            length: 1,
            reused: false,
        };
        let told = |one, other| hashed(&[&seen(one), &seen(other)]);
        assert_eq!(told(204, 401), "hashes the bytes: 204 over the bytes, 401 as the snippet");
        assert_eq!(told(401, 200), "hashes as the page's snippet: 401 over the bytes, 200 as the snippet");
        assert!(told(200, 200).starts_with("takes both: ") && told(500, 302).starts_with("takes neither: "));
        assert_eq!(hashed(&[]), "not all of it was answered");
    }
}

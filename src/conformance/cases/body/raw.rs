//! What is hashed of a body that is not ASCII. The page's snippet does not hash the bytes then, and so both are right.

use std::time::Duration;

use super::super::before;
use crate::conformance::case::{Case, Play, Source};
use crate::conformance::judge::Seen;
use crate::conformance::kit::{Draft, Kit};
use crate::conformance::script::{Demand, Form, MacLine, Pacing, Script, Shot};
use crate::outcome::check::Level;
use crate::protocol::code::Code;
use crate::protocol::dialect::MacInput;

/// A letter of two bytes, and an emoji of four.
const NAME: &str = "Zo\u{eb}-\u{1f600}";
/// Between the parts of a body that is cut.
const PAUSE: Duration = Duration::from_millis(30);

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
    Case {
        id: "body/raw-cut",
        title: "raw UTF-8 that is cut within a character is taken",
        level: Level::Should,
        source: Source::Standard("RFC 9293, 3.9"),
        requirement: "Where the receiver takes an event in raw UTF-8, it SHOULD take it too if its bytes arrive in parts that end within a character.",
        stimulus: "Events with an accented letter and an emoji in the session ID in raw UTF-8, signed over their bytes and as the page's snippet signs them, each in one piece and then another one in three, 30 ms apart, cut within the letter and within the emoji.",
        hint: "`body += chunk` in Node, which decodes each part by itself: `Buffer.concat(chunks)`, or `req.setEncoding('utf8')` before.",
        explain: "The network cuts a body where it likes. A part that ends within a character cannot be decoded by itself: its bytes become U+FFFD, and are no longer what was signed. Nothing is demanded of a receiver that takes no raw UTF-8 at all, for WMS is not known to send any.",
        play: Play::Script(cut),
        ..RAW
    },
];

/// Both ways in which a body that is not ASCII can be signed.
const SIGNED: [(MacInput, &str); 2] = [
    (MacInput::Bytes, "the event signed over its bytes"),
    (MacInput::Latin1, "the event signed as the page's snippet does"),
];

fn raw(kit: &mut Kit<'_>, name: &str) -> Script {
    let before = before(kit);
    let tests = SIGNED.map(|(input, label)| one(kit, name, input).called(label));
    Script::of([before]).then(tests).measured(hashed)
}

/// Each in one piece, and then cut within its characters.
fn cut(kit: &mut Kit<'_>) -> Script {
    let before = before(kit);
    let tests = SIGNED.map(|(input, label)| {
        let cut = Form { pacing: Pacing::CutCharacters(PAUSE), ..Form::default() };
        [
            one(kit, NAME, input).called(label),
            one(kit, NAME, input)
                .written(cut)
                .demanding(Demand::AsBefore)
                .called(format!("{label}, cut within its characters")),
        ]
    });
    Script::of([before]).then(tests.into_iter().flatten())
}

/// The first event of a session with this name in its ID, in raw UTF-8.
fn one(kit: &mut Kit<'_>, name: &str, input: MacInput) -> Shot {
    let id = format!("{name}-{}", kit.word());
    let mut session = kit.session_called(id.as_str());
    let event = kit.event(&mut session, Code::WmsLoaded);
    let event = kit.drafted(&event, &Draft::of(&event).with("sessionId", format!("\"{id}\"")));
    let mac = kit.setup().signer.hashing(input).sign(&event.body);
    Shot::test(&event).with_macs(vec![MacLine::new(mac.as_str())]).demanding(Demand::Anything)
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
            surplus: false,
        };
        let told = |one, other| hashed(&[&seen(one), &seen(other)]);
        assert_eq!(told(204, 401), "hashes the bytes: 204 over the bytes, 401 as the snippet");
        assert_eq!(told(401, 200), "hashes as the page's snippet: 401 over the bytes, 200 as the snippet");
        assert!(told(200, 200).starts_with("takes both: ") && told(500, 302).starts_with("takes neither: "));
        assert_eq!(hashed(&[]), "not all of it was answered");
    }
}

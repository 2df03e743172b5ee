//! Session IDs that a customer may assign. What WMS sends as documented has to be taken, whatever stands in it.
//!
//! An ID that is the same in each run comes to a receiver that has seen it before: its sequence starts at 0 again, and
//! nobody says what is right then. Of such an ID only an answer on purpose is demanded.

use super::super::{before, ordinary};
use crate::conformance::case::{Case, Manner, Play, Source};
use crate::conformance::kit::{Draft, Kit, Session};
use crate::conformance::script::{Demand, Script, Shot};
use crate::outcome::check::Level;
use crate::protocol::code::Code;

const MINE: &str = "The session ID stands in the URL with which your app sends the browser to WMS. A user can change it there, and WMS signs what it finds: a right MAC says nothing about it.";
const TAKEN: Case = Case {
    source: Source::Page,
    requirement: "The session ID is any text that the customer assigns: the receiver MUST take the events of a session with such an ID.",
    explain: MINE,
    ..Case::MUST
};
const PURPOSE: Case = Case {
    requirement: "The receiver MUST answer events with such a session ID with a 2xx or a 4xx, as it likes, and then take ordinary events.",
    manner: Manner::Rough,
    ..TAKEN
};

const fn taken(
    id: &'static str,
    title: &'static str,
    stimulus: &'static str,
    hint: &'static str,
    script: fn(&mut Kit<'_>) -> Script,
) -> Case {
    Case { id, title, stimulus, hint, play: Play::Script(script), ..TAKEN }
}

const fn purposeful(
    id: &'static str,
    title: &'static str,
    stimulus: &'static str,
    hint: &'static str,
    script: fn(&mut Kit<'_>) -> Script,
) -> Case {
    Case { id, title, stimulus, hint, play: Play::Script(script), ..PURPOSE }
}

pub(super) const CASES: &[Case] = &[
    Case {
        explain: "A name in the session ID is enough for this. WMS writes such letters as escapes (in the usual dialect), and an app that decodes the body before it hashes it has other bytes.",
        ..taken(
            "body/id-latin1",
            "a session ID with accented letters is taken",
            "A short session whose ID has letters such as \u{eb} and \u{fc}, written as the dialect writes them.",
            "The MAC is taken over JSON that was printed again, which has the letters and not the escapes; or the body is decoded as latin1: hash the raw bytes.",
            |kit| bounce(kit, |word| format!("Zo\u{eb} M\u{fc}ller {word}")),
        )
    },
    Case {
        explain: "Emoji are written as two escapes, \\ud83d\\ude00 for one: code that reads them one by one makes two broken characters of them.",
        ..taken(
            "body/id-emoji",
            "a session ID with emoji is taken",
            "A short session whose ID has an emoji and a flag, written as the dialect writes them.",
            "The MAC is taken over JSON that was printed again; or a column of MySQL's `utf8`, which has three bytes for a character: use `utf8mb4`.",
            |kit| bounce(kit, |word| format!("\u{1f600}-\u{1f1e8}\u{1f1ed}-{word}")),
        )
    },
    taken(
        "body/id-scripts",
        "a session ID in other scripts is taken",
        "A short session whose ID has Chinese, Arabic and combining characters, written as the dialect writes them.",
        "The MAC is taken over JSON that was printed again, or the ID goes into a column or a header that takes latin1 only.",
        |kit| bounce(kit, |word| format!("\u{6e2c}\u{91cf}-\u{642}\u{64a}\u{627}\u{633}-e\u{301}-{word}")),
    ),
    purposeful(
        "body/id-path",
        "a session ID like a path is answered on purpose",
        "A short session with an ID like ../../etc/passwd, and another like a/b, and then an ordinary event.",
        "The ID becomes part of a file's name or of a URL: `fs.writeFileSync(`sessions/${id}.json`)`. Use a key that you made.",
        |kit| odd_each(kit, &[|word| format!("../../etc/passwd-{word}"), |word| format!("clinic/{word}")]),
    ),
    purposeful(
        "body/id-quotes",
        "a session ID with quotes is answered on purpose",
        "A short session with an ID like '; DROP TABLE x;--, and another with a double quote and a backslash, and then an ordinary event.",
        "A statement of SQL or JSON is put together from texts: `\"... WHERE id = '\" + id + \"'\"`. Use parameters.",
        |kit| odd_each(kit, &[|word| format!("'; DROP TABLE x;-- {word}"), |word| format!("\"{word}\\")]),
    ),
    purposeful(
        "body/id-markup",
        "a session ID with markup is answered on purpose",
        "A short session with an ID like <b>&amp;${7*7}{{7*7}}, and then an ordinary event.",
        "The ID goes into a page or template as it is, or a filter in front of the receiver takes it for an attack.",
        |kit| odd_each(kit, &[|word| format!("<b>&amp;${{7*7}}{{{{7*7}}}}%s-{word}")]),
    ),
    purposeful(
        "body/id-blanks",
        "a session ID with blanks is answered on purpose",
        "A short session whose ID has blanks within, before and behind it, and then an ordinary event.",
        "The ID is put into a URL, a key or a command without quoting.",
        |kit| odd_each(kit, &[|word| format!(" visit 7 {word} ")]),
    ),
    purposeful(
        "body/id-percent",
        "a session ID like an encoded URL is answered on purpose",
        "A short session with an ID like %00%2e%2e%2f%zz, and then an ordinary event.",
        "The ID is decoded though it never was encoded: `decodeURIComponent(sessionId)` throws at %zz.",
        |kit| odd_each(kit, &[|word| format!("%00%2e%2e%2f%zz-{word}")]),
    ),
    taken(
        "body/id-255",
        "a session ID of 255 characters is taken",
        "A short session whose ID has 255 letters and digits.",
        "A column such as VARCHAR(64), CHAR(36) or UUID.",
        |kit| bounce(kit, |word| format!("{word:x<255}")),
    ),
    // Who stores the ID in a column of 255 bytes keeps what WMS is known to send: so this does not bind.
    Case {
        level: Level::Should,
        requirement: "The session ID is any text that the customer assigns: the receiver SHOULD take one of 255 characters, however many bytes they have.",
        explain: "A column of 255 characters and one of 255 bytes hold the same letters of English, and not the same of any other language: in UTF-8 most letters have two or three bytes.",
        ..taken(
            "body/id-255-accented",
            "a session ID of 255 characters beyond ASCII is taken",
            "A short session whose ID has 255 characters, most of them \u{eb}, which has two bytes in UTF-8, written as the dialect writes them.",
            "A column or a check that counts bytes: `VARCHAR2(255)` of Oracle, `VARCHAR(255)` of SQL Server, `len(id) > 255` in Go, `strlen($id)` in PHP, the name of a file.",
            |kit| bounce(kit, |word| format!("{word:\u{eb}<255}")),
        )
    },
    purposeful(
        "body/id-512",
        "a session ID of 512 characters is answered on purpose",
        "A short session whose ID has 512 letters and digits, and then an ordinary event.",
        "A column such as VARCHAR(255), whose error nobody catches.",
        |kit| odd(kit, |kit| format!("{:x<512}", kit.word())),
    ),
    Case {
        explain: "The sample code of WMS puts an empty variable into the URL, and so this is the ID of many real sessions. It comes again and again with a sequence from 0, so that a receiver may refuse it.",
        ..purposeful(
            "body/id-undefined",
            "the session ID undefined is answered on purpose",
            "A short session whose ID is undefined, and then an ordinary event.",
            "The ID is a unique key, and the second session that has it violates it.",
            |kit| odd(kit, |_| "undefined".to_owned()),
        )
    },
    purposeful(
        "body/id-one-character",
        "a session ID of one character is answered on purpose",
        "A short session whose ID is the digit 7, and then an ordinary event.",
        "A library makes a number of it, or `id.split('-')[1]` is read.",
        |kit| odd(kit, |_| "7".to_owned()),
    ),
    purposeful(
        "body/id-proto",
        "session IDs that JavaScript's objects have are answered on purpose",
        "Short sessions with the IDs __proto__, constructor and toString, and then an ordinary event.",
        "Sessions are kept in an object: `sessions[id].events.push(event)`. Use a `Map`.",
        |kit| {
            let script = ["__proto__", "constructor", "toString"]
                .map(|id| kit.session_called(id))
                .map(|mut session| purposely(kit, &mut session))
                .into_iter()
                .fold(Script::of([before(kit)]), Script::then);
            script.then([ordinary(kit)])
        },
    ),
    Case {
        requirement: "The receiver MUST answer a session ID with the character NUL with a 2xx or a 4xx, as it likes, and then take ordinary events.",
        ..purposeful(
            "body/id-nul",
            "a session ID with the character NUL is answered on purpose",
            "An event whose session ID has \\u0000 in it, and then an ordinary event.",
            "PostgreSQL's text and jsonb take no NUL: the error `invalid byte sequence` or `unsupported Unicode escape` nobody catches. File names take none either.",
            nul,
        )
    },
];

/// The shortest whole session: loaded, and left again.
fn short(kit: &Kit<'_>, session: &mut Session) -> [Shot; 3] {
    [Code::WmsLoaded, Code::ConfigurationLoaded, Code::PageUnloaded].map(|code| {
        let event = kit.event(session, code);
        Shot::test(&event).called(code.as_str())
    })
}

fn purposely(kit: &Kit<'_>, session: &mut Session) -> [Shot; 3] {
    let id = std::sync::Arc::clone(&session.id);
    short(kit, session).map(|shot| {
        let label =
            if id.len() > 40 { shot.label.clone() } else { format!("{} of session {id}", shot.label).into() };
        shot.demanding(Demand::OnPurpose).called(label)
    })
}

/// A short session whose ID is made from a word that no other has.
fn bounce(kit: &mut Kit<'_>, id: fn(&str) -> String) -> Script {
    let before = before(kit);
    let id = id(&kit.word());
    let mut session = kit.session_called(id);
    Script::of([before]).then(short(kit, &mut session))
}

/// A short session that may be refused.
fn odd(kit: &mut Kit<'_>, id: fn(&mut Kit<'_>) -> String) -> Script {
    let before = before(kit);
    let id = id(kit);
    let mut session = kit.session_called(id);
    Script::of([before]).then(purposely(kit, &mut session)).then([ordinary(kit)])
}

/// Short sessions that may be refused, whose IDs are made from words that no other has.
fn odd_each(kit: &mut Kit<'_>, ids: &[fn(&str) -> String]) -> Script {
    let mut script = Script::of([before(kit)]);
    for id in ids {
        let id = id(&kit.word());
        let mut session = kit.session_called(id);
        script = script.then(purposely(kit, &mut session));
    }
    script.then([ordinary(kit)])
}

/// The session that is announced is an ordinary one: no command can be told of an ID with NUL.
fn nul(kit: &mut Kit<'_>) -> Script {
    let before = before(kit);
    let mut session = kit.session();
    let event = kit.event(&mut session, Code::WmsLoaded);
    let id = format!("\"{}\\u0000{}\"", session.id, kit.word());
    let event = kit.drafted(&event, &Draft::of(&event).with("sessionId", id));
    let test = Shot::test(&event).demanding(Demand::OnPurpose).called("an event with NUL in its session ID");
    Script::of([before, test]).then([ordinary(kit)])
}

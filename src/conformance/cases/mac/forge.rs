//! How the requests of the section are made.

use crate::conformance::judge::Seen;
use crate::conformance::kit::{Draft, Event, Kit};
use crate::conformance::script::{Demand, MacLine, Script, Shot};
use crate::protocol::code::Code;
use crate::protocol::mac::PREFIX;

/// An ordinary event, then another one of the same session that something was done to.
pub(super) fn forged(kit: &mut Kit<'_>, label: &'static str, shot: fn(&Kit<'_>, &Event) -> Shot) -> Script {
    let mut session = kit.session();
    let before = kit.event(&mut session, Code::WmsLoaded);
    let event = kit.event(&mut session, Code::ConfigurationLoaded);
    Script::of([Shot::setup(&before), shot(kit, &event).called(label)])
}

/// A body that was changed, with the MAC of what a receiver may make of it.
pub(super) fn over(
    kit: &mut Kit<'_>,
    label: &'static str,
    sent: fn(&[u8]) -> Vec<u8>,
    signed: fn(&[u8]) -> Vec<u8>,
) -> Script {
    let mut session = kit.session();
    let before = kit.event(&mut session, Code::WmsLoaded);
    let event = kit.event(&mut session, Code::MeasurementCreated);
    let body = sent(&event.body);
    let mac = kit.setup().signer.sign(&signed(&body));
    let shot = Shot { body: body.into(), ..Shot::test(&event) };
    Script::of([Shot::setup(&before), shot.forged(mac.as_str()).called(label)])
}

/// Whoever decodes UTF-8 first replaces a character, and whoever reads the bytes as ASCII each of its bytes.
pub(super) fn over_question_marks(kit: &mut Kit<'_>) -> Script {
    const LETTER: &str = "\u{e9}";
    let mut session = kit.session();
    let before = kit.event(&mut session, Code::WmsLoaded);
    let mut forged = |code, marks: &str, label: &'static str| {
        let event = kit.event(&mut session, code);
        let mac = kit.setup().signer.sign(&put_in(&event.body, marks.as_bytes()));
        let body = put_in(&event.body, LETTER.as_bytes()).into();
        Shot { body, ..Shot::test(&event) }.forged(mac.as_str()).called(label)
    };
    let shots = [
        forged(
            Code::ConfigurationLoaded,
            "?",
            "the event signed with a question mark for its accented letter",
        ),
        forged(
            Code::MeasurementCreated,
            "??",
            "the event signed with a question mark for each byte of that letter",
        ),
    ];
    Script::of([Shot::setup(&before)].into_iter().chain(shots))
}

pub(super) fn first_forged(kit: &mut Kit<'_>) -> Script {
    let mut ordinary = kit.session();
    let before = kit.event(&mut ordinary, Code::WmsLoaded);
    let mut session = kit.session();
    let event = kit.event(&mut session, Code::WmsLoaded);
    let wrong = kit.stranger().sign(&event.body);
    let mut first = Shot::test(&event)
        .forged(wrong.as_str())
        .called("the first event of a session, signed with another secret");
    first.form.fresh = true;
    Script::of([Shot::setup(&before), first])
}

pub(super) fn later_forged(kit: &mut Kit<'_>) -> Script {
    let mut session = kit.session();
    let before = [Code::WmsLoaded, Code::ConfigurationLoaded, Code::CameraPermissionGranted]
        .map(|code| Shot::setup(&kit.event(&mut session, code)));
    let event = kit.event(&mut session, Code::CameraStarted);
    let wrong = kit.stranger().sign(&event.body);
    let forged = Shot::test(&event)
        .forged(wrong.as_str())
        .called("the fourth event of a session, signed with another secret");
    Script::of(before.into_iter().chain([forged]))
}

pub(super) fn each_forged(kit: &mut Kit<'_>) -> Script {
    let mut session = kit.session();
    let before = Shot::setup(&kit.event(&mut session, Code::WmsLoaded));
    session.measured = true;
    let stranger = kit.stranger();
    let codes = Code::ALL.into_iter().filter(|code| kit.dialect().knows(*code));
    let forged = codes.map(|code| {
        let event = kit.event(&mut session, code);
        Shot::test(&event)
            .forged(stranger.sign(&event.body).as_str())
            .called(format!("{code} signed with another secret"))
    });
    Script::of(std::iter::once(before).chain(forged.collect::<Vec<_>>()))
}

pub(super) fn two(kit: &mut Kit<'_>, wrong_first: bool) -> Script {
    let mut session = kit.session();
    let before = kit.event(&mut session, Code::WmsLoaded);
    let event = kit.event(&mut session, Code::ConfigurationLoaded);
    let mut macs =
        vec![MacLine::new(event.mac.as_str()), MacLine::new(kit.stranger().sign(&event.body).as_str())];
    if wrong_first {
        macs.reverse();
    }
    let shot =
        Shot::test(&event).with_macs(macs).demanding(Demand::Anything).called("the event with two MACs");
    Script::of([Shot::setup(&before), shot]).measured(taken_or_not)
}

pub(super) fn spelled(kit: &mut Kit<'_>, name: &'static str, label: &'static str) -> Script {
    let mut session = kit.session();
    let before = kit.event(&mut session, Code::WmsLoaded);
    let event = kit.event(&mut session, Code::ConfigurationLoaded);
    let mac = MacLine { name: name.into(), ..MacLine::new(event.mac.as_str()) };
    Script::of([Shot::setup(&before), Shot::test(&event).with_macs(vec![mac]).called(label)])
}

/// What INFO cases say of one answer.
pub(in crate::conformance::cases) fn taken_or_not(seen: &[&Seen]) -> String {
    let told = |seen: &&Seen| match seen.status() {
        Some(status @ 200..=299) => format!("taken ({status})"),
        Some(status @ 400..=499) => format!("refused ({status})"),
        _ => seen.words(),
    };
    seen.iter().map(told).collect::<Vec<_>>().join(", ")
}

pub(super) fn digits(event: &Event) -> &str {
    event.mac.as_str().strip_prefix(PREFIX).unwrap_or_default()
}

pub(super) fn one_bit_off(event: &Event, byte: usize) -> String {
    let mut bytes = hex::decode(digits(event)).unwrap_or_default();
    if let Some(byte) = bytes.get_mut(byte) {
        *byte ^= 1;
    }
    format!("{PREFIX}{}", hex::encode(bytes))
}

pub(super) fn spaced(body: &[u8]) -> Vec<u8> {
    Draft::read(body).spaced().into_bytes()
}

pub(super) fn sorted(body: &[u8]) -> Vec<u8> {
    let value: std::collections::BTreeMap<String, Box<serde_json::value::RawValue>> =
        serde_json::from_slice(body).unwrap_or_default();
    serde_json::to_vec(&value).unwrap_or_default()
}

/// A line break between the keys.
pub(super) fn with_crlf(body: &[u8]) -> Vec<u8> {
    [b"{\r\n", body.strip_prefix(b"{").unwrap_or(body)].concat()
}

pub(super) fn with_lf(sent: &[u8]) -> Vec<u8> {
    sent.iter().copied().filter(|byte| *byte != b'\r').collect()
}

/// Bytes at the beginning of the session ID.
pub(super) fn put_in(body: &[u8], bytes: &[u8]) -> Vec<u8> {
    let (before, id) = body.split_at(place_of_id(body));
    [before, bytes, id].concat()
}

/// The first letter of the session ID with its highest bit set.
pub(super) fn with_a_high_bit(body: &[u8]) -> Vec<u8> {
    let mut body = body.to_vec();
    let place = place_of_id(&body);
    if let Some(letter) = body.get_mut(place) {
        *letter |= 0x80;
    }
    body
}

pub(super) fn seven_bits(sent: &[u8]) -> Vec<u8> {
    sent.iter().map(|byte| byte & 0x7f).collect()
}

pub(super) fn ascii(sent: &[u8]) -> Vec<u8> {
    sent.iter().copied().filter(u8::is_ascii).collect()
}

/// Where the session ID begins.
fn place_of_id(body: &[u8]) -> usize {
    const KEY: &[u8] = b"\"sessionId\":\"";
    body.windows(KEY.len()).position(|window| window == KEY).map_or(0, |place| place + KEY.len())
}

/// The digits with the first two neighbours that differ in each other's place.
pub(super) fn swapped(digits: &str) -> String {
    let mut bytes = digits.as_bytes().to_vec();
    if let Some(place) = bytes.windows(2).position(|pair| pair[0] != pair[1]) {
        bytes.swap(place, place + 1);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Two bytes that end with the same digit, both with their lowest bit turned over, so that the differences cancel out
/// whether bytes or digits are compared. Of 32 bytes, two end alike.
pub(super) fn two_bits_off(event: &Event) -> String {
    let mut bytes = hex::decode(digits(event)).unwrap_or_default();
    let alike = |one: &usize| (one + 1..bytes.len()).find(|other| bytes[*one] % 16 == bytes[*other] % 16);
    if let Some((one, other)) = (0..bytes.len()).find_map(|one| alike(&one).map(|other| (one, other))) {
        bytes[one] ^= 1;
        bytes[other] ^= 1;
    }
    format!("{PREFIX}{}", hex::encode(bytes))
}

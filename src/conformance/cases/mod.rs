//! The suite: every case, a file for each section.

mod body;
mod events;
mod http;
mod input;
mod mac;
mod order;
mod rotation;
mod state;
mod time;

use super::case::Case;
use super::kit::{Event, Kit};
use super::script::{Script, Shot};
use crate::protocol::code::Code;

/// The sections in the order of the suite, each with what it is about.
pub const SECTIONS: &[(&str, &str)] = &[
    ("events", "what WMS sends is taken"),
    ("mac", "forged events are refused"),
    ("body", "the MAC is checked over the bytes as they came"),
    ("input", "nothing in a body brings the receiver down"),
    ("order", "repetition and disorder are taken as they come"),
    ("http", "any correct HTTP is understood"),
    ("time", "the answer comes soon"),
    ("state", "what is remembered depends on what came, and not on how"),
    ("rotation", "no event is lost while one secret takes the other's place"),
];

/// Every case, in the order of the suite.
pub fn all() -> Vec<Case> {
    [
        events::CASES,
        &mac::cases(),
        body::CASES,
        body::IDS,
        body::PURPOSE,
        body::RAW,
        input::CASES,
        input::SHAPES,
        input::SIZES,
        order::CASES,
        http::CASES,
        http::MEASURED,
        time::CASES,
        state::CASES,
        rotation::CASES,
    ]
    .concat()
}

/// One event alone in its session.
pub fn event(kit: &mut Kit<'_>, code: Code, measured: bool) -> Script {
    events::one(kit, code, measured)
}

/// The first event of a new session.
fn first(kit: &mut Kit<'_>) -> Event {
    let mut session = kit.session();
    kit.event(&mut session, Code::WmsLoaded)
}

/// An ordinary event of a session of its own, before.
fn before(kit: &mut Kit<'_>) -> Shot {
    Shot::setup(&first(kit))
}

/// An ordinary event of a session of its own, afterwards.
fn ordinary(kit: &mut Kit<'_>) -> Shot {
    Shot::after(&first(kit))
}

#[cfg(test)]
mod tests;

//! Events that stand alone: a plan of one by hand, and those that the user of a page causes.

use std::sync::Arc;

use serde_json::value::RawValue;

use super::payload;
use crate::protocol::code::Code;
use crate::protocol::dialect::Dialect;
use crate::protocol::json;
use crate::scenario::act;
use crate::scenario::compile::Override;
use crate::scenario::file::types::{Gap, Outcome, Repeat};
use crate::scenario::plan::{Emit, Op, Payload, Plan};
use crate::seed::Purpose;

/// A plan whose sessions are one event: `send --event`. Nothing checks whether the event could happen there.
pub fn single(
    code: Code,
    sequence: u32,
    whole_payload: Option<&RawValue>,
    dialect: &Dialect,
    overrides: &[Override],
) -> Plan {
    let payload = match whole_payload {
        Some(value) => {
            let mut text = Vec::new();
            json::write_raw(&mut text, value, dialect.charset);
            Payload::Whole(text.into())
        }
        None => payload::build(code, &[], dialect, overrides, &mut Vec::new()),
    };
    let emit = alone(code, Purpose::named("single").of(code.as_str()), payload);
    Plan {
        name: format!("event {code}"),
        title: code.meaning().to_owned(),
        outcome: Outcome::Abandoned,
        interactive: false,
        dialect: Arc::new(dialect.clone()),
        events_min: 1,
        events_max: 1,
        longest: 0,
        first_sequence: sequence,
        ops: [Op::Emit(0), Op::End].into(),
        emits: [emit].into(),
        user: [].into(),
        interludes: [].into(),
        anchors: 0,
    }
}

/// The events that the user of the page can cause.
pub(super) fn of_the_user(dialect: &Dialect, overrides: &[Override]) -> Box<[Emit]> {
    let emit = |code: Code| {
        let payload = payload::build(code, &[], dialect, overrides, &mut Vec::new());
        alone(code, Purpose::named("user").of(code.as_str()), payload)
    };
    act::CODES.map(emit).into()
}

/// An event that comes once, at once.
fn alone(code: Code, purpose: Purpose, payload: Payload) -> Emit {
    Emit {
        code,
        omitted: false,
        reloaded: false,
        gap: Gap::Fixed(0),
        repeat: Repeat { low: 1, high: 1 },
        rhythm: 0,
        usual: false,
        since: None,
        marks: None,
        purpose,
        payload,
    }
}

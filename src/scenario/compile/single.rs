//! A plan of one event, by hand.

use std::sync::Arc;

use serde_json::value::RawValue;

use super::payload;
use crate::protocol::code::Code;
use crate::protocol::dialect::Dialect;
use crate::protocol::json;
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
    let emit = Emit {
        code,
        omitted: false,
        reloaded: false,
        gap: Gap::Fixed(0),
        repeat: Repeat { low: 1, high: 1 },
        rhythm: 0,
        usual: false,
        since: None,
        marks: None,
        purpose: Purpose::named("single").of(code.as_str()),
        payload,
    };
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
        interludes: [].into(),
        anchors: 0,
    }
}

//! The usual payload of each event.

use crate::protocol::code::Code;
use crate::protocol::contract::{FieldKind, fields};
use crate::protocol::dialect::{Charset, Dialect, SnrNumber};
use crate::protocol::{envelope, json};

/// Appends the payload of an event, or nothing where it has none. `measurement`: the ID, where one was created;
/// `always` is what events have that cannot be without one.
pub(super) fn write(
    out: &mut Vec<u8>,
    code: Code,
    sequence: u32,
    measurement: Option<&str>,
    always: &str,
    dialect: &Dialect,
) {
    let begin = out.len();
    for field in fields(code, dialect) {
        if field.if_created && measurement.is_none() {
            continue;
        }
        out.push(if out.len() == begin { b'{' } else { b',' });
        json::write_string(out, field.name, Charset::Ascii);
        out.push(b':');
        match field.kind {
            FieldKind::MeasurementId => text(out, measurement.unwrap_or(always)),
            FieldKind::Snr => match dialect.snr_number {
                SnrNumber::Integer => json::write_integer(out, 4),
                SnrNumber::Decimal => json::write_hundredths(out, 437),
            },
            FieldKind::ResultNumber => json::write_integer(out, dialect.results_first),
            FieldKind::Constraint => text(out, "FaceFar"),
            FieldKind::ApiError => text(out, "WORKER_ERROR"),
            FieldKind::State => {
                text(out, if sequence.is_multiple_of(2) { envelope::HIDDEN } else { envelope::VISIBLE });
            }
            FieldKind::Details => text(out, code.details().unwrap_or_default()),
        }
    }
    if out.len() > begin {
        out.push(b'}');
    }
}

fn text(out: &mut Vec<u8>, text: &str) {
    json::write_string(out, text, Charset::Ascii);
}

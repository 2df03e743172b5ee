//! The keys of each event's payload, by the names that they have on the wire.

use crate::protocol::code::{Code, PayloadKind};
use crate::protocol::dialect::Dialect;

/// One key of a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// Its name.
    pub name: &'a str,
    /// It is there only once a measurement was created.
    pub if_created: bool,
    /// What it holds.
    pub kind: FieldKind,
}

/// What a key of a payload holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// The ID of the measurement.
    MeasurementId,
    /// The signal-to-noise ratio.
    Snr,
    /// The number of the result.
    ResultNumber,
    /// The constraint that was violated.
    Constraint,
    /// The API's error code.
    ApiError,
    /// Whether the page is visible.
    State,
    /// The one text that the event has, see [`Code::details`].
    Details,
}

/// The keys that the page gives an event's payload, in its order. Empty where it has none.
pub fn fields(code: Code, dialect: &Dialect) -> Vec<Field<'_>> {
    let always = |name, kind| Field { name, if_created: false, kind };
    let measurement = always("measurementId", FieldKind::MeasurementId);
    let if_created = Field { if_created: true, ..measurement };
    match code.payload() {
        PayloadKind::None => Vec::new(),
        PayloadKind::Measurement => vec![measurement],
        PayloadKind::MeasurementIfCreated => vec![if_created],
        PayloadKind::Results => {
            vec![measurement, always("snr", FieldKind::Snr), always("sequence", FieldKind::ResultNumber)]
        }
        PayloadKind::Constraint => {
            vec![if_created, always(&dialect.constraint_key, FieldKind::Constraint)]
        }
        PayloadKind::ApiError => vec![if_created, always(&dialect.api_error_key, FieldKind::ApiError)],
        PayloadKind::Visibility => vec![if_created, always("state", FieldKind::State)],
        PayloadKind::Details => vec![always("details", FieldKind::Details)],
    }
}

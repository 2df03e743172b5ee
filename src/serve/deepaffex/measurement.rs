//! A measurement with its results, as the API tells it.

use serde_json::{Map, Value, json};

use crate::clock::Timestamp;
use crate::seed::SessionSeed;
use crate::serve::results::{self, Point};

/// Values are whole numbers; their quotient is the value.
const MULTIPLIER: f64 = 1000.0;

/// What the server knows of a measurement: one that `MEASUREMENT_CREATED` of a session has named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measurement {
    /// The seed of its session.
    pub seed: SessionSeed,
    /// When it was created.
    pub created: Timestamp,
    /// When something last happened to it.
    pub updated: Timestamp,
    /// Whether `RESULTS_RECEIVED` has named it.
    pub complete: bool,
}

impl Measurement {
    /// The answer's body; the results are those that the callback carries.
    pub(super) fn body(&self, id: &str) -> Value {
        let points = if self.complete { results::points(self.seed, id).to_vec() } else { Vec::new() };
        let by_signal = |value: fn(&Point) -> Value| -> Map<String, Value> {
            points.iter().map(|point| (point.name.to_owned(), value(point))).collect()
        };
        json!({
            "simulated": true,
            "ID": id,
            "StatusID": if self.complete { "COMPLETE" } else { "INCOMPLETE" },
            "Created": self.created,
            "Updated": self.updated,
            "Results": by_signal(data),
            "SignalNames": by_signal(|point| point.title.into()),
            "SignalUnits": by_signal(|point| point.unit.into()),
            "SignalDescriptions": by_signal(|point| point.title.into()),
            "SignalConfig": by_signal(|_| json!({ "category": "simulated" })),
        })
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "no vital sign times 1000 comes near the limits of an integer"
)]
fn data(point: &Point) -> Value {
    let whole = (point.value * MULTIPLIER).round() as i64;
    json!([{ "Data": [whole], "Multiplier": MULTIPLIER as i64 }])
}

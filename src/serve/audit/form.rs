//! The form of the envelope: the order of its keys, and its timestamp.

use serde_json::Value;

use crate::outcome::audit::{Difference, Place, Weight};
use crate::protocol::evidence::Evidence;
use crate::serve::traffic::Heeded;

/// The keys in the documented order.
const ORDER: [&str; 6] = ["timestamp", "sessionId", "sequence", "event", "severity", "payload"];
/// A timestamp beyond this is in milliseconds: in seconds it would lie in the year 5138.
const MILLISECONDS: i64 = 100_000_000_000;
/// The longest excerpt of a value, in characters.
const EXCERPT: usize = 40;

pub(super) fn judge(event: &Heeded, each: &mut dyn FnMut(Difference)) {
    let known = event.envelope.keys().filter_map(|key| ORDER.iter().position(|known| *known == key));
    if !known.clone().is_sorted() {
        let order: Vec<&str> = known.map(|at| ORDER[at]).collect();
        each(Difference {
            kind: "key-order",
            weight: Weight::Warning,
            place: event.place.clone(),
            found: format!("the envelope's keys stand in the order {}", order.join(", ")),
            says: ORDER.join(", "),
            evidence: Evidence::Documented,
        });
    }
    let timestamp = event.envelope.get("timestamp").and_then(Value::as_i64).unwrap_or_default();
    if timestamp.saturating_abs() > MILLISECONDS {
        each(Difference {
            kind: "timestamp-not-seconds",
            found: format!("the timestamp is {timestamp}"),
            ..timestamp_difference(&event.place)
        });
    }
}

/// Why a body that is JSON is no event, where its timestamp alone is to blame.
pub(super) fn unreadable(body: &[u8], place: &Place) -> Option<Difference> {
    let mut envelope: Value = serde_json::from_slice(body).ok()?;
    let timestamp = envelope.get("timestamp")?;
    if timestamp.is_i64() {
        return None;
    }
    let text: String = timestamp.to_string().chars().take(EXCERPT).collect();
    // With another timestamp it would be read.
    envelope["timestamp"] = Value::from(0);
    serde_json::from_value::<crate::protocol::envelope::Envelope>(envelope).ok()?;
    Some(Difference {
        kind: "timestamp-not-integer",
        found: format!("the timestamp is {text}"),
        ..timestamp_difference(place)
    })
}

fn timestamp_difference(place: &Place) -> Difference {
    Difference {
        kind: "",
        weight: Weight::Error,
        place: place.clone(),
        found: String::new(),
        says: "an integer, in Unix seconds".to_owned(),
        evidence: Evidence::Documented,
    }
}

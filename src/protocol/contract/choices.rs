//! The choices of the dialect that a document stands on.

use serde_json::{Map, Value, json};

use crate::protocol::dialect::{Dialect, KEYS, Key};
use crate::protocol::evidence::Evidence;

/// The keys that shape bodies.
const BODIES: &[&str] = &[
    "events",
    "body.charset",
    "payload.empty",
    "snr.number",
    "snr.scale",
    "results.first",
    "reload.sequence",
    "constraint.key",
    "constraint.values",
    "api-error.key",
    "api-error.values",
    "session-id.style",
];

/// The keys that shape requests, beside bodies.
const REQUESTS: &[&str] = &[
    "mac.input",
    "mac.replay-protection",
    "http.content-type",
    "delivery.accept",
    "delivery.timeout",
    "delivery.order",
    "delivery.retries",
    "delivery.backoff",
    "delivery.when-down",
    "delivery.redirects",
    "delivery.source-address",
    "relay.latency",
    "relay.order",
];

/// A key of the dialect by its name.
pub(super) fn key(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

/// What a key's default stands on.
pub(super) fn evidence(name: &str) -> Evidence {
    key(name).map_or(Evidence::Unknown, |key| key.evidence)
}

/// What was chosen about bodies.
pub(super) fn of_bodies(dialect: &Dialect) -> Value {
    table(BODIES, dialect)
}

/// What was chosen about bodies and requests.
pub(super) fn of_requests(dialect: &Dialect) -> Value {
    table(&[BODIES, REQUESTS].concat(), dialect)
}

fn table(names: &[&str], dialect: &Dialect) -> Value {
    let row = |key: &Key| {
        let value = json!({ "value": key.show(dialect), "evidence": key.evidence, "meaning": key.meaning });
        (key.name.to_owned(), value)
    };
    Value::Object(names.iter().filter_map(|name| key(name)).map(row).collect::<Map<_, _>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_named_here_is_one() {
        for name in [BODIES, REQUESTS].concat() {
            assert!(key(name).is_some(), "{name}");
        }
    }
}

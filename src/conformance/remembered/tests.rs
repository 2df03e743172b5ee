use proptest::prelude::{Just, Strategy, any, prop_assert_eq, prop_oneof, proptest};
use serde_json::json;

use super::*;

const ONE: &str = "6f1f6f0c-93a5-4f4c-8b5e-0c8f0a4f7a11";
const OTHER: &str = "a0b5d6e7-1234-4abc-9def-00112233aabb";
const NOW: i64 = 1_767_323_045;

fn names(session: &str, measurements: &[&str]) -> Names {
    Names {
        session: session.to_owned(),
        measurements: measurements.iter().map(|&id| id.to_owned()).collect(),
        now: Epoch::from_unix_nanos(i128::from(NOW) * 1_000_000_000),
    }
}

fn plain(value: &Value) -> Value {
    names(ONE, &["m-1", "m-2"]).replaced(value)
}

#[test]
fn what_differs_by_nature_is_replaced() {
    for (shown, replaced) in [
        (json!(ONE), json!("{sessionId}")),
        (json!(format!("/sessions/{ONE}/events")), json!("/sessions/{sessionId}/events")),
        (json!("m-2"), json!("{measurement 2}")),
        (json!(format!("{ONE}:m-1")), json!("{sessionId}:{measurement 1}")),
        (json!({ ONE: 1 }), json!({ "{sessionId}": 1 })),
        (json!(OTHER), json!("{id}")),
        (json!(format!("row {OTHER}")), json!("row {id}")),
        (json!(OTHER.to_ascii_uppercase()), json!("{id}")),
        (json!(OTHER.replace('-', "")), json!("{id}")),
        (json!("507f1f77bcf86cd799439011"), json!("{id}")),
        (json!("01ARZ3NDEKTSV4RRFFQ69G5FAV"), json!("{id}")),
        (json!("evt_1MqqbKLt7dXK03v5qaIbiNCC"), json!("{id}")),
        (json!(NOW), json!("{time}")),
        (json!(NOW * 1000 + 7), json!("{time}")),
        (json!(1_767_323_045.25), json!("{time}")),
        (json!(NOW * 1_000_000_000), json!("{time}")),
        (json!((NOW * 1000).to_string()), json!("{time}")),
        (json!("2026-01-02T03:04:05Z"), json!("{time}")),
        (json!("2026-01-02T03:04:05.123+02:00"), json!("{time}")),
        (json!("2026-01-02 13:04:05.123456"), json!("{time}")),
        (json!("2026-01-02 03:04:05 UTC"), json!("{time}")),
        (
            json!({ "id": 7, "event_id": 8, "rowId": "9" }),
            json!({ "id": "{id}", "event_id": "{id}", "rowId": "{id}" }),
        ),
        (json!({ "ids": [7, 8] }), json!({ "ids": ["{id}", "{id}"] })),
        (
            json!({ OTHER: { "n": 2 }, "b0b5d6e7-1234-4abc-9def-00112233aabb": { "n": 1 } }),
            json!({ "{id}": { "n": 1 }, "{id} #2": { "n": 2 } }),
        ),
    ] {
        assert_eq!(plain(&shown), replaced, "{shown}");
    }
}

#[test]
fn what_a_system_says_is_left() {
    for shown in [
        json!("completed"),
        json!("WEBSOCKET_RECONNECTION_FAILED"),
        json!("REDIRECTING_TO_CALLBACK"),
        json!("antidisestablishmentarianism"),
        json!("2000-01-02T03:04:05Z"),
        json!("2026-03-02T03:04:05Z"),
        json!("2026-01-02"),
        json!("2026-01-02T03:04:05Z and then"),
        json!(0),
        json!(15),
        json!(-1),
        json!(4.37),
        json!(1_000_000_000),
        json!(20_260_102),
        json!(NOW + NEAR + 1),
        json!("m-3"),
        json!("12"),
        json!("deadbeef"),
        json!("1234567890123456"),
        json!(null),
        json!(true),
        json!({ "sequence": 7, "paid": 1, "valid": 2, "grid": 3, "counts": { "SCAN_COMPLETED": 1 } }),
        json!({ "idle": 5, "id": null, "userId": "anna" }),
    ] {
        assert_eq!(plain(&shown), shown);
    }
}

#[test]
fn differences_are_told_with_their_places() {
    let table = [
        (
            json!({"counts": {"SCAN_COMPLETED": 1}}),
            json!({"counts": {"SCAN_COMPLETED": 2}}),
            "$.counts.SCAN_COMPLETED: 2 instead of 1",
        ),
        (
            json!({"outcome": "completed"}),
            json!({"outcome": null}),
            r#"$.outcome: null instead of "completed""#,
        ),
        (json!({"outcome": "completed"}), json!({}), r#"$.outcome: nothing instead of "completed""#),
        (json!({}), json!({"error": true}), "$.error: true instead of nothing"),
        (json!([1, 2]), json!([1, 2, 2]), "$: 3 entries instead of 2"),
        (
            json!({"events": [{"n": 1}, {"n": 2}]}),
            json!({"events": [{"n": 2}, {"n": 1}]}),
            "$.events[0].n: 2 instead of 1; $.events[1].n: 1 instead of 2",
        ),
        (json!({"a b": {"1": 2}}), json!({"a b": {"1": 3}}), r#"$["a b"]["1"]: 3 instead of 2"#),
        (json!({"a": 1}), json!([]), r#"$: [] instead of {"a":1}"#),
        (
            json!([1, 1, 1, 1, 1]),
            json!([2, 2, 2, 2, 2]),
            "$[0]: 2 instead of 1; $[1]: 2 instead of 1; $[2]: 2 instead of 1; and 2 more",
        ),
    ];
    for (undisturbed, shown, words) in table {
        assert_eq!(told(&differences(&undisturbed, &shown)).to_string(), words);
    }
    assert_eq!(differences(&json!({"a": null, "b": 1}), &json!({"b": 1, "c": null})), []);
    assert_eq!(differences(&json!({"a": 1, "b": 2}), &json!({"b": 2, "a": 1})), []);
    let long = told(&differences(&json!("x".repeat(500)), &json!("y".repeat(500)))).to_string();
    assert!(long.len() < 200, "{long}");
}

/// What a system may show: words and counts, IDs of the session and times in the given place.
fn shown() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        (0..1000_u32).prop_map(Value::from),
        "[a-zA-Z ]{0,12}".prop_map(Value::from),
        Just(json!("SESSION")),
        Just(json!("of SESSION/MEASUREMENT")),
        Just(json!("TIME")),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("[a-z]{1,5}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn filled(shown: &Value, session: &str, measurement: &str, time: i64) -> Value {
    let text = shown.to_string().replace("\"TIME\"", &time.to_string());
    let text = text.replace("SESSION", session).replace("MEASUREMENT", measurement);
    serde_json::from_str(&text).unwrap()
}

/// Another value in one place.
fn changed(value: &mut Value, place: &mut usize) -> bool {
    match value {
        Value::Array(list) => list.iter_mut().any(|value| changed(value, place)),
        Value::Object(object) => object.iter_mut().any(|(_, value)| changed(value, place)),
        _ if *place > 0 => {
            *place -= 1;
            false
        }
        leaf => {
            *leaf = json!("another");
            true
        }
    }
}

proptest! {
    #[test]
    fn two_sessions_that_went_the_same_way_look_the_same(shown in shown(), later in 0..3600_i64) {
        let one = names(ONE, &["m-one"]).replaced(&filled(&shown, ONE, "m-one", NOW));
        let other = names(OTHER, &["m-two"]).replaced(&filled(&shown, OTHER, "m-two", NOW + later));
        prop_assert_eq!(differences(&one, &other), []);
    }

    #[test]
    fn what_is_changed_is_seen(shown in shown(), place in 0..12_usize) {
        let one = names(ONE, &["m-one"]).replaced(&filled(&shown, ONE, "m-one", NOW));
        let mut other = filled(&shown, OTHER, "m-two", NOW);
        if changed(&mut other, &mut place.clone()) {
            let found = differences(&one, &names(OTHER, &["m-two"]).replaced(&other));
            prop_assert_eq!(found.len(), 1, "{:?}", found);
            let shown = found[0].place.values().map(|(shown, _)| shown);
            prop_assert_eq!(shown, Some(&Shown::Value(json!("another"))), "{:?}", found);
        }
    }

    #[test]
    fn no_text_does_harm(text in any::<String>(), session in any::<String>()) {
        let value = json!({ text.clone(): text });
        let _ = names(&session, &[&session, ""]).replaced(&value);
    }
}

#[test]
fn what_measures_time_is_told_from_what_counts_events() {
    let measure = |one: Value, other: Value| {
        let found = differences(&one, &other);
        assert_eq!(found.len(), 1, "{one} {other}");
        found[0].measure
    };
    for (one, other) in [
        (json!({ "age_seconds": 3 }), json!({ "age_seconds": 4 })),
        (json!({ "lastEvent": { "ageSeconds": 3 } }), json!({ "lastEvent": { "ageSeconds": 4 } })),
        (json!({ "updatedAgo": "3 s" }), json!({ "updatedAgo": "4 s" })),
        (json!({ "seen": "3 seconds ago" }), json!({ "seen": "a minute ago" })),
        (json!({ "took": "12ms" }), json!({ "took": "7ms" })),
        (json!({ "durationMs": "12" }), json!({ "durationMs": "7" })),
        (json!({ "uptime": 12 }), json!({ "uptime": 13 })),
        (json!({ "work": 0.25 }), json!({ "work": 1.5 })),
        (json!({ "total": 1000 }), json!({ "total": 2000 })),
    ] {
        assert!(measure(one.clone(), other.clone()), "{one} {other}");
    }
    for (one, other) in [
        (json!({ "events": 15 }), json!({ "events": 16 })),
        (json!({ "lastSequence": 14 }), json!({ "lastSequence": 15 })),
        (json!({ "outcome": "completed" }), json!({ "outcome": "abandoned" })),
        (json!({ "age_seconds": 3 }), json!({})),
        (json!({ "durations": [1, 2] }), json!({ "durations": [1] })),
        (json!({ "counts": { "RESULTS_RECEIVED": 1 } }), json!({ "counts": { "RESULTS_RECEIVED": 2 } })),
        (json!({ "done": true }), json!({ "done": false })),
    ] {
        assert!(!measure(one.clone(), other.clone()), "{one} {other}");
    }
}

#[test]
fn places_are_left_out_wherever_they_are() {
    let one = json!({ "n": 1, "log": [{ "ago": 1, "event": "A" }, { "ago": 2, "event": "B" }], "a b": { "took": 7 } });
    let other = json!({ "n": 1, "log": [{ "ago": 3, "event": "A" }, { "ago": 4, "event": "B" }], "a b": { "took": 8 } });
    let places: BTreeSet<String> = differences(&one, &other).iter().map(Difference::general).collect();
    assert_eq!(places.iter().collect::<Vec<_>>(), ["$.log[*].ago", r#"$["a b"].took"#]);
    let left = json!({ "n": 1, "log": [{ "event": "A" }, { "event": "B" }], "a b": {} });
    assert_eq!((without(&one, &places), without(&other, &places)), (left.clone(), left));
    assert_eq!(without(&one, &BTreeSet::new()), one);
    // Entries that are nothing but a measure still count.
    let (one, other) = (json!({ "log": ["A took 7 ms"] }), json!({ "log": ["A took 8 ms"] }));
    let places: BTreeSet<String> = differences(&one, &other).iter().map(Difference::general).collect();
    let more = json!({ "log": ["A took 8 ms", "A took 8 ms"] });
    assert_eq!(differences(&without(&one, &places), &without(&other, &places)), []);
    assert_eq!(differences(&without(&one, &places), &without(&more, &places)).len(), 1);
}

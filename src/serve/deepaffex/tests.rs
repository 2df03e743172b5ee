//! What an app's backend does with the API, and what it gets for what is not public.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::serve::results;

const NOW: Timestamp = Timestamp(1_700_000_000);

fn ask(
    api: &mut Api,
    method: &str,
    path: &str,
    token: Option<&str>,
    body: &Value,
    now: Timestamp,
) -> Response {
    let authorization = token.map(|token| format!("Bearer {token}"));
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let request = Request { method, path, authorization: authorization.as_deref(), body: body.as_bytes() };
    api.answer(&request, now, |id| {
        (id == "m-1" || id == "m-2").then_some(Measurement {
            seed: Seed(7).session(1),
            created: NOW,
            updated: Timestamp(NOW.0 + 40),
            complete: id == "m-1",
        })
    })
}

fn license() -> Value {
    json!({ "Key": "s3cret-key", "DeviceTypeID": "LINUX", "Name": "app", "Identifier": "app", "Version": "1.0.0" })
}

fn text<'a>(response: &'a Response, key: &str) -> &'a str {
    response.body[key].as_str().unwrap_or_else(|| panic!("{key} {response:?}"))
}

fn register(api: &mut Api, body: &Value) -> Response {
    let response = ask(api, "POST", "/organizations/licenses", None, body, NOW);
    assert_eq!(response.status, 200, "{response:?}");
    response
}

#[test]
fn a_backend_registers_verifies_renews_and_fetches() {
    let mut api = Api::new(Seed(1));
    let pair = register(&mut api, &license());
    let token = text(&pair, "Token");
    assert_eq!(token.split('.').count(), 3);
    let verified = ask(&mut api, "GET", "/auth", Some(token), &Value::Null, NOW);
    assert_eq!((verified.status, &verified.body["DeviceID"]), (200, &pair.body["DeviceID"]));
    assert_eq!(verified.body["exp"], NOW.0 + 600);
    let body = json!({ "Token": token, "RefreshToken": text(&pair, "RefreshToken") });
    let renewed = ask(&mut api, "POST", "/auths/renew", None, &body, NOW);
    assert_eq!(renewed.status, 200);
    // The old pair is spent, and the new one is the same device's.
    for (path, method) in [("/auth", "GET"), ("/measurements/m-1", "GET")] {
        let answer = ask(&mut api, method, path, Some(token), &Value::Null, NOW);
        assert_eq!((answer.status, text(&answer, "errorCode")), (400, "INVALID_TOKEN"));
    }
    assert_eq!(ask(&mut api, "POST", "/auths/renew", None, &body, NOW).status, 400);
    let token = text(&renewed, "Token");
    let verified = ask(&mut api, "GET", "auth/", Some(token), &Value::Null, NOW);
    assert_eq!(verified.body["DeviceID"], pair.body["DeviceID"]);
    assert_eq!(verified.body["SessionGen"], 1);
    let measured = ask(&mut api, "GET", "/measurements/m-1", Some(token), &Value::Null, NOW);
    assert_eq!((measured.status, text(&measured, "ID")), (200, "m-1"));
}

#[test]
fn a_measurement_has_the_results_of_the_callback() {
    let mut api = Api::new(Seed(1));
    let pair = register(&mut api, &license());
    let token = Some(text(&pair, "Token"));
    let found = ask(&mut api, "GET", "/organizations/measurements/m-1", token, &Value::Null, NOW);
    for point in results::points(Seed(7).session(1), "m-1") {
        let result = &found.body["Results"][point.name][0];
        let value = result["Data"][0].as_f64().unwrap() / result["Multiplier"].as_f64().unwrap();
        assert!((value - point.value).abs() < 1e-9, "{} {value}", point.name);
        assert_eq!(found.body["SignalUnits"][point.name], point.unit);
    }
    let open = ask(&mut api, "GET", "/measurements/m-2", token, &Value::Null, NOW);
    assert_eq!((&open.body["Results"], text(&open, "StatusID")), (&json!({}), "INCOMPLETE"));
    let none = ask(&mut api, "GET", "/measurements/m-3", token, &Value::Null, NOW);
    assert_eq!(none.status, 404);
}

#[test]
fn tokens_expire_and_can_still_be_renewed() {
    let mut api = Api::new(Seed(1));
    let mut body = license();
    body["TokenExpiresIn"] = json!(60);
    let pair = register(&mut api, &body);
    let token = text(&pair, "Token");
    let at = |seconds| Timestamp(NOW.0 + seconds);
    assert_eq!(ask(&mut api, "GET", "/auth", Some(token), &Value::Null, at(59)).status, 200);
    let late = ask(&mut api, "GET", "/auth", Some(token), &Value::Null, at(60));
    assert_eq!((late.status, text(&late, "errorCode")), (400, "TOKEN_EXPIRED"));
    let body = json!({ "Token": token, "RefreshToken": text(&pair, "RefreshToken") });
    let renewed = ask(&mut api, "POST", "/auths/renew", None, &body, at(100));
    let token = text(&renewed, "Token");
    assert_eq!(ask(&mut api, "GET", "/auth", Some(token), &Value::Null, at(159)).status, 200);
    assert_eq!(ask(&mut api, "GET", "/auth", Some(token), &Value::Null, at(160)).status, 400);
}

#[test]
fn tokens_say_that_they_are_simulated() {
    use base64::Engine as _;
    let mut api = Api::new(Seed(1));
    let pair = register(&mut api, &license());
    for part in text(&pair, "Token").split('.') {
        let plain = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).unwrap();
        assert!(String::from_utf8(plain).unwrap().contains("simulated"));
    }
    assert!(text(&pair, "RefreshToken").starts_with("simulated"));
    assert!(!pair.body.to_string().contains("s3cret-key"));
    assert_ne!(text(&register(&mut api, &license()), "Token"), text(&pair, "Token"));
}

#[test]
fn wrong_requests_are_refused_without_repeating_keys() {
    let mut api = Api::new(Seed(1));
    let mut empty = license();
    empty["Name"] = json!("");
    let mut short = license();
    short["TokenExpiresIn"] = json!(0);
    let mut number = license();
    number["Key"] = json!(["s3cret-key"]);
    for body in [Value::Null, json!([]), json!({ "Key": "s3cret-key" }), empty, short, number] {
        let answer = ask(&mut api, "POST", "/organizations/licenses", None, &body, NOW);
        assert_eq!((answer.status, text(&answer, "errorCode")), (400, "VALIDATION_ERROR"));
        assert!(!answer.body.to_string().contains("s3cret"), "{answer:?}");
    }
    for token in [None, Some(""), Some("a.b.c"), Some("e30.e30.e30"), Some("eyJhbGciOiJIUzI1NiJ9.e30.x.y")] {
        assert_eq!(ask(&mut api, "GET", "/auth", token, &Value::Null, NOW).status, 400, "{token:?}");
    }
    let body = vec![b' '; MOST_BYTES + 1];
    let large = Request { method: "POST", path: "/auths/renew", authorization: None, body: &body };
    assert_eq!(api.answer(&large, NOW, |_| None).status, 400);
}

#[test]
fn what_is_not_public_is_an_honest_501() {
    let mut api = Api::new(Seed(1));
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/users"),
        ("POST", "/users/auth"),
        ("POST", "/organizations/auth"),
        ("DELETE", "/organizations/licenses"),
        ("POST", "/measurements"),
        ("GET", "/measurements/m-1/data"),
        ("PUT", "/auth"),
    ] {
        let answer = ask(&mut api, method, path, None, &Value::Null, NOW);
        assert_eq!((answer.status, text(&answer, "error")), (501, "not-simulated"), "{method} {path}");
        for endpoint in ENDPOINTS {
            assert!(text(&answer, "message").contains(endpoint.path));
        }
    }
    assert!(is_path("/users/auth") && is_path("auth") && !is_path("/api/sessions") && !is_path("/"));
}

#[test]
fn every_field_has_its_evidence() {
    let mut api = Api::new(Seed(1));
    let pair = register(&mut api, &license());
    let token = Some(text(&pair, "Token"));
    let answers = [
        ("tokens", pair.clone()),
        ("GET /auth", ask(&mut api, "GET", "/auth", token, &Value::Null, NOW)),
        ("GET /measurements/{id}", ask(&mut api, "GET", "/measurements/m-1", token, &Value::Null, NOW)),
    ];
    for (of, answer) in answers {
        let names: BTreeSet<&str> = answer.body.as_object().unwrap().keys().map(String::as_str).collect();
        let mut rows: BTreeSet<&str> = FIELDS.iter().filter(|row| row.of == of).map(|row| row.name).collect();
        rows.insert("simulated");
        assert_eq!(names, rows, "{of}");
    }
}

#[test]
fn what_is_remembered_has_a_bound() {
    let mut api = Api::new(Seed(1));
    for pair in 0..(MOST_SPENT as u64 + 50) {
        api.spend(pair);
    }
    assert_eq!((api.spent.len(), api.order.len()), (MOST_SPENT, MOST_SPENT));
}

proptest! {
    #[test]
    fn nothing_panics(method in "[A-Z]{0,7}", path in any::<String>(), token in any::<String>(), body in any::<Vec<u8>>()) {
        let mut api = Api::new(Seed(1));
        for path in [path.as_str(), "/auth", "/auths/renew", "/organizations/licenses"] {
            for method in [method.as_str(), "GET", "POST"] {
                let request = Request { method, path, authorization: Some(&token), body: &body };
                prop_assert!(api.answer(&request, NOW, |_| None).status >= 400);
            }
        }
    }
}

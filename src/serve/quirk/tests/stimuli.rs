//! Requests that show bugs, and what each quirk answers to them.

use super::{Receiver, Sent, signer};
use crate::protocol::diagnosis::reprint;

pub(super) fn signed(body: &str) -> Sent {
    signed_over(body.as_bytes(), body.as_bytes())
}

pub(super) fn signed_over(body: &[u8], signed: &[u8]) -> Sent {
    let mac = signer("s").sign(signed).as_str().to_owned();
    Sent { macs: vec![mac], content_type: "application/json", body: body.to_vec() }
}

pub(super) fn event(session: &str, sequence: u64, code: &str) -> String {
    format!(
        r#"{{"timestamp":{},"sessionId":"{session}","sequence":{sequence},"event":"{code}","severity":"INFO"}}"#,
        1_700_000_000 + sequence
    )
}

pub(super) fn with_macs(sent: &Sent, macs: &[&str]) -> Sent {
    Sent { macs: macs.iter().map(|mac| (*mac).to_owned()).collect(), ..sent.clone() }
}

/// Requests that show bugs: each with a name, and what the inbox itself says to the last of them.
pub(super) fn stimuli() -> Vec<(&'static str, Vec<Sent>)> {
    let good = signed(&event("a", 0, "WMS_LOADED"));
    let right = good.macs[0].clone();
    let digits = right.strip_prefix("hmac-sha256=").unwrap();
    let wrong = format!("hmac-sha256={}", "0".repeat(64));
    let macs = |macs: &[&str]| vec![with_macs(&good, macs)];
    let odd = event("a", 0, "WMS_LOADED").replace('}', r#", "payload" : {"x":1.0,"y":"\u00e9"} }"#);
    let javascript = reprint::as_javascript(odd.as_bytes()).unwrap();
    let python = reprint::as_python(odd.as_bytes()).unwrap();
    let wide = event("\u{e9}", 0, "WMS_LOADED");
    let doubled: String = wide.bytes().map(char::from).collect();
    let seq = |sequence, code| signed(&event("a", sequence, code));
    let payload = |payload: &str| {
        let body = event("a", 0, "WMS_LOADED");
        signed(&format!("{},\"payload\":{payload}}}", body.strip_suffix('}').unwrap()))
    };
    vec![
        ("good", vec![good.clone()]),
        ("mac wrong", macs(&[&wrong])),
        ("mac missing", macs(&[])),
        ("mac empty", macs(&[""])),
        ("mac truncated", macs(&[&right[..40]])),
        ("mac bare prefix", macs(&["hmac-sha256="])),
        ("mac longer", macs(&[&format!("{right}zz")])),
        ("mac other prefix", macs(&[&format!("sha256={digits}")])),
        ("mac no prefix", macs(&[digits])),
        ("mac right first", macs(&[&right, &wrong])),
        ("mac right last", macs(&[&wrong, &right])),
        ("mac over javascript", vec![signed_over(odd.as_bytes(), &javascript)]),
        ("mac over python", vec![signed_over(odd.as_bytes(), &python)]),
        ("odd spelling", vec![signed(&odd)]),
        ("mac over latin1", vec![signed_over(wide.as_bytes(), doubled.as_bytes())]),
        ("wide", vec![signed(&wide)]),
        (
            "mac over trimmed",
            vec![signed_over(format!("{}\n", event("a", 0, "WMS_LOADED")).as_bytes(), &good.body)],
        ),
        ("newline", vec![signed(&format!("{}\n", event("a", 0, "WMS_LOADED")))]),
        ("mac over nothing", vec![signed_over(&good.body, b"")]),
        ("charset", vec![Sent { content_type: "application/json; charset=utf-8", ..good.clone() }]),
        ("large", vec![payload(&format!("{{\"x\":\"{}\"}}", "x".repeat(150 << 10)))]),
        ("not JSON", vec![signed("{\"timestamp\":")]),
        ("not JSON, forged", vec![with_macs(&signed("nonsense"), &[&wrong])]),
        ("after not JSON", vec![signed("nonsense"), good.clone()]),
        ("wrong type", vec![signed(&event("a", 0, "WMS_LOADED").replace(":0,", ":\"0\","))]),
        ("a list", vec![signed("[]")]),
        ("with payload", vec![payload("{}")]),
        ("null payload", vec![payload("null")]),
        ("unknown event", vec![signed(&event("a", 0, "WMS_NEW").replace('}', ",\"payload\":{}}"))]),
        (
            "unknown key",
            vec![signed(&event("a", 0, "WMS_LOADED").replace('}', ",\"extra\":1,\"payload\":{}}"))],
        ),
        ("unknown payload key", vec![payload("{\"extra\":1}")]),
        ("twice", vec![good.clone(), good.clone()]),
        ("in order", vec![good.clone(), seq(1, "CONFIGURATION_LOADED")]),
        ("swapped", vec![good.clone(), seq(2, "CAMERA_STARTED"), seq(1, "CONFIGURATION_LOADED")]),
        ("gap", vec![good.clone(), seq(2, "CAMERA_STARTED")]),
        ("gap first", vec![seq(1, "CONFIGURATION_LOADED")]),
        ("late", vec![good.clone(), seq(2, "PAGE_UNLOADED"), seq(1, "CONFIGURATION_LOADED")]),
        ("two sessions", vec![good.clone(), signed(&event("b", 0, "WMS_LOADED"))]),
        (
            "one after the other",
            vec![good.clone(), seq(1, "PAGE_UNLOADED"), signed(&event("b", 0, "WMS_LOADED"))],
        ),
        ("third", vec![good.clone(), seq(1, "CONFIGURATION_LOADED"), seq(2, "PAGE_UNLOADED")]),
    ]
}

/// Which stimuli a quirk shows in, and with which status. Of everything else it answers what the inbox does.
pub(super) fn shows(quirk: &str) -> Vec<(&'static str, Option<u16>)> {
    let with = |status: Option<u16>, names: &[&'static str]| -> Vec<_> {
        names.iter().map(|name| (*name, status)).collect()
    };
    let all = |status: Option<u16>, wanted: &dyn Fn(&str, &[Sent]) -> bool| -> Vec<_> {
        stimuli().iter().filter(|(name, sent)| wanted(name, sent)).map(|(name, _)| (*name, status)).collect()
    };
    let right = |name: &str| !name.starts_with("mac ") && name != "not JSON, forged";
    let taken = |names| with(Some(204), names);
    match quirk {
        "accepts-any-mac" => [
            all(Some(204), &|name, _| name.starts_with("mac ") && name != "mac missing"),
            with(Some(400), &["not JSON, forged"]),
        ]
        .concat(),
        "accepts-missing-mac" => taken(&["mac missing"]),
        "accepts-empty-mac" => taken(&["mac empty"]),
        "accepts-truncated-mac" => taken(&["mac truncated", "mac bare prefix"]),
        "accepts-longer-mac" => taken(&["mac longer"]),
        "ignores-mac-prefix" => taken(&["mac other prefix", "mac no prefix"]),
        "takes-first-mac" => taken(&["mac right first"]),
        "takes-last-mac" => taken(&["mac right last"]),
        "reserialises" => [
            taken(&["mac over javascript", "mac over trimmed"]),
            with(Some(401), &["odd spelling", "newline", "not JSON"]),
        ]
        .concat(),
        // Without a blank in it, nothing is as Python writes it, but an empty list.
        "reserialises-python" => {
            [taken(&["mac over python"]), all(Some(401), &|name, _| right(name) && name != "a list")].concat()
        }
        "latin1-body" => [taken(&["mac over latin1"]), with(Some(401), &["wide"])].concat(),
        "trims-body" => [taken(&["mac over trimmed"]), with(Some(401), &["newline"])].concat(),
        "verifies-empty-body" => {
            [taken(&["mac over nothing"]), all(Some(401), &|name, _| right(name))].concat()
        }
        "refuses-charset" => with(Some(415), &["charset"]),
        "body-limit" => with(Some(413), &["large"]),
        "crashes-on-bad-json" => with(Some(500), &["not JSON", "not JSON, forged"]),
        "dies-after-bad-json" => {
            [with(Some(500), &["not JSON", "not JSON, forged"]), with(Some(503), &["after not JSON"])]
                .concat()
        }
        "crashes-on-wrong-types" => with(Some(500), &["wrong type", "a list"]),
        "crashes-without-payload" => {
            let never = ["odd spelling", "large", "not JSON", "wrong type", "a list", "with payload"];
            let never = |name: &str| never.contains(&name) || name.starts_with("unknown ");
            all(Some(500), &|name, _| right(name) && !never(name))
        }
        "refuses-unknown-events" => with(Some(400), &["unknown event"]),
        "refuses-unknown-fields" => {
            with(Some(400), &["unknown key", "unknown payload key", "odd spelling", "large"])
        }
        "refuses-duplicates" => with(Some(409), &["twice"]),
        "refuses-swapped" => with(Some(409), &["swapped", "late"]),
        "refuses-gaps" => with(Some(409), &["gap", "gap first"]),
        "refuses-late" => with(Some(409), &["late"]),
        "one-session-at-a-time" => with(Some(409), &["two sessions"]),
        "fails-every-third" => all(Some(500), &|_, sent| sent.len() == 3),
        "redirects" => all(Some(302), &|_, _| true),
        "never-answers" | "closes-connection" => all(None, &|_, _| true),
        "refuses-with-200" => all(Some(200), &|_, sent| {
            let mut honest = Receiver::new(&[]);
            sent.iter().map(|sent| honest.take(sent).0.status).last() >= Some(400)
        }),
        "answers-late"
        | "one-request-at-a-time"
        | "loses-every-third"
        | "not-idempotent"
        | "last-event-wins" => Vec::new(),
        other => panic!("{other} has no row: say what it does to the stimuli"),
    }
}

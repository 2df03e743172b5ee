//! Each line is read as a journal's. What is taken for one is JSON and says what it says.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use wms_sim::outcome::journal::read::{Entry, entry};

fuzz_target!(|bytes: &[u8]| {
    for line in bytes.split(|byte| *byte == b'\n') {
        let entry = match entry(line) {
            Ok(entry) => entry,
            Err(error) => {
                assert!(!error.to_string().is_empty());
                continue;
            }
        };
        // Numbers like 1e999 and strings like "\ud800" pass where nobody looks at them.
        let Ok(value) = serde_json::from_slice::<Value>(line) else { continue };
        let kind = match &entry {
            Entry::Run(_) => "run",
            Entry::Capture(_) => "capture",
            Entry::Received(request) => {
                if value["body_base64"].is_null() {
                    assert_eq!(value["body"].as_str().map(str::as_bytes), Some(&request.body[..]));
                }
                "received"
            }
            Entry::Session(session) => {
                assert!(value["session"] == session.number && value["session_id"] == *session.id);
                "session"
            }
            Entry::Delivery(recorded) => {
                assert!(value["session"] == recorded.session && value["session_id"] == *recorded.session_id);
                assert!(value["sequence"] == recorded.sequence && value["event"] == *recorded.event);
                if value["body_base64"].is_null() {
                    assert_eq!(value["body"].as_str().map(str::as_bytes), Some(&recorded.body[..]));
                }
                "delivery"
            }
            Entry::End => "end",
            Entry::Other => continue,
        };
        // A journal's line is an object; a list in the order of its keys passes as well.
        assert!(value["type"] == kind || value.is_array());
    }
});

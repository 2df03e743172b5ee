//! Each line is a body, sent with its right MAC to an inbox with little room. Nothing is refused for its MAC, only what
//! is no event is refused, and the numbers add up.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wms_sim::clock::Moment;
use wms_sim::protocol::dialect::{Dialect, MacInput};
use wms_sim::protocol::envelope::Envelope;
use wms_sim::protocol::mac::{Secret, Signer};
use wms_sim::serve::inbox::{Inbox, InboxOptions, Received};

const SECOND: u64 = 1_000_000_000;

fuzz_target!(|bytes: &[u8]| {
    let signer = Signer::new(&Secret::new("s3cret"), MacInput::Bytes);
    let mut inbox = Inbox::new(InboxOptions {
        max_sessions: 3,
        max_events_per_session: 4,
        max_session_id_bytes: 16,
        max_body_bytes: 2048,
        ..InboxOptions::new(vec![signer.clone()], Dialect::current())
    });
    let (mut now, mut received, mut accepted) = (Moment::ZERO, 0, 0);
    for body in bytes.split(|byte| *byte == b'\n') {
        now = Moment(now.0 + SECOND);
        let mac = signer.sign(body);
        let headers = [mac.as_str().as_bytes()];
        let request = Received { mac_headers: &headers, content_type: Some(b"application/json"), body };
        let receipt = inbox.receive(now, &request);
        received += 1;
        assert!(receipt.mac.is_ok());
        let is_event = body.len() <= 2048 && Envelope::read(body).is_ok();
        assert_eq!(is_event, receipt.event.is_some());
        match receipt.status {
            204 => assert_eq!(receipt.answer, ""),
            200 | 400 | 413 => assert!(serde_json::from_str::<serde_json::Value>(&receipt.answer).is_ok()),
            status => panic!("the status is {status}"),
        }
        if let Some(event) = receipt.event {
            accepted += 1;
            assert!(matches!(receipt.status, 200 | 204));
            let view = inbox.session(now, &event.session_id).expect("the session was just heard of");
            assert!(view.last == now && view.events > 0);
            assert!(inbox.events(&event.session_id).len() <= 4);
        }
    }
    let summary = inbox.summary();
    assert_eq!((summary.received, summary.accepted, summary.refused_by_mac), (received, accepted, 0));
    assert_eq!(summary.bad_bodies, received - accepted);
    assert!(inbox.recent(now, 10).len() <= 3);
});

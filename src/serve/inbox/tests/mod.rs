//! Tests of the inbox as a whole.

mod findings;
mod memory;
mod order;
mod refusals;
mod streams;

use super::{FindingCode, Inbox, InboxOptions, Receipt, Received};
use crate::clock::{Moment, Timestamp};
use crate::protocol::code::{Code, PayloadKind};
use crate::protocol::dialect::{Dialect, MacInput};
use crate::protocol::envelope::{self, Head};
use crate::protocol::mac::{Secret, Signer};

pub(super) const START: i64 = 1_689_684_577;
pub(super) const MEASUREMENT: &str = "f0c8ca8d-111d-4dcf-a69d-46ed39a2db06";

pub(super) fn signer(secret: &str) -> Signer {
    Signer::new(&Secret::new(secret), MacInput::Bytes)
}

/// An inbox and the sender that it trusts.
pub(super) struct Bench {
    pub(super) inbox: Inbox,
    pub(super) now: Moment,
    signer: Signer,
}

impl Bench {
    pub(super) fn new() -> Self {
        Self::with(Dialect::current(), |_| {})
    }

    pub(super) fn with(dialect: Dialect, change: impl FnOnce(&mut InboxOptions)) -> Self {
        let mut options = InboxOptions::new(vec![signer("s")], dialect);
        change(&mut options);
        Self { inbox: Inbox::new(options), now: Moment::ZERO, signer: signer("s") }
    }

    /// Posts a body, rightly signed.
    pub(super) fn post(&mut self, body: &str) -> Receipt {
        let mac = self.signer.sign(body.as_bytes());
        self.inbox.receive(
            self.now,
            &Received {
                mac_headers: &[mac.as_str().as_bytes()],
                content_type: Some(b"application/json"),
                body: body.as_bytes(),
            },
        )
    }

    /// Posts the body and says what was found.
    pub(super) fn found(&mut self, body: &str) -> Vec<FindingCode> {
        self.post(body).findings.iter().map(super::Finding::code).collect()
    }
}

/// The body of an event with everything that belongs to it.
pub(super) fn body(session_id: &str, sequence: u32, timestamp: i64, code: Code) -> String {
    let id = format!("\"measurementId\":\"{MEASUREMENT}\"");
    let payload = match code.payload() {
        PayloadKind::None | PayloadKind::MeasurementIfCreated => String::new(),
        PayloadKind::Measurement => format!("{{{id}}}"),
        PayloadKind::Results => format!("{{{id},\"snr\":4.2,\"sequence\":1}}"),
        PayloadKind::Constraint => r#"{"constraint":"FaceNone"}"#.to_owned(),
        PayloadKind::ApiError => r#"{"code":"WORKER_ERROR"}"#.to_owned(),
        PayloadKind::Visibility => r#"{"state":"HIDDEN"}"#.to_owned(),
        PayloadKind::Details if code == Code::LowSnr => r#"{"details":"LOW_SNR"}"#.to_owned(),
        PayloadKind::Details => r#"{"details":"CAMERA_START_ERROR"}"#.to_owned(),
    };
    with_payload(session_id, sequence, timestamp, code, &payload)
}

pub(super) fn with_payload(
    session_id: &str,
    sequence: u32,
    timestamp: i64,
    code: Code,
    payload: &str,
) -> String {
    let head = Head { timestamp: Timestamp(timestamp), session_id, sequence, code };
    let mut out = Vec::new();
    envelope::write(&mut out, head, &Dialect::current(), |out| out.extend_from_slice(payload.as_bytes()));
    String::from_utf8(out).unwrap()
}

/// The bodies of a session, a second apart.
pub(super) fn bodies(codes: &[Code]) -> Vec<String> {
    codes
        .iter()
        .zip(0_u32..)
        .map(|(code, sequence)| body("session", sequence, START + i64::from(sequence), *code))
        .collect()
}

/// A healthy session.
pub(super) const HEALTHY: [Code; 12] = [
    Code::WmsLoaded,
    Code::ConfigurationLoaded,
    Code::CameraPermissionGranted,
    Code::CameraStarted,
    Code::MeasurementStarted,
    Code::MeasurementCreated,
    Code::WebsocketReconnected,
    Code::IntermediateResults,
    Code::ScanCompleted,
    Code::ResultsReceived,
    Code::RedirectingToCallback,
    Code::PageUnloaded,
];

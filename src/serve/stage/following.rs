//! From what happens in a session that is played to its lines in the ledger.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::clock::{Moment, wall_clock};
use crate::outcome::delivery::{Delivery, Status};
use crate::outcome::run_event::RunEvent;
use crate::protocol::callback::Callback;
use crate::protocol::code::Code;
use crate::protocol::dialect::Dialect;
use crate::protocol::event_name::EventName;
use crate::protocol::mac;
use crate::seed::SessionSeed;
use crate::serve::callback::CallbackUrl;
use crate::serve::hub::Hub;
use crate::serve::ledger::{Delivered, Mac, MacVerdict, Record, Side, State};
use crate::serve::results;
use crate::transport::options::TransportOptions;

use super::measurements::Measurements;

/// Follows one session.
pub(super) struct Following {
    hub: Arc<Hub>,
    id: Arc<str>,
    dialect: Arc<Dialect>,
    headers: Vec<(String, String)>,
    /// The keys of what is under way, by sequence.
    pending: HashMap<u32, Vec<u64>>,
    /// What the callback URL would say.
    callback: Callback,
    callback_url: Option<CallbackUrl>,
    measurement: Option<String>,
    /// Where measurements are remembered, and the seed that their results come from.
    results: Option<(SessionSeed, Arc<Measurements>)>,
    interrupted: bool,
}

impl Following {
    /// Follows the session of an ID.
    pub fn new(hub: &Arc<Hub>, id: &Arc<str>, dialect: &Arc<Dialect>, transport: &TransportOptions) -> Self {
        Self {
            hub: Arc::clone(hub),
            id: Arc::clone(id),
            dialect: Arc::clone(dialect),
            headers: vec![
                ("Content-Type".to_owned(), transport.content_type.clone()),
                ("User-Agent".to_owned(), transport.user_agent.clone()),
            ],
            pending: HashMap::new(),
            callback: Callback::default(),
            callback_url: None,
            measurement: None,
            results: None,
            interrupted: false,
        }
    }

    /// Says where the browser goes at the end, and remembers the measurements of the session.
    pub fn measuring(
        self,
        seed: SessionSeed,
        url: Option<CallbackUrl>,
        measurements: Arc<Measurements>,
    ) -> Self {
        Self { callback_url: url, results: Some((seed, measurements)), ..self }
    }

    /// How the session ended.
    pub const fn state(&self) -> State {
        if self.interrupted { State::Interrupted } else { State::Ended }
    }

    pub fn follow(&mut self, event: RunEvent) {
        match event {
            RunEvent::Dispatched { at, sequence, code, attempt: 1, body, .. } => {
                self.pending(at, sequence, &code, body);
            }
            RunEvent::Settled(delivery) => self.settled(*delivery),
            RunEvent::Interrupted { .. } => self.interrupted = true,
            _ => {}
        }
    }

    fn pending(&mut self, at: Moment, sequence: u32, code: &EventName, body: Bytes) {
        let record = Record {
            key: 0,
            id: 0,
            sequence: Some(sequence.into()),
            event: code.as_str().into(),
            severity: code.severity(),
            body,
            headers: [].into(),
            mac: Mac { verdict: MacVerdict::Valid, reason: None, hint: None },
            at,
            due: None,
            status: None,
            latency: None,
            answer: Bytes::new(),
            delivered: Some(Delivered::Pending),
            failure: None,
            forwarded: None,
            attempts: 1,
            faults: Vec::new(),
            remarks: Vec::new(),
            remembered: false,
        };
        let key = self.hub.write(|ledger, now| ledger.add(&self.id, Side::Sent, record, now));
        self.pending.entry(sequence).or_default().push(key);
    }

    fn settled(&mut self, delivery: Delivery) {
        let key = self
            .pending
            .get_mut(&delivery.sequence)
            .and_then(|keys| (!keys.is_empty()).then(|| keys.remove(0)));
        let key = key.unwrap_or_else(|| {
            // What was not sent was never under way.
            self.pending(delivery.intended, delivery.sequence, &delivery.code, delivery.body.clone());
            self.pending.get_mut(&delivery.sequence).and_then(Vec::pop).unwrap_or(0)
        });
        let headers = self.headers_of(&delivery);
        let code = delivery.code.code().filter(|_| !delivery.copy);
        let body = delivery.body.clone();
        self.hub.write(|ledger, now| {
            ledger.change(&self.id, Side::Sent, key, now, |record| fill(record, delivery, headers));
        });
        if let Some(code) = code {
            self.note(code, &body);
        }
    }

    fn headers_of(&self, delivery: &Delivery) -> Arc<[(String, String)]> {
        let mac = delivery.mac.iter().map(|mac| (mac::HEADER.to_owned(), mac.clone()));
        self.headers.iter().cloned().chain(mac).collect()
    }

    /// What the browser would know by now.
    fn note(&mut self, code: Code, body: &[u8]) {
        let event: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
        let payload = |key: &str| event.get("payload")?.get(key)?.as_str().map(str::to_owned);
        if let (Code::MeasurementCreated | Code::ResultsReceived, Some((seed, all)), Some(id)) =
            (code, &self.results, payload("measurementId"))
        {
            let now = wall_clock().timestamp_at(Moment::ZERO);
            if code == Code::MeasurementCreated {
                all.created(&id, *seed, now);
            } else {
                all.completed(&id, now);
            }
            self.measurement = Some(id);
        }
        if code == Code::RedirectingToCallback {
            self.call_back();
            return;
        }
        self.callback.note_event(code, body, &self.dialect);
    }

    fn call_back(&self) {
        let (Some(url), Some((seed, _))) = (&self.callback_url, &self.results) else { return };
        let results = results::document(*seed, self.measurement.as_deref().unwrap_or_default());
        let url = url.with(&self.callback, &results, &self.dialect);
        self.hub.write(|ledger, now| ledger.called_back(&self.id, url, now));
    }
}

fn fill(record: &mut Record, delivery: Delivery, headers: Arc<[(String, String)]>) {
    let spoiled = delivery.faults.iter().any(|fault| fault.starts_with("mac:"));
    record.mac.verdict = match (&delivery.mac, spoiled) {
        (None, _) => MacVerdict::Missing,
        (Some(_), true) => MacVerdict::Spoiled,
        (Some(_), false) => MacVerdict::Valid,
    };
    record.delivered = Some(match delivery.status {
        Status::Accepted => Delivered::Accepted,
        Status::Refused => Delivered::Refused,
        Status::Failed => Delivered::Failed,
        Status::Suppressed => Delivered::Suppressed,
    });
    record.due = Some(delivery.intended);
    record.attempts = delivery.attempts;
    record.latency = delivery.service_nanos().map(Duration::from_nanos);
    record.body = delivery.body;
    record.faults = delivery.faults;
    record.headers = headers;
    match delivery.exchange.map(|exchange| (exchange.moments.begun, exchange.result)) {
        Some((begun, Ok(reply))) => {
            record.at = begun;
            record.status = Some(reply.status);
            record.answer = reply.excerpt.into();
        }
        Some((begun, Err(failure))) => {
            record.at = begun;
            record.failure = Some((failure.code.as_str().to_owned(), failure.detail));
        }
        None => {}
    }
}

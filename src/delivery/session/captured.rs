//! From requests that somebody received to items that can be sent again.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;

use crate::clock::Moment;
use crate::delivery::fault::Expectation;
use crate::delivery::item::{Faults, Item, MacText};
use crate::outcome::journal::received::ReceivedRequest;
use crate::outcome::run_event::SessionInfo;
use crate::protocol::conclusion::Outcome;
use crate::protocol::envelope::{NO_SESSION, Said};
use crate::protocol::event_name::EventName;
use crate::protocol::mac;

/// How far a capture has been read. A capture does not number its sessions: they are numbered as they come.
#[derive(Clone, Debug, Default)]
pub(super) struct Captured {
    numbers: HashMap<Arc<str>, u64>,
    /// The moment from which the capture at hand counts.
    base: Moment,
    last: Moment,
}

impl Captured {
    /// Another capture begins behind the one before.
    pub(super) const fn begin(&mut self) {
        self.base = self.last;
    }

    /// The request as something to send, and the session that it belongs to; `next` is the number of a new one.
    pub(super) fn item(&mut self, request: ReceivedRequest, next: u64) -> (SessionInfo, Item) {
        let said = Said::read(&request.body);
        let id: Arc<str> = said.session_id.as_deref().unwrap_or(NO_SESSION).into();
        let number = *self.numbers.entry(Arc::clone(&id)).or_insert(next);
        // They stand in the order in which they came, whatever a clock says.
        let at = request.at.map_or(self.last, |at| Moment(self.base.0.saturating_add(at.0))).max(self.last);
        self.last = at;
        let mac = request.values(mac::HEADER).next().map(Into::into);
        // An inbox that refused it may have had another secret: nothing follows for another receiver.
        let expectation = match request.status {
            None | Some(200..=299) => Expectation::Accept,
            Some(_) => Expectation::Any,
        };
        let item = Item {
            due: at,
            sequence: said.sequence.and_then(|sequence| u32::try_from(sequence).ok()).unwrap_or(0),
            code: EventName::read(said.event.as_deref().unwrap_or("(no event)")),
            body: Bytes::from(request.body),
            mac: MacText::Spoiled(mac),
            faults: Faults::new(),
            expectation,
            shadow: false,
            dropped: false,
            copy: false,
        };
        (SessionInfo { number, id, scenario: "captured".into(), outcome: Outcome::Abandoned }, item)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Recording;
    use crate::delivery::fault::Expectation;
    use crate::delivery::item::MacText;
    use crate::outcome::journal::read::entry;

    const RUN: &str = r#"{"type":"delivery","session":4,"session_id":"r","sequence":0,"event":"WMS_LOADED","status":"accepted","headers":{},"body":"{}"}"#;

    fn recording(lines: &[&str]) -> Recording {
        let mut recording = Recording::default();
        for line in lines {
            recording.take(entry(line.as_bytes()).unwrap());
        }
        recording
    }

    #[test]
    fn sessions_are_numbered_as_they_come_and_keep_their_order() {
        let event = |id: &str, sequence: u32, at: u32, rest: &str| {
            format!(
                r#"{{"type":"received","at_ms":{at},"headers":{{"x-wms-content-mac":["m{sequence}","other"]}},"body":"{{\"sessionId\":\"{id}\",\"sequence\":{sequence},\"event\":\"WMS_LOADED\"}}"{rest}}}"#
            )
        };
        let lines = [
            RUN.to_owned(),
            r#"{"type":"capture"}"#.to_owned(),
            event("a", 0, 5, ""),
            event("b", 0, 7, r#","status":401"#),
            r#"{"type":"capture"}"#.to_owned(),
            event("a", 1, 1, r#","status":204"#),
            r#"{"type":"received","headers":{},"body":"no event"}"#.to_owned(),
        ];
        let mut recording = recording(&lines.each_ref().map(String::as_str));
        assert_eq!(recording.numbers(), [4, 5, 6, 7]);
        assert_eq!((&*recording.info(5).id, &*recording.info(7).id), ("a", "(no session ID)"));
        recording.select(&[5, 6, 7]);
        let items: Vec<_> = recording.items(5).into();
        let millis: Vec<u64> = items.iter().map(|item| item.due.0 / 1_000_000).collect();
        assert_eq!((millis, items[1].sequence), (vec![0, 3], 1));
        assert!(matches!(&items[0].mac, MacText::Spoiled(Some(mac)) if &**mac == "m0"));
        assert_eq!(recording.items(6)[0].expectation, Expectation::Any);
        assert!(matches!(recording.items(7)[0].mac, MacText::Spoiled(None)));
    }
}

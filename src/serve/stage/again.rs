//! One event again: as it was, or with a fault.

use std::sync::Arc;

use crate::clock::Moment;
use crate::delivery::Recording;
use crate::delivery::fault::{Expectation, FaultRule, struck};
use crate::delivery::item::{Faults, Item, MacText};
use crate::outcome::run_event::SessionInfo;
use crate::protocol::conclusion::Outcome;
use crate::protocol::event_name::EventName;
use crate::protocol::mac::{self, Signer};
use crate::serve::ledger::Record;

use super::start::StartError;

/// A recording of one event, with what a fault makes of it.
pub(super) fn recording(
    id: &Arc<str>,
    record: &Record,
    fault: Option<&str>,
    signer: &Signer,
) -> Result<Recording, StartError> {
    let sequence = record.sequence.and_then(|sequence| u32::try_from(sequence).ok()).unwrap_or(0);
    let mac =
        record.headers.iter().find(|(name, _)| name == mac::HEADER).map(|(_, value)| value.as_str().into());
    let item = Item {
        due: Moment::ZERO,
        sequence,
        code: EventName::read(&record.event),
        body: record.body.clone(),
        mac: MacText::Spoiled(mac),
        faults: Faults::new(),
        expectation: Expectation::Accept,
        shadow: false,
        dropped: false,
        copy: false,
    };
    let items = match fault {
        None => vec![item],
        Some(spec) => {
            // Where it strikes is said already: at this event.
            let spec = match spec.split_once('=') {
                Some((name, parameter)) => format!("{name}@{sequence}={parameter}"),
                None => format!("{spec}@{sequence}"),
            };
            let rule: FaultRule = spec.parse().map_err(StartError::Fault)?;
            struck(item, &rule, signer)
        }
    };
    let info = SessionInfo {
        number: 1,
        id: Arc::clone(id),
        scenario: "recorded".into(),
        // Nobody asks for it: nothing is concluded from one event.
        outcome: Outcome::Abandoned,
    };
    let mut recording = Recording::default();
    for item in items {
        recording.push(info.clone(), item.due, item);
    }
    Ok(recording)
}

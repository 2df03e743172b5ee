//! From a journal's deliveries to items that can be sent again.

use bytes::Bytes;

use super::Recording;
use crate::delivery::fault::{Expectation, FaultKind, KINDS, KindInfo};
use crate::delivery::item::{Faults, Item, MacText};
use crate::outcome::delivery::Status;
use crate::outcome::journal::read::{Entry, Recorded, RecordedSession};
use crate::outcome::run_event::SessionInfo;
use crate::protocol::conclusion::Outcome;
use crate::protocol::event_name::EventName;

impl Recording {
    /// Takes a line of a journal in. What was suppressed was not sent, and is not sent again.
    pub fn take(&mut self, entry: Entry) {
        match entry {
            Entry::Session(session) => self.begin(info(session)),
            Entry::Delivery(recorded) if recorded.status != Status::Suppressed => {
                let info = SessionInfo {
                    number: recorded.session,
                    id: recorded.session_id.as_str().into(),
                    scenario: "recorded".into(),
                    outcome: Outcome::Abandoned,
                };
                self.push(info, recorded.sent, item(*recorded));
            }
            Entry::Capture(_) => self.captured.begin(),
            Entry::Received(request) => {
                let (info, item) = self.captured.item(*request, self.next_number());
                self.push(info, item.due, item);
            }
            Entry::Delivery(_) | Entry::Run(_) | Entry::End | Entry::Other => {}
        }
    }
}

fn info(session: RecordedSession) -> SessionInfo {
    SessionInfo {
        number: session.number,
        id: session.id.into(),
        scenario: session.scenario.into(),
        outcome: session.outcome,
    }
}

fn item(recorded: Recorded) -> Item {
    // Labels are names, with a parameter where there is one: the name says what may be expected.
    let faults: Faults = recorded
        .faults
        .iter()
        .filter_map(|label| {
            let name = label.split('=').next()?;
            KINDS.iter().find(|info| info.name == name).map(KindInfo::kind)
        })
        .collect();
    Item {
        due: recorded.intended,
        sequence: recorded.sequence,
        code: EventName::read(&recorded.event),
        body: Bytes::from(recorded.body),
        mac: MacText::Spoiled(recorded.mac.map(Into::into)),
        expectation: faults
            .iter()
            .map(|fault: &FaultKind| fault.expectation())
            .fold(Expectation::Accept, Expectation::stricter),
        faults,
        // A journal does not say it; what was refused in a fault's shadow then is judged as it stands now.
        shadow: false,
        dropped: false,
        copy: recorded.copy,
    }
}

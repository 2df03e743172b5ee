//! The inbox: verifies, reads and judges webhook requests, and keeps a bounded memory of their sessions.
//!
//! It does no I/O and reads no clock. Refused are requests whose MAC is not right and bodies that are no event; all
//! else is accepted and commented on, because a receiver that refuses what it did not expect loses events.

mod allowance;
mod chart;
mod excerpt;
mod finding;
mod finding_code;
mod holes;
mod options;
mod payload;
mod possible;
mod progress;
mod reader;
mod receipt;
mod session;
mod store;
mod summary;
#[cfg(test)]
mod tests;
mod track;

use std::sync::Arc;
use std::time::Duration;

pub use finding::Finding;
pub use finding_code::{FindingCode, FindingSeverity};
pub use options::InboxOptions;
pub(in crate::serve) use progress::Progress;
pub use progress::SessionState;
pub use reader::{Read, Reader, Received};
pub use receipt::{Receipt, ReceivedEvent};
pub use session::Kept;
pub use summary::{SessionView, Summary};

use crate::clock::{Epoch, Moment};
use crate::protocol::grammar::Grammar;
use crate::protocol::mac::Verified;
use chart::Chart;
use reader::{Content, EventRead};
use session::{Rules, Session};
use store::Store;
use summary::Counters;

/// How far ahead of the wall clock a timestamp may be: clocks differ, and timestamps are whole seconds.
const AHEAD_SECONDS: i64 = 2;

/// Receives webhook requests.
#[derive(Debug)]
pub struct Inbox {
    reader: Arc<Reader>,
    rules: Rules,
    sessions: Store,
    counters: Counters,
    max_session_id_bytes: usize,
    idle_after: Duration,
    epoch: Option<Epoch>,
}

impl Inbox {
    /// An empty inbox.
    pub fn new(options: InboxOptions) -> Self {
        let rules = Rules {
            chart: Chart::new(Grammar::new(&options.dialect)),
            reload: options.dialect.reload_sequence,
            max_events: options.max_events_per_session,
        };
        Self {
            reader: Arc::new(Reader::new(options.signers, options.dialect, options.max_body_bytes)),
            rules,
            sessions: Store::new(options.max_sessions),
            counters: Counters::new(),
            max_session_id_bytes: options.max_session_id_bytes,
            idle_after: options.idle_after,
            epoch: options.epoch,
        }
    }

    /// What reads requests for this inbox. It can be used without holding the inbox, which is then needed for
    /// [`Inbox::settle`] only.
    pub fn reader(&self) -> Arc<Reader> {
        Arc::clone(&self.reader)
    }

    /// Receives a request.
    pub fn receive(&mut self, now: Moment, request: &Received<'_>) -> Receipt {
        let read = self.reader.read(now, request);
        self.settle(now, read)
    }

    /// Enters a request that was read by this inbox's reader.
    pub fn settle(&mut self, now: Moment, read: Read) -> Receipt {
        let Read { mac, explanation, mut findings, content } = read;
        self.counters.received += 1;
        let (status, answer, event) = match content {
            Content::Refused(finding) => {
                match mac {
                    Ok(Verified { .. }) => self.counters.bad_bodies += 1,
                    Err(_) => self.counters.refused_by_mac += 1,
                }
                let (status, answer) = receipt::refusal(&finding, explanation.as_ref());
                findings.push(finding);
                (status, answer, None)
            }
            Content::Event(event) => {
                self.counters.accepted += 1;
                let event = self.enter(now, event, &mut findings);
                let (status, answer) = receipt::acceptance(&findings);
                (status, answer, Some(event))
            }
        };
        self.counters.found(&findings);
        Receipt { status, answer, findings, mac, explanation, event }
    }

    /// Counts a request whose body was too large to be read at all, and says what to answer.
    pub fn refuse_oversized(&mut self) -> (u16, String) {
        let finding = Finding::BodyTooLarge { limit: self.reader.max_body_bytes() };
        self.counters.received += 1;
        self.counters.bad_bodies += 1;
        self.counters.found(std::slice::from_ref(&finding));
        receipt::refusal(&finding, None)
    }

    /// Remembers an event that was accepted in an earlier run of the program. What was found then was told then, and
    /// it counts in no number of this run.
    #[cfg(feature = "persist")]
    pub(in crate::serve) fn recall(&mut self, came: Moment, mut event: EventRead) {
        if event.session_id.len() > self.max_session_id_bytes {
            event.session_id = shortened(&event.session_id, self.max_session_id_bytes);
        }
        if let (Some(session), _) = self.sessions.touch(&event.session_id, came) {
            session.enter(came, &event, &self.rules, &mut Vec::new());
        }
    }

    fn enter(&mut self, now: Moment, mut event: EventRead, findings: &mut Vec<Finding>) -> ReceivedEvent {
        if event.session_id.len() > self.max_session_id_bytes {
            findings.push(Finding::SessionIdLong { bytes: event.session_id.len() });
            event.session_id = shortened(&event.session_id, self.max_session_id_bytes);
        }
        if let Some(epoch) = self.epoch {
            let wall = epoch.timestamp_at(now).0;
            if event.timestamp > wall.saturating_add(AHEAD_SECONDS) {
                findings.push(Finding::TimestampFuture { found: event.timestamp, now: wall });
            }
        }
        let (session, forgotten) = self.sessions.touch(&event.session_id, now);
        let mut received =
            ReceivedEvent { session_id: Arc::default(), load: 0, sequence: event.sequence, code: event.code };
        if let Some(session) = session {
            self.counters.sessions += u64::from(session.events == 0);
            received.session_id = Arc::clone(&session.id);
            received.load = session.enter(now, &event, &self.rules, findings);
        }
        if let Some(forgotten) = forgotten {
            self.close(&forgotten);
        }
        received
    }

    /// Gives up what is still waited for, as though nothing more were to come, and says what that shows of each session.
    pub fn finish(&mut self) -> Vec<(Arc<str>, Vec<Finding>)> {
        let Self { sessions, rules, counters, .. } = self;
        let finished = sessions.iter_mut().map(|session| (Arc::clone(&session.id), session.finish(rules)));
        finished.filter(|(_, found)| !found.is_empty()).inspect(|(_, found)| counters.found(found)).collect()
    }

    /// Keeps the numbers of a session that is forgotten.
    fn close(&mut self, session: &Session) {
        let (gaps, missing) = session.missing();
        self.counters.forgotten += 1;
        self.counters.complete += u64::from(session.is_complete());
        self.counters.gaps += gaps;
        self.counters.missing = self.counters.missing.saturating_add(missing);
    }

    /// What was received so far, in numbers. What is missing may still come.
    pub fn summary(&self) -> Summary {
        let mut summary = self.counters.summary();
        for session in self.sessions.iter() {
            let (gaps, missing) = session.missing();
            summary.complete += u64::from(session.is_complete());
            summary.gaps += gaps;
            summary.missing = summary.missing.saturating_add(missing);
        }
        summary
    }

    /// One session.
    pub fn session(&self, now: Moment, session_id: &str) -> Option<SessionView> {
        self.find(session_id).map(|session| self.view(now, session))
    }

    /// The events of a session that are remembered, in the order in which they came.
    pub fn events(&self, session_id: &str) -> Vec<Kept> {
        self.find(session_id).map(|session| session.kept.iter().copied().collect()).unwrap_or_default()
    }

    /// The sessions that were heard of last, the newest first.
    pub fn recent(&self, now: Moment, limit: usize) -> Vec<SessionView> {
        self.sessions.iter().take(limit).map(|session| self.view(now, session)).collect()
    }

    /// Forgets the sessions; the numbers of requests stay.
    pub fn forget_sessions(&mut self) {
        let sessions = std::mem::replace(&mut self.sessions, Store::new(1));
        for session in sessions.iter() {
            self.close(session);
        }
        self.sessions = sessions;
        self.sessions.clear();
    }

    /// A session by its ID, as it was sent or as it is kept.
    fn find(&self, session_id: &str) -> Option<&Session> {
        self.sessions.get(session_id).or_else(|| {
            let long = session_id.len() > self.max_session_id_bytes;
            long.then(|| self.sessions.get(&shortened(session_id, self.max_session_id_bytes)))?
        })
    }

    fn view(&self, now: Moment, session: &Session) -> SessionView {
        SessionView {
            session_id: Arc::clone(&session.id),
            state: session.state(now.since(session.last) > self.idle_after, &self.rules),
            loads: session.loads(),
            events: session.events,
            missing: session.missing().1,
            out_of_order: session.out_of_order,
            complete: session.is_complete(),
            first: session.first,
            last: session.last,
        }
    }
}

/// The beginning of a session ID and a digest of all of it, so that two long ones are not taken for one.
fn shortened(session_id: &str, max: usize) -> String {
    let mut end = max.min(session_id.len());
    while !session_id.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}…{:016x}", &session_id[..end], reader::digest(session_id.as_bytes()))
}

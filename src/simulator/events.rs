//! Signed events with no network.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::resolve::Job;
use crate::clock::Moment;
use crate::delivery::dry;
use crate::delivery::item::Item;
use crate::outcome::run_event::SessionInfo;
use crate::protocol::code::Code;
use crate::protocol::conclusion::Outcome;
use crate::protocol::mac;

/// An event, signed and ready to be posted.
#[derive(Clone, Debug)]
pub struct Event {
    session: SessionInfo,
    sequence: u32,
    code: Code,
    due: Duration,
    mac: Option<String>,
    content_type: Arc<str>,
    body: Bytes,
    faults: Vec<String>,
}

impl Event {
    /// The session's number, from 1.
    pub fn session(&self) -> u64 {
        self.session.number
    }

    /// The session's ID.
    pub fn session_id(&self) -> &str {
        &self.session.id
    }

    /// The name of the scenario that the session plays.
    pub fn scenario(&self) -> &str {
        &self.session.scenario
    }

    /// What the session comes to.
    pub fn outcome(&self) -> Outcome {
        self.session.outcome
    }

    /// The event's place in its session, from 0.
    pub fn sequence(&self) -> u32 {
        self.sequence
    }

    /// Which event it is.
    pub fn code(&self) -> Code {
        self.code
    }

    /// When it is to be sent, since its session's begin, at the pace that was set. With
    /// [`Pace::Max`](crate::Pace::Max) as it would be in life.
    pub fn due(&self) -> Duration {
        self.due
    }

    /// The exact bytes of the body.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The value of `X-WMS-Content-MAC`; `None` where a fault leaves the header out.
    pub fn mac(&self) -> Option<&str> {
        self.mac.as_deref()
    }

    /// The headers to post it with: the content type, and the MAC where there is one.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let mac = self.mac().map(|mac| (mac::HEADER, mac));
        [("Content-Type", &*self.content_type)].into_iter().chain(mac)
    }

    /// The faults that were injected into it, by name.
    pub fn faults(&self) -> &[String] {
        &self.faults
    }
}

/// The events of a [`Simulator`](crate::Simulator), session by session. Of each session those that are due first come
/// first.
pub struct Events {
    job: Job,
    /// The session that comes next.
    next: u64,
    content_type: Arc<str>,
    ready: VecDeque<Event>,
}

impl Events {
    pub(super) fn new(job: Job) -> Self {
        let content_type = job.dialect.content_type.as_str().into();
        Self { job, next: 1, content_type, ready: VecDeque::new() }
    }

    fn fill(&mut self) {
        let session = self.job.source.info(self.next);
        let content_type = &self.content_type;
        let ready = &mut self.ready;
        let mut each = |due: Moment, item: &Item| {
            // Only a journal has events of other names, and this is none.
            let Some(code) = item.code.code().filter(|_| !item.dropped) else { return };
            ready.push_back(Event {
                session: session.clone(),
                sequence: item.sequence,
                code,
                due: due.since(Moment::ZERO),
                mac: item.mac.as_str().map(str::to_owned),
                content_type: Arc::clone(content_type),
                body: item.body.clone(),
                faults: item.faults.iter().map(ToString::to_string).collect(),
            });
        };
        dry::events(&self.job.source, self.next, &self.job.policy, &self.job.signers, &mut each);
        self.next += 1;
    }
}

impl Iterator for Events {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        while self.ready.is_empty() && self.next <= self.job.sessions {
            self.fill();
        }
        self.ready.pop_front()
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").field("next_session", &self.next).finish_non_exhaustive()
    }
}

//! All sessions that are open: what is due, what is in flight, what became of it.
//!
//! A session is a value in a slab, not a task. The fleet is told the moment; it never asks.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use bytes::Bytes;
use slab::Slab;

use super::policy::{Pace, Policy};
use super::session::{Session, SessionSource};
use crate::clock::Moment;
use crate::outcome::delivery::{Delivery, Status};
use crate::outcome::exchange::Exchange;
use crate::outcome::run_event::{RunEvent, SessionInfo};
use crate::protocol::code::Code;
use crate::protocol::dialect::Order;
use crate::protocol::mac::{MacValue, Signer};

/// An event about to be sent.
#[derive(Clone, Debug)]
pub struct Dispatch {
    /// By which the fleet knows it again.
    pub ticket: Ticket,
    /// The session's number in the run, from 1.
    pub session: u64,
    /// The session's ID.
    pub session_id: Arc<str>,
    /// The event's place in its session.
    pub sequence: u32,
    /// Which event it is.
    pub code: Code,
    /// The body: what was signed and what is sent.
    pub body: Bytes,
    /// The MAC header's value.
    pub mac: MacValue,
    /// When it should go out.
    pub intended: Moment,
}

/// Names one dispatch in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ticket(usize);

/// The sessions of one engine.
#[derive(Debug)]
pub struct Fleet {
    source: SessionSource,
    policy: Policy,
    signer: Signer,
    sessions: Slab<Session>,
    flights: Slab<Flight>,
    /// Each session's next beat, by when it is due and then by when it was filed.
    due: BinaryHeap<Reverse<(Moment, u64, usize)>>,
    filed: u64,
    buffer: Vec<u8>,
}

/// A dispatch that is in flight.
#[derive(Debug)]
struct Flight {
    session: usize,
    dispatch: Dispatch,
}

impl Fleet {
    /// An empty fleet.
    pub fn new(source: SessionSource, policy: Policy, signer: Signer) -> Self {
        Self {
            source,
            policy,
            signer,
            sessions: Slab::new(),
            flights: Slab::new(),
            due: BinaryHeap::new(),
            filed: 0,
            buffer: Vec::with_capacity(512),
        }
    }

    /// Lets session `number` (counted from 1) begin at a moment. A session without any event ends at once.
    pub fn admit(&mut self, number: u64, begins: Moment, tell: &mut dyn FnMut(RunEvent)) {
        let session = self.source.session(number, begins);
        let info = SessionInfo {
            number,
            id: Arc::clone(&session.id),
            scenario: session.plan.name.as_str().into(),
            outcome: session.plan.outcome,
        };
        tell(RunEvent::SessionBegan { at: begins, session: info });
        let key = self.sessions.insert(session);
        self.file(key);
        self.end_if_over(key, begins, tell);
    }

    /// When the next event is due; `None` while every open session waits for an answer.
    pub fn next_due(&self) -> Option<Moment> {
        self.due.peek().map(|Reverse((due, _, _))| *due)
    }

    /// The next event that is due by now, rendered and signed.
    pub fn take(&mut self, now: Moment) -> Option<Dispatch> {
        if self.next_due()? > now {
            return None;
        }
        let Reverse((due, _, key)) = self.due.pop()?;
        // Without waiting there is no rhythm to be late for.
        let intended = if self.policy.pace == Pace::Max { now } else { due };
        let dispatch = self.render(key, intended)?;
        let ticket = Ticket(self.flights.insert(Flight { session: key, dispatch: dispatch.clone() }));
        self.flights[ticket.0].dispatch.ticket = ticket;
        if self.policy.order == Order::Concurrent {
            self.file(key);
        }
        Some(Dispatch { ticket, ..dispatch })
    }

    /// Takes note of what came of a dispatch. A ticket that is not in flight is passed over.
    pub fn settle(&mut self, ticket: Ticket, exchange: Exchange, tell: &mut dyn FnMut(RunEvent)) {
        let Some(Flight { session: key, dispatch }) = self.flights.try_remove(ticket.0) else { return };
        let ended = exchange.moments.ended;
        let status = match &exchange.result {
            Ok(reply) if self.policy.accept.contains(reply.status) => Status::Accepted,
            Ok(_) => Status::Refused,
            Err(_) => Status::Failed,
        };
        tell(RunEvent::Settled(Box::new(Delivery {
            session: dispatch.session,
            session_id: dispatch.session_id,
            sequence: dispatch.sequence,
            code: dispatch.code,
            status,
            attempts: 1,
            faults: Vec::new(),
            body: dispatch.body,
            mac: Some(dispatch.mac.as_str().to_owned()),
            intended: dispatch.intended,
            exchange: Some(exchange),
        })));
        self.sessions[key].in_flight -= 1;
        if self.policy.order == Order::Sequential {
            self.file(key);
        }
        self.end_if_over(key, ended, tell);
    }

    /// How many sessions are open.
    pub fn open(&self) -> usize {
        self.sessions.len()
    }

    /// How many dispatches are in flight.
    pub fn in_flight(&self) -> usize {
        self.flights.len()
    }

    /// The source that the sessions come from.
    pub const fn source(&self) -> &SessionSource {
        &self.source
    }

    /// Files a session's next beat in the due queue.
    fn file(&mut self, key: usize) {
        let session = &self.sessions[key];
        if let Some(beat) = session.next {
            let due = session.begins.after(self.policy.pace.waits_until(beat.due).0);
            self.due.push(Reverse((due, self.filed, key)));
            self.filed += 1;
        }
    }

    fn render(&mut self, key: usize, intended: Moment) -> Option<Dispatch> {
        let session = &mut self.sessions[key];
        let (_, rendered) = session.render_next(&self.policy, &mut self.buffer)?;
        session.in_flight += 1;
        Some(Dispatch {
            ticket: Ticket(usize::MAX),
            session: session.number,
            session_id: Arc::clone(&session.id),
            sequence: rendered.sequence,
            code: rendered.code,
            mac: self.signer.sign(&self.buffer),
            body: Bytes::copy_from_slice(&self.buffer),
            intended,
        })
    }

    fn end_if_over(&mut self, key: usize, at: Moment, tell: &mut dyn FnMut(RunEvent)) {
        let session = &self.sessions[key];
        if session.next.is_none() && session.in_flight == 0 {
            let session = self.sessions.remove(key);
            tell(RunEvent::SessionEnded { at, session: session.number, session_id: session.id });
        }
    }
}

//! All sessions that are open: what is due, what is in flight, what became of it.
//!
//! A session is a value in a slab, not a task. The fleet is told the moment; it never asks.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use bytes::Bytes;
use slab::Slab;

use super::item::{Item, MacText};
use super::judge;
use super::policy::{Pace, Policy};
use super::retry::Next;
use super::session::{Rendering, Session, SessionSource};
use super::signers::Signers;
use crate::clock::Moment;
use crate::outcome::delivery::{Blame, Delivery, Status};
use crate::outcome::exchange::Exchange;
use crate::outcome::probe::Excuse;
use crate::outcome::run_event::{RunEvent, SessionInfo};
use crate::protocol::dialect::{Order, WhenDown};
use crate::protocol::event_name::EventName;
use crate::scenario::act::Act;
use crate::seed::Purpose;

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
    pub code: EventName,
    /// The body.
    pub body: Bytes,
    /// The MAC header.
    pub mac: MacText,
    /// When it should go out.
    pub intended: Moment,
    /// How often it has been sent, this time included.
    pub attempt: u32,
}

/// A session of which every event is settled.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Which.
    pub info: SessionInfo,
    /// Why a receiver may conclude something else than the scenario says.
    pub excuse: Option<Excuse>,
    /// It was ended early: something was not sent, and no fault had it so.
    pub cut: bool,
}

/// Names one dispatch in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ticket(usize);

/// What comes due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    /// The next item of a session.
    Next(usize),
    /// A flight that is sent again.
    Again(usize),
}

/// The sessions of one engine.
#[derive(Debug)]
pub struct Fleet {
    source: SessionSource,
    policy: Policy,
    signers: Signers,
    sessions: Slab<Session>,
    flights: Slab<Flight>,
    /// By when it is due and then by when it was filed.
    due: BinaryHeap<Reverse<(Moment, u64, Due)>>,
    filed: u64,
    /// Flights that are with the transport; the others wait to be sent again.
    in_flight: usize,
    /// The receiver asked for a pause until then.
    paused_until: Moment,
    /// The receiver wants nothing any more.
    gone: bool,
    /// Sessions that have ended since somebody asked.
    ended: Vec<Ended>,
    buffer: Vec<u8>,
}

/// An item that was sent and is not settled.
#[derive(Debug)]
struct Flight {
    session: usize,
    item: Item,
    intended: Moment,
    attempts: u32,
    /// What came of it last, while it waits to be sent again.
    last: Option<Exchange>,
}

impl Fleet {
    /// An empty fleet.
    pub fn new(source: SessionSource, policy: Policy, signers: Signers) -> Self {
        Self {
            source,
            policy,
            signers,
            sessions: Slab::new(),
            flights: Slab::new(),
            due: BinaryHeap::new(),
            filed: 0,
            in_flight: 0,
            paused_until: Moment::ZERO,
            gone: false,
            ended: Vec::new(),
            buffer: Vec::with_capacity(512),
        }
    }

    /// Lets session `number` (counted from 1) begin at a moment. A session without any event ends at once.
    pub fn admit(&mut self, number: u64, begins: Moment, tell: &mut dyn FnMut(RunEvent)) {
        let session = self.source.session(number, begins, &self.policy);
        tell(RunEvent::SessionBegan { at: begins, session: session.info.clone() });
        let key = self.sessions.insert(session);
        self.file(key);
        self.end_if_over(key, begins, tell);
    }

    /// When something is due next; `None` while every open session waits for an answer.
    pub fn next_due(&self) -> Option<Moment> {
        self.due.peek().map(|Reverse((due, _, _))| (*due).max(self.paused_until))
    }

    /// The next event that is due by now, rendered and signed. What a fault drops is settled on the way.
    pub fn take(&mut self, now: Moment, tell: &mut dyn FnMut(RunEvent)) -> Option<Dispatch> {
        while self.next_due()? <= now {
            let Reverse((due, filed, what)) = self.due.pop()?;
            match what {
                Due::Again(flight) if self.gone => self.give_up(flight, now, tell),
                Due::Again(flight) => return Some(self.dispatch(flight)),
                // The user of the page acted since, and something else comes next.
                Due::Next(key) if self.sessions.get(key).is_none_or(|of| of.filed != Some(filed)) => {}
                Due::Next(key) => {
                    self.sessions[key].filed = None;
                    // Without waiting there is no rhythm to be late for.
                    let intended = if self.policy.pace == Pace::Max { now } else { due };
                    let with = Rendering {
                        policy: &self.policy,
                        signers: &self.signers,
                        faults: self.source.faults(),
                    };
                    let Some(item) = self.sessions[key].next(with, &mut self.buffer) else { continue };
                    if item.dropped || self.gone || self.sessions[key].is_down {
                        self.suppress(key, item, intended, tell);
                        continue;
                    }
                    self.sessions[key].in_flight += 1;
                    let flight =
                        self.flights.insert(Flight { session: key, item, intended, attempts: 0, last: None });
                    if self.policy.order == Order::Concurrent {
                        self.file(key);
                    }
                    return Some(self.dispatch(flight));
                }
            }
        }
        None
    }

    /// Takes note of what came of a dispatch. A ticket that is not in flight is passed over.
    pub fn settle(&mut self, ticket: Ticket, exchange: Exchange, tell: &mut dyn FnMut(RunEvent)) {
        let Some(flight) = self.flights.get(ticket.0) else { return };
        let key = flight.session;
        let ended = exchange.moments.ended;
        self.in_flight -= 1;
        let accepted = exchange.status().is_some_and(|status| self.policy.accept.contains(status));
        if !accepted && self.try_again(ticket, &exchange, tell) {
            return;
        }
        let Flight { item, intended, attempts, .. } = self.flights.remove(ticket.0);
        let status = match &exchange.result {
            Ok(_) if accepted => Status::Accepted,
            Ok(_) => Status::Refused,
            Err(_) => Status::Failed,
        };
        let blame = judge::blame(status, exchange.status(), &item);
        let session = &mut self.sessions[key];
        session.in_flight -= 1;
        session.is_down |= status == Status::Failed && self.policy.when_down == WhenDown::EndSession;
        session.note(status, &item.faults);
        tell(RunEvent::Settled(Box::new(delivery(
            session,
            item,
            intended,
            status,
            blame,
            attempts,
            Some(exchange),
        ))));
        if self.policy.order == Order::Sequential {
            self.file(key);
        }
        self.end_if_over(key, ended, tell);
    }

    /// Lets the user of a session's page act. False where nothing comes of it: the scenario is not interactive, the
    /// session is over, or what was done cannot happen where it stands.
    pub fn act(&mut self, number: u64, act: Act, now: Moment, tell: &mut dyn FnMut(RunEvent)) -> bool {
        let found = self.sessions.iter_mut().find(|(_, session)| session.info.number == number);
        let Some((key, session)) = found else { return false };
        let at = self.policy.pace.reached(Moment(now.0.saturating_sub(session.begins.0)));
        if !session.act(act, at) {
            return false;
        }
        let (session_id, filed) = (Arc::clone(&session.info.id), session.filed.is_some());
        tell(RunEvent::Acted { at: now, session: number, session_id, act: act.as_str() });
        if filed {
            self.file(key);
        }
        true
    }

    /// How many sessions are open.
    pub fn open(&self) -> usize {
        self.sessions.len()
    }

    /// How many dispatches are with the transport.
    pub const fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// True once the receiver has said that it wants nothing any more.
    pub const fn is_gone(&self) -> bool {
        self.gone
    }

    /// The sessions that have ended since this was asked last. Whoever drives the fleet asks now and then.
    pub fn take_ended(&mut self) -> impl Iterator<Item = Ended> {
        self.ended.drain(..)
    }

    /// The source that the sessions come from.
    pub const fn source(&self) -> &SessionSource {
        &self.source
    }

    /// Settles what waits to be sent again as it stands: the run ends.
    pub fn give_up_retries(&mut self, now: Moment, tell: &mut dyn FnMut(RunEvent)) {
        let waiting: Vec<usize> = self
            .due
            .drain()
            .filter_map(|Reverse((_, _, what))| match what {
                Due::Again(flight) => Some(flight),
                Due::Next(_) => None,
            })
            .collect();
        for flight in waiting {
            self.give_up(flight, now, tell);
        }
    }

    /// Settles a flight that waits to be sent again as it stands.
    fn give_up(&mut self, flight: usize, now: Moment, tell: &mut dyn FnMut(RunEvent)) {
        let Flight { session: key, item, intended, attempts, last } = self.flights.remove(flight);
        let status = match last.as_ref().map(|exchange| &exchange.result) {
            Some(Ok(_)) => Status::Refused,
            Some(Err(_)) => Status::Failed,
            None => Status::Suppressed,
        };
        let http = last.as_ref().and_then(Exchange::status);
        let blame = judge::blame(status, http, &item);
        let session = &mut self.sessions[key];
        session.in_flight -= 1;
        session.note(status, &item.faults);
        let mut delivery = delivery(session, item, intended, status, blame, attempts, last);
        delivery.given_up = true;
        tell(RunEvent::Settled(Box::new(delivery)));
        if self.policy.order == Order::Sequential {
            self.file(key);
        }
        self.end_if_over(key, now, tell);
    }

    /// Files a session's next item in the due queue.
    fn file(&mut self, key: usize) {
        let with = Rendering { policy: &self.policy, signers: &self.signers, faults: self.source.faults() };
        let session = &mut self.sessions[key];
        if let Some(due) = session.next_due(with, &mut self.buffer) {
            let due = session.begins.after(self.policy.pace.waits_until(due).0);
            session.filed = Some(self.filed);
            self.push(due, Due::Next(key));
        }
    }

    fn push(&mut self, due: Moment, what: Due) {
        self.due.push(Reverse((due, self.filed, what)));
        self.filed += 1;
    }

    fn dispatch(&mut self, number: usize) -> Dispatch {
        let flight = &mut self.flights[number];
        flight.attempts += 1;
        self.in_flight += 1;
        let session = &self.sessions[flight.session];
        Dispatch {
            ticket: Ticket(number),
            session: session.info.number,
            session_id: Arc::clone(&session.info.id),
            sequence: flight.item.sequence,
            code: flight.item.code.clone(),
            body: flight.item.body.clone(),
            mac: flight.item.mac.clone(),
            intended: flight.intended,
            attempt: flight.attempts,
        }
    }

    /// Lets a flight wait to be sent again, where the policy has it so.
    fn try_again(&mut self, ticket: Ticket, exchange: &Exchange, tell: &mut dyn FnMut(RunEvent)) -> bool {
        let Flight { session, item, attempts, .. } = &self.flights[ticket.0];
        let session = &self.sessions[*session];
        let purpose = Purpose::named("retry").number(item.sequence.into()).number((*attempts).into());
        let draw = self.source.seed(session.info.number).draw(purpose);
        let ended = exchange.moments.ended;
        match self.policy.retry.next(*attempts, exchange, draw, self.policy.wall.timestamp_at(ended)) {
            Next::GiveUp => false,
            Next::StopAll => {
                self.gone = true;
                false
            }
            Next::Again { wait, asked, slow_down } => {
                // The backoff is ours and is played at the run's pace; what the receiver asks for is real time.
                let wait = self.policy.pace.waits_until(Moment(wait)).0;
                let again = ended.after(wait.max(asked.unwrap_or(0)));
                if slow_down {
                    self.paused_until = self.paused_until.max(again);
                }
                tell(RunEvent::Retrying {
                    at: ended,
                    session: session.info.number,
                    session_id: Arc::clone(&session.info.id),
                    sequence: item.sequence,
                    code: item.code.clone(),
                    attempt: *attempts,
                    again,
                    why: judge::words(exchange),
                });
                self.push(again, Due::Again(ticket.0));
                self.flights[ticket.0].last = Some(exchange.clone());
                true
            }
        }
    }

    /// Settles an item without sending it.
    fn suppress(&mut self, key: usize, item: Item, intended: Moment, tell: &mut dyn FnMut(RunEvent)) {
        let session = &mut self.sessions[key];
        session.note(Status::Suppressed, &item.faults);
        let delivery = delivery(session, item, intended, Status::Suppressed, Blame::None, 0, None);
        tell(RunEvent::Settled(Box::new(delivery)));
        self.file(key);
        self.end_if_over(key, intended, tell);
    }

    fn end_if_over(&mut self, key: usize, at: Moment, tell: &mut dyn FnMut(RunEvent)) {
        let session = &self.sessions[key];
        if session.in_flight == 0 && session.is_over() {
            let Session { info, excuse, cut, .. } = self.sessions.remove(key);
            let session_id = Arc::clone(&info.id);
            tell(RunEvent::SessionEnded { at, session: info.number, session_id, cut });
            self.ended.push(Ended { info, excuse, cut });
        }
    }
}

fn delivery(
    session: &Session,
    item: Item,
    intended: Moment,
    status: Status,
    blame: Blame,
    attempts: u32,
    exchange: Option<Exchange>,
) -> Delivery {
    Delivery {
        session: session.info.number,
        session_id: Arc::clone(&session.info.id),
        sequence: item.sequence,
        code: item.code,
        status,
        blame,
        copy: item.copy,
        given_up: false,
        attempts,
        faults: item.faults.iter().map(ToString::to_string).collect(),
        mac: item.mac.as_str().map(str::to_owned),
        body: item.body,
        intended,
        exchange,
    }
}

//! Mergeable numbers of a run.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;

use super::delivery::{Blame, Delivery, Status};
use super::exchange::{FailureCode, Side};
use super::probe::{Probe, ProbeVerdict};
use super::run_event::RunEvent;
use crate::protocol::code::Code;

/// What a run amounts to. Its size does not depend on how much was sent.
#[derive(Clone, Debug)]
pub struct Tally {
    /// Deliveries by how they ended.
    pub accepted: u64,
    /// See [`Status::Refused`].
    pub refused: u64,
    /// See [`Status::Failed`].
    pub failed: u64,
    /// See [`Status::Suppressed`].
    pub suppressed: u64,
    /// Events handed to the transport that are not settled.
    pub in_flight: u64,
    /// Of the refused, those that no fault explains.
    pub refused_unexcused: u64,
    /// Of the failed, those that no fault explains.
    pub failed_unexcused: u64,
    /// Events whose MAC a fault had spoiled and that were accepted all the same.
    pub forged_accepted: u64,
    /// Events whose MAC a fault had spoiled and that met with a server error.
    pub forged_crashed: u64,
    /// How often each fault was injected.
    pub faults: BTreeMap<String, u64>,
    /// Requests sent: first tries, retries, duplicates.
    pub requests: u64,
    /// Of these, those that repeat one that was not accepted.
    pub retries: u64,
    /// Of these, those that a fault sent once more. They are no events of their own and count nowhere else.
    pub duplicates: u64,
    /// Requests that were sent again because an idle connection had died unnoticed.
    pub resent: u64,
    /// Sessions begun.
    pub sessions_started: u64,
    /// Sessions that were played to their end: every event is settled.
    pub sessions_completed: u64,
    /// Sessions that were ended early.
    pub sessions_cut: u64,
    /// Sessions that could not be announced to the receiver.
    pub sessions_not_played: u64,
    /// What the receiver's own system showed of sessions that had ended.
    pub probes: Probes,
    /// Deliveries by event code, in the order of [`Code::ALL`]. Events that a later version knows have no place here.
    pub by_event: [u64; 21],
    /// Replies by HTTP status.
    pub by_status: BTreeMap<u16, u64>,
    /// Failures by their code.
    pub failures: BTreeMap<FailureCode, u64>,
    /// Nanoseconds from the intended moment to the end.
    pub response: Histogram<u64>,
    /// Nanoseconds from sending to the end.
    pub service: Histogram<u64>,
    /// The user wanted the run to end before it was over.
    pub interrupted: bool,
}

/// Sessions by what the receiver's own system showed of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Probes {
    /// The outcome that it should.
    pub matched: u64,
    /// Another, or none.
    pub differs: u64,
    /// Of these, those that something excuses.
    pub excused: u64,
    /// It could not be asked, or not be understood.
    pub unknown: u64,
    /// Nobody was asked: the session was cut short, or the run was ended.
    pub not_asked: u64,
}

impl Probes {
    fn add(&mut self, probe: &Probe) {
        match probe.verdict {
            ProbeVerdict::Matched => self.matched += 1,
            ProbeVerdict::Differs => self.differs += 1,
            ProbeVerdict::Unknown => self.unknown += 1,
        }
        self.excused += u64::from(probe.is_excused());
    }

    /// How many sessions were asked after.
    pub const fn all(&self) -> u64 {
        self.matched + self.differs + self.unknown
    }

    /// Those that speak against the receiver.
    pub const fn failed(&self) -> u64 {
        self.differs.saturating_sub(self.excused)
    }
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            accepted: 0,
            refused: 0,
            failed: 0,
            suppressed: 0,
            in_flight: 0,
            refused_unexcused: 0,
            failed_unexcused: 0,
            forged_accepted: 0,
            forged_crashed: 0,
            faults: BTreeMap::new(),
            requests: 0,
            retries: 0,
            duplicates: 0,
            resent: 0,
            sessions_started: 0,
            sessions_completed: 0,
            sessions_cut: 0,
            sessions_not_played: 0,
            probes: Probes::default(),
            by_event: [0; 21],
            by_status: BTreeMap::new(),
            failures: BTreeMap::new(),
            response: histogram(),
            service: histogram(),
            interrupted: false,
        }
    }
}

/// 1 us to 1 h with three digits; longer ones count as 1 h.
#[expect(
    clippy::unwrap_used,
    reason = "the bounds are constants that the constructor accepts, as every test shows"
)]
fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1_000, 3_600_000_000_000, 3).unwrap()
}

impl Tally {
    /// Takes one event of the run into account.
    pub fn add(&mut self, event: &RunEvent) {
        match event {
            RunEvent::SessionBegan { .. } => self.sessions_started += 1,
            RunEvent::Dispatched { attempt, .. } => {
                self.in_flight += 1;
                self.requests += 1;
                self.retries += u64::from(*attempt > 1);
            }
            RunEvent::Retrying { .. } => self.in_flight = self.in_flight.saturating_sub(1),
            RunEvent::Settled(delivery) => self.settle(delivery),
            RunEvent::Acted { .. } => {}
            RunEvent::SessionEnded { cut: false, .. } => self.sessions_completed += 1,
            RunEvent::SessionEnded { cut: true, .. } => self.sessions_cut += 1,
            RunEvent::NotAsked { .. } => self.probes.not_asked += 1,
            RunEvent::Probed { probe, .. } => self.probes.add(probe),
            RunEvent::SessionNotPlayed { .. } => self.sessions_not_played += 1,
            RunEvent::Interrupted { .. } => self.interrupted = true,
        }
    }

    fn settle(&mut self, delivery: &Delivery) {
        if delivery.exchange.is_some() && !delivery.given_up {
            self.in_flight = self.in_flight.saturating_sub(1);
        }
        if delivery.copy {
            // A copy is no event of its own, but a forged one that is accepted is what it is.
            self.forged_accepted += u64::from(delivery.blame == Blame::ForgedAccepted);
            self.forged_crashed += u64::from(delivery.blame == Blame::ForgedCrash);
            self.duplicates += u64::from(delivery.attempts.min(1));
            return;
        }
        match delivery.status {
            Status::Accepted => self.accepted += 1,
            Status::Refused => self.refused += 1,
            Status::Failed => self.failed += 1,
            Status::Suppressed => self.suppressed += 1,
        }
        match (delivery.blame, delivery.status) {
            (Blame::ForgedAccepted, _) => self.forged_accepted += 1,
            (Blame::ForgedCrash, _) => self.forged_crashed += 1,
            (Blame::Receiver, Status::Refused) => self.refused_unexcused += 1,
            (Blame::Receiver, _) => self.failed_unexcused += 1,
            (Blame::None | Blame::Fault, _) => {}
        }
        for fault in &delivery.faults {
            *self.faults.entry(fault.clone()).or_default() += 1;
        }
        if let Some(code) = delivery.code.code() {
            self.by_event[code.index()] += 1;
        }
        let Some(exchange) = &delivery.exchange else { return };
        self.resent += u64::from(exchange.resent);
        match &exchange.result {
            Ok(reply) => *self.by_status.entry(reply.status).or_default() += 1,
            Err(failure) => *self.failures.entry(failure.code).or_default() += 1,
        }
        self.response.saturating_record(delivery.response_nanos().unwrap_or(0));
        self.service.saturating_record(delivery.service_nanos().unwrap_or(0));
    }

    /// Deliveries that are settled.
    pub const fn settled(&self) -> u64 {
        self.accepted + self.refused + self.failed + self.suppressed
    }

    /// Deliveries that got an answer, whatever it said.
    pub const fn answered(&self) -> u64 {
        self.accepted + self.refused
    }

    /// Failures that were this machine's own.
    pub fn failed_here(&self) -> u64 {
        self.failures.iter().filter(|(code, _)| code.side() == Side::Sender).map(|(_, count)| count).sum()
    }

    /// How often each event was sent, for those that were.
    pub fn events(&self) -> impl Iterator<Item = (Code, u64)> {
        Code::ALL.into_iter().zip(self.by_event).filter(|(_, count)| *count > 0)
    }
}

//! One session being delivered, and where sessions come from.

mod captured;
mod numbers;
mod played;
mod recorded;
mod recording;
mod source;

use std::collections::VecDeque;

pub use numbers::{MOST_SESSIONS, Numbers};
pub use recording::Recording;
pub use source::{Scenarios, SessionSource};

use super::fault::FaultRule;
use super::item::{Faults, Item};
use super::policy::Policy;
use super::signers::Signers;
use crate::clock::Moment;
use crate::outcome::delivery::Status;
use crate::outcome::probe::Excuse;
use crate::outcome::run_event::SessionInfo;
use crate::scenario::act::Act;
use played::Played;

/// A value in the fleet's slab.
#[derive(Debug)]
pub(super) struct Session {
    pub info: SessionInfo,
    course: Course,
    /// When the session began in the run.
    pub begins: Moment,
    pub in_flight: u32,
    /// Under which number its next item is filed in the due queue; other entries are stale.
    pub filed: Option<u64>,
    /// Nothing more of it is sent: its endpoint gave no answer.
    pub is_down: bool,
    /// Why a receiver may conclude something else than the scenario says.
    pub excuse: Option<Excuse>,
    /// Something was not sent because the receiver gave no answer or wanted nothing any more.
    pub cut: bool,
}

/// What a session's items come from.
#[derive(Debug)]
enum Course {
    /// A scenario, stepped as it goes.
    Played(Box<Played>),
    /// A journal.
    Recorded(VecDeque<Item>),
}

/// What all sessions of a run are rendered with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rendering<'a> {
    pub policy: &'a Policy,
    pub signers: &'a Signers,
    pub faults: &'a [FaultRule],
}

impl Session {
    /// When the next item is due, at the scenario's own pace; `None` when the session is over.
    pub fn next_due(&mut self, with: Rendering<'_>, buffer: &mut Vec<u8>) -> Option<Moment> {
        match &mut self.course {
            Course::Played(played) => played.next_due(with, buffer),
            Course::Recorded(items) => items.front().map(|item| item.due),
        }
    }

    /// The next item, which is what [`Session::next_due`] speaks of.
    pub fn next(&mut self, with: Rendering<'_>, buffer: &mut Vec<u8>) -> Option<Item> {
        match &mut self.course {
            Course::Played(played) => played.next(with, buffer),
            Course::Recorded(items) => items.pop_front(),
        }
    }

    /// Lets the user of the page act at a moment of the session. False where nothing comes of it.
    pub fn act(&mut self, act: Act, at: Moment) -> bool {
        match &mut self.course {
            Course::Played(played) => played.act(act, at),
            Course::Recorded(_) => false,
        }
    }

    /// Takes note of what speaks for the receiver in an item that is settled.
    pub fn note(&mut self, status: Status, faults: &Faults) {
        if !faults.is_empty() {
            self.excuse = Some(Excuse::Fault);
        } else if status == Status::Failed && self.excuse != Some(Excuse::Fault) {
            self.excuse = Some(Excuse::Unanswered);
        }
        self.cut |= status == Status::Suppressed && faults.is_empty();
    }

    /// True when nothing is left to send.
    pub fn is_over(&self) -> bool {
        match &self.course {
            Course::Played(played) => played.is_over(),
            Course::Recorded(items) => items.is_empty(),
        }
    }
}

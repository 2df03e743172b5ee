//! What the user of a page does while a session is played in the browser, and the events that come of it.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::plan::Plan;
use super::timeline::Beat;
use super::usual::usual;
use crate::clock::Moment;
use crate::protocol::code::Code;
use crate::protocol::grammar::{Grammar, State};
use crate::seed::SessionSeed;

/// Something that the user of the page does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Act {
    /// The tab goes to the background.
    Hide,
    /// The tab comes back.
    Show,
    /// The user presses Cancel.
    Cancel,
    /// The page is closed.
    Close,
}

/// The events that users can cause, in the order in which a plan keeps them.
pub(super) const CODES: [Code; 4] =
    [Code::PageVisibilityChange, Code::MeasurementCanceled, Code::RedirectingToCallback, Code::PageUnloaded];

impl Act {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hide => "hide",
            Self::Show => "show",
            Self::Cancel => "cancel",
            Self::Close => "close",
        }
    }

    /// True where nothing of the scenario comes after it.
    pub const fn ends_the_session(self) -> bool {
        matches!(self, Self::Cancel | Self::Close)
    }
}

/// Where a session stands that its user can interrupt, and what the user has caused that is not sent yet.
#[derive(Clone, Debug)]
pub struct Interruptions {
    grammar: Grammar,
    state: State,
    /// Whether the page will be hidden once all of it is sent.
    hidden: bool,
    caused: VecDeque<Beat>,
    acts: u16,
}

impl Interruptions {
    /// For a session of this plan; `None` where nobody can do anything.
    pub fn new(plan: &Plan) -> Option<Self> {
        plan.has_user().then(|| Self {
            grammar: Grammar::new(&plan.dialect),
            state: State::START,
            hidden: false,
            caused: VecDeque::new(),
            acts: 0,
        })
    }

    /// The next event that the user caused.
    pub fn first(&self) -> Option<Beat> {
        self.caused.front().copied()
    }

    /// Takes what [`Interruptions::first`] shows.
    pub fn take(&mut self) -> Option<Beat> {
        self.caused.pop_front()
    }

    /// Takes note of an event that is sent.
    pub fn sent(&mut self, code: Code) {
        let hidden = (code == Code::PageVisibilityChange).then_some(!self.state.hidden);
        if let Ok(state) = self.grammar.step(self.state, code, hidden) {
            self.state = state;
        }
        if self.caused.is_empty() {
            self.hidden = self.state.hidden;
        }
    }

    /// Lets the user act at a moment of the session. Only what can happen where the session stands becomes events: a
    /// tab that is hidden cannot be hidden again, and a measurement that is over cannot be canceled. False where nothing
    /// comes of it.
    pub fn act(&mut self, act: Act, at: Moment, plan: &Plan, seed: SessionSeed) -> bool {
        let wanted: &[Code] = match act {
            _ if !plan.interactive && act != Act::Close => &[],
            Act::Hide if self.hidden => &[],
            Act::Show if !self.hidden => &[],
            Act::Hide | Act::Show => &[Code::PageVisibilityChange],
            Act::Cancel => &[Code::MeasurementCanceled, Code::RedirectingToCallback, Code::PageUnloaded],
            Act::Close => &[Code::PageUnloaded],
        };
        let mut state = self.state;
        for beat in &self.caused {
            state = self.after(state, beat.code(plan)).unwrap_or(state);
        }
        let mut due = self.caused.back().map_or(at, |last| last.due.max(at));
        let mut first = true;
        let mut caused = Vec::new();
        for code in wanted {
            let Some(next) = self.after(state, *code) else { continue };
            state = next;
            let Some(emit) = plan.user_emit(*code) else { continue };
            if !first {
                let purpose = plan.emit(emit).purpose.number(self.acts.into()).of("gap");
                due = due.after(usual(*code).gap.draw(seed.draw(purpose)));
            }
            first = false;
            caused.push(Beat { due, emit, round: self.acts, nth: 0 });
        }
        let told = !caused.is_empty();
        if told {
            self.hidden = state.hidden;
            self.acts = self.acts.saturating_add(1);
            self.caused.extend(caused);
        }
        told
    }

    fn after(&self, state: State, code: Code) -> Option<State> {
        let hidden = (code == Code::PageVisibilityChange).then_some(!state.hidden);
        self.grammar.step(state, code, hidden).ok()
    }
}

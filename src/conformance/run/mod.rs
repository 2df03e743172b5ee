//! Runs cases: sends, waits, tries failures again, and notices when the receiver is gone.
//!
//! Cases with many connections go first, alone: whether they pass decides whether others go side by side. Then come the peaceful
//! ones, those that want nobody beside them, and last those that may break the receiver. Where answers come at once, only what
//! waits on purpose or asks the user's system goes side by side: so a receiver that dies does so in a case that has a name.
//! Reports have all cases in the order of the suite.

mod attempt;
mod contact;
mod http2;
mod phases;
mod result;
mod rotation;
mod scheme;
mod state;
mod tls;
mod window;

pub use rotation::{Change, Changing};

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::watch;

use super::case::Case;
use super::judge::Seen;
use super::kit::Setup;
use super::request::Base;
use crate::clock::{Moment, RunClock};
use crate::delivery::announce::Announcer;
use crate::delivery::engine::Stop;
use crate::delivery::probe::Ask;
use crate::outcome::check::{CaseResult, Ending};
use crate::protocol::dialect::StatusSet;
use crate::transport::options::TransportOptions;
use crate::transport::wire::Wire;

/// What cases are run with. No `Debug`: it holds credentials.
pub struct Runner {
    /// What events are made from.
    pub setup: Setup,
    /// What each request has.
    pub base: Base,
    /// The connections.
    pub wire: Wire,
    /// Where to and how, for what opens connections of its own.
    pub options: TransportOptions,
    /// The clock of the run.
    pub clock: RunClock,
    /// The statuses that take an event.
    pub accept: StatusSet,
    /// Who tells the receiver of a session before its first event.
    pub announcer: Option<Announcer>,
    /// Who shows what the receiver's system remembers.
    pub probe: Option<Probe>,
    /// Who brings the receiver from one secret to the other, in the drill for that.
    pub rotation: Option<Change>,
    /// How long a receiver that is down is waited for.
    pub patience: Duration,
    /// When the run ends, whether all is judged or not.
    pub budget: Option<Duration>,
    /// Set where the receiver turns out to close each connection without saying so.
    pub closes: std::sync::atomic::AtomicBool,
    /// How many requests have been answered, and how many not.
    pub counts: Counts,
    /// The command that runs a case again.
    pub command: Arc<dyn Fn(&str) -> String + Send + Sync>,
    /// Whether a failure of this case ends the run.
    pub ends: Arc<dyn Fn(&Case) -> bool + Send + Sync>,
}

/// How many requests came to what.
#[derive(Default)]
pub struct Counts {
    answered: AtomicUsize,
    unanswered: AtomicUsize,
    /// How long the slowest of the first answers took, when nothing else was asked, in microseconds.
    pace: AtomicU64,
}

impl Counts {
    fn note(&self, seen: &Seen) {
        let count = if seen.status().is_some() { &self.answered } else { &self.unanswered };
        count.fetch_add(1, Ordering::Relaxed);
    }

    fn note_pace(&self, took: Duration) {
        let took = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.pace.fetch_max(took, Ordering::Relaxed);
    }

    fn pace(&self) -> Duration {
        Duration::from_micros(self.pace.load(Ordering::Relaxed))
    }

    fn answered(&self) -> usize {
        self.answered.load(Ordering::Relaxed)
    }

    /// So long it would take to do all that was not answered, one after the other.
    fn backlog(&self) -> Duration {
        self.pace().saturating_mul(u32::try_from(self.unanswered.load(Ordering::Relaxed)).unwrap_or(u32::MAX))
    }
}

/// How a system is asked what it remembers.
#[derive(Clone)]
pub struct Probe {
    /// Who is asked.
    pub who: Arc<dyn Ask>,
    /// How long it is asked again until it shows what is expected.
    pub within: Duration,
    /// How long an answer may take.
    pub timeout: Duration,
    pace: Arc<tokio::sync::OnceCell<state::Pace>>,
}

impl Probe {
    /// Who is asked, how long in all, and how long an answer may take.
    pub fn new(who: Arc<dyn Ask>, within: Duration, timeout: Duration) -> Self {
        Self { who, within, timeout, pace: Arc::default() }
    }
}

/// What a run tells as it goes.
pub enum Told<'a> {
    /// Something that people should know.
    Note(String),
    /// A case is judged.
    Judged(&'a CaseResult),
}

/// What a run came to.
pub struct Ran {
    /// Every case, in the order in which they were given.
    pub cases: Vec<CaseResult>,
    /// How it ended.
    pub ending: Ending,
}

/// Runs the cases. `tell` hears of each as soon as it is judged.
pub async fn run(
    runner: Arc<Runner>,
    cases: &[&Case],
    stop: watch::Receiver<Stop>,
    tell: &mut dyn FnMut(Told<'_>),
) -> Ran {
    let begun = runner.clock.now();
    let deadline = runner.budget.map(|budget| begun.after(crate::clock::nanos(budget)));
    let mut phases = phases::Phases::new(Arc::clone(&runner), cases, deadline, stop, tell);
    phases.all().await;
    let (cases, mut ending) = phases.end();
    ending.took_s = runner.clock.now().since(begun).as_secs_f64();
    Ran { cases, ending }
}

/// A moment, or never.
async fn until(clock: RunClock, deadline: Option<Moment>) {
    match deadline {
        Some(moment) => tokio::time::sleep_until(clock.instant(moment)).await,
        None => std::future::pending().await,
    }
}

//! Asking the receiver's own system, once a session has ended, what it makes of it.
//!
//! A system that works through its events later needs a moment: it is asked until it shows the outcome, or until the
//! patience is over. What it shows then counts.

mod ask;
mod judge;
mod place;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

pub use ask::Question;
pub use place::{PLACE, ProbeUrl, ProbeUrlError};

use super::fleet::Ended;
use crate::clock::{Moment, RunClock, nanos};
use crate::outcome::probe::{NotAsked, Probe, ProbeVerdict};
use crate::outcome::run_event::{RunEvent, SessionInfo};

/// An answer longer than this is not read to its end.
pub const LONGEST_ANSWER: usize = 64 << 10;

/// So long an answer may take at the least, however little patience is left.
const LEAST_PATIENCE: Duration = Duration::from_secs(1);
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// This, which should be JSON.
    Text(Vec<u8>),
    /// That there is no such session.
    NotFound,
}

/// An answer that is on its way, or why there is none.
pub type Asking<'a> = Pin<Box<dyn Future<Output = Result<Answer, String>> + Send + 'a>>;

/// Whether somebody is there to be asked.
pub type Listening<'a> = Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>>;

/// Who can be asked after a session.
pub trait Ask: Send + Sync + 'static {
    /// Asks once. No reason that it gives may hold a credential.
    fn ask<'a>(&'a self, session_id: &'a str) -> Asking<'a>;

    /// Waits until somebody is there to be asked, where that can be seen; why nobody can be, where that lasts.
    fn await_listener(&self, patience: Duration) -> Listening<'_> {
        let _ = patience;
        Box::pin(std::future::ready(Ok(())))
    }
}

/// Asks after sessions, a bounded number at once.
#[derive(Clone)]
pub struct Prober {
    who: Arc<dyn Ask>,
    /// How long it is asked again.
    within: Duration,
    /// How long one answer may take.
    timeout: Duration,
    room: Arc<Semaphore>,
}

impl fmt::Debug for Prober {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Prober(..)")
    }
}

impl Prober {
    /// Asks until the outcome is there, for as long as `within`; each answer may take `timeout`, or what is left of
    /// `within` where that is less, but a second. `at_once` are awaited at a time.
    pub fn new(who: impl Ask, within: Duration, timeout: Duration, at_once: usize) -> Self {
        Self { who: Arc::new(who), within, timeout, room: Arc::new(Semaphore::new(at_once)) }
    }

    /// Asks once, with so much of the patience left: who does not answer at all is waited for no longer than that.
    async fn ask(&self, ended: &Ended, left: Duration) -> Result<Answer, String> {
        let limit = self.timeout.min(left.max(LEAST_PATIENCE));
        let answer = tokio::time::timeout(limit, self.who.ask(&ended.info.id)).await;
        answer.unwrap_or_else(|_| {
            // What is left is seldom a round number.
            let seconds = limit.as_secs_f64();
            let seconds = if limit < self.timeout { (seconds * 10.0).round() / 10.0 } else { seconds };
            Err(format!("there was no answer within {seconds} s"))
        })
    }

    async fn probe(&self, clock: RunClock, ended: &Ended) -> Probe {
        let mut pause = FIRST_PAUSE;
        let mut until = None;
        let mut asks = 0;
        loop {
            let answer = {
                // Between two questions there is room for others.
                let _permit = self.room.acquire().await;
                // What a session waits for its turn is not the system's fault, and is not taken from its time.
                let now = clock.now();
                let until = *until.get_or_insert_with(|| now.after(nanos(self.within)));
                self.ask(ended, until.since(now)).await
            };
            asks += 1;
            let judged = judge::judge(&answer, ended.info.outcome);
            let left = until.map_or(Duration::ZERO, |until| until.since(clock.now()));
            if judged.verdict == ProbeVerdict::Matched || left.is_zero() {
                let excuse = ended.excuse.filter(|_| judged.verdict == ProbeVerdict::Differs);
                let judge::Judged { verdict, found, detail } = judged;
                return Probe { verdict, found, detail, excuse, asks };
            }
            tokio::time::sleep(pause.min(left)).await;
            pause = (2 * pause).min(LONGEST_PAUSE);
        }
    }
}

/// The sessions of a run that are being asked after.
pub(super) struct Probes {
    prober: Option<Prober>,
    /// Asks no more: the run was ended.
    stopped: bool,
    clock: RunClock,
    tasks: JoinSet<()>,
    under_way: usize,
    results: mpsc::UnboundedSender<Asked>,
    settled: mpsc::UnboundedReceiver<Asked>,
}

impl Probes {
    /// Where there is no prober, nobody is asked.
    pub fn new(prober: Option<Prober>, clock: RunClock) -> Self {
        let (results, settled) = mpsc::unbounded_channel();
        Self { prober, stopped: false, clock, tasks: JoinSet::new(), under_way: 0, results, settled }
    }

    /// Asks after a session, or says why it is not asked after.
    pub fn begin(&mut self, ended: Ended) -> Option<RunEvent> {
        let prober = self.prober.clone()?;
        if ended.cut {
            return Some(self.not_asked(ended.info, NotAsked::Cut));
        }
        if self.stopped {
            return Some(self.not_asked(ended.info, NotAsked::Interrupted));
        }
        let (clock, results) = (self.clock, self.results.clone());
        self.under_way += 1;
        self.tasks.spawn(async move {
            let mut asking = Underway { ended, clock, results, probe: None };
            asking.probe = Some(prober.probe(clock, &asking.ended).await);
        });
        None
    }

    /// How many sessions are being asked after.
    pub const fn under_way(&self) -> usize {
        self.under_way
    }

    /// The next session whose answer is there.
    pub async fn next(&mut self) -> RunEvent {
        match self.settled.recv().await {
            Some(asked) => {
                self.under_way = self.under_way.saturating_sub(1);
                // What has ended would stay in the set otherwise.
                while self.tasks.try_join_next().is_some() {}
                let Asked { at, session, probe } = asked;
                // Whoever asked came to grief.
                let probe = probe.unwrap_or_else(|| Probe {
                    verdict: ProbeVerdict::Unknown,
                    found: None,
                    detail: Some("it could not be asked".to_owned()),
                    excuse: None,
                    asks: 0,
                });
                RunEvent::Probed { at, session, probe: Box::new(probe) }
            }
            // Cannot be: this value holds a sender itself.
            None => std::future::pending().await,
        }
    }

    /// Asks no more, and ends the commands that run. What was asked to the end is told, and what was broken off as not
    /// asked: what it has come to by now is not what it comes to.
    pub async fn stop(&mut self) -> Vec<RunEvent> {
        self.stopped = true;
        self.under_way = 0;
        self.tasks.shutdown().await;
        let mut events = Vec::new();
        while let Ok(Asked { at, session, probe }) = self.settled.try_recv() {
            events.push(match probe {
                Some(probe) => RunEvent::Probed { at, session, probe: Box::new(probe) },
                None => self.not_asked(session, NotAsked::Interrupted),
            });
        }
        events
    }

    fn not_asked(&self, session: SessionInfo, why: NotAsked) -> RunEvent {
        RunEvent::NotAsked { at: self.clock.now(), session, why }
    }
}

/// What came of asking after a session; nothing where it was broken off.
struct Asked {
    at: Moment,
    session: SessionInfo,
    probe: Option<Probe>,
}

/// Says what came of asking when it is dropped, however that comes about: no run waits for ever.
struct Underway {
    ended: Ended,
    clock: RunClock,
    results: mpsc::UnboundedSender<Asked>,
    probe: Option<Probe>,
}

impl Drop for Underway {
    fn drop(&mut self) {
        let (at, session, probe) = (self.clock.now(), self.ended.info.clone(), self.probe.take());
        // Nobody listens any more once the run is over.
        let _ = self.results.send(Asked { at, session, probe });
    }
}

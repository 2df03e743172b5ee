//! The first word with the receiver.

use std::sync::Arc;
use std::time::Duration;

use super::Runner;
use super::attempt::seen_of;
use crate::clock::{Moment, nanos, wall_clock};
use crate::conformance::judge::Seen;
use crate::conformance::kit::Kit;
use crate::conformance::script::Shot;
use crate::outcome::exchange::Phase;
use crate::protocol::code::Code;
use crate::transport::limits::DEFAULT_TIMEOUT;
use crate::transport::readiness;

/// How so many times the usual time limit is waited for the first answer: one that is too slow is told from one that is
/// not there.
const FACTOR: u32 = 3;

/// What the first ordinary event met with.
pub(super) enum Contact {
    /// An answer, after so long.
    Answered { status: u16, took: Duration },
    /// None.
    Unanswered {
        /// What it met with, in words.
        why: String,
        /// The step in which it ended, where it was sent at all.
        phase: Option<Phase>,
    },
}

impl Runner {
    /// How long a request may take.
    pub(super) fn timeout(&self) -> Duration {
        self.options.timeout.unwrap_or(DEFAULT_TIMEOUT)
    }

    /// Sends an ordinary event, again while nobody listens, as long as the patience lasts.
    pub(super) async fn contact(self: &Arc<Self>) -> Contact {
        let until = self.clock.now().after(nanos(self.patience));
        let mut number = 1;
        loop {
            let seen = match self.ordinary("contact", number).await {
                Ok(seen) => seen,
                Err(why) => return Contact::Unanswered { why, phase: None },
            };
            if let Some(status) = seen.status() {
                return Contact::Answered { status, took: seen.took };
            }
            let left = until.since(self.clock.now());
            if !seen.is_down() || left.is_zero() || !self.revive_within(left).await {
                let phase = seen.result.as_ref().err().map(|failure| failure.phase);
                return Contact::Unanswered { why: seen.words(), phase };
            }
            number += 1;
        }
    }

    /// An ordinary event in a session of its own.
    async fn ordinary(self: &Arc<Self>, name: &str, number: u64) -> Result<Seen, String> {
        let mut kit = Kit::new(&self.setup, name, number, wall_clock());
        let mut session = kit.session();
        let event = kit.event(&mut session, Code::WmsLoaded);
        if let Some(announcer) = &self.announcer {
            announcer.tell(&event.session).await?;
        }
        let request = self.base.request(&Shot::setup(&event));
        Ok(seen_of(self.wire.raw().exchange_within(&request, Some(self.timeout() * FACTOR)).await))
    }

    /// Waits until a receiver that is down takes connections again, at most as long as the patience lasts. Says how long
    /// it took.
    pub(super) async fn revive(&self) -> Option<Duration> {
        let begun = self.clock.now();
        self.revive_within(self.patience).await.then(|| self.clock.now().since(begun))
    }

    async fn revive_within(&self, patience: Duration) -> bool {
        readiness::wait(&self.options.target, patience).await.is_ok()
    }

    /// Whether a moment has passed.
    pub(super) fn is_past(&self, moment: Option<Moment>) -> bool {
        moment.is_some_and(|moment| self.clock.now() >= moment)
    }
}

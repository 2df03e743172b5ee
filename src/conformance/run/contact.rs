//! The first word with the receiver.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Runner;
use super::attempt::seen_of;
use super::scheme::is_about_tls;
use crate::clock::{Moment, nanos, wall_clock};
use crate::conformance::judge::{self, Seen};
use crate::conformance::kit::Kit;
use crate::conformance::script::{Demand, Shot};
use crate::outcome::check::Incident;
use crate::outcome::exchange::{FailureCode, Phase};
use crate::protocol::code::Code;
use crate::transport::limits::DEFAULT_TIMEOUT;
use crate::transport::readiness;
use crate::transport::wire::RawRequest;

/// How so many times the usual time limit is waited for the first answer: one that is too slow is told from one that is
/// not there.
const FACTOR: u32 = 3;
/// How soon after its answer a receiver closes a connection that it means to close.
const CLOSING: Duration = Duration::from_millis(100);

/// Answers that take so much longer than the first ones did have had to wait for something.
const HURRY: Duration = Duration::from_secs(1);
/// Between two looks whether a receiver that went down is there again.
const ENDING: Duration = Duration::from_millis(50);

/// What the first ordinary event met with.
pub(super) enum Contact {
    /// An answer, after so long.
    Answered { status: u16, took: Duration },
    /// An answer that began and did not end.
    Unfinished {
        /// The status and what became of the rest, in words.
        why: String,
        /// It was waited for until the time was up.
        late: bool,
    },
    /// None.
    Unanswered {
        /// The step in which it ended, where it was sent at all.
        phase: Option<Phase>,
        /// What it met with.
        met: Incident,
    },
}

/// A receiver that takes connections.
pub(super) struct Back {
    /// So long it took.
    pub after: Duration,
    /// It took none before.
    pub was_away: bool,
}

impl Runner {
    /// How long a request may take.
    pub(super) fn timeout(&self) -> Duration {
        self.options.timeout.unwrap_or(DEFAULT_TIMEOUT)
    }

    /// How long the first answer is waited for.
    fn patient(&self) -> Duration {
        self.timeout() * FACTOR
    }

    /// Sends an ordinary event, again while nobody listens, as long as the patience lasts.
    pub(super) async fn contact(self: &Arc<Self>) -> Contact {
        let until = self.clock.now().after(nanos(self.patience));
        let mut number = 1;
        loop {
            let seen = match self.ordinary("contact", number).await {
                Ok(seen) => seen,
                Err(got) => {
                    let met = Incident::Unanswered { failure: None, got, instead: None, limit_s: None };
                    return Contact::Unanswered { phase: None, met };
                }
            };
            if is_about_tls(&seen)
                && let Some(instead) = self.other_scheme(&seen).await
            {
                let met = Incident::Unanswered {
                    failure: Some(FailureCode::NotHttp),
                    got: seen.words(),
                    instead: Some(instead),
                    limit_s: None,
                };
                return Contact::Unanswered { phase: None, met };
            }
            if let Some(status) = seen.status() {
                // What is started by its first request takes long for that one only.
                if number == 1 && seen.took > self.timeout() {
                    number += 1;
                    continue;
                }
                self.counts.note_pace(seen.took);
                self.note_how_connections_end().await;
                return Contact::Answered { status, took: seen.took };
            }
            let code = seen.result.as_ref().err().map(|failure| failure.code);
            if seen.is_unfinished() {
                let late = code.is_some_and(FailureCode::is_timeout);
                return Contact::Unfinished { why: seen.words(), late };
            }
            let left = until.since(self.clock.now());
            if !seen.is_down() || left.is_zero() || self.revive_within(left).await.is_none() {
                let phase = seen.result.as_ref().err().map(|failure| failure.phase);
                let instead = self.other_scheme(&seen).await;
                let limit_s = Some(self.patient().as_secs_f64());
                let met = Incident::Unanswered { failure: code, got: seen.words(), instead, limit_s };
                return Contact::Unanswered { phase, met };
            }
            number += 1;
        }
    }

    /// An ordinary event in a session of its own.
    async fn ordinary(self: &Arc<Self>, name: &str, number: u64) -> Result<Seen, String> {
        self.ordinary_within(name, number, self.patient()).await
    }

    async fn ordinary_within(
        self: &Arc<Self>,
        name: &str,
        number: u64,
        limit: Duration,
    ) -> Result<Seen, String> {
        let mut kit = Kit::new(&self.setup, name, number, wall_clock());
        let mut session = kit.session();
        let event = kit.event(&mut session, Code::WmsLoaded);
        if let Some(announcer) = &self.announcer {
            announcer.tell(&event.session).await?;
        }
        let request = self.base.request(&Shot::setup(&event));
        Ok(self.once(&request, limit).await)
    }

    /// Within this time an ordinary event is answered by a receiver that has nothing else to do.
    pub(super) fn at_once(&self) -> Duration {
        self.counts.pace() + HURRY
    }

    /// Whether an ordinary event is taken as soon as when nothing else was asked.
    pub(super) async fn is_at_ease(self: &Arc<Self>) -> bool {
        let limit = self.at_once();
        let seen = self.ordinary_within("ease", self.clock.now().0, limit).await;
        seen.is_ok_and(|seen| seen.took <= limit && judge::meets(Demand::Accept, &seen, &self.accept))
    }

    /// A receiver may close a connection after its answer without having said so, and the next request would run into that:
    /// then each request gets a connection of its own.
    async fn note_how_connections_end(self: &Arc<Self>) {
        let mut kit = Kit::new(&self.setup, "connections", 1, wall_clock());
        let mut session = kit.session();
        let mut connection = Box::new(self.wire.raw());
        for code in [Code::WmsLoaded, Code::ConfigurationLoaded] {
            let event = kit.event(&mut session, code);
            if let Some(announcer) = &self.announcer
                && announcer.tell(&event.session).await.is_err()
            {
                return;
            }
            let said_so = !connection.is_open();
            let request = self.base.request(&Shot::setup(&event));
            let seen = Box::pin(connection.exchange_within(&request, Some(self.timeout()))).await;
            let seen = self.noted(seen_of(seen));
            self.counts.note_pace(seen.took);
            if code == Code::ConfigurationLoaded && !said_so && !seen.reused {
                self.closes.store(true, Ordering::Relaxed);
            }
            tokio::time::sleep(CLOSING).await;
        }
    }

    /// Sends one request over a connection of its own.
    pub(super) async fn once(&self, request: &RawRequest, limit: Duration) -> Seen {
        let mut connection = Box::new(self.wire.raw());
        self.noted(seen_of(Box::pin(connection.exchange_within(request, Some(limit))).await))
    }

    /// Waits until a receiver that may be down takes connections again, at most as long as the patience lasts.
    ///
    /// A process that ends may take a connection in its last moment, so that an ordinary event has to be answered.
    pub(super) async fn revive(self: &Arc<Self>) -> Option<Back> {
        let begun = self.clock.now();
        let mut was_away = false;
        let until = begun.after(nanos(self.patience));
        let mut number = self.clock.now().0;
        loop {
            was_away |= self.revive_within(until.since(self.clock.now())).await?;
            number += 1;
            let gone = match self.ordinary("revival", number).await {
                // Whoever begins an answer is there.
                Ok(seen) => seen.is_cut() && !seen.is_unfinished(),
                Err(_) => false,
            };
            let now = self.clock.now();
            if !gone {
                return Some(Back { after: now.since(begun), was_away });
            }
            if until.since(now).is_zero() {
                return None;
            }
            tokio::time::sleep(ENDING).await;
        }
    }

    /// Asks a receiver that has answered nothing for some time with an ordinary event: whether it stays silent.
    /// `after` is the case that had an answer last.
    pub(super) async fn silence(self: &Arc<Self>, after: Option<String>) -> Option<Incident> {
        let seen = self.ordinary("silence", self.clock.now().0).await.ok()?;
        // Who hangs up is there, or is being started anew: the next case meets that.
        let timed_out = seen.result.as_ref().is_err_and(|failure| failure.code.is_timeout());
        let silent = Incident::Silent {
            after,
            got: seen.words(),
            begun: seen.is_unfinished(),
            answered: self.counts.answered(),
            // The cases before were silent for about as long as this event.
            busy: self.counts.backlog() >= self.timeout() * FACTOR * 2,
        };
        timed_out.then_some(silent)
    }

    /// Whether it had to be waited for; nothing where it is not there in time.
    async fn revive_within(&self, patience: Duration) -> Option<bool> {
        readiness::wait(&self.options.target, patience).await.ok()
    }

    /// Whether a moment has passed.
    pub(super) fn is_past(&self, moment: Option<Moment>) -> bool {
        moment.is_some_and(|moment| self.clock.now() >= moment)
    }
}

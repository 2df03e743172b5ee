//! A transport for tests: it opens no connection, answers by a plan and remembers what was sent.
//!
//! Its delays pass on tokio's clock, so that a test which pauses that clock takes no time.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;

use crate::clock::{Moment, RunClock};
use crate::outcome::exchange::{Exchange, Failure, FailureCode, Moments, Phase, Reply};

use super::{Lane, Outgoing, Transport};

/// What becomes of one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// How long it takes.
    pub delay: Duration,
    /// What comes of it.
    pub result: Result<Reply, Failure>,
}

impl Answer {
    /// A reply with this status and no body, at once.
    pub fn status(status: u16) -> Self {
        Self { delay: Duration::ZERO, result: Ok(Reply { status, ..Reply::default() }) }
    }

    /// A failure with this name, at once.
    pub fn failure(code: FailureCode, phase: Phase) -> Self {
        Self { delay: Duration::ZERO, result: Err(Failure::new(code, phase, "as the script says")) }
    }

    /// The same, later.
    #[must_use]
    pub fn after(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }

    /// The same reply with a `Retry-After`; a failure stays as it is.
    #[must_use]
    pub fn retry_after(mut self, value: &str) -> Self {
        if let Ok(reply) = &mut self.result {
            reply.retry_after = Some(value.to_owned());
        }
        self
    }
}

/// One request that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Which request this was, counted from 0 over all lanes.
    pub number: usize,
    /// Which lane carried it, counted from 0.
    pub lane: usize,
    /// When it was sent.
    pub at: Moment,
    /// The exact bytes of the body.
    pub body: Bytes,
    /// The value of the signature's header.
    pub mac: Option<String>,
}

/// The plan: from a request's number and body to its answer.
type Plan = dyn FnMut(usize, &Bytes) -> Answer + Send;

/// A transport that answers by a plan. Clones share the plan and the memory.
#[derive(Clone)]
pub struct Scripted {
    clock: RunClock,
    state: Arc<Mutex<State>>,
}

struct State {
    plan: Box<Plan>,
    sent: Vec<Sent>,
    lanes: usize,
    under_way: usize,
    most_under_way: usize,
}

impl Scripted {
    /// Answers each request as `plan` says, which is given the request's number (from 0) and body.
    pub fn new(clock: RunClock, plan: impl FnMut(usize, &Bytes) -> Answer + Send + 'static) -> Self {
        let plan = Box::new(plan);
        let state = State { plan, sent: Vec::new(), lanes: 0, under_way: 0, most_under_way: 0 };
        Self { clock, state: Arc::new(Mutex::new(state)) }
    }

    /// Answers with these, one after the other, and then with the last of them for ever; with 200 if there are none.
    pub fn answers(clock: RunClock, answers: impl IntoIterator<Item = Answer>) -> Self {
        let mut answers: VecDeque<Answer> = answers.into_iter().collect();
        let mut last = Answer::status(200);
        Self::new(clock, move |_, _| {
            if let Some(answer) = answers.pop_front() {
                last = answer;
            }
            last.clone()
        })
    }

    /// Everything that was sent so far, in the order of sending.
    pub fn sent(&self) -> Vec<Sent> {
        self.lock().sent.clone()
    }

    /// How many requests were under way at once, at most.
    pub fn most_under_way(&self) -> usize {
        self.lock().most_under_way
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, lane: usize, outgoing: &Outgoing) -> Answer {
        let at = self.clock.now();
        let mut state = self.lock();
        let number = state.sent.len();
        let (body, mac) = (outgoing.body.clone(), outgoing.mac.clone());
        let answer = (state.plan)(number, &body);
        state.sent.push(Sent { number, lane, at, body, mac });
        state.under_way += 1;
        state.most_under_way = state.most_under_way.max(state.under_way);
        answer
    }
}

impl Transport for Scripted {
    type Lane = ScriptedLane;

    fn lane(&self) -> ScriptedLane {
        let mut state = self.lock();
        let number = state.lanes;
        state.lanes += 1;
        drop(state);
        ScriptedLane { script: self.clone(), number, open: false }
    }
}

/// A lane of [`Scripted`].
pub struct ScriptedLane {
    script: Scripted,
    number: usize,
    open: bool,
}

/// Counts a request that ended, even one that was dropped half way.
struct UnderWay<'a>(&'a Scripted);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.lock().under_way -= 1;
    }
}

impl Lane for ScriptedLane {
    async fn exchange(&mut self, outgoing: &Outgoing) -> Exchange {
        let clock = self.script.clock;
        let begun = clock.now();
        let reused = std::mem::take(&mut self.open);
        let Answer { delay, result } = self.script.take(self.number, outgoing);
        let under_way = UnderWay(&self.script);
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        drop(under_way);
        let ended = clock.now();
        let reached = |phase: Phase| {
            result.as_ref().map_or_else(|failure| depth(failure.phase) > depth(phase), |_| true)
        };
        let moments = Moments {
            begun,
            connected: reached(Phase::Tls).then_some(begun),
            sent: reached(Phase::Send).then_some(begun),
            first_byte: reached(Phase::Wait).then_some(ended),
            ended,
        };
        self.open = result.as_ref().is_ok_and(|reply| !reply.closed);
        Exchange { result, moments, reused, resent: false }
    }

    fn idle(&mut self) {
        self.open = false;
    }
}

fn depth(phase: Phase) -> u8 {
    match phase {
        Phase::Resolve => 0,
        Phase::Connect => 1,
        Phase::Tls => 2,
        Phase::Send => 3,
        Phase::Wait => 4,
        Phase::Head => 5,
        Phase::Body => 6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outgoing(body: &'static str) -> Outgoing {
        Outgoing { body: Bytes::from_static(body.as_bytes()), mac: Some("m".into()) }
    }

    #[tokio::test(start_paused = true)]
    async fn answers_come_as_planned_on_the_paused_clock() {
        let clock = RunClock::start();
        let second = Duration::from_secs(1);
        let script = Scripted::new(clock, move |number, body| match number {
            0 => Answer::status(if body == "a" { 202 } else { 500 }).after(second),
            1 => Answer::failure(FailureCode::ConnectionRefused, Phase::Connect),
            _ => Answer::status(503).retry_after("7"),
        });
        let mut lane = script.lane();

        let first = lane.exchange(&outgoing("a")).await;
        assert_eq!((first.status(), first.reused), (Some(202), false));
        assert_eq!(first.moments.ended.since(first.moments.begun), second);

        let second = lane.exchange(&outgoing("b")).await;
        assert!(second.reused && second.moments.connected.is_none() && second.result.is_err());

        let third = lane.exchange(&outgoing("c")).await;
        assert_eq!(third.result.unwrap().retry_after.as_deref(), Some("7"));

        let sent = script.sent();
        let bodies: Vec<&[u8]> = sent.iter().map(|sent| sent.body.as_ref()).collect();
        assert_eq!(bodies, [b"a", b"b", b"c"]);
        assert_eq!((sent[0].mac.as_deref(), script.most_under_way()), (Some("m"), 1));
    }

    #[tokio::test(start_paused = true)]
    async fn requests_under_way_are_counted_even_if_dropped() {
        let slow = Answer::status(200).after(Duration::from_secs(9));
        let script = Scripted::answers(RunClock::start(), [slow]);
        let (mut one, mut two) = (script.lane(), script.lane());
        let (a, b) = (outgoing("a"), outgoing("b"));
        let both = async { tokio::join!(one.exchange(&a), two.exchange(&b)) };
        assert!(tokio::time::timeout(Duration::from_secs(1), both).await.is_err());
        assert_eq!(script.most_under_way(), 2);
        assert_eq!(script.lock().under_way, 0);
        assert_eq!(script.sent().iter().map(|sent| sent.lane).collect::<Vec<_>>(), [0, 1]);
    }
}

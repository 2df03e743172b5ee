//! One connection and the requests that it carries, one after the other, whatever they are made of.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::Moment;
use crate::outcome::exchange::{Exchange, Failure, FailureCode, Moments, Phase, Reply};

use super::super::discretion::Discretion;
use super::super::failure;
use super::super::limits::{DEFAULT_TIMEOUT, MAY_BE_STALE_AFTER};
use super::Setup;
use super::connect::Asking;
use super::line::{Line, Request, Track};
use super::stream::{Heard, Stream};
use super::watchdog::{TimeIsUp, Watchdog};

/// How connections are made, and which time that takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Policy {
    /// The time of an exchange is for all of it. A connection is asked for at once, and once.
    InAll,
    /// The time of an exchange begins when its TCP connection stands. A connection is asked for in turn, and for that there
    /// is a time of its own, whatever the exchange may take.
    FromConnection,
}

impl Policy {
    fn asking(self) -> Asking {
        match self {
            Self::InAll => Asking::Once,
            Self::FromConnection => Asking::InTurn,
        }
    }
}

/// Where each exchange counts from its connection on, to connect may take so many times the time limit of the settings: one
/// of many waits until those before it are served.
const CONNECTING: u32 = 3;

/// A connection with its reused buffers.
pub(super) struct Carrier {
    setup: Arc<Setup>,
    policy: Policy,
    /// A connection with nothing to do. While a request is under way it is not here, so that an exchange which is
    /// dropped half way takes the connection with it.
    idle: Option<Idle>,
    /// When the last exchange ended.
    rested_since: Moment,
    /// In the last exchange bytes came that belong to no reply.
    surplus: bool,
    line: Line,
    watchdog: Watchdog,
}

/// A connection with nothing to do.
struct Idle {
    stream: Stream,
    /// It has carried a request already.
    used: bool,
}

impl Carrier {
    pub(super) fn new(setup: Arc<Setup>, policy: Policy) -> Self {
        Self {
            setup,
            policy,
            idle: None,
            rested_since: Moment::ZERO,
            surplus: false,
            line: Line::default(),
            watchdog: Watchdog::default(),
        }
    }

    /// The time limit of the settings.
    pub(super) fn timeout(&self) -> Option<Duration> {
        self.setup.timeout
    }

    /// What must not be told of an exchange.
    pub(super) fn discretion(&self) -> &Discretion {
        &self.setup.discretion
    }

    /// Sends the request and waits for the reply, within `limit` as the policy counts it. Says when a connection stood, if
    /// one did.
    pub(super) async fn exchange(
        &mut self,
        request: &mut impl Request,
        limit: Option<Duration>,
    ) -> (Exchange, Option<Moment>) {
        let begun = self.setup.clock.now();
        let mut track = Track::new(self.setup.clock, Moments { begun, ..Moments::default() });
        let mut stood = None;
        self.line.may_be_stale = begun.since(self.rested_since) >= MAY_BE_STALE_AFTER;
        self.line.reader.begin();
        self.surplus = false;
        let result = self.deliver(request, limit, &mut track, &mut stood).await;
        self.surplus |= result.is_ok() && self.line.reader.has_surplus();
        let result = result.map_err(|failure| Failure { status: self.line.reader.status(), ..failure });
        let Track { moments, reused, resent, .. } = track;
        let moments = Moments { ended: self.setup.clock.now(), ..moments };
        self.rested_since = moments.ended;
        (Exchange { result, moments, reused, resent }, stood)
    }

    /// Carries the request over the idle connection, or over a new one.
    async fn deliver(
        &mut self,
        request: &mut impl Request,
        limit: Option<Duration>,
        track: &mut Track,
        stood: &mut Option<Moment>,
    ) -> Result<Reply, Failure> {
        let Self { setup, policy, idle, surplus, line, watchdog, .. } = self;
        let begun = track.moments.begun;
        request.begin(&setup.preamble)?;
        let mut held = idle.take();
        if let Some(Idle { stream, .. }) = &mut held {
            let heard = stream.heard().await;
            *surplus = heard == Heard::Bytes;
            held = held.filter(|_| heard == Heard::Nothing);
        }
        if let Some(Idle { mut stream, used }) = held {
            track.reused = used;
            track.moments.connected = Some(begun);
            *stood = Some(begun);
            let work = line.converse(request, &mut stream, track);
            let Ok(result) = watchdog.guard(setup.clock.instant(begun), limit, work).await else {
                return Err(out_of_time(request, track.phase, limit));
            };
            if !(used && line.found_dead(&result)) {
                *idle = line.may_go_on(&result).then_some(Idle { stream, used: true });
                return result;
            }
            track.reused = false;
            track.resent = true;
            track.moments = Moments { begun, ..Moments::default() };
            *stood = None;
            request.begin(&setup.preamble)?;
        }
        let (from, patience) = match policy {
            Policy::InAll => (begun, limit),
            Policy::FromConnection => (setup.clock.now(), Some(setup.connecting())),
        };
        let tcp = setup.connector.tcp(&mut track.phase, policy.asking());
        let Ok(tcp) = watchdog.guard(setup.clock.instant(from), patience, tcp).await else {
            return Err(failure::timed_out(track.phase, patience));
        };
        let tcp = tcp?;
        let now = setup.clock.now();
        *stood = Some(now);
        let from = match policy {
            Policy::InAll => begun,
            Policy::FromConnection => now,
        };
        let work = async {
            let mut stream = setup.connector.over(tcp, &mut track.phase).await?;
            track.moments.connected = Some(track.clock.now());
            let result = line.converse(request, &mut stream, track).await;
            *idle = line.may_go_on(&result).then_some(Idle { stream, used: true });
            result
        };
        match watchdog.guard(setup.clock.instant(from), limit, work).await {
            Ok(result) => result,
            Err(TimeIsUp) => Err(out_of_time(request, track.phase, limit)),
        }
    }

    /// Makes a connection for the next exchange, unless one is there, and takes no longer than `limit` in all. Says whether
    /// there is one.
    pub(super) async fn open(&mut self, limit: Duration) -> bool {
        let Self { setup, policy, idle, watchdog, .. } = self;
        if let Some(mut held) = idle.take()
            && held.stream.heard().await == Heard::Nothing
        {
            *idle = Some(held);
            return true;
        }
        let mut phase = Phase::Resolve;
        let work = async {
            let tcp = setup.connector.tcp(&mut phase, policy.asking()).await?;
            setup.connector.over(tcp, &mut phase).await
        };
        let connected = watchdog.guard(setup.clock.instant(setup.clock.now()), Some(limit), work).await;
        *idle = connected.ok().and_then(Result::ok).map(|stream| Idle { stream, used: false });
        idle.is_some()
    }

    /// How many interim replies the last conversation had.
    pub(super) fn interim(&self) -> u32 {
        self.line.reader.interim()
    }

    /// Whether bytes came in the last exchange that belong to no reply: behind this one, or before its request.
    pub(super) fn surplus(&self) -> bool {
        self.surplus
    }

    pub(super) fn is_open(&self) -> bool {
        self.idle.is_some()
    }

    pub(super) fn close(&mut self) {
        self.idle = None;
    }
}

impl Setup {
    /// How long a connection in turn may take.
    fn connecting(&self) -> Duration {
        self.timeout.unwrap_or(DEFAULT_TIMEOUT).saturating_mul(CONNECTING)
    }
}

/// The time was up.
fn out_of_time(request: &impl Request, phase: Phase, limit: Option<Duration>) -> Failure {
    if phase == Phase::Send && request.holds_back() {
        too_slow(limit)
    } else {
        failure::timed_out(phase, limit)
    }
}

/// The time was up while the request itself held back: nobody can blame the receiver for that.
fn too_slow(limit: Option<Duration>) -> Failure {
    let limit = limit.unwrap_or_default();
    let detail = format!("the request waits on purpose for longer than the time limit of {limit:?}");
    Failure::new(FailureCode::InvalidRequest, Phase::Send, detail)
}

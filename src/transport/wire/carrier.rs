//! One connection and the requests that it carries, one after the other, whatever they are made of.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::Moment;
use crate::outcome::exchange::{Exchange, Failure, FailureCode, Moments, Phase, Reply};

use super::super::failure;
use super::super::limits::MAY_BE_STALE_AFTER;
use super::Setup;
use super::connect::Asking;
use super::line::{Line, Request, Track};
use super::stream::Stream;
use super::watchdog::{TimeIsUp, Watchdog};

/// So many times the time limit a connection of its own time may take: in a crowd it waits for those before it.
const CONNECTING: u32 = 3;

/// A connection with its reused buffers.
pub(super) struct Carrier {
    setup: Arc<Setup>,
    /// A connection with nothing to do. While a request is under way it is not here, so that an exchange which is
    /// dropped half way takes the connection with it.
    idle: Option<Stream>,
    /// When the last exchange ended.
    rested_since: Moment,
    line: Line,
    watchdog: Watchdog,
}

impl Carrier {
    pub(super) fn new(setup: Arc<Setup>) -> Self {
        Self {
            setup,
            idle: None,
            rested_since: Moment::ZERO,
            line: Line::default(),
            watchdog: Watchdog::default(),
        }
    }

    /// The time limit of the settings.
    pub(super) fn timeout(&self) -> Option<Duration> {
        self.setup.timeout
    }

    /// Sends the request and waits for the reply, over all its phases no longer than `limit`.
    pub(super) async fn exchange(&mut self, request: &mut impl Request, limit: Option<Duration>) -> Exchange {
        let Self { setup, idle, rested_since, line, watchdog } = self;
        let begun = setup.clock.now();
        let mut track = Track::new(setup.clock, Moments { begun, ..Moments::default() });
        line.may_be_stale = begun.since(*rested_since) >= MAY_BE_STALE_AFTER;
        line.reader.begin();
        let work = deliver(setup, request, idle, line, &mut track);
        let result = match watchdog.guard(setup.clock.instant(begun), limit, work).await {
            Ok(result) => result,
            Err(TimeIsUp) => Err(out_of_time(request, track.phase, limit)),
        };
        let result = result.map_err(|failure| Failure { status: line.reader.status(), ..failure });
        track.moments.ended = setup.clock.now();
        *rested_since = track.moments.ended;
        Exchange { result, moments: track.moments, reused: track.reused, resent: track.resent }
    }

    /// Sends the request and waits for the reply, no longer than `limit` from the moment at which a TCP connection stands.
    /// The connection has several times as long for itself, and is asked for again and again meanwhile. Says when it stood, if it did.
    pub(super) async fn exchange_apart(
        &mut self,
        request: &mut impl Request,
        limit: Option<Duration>,
    ) -> (Exchange, Option<Moment>) {
        let begun = self.setup.clock.now();
        let mut track = Track::new(self.setup.clock, Moments { begun, ..Moments::default() });
        let mut stood = None;
        self.line.reader.begin();
        let result = self.deliver_apart(request, limit, &mut track, &mut stood).await;
        let result = result.map_err(|failure| Failure { status: self.line.reader.status(), ..failure });
        track.moments.ended = track.clock.now();
        self.rested_since = track.moments.ended;
        let exchange =
            Exchange { result, moments: track.moments, reused: track.reused, resent: track.resent };
        (exchange, stood)
    }

    async fn deliver_apart(
        &mut self,
        request: &mut impl Request,
        limit: Option<Duration>,
        track: &mut Track,
        stood: &mut Option<Moment>,
    ) -> Result<Reply, Failure> {
        let Self { setup, idle, rested_since, line, watchdog } = self;
        let begun = track.moments.begun;
        line.may_be_stale = begun.since(*rested_since) >= MAY_BE_STALE_AFTER;
        request.begin(&setup.preamble)?;
        if let Some(mut stream) = idle.take()
            && stream.is_quiet().await
        {
            track.reused = true;
            track.moments.connected = Some(begun);
            *stood = Some(begun);
            let work = line.converse(request, &mut stream, track);
            let result = match watchdog.guard(setup.clock.instant(begun), limit, work).await {
                Ok(result) => result,
                Err(TimeIsUp) => return Err(out_of_time(request, track.phase, limit)),
            };
            if !line.found_dead(&result) {
                *idle = line.may_go_on(&result).then_some(stream);
                return result;
            }
            track.reused = false;
            track.resent = true;
            track.moments = Moments { begun, ..Moments::default() };
            *stood = None;
            request.begin(&setup.preamble)?;
        }
        let asked = setup.clock.instant(setup.clock.now());
        let patience = limit.map(|limit| limit.saturating_mul(CONNECTING));
        let connector = &setup.connector;
        let tcp = match watchdog.guard(asked, patience, connector.tcp(&mut track.phase, Asking::InTurn)).await
        {
            Ok(tcp) => tcp?,
            Err(TimeIsUp) => return Err(failure::timed_out(track.phase, patience)),
        };
        let now = setup.clock.now();
        *stood = Some(now);
        let work = async {
            let mut stream = connector.over(tcp, &mut track.phase).await?;
            track.moments.connected = Some(track.clock.now());
            let result = line.converse(request, &mut stream, track).await;
            *idle = line.may_go_on(&result).then_some(stream);
            result
        };
        match watchdog.guard(setup.clock.instant(now), limit, work).await {
            Ok(result) => result,
            Err(TimeIsUp) => Err(out_of_time(request, track.phase, limit)),
        }
    }

    /// How many interim replies the last conversation had.
    pub(super) fn interim(&self) -> u32 {
        self.line.reader.interim()
    }

    pub(super) fn is_open(&self) -> bool {
        self.idle.is_some()
    }

    pub(super) fn close(&mut self) {
        self.idle = None;
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

/// Carries the request over the idle connection, or over a new one.
async fn deliver(
    setup: &Setup,
    request: &mut impl Request,
    idle: &mut Option<Stream>,
    line: &mut Line,
    track: &mut Track,
) -> Result<Reply, Failure> {
    request.begin(&setup.preamble)?;
    if let Some(mut stream) = idle.take()
        && stream.is_quiet().await
    {
        track.reused = true;
        track.moments.connected = Some(track.moments.begun);
        let result = line.converse(request, &mut stream, track).await;
        if !line.found_dead(&result) {
            *idle = line.may_go_on(&result).then_some(stream);
            return result;
        }
        track.reused = false;
        track.resent = true;
        track.moments = Moments { begun: track.moments.begun, ..Moments::default() };
        request.begin(&setup.preamble)?;
    }
    let mut stream = setup.connector.connect(&mut track.phase).await?;
    track.moments.connected = Some(track.clock.now());
    let result = line.converse(request, &mut stream, track).await;
    *idle = line.may_go_on(&result).then_some(stream);
    result
}

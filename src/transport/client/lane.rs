//! One client with one connection, and the requests that it carries, one after the other.

use std::sync::Arc;

use reqwest::{Response, Version};

use crate::clock::Moment;
use crate::outcome::exchange::{Exchange, Failure, FailureCode, Moments, Phase, Reply};

use super::super::limits::{BODY_LIMIT, MAY_BE_STALE_AFTER};
use super::super::{Lane, MAC_HEADER, Outgoing, failure};
use super::body::ProbedBody;
use super::cause::{self, Circumstances};
use super::probe::Probe;
use super::{Setup, head};

/// A lane of [`Client`](super::Client): a client with one connection.
pub struct ClientLane {
    setup: Arc<Setup>,
    probe: Probe,
    client: Option<reqwest::Client>,
    /// When the last exchange ended.
    rested_since: Moment,
    /// The connection was idle for so long that it may have died of it.
    may_be_stale: bool,
}

impl ClientLane {
    pub(super) fn new(setup: Arc<Setup>) -> Self {
        let probe = Probe::new(setup.clock);
        Self { setup, probe, client: None, rested_since: Moment::ZERO, may_be_stale: false }
    }
}

impl Lane for ClientLane {
    async fn exchange(&mut self, outgoing: &Outgoing) -> Exchange {
        let clock = self.setup.clock;
        let limit = self.setup.timeout;
        let mut track =
            Track { moments: Moments { begun: clock.now(), ..Moments::default() }, resent: false };
        self.may_be_stale = track.moments.begun.since(self.rested_since) >= MAY_BE_STALE_AFTER;
        let work = self.deliver(outgoing, &mut track);
        let result = match limit {
            None => work.await,
            Some(limit) => match tokio::time::timeout(limit, work).await {
                Ok(result) => result,
                Err(_) => Err(self.out_of_time()),
            },
        };
        let seen = self.probe.seen();
        track.moments.connected = if seen.reused { Some(track.moments.begun) } else { seen.connected };
        track.moments.sent = seen.sent;
        track.moments.ended = clock.now();
        self.rested_since = track.moments.ended;
        let mut exchange =
            Exchange { result, moments: track.moments, reused: seen.reused, resent: track.resent };
        self.setup.discretion.exchange(&mut exchange);
        exchange
    }

    fn idle(&mut self) {
        self.client = None;
    }
}

struct Track {
    moments: Moments,
    resent: bool,
}

impl ClientLane {
    async fn deliver(&mut self, outgoing: &Outgoing, track: &mut Track) -> Result<Reply, Failure> {
        self.probe.begin();
        let first = self.send(outgoing, track).await;
        if !self.found_dead(&first) {
            return first;
        }
        track.resent = true;
        self.probe.begin();
        self.send(outgoing, track).await
    }

    async fn send(&mut self, outgoing: &Outgoing, track: &mut Track) -> Result<Reply, Failure> {
        // While a request is under way the client is not in its place: an exchange that is dropped half way takes it
        // along, and what was under way on its connection.
        let client = match self.client.take() {
            Some(client) => client,
            None => self.setup.client(&self.probe).map_err(|error| self.name(&error))?,
        };
        let body = reqwest::Body::wrap(ProbedBody::new(outgoing.body.clone(), self.probe.clone()));
        let mut request = client.post(self.setup.url.clone()).headers(self.setup.fields.clone()).body(body);
        if let Some(mac) = &outgoing.mac {
            request = request.header(MAC_HEADER, mac);
        }
        if self.setup.http2 {
            request = request.version(Version::HTTP_2);
        }
        let response = request.send().await.map_err(|error| self.name(&error))?;
        track.moments.first_byte = Some(self.setup.clock.now());
        let reply = self.read(response).await?;
        if !reply.closed {
            self.client = Some(client);
        }
        Ok(reply)
    }

    async fn read(&self, mut response: Response) -> Result<Reply, Failure> {
        self.probe.reach(Phase::Body);
        let mut reply = head::digest(&response)?;
        let too_large = |detail| Failure::new(FailureCode::BodyTooLarge, Phase::Body, detail);
        if let Some(length) = response.content_length().filter(|length| *length > BODY_LIMIT) {
            return Err(too_large(format!("Content-Length is {length}")));
        }
        while let Some(piece) = response.chunk().await.map_err(|error| self.name(&error))? {
            reply.body_bytes += piece.len() as u64;
            if reply.body_bytes > BODY_LIMIT {
                return Err(too_large(format!("more than {BODY_LIMIT} bytes came")));
            }
            let room = Reply::EXCERPT - reply.excerpt.len();
            reply.excerpt.extend_from_slice(&piece[..room.min(piece.len())]);
        }
        Ok(reply)
    }

    fn found_dead(&self, result: &Result<Reply, Failure>) -> bool {
        let cut = |failure: &Failure| {
            matches!(failure.code, FailureCode::ClosedWithoutReply | FailureCode::ConnectionReset)
                && failure.phase != Phase::Body
        };
        let seen = self.probe.seen();
        result.as_ref().is_err_and(cut) && seen.reused && (self.may_be_stale || seen.sent.is_none())
    }

    fn name(&self, error: &reqwest::Error) -> Failure {
        let phase = self.probe.seen().phase;
        let at = Circumstances { phase, proxied: self.setup.proxied, http2: self.setup.http2 };
        failure::from_source(cause::name(error, at), self.setup.source)
    }

    fn out_of_time(&self) -> Failure {
        let mut failure = failure::timed_out(self.probe.seen().phase, self.setup.timeout);
        if self.setup.proxied && failure.phase == Phase::Connect {
            failure.code = FailureCode::ProxyFailed;
        }
        failure
    }
}

//! Watches how far a request is inside the HTTP client, which itself does not tell.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use rustls::NamedGroup;
use rustls::client::{
    ClientSessionMemoryCache, ClientSessionStore, Tls12ClientSessionValue, Tls13ClientSessionValue,
};
use rustls::pki_types::ServerName;
use tower_layer::Layer;
use tower_service::Service;

use crate::clock::{Moment, RunClock};
use crate::outcome::exchange::Phase;

use super::super::address;

/// What was seen of the present request of one lane.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) phase: Phase,
    pub(super) connected: Option<Moment>,
    pub(super) sent: Option<Moment>,
    /// The request went out before a new connection was there, so it took one that was.
    pub(super) reused: bool,
}

/// One lane's observer: handed to each part of the HTTP client that a request passes.
#[derive(Clone)]
pub(super) struct Probe {
    clock: RunClock,
    seen: Arc<Mutex<Seen>>,
}

impl Probe {
    pub(super) fn new(clock: RunClock) -> Self {
        Self { clock, seen: Arc::new(Mutex::new(Seen::nothing())) }
    }

    /// A new request begins.
    pub(super) fn begin(&self) {
        *self.lock() = Seen::nothing();
    }

    /// What was seen so far.
    pub(super) fn seen(&self) -> Seen {
        self.lock().clone()
    }

    pub(super) fn reach(&self, phase: Phase) {
        self.lock().phase = phase;
    }

    fn connected(&self) {
        let now = self.clock.now();
        let mut seen = self.lock();
        seen.connected = Some(now);
        seen.phase = Phase::Send;
    }

    /// A connection took the first part of the body.
    pub(super) fn sending(&self) {
        let now = self.clock.now();
        let mut seen = self.lock();
        seen.reused = seen.connected.is_none();
        seen.connected.get_or_insert(now);
        seen.phase = Phase::Send;
    }

    /// A connection took the last part of the body.
    pub(super) fn sent(&self) {
        let now = self.clock.now();
        let mut seen = self.lock();
        seen.sent = Some(now);
        seen.phase = Phase::Wait;
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seen {
    /// Without a connector at work, what is waited for is a connection that takes the request.
    fn nothing() -> Self {
        Self { phase: Phase::Send, connected: None, sent: None, reused: false }
    }
}

impl fmt::Debug for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Probe")
    }
}

/// Looks up names as the other transport does.
impl Resolve for Probe {
    fn resolve(&self, name: Name) -> Resolving {
        let probe = self.clone();
        Box::pin(async move {
            probe.reach(Phase::Resolve);
            // The client puts the URL's port in the place of 0.
            let addresses = address::resolve_name(name.as_str(), 0).await?;
            probe.reach(Phase::Connect);
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// Sees the beginning and the end of connecting.
impl<S> Layer<S> for Probe {
    type Service = Watched<S>;

    fn layer(&self, inner: S) -> Watched<S> {
        Watched { inner, probe: self.clone() }
    }
}

/// A connector that is watched.
#[derive(Clone)]
pub(super) struct Watched<S> {
    inner: S,
    probe: Probe,
}

impl<S, R> Service<R> for Watched<S>
where
    S: Service<R>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: R) -> Self::Future {
        let probe = self.probe.clone();
        probe.reach(Phase::Connect);
        let connecting = self.inner.call(request);
        Box::pin(async move {
            let connected = connecting.await?;
            probe.connected();
            Ok(connected)
        })
    }
}

/// A store of TLS sessions that sees each handshake begin: the first thing that one does is to ask here for what is
/// known about the server.
#[derive(Debug)]
pub(super) struct Sessions {
    cache: ClientSessionMemoryCache,
    probe: Probe,
}

impl Sessions {
    pub(super) fn new(probe: Probe) -> Self {
        // A lane speaks to one server, and through a proxy to two.
        Self { cache: ClientSessionMemoryCache::new(4), probe }
    }
}

impl ClientSessionStore for Sessions {
    fn set_kx_hint(&self, server: ServerName<'static>, group: NamedGroup) {
        self.cache.set_kx_hint(server, group);
    }

    fn kx_hint(&self, server: &ServerName<'_>) -> Option<NamedGroup> {
        self.probe.reach(Phase::Tls);
        self.cache.kx_hint(server)
    }

    fn set_tls12_session(&self, server: ServerName<'static>, value: Tls12ClientSessionValue) {
        self.cache.set_tls12_session(server, value);
    }

    fn tls12_session(&self, server: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        self.cache.tls12_session(server)
    }

    fn remove_tls12_session(&self, server: &ServerName<'static>) {
        self.cache.remove_tls12_session(server);
    }

    fn insert_tls13_ticket(&self, server: ServerName<'static>, value: Tls13ClientSessionValue) {
        self.cache.insert_tls13_ticket(server, value);
    }

    fn take_tls13_ticket(&self, server: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        self.cache.take_tls13_ticket(server)
    }
}

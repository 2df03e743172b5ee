//! The server: the webhook, the control API, the pages.

mod answer;
mod callin;
mod catalogue;
mod deepaffex;
mod documents;
mod events;
mod forwarding;
mod guard;
mod journal;
mod misbehaving;
mod openapi;
mod pages;
mod received;
mod records;
mod remembered;
mod sessions;
mod waiting;

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

use super::deepaffex::Api;
use super::hub::Hub;
use super::listener::{self, Limits};
use super::quirk::Quirks;
use super::stage::{Scene, Stage};
use super::webhook;
use crate::seed::Seed;
use crate::transport::forward::Forwarder;
use crate::transport::target::Target;
use forwarding::Forwarding;
use guard::Guard;
use journal::Journal;
use misbehaving::Misbehaving;

pub use journal::Sink;

/// How long requests that are under way may take once the server ends.
const STOP_LIMIT: Duration = Duration::from_secs(1);
/// How many clients can follow the events at once.
const MOST_FOLLOWERS: usize = 64;
/// How many requests can wait for a session at once.
const MOST_WAITING: usize = 1_000;
/// The largest body that the control API takes, in bytes.
const API_BODY: usize = 64 << 10;

/// What the server is told.
pub struct Options {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Further names under which it may be spoken to.
    pub allow_hosts: Vec<String>,
    /// What is played where nothing is said.
    pub scene: Scene,
    /// What stands behind each Config ID; one without a target of its own goes to the inbox, or to the scene's.
    pub configs: BTreeMap<String, (Scene, bool)>,
    /// The seed of what the stand-in for the API makes up.
    pub seed: Seed,
    /// The scene's target is the server's own inbox, whose address is known once it listens.
    pub own_inbox: bool,
    /// Where the secret comes from, in words.
    pub secret_source: String,
    /// How the inbox misbehaves.
    pub quirks: Quirks,
    /// Where the inbox passes on what it receives.
    pub forward: Option<Forwarder>,
    /// Where it writes down what it receives.
    pub capture: Option<Sink>,
    /// What the listener lets others have.
    pub limits: Limits,
}

/// What all handlers share.
pub(super) struct Shared {
    hub: Arc<Hub>,
    stage: Arc<Stage>,
    scene: Scene,
    configs: BTreeMap<String, Scene>,
    deepaffex: Mutex<Api>,
    secret_source: String,
    misbehaving: Misbehaving,
    forwarding: Option<Arc<Forwarding>>,
    journal: Option<Journal>,
    address: SocketAddr,
    followers: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    /// True once the server ends.
    ending: watch::Sender<bool>,
}

impl Shared {
    /// What stands behind a Config ID; one that is unknown uses what the command line says.
    fn scene_of(&self, config: &str) -> &Scene {
        self.configs.get(config).unwrap_or(&self.scene)
    }
}

/// A server that listens.
pub struct Server {
    listener: TcpListener,
    shared: Arc<Shared>,
    guard: Arc<Guard>,
    limits: Limits,
}

impl Server {
    /// Opens the port, on the runtime of the caller.
    ///
    /// # Errors
    /// The address cannot be listened on.
    pub fn open(options: Options, hub: Arc<Hub>, stage: Arc<Stage>) -> io::Result<Self> {
        let listener = listener::open(options.listen)?;
        let address = listener.local_addr()?;
        let mut scene = options.scene;
        if options.own_inbox {
            let url = format!("http://{}/webhook", reachable(address));
            scene.transport.target = Target::parse(&url).map_err(io::Error::other)?;
        }
        let configs = options.configs.into_iter().map(|(id, (mut of, has_target))| {
            if !has_target {
                of.transport.target = scene.transport.target.clone();
            }
            (id, of)
        });
        let configs = configs.collect();
        let guard = Arc::new(Guard::new(address, &options.allow_hosts));
        let journal = options.capture.map(|sink| Journal::begin(sink, hub.epoch(), hub.now()));
        let shared = Arc::new(Shared {
            hub,
            stage,
            scene,
            configs,
            deepaffex: Mutex::new(Api::new(options.seed)),
            secret_source: options.secret_source,
            misbehaving: Misbehaving::new(options.quirks),
            forwarding: options.forward.map(|forwarder| Arc::new(Forwarding::new(forwarder))),
            journal,
            address,
            followers: Arc::new(Semaphore::new(MOST_FOLLOWERS)),
            waiting: Arc::new(Semaphore::new(MOST_WAITING)),
            ending: watch::Sender::new(false),
        });
        Ok(Self { listener, shared, guard, limits: options.limits })
    }

    /// Where it can be reached, such as `http://127.0.0.1:8787`.
    pub fn url(&self) -> String {
        format!("http://{}", reachable(self.shared.address))
    }

    /// Where sessions go that name no other target: as configured.
    pub fn targets(&self) -> Vec<Target> {
        let scenes = std::iter::once(&self.shared.scene).chain(self.shared.configs.values());
        scenes.map(|scene| scene.transport.target.clone()).collect()
    }

    /// Where events are posted.
    pub fn webhook(&self) -> String {
        format!("{}/webhook", self.url())
    }

    /// Where the inbox passes on what it receives, without credentials.
    pub fn forwards_to(&self) -> Option<String> {
        self.shared.forwarding.as_ref().map(|forwarding| forwarding.target())
    }

    /// Serves until `stop` resolves; then sessions that run say goodbye, followers are told, and requests that are under
    /// way get a moment to end.
    ///
    /// # Errors
    /// The server ended by itself, which is a defect of ours.
    pub async fn serve(self, stop: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
        let Self { listener, shared, guard, limits } = self;
        let app = router(&shared, &guard);
        let (told, tell) = tokio::sync::oneshot::channel::<()>();
        let serving = listener::serve(listener, app, limits, async move { drop(tell.await) });
        let mut serving = tokio::spawn(serving);
        tokio::select! {
            // It does not end by itself.
            ended = &mut serving => return ended.map_err(io::Error::other),
            () = stop => {}
        }
        // Requests that it holds are sessions' of its own, perhaps: they could not say goodbye.
        shared.misbehaving.end();
        // The inbox stays open while sessions say goodbye to it.
        shared.stage.close().await;
        shared.ending.send_replace(true);
        let _ = told.send(());
        if tokio::time::timeout(STOP_LIMIT, &mut serving).await.is_err() {
            serving.abort();
        }
        Ok(())
    }
}

/// The address under which others on this machine reach a listener: one that listens everywhere is here too.
fn reachable(address: SocketAddr) -> SocketAddr {
    match address {
        SocketAddr::V4(four) if four.ip().is_unspecified() => {
            SocketAddr::from((std::net::Ipv4Addr::LOCALHOST, address.port()))
        }
        SocketAddr::V6(six) if six.ip().is_unspecified() => {
            SocketAddr::from((std::net::Ipv6Addr::LOCALHOST, address.port()))
        }
        other => other,
    }
}

fn router(shared: &Arc<Shared>, guard: &Arc<Guard>) -> Router {
    let api = Router::new()
        .route("/sessions", get(sessions::list).post(sessions::start).delete(sessions::forget))
        .route("/sessions/{id}", get(sessions::get))
        .route("/sessions/{id}/acts", post(sessions::act))
        .route("/sessions/{id}/journal", get(records::export))
        .route("/sessions/{id}/events/{key}/replay", post(records::again))
        .route("/sessions/{id}/events/{key}/curl", get(records::curl))
        .route("/inbox/{id}", get(sessions::inbox))
        .route("/inbox/{id}/state", get(remembered::state))
        .route("/events", get(events::follow))
        .route("/scenarios", get(catalogue::scenarios))
        .route("/mixes", get(catalogue::mixes))
        .route("/faults", get(catalogue::faults))
        .route("/info", get(catalogue::info))
        .fallback(answer::no_such_thing)
        .method_not_allowed_fallback(answer::wrong_method)
        .layer(DefaultBodyLimit::max(API_BODY))
        .layer(middleware::from_fn_with_state(Arc::clone(guard), guard::check));
    let pages = Router::new()
        .route("/", get(pages::index))
        .route("/pages/{*path}", get(pages::asset))
        .route("/openapi.json", get(documents::openapi))
        .method_not_allowed_fallback(answer::wrong_method)
        .layer(middleware::from_fn_with_state(Arc::clone(guard), guard::check));
    let start = post(callin::start)
        .layer(DefaultBodyLimit::max(API_BODY))
        .layer(middleware::from_fn_with_state(Arc::clone(guard), guard::check));
    // Whoever measures comes from another site: that is what a call-in is.
    let calls = Router::new()
        .route("/c/{*path}", get(callin::landing).merge(start))
        .route("/assets/{*path}", get(callin::asset));
    let inbox = Router::new().route("/webhook", post(received::receive).fallback(webhook::wrong_method));
    Router::new()
        .nest("/api", api)
        .merge(pages)
        .merge(calls)
        .merge(inbox)
        .route("/healthz", get(documents::health).fallback(answer::wrong_method))
        .route("/readyz", get(documents::ready).fallback(answer::wrong_method))
        .fallback(deepaffex::answer)
        .with_state(Arc::clone(shared))
}

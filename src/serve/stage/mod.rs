//! Playing sessions that are asked for one by one: each in an engine of its own, towards a target of its own.

mod again;
mod following;
mod measurements;
mod start;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

pub use start::{LONGEST_ID, Scene, Start, StartError};

use start::Play;

use super::deepaffex::Measurement;
use super::hub::Hub;
use super::ledger::State;
use crate::clock::{RunClock, wall_clock};
use crate::delivery::engine::{Acting, Engine, Stop};
use crate::delivery::fleet::Fleet;
use crate::delivery::policy::{Pace, Policy};
use crate::delivery::retry::RetryPolicy;
use crate::delivery::{Numbers, SessionSource};
use crate::outcome::run_event::RunEvent;
use crate::protocol::mac::Signer;
use crate::scenario::act::Act;
use crate::scenario::library::Library;
use crate::seed::{Purpose, Seed};
use crate::transport::Transport;
use crate::transport::client::Client;
use crate::transport::options::SetupError;
use crate::transport::wire::Wire;
use following::Following;
use measurements::Measurements;

/// More sessions than this are not played at once.
pub const MOST_AT_ONCE: usize = 1_000;
/// How many requests of one session can be in flight.
const IN_FLIGHT: usize = 16;
/// How long sessions may take to say goodbye when the server ends.
const GOODBYE: Duration = Duration::from_secs(4);

/// Plays sessions.
pub struct Stage {
    hub: Arc<Hub>,
    library: Library,
    /// The seed of the server: each session that names none gets a child of it.
    seed: Seed,
    started: AtomicU64,
    running: Mutex<HashMap<Arc<str>, Running>>,
    measurements: Arc<Measurements>,
    closed: watch::Sender<bool>,
}

/// A session that is being played.
struct Running {
    acts: mpsc::Sender<Acting>,
    interactive: bool,
    /// Ends it at once.
    stop: watch::Sender<Stop>,
    playing: Option<JoinHandle<()>>,
}

/// Why a session's user cannot act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotRunning {
    /// No session of that ID runs.
    Unknown,
    /// So much was done at once that it cannot be kept up with.
    Busy,
}

impl Stage {
    /// A stage with a catalogue.
    pub fn new(hub: Arc<Hub>, library: Library, seed: Seed) -> Arc<Self> {
        Arc::new(Self {
            hub,
            library,
            seed,
            started: AtomicU64::new(0),
            running: Mutex::default(),
            measurements: Arc::default(),
            closed: watch::Sender::new(false),
        })
    }

    /// The scenarios and mixes that can be played.
    pub const fn library(&self) -> &Library {
        &self.library
    }

    /// A measurement that a session has created.
    pub fn measurement(&self, id: &str) -> Option<Measurement> {
        self.measurements.find(id)
    }

    /// How many sessions are being played.
    pub fn running(&self) -> usize {
        self.lock().len()
    }

    /// Begins a session; gives its ID.
    ///
    /// # Errors
    /// What was asked for cannot be played. Nothing has been sent.
    pub fn start(self: &Arc<Self>, scene: &Scene, start: &Start) -> Result<Arc<str>, StartError> {
        if *self.closed.borrow() {
            return Err(StartError::Ending);
        }
        let play = loop {
            let number = self.started.fetch_add(1, Ordering::Relaxed);
            let seed = start.seed.map_or_else(|| self.child(number), Seed);
            let play = start::resolve(scene, start, &self.library, seed, self.hub.now())?;
            // An earlier run of the server can have had the same seed: its sessions are left as they are.
            let drawn = start.seed.is_none() && start.session_id.is_none();
            if !drawn || self.hub.look(|ledger| ledger.session(&play.id).is_none()) {
                break play;
            }
        };
        let id = Arc::clone(&play.id);
        let (acts, acting) = mpsc::channel(64);
        let (stop, stopped) = watch::channel(Stop::No);
        let mut all = self.lock();
        if all.contains_key(&id) {
            return Err(StartError::Runs(id.to_string()));
        }
        if all.len() >= MOST_AT_ONCE {
            return Err(StartError::TooMany);
        }
        let interactive = play.begun.interactive;
        all.insert(Arc::clone(&id), Running { acts, interactive, stop, playing: None });
        drop(all);
        self.hub.write(|ledger, now| ledger.began(&id, now, play.begun.clone()));
        let options = play.transport.clone();
        let clock = self.hub.clock();
        let setup = |error: &dyn std::fmt::Display| StartError::Target(error.to_string());
        let spawned = if options.needs_client() {
            Client::new(&options, clock)
                .map_err(|error| setup(&error))
                .map(|client| self.spawn(client, play, acting, stopped))
        } else {
            Wire::new(&options, clock)
                .map_err(|error| setup(&error))
                .map(|wire| self.spawn(wire, play, acting, stopped))
        };
        match spawned {
            Ok(playing) => {
                // It may be over already; then there is nothing to end.
                if let Some(running) = self.lock().get_mut(&id) {
                    running.playing = Some(playing);
                }
                Ok(id)
            }
            Err(error) => {
                self.over(&id, State::Interrupted);
                Err(error)
            }
        }
    }

    fn spawn<T: Transport + Send + 'static>(
        self: &Arc<Self>,
        transport: T,
        play: Play,
        acts: mpsc::Receiver<Acting>,
        stop: watch::Receiver<Stop>,
    ) -> JoinHandle<()>
    where
        T::Lane: Send,
    {
        let this = Arc::clone(self);
        tokio::spawn(async move {
            let id = Arc::clone(&play.id);
            let following = Following::new(&this.hub, &id, &play.dialect, &play.transport);
            let seed = play.scenarios.seed.session(1);
            let mut following =
                following.measuring(seed, play.callback.clone(), Arc::clone(&this.measurements));
            let engine = Engine {
                transport,
                clock: this.hub.clock(),
                max_in_flight: IN_FLIGHT,
                max_open: 1,
                announcer: None,
                prober: None,
                steps: None,
                acts: Some(acts),
            };
            let source = SessionSource::Scenarios(play.scenarios);
            let fleet = Fleet::new(source, play.policy, play.signers);
            let mut tell = |event: RunEvent| following.follow(event);
            engine.run(fleet, &Numbers::Range(1..=1), stop, &mut tell).await;
            this.over(&id, following.state());
        })
    }

    /// Sends one event again, as it was or with a fault, to where its session's events went.
    ///
    /// # Errors
    /// There is no such event, or it cannot be sent.
    pub async fn again(
        &self,
        scene: &Scene,
        id: &str,
        key: u64,
        fault: Option<&str>,
    ) -> Result<(), StartError> {
        let (id, id_text): (Arc<str>, &str) = (id.into(), id);
        let found = self.hub.look(|ledger| {
            let record = ledger.record(id_text, key)?.clone();
            Some((record, ledger.begun(id_text).map(|begun| (begun.target.clone(), begun.lacks_credentials))))
        });
        let (record, target) = found.ok_or(StartError::NoEvent)?;
        let mut options = scene.transport.clone();
        match target {
            Some((target, true)) => return Err(StartError::Credentials(target.to_string())),
            Some((target, false)) => options.target = target,
            None => {}
        }
        let signer = Signer::new(&scene.secret, scene.dialect.mac_input);
        let recording = again::recording(&id, &record, fault, &signer)?;
        let policy = Policy {
            retry: RetryPolicy::default(),
            wall: self.hub.epoch(),
            ..Policy::new(&scene.dialect, Pace::Times(1.0), wall_clock())
        };
        let fleet = Fleet::new(SessionSource::Recording(Arc::new(recording)), policy, signer.into());
        let following = Following::new(&self.hub, &id, &Arc::new(scene.dialect.clone()), &options);
        let clock = self.hub.clock();
        let setup = |error: SetupError| StartError::Target(error.to_string());
        if options.needs_client() {
            carry(Client::new(&options, clock).map_err(setup)?, clock, fleet, following).await;
        } else {
            carry(Wire::new(&options, clock).map_err(setup)?, clock, fleet, following).await;
        }
        Ok(())
    }

    /// Lets the user of a session's page act. False where nothing comes of it.
    ///
    /// # Errors
    /// No session of that ID runs.
    pub async fn act(&self, id: &str, act: Act) -> Result<bool, NotRunning> {
        let (told, heard) = oneshot::channel();
        {
            let all = self.lock();
            let running = all.get(id).ok_or(NotRunning::Unknown)?;
            // The page of every session can be closed, but only an interactive scenario hears of it.
            if !running.interactive {
                return Ok(false);
            }
            running
                .acts
                .try_send(Acting { session: 1, act, told: Some(told) })
                .map_err(|_| NotRunning::Busy)?;
        }
        heard.await.map_err(|_| NotRunning::Unknown)
    }

    /// Takes no more sessions, lets those that run post `PAGE_UNLOADED`, and ends those that do not come to their end.
    pub async fn close(&self) {
        self.closed.send_replace(true);
        let playing: Vec<JoinHandle<()>> = {
            let mut all = self.lock();
            all.values_mut()
                .filter_map(|running| {
                    // A session that is too busy to hear it is ended below.
                    let _ = running.acts.try_send(Acting { session: 1, act: Act::Close, told: None });
                    running.playing.take()
                })
                .collect()
        };
        let all = async {
            for playing in playing {
                // One that panicked is over too.
                let _ = playing.await;
            }
        };
        if tokio::time::timeout(GOODBYE, all).await.is_err() {
            for running in self.lock().values() {
                running.stop.send_replace(Stop::Now);
            }
        }
    }

    /// The seed of the n-th session that names none.
    fn child(&self, number: u64) -> Seed {
        Seed(self.seed.draw(Purpose::named("serve").number(number)).bits())
    }

    fn over(&self, id: &Arc<str>, state: State) {
        self.lock().remove(id);
        self.hub.write(|ledger, now| ledger.ended(id, state, now));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Arc<str>, Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Plays what nobody can act in, to its end.
async fn carry<T: Transport>(transport: T, clock: RunClock, fleet: Fleet, mut following: Following) {
    let engine = Engine {
        transport,
        clock,
        max_in_flight: 1,
        max_open: 1,
        announcer: None,
        prober: None,
        steps: None,
        acts: None,
    };
    let (_keep_going, stop) = watch::channel(Stop::No);
    engine.run(fleet, &Numbers::Range(1..=1), stop, &mut |event| following.follow(event)).await;
}

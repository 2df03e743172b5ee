//! The face for Rust tests: [`Simulator`] plays sessions to a webhook or yields signed events, [`Inbox`] checks what
//! was received.

mod deliveries;
mod error;
mod events;
mod inbox;
#[cfg(feature = "serve")]
mod listening;
mod play;
mod resolve;

use std::fmt;
use std::time::SystemTime;

pub use deliveries::{Deliveries, Delivery, Unexpected};
pub use error::Error;
pub use events::{Event, Events};
pub use inbox::{Answer, Inbox, ReceivedEvent, ReceivedSession, Wrong};

#[cfg(feature = "serve")]
pub use listening::ListeningInbox;

use crate::clock::Epoch;
use crate::delivery::policy::Pace;
use crate::protocol::mac::Secret;
use crate::seed::Seed;
use resolve::Job;

/// Plays sessions of WMS: to a webhook with [`play`](Self::play), or to whoever takes the signed events that
/// [`events`](Self::events) yields.
///
/// What is not said is as with `wms-sim send`: the scenario is `happy-path`, one session, the dialect of the current
/// page, a seed of chance. Only the pace is another: nothing waits.
///
/// ```
/// use wms_sim::{Code, Simulator};
///
/// let simulator = Simulator::new("my MAC secret").scenario("low-snr").seed(7);
/// let codes: Vec<Code> = simulator.events()?.map(|event| event.code()).collect();
/// assert_eq!(codes.first(), Some(&Code::WmsLoaded));
/// assert!(codes.contains(&Code::LowSnr));
/// # Ok::<(), wms_sim::Error>(())
/// ```
#[derive(Clone)]
pub struct Simulator {
    secret: Secret,
    target: Option<String>,
    headers: Vec<(String, String)>,
    plays: Vec<What>,
    sessions: Option<u64>,
    ids: Vec<String>,
    seed: Seed,
    start: Option<Epoch>,
    pace: Pace,
    faults: Vec<String>,
    dialect: String,
    set: Vec<(String, String)>,
}

/// What is played.
#[derive(Clone)]
enum What {
    /// A scenario of the catalogue.
    Named(String),
    /// The text of a scenario file.
    Text(String),
    /// A mix of the catalogue.
    Mix(String),
}

impl Simulator {
    /// Signs with this secret. A seed is drawn; [`Deliveries::seed`] tells it.
    pub fn new(secret: impl Into<String>) -> Self {
        Self {
            secret: Secret::new(secret),
            target: None,
            headers: Vec::new(),
            plays: Vec::new(),
            sessions: None,
            ids: Vec::new(),
            seed: Seed::random(),
            start: None,
            pace: Pace::Max,
            faults: Vec::new(),
            dialect: "current".to_owned(),
            set: Vec::new(),
        }
    }

    /// Where [`play`](Self::play) posts events: an `http://` or `https://` URL.
    #[must_use]
    pub fn target(mut self, url: impl Into<String>) -> Self {
        self.target = Some(url.into());
        self
    }

    /// Adds a header to every request.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// A scenario of the catalogue, by name. Of several, each session plays the next; how many sessions there are, see
    /// [`sessions`](Self::sessions).
    #[must_use]
    pub fn scenario(mut self, name: impl Into<String>) -> Self {
        self.plays.push(What::Named(name.into()));
        self
    }

    /// A scenario of your own: the text of a scenario file.
    #[must_use]
    pub fn scenario_text(mut self, yaml: impl Into<String>) -> Self {
        self.plays.push(What::Text(yaml.into()));
        self
    }

    /// A mix of the catalogue, by name, in place of scenarios.
    #[must_use]
    pub fn mix(mut self, name: impl Into<String>) -> Self {
        self.plays.push(What::Mix(name.into()));
        self
    }

    /// How many sessions are played, at most 1,000,000. Where it is not said, one for each scenario (of a mix too), or for
    /// each [`session_id`](Self::session_id) where there are more of those.
    #[must_use]
    pub fn sessions(mut self, count: u64) -> Self {
        self.sessions = Some(count);
        self
    }

    /// Adds a session ID. Sessions use them in turn; where there are none, they are drawn. With more IDs than scenarios
    /// there is a session for each ID, unless [`sessions`](Self::sessions) says otherwise.
    #[must_use]
    pub fn session_id(mut self, id: impl Into<String>) -> Self {
        self.ids.push(id.into());
        self
    }

    /// The same seed, with the same start time and pace, gives the same bytes and MACs.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Seed(seed);
        self
    }

    /// When the sessions begin, by their stamps. Now, or with [`Pace::Max`] so long ago that no stamp lies in the
    /// future. It has to be a time that RFC 3339 can write, from the year 0 to the year 9999.
    #[must_use]
    pub fn start_time(mut self, start: SystemTime) -> Self {
        self.start = Some(Epoch::from(start));
        self
    }

    /// How fast sessions are played. [`Pace::Max`] is the default: without waiting.
    #[must_use]
    pub fn pace(mut self, pace: Pace) -> Self {
        self.pace = pace;
        self
    }

    /// Injects a fault, such as `drop@3` (the event with sequence 3), `duplicate=10%` (each by chance),
    /// `delay@5=8s`, `burst@4=6` or `delay=1%,8s`.
    ///
    /// - `drop`, `duplicate`, `swap`, `delay` and `burst` change which events come, and when;
    /// - `mac:missing`, `mac:empty`, `mac:wrong-secret`, `mac:corrupted`, `mac:truncated`, `mac:other-body` forge the MAC:
    ///   the receiver must refuse the event; with `mac:upper-case` any answer is right;
    /// - `body:truncated`, `body:not-json`, `body:extra-field` and `body:unknown-event` change the body, which is rightly
    ///   signed.
    #[must_use]
    pub fn fault(mut self, spec: impl Into<String>) -> Self {
        self.faults.push(spec.into());
        self
    }

    /// The dialect to begin with: `current` or `older`.
    #[must_use]
    pub fn dialect(mut self, preset: impl Into<String>) -> Self {
        self.dialect = preset.into();
        self
    }

    /// Sets a key of the dialect, such as `delivery.retries`; `wms-sim dialect` lists them all.
    #[must_use]
    pub fn set(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.set.push((key.into(), value.into()));
        self
    }

    /// An inbox with the same secret and dialect.
    ///
    /// # Errors
    /// A key of the dialect that was set cannot be used.
    pub fn inbox(&self) -> Result<Inbox, Error> {
        Ok(Inbox::open(&self.secret, Job::resolve(self)?.dialect))
    }

    /// The signed events, session by session, with no network and no waiting. What a fault drops is not among them.
    ///
    /// # Errors
    /// Something that was set cannot be used.
    pub fn events(&self) -> Result<Events, Error> {
        Ok(Events::new(Job::resolve(self)?))
    }

    /// Posts the events to the target and returns what became of each, in the order in which they were settled.
    ///
    /// A target that refuses or fails is no error here: [`Deliveries::verdict`] says whether all went as expected. The
    /// future is `Send`. It plays in tasks of the Tokio runtime that polls it.
    ///
    /// # Errors
    /// Something that was set cannot be used, or there is no Tokio runtime. Nothing has been sent then.
    ///
    /// # Panics
    /// In a runtime without IO and time, which nobody can ask it for: build it with `enable_all`, as `#[tokio::main]` and
    /// `#[tokio::test]` do.
    pub async fn play(&self) -> Result<Deliveries, Error> {
        play::play(self).await
    }

    /// The same for tests without a runtime; it can be called within one too, and blocks it.
    ///
    /// # Errors
    /// Those of [`play`](Self::play), and threads that cannot be started.
    pub fn play_blocking(&self) -> Result<Deliveries, Error> {
        play::play_blocking(self)
    }
}

impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Neither the secret nor the credentials that a URL or a header may hold.
        f.debug_struct("Simulator")
            .field("seed", &self.seed.0)
            .field("faults", &self.faults)
            .finish_non_exhaustive()
    }
}

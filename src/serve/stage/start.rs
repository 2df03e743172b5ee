//! What is asked for when a session is begun, and what it takes to play it.

use std::sync::Arc;

use crate::clock::{Moment, wall_clock};
use crate::delivery::fault::FaultRule;
use crate::delivery::policy::{Pace, Policy};
use crate::delivery::{Scenarios, Signers};
use crate::protocol::dialect::Dialect;
use crate::protocol::mac::{Secret, Signer};
use crate::scenario::compile::Options;
use crate::scenario::library::{Library, NotPlayable};
use crate::scenario::mix::Mix;
use crate::scenario::plan::Plan;
use crate::seed::Seed;
use crate::serve::callback::{Allowed, CallbackUrl};
use crate::serve::choice::Choice;
use crate::serve::ledger::Begun;
use crate::transport::options::TransportOptions;
use crate::transport::target::Target;

/// What stands before anybody asks: a configuration.
#[derive(Clone)]
pub struct Scene {
    /// Its Config ID, where it is not the command line's.
    pub config: Option<Arc<str>>,
    /// How requests are sent, and where to.
    pub transport: TransportOptions,
    /// What signs the events.
    pub secret: Secret,
    /// The dialect to begin with, and the keys that win over a scenario's own.
    pub dialect: Dialect,
    /// Those keys.
    pub set: Vec<(String, String)>,
    /// What is played where nothing is asked for.
    pub plays: Choice,
    /// How fast.
    pub pace: Pace,
    /// Where browsers go at the end.
    pub callback: Option<CallbackUrl>,
    /// What else they may be sent to, where a call-in URL asks for it.
    pub allowed: Allowed,
    /// A session begins as soon as the page is there.
    pub auto: bool,
}

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct Start {
    /// What to play, where not the scene's.
    pub plays: Option<Choice>,
    /// The session's ID; drawn where it is missing.
    pub session_id: Option<String>,
    /// Where to, where not the scene's.
    pub to: Option<String>,
    /// How fast, where not as the scene.
    pub pace: Option<Pace>,
    /// The seed that gives the session again.
    pub seed: Option<u64>,
    /// Faults, in the words of `--fault`.
    pub faults: Vec<String>,
}

/// Why a session cannot be begun.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// No scenario or mix of that name.
    #[error("there is no {kind} '{name}'{}", .nearest.as_ref().map_or_else(String::new, |name| format!("; did you mean '{name}'?")))]
    Unknown {
        /// `scenario` or `mix`.
        kind: &'static str,
        /// The name.
        name: String,
        /// The one that was probably meant.
        nearest: Option<String>,
    },
    /// A scenario that cannot be played.
    #[error("the scenario cannot be played: {0}")]
    Scenario(String),
    /// A session ID that is none.
    #[error("a session ID has from 1 to 4096 bytes")]
    SessionId,
    /// A session of that ID runs.
    #[error("a session with the ID '{0}' is running")]
    Runs(String),
    /// As many sessions run as can.
    #[error("1000 sessions are running; wait until some of them have ended")]
    TooMany,
    /// The target is no URL that can be sent to.
    #[error("{0}")]
    Target(String),
    /// A target of an earlier run of the server, whose credentials are gone.
    #[error(
        "the session was played to {0} before the server was started anew, and the values that stand as *** are not kept; \
         play it again, or name that URL with --to when the server is started"
    )]
    Credentials(String),
    /// A fault that is not one.
    #[error("{0}")]
    Fault(String),
    /// No event of that number.
    #[error("there is no such event: it may have made room for others")]
    NoEvent,
    /// The server is ending.
    #[error("the server is ending")]
    Ending,
}

/// Everything that it takes to play a session.
pub struct Play {
    pub(super) id: Arc<str>,
    pub(super) scenarios: Scenarios,
    pub(super) policy: Policy,
    pub(super) signers: Signers,
    pub(super) transport: TransportOptions,
    pub(super) begun: Begun,
    pub(super) dialect: Arc<Dialect>,
    pub(super) callback: Option<CallbackUrl>,
}

pub const LONGEST_ID: usize = 4096;

/// Resolves what is asked for. `now` is the moment of the server's clock.
pub(super) fn resolve(
    scene: &Scene,
    start: &Start,
    library: &Library,
    seed: Seed,
    now: Moment,
) -> Result<Play, StartError> {
    if start.session_id.as_ref().is_some_and(|id| id.is_empty() || id.len() > LONGEST_ID) {
        return Err(StartError::SessionId);
    }
    let mut transport = scene.transport.clone();
    if let Some(url) = &start.to {
        transport.target = Target::parse(url).map_err(|error| StartError::Target(format!("to: {error}")))?;
    }
    let options = Options {
        dialect: scene.dialect.clone(),
        set: scene.set.clone(),
        browser: true,
        ..Options::default()
    };
    let plan = plan(start.plays.as_ref().unwrap_or(&scene.plays), library, &options, seed)?;
    let faults: Vec<FaultRule> =
        start.faults.iter().map(|spec| spec.parse().map_err(StartError::Fault)).collect::<Result<_, _>>()?;
    let pace = start.pace.unwrap_or(scene.pace);
    let mut dialect = scene.dialect.clone();
    for (key, value) in &scene.set {
        // Checked when the scene was made.
        let _ = dialect.set(key, value);
    }
    let wall = wall_clock();
    // Stamps count from the session's begin, and the engine's clock from the server's.
    let begins = pace.start(wall, plan.longest);
    let scenarios = Scenarios {
        seed,
        mix: Mix::new(vec![(Arc::clone(&plan), 1.0)])
            .ok_or_else(|| StartError::Scenario("no weight".to_owned()))?,
        ids: start.session_id.iter().map(|id| Arc::from(id.as_str())).collect(),
        faults: faults.into(),
    };
    let id = scenarios.session_id(1);
    Ok(Play {
        begun: Begun {
            scenario: plan.name.as_str().into(),
            title: plan.title.as_str().into(),
            config: scene.config.clone(),
            expected: plan.outcome,
            interactive: plan.interactive,
            pace: pace.to_string(),
            target: transport.target.clone(),
            lacks_credentials: false,
            seed: seed.0,
        },
        id,
        policy: Policy { wall: wall.minus_nanos(now.0), ..Policy::new(&dialect, pace, begins) },
        signers: Signer::new(&scene.secret, dialect.mac_input).into(),
        scenarios,
        transport,
        dialect: Arc::clone(&plan.dialect),
        callback: scene.callback.clone(),
    })
}

fn plan(what: &Choice, library: &Library, options: &Options, seed: Seed) -> Result<Arc<Plan>, StartError> {
    match what {
        Choice::Scenario(name) => Ok(library.plan(name, options)?),
        // Each session asks anew, so that a mix of equal weights is drawn from too.
        Choice::Mix(name) => Ok(Arc::clone(library.mixed(name, options)?.drawn(seed.session(1)))),
    }
}

impl From<NotPlayable> for StartError {
    fn from(why: NotPlayable) -> Self {
        match why {
            NotPlayable::Unknown { kind, name, nearest } => Self::Unknown { kind, name, nearest },
            NotPlayable::Broken(drawing) => Self::Scenario(drawing),
            NotPlayable::NoWeight => Self::Scenario("no scenario of the mix has a weight".to_owned()),
        }
    }
}

//! From what was set to a job that cannot contradict itself.

use std::sync::Arc;

use super::{Error, Simulator, What};
use crate::clock::wall_clock;
use crate::delivery::fault::FaultRule;
use crate::delivery::policy::Policy;
use crate::delivery::{MOST_SESSIONS, Scenarios, SessionSource, Signers};
use crate::protocol::dialect::Dialect;
use crate::protocol::mac::Signer;
use crate::scenario::compile::Options;
use crate::scenario::file::Source;
use crate::scenario::library::{self, Library, NotPlayable};
use crate::scenario::mix::Mix;

/// What is played, and how.
pub(super) struct Job {
    pub source: SessionSource,
    pub sessions: u64,
    pub policy: Policy,
    pub signers: Signers,
    pub dialect: Dialect,
}

impl Job {
    pub fn resolve(simulator: &Simulator) -> Result<Self, Error> {
        if simulator.secret.is_empty() {
            return Err(Error::NoSecret);
        }
        if !simulator.pace.is_playable() {
            return Err(Error::Contradiction("the pace is not between 0.001 and 100,000 times"));
        }
        let options = options(simulator)?;
        let mut dialect = options.dialect.clone();
        for (key, value) in &options.set {
            dialect.set(key, value).map_err(|error| Error::Dialect(error.to_string()))?;
        }
        let mix = deal(&simulator.plays, &options)?;
        let sessions =
            simulator.sessions.unwrap_or_else(|| mix.plans().len().max(simulator.ids.len()) as u64);
        match sessions {
            0 => return Err(Error::Contradiction("0 sessions are nothing to play")),
            1..=MOST_SESSIONS => {}
            _ => return Err(Error::Contradiction("more than 1,000,000 sessions are too many for one run")),
        }
        let start = match simulator.start {
            Some(start) if start.is_rfc3339() => start,
            Some(_) => {
                return Err(Error::Contradiction(
                    "the start time is not between 0000-01-01T00:00:00Z and 9999-12-30T22:00:00Z",
                ));
            }
            None => simulator.pace.start(wall_clock(), mix.longest()),
        };
        let faults: Arc<[FaultRule]> = simulator
            .faults
            .iter()
            .map(|spec| spec.parse().map_err(Error::Fault))
            .collect::<Result<_, _>>()?;
        let ids = simulator.ids.iter().map(|id| Arc::from(id.as_str())).collect();
        Ok(Self {
            source: SessionSource::Scenarios(Scenarios { seed: simulator.seed, mix, ids, faults }),
            sessions,
            policy: Policy { wall: wall_clock(), ..Policy::new(&dialect, simulator.pace, start) },
            signers: Signer::new(&simulator.secret, dialect.mac_input).into(),
            dialect,
        })
    }
}

fn options(simulator: &Simulator) -> Result<Options, Error> {
    let dialect = match simulator.dialect.as_str() {
        "current" => Dialect::current(),
        "older" => Dialect::older(),
        name => return Err(Error::Unknown { kind: "dialect", name: name.to_owned(), nearest: None }),
    };
    Ok(Options { dialect, set: simulator.set.clone(), ..Options::default() })
}

fn deal(chosen: &[What], options: &Options) -> Result<Mix, Error> {
    let library = Library::built_in();
    let plans = match chosen {
        [] => vec![(library.plan("happy-path", options).map_err(error)?, 1.0)],
        [What::Mix(name)] => return library.mixed(name, options).map_err(error),
        several => several
            .iter()
            .map(|what| match what {
                What::Named(name) => Ok((library.plan(name, options).map_err(error)?, 1.0)),
                What::Text(text) => Ok((
                    library::plan(&Source::new("scenario_text", text, None), options).map_err(error)?,
                    1.0,
                )),
                What::Mix(_) => Err(Error::Contradiction("a mix is played alone, in place of scenarios")),
            })
            .collect::<Result<_, _>>()?,
    };
    Mix::new(plans).ok_or(Error::Contradiction(NO_WEIGHT))
}

const NO_WEIGHT: &str = "no scenario of the mix has a weight";

/// No `From`: that would be a part of the library's face.
fn error(why: NotPlayable) -> Error {
    match why {
        NotPlayable::Unknown { kind, name, nearest } => Error::Unknown { kind, name, nearest },
        NotPlayable::Broken(drawing) => Error::Scenario(drawing),
        NotPlayable::NoWeight => Error::Contradiction(NO_WEIGHT),
    }
}

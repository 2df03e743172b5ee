//! Serve configurations: what the service keeps behind a Config ID. Where events go and what signs them, where browsers
//! go back to, what is played.
//!
//! ```toml
//! [configs.demo]
//! webhook = "http://localhost:3000/webhook"
//! secret_file = ["old.secret", "new.secret"]   # or secret_env = "DEMO_SECRET"; the second while they rotate
//! callback = "http://localhost:3000/measured"
//! allow_callbacks = ["https://preview.example/"]
//! scenario = "low-snr"                         # or mix = "production"
//! pace = "20x"
//! auto = true
//! dialect = "older"                            # or a file
//! set = { "callback.results" = "json" }
//! ```
//!
//! Reading files and the environment is the command line's.

mod problem;
mod read;
mod shared;
#[cfg(test)]
mod tests;
mod value;

use std::fmt;

use super::callback::{Allowed, CallbackUrl};
use super::choice::Choice;
use crate::delivery::policy::Pace;
use crate::protocol::dialect::Dialect;
use crate::protocol::mac::Secret;
use crate::transport::target::Target;

pub use problem::Problem;
pub use read::read;
pub use shared::shared_secrets;

/// One config, as its file says it. What is `None` or empty is as the command line says.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// The Config ID.
    pub id: String,
    /// Its line in the file, counted from 1.
    pub line: usize,
    /// Where events go.
    pub webhook: Option<Target>,
    /// Where the secrets are: none, one, or two while one takes the other's place. The first signs.
    pub secrets: Vec<SecretSource>,
    /// Where the browser goes back to.
    pub callback: Option<CallbackUrl>,
    /// What else it may be sent to.
    pub allowed: Allowed,
    /// What is played.
    pub choice: Option<Choice>,
    /// How fast.
    pub pace: Option<Pace>,
    /// Sessions start by themselves.
    pub auto: Option<bool>,
    /// A preset of the dialect, or a file.
    pub dialect: Option<String>,
    /// Keys of the dialect that are checked already.
    pub set: Vec<(String, String)>,
}

/// Where a secret is. It never stands in the configuration itself: such files are shared and committed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SecretSource {
    /// A file that holds it.
    File(String),
    /// A variable of the environment.
    Variable(String),
}

impl fmt::Display for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "the file {path}"),
            Self::Variable(name) => write!(f, "the variable {name}"),
        }
    }
}

/// A secret and where it came from.
#[derive(Clone, Debug)]
pub struct HeldSecret {
    /// Where it came from; two that are equal are the same file or variable.
    pub source: SecretSource,
    /// The secret.
    pub secret: Secret,
}

/// A config with what was read for it.
#[derive(Clone, Debug)]
pub struct ReadyConfig {
    /// As its file says it.
    pub config: Config,
    /// Its secrets, in the order of [`Config::secrets`].
    pub secrets: Vec<HeldSecret>,
    /// The dialect that it names, without the keys of [`Config::set`]: those win over a scenario's own.
    pub dialect: Option<Dialect>,
}

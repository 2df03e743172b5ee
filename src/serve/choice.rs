//! What a session of the browser plays: one scenario, or one of a mix.

/// A scenario or a mix, by the name that somebody typed. Whether there is one is for the catalogue to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// This scenario.
    Scenario(String),
    /// One of this mix.
    Mix(String),
}

impl Choice {
    /// The scenario's name, where it is one.
    pub fn scenario(&self) -> Option<&str> {
        match self {
            Self::Scenario(name) => Some(name),
            Self::Mix(_) => None,
        }
    }

    /// The mix's name, where it is one.
    pub fn mix(&self) -> Option<&str> {
        match self {
            Self::Scenario(_) => None,
            Self::Mix(name) => Some(name),
        }
    }
}

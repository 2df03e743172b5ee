//! What a [`Simulator`](super::Simulator) was asked for and cannot do.

/// Something that was set cannot be used. Nothing has been sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The secret is empty, so that no MAC could be told from another's.
    #[error("the secret is empty")]
    NoSecret,
    /// There is nowhere to send to.
    #[error("there is no target: name one with Simulator::target, or take the events from Simulator::events")]
    NoTarget,
    /// The target is no URL that events can be posted to.
    #[error("target: {0}")]
    Target(String),
    /// A header that cannot be sent.
    #[error("header: {0}")]
    Header(String),
    /// No scenario or mix of that name.
    #[error("there is no {kind} '{name}'{}", suggestion(.nearest.as_deref()))]
    Unknown {
        /// `scenario`, `mix` or `dialect`.
        kind: &'static str,
        /// The name.
        name: String,
        /// The one that was probably meant.
        nearest: Option<String>,
    },
    /// A scenario that cannot be played: everything that is wrong with it, with the lines it is about.
    #[error("the scenario cannot be played\n{0}")]
    Scenario(String),
    /// A fault that is not one.
    #[error("fault: {0}")]
    Fault(String),
    /// A key of the dialect that is not one, or a value that it does not take.
    #[error("dialect: {0}")]
    Dialect(String),
    /// What was set contradicts itself.
    #[error("{0}")]
    Contradiction(&'static str),
    /// This machine cannot do it.
    #[error("cannot be run here: {0}")]
    System(#[from] std::io::Error),
}

fn suggestion(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!("; did you mean '{name}'?"))
}

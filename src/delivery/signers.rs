//! Which secret signs which event: one all along, or another from some moment on.

use crate::clock::Moment;
use crate::protocol::mac::Signer;

/// The signers of a run.
#[derive(Clone, Debug)]
pub struct Signers {
    first: Signer,
    then: Option<(Moment, Signer)>,
}

impl From<Signer> for Signers {
    fn from(first: Signer) -> Self {
        Self { first, then: None }
    }
}

impl Signers {
    /// `first` signs what is due before a moment of the scenario, `then` signs the rest: a secret is replaced in the
    /// middle of a run.
    pub const fn rotating(first: Signer, at: Moment, then: Signer) -> Self {
        Self { first, then: Some((at, then)) }
    }

    /// The signer of what is due at a moment of the scenario.
    pub fn at(&self, due: Moment) -> &Signer {
        match &self.then {
            Some((at, then)) if due >= *at => then,
            _ => &self.first,
        }
    }
}

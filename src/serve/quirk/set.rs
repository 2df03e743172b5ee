//! The quirks of one inbox.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use super::kind::Quirk;
use crate::protocol::code::Code;
use crate::protocol::contract::fields;
use crate::protocol::dialect::Dialect;
use crate::protocol::mac::Signer;

/// The quirks of one inbox, none of which contradicts another. Its `Debug` shows their names.
#[derive(Clone, Default)]
pub struct Quirks {
    all: Vec<Quirk>,
    pub(super) signers: Vec<Signer>,
    /// The keys that payloads have in the dialect.
    pub(super) payload_keys: BTreeSet<String>,
}

impl Quirks {
    /// Quirks, what makes the MACs of the inbox, and its dialect.
    ///
    /// # Errors
    /// Which two cannot be on together.
    pub fn new(all: Vec<Quirk>, signers: Vec<Signer>, dialect: &Dialect) -> Result<Self, String> {
        for (place, one) in all.iter().enumerate() {
            for other in &all[..place] {
                if one.name() == other.name() {
                    return Err(format!("{} is there twice", one.name()));
                }
                let choice = one.info().and_then(|info| info.choice);
                if choice.is_some() && choice == other.info().and_then(|info| info.choice) {
                    return Err(format!(
                        "{} and {} cannot be on together: each says something else about the same thing",
                        other.name(),
                        one.name()
                    ));
                }
            }
        }
        let fields = Code::ALL.into_iter().flat_map(|code| fields(code, dialect));
        let payload_keys = fields.map(|field| field.name.to_owned()).collect();
        Ok(Self { all, signers, payload_keys })
    }

    /// True where the inbox does not misbehave.
    pub const fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The quirks as they are written.
    pub fn names(&self) -> Vec<String> {
        self.all.iter().map(ToString::to_string).collect()
    }

    /// True where a quirk without a parameter is on.
    pub fn has(&self, quirk: Quirk) -> bool {
        self.all.contains(&quirk)
    }

    /// How late answers are.
    pub fn late(&self) -> Option<Duration> {
        self.all.iter().find_map(|quirk| match quirk {
            Quirk::AnswersLate(late) => Some(*late),
            _ => None,
        })
    }

    /// The most bytes that a body may have.
    pub(super) fn body_limit(&self) -> Option<(Quirk, usize)> {
        self.all.iter().find_map(|quirk| match quirk {
            Quirk::BodyLimit(limit) => Some((*quirk, *limit)),
            _ => None,
        })
    }

    /// True where requests are held for a while.
    pub fn holds(&self) -> bool {
        self.late().is_some() || self.has(Quirk::NeverAnswers) || self.has(Quirk::OneRequestAtATime)
    }
}

impl fmt::Debug for Quirks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.all).finish()
    }
}

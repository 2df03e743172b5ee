//! The kinds of faults.

use std::fmt;

/// What a fault does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The event is not sent.
    Drop,
    /// The event is sent twice, the same bytes.
    Duplicate,
    /// The event changes places with the one after it.
    Swap,
    /// The event is sent so many nanoseconds later; those after it do not wait.
    Delay(u64),
    /// The event and those after it, so many in all, are held back until the last is due, and then sent at once.
    Burst(u32),
    /// The MAC is spoiled.
    Mac(MacFault),
    /// The body is changed and then signed.
    Body(BodyFault),
}

/// How a MAC is spoiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MacFault {
    /// There is no header.
    Missing,
    /// The header has no value.
    Empty,
    /// Made with another secret.
    WrongSecret,
    /// One digit is another.
    Corrupted,
    /// The second half of the digits is missing.
    Truncated,
    /// The digits are in upper case.
    UpperCase,
    /// Made over another body.
    OtherBody,
}

/// How a body is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyFault {
    /// The second half is missing.
    Truncated,
    /// It is not JSON.
    NotJson,
    /// The envelope has a key more.
    ExtraField,
    /// The event code is one that nobody knows.
    UnknownEvent,
}

/// What a receiver that does its job answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Expectation {
    /// An accepted status.
    #[default]
    Accept,
    /// Any other answer: the event is forged.
    Refuse,
    /// Whatever it thinks fit.
    Any,
}

impl Expectation {
    /// What may be expected where both hold.
    #[must_use]
    pub const fn stricter(self, other: Self) -> Self {
        match (self, other) {
            (Self::Refuse, _) | (_, Self::Refuse) => Self::Refuse,
            (Self::Any, _) | (_, Self::Any) => Self::Any,
            (Self::Accept, Self::Accept) => Self::Accept,
        }
    }
}

/// What users read about a kind.
#[derive(Debug)]
pub struct KindInfo {
    /// How it is written.
    pub name: &'static str,
    /// What can follow, or nothing.
    pub parameter: &'static str,
    /// What it does.
    pub meaning: &'static str,
    /// What the receiver should then do.
    pub expected: &'static str,
    make: FaultKind,
}

impl KindInfo {
    /// The kind, with its usual parameter.
    pub const fn kind(&self) -> FaultKind {
        self.make
    }
}

const DELAY: u64 = 5_000_000_000;
const BURST: u32 = 3;
const ANYTHING: &str = "any answer is right";
const REFUSAL: &str = "must refuse; a 2xx fails the run";

/// Every kind, in the order in which `wms-sim faults` lists them.
pub const KINDS: &[KindInfo] = &[
    info("drop", "", "the event is not sent", "copes with a gap in the sequence", FaultKind::Drop),
    info("duplicate", "", "the event is sent twice, the same bytes", ANYTHING, FaultKind::Duplicate),
    info("swap", "", "the event changes places with the one after it", ANYTHING, FaultKind::Swap),
    info(
        "delay",
        "a duration, 5s by default",
        "the event comes later; the others do not wait",
        ANYTHING,
        FaultKind::Delay(DELAY),
    ),
    info(
        "burst",
        "how many, 3 by default",
        "the event and those after it are held back, then sent at once",
        ANYTHING,
        FaultKind::Burst(BURST),
    ),
    info("mac:missing", "", "there is no MAC header", REFUSAL, FaultKind::Mac(MacFault::Missing)),
    info("mac:empty", "", "the MAC header has no value", REFUSAL, FaultKind::Mac(MacFault::Empty)),
    info(
        "mac:wrong-secret",
        "",
        "the MAC is made with another secret",
        REFUSAL,
        FaultKind::Mac(MacFault::WrongSecret),
    ),
    info(
        "mac:corrupted",
        "",
        "one digit of the MAC is another",
        REFUSAL,
        FaultKind::Mac(MacFault::Corrupted),
    ),
    info(
        "mac:truncated",
        "",
        "the second half of the MAC is missing",
        REFUSAL,
        FaultKind::Mac(MacFault::Truncated),
    ),
    info(
        "mac:upper-case",
        "",
        "the MAC's digits are in upper case",
        ANYTHING,
        FaultKind::Mac(MacFault::UpperCase),
    ),
    info(
        "mac:other-body",
        "",
        "the MAC belongs to another body",
        REFUSAL,
        FaultKind::Mac(MacFault::OtherBody),
    ),
    info(
        "body:truncated",
        "",
        "the second half of the body is missing; rightly signed",
        ANYTHING,
        FaultKind::Body(BodyFault::Truncated),
    ),
    info(
        "body:not-json",
        "",
        "the body is not JSON; rightly signed",
        ANYTHING,
        FaultKind::Body(BodyFault::NotJson),
    ),
    info(
        "body:extra-field",
        "",
        "the envelope has a key more; rightly signed",
        ANYTHING,
        FaultKind::Body(BodyFault::ExtraField),
    ),
    info(
        "body:unknown-event",
        "",
        "the event code is one that nobody knows; rightly signed",
        ANYTHING,
        FaultKind::Body(BodyFault::UnknownEvent),
    ),
];

const fn info(
    name: &'static str,
    parameter: &'static str,
    meaning: &'static str,
    expected: &'static str,
    make: FaultKind,
) -> KindInfo {
    KindInfo { name, parameter, meaning, expected, make }
}

impl FaultKind {
    /// True where it changes when or whether an event is sent among others, and nothing about the event itself.
    pub const fn needs_others(self) -> bool {
        matches!(self, Self::Drop | Self::Swap | Self::Delay(_) | Self::Burst(_))
    }

    /// The name, without its parameter.
    pub fn name(self) -> &'static str {
        let same = |info: &&KindInfo| match (info.make, self) {
            (Self::Delay(_), Self::Delay(_)) | (Self::Burst(_), Self::Burst(_)) => true,
            (one, other) => one == other,
        };
        KINDS.iter().find(same).map_or("fault", |info| info.name)
    }

    /// What the receiver should then do.
    pub const fn expectation(self) -> Expectation {
        match self {
            // Whether upper-case digits are right is a matter of taste: the page compares texts, others compare bytes.
            Self::Mac(MacFault::UpperCase)
            | Self::Body(_)
            | Self::Drop
            | Self::Duplicate
            | Self::Swap
            | Self::Delay(_)
            | Self::Burst(_) => Expectation::Any,
            Self::Mac(_) => Expectation::Refuse,
        }
    }
}

/// The label in journals: the name, and the parameter where there is one.
impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self {
            Self::Delay(nanos) => write!(f, "={}ms", nanos / 1_000_000),
            Self::Burst(count) => write!(f, "={count}"),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_lead_back() {
        for (place, info) in KINDS.iter().enumerate() {
            assert_eq!(info.make.name(), info.name);
            assert!(KINDS[..place].iter().all(|other| other.name != info.name));
        }
    }

    #[test]
    fn the_table_says_what_is_expected() {
        for info in KINDS {
            let refusal = info.make.expectation() == Expectation::Refuse;
            assert_eq!(refusal, info.expected == REFUSAL, "{}", info.name);
        }
    }
}

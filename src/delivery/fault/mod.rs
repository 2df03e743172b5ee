//! Injected deviations: what they are, where they strike, what they do to an event, and what may then be expected.
//!
//! A fault is never blamed on the receiver. What is: taking an event whose MAC a fault has spoiled.

mod kind;
mod line;
mod rule;
mod spoil;

pub use kind::{BodyFault, Expectation, FaultKind, KINDS, KindInfo, MacFault};
pub(super) use line::FaultLine;
pub use line::struck;
pub use rule::{FaultRule, When};

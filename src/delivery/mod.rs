//! Delivering: a fleet of sessions that says what is due, and an engine that sends it.
//!
//! [`fleet`] holds no socket and reads no clock: it is told the moment and what came of each dispatch. [`engine`] owns
//! the timer and the lanes.

pub mod announce;
pub mod call;
pub mod command;
pub mod dry;
pub mod engine;
pub mod fault;
pub mod fleet;
pub mod item;
mod judge;
mod lanes;
pub mod policy;
pub mod probe;
pub mod relay;
pub mod retry;
mod session;
mod signers;

pub use signers::Signers;

pub use session::{MOST_SESSIONS, Numbers, Recording, Scenarios, SessionSource};

//! Quirks: bugs that real receivers have, for an inbox that misbehaves on purpose.
//!
//! A quirk changes what the sender is answered, and what an app behind the inbox would remember. It does not change the
//! inbox's own judgement: verdicts and findings stay what they are. No I/O is done here and no clock is read: delays are
//! values that the server waits for.

mod judge;
mod kind;
mod mac;
mod memory;
mod remembered;
mod set;
mod table;
#[cfg(test)]
mod tests;

pub use judge::{Asked, Decision, Reply};
pub use kind::{LATEST, Quirk};
pub use memory::Memory;
pub use remembered::Remembered;
pub use set::Quirks;
pub use table::{Area, QUIRKS, QuirkInfo};

//! The ledger in a file, so that it survives a restart.
//!
//! The file mirrors the ledger: a thread of its own follows the ledger's changes, looks up what they are about as it is
//! by then, and writes it. What the ledger forgets is deleted. So no request waits for the disk, and nothing queues up:
//! a disk that is too slow for a moment makes the thread skip what changed several times, or look at everything again.

mod error;
mod history;
mod open;
mod passed;
mod place;
mod row;
mod session;
mod store;
#[cfg(test)]
mod tests;
mod writer;

pub use error::ArchiveError;
pub use history::{History, Targets};
pub use open::open;
pub use store::Store;
pub use writer::Writer;

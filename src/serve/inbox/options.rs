//! What an inbox is set up with.

use std::time::Duration;

use crate::clock::Epoch;
use crate::protocol::dialect::Dialect;
use crate::protocol::mac::Signer;

/// What an inbox is set up with.
#[derive(Clone, Debug)]
pub struct InboxOptions {
    /// One, or two while a secret is being replaced. With none every MAC is refused.
    pub signers: Vec<Signer>,
    /// What requests are held against.
    pub dialect: Dialect,
    /// How many sessions are remembered. The one that was quiet the longest makes room.
    pub max_sessions: usize,
    /// How many events of a session are remembered, for telling duplicates from conflicts.
    pub max_events_per_session: usize,
    /// How many bytes of a session ID are kept; of a longer one its beginning and a digest.
    pub max_session_id_bytes: usize,
    /// The largest body that is taken, in bytes.
    pub max_body_bytes: usize,
    /// After so long a silence a session counts as ended.
    pub idle_after: Duration,
    /// The wall clock at [`Moment::ZERO`]; without it no timestamp counts as lying in the future.
    pub epoch: Option<Epoch>,
}

impl InboxOptions {
    /// The usual bounds. The memory of a full inbox stays below 200 MB.
    pub const fn new(signers: Vec<Signer>, dialect: Dialect) -> Self {
        Self {
            signers,
            dialect,
            max_sessions: 50_000,
            max_events_per_session: 64,
            max_session_id_bytes: 256,
            max_body_bytes: 1 << 20,
            // A token lives ten minutes, and a page can be left open longer than that before it is used.
            idle_after: Duration::from_secs(30 * 60),
            epoch: None,
        }
    }
}

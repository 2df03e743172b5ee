//! How much of a reply is taken, and how long it may take.

use std::time::Duration;

/// How long a request may take if nothing else is asked for: a delivery from its beginning to the end of its reply, a request
/// that is written as given from the moment at which its connection stands.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

/// The largest body of a reply.
pub const BODY_LIMIT: u64 = 1 << 20;

/// The largest head of a reply: status line and fields.
pub const HEAD_LIMIT: usize = 64 << 10;

/// The most fields in the head of a reply.
pub const FIELD_LIMIT: usize = 128;

/// The most interim (1xx) replies before the final one.
pub const INTERIM_LIMIT: u32 = 16;

/// The longest line that holds a chunk's size and its extensions.
pub const CHUNK_LINE_LIMIT: usize = 4 << 10;

/// The most bytes of trailers after the last chunk.
pub const TRAILER_LIMIT: usize = 16 << 10;

/// The longest that one address of several may be asked for a connection: a dead one does not use up all the time.
pub const ADDRESS_PATIENCE: Duration = Duration::from_secs(2);

/// A connection that was idle for at least so long may have been closed by the receiver just as a request set out, which
/// is its right (RFC 9112, 9.6). One that was busy a moment ago and is closed under a request has lost that request.
pub const MAY_BE_STALE_AFTER: Duration = Duration::from_secs(1);

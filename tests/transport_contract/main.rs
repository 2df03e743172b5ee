//! One contract for both transports, against servers that write exact bytes.
//!
//! Every failure that can be provoked on one machine is provoked, and has to get its name and its phase. Where the
//! two transports differ, the test says so and why. Traffic stays on the loopback interface.

#![expect(clippy::unwrap_used, reason = "a helper that cannot do its part fails the test, as it should")]

mod certs;
mod differential;
mod handshake;
mod http2;
mod phases;
mod proxy;
mod raw;
mod raw_failures;
mod raw_open;
mod replies;
mod requests;
mod reuse;
mod sender;
mod server;
#[cfg(unix)]
mod small;
mod tls;

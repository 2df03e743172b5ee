//! The receiving side: an inbox that verifies what arrives and says what is wrong with it, and the small server that
//! puts one on a free loopback port.

pub mod desk;
#[cfg(feature = "serve")]
pub mod embedded;
pub mod inbox;
pub mod ledger;
#[cfg(feature = "serve")]
pub mod webhook;

//! The receiving side: an inbox that verifies what arrives and says what is wrong with it, and the small server that
//! puts one on a free loopback port.

#[cfg(feature = "serve")]
pub mod app;
pub mod desk;
#[cfg(feature = "serve")]
pub mod embedded;
pub mod hub;
pub mod inbox;
pub mod ledger;
pub mod received;
#[cfg(feature = "serve")]
pub mod stage;
#[cfg(feature = "serve")]
pub mod webhook;

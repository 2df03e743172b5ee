//! The receiving side: an inbox that verifies what arrives and says what is wrong with it, the small server that puts
//! one on a free loopback port, and what is made of traffic that was recorded: an audit, or the dialect that fits it.

#[cfg(feature = "serve")]
pub mod app;
pub mod audit;
pub mod desk;
#[cfg(feature = "serve")]
pub mod embedded;
pub mod hub;
pub mod inbox;
pub mod learn;
pub mod ledger;
pub mod received;
#[cfg(feature = "serve")]
pub mod stage;
pub mod traffic;
#[cfg(feature = "serve")]
pub mod webhook;

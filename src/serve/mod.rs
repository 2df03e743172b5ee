//! The receiving side: an inbox that verifies what arrives and says what is wrong with it, the small server that puts
//! one on a free loopback port, the stand-in for the service around it, and what is made of traffic that was recorded: an
//! audit, or the dialect that fits it.

#[cfg(feature = "serve")]
pub mod app;
#[cfg(feature = "persist")]
pub mod archive;
pub mod audit;
#[cfg(feature = "serve")]
pub mod callback;
#[cfg(feature = "serve")]
pub mod callin;
#[cfg(feature = "serve")]
pub mod choice;
#[cfg(feature = "serve")]
pub mod configs;
#[cfg(feature = "serve")]
pub mod deepaffex;
pub mod desk;
#[cfg(feature = "serve")]
pub mod embedded;
pub mod hub;
pub mod inbox;
#[cfg(feature = "serve")]
mod intake;
pub mod learn;
pub mod ledger;
#[cfg(feature = "serve")]
pub mod listener;
#[cfg(feature = "serve")]
pub mod quirk;
pub mod received;
#[cfg(feature = "serve")]
pub mod results;
#[cfg(feature = "serve")]
pub mod stage;
pub mod traffic;
#[cfg(feature = "serve")]
pub mod webhook;

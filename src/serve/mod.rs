//! The receiving side: an inbox that verifies what arrives and says what is wrong with it, and the small server that
//! puts one on a free loopback port. Beside it, what a stand-in for the service knows of call-ins and callbacks.

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
pub mod inbox;
#[cfg(feature = "serve")]
pub mod results;

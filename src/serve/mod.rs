//! The receiving side: an inbox that verifies what arrives and says what is wrong with it, the small server that puts
//! one on a free loopback port, and what is made of traffic that was recorded: an audit, or the dialect that fits it.

pub mod audit;
pub mod desk;
#[cfg(feature = "serve")]
pub mod embedded;
pub mod inbox;
pub mod learn;
pub mod traffic;

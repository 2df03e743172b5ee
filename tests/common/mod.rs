//! What the integration tests share.

pub mod cli;
pub mod customer;
pub mod page;
pub mod receiver;
pub mod server;
pub mod tcp;

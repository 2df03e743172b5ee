//! Doing what a job says.

pub(super) mod check;
mod descriptors;
pub(super) mod dry;
pub(super) mod hooks;
pub(super) mod observer;
pub(super) mod send;
pub(super) mod serve;
pub(super) mod signals;
pub(super) mod steps;

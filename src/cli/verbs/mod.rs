//! The smaller verbs, a file each.

pub(super) mod audit;
pub(super) mod cases;
pub(super) mod completions;
pub(super) mod dialect;
pub(super) mod events;
pub(super) mod faults;
pub(super) mod learn;
mod lint;
pub(super) mod man;
pub(super) mod report;
pub(super) mod scenarios;
pub(super) mod sign;
pub(super) mod verify;

//! What was typed, resolved: a job cannot contradict itself.

pub(super) mod baseline;
pub(super) mod catalogue;
pub(super) mod check;
pub(super) mod dialect;
pub(super) mod duration;
pub(super) mod hook;
pub(super) mod idle;
pub(super) mod journal;
pub(super) mod overrides;
pub(super) mod planned_faults;
pub(super) mod plays;
pub(super) mod probe;
pub(super) mod recorded_check;
pub(super) mod recording;
pub(super) mod replacement;
pub(super) mod replay;
pub(super) mod report_files;
pub(super) mod rotation;
pub(super) mod secret;
pub(super) mod send;
pub(super) mod serve;
pub(super) mod serve_config;
pub(super) mod target;
pub(super) mod traffic;

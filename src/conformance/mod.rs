//! Conformance of a webhook: requirements, what is sent to see whether they are met, and what the answers say.
//!
//! A [`Case`](case::Case) is a requirement with its source, a stimulus and a judge. Its stimulus is a
//! [`Script`](script::Script) of [`Shot`](script::Shot)s, made by a [`Kit`](kit::Kit) from seed, dialect, secret and the
//! time, which is an argument. [`judge`] compares what was seen with what was demanded. [`run`] does the sending and
//! waiting, and everything else in here is pure.
//!
//! Fairness is the rule above all cases: what is demanded of each shot is written beside it, see
//! [`Demand`](script::Demand).

pub mod baseline;
pub mod case;
pub mod cases;
pub mod diagnosis;
pub mod judge;
pub mod kit;
pub mod remembered;
pub mod request;
pub mod run;
pub mod script;
pub mod select;
pub mod window;

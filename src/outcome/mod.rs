//! What was done and what came of it: exchanges, deliveries, run events, tallies, the journal, the run.

pub mod audit;
pub mod check;
pub mod delivery;
pub mod exchange;
pub mod journal;
pub mod learnt;
pub mod probe;
pub mod run;
pub mod run_event;
pub mod tally;

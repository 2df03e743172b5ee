//! What was done and what came of it: exchanges, deliveries, run events, tallies, the journal, the run.

pub mod exchange;

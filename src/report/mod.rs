//! What is told about a run: pure renderings, no printing. Texts carry terminal styles; whoever prints strips them where
//! they do not belong.

pub mod audit;
#[cfg(feature = "cli")]
pub mod check;
pub mod curl;
pub mod diagram;
pub mod learnt;
pub mod line;
pub mod planned;
pub mod probe;
pub mod style;
pub mod summary;
pub mod verification;

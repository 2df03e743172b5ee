//! Reading scenario and mix files.

pub mod types;

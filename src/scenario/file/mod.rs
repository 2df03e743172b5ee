//! Reading scenario and mix files: text in, values and diagnostics out.
//!
//! [`source`] holds a text and its name, [`yaml`] turns it into a tree of nodes that know their places, [`mod@read`]
//! and [`mix`] turn the tree into [`types`]. Nothing here stops at the first problem, and nothing here reads a disk.

pub mod gap;
pub mod keys;
pub mod mix;
pub mod payload;
pub mod read;
pub mod scalar;
pub mod schema;
pub mod source;
pub mod template;
pub mod types;
pub mod yaml;

mod fields;
mod interlude;
mod step;
mod syntax;
mod values;
mod words;

pub use read::{read, read_bytes};
pub use source::Source;

//! The scenario engine: a file becomes a plan, a plan and a seed become a timeline.

pub mod act;
pub mod between;
pub mod compile;
pub mod diagnostic;
pub mod file;
mod gap;
pub mod inspect;
pub mod library;
pub mod mix;
pub mod plan;
pub mod render;
pub mod timeline;
pub mod usual;

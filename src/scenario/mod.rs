//! The scenario engine: a file becomes a plan, a plan and a seed become a timeline.

pub mod diagnostic;
pub mod file;

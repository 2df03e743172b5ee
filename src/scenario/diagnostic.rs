//! What is wrong with a file: where, what, and what to do about it.

mod excerpt;
mod render;

pub use render::render;

use super::file::types::Span;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The file works, but probably not as meant.
    Warning,
    /// The file cannot be played.
    Error,
}

/// One problem of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// How bad it is.
    pub level: Level,
    /// What is wrong, in one line.
    pub message: String,
    /// Where: the first is the place itself, the others are places that matter to it. None where it is about the
    /// file as a whole.
    pub labels: Vec<Label>,
    /// What to do.
    pub help: Option<String>,
}

/// A place in the file and what to say there.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// A few words, or nothing.
    pub text: String,
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(message: impl Into<String>, span: Span, text: impl Into<String>) -> Self {
        Self {
            level: Level::Error,
            message: message.into(),
            labels: vec![Label { span, text: text.into() }],
            help: None,
        }
    }

    /// An error of the file as a whole.
    pub fn file(message: impl Into<String>) -> Self {
        Self { level: Level::Error, message: message.into(), labels: Vec::new(), help: None }
    }

    /// A warning at a place.
    pub fn warning(message: impl Into<String>, span: Span, text: impl Into<String>) -> Self {
        Self { level: Level::Warning, ..Self::error(message, span, text) }
    }

    /// Adds a place that matters to the problem.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }
}

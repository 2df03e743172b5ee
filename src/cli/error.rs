//! Why a command ended before it began.

use super::exit::Exit;

/// What is told to the user: what is wrong, and what to do.
#[derive(Debug)]
pub(super) struct CliError {
    /// What is wrong: one sentence, without a full stop.
    pub message: String,
    /// What to do next, a line each.
    pub help: Vec<String>,
    /// A drawing of the place, where a file is wrong.
    pub drawing: Option<String>,
    /// The flag whose value is wrong, where the message does not name it.
    about: Option<&'static str>,
    exit: Exit,
}

impl CliError {
    /// Usage, configuration or a file is wrong.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: Vec::new(), drawing: None, about: None, exit: Exit::Usage }
    }

    /// It could not be run.
    pub fn could_not(message: impl Into<String>) -> Self {
        Self { exit: Exit::CouldNot, ..Self::usage(message) }
    }

    /// The user ended it.
    pub fn interrupted(message: impl Into<String>) -> Self {
        Self { exit: Exit::Interrupted, ..Self::usage(message) }
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(mut self, line: impl Into<String>) -> Self {
        self.help.push(line.into());
        self
    }

    /// Shows the place.
    #[must_use]
    pub fn drawing(mut self, drawing: String) -> Self {
        self.drawing = Some(drawing);
        self
    }

    /// Names the flag (without its hyphens) whose value is wrong, where the message speaks of what the value stands for.
    #[must_use]
    pub const fn about(mut self, flag: &'static str) -> Self {
        self.about = Some(flag);
        self
    }

    /// The flags that it is about, without their hyphens: whoever set them is told where.
    pub fn flags(&self) -> Vec<&str> {
        let named = self.message.split_whitespace().filter_map(|word| word.strip_prefix("--"));
        let named = named.map(|word| word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric()));
        let mut flags: Vec<&str> = self.about.into_iter().collect();
        for flag in named {
            if !flags.contains(&flag) {
                flags.push(flag);
            }
        }
        flags
    }

    pub const fn exit(&self) -> Exit {
        self.exit
    }
}

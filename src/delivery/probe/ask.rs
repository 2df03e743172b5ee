//! Asking by a GET or by a command.

use super::place::{ProbeUrl, fill};
use super::{Answer, Ask, Asking, LONGEST_ANSWER};
use crate::delivery::announce::SESSION_VARIABLE;
use crate::delivery::call::Caller;
use crate::delivery::command::Command;

/// How a system is asked after a session.
pub enum Question {
    /// A shell command that prints the answer.
    Command {
        /// The flag that it came with.
        flag: &'static str,
        /// The command.
        line: String,
    },
    /// A GET.
    Get {
        /// Who calls.
        caller: Caller,
        /// Where to.
        url: Box<ProbeUrl>,
    },
}

impl Ask for Question {
    fn ask<'a>(&'a self, session_id: &'a str) -> Asking<'a> {
        match self {
            Self::Command { flag, line } => Box::pin(run(flag, line, session_id)),
            Self::Get { caller, url } => Box::pin(get(caller, url, session_id)),
        }
    }
}

async fn run(flag: &'static str, line: &str, session_id: &str) -> Result<Answer, String> {
    let line = fill(line);
    let variable = (SESSION_VARIABLE, session_id);
    let command = Command { flag, line: &line, variable, most_said: Some(LONGEST_ANSWER) };
    command.run().await.map(Answer::Text)
}

async fn get(caller: &Caller, url: &ProbeUrl, session_id: &str) -> Result<Answer, String> {
    let Some(target) = url.of(session_id) else {
        return Err("the session's ID cannot stand in the URL's path; put it into the query".to_owned());
    };
    let mut reply = caller.get(target.url().clone()).await?;
    match reply.status().as_u16() {
        200..=299 => {}
        404 => return Ok(Answer::NotFound),
        status => return Err(format!("the URL of {} answered {status}", caller.flag())),
    }
    let mut text = Vec::new();
    while let Some(piece) = reply.chunk().await.map_err(|error| caller.explain(&error))? {
        if text.len() + piece.len() > LONGEST_ANSWER {
            return Err(format!("the answer is longer than {LONGEST_ANSWER} bytes"));
        }
        text.extend_from_slice(&piece);
    }
    Ok(Answer::Text(text))
}

//! Asking by a GET or by a command.

use std::time::Duration;

use super::place::{ProbeUrl, fill};
use super::{Answer, Ask, Asking, LONGEST_ANSWER, Listening};
use crate::delivery::announce::SESSION_VARIABLE;
use crate::delivery::call::Caller;
use crate::delivery::command::Command;
use crate::transport::client::environment_has_proxy;
use crate::transport::readiness;

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

    fn await_listener(&self, patience: Duration) -> Listening<'_> {
        match self {
            // Behind a proxy nobody can see who listens.
            Self::Get { caller, url } if !environment_has_proxy(url.sample()) => {
                let flag = caller.flag();
                Box::pin(async move {
                    let there = readiness::wait(url.sample(), patience).await;
                    there.map(|_| ()).map_err(|why| format!("the URL of {flag} cannot be asked: {why}"))
                })
            }
            Self::Command { .. } | Self::Get { .. } => Box::pin(std::future::ready(Ok(()))),
        }
    }
}

impl Question {
    /// Runs a command once, asking after a session that never was, and says why it never can be run.
    pub async fn missing(&self) -> Option<String> {
        let Self::Command { flag, line } = self else { return None };
        let line = fill(line);
        command(flag, &line, NO_SESSION).missing(SOON).await
    }
}

/// The ID of a session that never was.
const NO_SESSION: &str = "00000000-0000-4000-8000-000000000000";
/// A shell that does not find a command says so at once.
const SOON: Duration = Duration::from_secs(1);

async fn run(flag: &'static str, line: &str, session_id: &str) -> Result<Answer, String> {
    let line = fill(line);
    command(flag, &line, session_id).run().await.map(Answer::Text)
}

const fn command<'a>(flag: &'static str, line: &'a str, session_id: &'a str) -> Command<'a> {
    Command { flag, line, variable: (SESSION_VARIABLE, session_id), most_said: Some(LONGEST_ANSWER) }
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

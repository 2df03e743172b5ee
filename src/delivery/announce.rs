//! Telling the receiver of a session before its first event, for receivers that must know their sessions.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc};

use super::call::Caller;
use super::command::Command;
use crate::transport::target::Target;

/// The environment variable in which a command finds the session's ID.
pub const SESSION_VARIABLE: &str = "WMS_SIM_SESSION_ID";

/// How a session is announced.
#[derive(Clone)]
pub enum Announcement {
    /// A shell command; it finds the session's ID in [`SESSION_VARIABLE`].
    Command(String),
    /// A POST of `{"sessionId": ".."}` to a URL.
    Post {
        /// Who calls.
        caller: Caller,
        /// Where to.
        target: Box<Target>,
    },
}

/// Announces sessions, a bounded number at once.
#[derive(Clone)]
pub struct Announcer {
    how: Announcement,
    patience: Option<Duration>,
    room: Arc<Semaphore>,
}

impl fmt::Debug for Announcer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Announcer(..)")
    }
}

impl Announcer {
    /// At most `at_once` announcements at a time, each within `patience`.
    pub fn new(how: Announcement, patience: Option<Duration>, at_once: usize) -> Self {
        Self { how, patience, room: Arc::new(Semaphore::new(at_once)) }
    }

    /// Announces one session and waits for its end.
    ///
    /// # Errors
    /// Why it is not announced.
    pub async fn tell(&self, session_id: &str) -> Result<(), String> {
        let _permit = self.room.acquire().await;
        match self.patience {
            Some(patience) => {
                tokio::time::timeout(patience, self.how.tell(session_id)).await.unwrap_or_else(|_| {
                    Err(format!("--before-session did not end within {} s", patience.as_secs_f64()))
                })
            }
            None => self.how.tell(session_id).await,
        }
    }

    pub(super) fn announce(
        &self,
        number: u64,
        session_id: Arc<str>,
        tell: mpsc::UnboundedSender<(u64, Result<(), String>)>,
    ) {
        let this = self.clone();
        tokio::spawn(async move {
            let mut outcome = Outcome { number, result: Err("it could not be announced".to_owned()), tell };
            outcome.result = this.tell(&session_id).await;
        });
    }
}

/// Tells what came of an announcement when it is dropped, however that comes about: no run waits for ever.
struct Outcome {
    number: u64,
    result: Result<(), String>,
    tell: mpsc::UnboundedSender<(u64, Result<(), String>)>,
}

impl Drop for Outcome {
    fn drop(&mut self) {
        let result = std::mem::replace(&mut self.result, Ok(()));
        // Nobody listens any more once the run was stopped.
        let _ = self.tell.send((self.number, result));
    }
}

impl Announcement {
    async fn tell(&self, session_id: &str) -> Result<(), String> {
        match self {
            Self::Command(line) => {
                let variable = (SESSION_VARIABLE, session_id);
                let command = Command { flag: "--before-session", line, variable, most_said: None };
                command.run().await.map(|_| ())
            }
            Self::Post { caller, target } => {
                let body = serde_json::json!({ "sessionId": session_id }).to_string();
                let reply = caller.post(target.url().clone(), body).await?;
                if reply.status().is_success() {
                    return Ok(());
                }
                Err(format!("the URL of --before-session answered {}", reply.status().as_u16()))
            }
        }
    }
}

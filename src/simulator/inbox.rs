//! A receiver of webhooks for Rust tests.

use std::fmt;
use std::sync::Arc;

use crate::protocol::code::Code;
use crate::protocol::conclusion::Outcome;
use crate::protocol::dialect::Dialect;
use crate::protocol::mac::{Secret, Signer};
use crate::serve::desk::Desk;
use crate::serve::inbox::{FindingCode, InboxOptions, Received, SessionState};

/// Receives webhook requests: verifies the MAC, reads the event, follows each session's order. Hand it requests with
/// [`receive`](Self::receive), or let it listen on a loopback port with `listen`; then ask what came.
///
/// ```
/// use wms_sim::{Inbox, Simulator};
///
/// let simulator = Simulator::new("my MAC secret").scenario("user-cancels");
/// let inbox = Inbox::new("my MAC secret");
/// for event in simulator.events()? {
///     let answer = inbox.receive(event.mac(), event.body());
///     assert_eq!(answer.status(), 204);
/// }
/// inbox.verdict()?;
/// assert_eq!(inbox.sessions()[0].outcome(), Some(wms_sim::Outcome::Canceled));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Inbox {
    pub(super) desk: Arc<Desk>,
}

impl Inbox {
    /// Verifies with this secret. With an empty one every MAC is refused.
    pub fn new(secret: impl Into<String>) -> Self {
        Self::open(&Secret::new(secret), Dialect::current())
    }

    pub(super) fn open(secret: &Secret, dialect: Dialect) -> Self {
        let signers =
            if secret.is_empty() { Vec::new() } else { vec![Signer::new(secret, dialect.mac_input)] };
        Self { desk: Arc::new(Desk::open(InboxOptions::new(signers, dialect))) }
    }

    /// Receives a request: the value of its `X-WMS-Content-MAC` and its body, byte for byte.
    pub fn receive(&self, mac: Option<&str>, body: &[u8]) -> Answer {
        let headers: Vec<&[u8]> = mac.iter().map(|mac| mac.as_bytes()).collect();
        let request = Received { mac_headers: &headers, content_type: Some(b"application/json"), body };
        let receipt = self.desk.receive(&request);
        Answer {
            status: receipt.status,
            body: receipt.answer,
            findings: receipt.findings.iter().map(ToString::to_string).collect(),
        }
    }

    /// The sessions, the one that was heard of last first; at most 50,000 are remembered.
    pub fn sessions(&self) -> Vec<ReceivedSession> {
        let inbox = self.desk.inbox();
        inbox
            .recent(self.desk.now(), usize::MAX)
            .into_iter()
            .map(|view| ReceivedSession {
                events: inbox
                    .events(&view.session_id)
                    .iter()
                    .map(|kept| ReceivedEvent { sequence: kept.sequence, code: kept.code })
                    .collect(),
                id: view.session_id,
                state: view.state,
                missing: view.missing,
                out_of_order: view.out_of_order,
                complete: view.complete,
            })
            .collect()
    }

    /// The session of an ID.
    pub fn session(&self, id: &str) -> Option<ReceivedSession> {
        self.sessions().into_iter().find(|session| session.id() == id)
    }

    /// Whether all that came was right. It is not where
    ///
    /// - a request was refused: its MAC, or a body that is no event;
    /// - an event is unlike the dialect: keys, values, severities, timestamps, or a place in which it cannot happen;
    /// - events of a session are missing (later ones came), or came out of order;
    /// - a session began again although its page was not left, or another body came under the same sequence;
    /// - nothing came at all.
    ///
    /// The same event twice is right: a sender that repeats what was not answered does that, and receivers must live with
    /// it. So is a session whose end has not come, which is still running:
    /// [`ReceivedSession::is_complete`] tells that one. Of a session's events the last 64 are remembered; what comes again
    /// after that passes as a repetition. Once sessions had to be forgotten (see [`sessions`](Self::sessions)), gaps and
    /// order are no longer judged.
    ///
    /// # Errors
    /// What was wrong, a line each.
    pub fn verdict(&self) -> Result<(), Wrong> {
        let summary = self.desk.inbox().summary();
        let mut wrong: Vec<String> = summary
            .troubles()
            // Told below, by session: a gap that was filled too late is no gap any more.
            .filter(|(code, _)| *code != FindingCode::Gap)
            .map(|(code, count)| format!("{count} x {}: {}", code.as_str(), code.meaning()))
            .collect();
        if summary.received == 0 {
            wrong.push("nothing was received".to_owned());
        }
        // What comes of a session that was forgotten looks like the rest of one whose beginning is missing.
        if summary.forgotten == 0 {
            wrong.extend(self.sessions().iter().flat_map(ReceivedSession::disorder));
        }
        if wrong.is_empty() { Ok(()) } else { Err(Wrong { wrong }) }
    }
}

impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbox")
            .field("received", &self.desk.inbox().summary().received)
            .finish_non_exhaustive()
    }
}

/// What the inbox says to a request.
#[derive(Clone, Debug)]
pub struct Answer {
    status: u16,
    body: String,
    findings: Vec<String>,
}

impl Answer {
    /// The HTTP status: 204, or 200 where there is something to tell; 400, 401 or 413 where the request is refused.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// True where the event was taken.
    pub fn is_accepted(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body of the answer: JSON, or nothing with 204.
    pub fn body(&self) -> &str {
        &self.body
    }

    /// What was found, a line each.
    pub fn findings(&self) -> &[String] {
        &self.findings
    }
}

/// A session as the inbox saw it.
#[derive(Clone, Debug)]
pub struct ReceivedSession {
    id: Arc<str>,
    state: SessionState,
    events: Vec<ReceivedEvent>,
    missing: u64,
    out_of_order: u64,
    complete: bool,
}

impl ReceivedSession {
    /// Its ID.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What it came to; `None` while more is to come.
    pub fn outcome(&self) -> Option<Outcome> {
        self.state.outcome()
    }

    /// Its events in the order in which they came, duplicates left out; the last 64 of them.
    pub fn events(&self) -> &[ReceivedEvent] {
        &self.events
    }

    /// How many events are missing: later ones came, these did not. Whether more follows the last one, nobody knows;
    /// [`is_complete`](Self::is_complete) says whether the page was left.
    pub fn missing(&self) -> u64 {
        self.missing
    }

    /// How many events came after events with a higher sequence.
    pub fn out_of_order(&self) -> u64 {
        self.out_of_order
    }

    /// True where every event came, from the first to `PAGE_UNLOADED`.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// A line for what is missing, and one for what came late.
    fn disorder(&self) -> impl Iterator<Item = String> {
        let id = self.id.escape_debug();
        let line = |count: u64, one: &str, several: &str| match count {
            0 => None,
            1 => Some(format!("session '{id}': 1 event {one}")),
            _ => Some(format!("session '{id}': {count} events {several}")),
        };
        let late = "came after later ones";
        [line(self.missing, "is missing", "are missing"), line(self.out_of_order, late, late)]
            .into_iter()
            .flatten()
    }
}

/// An event that was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceivedEvent {
    sequence: u64,
    code: Option<Code>,
}

impl ReceivedEvent {
    /// Its place in its session.
    pub fn sequence(self) -> u64 {
        self.sequence
    }

    /// Which event it is; `None` for one that is not known.
    pub fn code(self) -> Option<Code> {
        self.code
    }
}

/// What was wrong with what an inbox received.
#[derive(Clone)]
pub struct Wrong {
    wrong: Vec<String>,
}

impl Wrong {
    /// A line for each.
    pub fn lines(&self) -> &[String] {
        &self.wrong
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 20;
        let shown = self.wrong.len().min(SHOWN);
        write!(f, "the inbox found: {}", self.wrong[..shown].join("; "))?;
        if self.wrong.len() > SHOWN {
            write!(f, "; and {} more", self.wrong.len() - SHOWN)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Wrong {
    /// As `Display`: it is what `unwrap` in a test prints.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Wrong {}

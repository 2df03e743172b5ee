//! A receiver that remembers sessions and shows them, rightly or with one bug.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::common::page::mac;
use crate::common::server::SECRET;
use crate::harness::{Act, TAKEN, peer};

const REFUSED: &str = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n";
const UNKNOWN: &str = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";

/// How it works.
#[expect(clippy::struct_excessive_bools, reason = "each is a bug or a habit of its own")]
pub struct System {
    /// An event is worked on so many milliseconds after it came, at the least and at the most.
    pub queue: [u64; 2],
    /// A session is shown before its events are worked on.
    pub announces: bool,
    /// An event counts as often as it comes.
    pub counts_twice: bool,
    /// It shows durations and ages.
    pub clocks: bool,
    /// What the last event of a session that begins with it is answered; nothing is no answer.
    pub backwards: Option<&'static str>,
    /// What a forged event is answered.
    pub forged: &'static str,
    /// Forged events are kept.
    pub stores_forged: bool,
    /// Who has sent a forged event for a session is refused for it from then on.
    pub bans: bool,
    /// Under what a session is kept, and how long that is.
    pub key: fn(&str, usize) -> String,
    pub length: usize,
    /// Longer IDs are refused.
    pub longest: usize,
    /// Everything of this session is refused, counted from 1 in the order in which they come.
    pub refuses: usize,
}

impl Default for System {
    fn default() -> Self {
        Self {
            queue: [0, 0],
            announces: false,
            counts_twice: false,
            clocks: false,
            backwards: None,
            forged: REFUSED,
            stores_forged: false,
            bans: false,
            key: |id, _| id.to_owned(),
            length: 0,
            longest: 255,
            refuses: 0,
        }
    }
}

/// An event, and when it is worked on.
struct Kept {
    body: String,
    code: String,
    came: Instant,
    due: Instant,
}

#[derive(Default)]
struct Session {
    number: usize,
    events: Vec<Kept>,
    banned: bool,
}

impl System {
    /// Where it listens.
    pub fn start(self) -> String {
        let begun = Instant::now();
        let sessions: Mutex<HashMap<String, Session>> = Mutex::default();
        peer(move |request, number| {
            let mut sessions = sessions.lock().unwrap();
            match request.strip_prefix("GET /") {
                Some(path) => {
                    let id = path.split(' ').next().unwrap();
                    self.show(sessions.get(&(self.key)(id, self.length)), begun)
                }
                None => self.take(request, number, &mut sessions),
            }
        })
    }

    fn take(&self, request: &str, number: usize, sessions: &mut HashMap<String, Session>) -> Act {
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let event: Value = serde_json::from_str(body).unwrap();
        let id = event["sessionId"].as_str().unwrap();
        if id.len() > self.longest {
            return Act::Answer("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        }
        let before = sessions.len();
        let begun = || Session { number: before + 1, ..Session::default() };
        let session = sessions.entry((self.key)(id, self.length)).or_insert_with(begun);
        if session.number == self.refuses {
            return Act::Answer("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
        }
        let right = head.contains(&mac(SECRET, body));
        session.banned |= self.bans && !right;
        if session.banned && right {
            return Act::Answer("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
        }
        let code = event["event"].as_str().unwrap().to_owned();
        if let Some(answer) = self.backwards
            && session.events.is_empty()
            && code == "PAGE_UNLOADED"
        {
            return if answer.is_empty() { Act::Hang } else { Act::Answer(answer) };
        }
        let known = session.events.iter().any(|kept| kept.body == body);
        if (right || self.stores_forged) && (self.counts_twice || !known) {
            let [least, most] = self.queue;
            // Not the same for each, and without chance.
            let later = least + (number as u64 * 7919) % (most - least + 1);
            let came = Instant::now();
            let due = came + Duration::from_millis(later);
            session.events.push(Kept { body: body.to_owned(), code, came, due });
        }
        Act::Answer(if right { TAKEN } else { self.forged })
    }

    fn show(&self, session: Option<&Session>, begun: Instant) -> Act {
        let now = Instant::now();
        let Some(session) = session.filter(|session| !session.events.is_empty()) else {
            return Act::Answer(UNKNOWN);
        };
        let done: Vec<&Kept> = session.events.iter().filter(|kept| kept.due <= now).collect();
        if done.is_empty() && !self.announces {
            return Act::Answer(UNKNOWN);
        }
        let has = |code: &str| done.iter().any(|kept| kept.code == code);
        let outcome = match () {
            () if has("RESULTS_RECEIVED") => "completed",
            () if has("MEASUREMENT_CANCELED") => "canceled",
            () if has("LOW_SNR") => "failed",
            () => "unknown",
        };
        let mut shown = json!({ "outcome": outcome, "events": done.len() });
        if self.clocks {
            let age = now.duration_since(session.events[0].came);
            shown["age_seconds"] = json!(age.as_secs());
            shown["updatedAgo"] = json!(format!("{} seconds ago", age.as_secs()));
            shown["worker"] = json!({ "uptime": begun.elapsed().as_secs() });
            shown["processing_ms"] = json!(session.events[0].came.duration_since(begun).as_secs_f64() * 1e3);
        }
        let text = shown.to_string();
        let mut answer = String::new();
        write!(answer, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        Act::Say(answer)
    }
}

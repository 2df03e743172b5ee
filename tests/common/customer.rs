//! A customer's own system on loopback: it takes events at `POST /webhook`, and can be asked what it made of a session.
//! It does not verify: that is what the receivers in `tests/receivers/` are for.

#![allow(dead_code, reason = "every test file compiles this module and uses another part of it")]
#![allow(clippy::unwrap_used, reason = "a server that cannot be had fails its test")]

use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::tcp::read_request;

/// One GET.
#[derive(Debug)]
pub struct Question<'a> {
    /// The target of the request line, as it came.
    pub target: &'a str,
    /// How often that was asked for before.
    pub before: usize,
    /// The events of the session whose ID is the last segment of the target's path.
    pub events: Vec<Value>,
}

impl Question<'_> {
    /// What a simple system concludes: results are results, and without them a redirect is no good sign.
    pub fn outcome(&self) -> &'static str {
        let has = |key: &str, value: &str| self.events.iter().any(|event| event[key] == value);
        if has("event", "RESULTS_RECEIVED") {
            "completed"
        } else if has("event", "MEASUREMENT_CANCELED") {
            "canceled"
        } else if has("severity", "ERROR") || has("event", "REDIRECTING_TO_CALLBACK") {
            "failed"
        } else {
            "abandoned"
        }
    }
}

/// The answer of a system that does its job.
fn right(question: &Question<'_>) -> Vec<u8> {
    if question.events.is_empty() {
        return http("404 Not Found", "");
    }
    json(&format!(r#"{{"outcome":"{}"}}"#, question.outcome()))
}

/// An answer.
pub fn http(status: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}").into_bytes()
}

/// An answer of JSON.
pub fn json(body: &str) -> Vec<u8> {
    http("200 OK", body)
}

#[derive(Debug, Default)]
struct Seen {
    events: BTreeMap<String, Vec<Value>>,
    /// The heads of all GETs.
    heads: Vec<String>,
    asked: BTreeMap<String, usize>,
}

/// The system. It ends with the process.
#[derive(Debug)]
pub struct Customer {
    port: u16,
    seen: Arc<Mutex<Seen>>,
    most_at_once: Arc<AtomicUsize>,
}

impl Customer {
    /// One that answers as it should.
    pub fn start() -> Self {
        Self::answering(right)
    }

    /// One that answers a GET as it is told, and hangs up. An answer need not be whole.
    pub fn answering(answer: impl Fn(&Question<'_>) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::<Mutex<Seen>>::default();
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (answer, theirs, most_at_once) = (Arc::new(answer), Arc::clone(&seen), Arc::clone(&most));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, seen) = (Arc::clone(&answer), Arc::clone(&theirs));
                let (now, most) = (Arc::clone(&now), Arc::clone(&most));
                thread::spawn(move || serve(stream, &*answer, &seen, &now, &most));
            }
        });
        Self { port, seen, most_at_once }
    }

    /// Where events go.
    pub fn webhook(&self) -> String {
        format!("http://127.0.0.1:{}/webhook", self.port)
    }

    /// Where it can be asked.
    pub fn probe(&self) -> String {
        format!("http://127.0.0.1:{}/sessions/{{sessionId}}", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The targets that were asked for, and how often.
    pub fn asked(&self) -> BTreeMap<String, usize> {
        self.seen.lock().unwrap().asked.clone()
    }

    /// The heads of all GETs.
    pub fn heads(&self) -> Vec<String> {
        self.seen.lock().unwrap().heads.clone()
    }

    /// How many GETs were under way at once, at the most.
    pub fn most_at_once(&self) -> usize {
        self.most_at_once.load(Ordering::SeqCst)
    }
}

fn serve(
    mut stream: TcpStream,
    answer: &dyn Fn(&Question<'_>) -> Vec<u8>,
    seen: &Mutex<Seen>,
    now: &AtomicUsize,
    most: &AtomicUsize,
) {
    let request = String::from_utf8_lossy(&read_request(&mut stream)).into_owned();
    let Some((head, body)) = request.split_once("\r\n\r\n") else { return };
    let mut words = head.split(' ');
    let (method, target) = (words.next().unwrap(), words.next().unwrap());
    if method == "POST" {
        let event: Value = serde_json::from_str(body).unwrap_or_default();
        let id = event["sessionId"].as_str().unwrap_or_default().to_owned();
        seen.lock().unwrap().events.entry(id).or_default().push(event);
        let _ = stream.write_all(&http("204 No Content", ""));
        return;
    }
    most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
    let path = target.split('?').next().unwrap();
    let id = percent_decode_str(path.rsplit('/').next().unwrap()).decode_utf8_lossy();
    let (before, events) = {
        let mut seen = seen.lock().unwrap();
        seen.heads.push(head.to_owned());
        let count = seen.asked.entry(target.to_owned()).or_default();
        *count += 1;
        (*count - 1, seen.events.get(&*id).cloned().unwrap_or_default())
    };
    let answer = answer(&Question { target, before, events });
    // Before the answer: whoever has it may already send the next request.
    now.fetch_sub(1, Ordering::SeqCst);
    let _ = stream.write_all(&answer);
}

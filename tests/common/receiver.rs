//! Real receivers (`tests/receivers/`), each a process of its own on a free loopback port.
//!
//! ```ignore
//! let receiver = Receiver::start(Kind::Express, "secret");
//! // ... deliver to receiver.url() ...
//! assert!(receiver.records().iter().all(|record| record.mac_ok));
//! ```
//!
//! A receiver that was never called, or that died, fails its test when it is dropped, unless the test said so before
//! ([`Receiver::allow_no_calls`], [`Receiver::expect_no_calls`], [`Receiver::kill`]).

#![allow(dead_code, reason = "every test file compiles this module and uses another part of it")]
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a failing receiver fails its test, and says why"
)]

mod kind;

use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde_json::Value;

pub use kind::Kind;

const READY_WITHIN: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(10);

/// What the environment of a test must not decide for its receivers.
const KNOBS: [&str; 10] = [
    "PLAN",
    "MUTANT",
    "ANNOUNCED",
    "SLOW_MS",
    "CLOSE",
    "STATUS_OK",
    "STATUS_BAD",
    "SECRET_OLD",
    "TLS_CERT",
    "TLS_KEY",
];

/// One POST, as the receiver wrote it down before it answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Counts from 1, in the order of arrival.
    pub n: u64,
    /// Milliseconds since 1970, by the receiver's clock.
    pub at_ms: u64,
    pub mac_ok: bool,
    /// The status it was about to answer; `None` where it hung up instead, by its plan.
    pub status: Option<u16>,
    /// Names in the case that was sent, where the framework has kept it (Node's own `http`, Express, Fastify and PHP).
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Record {
    fn parse(line: &str) -> Self {
        let value: Value =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in record {line}"));
        let headers = value["headers"].as_object().expect("headers");
        Self {
            n: value["n"].as_u64().expect("n"),
            at_ms: value["at_ms"].as_u64().expect("at_ms"),
            mac_ok: value["mac_ok"].as_bool().expect("mac_ok"),
            status: value["status"].as_u64().map(|status| u16::try_from(status).expect("a status")),
            headers: headers
                .iter()
                .map(|(name, value)| (name.clone(), value.as_str().expect("text").to_owned()))
                .collect(),
            body: value["body"].as_str().expect("body").to_owned(),
        }
    }

    /// The value of a header, its name in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in body {}", self.body))
    }
}

/// How a receiver is to be started, where [`Receiver::start`] is not enough.
#[derive(Clone, Debug)]
pub struct Setup {
    kind: Kind,
    secret: String,
    env: Vec<(String, OsString)>,
    port: u16,
}

impl Setup {
    pub fn new(kind: Kind, secret: &str) -> Self {
        Self { kind, secret: secret.to_owned(), env: Vec::new(), port: 0 }
    }

    /// Makes it fail on purpose; what a plan can say is at the top of `tests/receivers/node-http.cjs`.
    #[must_use]
    #[allow(clippy::needless_pass_by_value, reason = "as json! makes it")]
    pub fn plan(self, plan: Value) -> Self {
        assert_eq!(self.kind, Kind::NodeHttp, "only Kind::NodeHttp fails by plan");
        self.env("PLAN", plan.to_string())
    }

    /// Gives it one bug; `node tests/receivers/mutants.cjs --list` has the names.
    #[must_use]
    pub fn mutant(self, name: &str) -> Self {
        assert_eq!(self.kind, Kind::Mutant, "only Kind::Mutant has a bug");
        self.env("MUTANT", name)
    }

    /// A variable of its environment; what `Kind::Node` understands is in `tests/receivers/README.md`.
    #[must_use]
    pub fn env(mut self, key: &str, value: impl Into<OsString>) -> Self {
        self.env.push((key.to_owned(), value.into()));
        self
    }

    /// A given port, say that of a receiver that was killed. Otherwise a free one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    pub fn start(self) -> Receiver {
        static STARTED: AtomicU32 = AtomicU32::new(0);
        let kind = self.kind;
        let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/receivers");
        let name =
            format!("receiver-{}-{}.ndjson", std::process::id(), STARTED.fetch_add(1, Ordering::Relaxed));
        let record = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::write(&record, "").expect("a record to write to");

        let mut command = kind.command(&home).unwrap_or_else(|missing| not_installed(kind, &missing));
        for knob in KNOBS {
            command.env_remove(knob);
        }
        command
            .envs(self.env)
            .env("PORT", self.port.to_string())
            .env("WMS_MAC_SECRET", &self.secret)
            .env("RECORD", &record)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| match error.kind() {
            ErrorKind::NotFound => {
                not_installed(kind, &format!("{} was not found", command.get_program().display()))
            }
            _ => panic!("the {kind:?} receiver cannot be started: {error}"),
        });

        // Both pipes are read to their end by threads of their own: a full pipe would stop the receiver.
        let mut pipe = child.stderr.take().expect("piped");
        let stderr = thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = pipe.read_to_end(&mut bytes);
            String::from_utf8_lossy(&bytes).into_owned()
        });
        let (send, ready) = mpsc::channel();
        let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        thread::spawn(move || lines.map_while(Result::ok).for_each(|line| drop(send.send(line))));

        let mut receiver = Receiver {
            kind,
            child,
            port: 0,
            record,
            stderr: Some(stderr),
            calls: Calls::Some,
            killed: false,
        };
        match ready.recv_timeout(READY_WITHIN) {
            Ok(line) => {
                receiver.port = port_in(&line).unwrap_or_else(|| receiver.fail(&format!("printed {line}")));
            }
            Err(mpsc::RecvTimeoutError::Timeout) => {
                receiver.fail(&format!("was not ready within {} s", READY_WITHIN.as_secs()))
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => receiver.fail("ended before it was ready"),
        }
        receiver
    }
}

fn port_in(line: &str) -> Option<u16> {
    let value: Value = serde_json::from_str(line).ok()?;
    (value["type"] == "ready").then(|| u16::try_from(value["port"].as_u64()?).ok())?
}

fn not_installed(kind: Kind, missing: &str) -> ! {
    panic!(
        "the {kind:?} receiver is not installed: {missing}.\nRun scripts/test: it installs what is missing, or says how."
    )
}

/// How often the test means to call the receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Calls {
    Some,
    Any,
    None,
}

/// A running receiver. It ends when it is dropped.
#[derive(Debug)]
pub struct Receiver {
    kind: Kind,
    child: Child,
    port: u16,
    record: PathBuf,
    stderr: Option<JoinHandle<String>>,
    calls: Calls,
    killed: bool,
}

impl Receiver {
    /// Starts a receiver on a free port and waits until it listens.
    pub fn start(kind: Kind, secret: &str) -> Self {
        Setup::new(kind, secret).start()
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where to deliver to.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/webhook", self.port)
    }

    /// Every POST so far. One that was answered is in it: the line is written before the answer.
    pub fn records(&self) -> Vec<Record> {
        let text = fs::read_to_string(&self.record).expect("the record of the receiver");
        // What follows the last line end is a line that is being written.
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        whole.lines().map(Record::parse).collect()
    }

    /// Waits until `count` POSTs have arrived, for a sender that does not wait for answers.
    pub fn wait_for(&self, count: usize, within: Duration) -> Vec<Record> {
        let polls = within.as_millis().div_ceil(POLL.as_millis());
        for _ in 0..polls {
            let records = self.records();
            if records.len() >= count {
                return records;
            }
            thread::sleep(POLL);
        }
        panic!(
            "the {:?} receiver got {} of {count} POSTs within {within:?}",
            self.kind,
            self.records().len()
        );
    }

    /// Whether it is called or not is not what the test is about.
    pub fn allow_no_calls(&mut self) {
        self.calls = Calls::Any;
    }

    /// A call is a failure.
    pub fn expect_no_calls(&mut self) {
        self.calls = Calls::None;
    }

    /// It may end by itself, and need not be called: it is broken.
    pub fn may_die(&mut self) {
        self.killed = true;
        self.calls = Calls::Any;
    }

    /// Ends it in mid-air, as a crash would. Its record stays readable.
    pub fn kill(&mut self) {
        self.killed = true;
        self.end();
    }

    fn end(&mut self) -> Option<ExitStatus> {
        let before = self.child.try_wait().ok().flatten();
        if self.kind == Kind::Php {
            // It ends its workers when its stdin is closed. Killed, it could not.
            drop(self.child.stdin.take());
            for _ in 0..500 {
                if self.child.try_wait().is_ok_and(|ended| ended.is_some()) {
                    break;
                }
                thread::sleep(POLL);
            }
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        before
    }

    fn stderr(&mut self) -> String {
        let text = self.stderr.take().and_then(|thread| thread.join().ok()).unwrap_or_default();
        if text.trim().is_empty() { "(it printed nothing to stderr)".to_owned() } else { text }
    }

    fn fail(&mut self, what: &str) -> ! {
        // Asked for before it is killed, a receiver that died by itself has a status to tell.
        thread::sleep(POLL);
        let status = self.end().map(|status| format!(", {status}")).unwrap_or_default();
        let stderr = self.stderr();
        panic!("the {:?} receiver {what}{status}. Its stderr:\n{stderr}", self.kind);
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let ended = self.end().filter(|_| !self.killed);
        if self.stderr.is_none() {
            // It never was ready, and `fail` has said everything.
            let _ = fs::remove_file(&self.record);
            return;
        }
        let stderr = self.stderr();
        if thread::panicking() {
            // A second panic would abort and hide the first. The record is kept, to be looked at.
            eprintln!(
                "the {:?} receiver's record: {}\nIts stderr:\n{stderr}",
                self.kind,
                self.record.display()
            );
            return;
        }
        let called = self.records().len();
        let _ = fs::remove_file(&self.record);
        let kind = self.kind;
        if let Some(status) = ended {
            panic!("the {kind:?} receiver died during the test ({status}). Its stderr:\n{stderr}");
        }
        match (self.calls, called) {
            (Calls::Some, 0) => panic!("the {kind:?} receiver was never called. Its stderr:\n{stderr}"),
            (Calls::None, 1..) => {
                panic!("the {kind:?} receiver was called {called} times, and should not have been")
            }
            _ => {}
        }
    }
}

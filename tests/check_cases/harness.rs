//! Runs cases against a receiver, and receivers that do as they are told.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use tokio::sync::watch;
use wms_sim::clock::RunClock;
use wms_sim::conformance::cases;
use wms_sim::conformance::kit::Setup;
use wms_sim::conformance::request::Base;
use wms_sim::conformance::run::{Probe, Ran, Runner, run};
use wms_sim::conformance::select::select;
use wms_sim::delivery::engine::Stop;
use wms_sim::delivery::probe::Question;
use wms_sim::outcome::check::{CaseResult, Ending, Verdict};
use wms_sim::protocol::dialect::{Dialect, MacInput};
use wms_sim::protocol::mac::{Secret, Signer};
use wms_sim::seed::Seed;
use wms_sim::transport::options::TransportOptions;
use wms_sim::transport::target::Target;
use wms_sim::transport::wire::Wire;

use crate::common::server::SECRET;
use crate::common::tcp::read_request;

/// What is run, and how.
pub struct Check {
    pub options: TransportOptions,
    pub soon: Duration,
    pub late: Duration,
    pub patience: Duration,
    pub probe: Option<Probe>,
}

impl Check {
    /// The usual settings, but for a shorter patience.
    pub fn of(url: &str) -> Self {
        Self {
            options: TransportOptions::new(Target::parse(url).unwrap()),
            soon: Duration::from_secs(5),
            late: Duration::from_secs(10),
            patience: Duration::from_millis(300),
            probe: None,
        }
    }

    /// Asks by this command, at most so long.
    pub fn asking(mut self, command: &str, within: Duration) -> Self {
        let who = Arc::new(Question::Command { flag: "--probe", line: command.to_owned() });
        self.probe = Some(Probe::new(who, within, Duration::from_secs(20)));
        self
    }

    /// Runs the cases that these patterns name.
    pub fn run(self, patterns: &[&str]) -> Results {
        let clock = RunClock::start();
        let dialect = Dialect::current();
        let setup = Setup {
            seed: Seed(7),
            signer: Signer::new(&Secret::new(SECRET), MacInput::Bytes),
            next: None,
            dialect: dialect.clone(),
            soon: self.soon,
            late: self.late,
        };
        let runner = Arc::new(Runner {
            setup,
            base: Base::new(&self.options).unwrap(),
            wire: Wire::new(&self.options, clock).unwrap(),
            options: self.options,
            clock,
            accept: dialect.accept,
            announcer: None,
            probe: self.probe,
            rotation: None,
            patience: self.patience,
            budget: Some(Duration::from_secs(100)),
            closes: std::sync::atomic::AtomicBool::default(),
            counts: wms_sim::conformance::run::Counts::default(),
            command: Arc::new(|case| format!("wms-sim check {case}")),
            ends: Arc::new(|_| false),
        });
        let all = cases::all();
        let patterns: Vec<String> = patterns.iter().map(|&pattern| pattern.to_owned()).collect();
        let chosen = select(&all, &patterns).unwrap();
        let (_end, stop) = watch::channel(Stop::No);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let Ran { cases, ending } = runtime.block_on(run(runner, &chosen, stop, &mut |_| {}));
        let cases = cases.into_iter().map(|case| (case.id.clone(), case)).collect();
        Results { cases, ending }
    }
}

/// What cases came to.
pub struct Results {
    pub cases: BTreeMap<String, CaseResult>,
    pub ending: Ending,
}

impl Results {
    /// The IDs of the cases that came to this.
    pub fn that(&self, verdict: Verdict) -> Vec<&str> {
        self.cases.values().filter(|case| case.verdict == verdict).map(|case| case.id.as_str()).collect()
    }

    /// The verdict on a case, and what the receiver did.
    pub fn of(&self, id: &str) -> (Verdict, &str) {
        let case = &self.cases[id];
        (case.verdict, &case.actual)
    }

    /// Every case passed, or was skipped because the target is not https.
    pub fn assert_right(&self) {
        for case in self.cases.values() {
            let skipped = case.verdict == Verdict::Skip && case.actual.contains("https");
            assert!(
                case.verdict == Verdict::Pass || skipped,
                "{}: {:?}: {}",
                case.id,
                case.verdict,
                case.actual
            );
            assert!(!case.flaky, "{}: {}", case.id, case.actual);
        }
    }
}

/// What a peer does with a request.
pub enum Act {
    /// Answers, and keeps the connection.
    Answer(&'static str),
    /// Answers this, and keeps the connection.
    Say(String),
    /// Answers, and closes the connection.
    Last(&'static str),
    /// Answers after so long.
    Later(Duration, &'static str),
    /// Neither answers nor closes, until the other side does.
    Hang,
    /// Takes no connection any more.
    Die,
}

pub const TAKEN: &str = "HTTP/1.1 204 No Content\r\n\r\n";

/// A receiver that does as it is told, by the request's text and its number. Gives the URL.
pub fn peer(act: impl Fn(&str, usize) -> Act + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}/webhook", listener.local_addr().unwrap());
    let (act, count, dead) = (Arc::new(act), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    thread::spawn(move || {
        while let Ok((stream, _)) = listener.accept() {
            if dead.load(Ordering::Relaxed) > 0 {
                return;
            }
            let (act, count, dead) = (Arc::clone(&act), Arc::clone(&count), Arc::clone(&dead));
            let address = listener.local_addr().unwrap();
            thread::spawn(move || {
                if serve(stream, &*act, &count) {
                    dead.store(1, Ordering::Relaxed);
                    // Wakes the one that accepts.
                    let _ = TcpStream::connect(address);
                }
            });
        }
    });
    url
}

/// A receiver that takes every event, and serves one connection until the other side closes it, or until nothing has come for
/// so long, before it looks at the next.
pub fn serial_peer(idle: Option<Duration>) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}/webhook", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            loop {
                stream.set_read_timeout(idle).unwrap();
                let comes = matches!(stream.peek(&mut [0]), Ok(1));
                if !comes
                    || read_request(&mut stream).is_empty()
                    || stream.write_all(TAKEN.as_bytes()).is_err()
                {
                    break;
                }
            }
        }
    });
    url
}

/// Serves a connection; true where the receiver dies of it.
fn serve(mut stream: TcpStream, act: &dyn Fn(&str, usize) -> Act, count: &AtomicUsize) -> bool {
    loop {
        let request = read_request(&mut stream);
        if request.is_empty() {
            return false;
        }
        let number = count.fetch_add(1, Ordering::Relaxed);
        let done = match act(&String::from_utf8_lossy(&request), number) {
            Act::Answer(text) => stream.write_all(text.as_bytes()),
            Act::Say(text) => stream.write_all(text.as_bytes()),
            Act::Later(time, text) => {
                thread::sleep(time);
                stream.write_all(text.as_bytes())
            }
            Act::Last(text) => {
                let _ = stream.write_all(text.as_bytes());
                let _ = stream.shutdown(Shutdown::Write);
                // What comes until the other side closes is not looked at.
                while !read_request(&mut stream).is_empty() {}
                return false;
            }
            Act::Hang => {
                while !read_request(&mut stream).is_empty() {}
                return false;
            }
            Act::Die => return true,
        };
        if done.is_err() {
            return false;
        }
    }
}

/// A receiver that verifies what its first read gave after the head, and not what Content-Length says.
pub fn hasty_peer() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}/webhook", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            thread::spawn(move || {
                let mut buffer = vec![0; 1 << 16];
                let count = std::io::Read::read(&mut stream, &mut buffer).unwrap_or(0);
                let request = String::from_utf8_lossy(&buffer[..count]).into_owned();
                let (head, body) = request.split_once("\r\n\r\n").unwrap_or((&request, ""));
                let right = head.contains(&crate::common::page::mac(SECRET, body));
                let answer = if right { "204 No Content" } else { "401 Unauthorized" };
                let _ = write!(stream, "HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                let _ = stream.shutdown(Shutdown::Write);
                let _ = std::io::copy(&mut stream, &mut std::io::sink());
            });
        }
    });
    url
}

/// A receiver that refuses by the head alone, takes what is written in time for the body, and reads on behind it: of the body
/// too, where it is refused. It closes the connection instead, if it is told to.
pub fn unread_peer(closes: bool) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}/webhook", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || serve_unread(stream, closes));
        }
    });
    url
}

fn serve_unread(mut stream: TcpStream, closes: bool) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let malformed = !line.starts_with("POST ");
        let (mut signed, mut length) = (false, 0);
        while line != "\r\n" && !line.is_empty() {
            line.clear();
            reader.read_line(&mut line)?;
            signed |= line.starts_with("X-WMS-Content-MAC: hmac-sha256=") && line.len() > 90;
            length =
                line.strip_prefix("Content-Length: ").map_or(length, |text| text.trim().parse().unwrap());
        }
        if malformed || !signed {
            let status = if malformed { "400 Bad Request" } else { "401 Unauthorized" };
            write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n")?;
            if closes {
                return stream.shutdown(Shutdown::Both);
            }
            continue;
        }
        reader.read_exact(&mut vec![0; length])?;
        stream.write_all(TAKEN.as_bytes())?;
    }
}

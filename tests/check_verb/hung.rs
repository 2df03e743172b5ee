//! A receiver that answers ordinary events, and nothing at all to bodies that it cannot read: as an async handler that throws
//! does where nobody catches that.

use std::collections::BTreeSet;
use std::io::{ErrorKind, Read, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::common::cli::Sim;
use super::common::tcp;
use super::report::{Report, check, reported, url};

/// What it hangs on, by the words of the body.
type Hangs = fn(&str) -> bool;

/// No object with a text, a whole number and a text.
fn cannot_be_read(body: &str) -> bool {
    let event = match serde_json::from_str(body) {
        Ok(Value::Object(event)) => event,
        Ok(_) => return true,
        // What is deep is refused.
        Err(error) => return !error.to_string().contains("recursion"),
    };
    let is = |key: &str, is: fn(&Value) -> bool| event.get(key).is_some_and(is);
    !(is("sessionId", Value::is_string) && is("sequence", Value::is_u64) && is("event", Value::is_string))
}

/// The receiver, which looks at no MAC: only section `input` is for it.
#[derive(Default)]
struct Hanging {
    /// Its workers that are free, and what tells of one.
    free: Mutex<usize>,
    freed: Condvar,
    /// Requests that hang now, at most, and all.
    now: AtomicUsize,
    most: AtomicUsize,
    all: AtomicUsize,
    /// It has ended.
    gone: AtomicBool,
}

impl Hanging {
    /// With so many workers, each of which a request that hangs keeps for so long; `None`: for ever. Its port.
    fn start(workers: usize, keeps: Option<Duration>, hangs: Hangs, dies: Hangs) -> (Arc<Self>, u16) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let this = Arc::new(Self { free: Mutex::new(workers), ..Self::default() });
        let receiver = Arc::clone(&this);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if receiver.gone.load(Ordering::SeqCst) {
                    return;
                }
                let receiver = Arc::clone(&receiver);
                thread::spawn(move || receiver.serve(stream, keeps, hangs, dies, port));
            }
        });
        (this, port)
    }

    fn serve(
        self: &Arc<Self>,
        mut stream: TcpStream,
        keeps: Option<Duration>,
        hangs: Hangs,
        dies: Hangs,
        port: u16,
    ) {
        loop {
            let request = tcp::read_request(&mut stream);
            if request.is_empty() || self.gone.load(Ordering::SeqCst) {
                return;
            }
            let text = String::from_utf8_lossy(&request);
            let body = text.split_once("\r\n\r\n").unwrap().1.to_owned();
            let mut free = self.free.lock().unwrap();
            while *free == 0 {
                free = self.freed.wait(free).unwrap();
            }
            *free -= 1;
            drop(free);
            if dies(&body) {
                self.gone.store(true, Ordering::SeqCst);
                // The listener goes with the next connection, and those that wait with their threads.
                let _ = TcpStream::connect(("127.0.0.1", port));
                return;
            }
            if hangs(&body) {
                return self.hang(&mut stream, keeps);
            }
            let written = stream.write_all(b"HTTP/1.1 204 X\r\n\r\n");
            self.give_back();
            if written.is_err() {
                return;
            }
        }
    }

    fn give_back(&self) {
        *self.free.lock().unwrap() += 1;
        self.freed.notify_one();
    }

    fn hang(self: &Arc<Self>, stream: &mut TcpStream, keeps: Option<Duration>) {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        self.all.fetch_add(1, Ordering::SeqCst);
        if let Some(keeps) = keeps {
            let receiver = Arc::clone(self);
            thread::spawn(move || {
                thread::sleep(keeps);
                receiver.give_back();
            });
        }
        let _ = stream.set_read_timeout(Some(Duration::from_millis(20)));
        // Until whoever asked hangs up, or it ends itself.
        while !self.gone.load(Ordering::SeqCst) {
            match stream.read(&mut [0; 64]) {
                Ok(1..) => {}
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                Ok(0) | Err(_) => break,
            }
        }
        self.now.fetch_sub(1, Ordering::SeqCst);
    }

    fn most(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }
}

/// How many requests of a check had no answer.
fn unanswered(report: &Report) -> usize {
    let traces = report.cases().iter().filter_map(|case| case["traces"].as_array()).flatten();
    traces.filter(|trace| trace["failure"] == "reply-timeout").count()
}

fn set<'a>(ids: &[&'a str]) -> BTreeSet<&'a str> {
    ids.iter().copied().collect()
}

/// What hangs, much that does not, and some that is heavy. What is large takes long to be read here.
const CASES: &str = "input/n* input/e* input/a* input/s* input/t* input/p* input/blank input/lone-surrogate \
                     input/duplicate-keys input/deep-* input/64-kb --wait-for-target 300ms --timeout";

fn hanging(port: u16, timeout: &str) -> Sim {
    check(&url(port), &format!("{CASES} {timeout}"))
}

/// Enough of them to be too much for a few workers.
fn hanging_a_little(port: u16) -> Sim {
    check(&url(port), "input/n* input/s* --wait-for-target 300ms --timeout 1s")
}

#[test]
fn those_that_hang_wait_beside_each_other() {
    let (receiver, port) = Hanging::start(usize::MAX, None, cannot_be_read, |_| false);
    let (output, report) = reported(hanging(port, "2s"));
    assert_eq!(output.code(), Some(1), "{output}");
    assert_eq!(report.with("error"), [""; 0], "{output}");
    let failed = report.with("fail");
    for id in ["input/empty", "input/not-json", "input/array", "input/session-id-object"] {
        assert!(failed.contains(&id), "{id}: {output}");
    }
    assert_eq!(report.case("input/deep-arrays")["verdict"], "pass", "{output}");
    assert!(report.cases().iter().all(|case| case["flaky"] == false), "{output}");
    // Of 16 at once some may be seen to hang up a little after the next has come.
    assert!((8..=20).contains(&receiver.most()), "{} at once: {output}", receiver.most());
    // Each once more; on a machine that is busy some of them a third time, alone.
    assert!(receiver.all.load(Ordering::SeqCst) >= 2 * unanswered(&report), "{output}");
}

/// One at a time, as long as that may be a chance.
#[test]
fn what_hangs_now_and_then_waits_alone() {
    let empty: Hangs = |body| body.is_empty();
    let (receiver, port) = Hanging::start(usize::MAX, None, empty, |_| false);
    let (output, report) = reported(hanging(port, "2s"));
    assert_eq!(report.with("fail"), ["input/empty"], "{output}");
    assert_eq!((receiver.most(), receiver.all.load(Ordering::SeqCst)), (1, 2), "{output}");
}

/// Each request that hangs keeps a worker for some time: one after the other that does no harm, and more are too much.
#[test]
fn who_has_few_workers_is_not_blamed_for_more() {
    let (_, port) = Hanging::start(usize::MAX, None, cannot_be_read, |_| false);
    let (_, many) = reported(hanging_a_little(port));
    let keeps = Some(Duration::from_secs(3));
    let (receiver, port) = Hanging::start(5, keeps, cannot_be_read, |_| false);
    let (output, few) = reported(hanging_a_little(port));
    assert!(receiver.most() > 1, "{output}");
    assert_eq!(few.with("error"), [""; 0], "{output}");
    assert_eq!(set(&few.with("fail")), set(&many.with("fail")), "{output}");
    for case in few.cases() {
        assert_eq!(case["flaky"], false, "{output}");
        assert_eq!(case["actual"], many.actual(case["id"].as_str().unwrap()), "{output}");
    }
}

/// It keeps a worker for good for each that hangs. What is judged is right, and the rest is not judged.
#[test]
fn who_loses_its_workers_for_good_is_told_so() {
    let (_, port) = Hanging::start(8, None, cannot_be_read, |_| false);
    let (output, report) = reported(hanging(port, "1s"));
    assert_eq!(output.code(), Some(1), "{output}");
    assert!(report.0["ending"]["cut"].as_str().unwrap().contains("does not answer any more"), "{output}");
    assert!(report.with("fail").len() >= 3, "{output}");
    for id in ["input/no-severity", "input/proto-keys", "input/64-kb", "input/duplicate-keys"] {
        assert_ne!(report.case(id)["verdict"], "fail", "{id}: {output}");
    }
    let names: Vec<&str> =
        report.0["diagnosis"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"dies-of-bad-input") || names.contains(&"stops-answering"), "{names:?} {output}");
}

/// Who dies does so in the case that killed it, whatever hangs beside.
#[test]
fn who_kills_it_is_told_among_those_that_hang() {
    let dies: Hangs = |body| body.contains("-Infinity");
    let (receiver, port) = Hanging::start(usize::MAX, None, cannot_be_read, dies);
    let (output, report) = reported(hanging(port, "2s"));
    assert!(receiver.most() > 1, "{output}");
    assert_eq!(output.code(), Some(1), "{output}");
    let ended = |case: &&Value| case["incident"].to_string().contains("ended");
    let ended: Vec<&Value> = report.cases().iter().filter(ended).map(|case| &case["id"]).collect();
    assert_eq!(ended, ["input/nan"], "{output}");
    assert!(report.0["ending"]["cut"].as_str().unwrap().contains("went down during input/nan"), "{output}");
    for id in ["input/no-severity", "input/proto-keys", "input/64-kb"] {
        assert_ne!(report.case(id)["verdict"], "fail", "{id}: {output}");
    }
}

//! A receiver that dies in the middle, comes back, comes late, or fails once.

use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::common::cli::words;
use super::common::receiver::{Kind, Receiver, Setup};
use super::common::tcp;
use super::report::{check, reported, url};

/// Starts a receiver on its port again whenever nobody takes connections there, as a supervisor does.
struct Supervisor {
    ended: Arc<AtomicBool>,
    starts: Arc<AtomicUsize>,
    thread: Option<JoinHandle<()>>,
}

impl Supervisor {
    fn of(setup: Setup) -> (Self, u16) {
        let first = start(setup.clone(), 0);
        let port = first.port();
        let (ended, starts) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(1)));
        let (stop, count) = (Arc::clone(&ended), Arc::clone(&starts));
        let thread = thread::spawn(move || {
            let mut running = first;
            while !stop.load(Ordering::Relaxed) {
                if TcpStream::connect(("127.0.0.1", port)).is_err() {
                    running.kill();
                    running = start(setup.clone(), port);
                    count.fetch_add(1, Ordering::Relaxed);
                }
                thread::sleep(Duration::from_millis(20));
            }
            running.kill();
        });
        (Self { ended, starts, thread: Some(thread) }, port)
    }

    fn starts(&self) -> usize {
        self.starts.load(Ordering::Relaxed)
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        let joined = self.thread.take().unwrap().join();
        assert!(thread::panicking() || joined.is_ok(), "the supervisor failed");
    }
}

fn start(setup: Setup, port: u16) -> Receiver {
    let mut receiver = setup.port(port).start();
    receiver.allow_no_calls();
    receiver
}

fn mutant(name: &str) -> Setup {
    Setup::new(Kind::Mutant, super::SECRET).mutant(name)
}

#[test]
fn who_kills_it_is_told_and_the_rest_are_errors_that_name_the_case() {
    for (name, killers) in [
        ("not-json-exit", &["input/empty", "input/not-json"][..]),
        ("large-exit", &["input/1-mb", "input/10-mb"]),
    ] {
        let mut receiver = start(mutant(name), 0);
        let (output, report) =
            reported(check(&receiver.url(), "mac/m* body/pretty input order/gap --wait-for-target 300ms"));
        receiver.kill();
        assert_eq!(output.code(), Some(1), "{name}: {output}");
        let failed = report.with("fail");
        assert!(failed.len() == 1 && killers.contains(&failed[0]), "{name}: {failed:?} {output}");
        let id = failed[0];
        assert!(report.actual(id).contains("the receiver took no connections"), "{output}");
        let errors = report.with("error");
        assert!(!errors.is_empty(), "{name}: {output}");
        for other in errors {
            assert!(report.actual(other).contains(&format!("went down during {id}")), "{other}: {output}");
        }
        assert_eq!(report.case("mac/missing")["verdict"], "pass", "{name}: {output}");
        assert!(report.0["ending"]["cut"].as_str().unwrap().contains(id), "{output}");
    }
}

#[test]
fn where_it_is_started_again_the_run_goes_on() {
    let (supervisor, port) = Supervisor::of(mutant("not-json-exit"));
    let (output, report) = reported(check(&url(port), "mac/m* input order --fast"));
    assert_eq!(output.code(), Some(1), "{output}");
    assert_eq!(report.with("error"), [""; 0], "{output}");
    let failed = report.with("fail");
    assert!(failed.contains(&"input/not-json") && failed.contains(&"input/truncated"), "{output}");
    assert!(failed.iter().all(|id| id.starts_with("input/")), "{failed:?}");
    for later in ["input/array", "input/10-mb", "order/gap"] {
        assert_eq!(report.case(later)["verdict"], "pass", "{later}: {output}");
    }
    assert!(output.stderr.contains("took no connections during input/"), "{output}");
    assert!(supervisor.starts() > 3);
}

/// A death among many ordinary cases has the name of the case that did it, and of no other.
#[test]
fn who_kills_it_is_told_among_many() {
    let mut receiver = start(mutant("dies-of-length"), 0);
    let (output, report) = reported(check(&receiver.url(), "--fast --wait-for-target 300ms"));
    receiver.kill();
    assert_eq!(output.code(), Some(1), "{output}");
    assert_eq!(report.with("fail"), ["mac/missing"], "{output}");
    assert_eq!(report.case("events/session-completed")["verdict"], "pass", "{output}");
    assert_eq!(report.0["diagnosis"][0]["name"], "dies-of-forged-mac", "{output}");
}

/// What a receiver does only sometimes is not hidden by trying again.
#[test]
fn a_wrong_answer_to_an_ordinary_event_is_not_forgotten() {
    // The fourth request is the first of the case: three go out before to learn how the receiver answers.
    let port = scripted(|number| if number == 4 { 500 } else { 204 });
    let (output, report) = reported(check(&url(port), "order/duplicate-later --wait-for-target 0s"));
    assert_eq!(output.code(), Some(1), "{output}");
    assert_eq!(report.case("order/duplicate-later")["flaky"], true, "{output}");
}

/// It dies after so many requests, whichever they are: cases that ran beside each other are not all to blame for ever.
#[test]
fn one_that_dies_by_and_by_fails() {
    let (supervisor, port) = Supervisor::of(mutant("leaks-to-death"));
    let (output, report) = reported(check(&url(port), "--fast"));
    assert_eq!(output.code(), Some(1), "{output}");
    assert!(supervisor.starts() > 1, "{output}");
    assert!(!report.with("fail").is_empty(), "{output}");
}

#[test]
fn one_that_comes_late_is_waited_for() {
    let port = tcp::closed_port();
    let late = thread::spawn(move || {
        thread::sleep(Duration::from_millis(700));
        start(Setup::new(Kind::Node, super::SECRET), port)
    });
    check(&url(port), "mac/missing events/wms-loaded --wait-for-target 60s").exits(0);
    late.join().unwrap();
}

/// A scripted receiver: what it answers to the n-th request, from 1.
fn scripted(status: impl Fn(usize) -> u16 + Clone + Send + 'static) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let count = Arc::new(AtomicUsize::new(0));
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let (status, count) = (status.clone(), Arc::clone(&count));
            thread::spawn(move || {
                while !tcp::read_request(&mut stream).is_empty() {
                    let status = status(count.fetch_add(1, Ordering::Relaxed) + 1);
                    let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n");
                    if stream.write_all(answer.as_bytes()).is_err() {
                        break;
                    }
                }
            });
        }
    });
    port
}

#[test]
fn what_fails_once_is_flaky_and_counts() {
    // Three requests go out before, the fourth is the only one of the case.
    let port = scripted(|n| if n == 4 { 500 } else { 204 });
    let (output, report) = reported(check(&url(port), "events/wms-loaded"));
    assert_eq!(output.code(), Some(1), "{output}");
    let case = report.case("events/wms-loaded");
    assert_eq!(
        (&case["verdict"], &case["flaky"], &case["counts"]),
        (&"fail".into(), &true.into(), &true.into())
    );
    assert!(output.stdout.contains("FLAKY events/wms-loaded"), "{output}");
    assert!(report.actual("events/wms-loaded").contains("tried again it passed"), "{output}");
    assert!(case["reproduce"]["curl"].as_str().unwrap().contains("curl"), "{output}");
    // Always, and it is none.
    let port = scripted(|n| if n >= 2 { 500 } else { 204 });
    let (output, report) = reported(check(&url(port), "events/wms-loaded"));
    assert_eq!(
        (output.code(), &report.case("events/wms-loaded")["flaky"]),
        (Some(1), &false.into()),
        "{output}"
    );
}

/// One that ends its connections now and then takes nobody else's case with it: those are flaky, and fail.
#[test]
fn one_that_hangs_up_now_and_then_is_flaky() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let count = Arc::new(AtomicUsize::new(0));
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let count = Arc::clone(&count);
            thread::spawn(move || {
                while !tcp::read_request(&mut stream).is_empty() {
                    if (4..8).contains(&count.fetch_add(1, Ordering::Relaxed)) {
                        return;
                    }
                    let _ = stream.write_all(b"HTTP/1.1 204 X\r\n\r\n");
                }
            });
        }
    });
    let (output, report) = reported(check(&url(port), "events/c* events/m*"));
    assert_eq!(output.code(), Some(1), "{output}");
    let flaky = report.cases().iter().filter(|case| case["flaky"] == true).count();
    assert!(flaky >= 1 && flaky == report.with("fail").len(), "{output}");
}

#[test]
fn hooks_that_fail_judge_nothing() {
    let mut receiver = start(Setup::new(Kind::Node, super::SECRET), 0);
    receiver.expect_no_calls();
    let closed = format!("http://127.0.0.1:{}/announce", tcp::closed_port());
    for hook in ["echo no such tenant >&2; false", &closed] {
        let (output, report) =
            reported(check(&receiver.url(), "mac/m* order").args(["--before-session", hook]));
        assert_eq!(output.code(), Some(3), "{output}");
        assert_eq!(report.with("error").len(), report.cases().len(), "{output}");
        let actual = report.actual("mac/missing");
        assert!(actual.starts_with("not judged: no event could be sent: "), "{actual}");
        assert!(actual.contains("--before-session"), "{actual}");
        assert!(output.stdout.lines().count() < 30, "{output}");
    }
}

#[test]
fn headers_go_with_every_request() {
    let receiver = start(Setup::new(Kind::Node, super::SECRET), 0);
    let run = check(&receiver.url(), "mac order/duplicate-session http --fast");
    run.args(["--header", "X-Tenant: blue"]).args(words("--wait-for-target 1s")).exits(0);
    let records = receiver.records();
    assert!(records.len() > 30);
    assert!(records.iter().all(|record| record.header("X-Tenant") == Some("blue")));
    assert!(records.iter().all(|record| record.header("User-Agent").unwrap().contains("simulated")));
}

/// Verifies, and ends with an event that it does not know what to do with.
const MORTAL: &str = r"
const [http, crypto] = [require('http'), require('crypto')];
http.createServer((req, res) => {
  const chunks = [];
  req.on('data', (chunk) => chunks.push(chunk));
  req.on('end', () => {
    const body = Buffer.concat(chunks);
    const mac = 'hmac-sha256=' + crypto.createHmac('sha256', 's').update(body).digest('hex');
    if (mac !== req.headers['x-wms-content-mac']) return res.writeHead(401).end();
    if (body.includes('LOW_SNR')) process.exit(1);
    setTimeout(() => res.writeHead(204).end(), 30);
  });
}).listen(process.env.PORT, '127.0.0.1');
process.stdin.on('end', () => process.exit()).resume();
";

/// A shell that starts it again, some times.
struct Loop(Child);

impl Loop {
    /// Lines for Node that end now and then, started so many times.
    fn of(lines: &str, times: u32, port: u16) -> Self {
        let shell = "while [ $TIMES -gt 0 ]; do TIMES=$((TIMES - 1)); node -e \"$MORTAL\" <&0; done";
        let mut command = Command::new("sh");
        command.args(["-c", shell]).env("MORTAL", lines).env("TIMES", times.to_string());
        Self(command.env("PORT", port.to_string()).stdin(Stdio::piped()).spawn().unwrap())
    }
}

impl Drop for Loop {
    fn drop(&mut self) {
        // Without its input each of them ends.
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// Cases run side by side: those beside the one that ends the receiver are not blamed for it.
#[test]
fn bystanders_are_not_blamed() {
    let port = tcp::closed_port();
    let _loop = Loop::of(MORTAL, 20, port);
    let line = "events/low-snr events/c* events/p* events/g* mac/m* order/d* order/g* --wait-for-target 60s";
    let (output, report) = reported(check(&url(port), line));
    assert_eq!(output.code(), Some(1), "{output}");
    assert_eq!(report.with("fail"), ["events/low-snr"], "{output}");
    assert_eq!(report.case("events/low-snr")["flaky"], false, "{output}");
    assert!(report.actual("events/low-snr").contains("closed-without-reply"), "{output}");
    assert_eq!(report.with("error"), [""; 0], "{output}");
}

/// Where it does not come back, those beside it are not judged.
#[test]
fn bystanders_of_the_last_moment_are_errors() {
    let port = tcp::closed_port();
    let _once = Loop::of(MORTAL, 1, port);
    let line = "events/low-snr events/c* events/p* events/g* --wait-for-target 3s";
    let (output, report) = reported(check(&url(port), line));
    assert_eq!(output.code(), Some(1), "{output}");
    assert_eq!(report.with("fail").len(), 1, "{output}");
    assert!(!report.with("error").is_empty(), "{output}");
    assert!(output.stdout.lines().count() < 60, "{output}");
}

/// What ends after it has acknowledged an event, and is started anew, is not reliable, though every answer was right. Of one that
/// takes its time, cases run side by side.
#[test]
fn one_that_ends_after_an_acknowledgement_is_flaky() {
    for (answer, later) in
        [("res.writeHead(202).end()", 20), ("setTimeout(() => res.writeHead(202).end(), 70)", 90)]
    {
        let port = tcp::closed_port();
        let ends = format!("; if (body.includes('API_ERROR')) setTimeout(() => process.exit(1), {later});");
        let mortal = MORTAL
            .replace("if (body.includes('LOW_SNR')) process.exit(1);", "")
            .replace("setTimeout(() => res.writeHead(204).end(), 30);", &[answer, &ends].concat());
        let _loop = Loop::of(&mortal, 30, port);
        let line = "events/api-error events/page-* events/low-snr mac --wait-for-target 60s";
        let (output, report) = reported(check(&url(port), line));
        assert_eq!(output.code(), Some(1), "{output}");
        let failed: Vec<&str> = report.with("fail");
        assert!(!failed.is_empty(), "{output}");
        assert!(failed.iter().all(|id| report.case(id)["flaky"] == true), "{output}");
        assert!(failed.iter().any(|id| report.actual(id).contains("ended it")), "{output}");
        assert!(output.stdout.contains("ends-and-starts-anew"), "{output}");
    }
}

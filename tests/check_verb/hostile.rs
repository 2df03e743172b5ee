//! Peers that are no receivers at all: the check ends in time, judges nothing that it could not, and says what it met with.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use super::common::cli::scratch;
use super::common::tcp;
use super::report::{Report, check, reported, url};

/// A peer that does this on each connection. It ends with the process.
fn peer(act: impl Fn(TcpStream) + Clone + Send + 'static) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let act = act.clone();
            thread::spawn(move || act(stream));
        }
    });
    port
}

/// Answers each request on a connection with these bytes.
fn answering(bytes: &'static [u8]) -> u16 {
    peer(
        move |mut stream| {
            while !tcp::read_request(&mut stream).is_empty() && stream.write_all(bytes).is_ok() {}
        },
    )
}

/// Begins an answer with these bytes, and goes on with others for ever.
fn endless(begin: &'static [u8], more: &'static [u8], pause: Duration) -> u16 {
    peer(move |mut stream| {
        tcp::read_request(&mut stream);
        let mut open = stream.write_all(begin).is_ok();
        while open {
            thread::sleep(pause);
            open = stream.write_all(more).is_ok();
        }
    })
}

/// No check with this budget takes longer, however loaded the machine is.
const BUDGET: &str = "2s";
const AT_MOST: f64 = 15.0;

/// Checks it, and gives back what each case came to.
#[track_caller]
fn checked(name: &str, to: &str, code: &[i32]) -> (String, Report) {
    let folder = scratch();
    let line = format!(
        "events/wms-loaded mac order input http --timeout 300ms --budget {BUDGET} --wait-for-target 200ms"
    );
    let output = check(to, &line)
        .args(["--report", "json=a.json,html=a.html,junit=a.xml,tap=a.tap", "--journal", "j"])
        .dir(folder.path())
        .run();
    assert!(output.code().is_some_and(|is| code.contains(&is)), "{name}: {output}");
    assert!(!output.stderr.contains("panicked"), "{name}: {output}");
    for file in ["a.html", "a.xml", "a.tap", "j"] {
        assert!(folder.path().join(file).metadata().unwrap().len() > 100, "{name}: {file}");
    }
    let report = Report::read(&folder.path().join("a.json"));
    assert_eq!(report.cases().len(), report.selected(), "{name}");
    assert!(report.took() < AT_MOST, "{name}: {output}");
    (output.stdout, report)
}

/// The text without the line ends that only its width asks for.
fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Answers whatever comes, as a server does that cannot make anything of it, and hangs up.
fn bewildered(bytes: &'static [u8]) -> u16 {
    peer(move |mut stream| {
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(bytes);
    })
}

/// Where no request gets an answer, nothing is judged.
#[test]
fn no_answer_at_all() {
    let reset = |stream: TcpStream| {
        // Closed with data unread, a connection is reset.
        let mut one = [0];
        let _ = (&stream).read(&mut one);
    };
    for (name, port, says) in [
        ("garbage", answering(b"\x16\x03\x01SSH-2.0-OpenSSH\r\n"), "not-http"),
        (
            "endless head",
            endless(b"HTTP/1.1 200 OK\r\n", b"X: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n", Duration::ZERO),
            "head-too-large",
        ),
        ("never", tcp::hangs(), "reply-timeout"),
        ("reset", peer(reset), "connection-reset"),
        ("closed at once", peer(drop), "connection-reset|closed-without-reply"),
        ("half an answer", tcp::answers(b"HTTP/1.1 204 No Content\r\nDa"), "reply-truncated"),
        (
            "interim for ever",
            endless(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n", Duration::from_millis(5)),
            "too-many-interim-replies",
        ),
        ("a byte at a time", endless(b"", b"H", Duration::from_millis(200)), "head-timeout|not-http"),
        ("nobody", tcp::closed_port(), "connection-refused"),
    ] {
        let (text, report) = checked(name, &url(port), &[3]);
        assert_eq!(
            report.with("error").len() + report.with("skip").len(),
            report.cases().len(),
            "{name}: {text}"
        );
        let why = report.actual("mac/missing");
        assert!(says.split('|').any(|code| why.contains(code)), "{name}: {why}");
        assert!(text.contains("NOT ALL JUDGED"), "{name}: {text}");
        // Somebody who listens is not to be started.
        assert_eq!(text.contains("start the receiver"), name == "nobody", "{name}: {text}");
        assert_eq!(text.contains("Somebody listens, and "), name != "nobody", "{name}: {text}");
        // One reason is told once.
        assert!(text.lines().count() < 40, "{name}: {text}");
    }
}

/// An answer that begins and does not end is none, and what began of it is told.
#[test]
fn unfinished_answers() {
    for (name, port, says) in [
        (
            "a gigabyte",
            endless(
                b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n",
                &[b'x'; 1 << 14],
                Duration::ZERO,
            ),
            "body-too-large",
        ),
        (
            "endless body",
            endless(b"HTTP/1.1 200 OK\r\n\r\n", &[b'x'; 1 << 14], Duration::ZERO),
            "body-too-large",
        ),
        (
            "endless chunks",
            endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"2\r\nxx\r\n", Duration::ZERO),
            "body-",
        ),
        ("head alone", tcp::answers(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"), "reply-truncated"),
        (
            "a body a byte at a time",
            endless(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n", b"x", Duration::from_millis(200)),
            "body-timeout",
        ),
    ] {
        // Where the budget is over before a case is judged, nobody is blamed.
        let (text, report) = checked(name, &url(port), &[1, 3]);
        let named = if says == "body-timeout" || says == "reply-truncated" {
            "never-ends-answers"
        } else {
            "answers-too-much"
        };
        assert_eq!(report.with("pass"), [""; 0], "{name}: {text}");
        let told = report.cases().iter().map(|case| case["actual"].as_str().unwrap());
        let told: Vec<&str> = told.filter(|told| told.contains("200, and then ")).collect();
        assert!(told.iter().any(|told| says.split('|').any(|code| told.contains(code))), "{name}: {text}");
        assert_eq!(report.0["ending"]["unanswered"], false, "{name}: {text}");
        let bug = &report.0["diagnosis"][0]["name"];
        assert!(bug == named || says == "body-" && bug == "never-ends-answers", "{name}: {bug}: {text}");
    }
}

/// A refusal that says nowhere where it ends, over a connection that stays open: the status is told.
#[test]
fn a_refusal_without_an_end() {
    let port = answering(b"HTTP/1.1 401 Unauthorized\r\n\r\n");
    let line = "events/wms-loaded mac/missing input --timeout 200ms --wait-for-target 200ms";
    let (output, report) = reported(check(&url(port), line));
    assert_eq!(output.code(), Some(1), "{output}");
    let first = "401, and then the body of the reply did not end within 200ms (body-timeout)";
    assert!(report.actual("events/wms-loaded").contains(first), "{output}");
    assert!(output.stderr.contains("401, and then"), "{output}");
    assert_eq!(report.0["diagnosis"][0]["name"], "never-ends-answers", "{output}");
    // Nothing is asked for ever: one case shows it, and an ordinary event confirms it.
    assert!(report.actual("input/null").contains("does not end its answers"), "{output}");
    let trace = &report.case("events/wms-loaded")["traces"][0];
    assert_eq!((&trace["status"], &trace["failure"]), (&401.into(), &"body-timeout".into()), "{output}");
}

#[test]
fn the_wrong_scheme() {
    let https = |port: u16| url(port).replace("http:", "https:");
    let plain = bewildered(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    let about_tls = ["http/certificate", "http/tls-version", "http/tls-spoken"];
    let (text, report) = checked("plain", &https(plain), &[1]);
    assert!(report.actual("mac/missing").contains("tls-not-spoken"), "{text}");
    // What can be said of such a port is that it does not speak TLS.
    assert!(report.with("fail").iter().all(|id| about_tls.contains(id)), "{text}");
    let repaired = |url: &str| format!("run it again with --to {url}");
    assert!(unwrapped(&text).contains(&repaired(&url(plain))), "{text}");
    let bugs = report.0["diagnosis"].as_array().unwrap().iter().map(|bug| &bug["name"]).collect::<Vec<_>>();
    assert_eq!(bugs, ["answers-no-http"], "{text}");
    // One that is silent, or hangs up, says nothing of versions.
    let cut = |stream: TcpStream| drop((&stream).read(&mut [0]));
    for (name, port, says) in [
        ("silent", tcp::hangs(), "tls-timeout"),
        ("hangs up", peer(cut), "connection-reset|closed-without-reply"),
    ] {
        let (text, report) = checked(name, &https(port), &[3]);
        let why = report.actual("http/tls-version");
        assert!(says.split('|').any(|code| why.contains(code)), "{name}: {text}");
    }
    // What a TLS server says to a request without it; whoever only says so speaks no TLS.
    let (text, report) = checked("http to https", &url(bewildered(b"\x15\x03\x01\x00\x02\x02\x46")), &[3]);
    assert!(report.actual("mac/missing").contains("not-http"), "{text}");
    assert!(report.actual("mac/missing").contains("TLS"), "{text}");
    assert!(!text.contains("--to https"), "{text}");
}

/// A port that speaks TLS is recognised by that, however it takes a request without.
#[test]
fn http_to_a_port_that_speaks_tls() {
    for (name, to_http, says) in [
        ("closes", &b""[..], "closed-without-reply|connection-reset"),
        ("alert", b"\x15\x03\x01\x00\x02\x02\x46", "not-http"),
        ("nginx", b"HTTP/1.1 400 Bad Request\r\nContent-Length: 52\r\n\r\nThe plain HTTP request was sent to HTTPS port: no no", "got 400"),
    ] {
        let port = super::tls::port_answering_http(to_http);
        let to = format!("http://u:s3cret@localhost:{port}/hook?key=s3cret");
        let (text, report) = checked(name, &to, &[3]);
        let shown = format!("--to https://***@localhost:{port}/hook?key=***");
        let text = unwrapped(&text);
        assert!(text.contains(&shown), "{name}: {text}");
        let why = report.actual("mac/missing");
        assert!(says.split('|').any(|says| why.contains(says)) && why.contains("speaks TLS"), "{name}: {why}");
        assert!(!text.contains("s3cret"), "{name}: {text}");
        assert_eq!(report.0["diagnosis"][0]["name"] == "answers-no-http", name != "closes", "{name}: {text}");
    }
    // One that says so and speaks no TLS is judged as it stands.
    let refusal = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 9\r\n\r\nuse https";
    let (text, report) = checked("says so", &url(answering(refusal)), &[1]);
    assert!(!report.with("fail").is_empty(), "{text}");
}

/// Who answers everything alike fails, and is not waited for.
#[test]
fn one_answer_to_everything() {
    for (name, bytes, code) in [
        ("204", &b"HTTP/1.1 204 No Content\r\n\r\n"[..], 1),
        ("401", b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", 1),
        ("500", b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", 1),
        ("302", b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/login\r\nContent-Length: 0\r\n\r\n", 1),
    ] {
        let (text, report) = checked(name, &url(answering(bytes)), &[code]);
        assert!(!report.with("fail").is_empty(), "{name}: {text}");
    }
    let (text, report) = checked("204", &url(answering(b"HTTP/1.1 204 No Content\r\n\r\n")), &[1]);
    assert_eq!(report.case("mac/wrong-secret")["verdict"], "fail", "{text}");
    assert_eq!(report.case("events/wms-loaded")["verdict"], "pass", "{text}");
}

/// Who answers the first event, and nothing after it.
#[test]
fn silent_after_the_first() {
    let first = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
    let port = peer(move |mut stream| {
        while !tcp::read_request(&mut stream).is_empty() {
            if first.swap(false, std::sync::atomic::Ordering::Relaxed) {
                let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n");
            }
        }
    });
    checked("silent", &url(port), &[1, 3]);
}

/// A receiver that stops answering is noticed, whatever the budget: some cases show it, and the rest are errors.
#[test]
fn one_that_hangs_from_some_request_on() {
    for requests in [3, 12, 40] {
        let count = Arc::new(AtomicUsize::new(0));
        let port = peer(move |mut stream| {
            while !tcp::read_request(&mut stream).is_empty() {
                if count.fetch_add(1, Ordering::Relaxed) < requests {
                    let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n");
                }
            }
        });
        let line = "events order input body --fast --timeout 300ms --wait-for-target 200ms";
        let (output, report) = reported(check(&url(port), line));
        // Where cases went side by side nobody can say which it was.
        assert!([Some(1), Some(3)].contains(&output.code()), "{output}");
        assert!(report.with("fail").len() <= 8, "{output}");
        let errors = report.with("error");
        assert!(errors.len() > 50, "{output}");
        let silent = errors.iter().filter(|id| report.actual(id).contains("does not answer any more"));
        assert!(silent.count() > 50, "{output}");
    }
}

/// One that hangs on a kind of request answers ordinary events: it is judged to the end.
#[test]
fn one_that_hangs_on_some_requests_is_judged_to_the_end() {
    let port = peer(move |mut stream| {
        loop {
            let request = tcp::read_request(&mut stream);
            // It waits for the rest of what it cannot read.
            if request.is_empty() {
                break;
            }
            let body = request.windows(4).position(|four| four == b"\r\n\r\n").map_or(0, |head| head + 4);
            let read = serde_json::from_slice::<serde_json::Value>(&request[body..]);
            if read.is_ok_and(|json| json.is_object()) {
                let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n");
            }
        }
    });
    let (output, report) =
        reported(check(&url(port), "input order --fast --timeout 300ms --wait-for-target 200ms"));
    assert_eq!(output.code(), Some(1), "{output}");
    assert_eq!(report.with("error"), [""; 0], "{output}");
    assert!(report.with("fail").len() > 4, "{output}");
    assert_eq!(report.case("order/gap")["verdict"], "pass", "{output}");
}

/// One that hangs for a while and is then started anew is not given up.
#[test]
fn hung_and_started_anew() {
    const WELL: usize = 0;
    const HUNG: usize = 1;
    const ANEW: usize = 2;
    /// Cases wait for half of it. Who asks in the end whether anybody is there waits for half as long again.
    const WATCHDOG: Duration = Duration::from_secs(1);
    let state = Arc::new(AtomicUsize::new(WELL));
    let of_peer = Arc::clone(&state);
    let port = peer(move |mut stream| {
        let state = &of_peer;
        loop {
            let request = tcp::read_request(&mut stream);
            if request.is_empty() {
                return;
            }
            if state.load(Ordering::SeqCst) == HUNG {
                stream.set_read_timeout(Some(WATCHDOG)).unwrap();
                // Nobody has given up by then, so a watchdog ends the process.
                if stream.read(&mut [0]).is_err() {
                    state.store(ANEW, Ordering::SeqCst);
                }
                return;
            }
            let text = String::from_utf8_lossy(&request).to_ascii_lowercase();
            let forged = !text.contains("x-wms-content-mac");
            if forged {
                // It hangs after the first of these.
                let _ = state.compare_exchange(WELL, HUNG, Ordering::SeqCst, Ordering::SeqCst);
            }
            let answer: &[u8] = if forged {
                b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"
            } else {
                b"HTTP/1.1 204 No Content\r\n\r\n"
            };
            if stream.write_all(answer).is_err() {
                return;
            }
        }
    });
    let (output, report) =
        reported(check(&url(port), "mac/missing input --timeout 500ms --wait-for-target 2s"));
    assert_eq!(state.load(Ordering::SeqCst), ANEW, "{output}");
    assert!(!output.stdout.contains("does not answer any more"), "{output}");
    assert!(report.with("error").len() < 6, "{output}");
    assert!(report.with("pass").len() > 30, "{output}");
}

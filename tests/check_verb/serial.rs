//! A receiver that serves one connection at a time, and keeps it for as long as the other side does.

use std::io::Write as _;
use std::net::TcpListener;
use std::thread;

use super::common::tcp;
use super::report::{check, reported, url};

/// It takes whatever comes, and knows every session. Its port.
fn serial() -> u16 {
    const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            while !tcp::read_request(&mut stream).is_empty() && stream.write_all(ANSWER).is_ok() {}
        }
    });
    port
}

/// What goes on beside the events leaves no connection behind for which the receiver would wait.
#[test]
fn announcements_and_questions_are_not_in_the_way_of_events() {
    let port = serial();
    let beside = format!("http://127.0.0.1:{port}");
    let (_, report) = reported(check(&url(port), "http/keep-alive state/duplicates --timeout 1s").args([
        "--before-session",
        &format!("{beside}/announce"),
        "--probe",
        &format!("{beside}/sessions/{{sessionId}}"),
        "--probe-within",
        "500ms",
    ]));
    assert_eq!(report.with("pass"), ["http/keep-alive"]);
    // It was asked, and had the same answer for every session.
    let asked = report.actual("state/duplicates");
    assert!(asked.starts_with("not judged: the probe shows the same of every session"), "{asked}");
}

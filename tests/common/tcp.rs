//! Ports on loopback: one where nobody listens, and servers that answer as no good receiver does.

#![allow(dead_code, reason = "every test file compiles this module and uses another part of it")]
#![allow(clippy::unwrap_used, reason = "a port that cannot be had fails its test")]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

/// A port on which nobody listens.
pub fn closed_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// A server that reads a request on each connection, sends these bytes and hangs up. Returns its port.
pub fn answers(bytes: &'static [u8]) -> u16 {
    serve(move |mut stream| {
        read_request(&mut stream);
        let _ = stream.write_all(bytes);
    })
}

/// A server that answers each request with the request, as error pages of frameworks do, and asks to send it elsewhere.
/// Returns its port.
pub fn repeats() -> u16 {
    serve(|mut stream| {
        let request = read_request(&mut stream);
        let line = String::from_utf8_lossy(&request).lines().next().unwrap_or_default().to_owned();
        let path = line.split(' ').nth(1).unwrap_or("/").to_owned();
        let head = format!(
            "HTTP/1.1 308 Elsewhere\r\nLocation: http://127.0.0.1:9{path}\r\nContent-Length: {}\r\n\r\n",
            request.len()
        );
        let _ = stream.write_all(&[head.as_bytes(), &request].concat());
    })
}

/// A server that sends one of these after the other, a connection each, and hangs up. Returns its port.
pub fn in_turn(answers: &'static [&'static [u8]]) -> u16 {
    let next = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    serve(move |mut stream| {
        let place = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        read_request(&mut stream);
        let _ = stream.write_all(answers[place % answers.len()]);
    })
}

/// A server that takes requests and never says a word. Returns its port.
pub fn hangs() -> u16 {
    serve(|mut stream| {
        let mut sink = Vec::new();
        let _ = stream.read_to_end(&mut sink);
    })
}

fn serve(handle: impl Fn(TcpStream) + Clone + Send + 'static) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    // It ends with the process.
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let handle = handle.clone();
            thread::spawn(move || handle(stream));
        }
    });
    port
}

/// Reads the head and the body of one request.
pub fn read_request(stream: &mut TcpStream) -> Vec<u8> {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(30)));
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&request).to_ascii_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.split("content-length:").nth(1).and_then(|rest| rest.lines().next());
            if body.len() >= length.and_then(|length| length.trim().parse().ok()).unwrap_or(0) {
                return request;
            }
        }
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return request,
            Ok(count) => request.extend_from_slice(&buffer[..count]),
        }
    }
}

//! `wms-sim serve`, run as a user runs it, and asked over plain sockets.

#![allow(dead_code, reason = "every test file compiles this module and uses another part of it")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a server that cannot be asked fails its test")]

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::thread;

use serde_json::Value;

use super::cli::{Sim, sim, until};

/// What events are signed with.
pub const SECRET: &str = "a secret of the server's tests";

/// A server of `wms-sim serve`, ended when it is dropped.
pub struct Server {
    pub child: Child,
    pub out: Option<BufReader<ChildStdout>>,
    /// Where it runs, if nothing else was said: an empty folder.
    folder: Option<tempfile::TempDir>,
    pub url: String,
}

/// `serve` on a free port.
pub fn serve() -> Sim {
    sim(["serve", "--listen", "127.0.0.1:0", "--output", "ndjson"])
}

impl Server {
    /// A server on a free port, with the secret of the tests.
    pub fn start(more: &[&str]) -> Self {
        Self::with(more, &[("WMS_SIM_SECRET", SECRET)])
    }

    /// A server on a free port, with these variables.
    pub fn with(more: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut sim = serve().args(more);
        for (name, value) in variables {
            sim = sim.env(name, value);
        }
        Self::of(sim)
    }

    /// One of [`serve`], with what else it was told.
    pub fn of(sim: Sim) -> Self {
        let (command, folder) = sim.into_command();
        let mut server = Self::run(command, None);
        server.folder = folder;
        server
    }

    /// Whatever runs it, in whatever folder. Its standard error goes to a file, if there is one.
    pub fn run(mut command: Command, errors: Option<File>) -> Self {
        let errors = errors.map_or_else(Stdio::null, Stdio::from);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(errors).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(ready["type"], "ready");
        Self { child, out: Some(out), folder: None, url: ready["url"].as_str().unwrap().to_owned() }
    }

    /// Ends it as a user does.
    pub fn end(mut self) {
        self.signal("TERM");
        let mut status = None;
        until("the server has ended", || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        assert_eq!(status.unwrap().code(), Some(0));
    }

    /// Ends it as a crash would.
    pub fn kill(self) {
        drop(self);
    }

    pub fn address(&self) -> &str {
        self.url.strip_prefix("http://").unwrap()
    }

    /// Sends a request with these headers; gives the status and the body.
    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.address()).unwrap();
        let host = if headers.iter().any(|(name, _)| *name == "Host") {
            String::new()
        } else {
            format!("Host: {}\r\n", self.address())
        };
        let headers: String =
            headers.iter().map(|(name, value)| [name, ": ", value, "\r\n"].concat()).collect();
        let request = format!(
            "{method} {path} HTTP/1.1\r\n{host}{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        (head[9..12].parse().unwrap(), body.to_owned())
    }

    pub fn get(&self, path: &str) -> Value {
        let (status, body) = self.ask("GET", path, &[], "");
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_str(&body).unwrap()
    }

    pub fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let (status, body) =
            self.ask("POST", path, &[("Content-Type", "application/json")], &body.to_string());
        (status, serde_json::from_str(&body).unwrap_or_default())
    }

    /// Starts a session; gives its ID.
    pub fn play(&self, body: &Value) -> String {
        let (status, answer) = self.post("/api/sessions", body);
        assert_eq!(status, 201, "{answer}");
        answer["sessionId"].as_str().unwrap().to_owned()
    }

    pub fn signal(&self, name: &str) {
        Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status().unwrap();
    }

    /// Follows the events from a change on; each as (id, name, data).
    pub fn follow(
        &self,
        query: &str,
        last_event_id: Option<&str>,
    ) -> mpsc::Receiver<(String, String, Value)> {
        let mut stream = TcpStream::connect(self.address()).unwrap();
        let last = last_event_id.map_or_else(String::new, |id| format!("Last-Event-ID: {id}\r\n"));
        let request = format!("GET /api/events{query} HTTP/1.1\r\nHost: {}\r\n{last}\r\n", self.address());
        stream.write_all(request.as_bytes()).unwrap();
        let (tell, told) = mpsc::channel();
        thread::spawn(move || {
            let (mut id, mut name) = (String::new(), String::new());
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                if let Some(text) = line.strip_prefix("id: ") {
                    text.clone_into(&mut id);
                } else if let Some(text) = line.strip_prefix("event: ") {
                    text.clone_into(&mut name);
                } else if let Some(text) = line.strip_prefix("data: ") {
                    let data = serde_json::from_str(text).unwrap();
                    if tell.send((std::mem::take(&mut id), std::mem::take(&mut name), data)).is_err() {
                        return;
                    }
                }
            }
        });
        told
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

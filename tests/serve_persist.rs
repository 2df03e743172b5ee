//! `serve --persist`: what was sent and received is there again after a restart, however the server ended; and no file that
//! is not its own is touched.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a function that fails fails its test")]

mod common;

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::ops::Deref;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::cli::{file, scratch, sim, until};
use common::page;
use common::server::{SECRET, Server};
use rusqlite::Connection;
use serde_json::{Value, json};

/// A server that keeps its history in a file.
struct Keeper {
    server: Server,
    /// Where its standard error goes.
    errors: PathBuf,
}

impl Deref for Keeper {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

impl Keeper {
    fn start(history: &Path, more: &[&str]) -> Self {
        Self::run(sim(["serve"]).into_command().0, history, more)
    }

    /// The program may be started by another one, which comes first.
    fn run(mut command: Command, history: &Path, more: &[&str]) -> Self {
        let folder = history.parent().unwrap();
        let errors = folder.join(format!("{}.err", fs::read_dir(folder).unwrap().count()));
        command
            .args(["--listen", "127.0.0.1:0", "--output", "ndjson", "--persist"])
            .arg(history)
            .args(more)
            .env("WMS_SIM_SECRET", SECRET)
            .current_dir(folder);
        Self { server: Server::run(command, Some(fs::File::create(&errors).unwrap())), errors }
    }

    /// What it said on standard error.
    fn said(&self) -> String {
        fs::read_to_string(&self.errors).unwrap()
    }

    /// An event to the webhook; gives the status and the codes of what was found.
    fn event(&self, session: &str, sequence: u64, event: &str) -> (u16, Vec<String>) {
        let body = body(session, sequence, event);
        let mac = page::mac(SECRET, &body);
        let headers =
            [("Content-Type", "application/json"), ("X-WMS-Content-MAC", &*mac), ("X-Api-Key", "M4RK")];
        let (status, answer) = self.ask("POST", "/webhook", &headers, &body);
        let answer: Value = serde_json::from_str(&answer).unwrap_or_default();
        let findings = answer["findings"].as_array().cloned().unwrap_or_default();
        (status, findings.iter().map(|finding| finding["code"].as_str().unwrap().to_owned()).collect())
    }

    /// What the API shows of everything: the list, and both sides of each session.
    fn everything(&self) -> Value {
        let list = self.get("/api/sessions");
        let detail = |session: &Value| {
            let id = session["sessionId"].as_str().unwrap().replace(' ', "%20");
            let side = |side: &str, path: &str| {
                if session[side].is_null() { Value::Null } else { self.get(&format!("/api/{path}/{id}")) }
            };
            json!([side("sent", "sessions"), side("received", "inbox")])
        };
        let details: Vec<Value> = list.as_array().unwrap().iter().map(detail).collect();
        // Only the name of this header is kept.
        serde_json::from_str(&json!([list, details]).to_string().replace("M4RK", "***")).unwrap()
    }

    fn end(self) {
        self.server.end();
    }

    fn kill(self) {
        self.server.kill();
    }
}

fn body(session: &str, sequence: u64, event: &str) -> String {
    json!({ "timestamp": 1_700_000_000 + sequence, "sessionId": session, "sequence": sequence, "event": event, "severity": "INFO" })
        .to_string()
}

fn history() -> (tempfile::TempDir, PathBuf) {
    let folder = scratch();
    let path = folder.path().join("history.db");
    (folder, path)
}

/// What stands in the file, while no server has it.
fn count(history: &Path, table: &str) -> i64 {
    let connection = Connection::open(history).unwrap();
    connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

/// Waits until the server has written what it knows: the numbers of the file, read from a copy, do not lag behind any more.
fn written(history: &Path, server: &Keeper) {
    let sessions = server.get("/api/sessions");
    let events = |side: &str| -> u64 {
        let all = sessions.as_array().unwrap().iter();
        all.map(|session| session[side]["events"].as_u64().unwrap_or(0)).sum()
    };
    let wanted = i64::try_from(events("sent") + events("received")).unwrap();
    until("the last is in the file", || {
        let pending = "SELECT count(*) FROM record WHERE about NOT LIKE '%\"delivered\":\"pending\"%'";
        in_copy(history, pending) == Some(wanted)
    });
}

/// A number from a copy of the file, while a server has it; `None` where the copy cannot be read.
fn in_copy(history: &Path, query: &str) -> Option<i64> {
    let copy = history.with_extension("copy");
    for end in ["", "-wal"] {
        let of = |path: &Path| PathBuf::from(format!("{}{end}", path.display()));
        // One that is not there any more must not be there as a copy.
        let _ = fs::copy(of(history), of(&copy)).or_else(|_| fs::remove_file(of(&copy)).map(|()| 0));
    }
    Connection::open(&copy).and_then(|copy| copy.query_row(query, [], |row| row.get(0))).ok()
}

#[test]
fn history_survives_an_end_and_a_kill() {
    for kill in [false, true] {
        let (_folder, path) = history();
        let server = Keeper::start(&path, &["--callback", "http://127.0.0.1:9/done"]);
        for (seed, scenario) in ["happy-path", "low-snr"].into_iter().enumerate() {
            let id = server.play(&json!({ "scenario": scenario, "pace": "max", "seed": seed }));
            server.get(&format!("/api/inbox/{id}?wait=end"));
            server.get(&format!("/api/sessions/{id}?wait=end"));
        }
        let id = server.play(
            &json!({ "scenario": "bounce", "pace": "max", "seed": 5, "faults": ["mac:wrong-secret@1"] }),
        );
        server.get(&format!("/api/sessions/{id}?wait=end"));
        assert_eq!(server.ask("POST", "/webhook", &[("X-WMS-Content-MAC", "none")], "no JSON").0, 401);
        assert_eq!(server.event("by-hand", 0, "WMS_LOADED"), (204, vec![]));
        let before = server.everything();
        assert_eq!(before[0].as_array().unwrap().len(), 5);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let old = server.address().to_owned();
        if kill {
            written(&path, &server);
            server.kill();
        } else {
            server.end();
        }
        let server = Keeper::start(&path, &[]);
        // Where the server's own inbox is has changed, and nothing else.
        let placed = |all: &Value| -> Value {
            let text = all.to_string().replace(&old, "HERE").replace(server.address(), "HERE");
            serde_json::from_str(&text).unwrap()
        };
        let after = server.everything();
        assert_eq!(placed(&before), placed(&after));
        assert!(after[0][2]["target"].as_str().unwrap().contains(server.address()), "{after}");
        // The old events can still be used.
        let key = before[1][2][0]["events"][0]["key"].as_u64().unwrap();
        let path = format!("/api/sessions/{id}/events/{key}");
        assert_eq!(server.post(&format!("{path}/replay"), &json!({})).0, 204);
        assert!(server.ask("GET", &format!("{path}/curl"), &[], "").1.starts_with("curl"));
        let journal = server.ask("GET", &format!("/api/sessions/{id}/journal"), &[], "").1;
        assert_eq!(journal.lines().filter(|line| line.contains("\"delivery\"")).count(), 4, "{journal}");
        // Sent again it is a duplicate, which the inbox tells with a 200.
        let again = server.get(&format!("/api/sessions/{id}"));
        assert_eq!((&again["sent"]["events"], &again["events"][3]["status"]), (&json!(4), &json!(200)));
        server.end();
    }
}

#[test]
fn the_inbox_remembers_what_came_before() {
    for kill in [false, true] {
        let (_folder, path) = history();
        let server = Keeper::start(&path, &[]);
        for (sequence, event) in
            [(0, "WMS_LOADED"), (1, "CONFIGURATION_LOADED"), (2, "CAMERA_PERMISSION_GRANTED")]
        {
            assert_eq!(server.event("mine", sequence, event).0, 204);
        }
        if kill {
            written(&path, &server);
            server.kill();
        } else {
            server.end();
        }
        // With another secret, too: nobody has to vouch again.
        let server = Keeper::start(&path, &["--secret", "another", "--secret", SECRET]);
        let (status, found) = server.event("mine", 2, "CAMERA_PERMISSION_GRANTED");
        assert_eq!((status, found), (200, vec!["duplicate".to_owned()]));
        let (_, found) = server.event("mine", 1, "WMS_LOADED");
        assert_eq!(found, ["conflict"]);
        // What follows on is in order; what leaves something out is not.
        assert_eq!(server.event("mine", 3, "CAMERA_STARTED"), (204, vec![]));
        server.event("mine", 6, "MEASUREMENT_STARTED");
        let inbox = server.get("/api/inbox/mine");
        assert_eq!((&inbox["received"]["missing"], &inbox["received"]["duplicates"]), (&json!(2), &json!(1)));
        assert_eq!(inbox["received"]["events"], 7);
    }
}

#[test]
fn what_was_under_way_is_interrupted() {
    let (_folder, path) = history();
    let hangs = common::tcp::hangs();
    let server = Keeper::start(&path, &[]);
    let slow = server.play(&json!({ "scenario": "happy-path", "pace": "0.1x", "seed": 1 }));
    let unanswered = server
        .play(&json!({ "scenario": "bounce", "pace": "max", "to": format!("http://127.0.0.1:{hangs}/") }));
    until("the first event is under way", || {
        server.get(&format!("/api/sessions/{unanswered}"))["events"][0]["delivery"] == "pending"
    });
    server.get(&format!("/api/sessions/{slow}?wait=1"));
    // One that is under way is no record that `written` waits for.
    until("both are in the file", || {
        let of = |id: &str, about: &str| {
            let records = "SELECT count(*) FROM record JOIN session ON number = session";
            in_copy(&path, &format!("{records} WHERE id = '{id}' AND record.about LIKE '%{about}%'"))
        };
        of(&unanswered, "\"delivered\":\"pending\"") == Some(1) && of(&slow, "") >= Some(1)
    });
    server.kill();
    let server = Keeper::start(&path, &[]);
    for again in [false, true] {
        let session = server.get(&format!("/api/sessions/{unanswered}"));
        assert_eq!(session["state"], "interrupted", "{again} {session}");
        assert_eq!((&session["sent"]["failed"], &session["sent"]["events"]), (&json!(1), &json!(1)));
        assert_eq!(
            (&session["events"][0]["delivery"], &session["events"][0]["failure"]["code"]),
            (&json!("failed"), &json!("server-ended"))
        );
        assert_eq!(server.get(&format!("/api/sessions/{slow}"))["state"], "interrupted");
    }
    server.end();
    // The second time there is nothing more to interrupt.
    let server = Keeper::start(&path, &[]);
    let session = server.get(&format!("/api/sessions/{unanswered}"));
    assert_eq!((&session["sent"]["failed"], &session["state"]), (&json!(1), &json!("interrupted")));
}

#[test]
fn a_browser_of_an_earlier_run_loads_everything_again() {
    let (_folder, path) = history();
    let server = Keeper::start(&path, &[]);
    server.event("mine", 0, "WMS_LOADED");
    let id = server.get("/api/inbox/mine")["events"][0]["id"].as_u64().unwrap();
    server.end();
    let server = Keeper::start(&path, &[]);
    // The very last number too: what was running then does not run any more.
    for known in [id - 1, id, id + 1, 0] {
        let mut stream = TcpStream::connect(server.address()).unwrap();
        let request = format!(
            "GET /api/events?after={known} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            server.address()
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut told = String::new();
        let mut part = [0; 1024];
        while !told.contains("event: ") {
            let read = stream.read(&mut part).unwrap();
            assert!(read > 0, "{known}: {told}");
            told += &String::from_utf8_lossy(&part[..read]);
        }
        assert!(told.contains("event: reset"), "{known}: {told}");
    }
}

#[test]
fn sessions_of_the_same_seed_are_not_mixed_with_those_of_an_earlier_run() {
    let (_folder, path) = history();
    let mut ids = Vec::new();
    for _ in 0..2 {
        let server = Keeper::start(&path, &["--seed", "7", "--pace", "max"]);
        let id = server.play(&json!({ "scenario": "bounce" }));
        server.get(&format!("/api/sessions/{id}?wait=end"));
        ids.push(id);
        server.end();
    }
    assert_ne!(ids[0], ids[1]);
}

#[test]
fn what_is_forgotten_leaves_the_file() {
    let (_folder, path) = history();
    let server = Keeper::start(&path, &[]);
    let large = "x".repeat(500_000);
    for number in 0..20 {
        server.ask("POST", "/webhook", &[], &body(&format!("s-{number}"), 0, &large));
    }
    written(&path, &server);
    assert_eq!(server.ask("DELETE", "/api/sessions", &[], "").0, 204);
    server.event("after", 0, "WMS_LOADED");
    let size = || -> u64 {
        let beside = path.with_extension("db-wal");
        fs::metadata(&path).unwrap().len() + fs::metadata(beside).map_or(0, |about| about.len())
    };
    until("the room is given back", || size() < 9_000_000);
    server.end();
    assert_eq!((count(&path, "session"), count(&path, "record")), (1, 1));
    assert!(size() < 100_000, "{}", size());
    assert!(!String::from_utf8_lossy(&fs::read(&path).unwrap()).contains("xxxx"));
    let server = Keeper::start(&path, &[]);
    assert_eq!(server.get("/api/sessions").as_array().unwrap().len(), 1);
    assert_eq!(server.event("s-1", 1, "CONFIGURATION_LOADED").0, 204);
}

#[test]
fn the_file_is_bounded_like_the_memory() {
    let (_folder, path) = history();
    let server = Keeper::start(&path, &[]);
    // 256 MiB are kept.
    let large = "x".repeat(1_000_000);
    for number in 0..300 {
        server.ask("POST", "/webhook", &[], &body(&format!("s-{number}"), 0, &large));
    }
    let kept = server.get("/api/sessions?limit=5000").as_array().unwrap().len();
    assert!((200..300).contains(&kept), "{kept}");
    server.end();
    assert_eq!(usize::try_from(count(&path, "session")).unwrap(), kept);
    assert_eq!(usize::try_from(count(&path, "record")).unwrap(), kept);
    assert!(fs::metadata(&path).unwrap().len() < 280 << 20);
}

#[test]
fn a_file_of_something_else_is_left_alone() {
    let (folder, path) = history();
    let foreign = folder.path().join("foreign.db");
    Connection::open(&foreign)
        .unwrap()
        .execute_batch("CREATE TABLE t (a); PRAGMA journal_mode = WAL")
        .unwrap();
    let newer = folder.path().join("newer.db");
    Keeper::start(&newer, &[]).end();
    Connection::open(&newer).unwrap().pragma_update(None, "user_version", 2).unwrap();
    fs::create_dir(folder.path().join("folder")).unwrap();
    std::os::unix::fs::symlink("nowhere/at/all", folder.path().join("link")).unwrap();
    let text = file(&folder, "text", "my notes\n");
    let jpeg = folder.path().join("a.jpeg");
    fs::write(&jpeg, [&b"\xff\xd8\xff\xe0"[..], &[7; 5000]].concat()).unwrap();
    let cut = folder.path().join("cut.db");
    Keeper::start(&cut, &[]).end();
    let whole = fs::read(&cut).unwrap();
    fs::write(&cut, &whole[..5000]).unwrap();
    for (name, words) in [
        ("text", "is no database"),
        ("a.jpeg", "is no database"),
        ("foreign.db", "a database of another program"),
        ("newer.db", "made by a newer wms-sim"),
        ("folder", "is a folder"),
        ("cut.db", "is damaged"),
        ("missing/history.db", "there is no such folder"),
        ("text/history.db", "there is no such folder"),
        ("link", "is a link that leads nowhere"),
        ("/dev/null", "is no file on a disk"),
        ("/proc/history.db", "--persist /proc/history.db: "),
    ] {
        let before = fs::read(folder.path().join(name)).ok();
        let output = sim(["serve", "--listen", "127.0.0.1:0", "--persist", name]).dir(folder.path()).exits(2);
        let output = output.says(&[&format!("--persist {name}: "), words, "\n  "]);
        assert!(output.stderr.len() < 500, "{output}");
        if name != "/dev/null" {
            assert_eq!(fs::read(folder.path().join(name)).ok(), before, "{name}");
        }
    }
    assert!(fs::read(text).unwrap() == b"my notes\n" && !path.exists());
    // Names that SQLite itself would take for something else.
    for name in [":memory:", "file:x?mode=memory"] {
        Keeper::start(&folder.path().join(name), &[]).end();
        assert!(fs::metadata(folder.path().join(name)).unwrap().len() > 0);
    }
}

#[test]
fn two_servers_do_not_share_a_file() {
    let (_folder, path) = history();
    let server = Keeper::start(&path, &[]);
    server.event("mine", 0, "WMS_LOADED");
    let other = sim(["serve", "--listen", "127.0.0.1:0", "--persist"]).arg(&path).exits(2);
    other.says(&["another wms-sim is writing it", "a file of its own"]);
    assert_eq!(server.event("mine", 1, "CONFIGURATION_LOADED").0, 204);
    server.end();
    assert_eq!(count(&path, "record"), 2);
}

#[test]
fn damaged_rows_are_passed_over_and_told() {
    let (_folder, path) = history();
    let server = Keeper::start(&path, &[]);
    for session in ["a", "b", "c"] {
        server.event(session, 0, "WMS_LOADED");
        server.event(session, 1, "CONFIGURATION_LOADED");
    }
    server.end();
    Connection::open(&path)
        .unwrap()
        .execute_batch(
            "UPDATE session SET about = '{' WHERE id = 'a'; UPDATE session SET about = x'ff00' WHERE id = 'c';
             UPDATE record SET about = replace(about, 'valid', 'odd') WHERE key = 3;
             UPDATE record SET session = 77, side = 'x' WHERE key = 4;",
        )
        .unwrap();
    let server = Keeper::start(&path, &[]);
    let told = server.said();
    // Two sessions with two records each, and two records.
    assert!(told.contains("8 rows were damaged, and left out"), "{told}");
    let sessions = server.get("/api/sessions");
    assert_eq!((sessions.as_array().unwrap().len(), &sessions[0]["sessionId"]), (1, &json!("b")));
    server.end();
    assert_eq!((count(&path, "session"), count(&path, "record")), (1, 0));
}

#[test]
fn a_file_that_is_removed_is_made_again() {
    let (_folder, path) = history();
    let server = Keeper::start(&path, &[]);
    server.event("one", 0, "WMS_LOADED");
    written(&path, &server);
    fs::remove_file(&path).unwrap();
    server.event("two", 0, "WMS_LOADED");
    until("it is there again", || path.exists());
    written(&path, &server);
    // Somebody puts a file of theirs there.
    fs::remove_file(&path).unwrap();
    fs::write(&path, "my notes").unwrap();
    server.event("three", 0, "WMS_LOADED");
    until("it is told", || server.get("/api/info")["persist"]["error"].is_string());
    assert_eq!(fs::read(&path).unwrap(), b"my notes");
    fs::remove_file(&path).unwrap();
    until("it is written again", || server.get("/api/info")["persist"]["error"].is_null());
    server.end();
    assert_eq!((count(&path, "session"), count(&path, "record")), (3, 3));
}

/// No byte beyond a size can be written, as on a disk that is full; later it can.
#[test]
fn a_full_disk_is_told_and_the_server_goes_on() {
    let (_folder, path) = history();
    let mut command = Command::new("sh");
    // Without the signal that usually comes with it.
    let script = "trap '' XFSZ; ulimit -S -f 400; exec \"$0\" serve \"$@\"";
    command.args(["-c", script, env!("CARGO_BIN_EXE_wms-sim")]);
    let server = Keeper::run(command, &path, &[]);
    let error = |server: &Keeper| server.get("/api/info")["persist"]["error"].clone();
    assert_eq!(server.get("/api/info")["persist"]["file"], path.to_str().unwrap());
    assert_eq!(error(&server), Value::Null);
    // A page that is open hears of it.
    let mut page = TcpStream::connect(server.address()).unwrap();
    let request = format!("GET /api/events HTTP/1.1\r\nHost: {}\r\n\r\n", server.address());
    page.write_all(request.as_bytes()).unwrap();
    let large = "x".repeat(500_000);
    for number in 0..4 {
        server.ask("POST", "/webhook", &[], &body(&format!("s-{number}"), 0, &large));
    }
    until("it is told", || error(&server).is_string());
    let (mut heard, mut part) = (String::new(), vec![0; 65_536]);
    // The first says that all is well.
    while !heard.contains("\"error\":\"") {
        let read = page.read(&mut part).unwrap();
        assert!(read > 0, "the server hung up");
        heard += &String::from_utf8_lossy(&part[..read]);
    }
    let errors = server.errors.clone();
    until("it is warned of", || server.said().contains("cannot be written"));
    assert_eq!(server.event("mine", 0, "WMS_LOADED").0, 204);
    // There is room again.
    let pid = server.child.id().to_string();
    let freed = Command::new("prlimit").args(["--fsize=unlimited", "--pid", &pid]).status();
    if !freed.is_ok_and(|status| status.success()) {
        // A system without this command cannot show the rest.
        return;
    }
    until("it is written again", || error(&server).is_null());
    server.end();
    assert_eq!(count(&path, "session"), 5);
    let told = fs::read_to_string(errors).unwrap();
    assert_eq!(told.matches("warning").count(), 2, "{told}");
    assert!(told.contains("is written again"), "{told}");
}

/// The disk is full in the middle of writing everything to a file that was made again.
#[test]
fn nothing_is_missing_after_a_disk_was_full_in_the_middle() {
    let (_folder, path) = history();
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' XFSZ; exec \"$0\" serve \"$@\"", env!("CARGO_BIN_EXE_wms-sim")]);
    let server = Keeper::run(command, &path, &[]);
    let pid = server.child.id().to_string();
    let limit = |bytes: &str| {
        let limit = format!("--fsize={bytes}:unlimited");
        let limited = Command::new("prlimit").args([&limit, "--pid", &pid]).status();
        limited.is_ok_and(|status| status.success())
    };
    let large = "x".repeat(100_000);
    for number in 0..6 {
        server.ask("POST", "/webhook", &[], &body(&format!("s-{number}"), 0, &large));
    }
    written(&path, &server);
    // A system without this command cannot show it.
    if !limit("350000") {
        return;
    }
    fs::remove_file(&path).unwrap();
    server.event("after", 0, "WMS_LOADED");
    let error = || server.get("/api/info")["persist"]["error"].clone();
    until("it is told", || error().is_string());
    // Some of it is there, and not all.
    until("it was begun", || in_copy(&path, "SELECT count(*) FROM session").is_some_and(|count| count > 0));
    assert!(in_copy(&path, "SELECT count(*) FROM session").unwrap() < 7);
    assert!(limit("unlimited"));
    until("it is written again", || error().is_null());
    server.end();
    assert_eq!((count(&path, "session"), count(&path, "record")), (7, 7));
}

#[test]
fn a_history_that_takes_the_place_of_another_is_left_alone() {
    let (folder, path) = history();
    let other = folder.path().join("other.db");
    let server = Keeper::start(&other, &[]);
    server.event("other", 0, "WMS_LOADED");
    server.end();
    let before = fs::read(&other).unwrap();
    let server = Keeper::start(&path, &[]);
    for number in 0..5 {
        server.event(&format!("own-{number}"), 0, "WMS_LOADED");
    }
    written(&path, &server);
    fs::rename(&other, &path).unwrap();
    // Nothing has to happen for it to be told, with what to do.
    let error = || server.get("/api/info")["persist"]["error"].clone();
    until("it is told", || error().is_string());
    assert!(error().as_str().unwrap().contains("move that one away"), "{}", error());
    server.event("after", 0, "WMS_LOADED");
    // A page that comes later is told too.
    let (_, name, data) = server.follow("", None).recv().unwrap();
    assert_eq!((&*name, &data["persist"]["error"]), ("info", &error()));
    assert_eq!(fs::read(&path).unwrap(), before);
    let whole = |path: &Path| -> String {
        let connection = Connection::open(path).unwrap();
        connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap()
    };
    assert_eq!((whole(&path), count(&path, "session")), ("ok".to_owned(), 1));
    fs::rename(&path, &other).unwrap();
    until("it is written again", || error().is_null());
    server.end();
    assert_eq!((whole(&path), count(&path, "session")), ("ok".to_owned(), 6));
    assert_eq!((whole(&other), count(&other, "session")), ("ok".to_owned(), 1));
}

#[test]
fn a_page_is_told_at_once_where_the_history_is_kept() {
    let (_folder, path) = history();
    let server = Keeper::start(&path, &[]);
    server.event("mine", 0, "WMS_LOADED");
    for _ in 0..2 {
        let (id, name, data) = server.follow("", None).recv().unwrap();
        assert!(id.parse::<u64>().is_ok(), "the number that stands alone before it: {id}");
        assert_eq!((&*name, &data), ("info", &json!({ "persist": { "file": path, "error": null } })));
    }
    let told: Vec<String> = server.follow("?after=0", None).iter().take(2).map(|(_, name, _)| name).collect();
    assert_eq!(told, ["reset", "info"]);
}

//! The commands that `check` prints, run by a real shell: what arrives is what the case sent.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::borrow::Cow;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::thread::JoinHandle;
use std::time::Duration;

use wms_sim::clock::Epoch;
use wms_sim::conformance::case::Play;
use wms_sim::conformance::cases;
use wms_sim::conformance::kit::{Event, Kit, Setup};
use wms_sim::conformance::request::Base;
use wms_sim::conformance::script::{Form, MacLine, Names, Pacing, Shot};
use wms_sim::protocol::code::Code;
use wms_sim::protocol::dialect::{Dialect, MacInput};
use wms_sim::protocol::mac::{Secret, Signer};
use wms_sim::seed::Seed;
use wms_sim::transport::options::TransportOptions;
use wms_sim::transport::target::Target;

/// Writes to a port what it reads, and shows the answer: nc is not everywhere.
const NC: &str = "nc() { exec 3<>/dev/tcp/$3/$4; cat >&3; cat <&3; }\n";

fn setup() -> Setup {
    Setup {
        seed: Seed(7),
        dialect: Dialect::current(),
        signer: Signer::new(&Secret::new("secret"), MacInput::Bytes),
        next: None,
        soon: Duration::from_secs(5),
        late: Duration::from_secs(10),
    }
}

/// A request as it arrived.
#[derive(Debug)]
struct Arrived {
    line: String,
    head: Vec<u8>,
    body: Vec<u8>,
}

impl Arrived {
    /// The values of a field, without the blank behind the colon.
    fn values(&self, name: &str) -> Vec<Vec<u8>> {
        let lines = self.head.split(|byte| *byte == b'\n').filter_map(|line| {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let colon = line.iter().position(|byte| *byte == b':')?;
            let (found, value) = (&line[..colon], &line[colon + 1..]);
            found
                .eq_ignore_ascii_case(name.as_bytes())
                .then(|| value.strip_prefix(b" ").unwrap_or(value).to_vec())
        });
        lines.collect()
    }
}

/// Takes one request and answers it.
fn receive(listener: &TcpListener) -> JoinHandle<Arrived> {
    let listener = listener.try_clone().unwrap();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let mut all = Vec::new();
        let end = loop {
            if let Some(at) = all.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break at + 4;
            }
            read(&mut stream, &mut all);
        };
        let mut arrived = Arrived { line: String::new(), head: all[..end].to_vec(), body: Vec::new() };
        arrived.line = String::from_utf8_lossy(&arrived.head).lines().next().unwrap().to_owned();
        if arrived.values("expect").iter().any(|value| value == b"100-continue") {
            stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").unwrap();
        }
        if arrived.values("transfer-encoding").is_empty() {
            let length = arrived
                .values("content-length")
                .first()
                .map_or(0, |value| String::from_utf8_lossy(value).trim().parse().unwrap());
            while all.len() < end + length {
                read(&mut stream, &mut all);
            }
            arrived.body = all[end..].to_vec();
        } else {
            while !all.ends_with(b"0\r\n\r\n") {
                read(&mut stream, &mut all);
            }
            arrived.body = unchunked(&all[end..]);
        }
        stream.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n").unwrap();
        arrived
    })
}

fn read(stream: &mut TcpStream, all: &mut Vec<u8>) {
    let mut buffer = [0; 4096];
    let count = stream.read(&mut buffer).unwrap();
    assert_ne!(count, 0, "closed after {:?}", String::from_utf8_lossy(all));
    all.extend_from_slice(&buffer[..count]);
}

fn unchunked(mut bytes: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let line = bytes.windows(2).position(|bytes| bytes == b"\r\n").unwrap();
        let size = usize::from_str_radix(std::str::from_utf8(&bytes[..line]).unwrap(), 16).unwrap();
        bytes = &bytes[line + 2..];
        body.extend_from_slice(&bytes[..size]);
        if size == 0 {
            return body;
        }
        bytes = &bytes[size + 2..];
    }
}

/// A command that is run by bash and sends one request.
struct Shell {
    listener: TcpListener,
    base: Base,
}

impl Shell {
    fn new() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://{}/hook?a=1", listener.local_addr().unwrap());
        let options = TransportOptions::new(Target::parse(&url).unwrap());
        Self { listener, base: Base::new(&options).unwrap() }
    }

    fn run(&self, shot: &Shot) -> (String, Arrived) {
        let command = self.base.command(shot).unwrap();
        let arriving = receive(&self.listener);
        let mut shell = Command::new("bash")
            .args(["--norc", "-c", &format!("{NC}{command}")])
            .env("CURL_HOME", "/nonexistent")
            .env_remove("http_proxy")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let status = shell.wait().unwrap();
        assert!(status.success(), "{status}: {command}");
        (command, arriving.join().unwrap())
    }

    /// What arrives is what was meant: request line but for hidden values, body, MACs, content type.
    fn same(&self, shot: &Shot) {
        let (command, arrived) = self.run(shot);
        assert_eq!(arrived.body, shot.body, "{command}");
        let macs: Vec<Vec<u8>> = shot.macs.iter().map(|mac| mac.value.to_vec()).collect();
        let trimmed =
            |values: Vec<Vec<u8>>| values.iter().map(|value| value.trim_ascii().to_vec()).collect::<Vec<_>>();
        assert_eq!(trimmed(arrived.values("X-WMS-Content-MAC")), trimmed(macs), "{command}");
        let version = if shot.form.http10 { "HTTP/1.0" } else { "HTTP/1.1" };
        let target = if shot.form.absolute {
            format!("http://{}/hook?a=***", self.listener.local_addr().unwrap())
        } else {
            "/hook?a=***".to_owned()
        };
        assert_eq!(arrived.line, format!("{} {target} {version}", shot.form.method), "{command}");
        let content_type = shot.form.content_type.clone().unwrap_or(Cow::Borrowed("application/json"));
        let content_types =
            if content_type.is_empty() { vec![] } else { vec![content_type.as_bytes().to_vec()] };
        assert_eq!(arrived.values("content-type"), content_types, "{command}");
        assert_eq!(arrived.values("expect").len(), usize::from(shot.form.expect), "{command}");
        assert_eq!(
            arrived.values("transfer-encoding").len(),
            usize::from(shot.form.chunks.is_some()),
            "{command}"
        );
    }
}

fn event(body: &[u8]) -> Event {
    let setup = setup();
    let mut kit = Kit::new(&setup, "body/any", 1, Epoch::from_unix_nanos(0));
    let mut session = kit.session();
    let event = kit.event(&mut session, Code::WmsLoaded);
    kit.resigned(&event, body)
}

const BODIES: [&[u8]; 16] = [
    b"{\"a\":1}",
    b"it's '\"quoted\"' and \\\"escaped\\\"",
    b"@/etc/hostname",
    b"@-",
    b"\\n \\x41 \\0101 \\\\ \\",
    b"a\nb\r\n\tc\n",
    "\u{2028}1\u{2029}\u{feff}7".as_bytes(),
    "Zo\u{eb} \u{1f600}".as_bytes(),
    b"%s %% %b %0d",
    b"\xff7\xc3(",
    b"\x00 with \x00001 NUL",
    b"$HOME `id` $(id) !! ~ * ? [a] {b,c} #",
    b"--data x",
    b"",
    b" ",
    &[b'x'; 4000],
];

#[test]
fn bodies_arrive_as_they_are() {
    let shell = Shell::new();
    let by_hand = Form { names: Names::Lower, ..Form::default() };
    for body in BODIES {
        for form in [Form::default(), by_hand.clone()] {
            shell.same(&Shot::test(&event(body)).written(form));
        }
    }
}

#[test]
fn every_form_arrives() {
    let pause = Duration::from_millis(20);
    let usual = Form::default;
    let forms = [
        Form { http10: true, ..usual() },
        Form { absolute: true, ..usual() },
        Form { content_type: Some("text/plain; charset=\"utf-8\"".into()), ..usual() },
        Form { content_type: Some("".into()), ..usual() },
        Form { chunks: Some(3), ..usual() },
        Form { expect: true, ..usual() },
        Form { names: Names::Upper, ..usual() },
        Form { names: Names::Lower, chunks: Some(3), ..usual() },
        Form { pacing: Pacing::HeadThenBody(pause), ..usual() },
        Form { pacing: Pacing::Parts(8, pause), ..usual() },
        Form { pacing: Pacing::SplitHead(pause), ..usual() },
    ];
    let shell = Shell::new();
    for form in forms {
        let shot = Shot::test(&event(b"{\"it's\":\"\\u00e9\"}\n")).written(form);
        shell.same(&shot);
    }
}

#[test]
fn macs_arrive_as_they_are() {
    let right = event(b"{}").mac;
    let other = MacLine { name: "x-wms-content-mac".into(), value: b"it's $HOME".as_slice().into() };
    let blanks =
        MacLine { name: "X-WMS-Content-MAC".into(), value: format!(" \t{right}\t ").into_bytes().into() };
    let raw = MacLine { name: "X-WMS-Content-MAC".into(), value: b"caf\xe9".as_slice().into() };
    let shell = Shell::new();
    for macs in [
        vec![],
        vec![MacLine::new("")],
        vec![MacLine::new("hmac-sha256=")],
        vec![MacLine::new(right.as_str()), other],
        vec![blanks],
        vec![raw],
    ] {
        shell.same(&Shot::test(&event(b"{}")).with_macs(macs));
    }
}

/// The decisive requests of the two sections about bodies, as a user would copy them.
#[test]
fn the_bodies_of_the_cases_arrive_as_they_are() {
    let setup = setup();
    let shell = Shell::new();
    let mut tried = 0;
    for case in cases::all() {
        let Play::Script(script) = case.play else { continue };
        if !matches!(case.section(), "body" | "input") {
            continue;
        }
        let script =
            script(&mut Kit::new(&setup, case.id, 1, Epoch::from_unix_nanos(1_767_323_045_000_000_000)));
        let Some(shot) = script.shots().find(|shot| shot.label != "an ordinary event before") else {
            continue;
        };
        if shell.base.command(shot).is_some() {
            shell.same(shot);
            tried += 1;
        }
    }
    assert!(tried > 60, "{tried}");
}

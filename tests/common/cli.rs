//! The real binary, run as a user runs it, but in an empty folder and with no settings from outside.

#![allow(dead_code, reason = "every test file compiles this module and uses another part of it")]
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a command that cannot be run fails its test"
)]

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

/// No command of a test takes so long, however loaded the machine is.
const PATIENCE: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_millis(5);

/// The start of every run that has to be the same each time.
pub const START: &str = "2026-01-02T03:04:05Z";

/// A folder of its own for a test.
pub fn scratch() -> TempDir {
    tempfile::Builder::new().prefix("e2e-").tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder")
}

/// Writes a file into a folder.
pub fn file(folder: &TempDir, name: &str, text: &str) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder to write to");
    std::fs::write(&path, text).expect("a file to write");
    path
}

/// A command of `wms-sim`, to be run by [`Sim::run`].
#[derive(Debug)]
pub struct Sim {
    command: Command,
    /// Where it runs, if nothing else was said; kept until it has ended.
    home: Option<TempDir>,
    input: Option<Vec<u8>>,
}

/// `wms-sim` with these arguments.
pub fn sim<I: IntoIterator<Item: AsRef<OsStr>>>(args: I) -> Sim {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wms-sim"));
    command.args(args);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let proxy = text.to_ascii_uppercase().ends_with("_PROXY");
        if proxy || text.starts_with("WMS_SIM_") || text.starts_with("CLICOLOR") || text == "COLUMNS" {
            command.env_remove(&name);
        }
    }
    let home = scratch();
    command.current_dir(home.path());
    Sim { command, home: Some(home), input: None }
}

/// The words of a line, for arguments without blanks.
pub fn words(line: &str) -> Vec<String> {
    line.split_whitespace().map(str::to_owned).collect()
}

/// `send` to a URL, with a secret and at full speed.
pub fn send(url: &str, secret: &str, more: &str) -> Sim {
    sim(["send", "--to", url, "--secret", secret, "--pace", "max"]).args(words(more))
}

impl Sim {
    #[must_use]
    pub fn args<I: IntoIterator<Item: AsRef<OsStr>>>(mut self, args: I) -> Self {
        self.command.args(args);
        self
    }

    #[must_use]
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Runs in a folder, say one with a settings file.
    #[must_use]
    pub fn dir(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self.home = None;
        self
    }

    /// What is piped into it. Without this its standard input is empty.
    #[must_use]
    pub fn input(mut self, text: &str) -> Self {
        self.input = Some(text.as_bytes().to_vec());
        self
    }

    /// Runs to the end.
    pub fn run(mut self) -> Output {
        let input = self.input.take();
        let mut running = self.spawn();
        let mut stdin = running.child.stdin.take().expect("piped");
        if let Some(input) = input {
            // A program that does not read its input is no failure here.
            let _ = stdin.write_all(&input);
        }
        drop(stdin);
        running.wait()
    }

    /// Runs to the end, which has to be this exit code.
    #[track_caller]
    pub fn exits(self, code: i32) -> Output {
        let output = self.run();
        assert_eq!(output.code(), Some(code), "{output}");
        output
    }

    /// Starts it. Its standard input is a pipe that stays open.
    pub fn spawn(self) -> Running {
        let Self { mut command, home, .. } = self;
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("wms-sim to start");
        let stdout = collect(child.stdout.take().expect("piped"));
        let stderr = collect(child.stderr.take().expect("piped"));
        Running { child, stdout: Some(stdout), stderr: Some(stderr), _home: home }
    }

    /// The command itself, for a test that has its own plans with the pipes.
    pub fn into_command(self) -> (Command, Option<TempDir>) {
        (self.command, self.home)
    }
}

fn collect(mut pipe: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        bytes
    })
}

/// A command that is under way. It is killed when it is dropped.
#[derive(Debug)]
pub struct Running {
    pub child: Child,
    stdout: Option<JoinHandle<Vec<u8>>>,
    stderr: Option<JoinHandle<Vec<u8>>>,
    _home: Option<TempDir>,
}

impl Running {
    /// A command that was started in another way, whose output goes elsewhere.
    pub fn of(child: Child) -> Self {
        Self { child, stdout: None, stderr: None, _home: None }
    }

    /// Whether the program has taken SIGINT and SIGTERM upon itself. Where the system does not tell, it is taken for granted.
    pub fn hears_signals(&self) -> bool {
        let Ok(status) = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())) else {
            return true;
        };
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        let mask = caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
        let bit = |signal: u32| mask & (1 << (signal - 1)) != 0;
        bit(2) && bit(15)
    }

    /// Sends it a signal by name, such as `INT`.
    #[track_caller]
    pub fn signal(&self, name: &str) {
        let command = format!("kill -{name} {}", self.child.id());
        let status = Command::new("sh").args(["-c", &command]).status().expect("a shell");
        assert!(status.success(), "{command}");
    }

    /// Ends it as a crash would, in the middle of whatever it does.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("a child").is_some()
    }

    /// Waits for the end.
    #[track_caller]
    pub fn wait(mut self) -> Output {
        drop(self.child.stdin.take());
        let polls = PATIENCE.as_millis() / POLL.as_millis();
        let mut status = None;
        for _ in 0..polls {
            status = self.child.try_wait().expect("a child");
            if status.is_some() {
                break;
            }
            thread::sleep(POLL);
        }
        let hangs = status.is_none();
        self.kill();
        let output = Output {
            status: status.unwrap_or_default(),
            stdout: text(self.stdout.take()),
            stderr: text(self.stderr.take()),
        };
        assert!(!hangs, "it did not end within {PATIENCE:?}\n{output}");
        output
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

fn text(thread: Option<JoinHandle<Vec<u8>>>) -> String {
    let bytes = thread.and_then(|thread| thread.join().ok()).unwrap_or_default();
    String::from_utf8(bytes).expect("UTF-8 on both streams")
}

/// What a command printed and how it ended.
#[derive(Debug)]
pub struct Output {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

impl Output {
    pub fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// Each line of standard output as JSON.
    #[track_caller]
    pub fn json_lines(&self) -> Vec<Value> {
        json_lines(&self.stdout)
    }

    /// Fails unless standard error holds each of these texts.
    #[track_caller]
    pub fn says(self, texts: &[&str]) -> Self {
        for text in texts {
            assert!(self.stderr.contains(text), "standard error lacks '{text}'\n{self}");
        }
        self
    }

    /// Fails unless standard output holds each of these texts.
    #[track_caller]
    pub fn shows(self, texts: &[&str]) -> Self {
        for text in texts {
            assert!(self.stdout.contains(text), "standard output lacks '{text}'\n{self}");
        }
        self
    }
}

impl std::fmt::Display for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}\n--- stdout\n{}--- stderr\n{}", self.status, self.stdout, self.stderr)
    }
}

/// Each line of a text as JSON.
#[track_caller]
pub fn json_lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in line {line}")))
        .collect()
}

/// The lines of a journal file of one type.
pub fn of_type<'a>(lines: &'a [Value], kind: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["type"] == kind).collect()
}

/// Waits until something is so, for as long as a loaded machine may need.
#[track_caller]
pub fn until(what: &str, mut is: impl FnMut() -> bool) {
    for _ in 0..PATIENCE.as_millis() / POLL.as_millis() {
        if is() {
            return;
        }
        thread::sleep(POLL);
    }
    panic!("waited {PATIENCE:?} until {what}");
}

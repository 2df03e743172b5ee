//! The broken receivers: those of `tests/receivers/mutants.cjs`, and the quirks of `serve`.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::common::cli::sim;
use super::common::receiver::{Kind, Setup};
use super::common::server::{SECRET, Server};
use super::table::Row;

/// A receiver with one bug.
pub struct Broken {
    pub name: String,
    what: What,
    /// The cases that it fails at the least.
    pub meant: Vec<String>,
    /// The diagnoses that name its bug.
    pub named: Vec<String>,
    /// What `check` needs to show the bug.
    flags: Vec<String>,
    by_chance: bool,
}

enum What {
    Mutant,
    Quirk(String),
}

/// Only measured: which of two MACs counts is a matter of taste, and nothing but ASCII is demanded.
const NO_BUGS: [&str; 3] = ["takes-first-mac", "takes-last-mac", "latin1-body"];

/// The quirks, each with the cases meant for it, the names of its bug and what `check` needs.
const QUIRKS: &str = include_str!("quirks.txt");

impl Broken {
    pub fn all() -> Vec<Self> {
        let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/receivers");
        let listed = Command::new("node").args(["mutants.cjs", "--list"]).current_dir(home).output().unwrap();
        assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
        let listed = String::from_utf8(listed.stdout).unwrap();
        let mut all: Vec<Self> = listed.lines().map(|line| Self::read(line, "node", false)).collect();
        all.extend(
            QUIRKS.lines().filter(|line| !line.starts_with('#')).map(|line| Self::read(line, "quirk", true)),
        );
        let quirks = wms_sim::serve::quirk::QUIRKS.iter().map(|info| info.name);
        for quirk in quirks.filter(|name| !NO_BUGS.contains(name)) {
            let name = format!("quirk {quirk}");
            assert!(all.iter().any(|broken| broken.name == name), "quirks.txt has no {quirk}");
        }
        all
    }

    /// A line: name, the cases, the names, flags, `chance`, with tabs between.
    fn read(line: &str, prefix: &str, quirk: bool) -> Self {
        let mut parts = line.split('\t');
        let mut part = || parts.next().unwrap_or_default();
        let spelled = part();
        let list = |text: &str| -> Vec<String> {
            text.split(',').filter(|word| !word.is_empty()).map(str::to_owned).collect()
        };
        let (meant, named, flags, chance) = (list(part()), list(part()), part(), part());
        let name = spelled.split('=').next().unwrap_or(spelled);
        Self {
            name: format!("{prefix} {name}"),
            what: if quirk { What::Quirk(spelled.to_owned()) } else { What::Mutant },
            meant,
            named,
            flags: flags.split_whitespace().map(str::to_owned).collect(),
            by_chance: chance == "chance",
        }
    }

    /// It neither waits nor hangs, and does the same each time.
    pub fn is_quick(&self) -> bool {
        self.flags.is_empty() && !self.by_chance
    }

    /// Runs the suite against it.
    pub fn check(&self) -> Row {
        let (url, probe, _held): (String, String, Box<dyn std::any::Any>) = match &self.what {
            What::Mutant => {
                let name = self.name.split_once(' ').unwrap().1;
                let mut receiver = Setup::new(Kind::Mutant, SECRET).mutant(name).start();
                // Some end by their bug.
                receiver.may_die();
                let probe = format!("http://127.0.0.1:{}/sessions/{{sessionId}}", receiver.port());
                (receiver.url(), probe, Box::new(receiver))
            }
            What::Quirk(quirk) => {
                let server = Server::start(&["--quirk", quirk]);
                let probe = format!("{}/api/inbox/{{sessionId}}/state?ended=true", server.url);
                (format!("{}/webhook", server.url), probe, Box::new(server))
            }
        };
        let mut args = vec![
            "check", "--strict", "--to", &url, "--secret", SECRET, "--output", "ndjson", "--probe", &probe,
        ];
        args.extend(["--probe-within", "500ms", "--wait-for-target", "300ms", "--budget", "90s"]);
        if !self.flags.iter().any(|flag| flag == "--timeout") {
            args.extend(["--timeout", "2s"]);
        }
        // Its bug is seen by cases only that wait on purpose.
        let waits = self.flags.iter().any(|flag| flag == "WAITS");
        args.extend((!waits).then_some("--fast"));
        args.extend(self.flags.iter().map(String::as_str).filter(|flag| *flag != "WAITS"));
        let output = sim(args).run();
        let lines = output.json_lines();
        let failed = lines.iter().filter(|line| line["type"] == "case" && line["verdict"] == "fail");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        // What chance has a part in is not the same each time.
        let kept = |id: &str| {
            let meant = |pattern: &String| {
                pattern.strip_suffix('*').map_or(pattern == id, |begin| id.starts_with(begin))
            };
            !self.by_chance || self.meant.iter().any(meant)
        };
        let diagnoses = lines.iter().filter_map(|line| line["diagnosis"].as_array()).flatten();
        Row {
            name: self.name.clone(),
            exit: output.code().unwrap(),
            by_chance: self.by_chance,
            failed: failed.map(|line| text(&line["id"])).filter(|id| kept(id)).collect(),
            diagnoses: diagnoses.map(|diagnosis| text(&diagnosis["name"])).collect(),
        }
    }
}

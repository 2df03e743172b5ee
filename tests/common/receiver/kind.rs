//! Which receivers there are, and the command that starts each.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

/// Which program receives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Node's own `http`, verifying with the WMS page's own lines. Right for ASCII bodies only, as the page is, and it
    /// takes any JSON. It can fail by plan.
    NodeHttp,
    /// Node's own `http`, as it should be. It can do what a right receiver may do; `tests/receivers/README.md` has the list.
    Node,
    /// Express 5 with `express.raw`.
    Express,
    /// Fastify 5 with a content type parser of its own.
    Fastify,
    /// A route handler of a Next.js app, built before.
    Next,
    /// Flask, served by waitress.
    Flask,
    /// `FastAPI`, served by uvicorn.
    FastApi,
    /// Rack, served by Puma.
    Rack,
    /// PHP's built-in server, with workers.
    Php,
    /// The HTTP server of the JDK.
    Java,
    /// axum.
    Axum,
    /// `Node` with one bug; [`super::Setup::mutant`] says which.
    Mutant,
}

/// Where Debian puts what the Java receiver reads JSON with.
const JARS: [&str; 3] = [
    "/usr/share/java/jackson-core.jar",
    "/usr/share/java/jackson-databind.jar",
    "/usr/share/java/jackson-annotations.jar",
];

impl Kind {
    /// Those that need no build and are there in a moment.
    pub const QUICK: [Self; 3] = [Self::NodeHttp, Self::Express, Self::Flask];

    /// Those that are right, to whatever a sender may send.
    pub const CORRECT: [Self; 10] = [
        Self::Node,
        Self::Express,
        Self::Fastify,
        Self::Next,
        Self::Flask,
        Self::FastApi,
        Self::Rack,
        Self::Php,
        Self::Java,
        Self::Axum,
    ];

    /// What it answers to an event that it takes.
    pub fn takes_with(self) -> u16 {
        match self {
            Self::Fastify | Self::Php => 200,
            Self::Next | Self::FastApi => 202,
            _ => 204,
        }
    }

    /// The command that starts it, or what is missing.
    pub(super) fn command(self, home: &Path) -> Result<Command, String> {
        let python = home.join(".venv/bin/python");
        let package = |name: &str| home.join("node_modules").join(name).join("package.json");
        let (program, args, needs): (PathBuf, Vec<OsString>, Vec<PathBuf>) = match self {
            Self::NodeHttp => ("node".into(), vec!["node-http.cjs".into()], vec![]),
            Self::Node => ("node".into(), vec!["node.cjs".into()], vec![]),
            Self::Mutant => ("node".into(), vec!["mutants.cjs".into()], vec![]),
            Self::Express => ("node".into(), vec!["express.mjs".into()], vec![package("express")]),
            Self::Fastify => ("node".into(), vec!["fastify.mjs".into()], vec![package("fastify")]),
            Self::Next => (
                "node".into(),
                vec!["next/server.mjs".into()],
                vec![package("next"), home.join("next/.next/BUILD_ID")],
            ),
            Self::Flask => (python.clone(), vec!["flask_app.py".into()], vec![python]),
            Self::FastApi => (python.clone(), vec!["fastapi_app.py".into()], vec![python]),
            Self::Rack => ("ruby".into(), vec!["rack/server.rb".into()], vec![]),
            Self::Php => ("php".into(), vec!["php/serve.php".into()], vec![]),
            Self::Java => {
                let mut args: Vec<OsString> = vec!["-Dsun.net.httpserver.nodelay=true".into()];
                // These make it start faster.
                args.extend(["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp"].map(OsString::from));
                let classes = java(home)?;
                args.extend([format!("{}:{}", JARS.join(":"), classes.display()).into(), "Receiver".into()]);
                ("java".into(), args, vec![])
            }
            Self::Axum => (axum(), vec![], vec![]),
        };
        if let Some(missing) = needs.into_iter().find(|path| !path.exists()) {
            return Err(format!("{} does not exist", missing.display()));
        }
        let mut command = Command::new(program);
        command.args(args).current_dir(home);
        if self == Self::Next {
            command.env("NODE_ENV", "production").env("NEXT_TELEMETRY_DISABLED", "1");
        }
        if self == Self::Java {
            command.env("LC_ALL", "C.UTF-8"); // else it loses the letters of a secret that is not ASCII
        }
        Ok(command)
    }
}

/// The folder of the compiled Java receiver, compiled once for each test program.
fn java(home: &Path) -> Result<PathBuf, String> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    BUILT.get_or_init(|| build_java(&home.join("java/Receiver.java"))).clone()
}

fn build_java(source: &Path) -> Result<PathBuf, String> {
    if let Some(missing) = JARS.into_iter().find(|path| !Path::new(path).exists()) {
        return Err(format!("{missing} does not exist"));
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("receiver-java");
    let changed = |path: &Path| path.metadata().and_then(|file| file.modified()).ok();
    if changed(&folder.join("Receiver.class")) > changed(source) {
        return Ok(folder);
    }
    let output = Command::new("javac")
        .args(["-cp", &JARS.join(":"), "-d"])
        .arg(&folder)
        .arg(source)
        .output()
        .map_err(|error| format!("javac: {error}"))?;
    assert!(output.status.success(), "javac failed:\n{}", String::from_utf8_lossy(&output.stderr));
    Ok(folder)
}

/// The program of the example, built once for each test program. After a whole `cargo test` this only asks for the path.
fn axum() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(build_axum).clone()
}

fn build_axum() -> PathBuf {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
    // What cargo tells this test about its package would make build scripts of dependencies run again.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(&name);
        }
    }
    cargo.args(["build", "--offline", "--all-features", "--example", "receiver-axum"]);
    let output = cargo.args(["--message-format", "json"]).output().expect("cargo");
    assert!(output.status.success(), "{cargo:?} failed:\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["target"]["name"] == "receiver-axum")
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .expect("the path of the example")
}

//! What ARCHITECTURE.md promises about the source, checked on the source. Every check can fail: the tests at the end
//! run each on a small bad text.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

#[path = "architecture/rules.rs"]
mod rules;
#[path = "architecture/secrets.rs"]
mod secrets;
#[path = "architecture/source.rs"]
mod source;

use std::fmt::{Debug, Display};
use std::marker::PhantomData;
use std::path::Path;

use source::SourceFile;

/// The top-level modules. Each imports from the rows below its own only.
const ORDER: &[&[&str]] = &[
    &["cli", "simulator"],
    &["conformance", "serve"],
    &["delivery"],
    &["transport"],
    &["scenario"],
    &["report"],
    &["outcome"],
    &["protocol"],
    &["clock", "seed"],
];

/// Modules that import less than the rows below them, and why.
const NARROWER: &[(&str, &[&str], &str)] = &[
    ("report", &["outcome", "protocol", "clock"], "a report is made from what was done, and knows no runner"),
    ("transport", &["outcome", "protocol", "clock"], "a transport carries bytes, and knows no scenario"),
    ("scenario", &["protocol", "clock", "seed"], "a plan does not depend on what came of it"),
    ("outcome", &["protocol", "clock"], "what was done is told without drawing anything"),
];

/// Words of the outside world: sockets, files, processes, threads.
const EDGE_WORDS: &[&str] = &[
    "axum",
    "hyper",
    "hyper_util",
    "reqwest",
    "rusqlite",
    "rustls",
    "rustls_native_certs",
    "tokio",
    "tokio_rustls",
    "std::env",
    "std::fs",
    "std::net",
    "std::process",
    "std::thread",
];

/// A place that touches the outside world.
struct Edge {
    /// A folder or file; the longest that fits counts.
    under: &'static str,
    /// The words that it may use.
    may: &'static [&'static str],
    why: &'static str,
}

/// What has no row here is pure: it takes time and bytes as arguments and gives values back.
const EDGES: &[Edge] = &[
    Edge { under: "main.rs", may: &["std::process"], why: "it hands over the exit code" },
    Edge { under: "clock.rs", may: &["tokio"], why: "it follows tokio's clock, which tests can pause" },
    Edge {
        under: "cli/",
        may: &["tokio", "std::env", "std::fs", "std::process", "std::thread"],
        why: "it reads files and arguments, and starts the runtime",
    },
    Edge { under: "cli/args/", may: &[], why: "what was typed is only read" },
    Edge {
        under: "serve/",
        may: &["axum", "tokio", "std::net"],
        why: "it listens; files and processes are the command line's",
    },
    Edge {
        under: "serve/listener/",
        may: &["axum", "hyper", "hyper_util", "tokio", "std::net"],
        why: "it owns the connections that come in",
    },
    Edge {
        under: "simulator/play.rs",
        may: &["tokio", "std::thread"],
        why: "it runs the engine for a Rust test",
    },
    Edge { under: "simulator/listening.rs", may: &["tokio"], why: "it starts the server for a Rust test" },
    Edge {
        under: "serve/archive/",
        may: &[],
        why: "rows are values; open.rs, place.rs, store.rs and writer.rs do the rest",
    },
    Edge {
        under: "serve/archive/error.rs",
        may: &["rusqlite"],
        why: "it names what the database says is wrong",
    },
    Edge { under: "serve/archive/open.rs", may: &["rusqlite", "std::fs"], why: "it opens the file" },
    Edge {
        under: "serve/archive/place.rs",
        may: &["std::fs"],
        why: "it looks which file is there, and removes what is ours",
    },
    Edge { under: "serve/archive/store.rs", may: &["rusqlite"], why: "it reads and writes the file" },
    Edge {
        under: "serve/archive/writer.rs",
        may: &["tokio", "std::thread"],
        why: "it writes on a thread of its own, for a disk lets others wait",
    },
    Edge { under: "serve/inbox/", may: &[], why: "it judges bytes, wherever they came from" },
    Edge { under: "serve/traffic/", may: &[], why: "it takes lines that somebody has read" },
    Edge { under: "serve/audit/", may: &[], why: "it compares what was recorded with the dialect" },
    Edge { under: "serve/learn/", may: &[], why: "it counts what was recorded" },
    Edge { under: "serve/callback.rs", may: &[], why: "it is text" },
    Edge { under: "serve/callin/", may: &[], why: "it is text, and the page as it was built in" },
    Edge { under: "serve/choice.rs", may: &[], why: "it is a name" },
    Edge {
        under: "serve/configs/",
        may: &[],
        why: "it reads text; files and variables are the command line's",
    },
    Edge { under: "serve/deepaffex/", may: &[], why: "it answers values with values" },
    Edge { under: "serve/quirk/", may: &[], why: "it decides what is answered; waiting is the server's" },
    Edge { under: "serve/results.rs", may: &[], why: "it is drawn from the seed" },
    Edge { under: "delivery/engine.rs", may: &["tokio"], why: "it owns the timer" },
    Edge { under: "delivery/lanes.rs", may: &["tokio"], why: "it owns a task for each connection" },
    Edge { under: "conformance/run/", may: &["tokio"], why: "it sends what the cases made, and waits" },
    Edge {
        under: "delivery/announce.rs",
        may: &["tokio"],
        why: "it tells the receiver of a session before it begins",
    },
    Edge {
        under: "delivery/call.rs",
        may: &["reqwest"],
        why: "it calls the user's URLs beside the deliveries",
    },
    Edge {
        under: "delivery/probe/mod.rs",
        may: &["tokio"],
        why: "it asks after sessions that have ended, again and again",
    },
    Edge { under: "delivery/command.rs", may: &["tokio", "std::process"], why: "it runs the user's command" },
    Edge {
        under: "transport/",
        may: &[
            "hyper",
            "hyper_util",
            "reqwest",
            "rustls",
            "rustls_native_certs",
            "tokio",
            "tokio_rustls",
            "std::net",
        ],
        why: "it owns the sockets",
    },
    Edge {
        under: "transport/wire/raw.rs",
        may: &["tokio"],
        why: "it owns the pauses of a request; the socket is the carrier's",
    },
    Edge {
        under: "transport/wire/line.rs",
        may: &["tokio"],
        why: "it polls a connection that others have opened",
    },
    Edge {
        under: "transport/tls/handshake.rs",
        may: &["rustls", "tokio", "tokio_rustls"],
        why: "it opens a connection, and closes it when TLS has been agreed on",
    },
    Edge { under: "transport/headers.rs", may: &[], why: "it is text" },
    Edge { under: "transport/options.rs", may: &[], why: "it is settings" },
];

const LONGEST_FILE: usize = 500;

/// Put together, so that this file does not hold them.
const BANNED_TEXTS: &[&str] = &[concat!("/ro", "ot/"), concat!("/wo", "rk/"), concat!("/Us", "ers/")];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn hold(rule: fn(&SourceFile) -> Vec<String>) {
    tell(&source::read(root()).iter().flat_map(rule).collect::<Vec<_>>());
}

fn tell(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

#[test]
fn modules_import_from_those_below_them() {
    hold(rules::imports);
}

#[test]
fn only_edges_touch_the_outside_world() {
    hold(rules::edges);
}

#[test]
fn clocks_randomness_and_printing_have_one_place_each() {
    hold(rules::sources_of_surprise);
}

#[test]
fn types_that_hold_secrets_do_not_show_them() {
    hold(secrets::check);
}

#[test]
fn only_verify_makes_a_verified() {
    hold(rules::verified);
}

#[test]
fn nothing_global_changes() {
    hold(rules::globals);
}

#[test]
fn nothing_panics_on_purpose() {
    hold(rules::panics);
}

#[test]
fn lints_are_expected_with_a_reason() {
    hold(rules::lints);
}

#[test]
fn files_are_short() {
    hold(rules::length);
}

#[test]
fn no_file_names_a_machine() {
    let mut problems = Vec::new();
    for folder in ["src", "tests", "docs", "benches", "scenarios", "scripts", "examples", "deploy"] {
        let folder = root().join(folder);
        let paths = if folder.exists() { source::walk(&folder) } else { Vec::new() };
        for path in paths {
            let below = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
            // What a package manager put there is not ours.
            if !below.contains("node_modules") && !below.contains(".venv") {
                problems
                    .extend(rules::texts(&below, &String::from_utf8_lossy(&std::fs::read(&path).unwrap())));
            }
        }
    }
    for name in ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "Cargo.toml"] {
        let text = std::fs::read_to_string(root().join(name)).unwrap_or_default();
        problems.extend(rules::texts(name, &text));
    }
    tell(&problems);
}

#[test]
fn tables_name_only_what_is_there() {
    let src = root().join("src");
    let there = |path: &str| src.join(path).exists();
    let mut problems = Vec::new();
    for module in ORDER.concat() {
        if !there(module) && !there(&format!("{module}.rs")) {
            problems
                .push(format!("tests/architecture.rs: ORDER names '{module}', which is gone; take it out"));
        }
    }
    let gone = EDGES.iter().map(|edge| edge.under).chain(secrets::SECRET_TYPES.iter().map(|row| row.0));
    for path in gone.filter(|path| !there(path)) {
        problems.push(format!("tests/architecture.rs: a table names src/{path}, which is gone; take it out"));
    }
    tell(&problems);
}

/// What ARCHITECTURE.md does not name in backticks.
fn unnamed(page: &str, folders: &[String], crates: &[String]) -> Vec<String> {
    let folders = folders.iter().filter(|folder| !page.contains(&format!("`{folder}`")));
    let folders = folders.map(|folder| {
        format!("ARCHITECTURE.md: no line about `{folder}`; say in 'Where things are' what it does")
    });
    let crates = crates.iter().filter(|name| !page.contains(&format!("`{name}`")));
    let crates = crates.map(|name| {
        format!("ARCHITECTURE.md: no word about the crate `{name}`; say what for, and why this one")
    });
    folders.chain(crates).collect()
}

/// The names beneath `[dependencies]` and `[dev-dependencies]`.
fn dependencies(manifest: &str) -> Vec<String> {
    let mut inside = false;
    let mut names = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = matches!(line, "[dependencies]" | "[dev-dependencies]");
        } else if let Some((name, _)) = line.split_once(" = ")
            && inside
        {
            names.push(name.to_owned());
        }
    }
    names
}

#[test]
fn every_folder_and_crate_is_explained() {
    let read = |name: &str| std::fs::read_to_string(root().join(name)).unwrap();
    let mut folders = std::collections::BTreeSet::new();
    for path in source::walk(&root().join("src")) {
        let folder =
            path.parent().unwrap().strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
        // Tests go without saying.
        if folder != "src" && !folder.ends_with("/tests") && !path.ends_with("tests.rs") {
            folders.insert(format!("{folder}/"));
        }
    }
    let folders: Vec<String> = folders.into_iter().collect();
    let crates = dependencies(&read("Cargo.toml"));
    assert!(folders.len() > 10 && crates.len() > 20, "{folders:?} {crates:?}");
    tell(&unnamed(&read("ARCHITECTURE.md"), &folders, &crates));
}

// --- at run time -------------------------------------------------------------------------------------------------

const MARK: &str = "s3cret-m4rk";

#[test]
fn nothing_secret_is_shown_at_run_time() {
    use wms_sim::protocol::dialect::MacInput;
    use wms_sim::protocol::mac::{Secret, Signer};
    use wms_sim::transport::headers::Header;
    use wms_sim::transport::options::{ProxyUrl, TransportOptions};
    use wms_sim::transport::target::Target;
    use wms_sim::transport::tls::ClientIdentity;

    let secret = Secret::new(MARK);
    let target = Target::parse(&format!("https://user:{MARK}@example.com/?key={MARK}")).unwrap();
    let header = Header::new("Authorization", MARK).unwrap();
    let proxy = ProxyUrl::parse(&format!("http://user:{MARK}@proxy.example:3128")).unwrap();
    let identity = ClientIdentity {
        certificates: MARK.as_bytes().to_vec(),
        key: zeroize::Zeroizing::new(MARK.as_bytes().to_vec()),
    };
    let mut options = TransportOptions::new(target.clone());
    options.headers.push(header.clone());
    options.proxy = Some(proxy.clone());
    options.tls.client = Some(identity.clone());

    let signer = Signer::new(&secret, MacInput::Bytes);
    let debugs: &[&dyn Debug] =
        &[&secret, &signer, &target, &header, &proxy, &identity, &options.tls, &options];
    let displays: &[&dyn Display] = &[&target, &header, &proxy];
    let shown = debugs.iter().map(|value| format!("{value:?} {value:#?}"));
    for text in shown.chain(displays.iter().map(|value| format!("{value} {value:#}"))) {
        assert!(!shows(&text), "{text}");
    }
}

/// True where the mark stands in the text, as it is or as a list of bytes.
fn shows(text: &str) -> bool {
    let bytes = format!("{:?}", MARK.as_bytes());
    let lines = format!("{:#?}", MARK.as_bytes()).replace([' ', '\n'], "");
    let flat = text.replace([' ', '\n'], "");
    text.contains(MARK) || text.contains(&bytes) || flat.contains(lines.trim_matches(['[', ']']))
}

/// Asks at compile time whether a type has a trait: where it has, the inherent constant comes before the trait's.
struct Has<T>(PhantomData<T>);

trait Not {
    const DISPLAY: bool = false;
    const SERIALIZE: bool = false;
}

impl<T> Not for Has<T> {}

impl<T: Display> Has<T> {
    const DISPLAY: bool = true;
}

impl<T: serde::Serialize> Has<T> {
    const SERIALIZE: bool = true;
}

#[test]
fn secrets_cannot_be_displayed_or_serialized() {
    use wms_sim::protocol::mac::{Secret, Signer};
    use wms_sim::transport::headers::Header;
    use wms_sim::transport::options::{ProxyUrl, TransportOptions};
    use wms_sim::transport::target::Target;
    use wms_sim::transport::tls::{ClientIdentity, TlsOptions};

    // The question itself works.
    let string = (Has::<String>::DISPLAY, Has::<String>::SERIALIZE);
    assert_eq!(string, (true, true));
    let displayed = [
        ("Secret", Has::<Secret>::DISPLAY),
        ("Signer", Has::<Signer>::DISPLAY),
        ("ClientIdentity", Has::<ClientIdentity>::DISPLAY),
        ("TlsOptions", Has::<TlsOptions>::DISPLAY),
        ("TransportOptions", Has::<TransportOptions>::DISPLAY),
    ];
    let serialized = [
        ("Secret", Has::<Secret>::SERIALIZE),
        ("Signer", Has::<Signer>::SERIALIZE),
        ("Header", Has::<Header>::SERIALIZE),
        ("Target", Has::<Target>::SERIALIZE),
        ("ProxyUrl", Has::<ProxyUrl>::SERIALIZE),
        ("ClientIdentity", Has::<ClientIdentity>::SERIALIZE),
        ("TlsOptions", Has::<TlsOptions>::SERIALIZE),
        ("TransportOptions", Has::<TransportOptions>::SERIALIZE),
    ];
    for (name, has) in displayed {
        assert!(!has, "{name} has a Display: it would be printed; leave it out");
    }
    for (name, has) in serialized {
        assert!(!has, "{name} has a Serialize: it would stand in a file; leave it out");
    }
}

// --- every check can fail ----------------------------------------------------------------------------------------

/// What a rule says about a text that pretends to be `src/<path>`.
fn found(rule: fn(&SourceFile) -> Vec<String>, path: &str, text: &str) -> Vec<String> {
    rule(&SourceFile::new(path, text))
}

#[track_caller]
fn refused(rule: fn(&SourceFile) -> Vec<String>, path: &str, text: &str, says: &str) {
    let found = found(rule, path, text);
    assert_eq!(found.len(), 1, "{path}: {text}\n{found:#?}");
    assert!(found[0].contains(says) && found[0].contains(&format!("src/{path}")), "{}", found[0]);
}

#[track_caller]
fn taken(rule: fn(&SourceFile) -> Vec<String>, path: &str, text: &str) {
    assert_eq!(found(rule, path, text), [] as [String; 0], "{path}: {text}");
}

#[test]
fn imports_are_found_however_they_are_written() {
    let rule = rules::imports;
    for text in [
        "\nuse crate::cli::Cli;",
        "\nuse crate::{clock, cli::{self, Cli as Other}};",
        "\nuse super::super::cli;",
        "\nuse super::super::{cli::*};",
        "\nmod inner { use super::super::super::cli::X; }",
        "\nfn f() { crate::cli::main(); }",
        "\nfn f(x: crate::cli::Cli) {}",
        "\nfn f() { println!(\"{}\", crate::cli::NAME); }",
        "\nmacro_rules! m { () => { crate::cli::NAME } }",
        "\nuse wms_sim::cli::Cli;",
    ] {
        let found = found(rule, "scenario/plan.rs", text);
        assert!(
            !found.is_empty() && found[0].contains("src/scenario/plan.rs:2: scenario imports cli"),
            "{text}"
        );
    }
    refused(rule, "report/line.rs", "use crate::scenario::plan::Plan;", "knows no runner");
    refused(rule, "seed.rs", "use crate::clock::Moment;", "it may import nothing");
    refused(rule, "main.rs", "fn main() { wms_sim::serve::x() }", "main imports serve");
    refused(rule, "thing/mod.rs", "", "the top-level module 'thing' has no row");

    taken(
        rule,
        "scenario/plan.rs",
        "use crate::protocol::code::Code; use super::file; use crate::scenario::x;",
    );
    taken(rule, "scenario/plan.rs", "#[cfg(test)] mod tests { use crate::cli::Cli; }");
    taken(rule, "scenario/file/mod.rs", "use super::gap; mod inner { use super::super::gap; }");
    taken(rule, "scenario/plan.rs", "/// See [`crate::cli`].\npub(in crate::scenario) struct X;");
    taken(
        rule,
        "cli/mod.rs",
        "use crate::{serve, delivery, transport, scenario, report, outcome, protocol};",
    );
}

#[test]
fn words_of_the_outside_world_are_found() {
    let rule = rules::edges;
    refused(rule, "protocol/code.rs", "use std::fs;", "std::fs does not belong here");
    refused(rule, "protocol/code.rs", "use std::{fmt, net::{IpAddr}};", "std::net");
    refused(rule, "delivery/fleet.rs", "fn f() { tokio::spawn(async {}); }", "tokio");
    refused(rule, "delivery/engine.rs", "use reqwest::Client;", "it owns the timer");
    refused(rule, "serve/inbox/mod.rs", "use axum::Router;", "it judges bytes");
    refused(rule, "scenario/library.rs", "fn f() { g!(std::env::var(\"X\")) }", "std::env");
    refused(rule, "outcome/run.rs", "use std::process as p;", "std::process");
    refused(rule, "outcome/run.rs", "use std as s; fn f() { s::fs::read(\"x\"); }", "std::fs");
    assert_eq!(found(rule, "outcome/run.rs", "use std::*;").len(), 1);
    taken(rule, "transport/wire/mod.rs", "use tokio::net::TcpStream; use std::net::SocketAddr;");
    taken(rule, "protocol/code.rs", "#[cfg(test)] mod tests { use std::fs; }");
    taken(
        rule,
        "protocol/code.rs",
        "//! Not `std::fs`.\nuse std::fmt; const X: &str = env!(\"CARGO_PKG_VERSION\");",
    );
}

#[test]
fn clocks_randomness_and_printing_are_found() {
    let rule = rules::sources_of_surprise;
    refused(rule, "delivery/fleet.rs", "fn f() { std::time::Instant::now(); }", "reads a clock");
    refused(
        rule,
        "delivery/fleet.rs",
        "use std::time as t; fn f() { t::SystemTime::now(); }",
        "reads a clock",
    );
    refused(rule, "delivery/fleet.rs", "fn f(x: X) { x.elapsed(); }", "reads a clock");
    refused(rule, "delivery/fleet.rs", "fn f() { g(Instant::now); }", "reads a clock");
    refused(rule, "delivery/fleet.rs", "fn f() { rand::random::<u8>(); }", "is random");
    refused(rule, "delivery/fleet.rs", "use uuid::Uuid; fn f() { Uuid::new_v4(); }", "is random");
    refused(rule, "delivery/fleet.rs", "use std::hash::RandomState;", "is random");
    refused(rule, "cli/run/send.rs", "fn f() { eprintln!(\"x\"); }", "prints");
    refused(rule, "cli/run/send.rs", "fn f() { x! { std::println!(\"x\") } }", "prints");
    refused(rule, "cli/run/send.rs", "use std::io::{self, Write}; fn f() { io::stdout(); }", "prints");
    refused(rule, "report/line.rs", "use anstream::AutoStream;", "prints");
    taken(rule, "clock.rs", "fn f() { Instant::now(); SystemTime::now(); }");
    taken(rule, "seed.rs", "fn f() { rand::random::<u8>(); }");
    taken(rule, "cli/printer/mod.rs", "fn f() { std::io::stdout(); eprintln!(\"x\"); }");
    taken(rule, "delivery/fleet.rs", "fn f(clock: RunClock) { clock.now(); }");
    taken(rule, "delivery/fleet.rs", "#[test] fn f() { println!(\"x\"); }");
}

#[test]
fn types_that_would_show_a_secret_are_found() {
    let rule = secrets::check;
    refused(rule, "cli/x.rs", "#[derive(Debug)] struct X { secret: Option<String> }", "field 'secret'");
    refused(
        rule,
        "cli/x.rs",
        "#[derive(Clone, serde::Serialize)] struct X { password: String }",
        "Serialize",
    );
    refused(rule, "cli/x.rs", "#[derive(Debug)] struct X(Zeroizing<Vec<u8>>);", "a Zeroizing");
    refused(
        rule,
        "cli/x.rs",
        "#[derive(Debug)] enum X { A { authorization: Option<String> } }",
        "X::A derives",
    );
    refused(rule, "cli/x.rs", "#[derive(Debug)] struct X { fields: http::HeaderMap }", "a HeaderMap");
    taken(rule, "cli/x.rs", "struct X { secret: String }");
    taken(rule, "cli/x.rs", "#[derive(Debug)] struct X { secret: Option<Secret>, headers: Vec<Header> }");

    let headers = "transport/headers.rs";
    refused(rule, headers, "#[derive(Debug)] struct Header; impl fmt::Debug for Header {}", "derives Debug");
    refused(rule, headers, "struct Header;", "has no Debug of its own");
    refused(rule, headers, "", "is gone");
    refused(
        rule,
        headers,
        "struct Header; impl Debug for Header {} impl Serialize for Header {}",
        "has Serialize",
    );
    let mac = "struct Signer; impl Debug for Signer {} struct Secret; impl Debug for Secret {}";
    taken(rule, "protocol/mac.rs", mac);
    refused(rule, "protocol/mac.rs", &format!("{mac} impl fmt::Display for Secret {{}}"), "has Display");
}

#[test]
fn a_verified_from_elsewhere_is_found() {
    let rule = rules::verified;
    refused(rule, "serve/inbox/mod.rs", "fn f() { Verified(()) }", "only mac::verify");
    refused(rule, "serve/inbox/mod.rs", "fn f() { mac::Verified { } }", "only mac::verify");
    let sealed = "#[derive(Clone)] pub struct Verified(());";
    taken(rule, "protocol/mac.rs", &format!("{sealed} fn verify() {{ x.map(|()| Verified(())) }}"));
    refused(rule, "protocol/mac.rs", &format!("{sealed} fn other() {{ Verified(()) }}"), "only mac::verify");
    refused(rule, "protocol/mac.rs", "pub struct Verified(pub ());", "made by anyone");
    refused(rule, "protocol/mac.rs", "#[derive(Default)] pub struct Verified(());", "made by anyone");
}

#[test]
fn globals_are_found() {
    let rule = rules::globals;
    refused(rule, "seed.rs", "static X: OnceLock<u8> = OnceLock::new();", "X is global and changes");
    refused(rule, "seed.rs", "fn f() { static mut X: u8 = 1; }", "X is global and changes");
    refused(rule, "seed.rs", "static X: [std::sync::atomic::AtomicU8; 2] = [A, B];", "X is global");
    refused(rule, "seed.rs", "std::thread_local! { static X: u8 = 1 }", "thread_local! is global");
    taken(rule, "seed.rs", "static X: &str = \"x\"; const Y: u8 = 1;");
    taken(rule, "cli/printer/mod.rs", "static X: OnceLock<u8> = OnceLock::new();");
}

#[test]
fn panics_lints_length_and_texts_are_found() {
    refused(rules::panics, "seed.rs", "fn f() { x().unwrap(); }", "unwrap ends the program");
    refused(rules::panics, "seed.rs", "fn f() { g!(x.expect(\"y\")); }", "expect ends the program");
    refused(rules::panics, "seed.rs", "fn f() { todo!() }", "todo ends the program");
    taken(rules::panics, "seed.rs", "#[cfg(test)] mod tests { fn f() { x().unwrap(); } }");
    let explained = "#[expect(clippy::unwrap_used, reason = \"x\")] fn f() { x().unwrap(); }";
    taken(rules::panics, "seed.rs", explained);
    taken(rules::panics, "seed.rs", "fn f() { x().unwrap_or_default(); }");

    refused(rules::lints, "seed.rs", "#![allow(dead_code)]", "#[allow] hides a lint");
    refused(rules::lints, "seed.rs", "fn f() { #[allow(dead_code, reason = \"x\")] let x = 1; }", "#[allow]");
    refused(rules::lints, "seed.rs", "#[expect(dead_code)] fn f() {}", "without a reason");
    taken(rules::lints, "seed.rs", "#[expect(dead_code, reason = \"x\")] fn f() {}");

    refused(rules::length, "seed.rs", &"\n".repeat(LONGEST_FILE + 1), "longer than 500 lines");
    taken(rules::length, "seed.rs", &"\n".repeat(LONGEST_FILE));

    for banned in BANNED_TEXTS {
        let found = rules::texts("docs/x.md", &format!("a\nb {banned}c"));
        assert!(found.len() == 1 && found[0].starts_with("docs/x.md:2: "), "{found:?}");
    }
}

#[test]
fn what_is_not_explained_is_found() {
    let page = "| `src/cli/` | x |\n| `serde` | y |";
    let (folders, crates) =
        (["src/cli/".to_owned()], dependencies("[dependencies]\nserde = \"1\"\n[features]\nx = []"));
    assert_eq!(unnamed(page, &folders, &crates), [] as [String; 0]);
    assert_eq!(unnamed("", &folders, &crates).len(), 2);
}

#[test]
fn a_shown_secret_is_found() {
    assert!(shows(&format!("{:?}", MARK.as_bytes())) && shows(&format!("{:#?}", MARK.as_bytes())));
    assert!(shows(&format!("X({MARK})")) && !shows("X(..)"));
    let leaks = Some(MARK);
    assert!(shows(&format!("{leaks:?}")) && shows(&format!("{leaks:#?}")));
}

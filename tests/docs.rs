//! Pages that follow from the source are what the source says. `UPDATE_DOCS=1 cargo test --test docs` writes them anew.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use wms_sim::conformance::case::Case;
use wms_sim::conformance::cases::{self, SECTIONS};
use wms_sim::outcome::exchange::{FailureCode, Side};
use wms_sim::protocol::contract;
use wms_sim::protocol::dialect::{Dialect, KEYS};
use wms_sim::scenario::file::schema;
use wms_sim::serve::quirk::{Area, QUIRKS};

/// Compares a page with what it should be, or writes it.
#[track_caller]
fn page(name: &str, text: &str, other_way: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    if std::env::var_os("UPDATE_DOCS").is_some_and(|value| value == "1") {
        fs::write(&path, text).unwrap();
        return;
    }
    let there = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    let line = there.lines().zip(text.lines()).take_while(|(a, b)| a == b).count() + 1;
    assert!(
        there == text,
        "docs/{name}:{line} is not what the source says. Write it anew: UPDATE_DOCS=1 cargo test --test docs{other_way}"
    );
}

fn pretty(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap() + "\n"
}

#[test]
fn schema_of_scenarios() {
    let way = ", or wms-sim scenarios schema > docs/scenario.schema.json";
    page("scenario.schema.json", &pretty(&schema::scenario()), way);
}

#[test]
fn schema_of_mixes() {
    let way = ", or wms-sim scenarios schema --mix > docs/mix.schema.json";
    page("mix.schema.json", &pretty(&schema::mix()), way);
}

#[test]
fn schema_of_events() {
    let way = ", or wms-sim events --schema > docs/events.schema.json";
    page("events.schema.json", &pretty(&contract::event_schema(&Dialect::current())), way);
}

#[test]
fn openapi() {
    let way = ", or wms-sim events --openapi > docs/openapi.json";
    page("openapi.json", &pretty(&contract::openapi(&Dialect::current())), way);
}

#[cfg(feature = "cli")]
#[test]
fn schema_of_check_reports() {
    page("check-report.schema.json", &pretty(&wms_sim::report::check::json::schema()), "");
}

/// A text as it can stand in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "\\<")
}

#[test]
fn dialect() {
    let (current, older) = (Dialect::current(), Dialect::older());
    let mut text = String::from(
        "# The dialect\n\n\
         The documentation of WMS leaves some choices open. Each is a key here, and nowhere else in the program is one\n\
         guessed. `documented` means that the service's own pages say so; `inferred` that it follows from what they say;\n\
         `unknown` that nobody outside knows, and the default is a choice.\n\n\
         Set one with `--set KEY=VALUE`, several with `--dialect FILE` (`wms-sim dialect --toml > FILE` writes one), or in a\n\
         scenario beneath `dialect:`. `--dialect older` is the older page. What is typed on the command line wins over\n\
         what a scenario says.\n\n\
         | key | default | takes | evidence | meaning |\n|---|---|---|---|---|\n",
    );
    for key in KEYS {
        let (value, before) = (key.show(&current), key.show(&older));
        let value = if value == before {
            format!("`{value}`")
        } else {
            format!("`{value}`; in the older dialect `{before}`")
        };
        let takes = if key.values.is_empty() {
            cell(key.takes)
        } else {
            key.values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ")
        };
        writeln!(text, "| `{}` | {value} | {takes} | {} | {} |", key.name, key.evidence, cell(key.meaning))
            .unwrap();
    }
    text.push_str("\nThis page is made from the source: `UPDATE_DOCS=1 cargo test --test docs`.\n");
    page("dialect.md", &text, "");
}

#[test]
fn failures() {
    let mut text = String::from(
        "# Failures\n\n\
         A request either gets a reply, with whatever status, or one of these failures. The names are stable: journals and\n\
         reports write them, and scripts can rely on them.\n",
    );
    for (side, title, words) in [
        (Side::Receiver, "The receiver's side", "Its process, its HTTP or its certificate."),
        (Side::Network, "Between the two", "Names, routes, proxies. Nobody can say from here whose it is."),
        (Side::Sender, "This machine", "Never held against the receiver."),
    ] {
        write!(text, "\n## {title}\n\n{words}\n\n| code | meaning | what to do |\n|---|---|---|\n").unwrap();
        for code in FailureCode::ALL.iter().filter(|code| code.side() == side) {
            writeln!(text, "| `{code}` | {} | {} |", cell(code.meaning()), cell(code.advice())).unwrap();
        }
    }
    text.push_str("\nThis page is made from the source: `UPDATE_DOCS=1 cargo test --test docs`.\n");
    page("failures.md", &text, "");
}

#[test]
fn quirks() {
    let mut text = String::from(
        "# Quirks\n\n\
         `wms-sim serve --quirk NAME` lets the inbox misbehave on purpose, each time as real receivers do that have a bug: for\n\
         trying out a sender of your own, and a test of receivers. It can be given several times.\n\n\
         Only the answer is another one, and what `GET /api/inbox/{id}/state` says that an app would remember. The inspector\n\
         and the rest of the API go on showing the true verdict and findings; what a quirk did to a request stands there as a\n\
         finding `quirk`, a note: `accepts-any-mac answered 204 instead of 401`.\n\n\
         A request goes through the steps of the usual handler: its size and type, parsing, the MAC, the shape of the event,\n\
         what came before. The first step that refuses it answers. Requests that wait are held, 256 at the most; one beyond\n\
         them gets a 503. What was sent before is forgotten when the sessions are forgotten, or the server is started anew.\n\
         There are no quirks beside `--forward`: what is forwarded is answered by its target.\n",
    );
    for (area, title) in [
        (Area::Mac, "The MAC"),
        (Area::Reading, "Reading a request"),
        (Area::Order, "Order, and what came before"),
        (Area::Answer, "The answer"),
        (Area::Memory, "What is remembered"),
    ] {
        write!(text, "\n## {title}\n\n| quirk | the inbox | the bug that it imitates |\n|---|---|---|\n")
            .unwrap();
        for info in QUIRKS.iter().filter(|info| info.area == area) {
            let takes = match info.parameter {
                "" => String::new(),
                parameter => format!(" (takes {parameter}: `{}`)", info.quirk()),
            };
            writeln!(text, "| `{}` | {}{takes} | {} |", info.name, cell(info.does), cell(info.bug)).unwrap();
        }
    }
    text.push_str("\n## What cannot be combined\n\nOf each of these only one can be on:\n\n");
    let mut choices = Vec::new();
    for choice in QUIRKS.iter().filter_map(|info| info.choice) {
        if !choices.contains(&choice) {
            choices.push(choice);
        }
    }
    for choice in choices {
        let names = QUIRKS.iter().filter(|info| info.choice == Some(choice));
        let names: Vec<String> = names.map(|info| format!("`{}`", info.name)).collect();
        writeln!(text, "- {}: {}", choice.as_str(), names.join(", ")).unwrap();
    }
    text.push_str("\nThis page is made from the source: `UPDATE_DOCS=1 cargo test --test docs`.\n");
    page("quirks.md", &text, "");
}

#[test]
fn conformance() {
    let all = cases::all();
    let mut text = format!(
        "# What `wms-sim check` requires\n\n\
         {} cases. Each sends a few events and judges the answers; `wms-sim check --explain CASE` says more, and `wms-sim check\n\
         CASE --to URL --secret-file FILE` runs one alone.\n\n\
         - **MUST**: without it, real events are lost or forged ones are taken. A failure ends with exit code 1.\n\
         - **SHOULD**: without it, a later version of WMS or a proxy on the way breaks the receiver. Counts with `--strict`.\n\
         - **INFO**: measured, and never judged.\n\n\
         Nothing is demanded that a correct receiver may do otherwise:\n\n\
         | demanded | for |\n|---|---|\n\
         | a 2xx | what WMS itself sends: its events, whole sessions, any session ID up to 255 characters, events that come twice, out of order, late or after a gap, fifty sessions at once, header names in any spelling, a charset, a body in several segments |\n\
         | a 2xx, as SHOULD | unknown events, keys and severities; a chunked body; JSON that is formatted otherwise |\n\
         | an answer on purpose: a 2xx or a 4xx, and the next good event works | wrong shapes, a null or empty payload, a sequence that begins anew, a session without its beginning, a BOM, numbers beyond 2^53, session IDs over 255 characters, large bodies (which may also be refused by closing the connection), HTTP/1.0, `Expect`, absolute-form |\n\
         | a 4xx | every forged MAC |\n\n\
         So a receiver is right that answers 200, 202 or 204, refuses with 400, 401 or 403, limits sizes with 413 or 422, answers\n\
         `Expect` with 417, closes each connection, takes two seconds, works through its events later, or knows only the sessions\n\
         that `--before-session` announced.\n\n\
         What is shown of sessions (`state`) is compared without IDs, times, durations, ages and texts that are random at each look; what\n\
         is left out is named. Counts, words and lists are always compared.\n",
        all.len()
    );
    for (section, about) in SECTIONS {
        write!(text, "\n## {section}: {about}\n\n| case | | what is required | what is sent | source |\n|---|---|---|---|---|\n").unwrap();
        for case in all.iter().filter(|case| case.section() == *section) {
            let Case { id, level, title, stimulus, source, .. } = case;
            let waits = if case.waits { " (waits; not with `--fast`)" } else { "" };
            let (title, stimulus) = (cell(title), cell(stimulus));
            writeln!(text, "| `{id}` | {level} | {title} | {stimulus}{waits} | {source} |").unwrap();
        }
    }
    text.push_str("\nThis page is made from the source: `UPDATE_DOCS=1 cargo test --test docs`.\n");
    page("conformance.md", &text, "");
}

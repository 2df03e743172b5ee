//! The README's console blocks are run, and its table of scenarios is that of the program.
//!
//! `UPDATE_DOCS=1 cargo test --test readme` writes both anew.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

fn readme() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("README.md")
}

fn run(command: &str) -> String {
    let words: Vec<&str> = command.split_whitespace().skip(1).collect();
    let output = Command::new(env!("CARGO_BIN_EXE_wms-sim"))
        .args(words)
        .current_dir(env!("CARGO_TARGET_TMPDIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Times differ from run to run; everything else is the same.
fn timeless(text: &str) -> String {
    let digit = |c: char| c.is_ascii_digit() || c == '.' || c == ' ';
    text.lines()
        .filter(|line| !line.starts_with("latency"))
        .map(|line| {
            let line = line.strip_suffix("ms").map_or(line, |line| line.trim_end_matches(digit));
            let line = line.split_once(" events in ").map_or(line, |(count, _)| count);
            // The first column of an event's line is the time.
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                [time, rest @ ..] if !line.contains("──") && time.parse::<f64>().is_ok() => {
                    rest.join(" ")
                }
                words => words.join(" "),
            }
        })
        .collect::<Vec<_>>()
        .join("\n")
}

fn table() -> String {
    let scenarios: Value = serde_json::from_str(&run("wms-sim scenarios list --json")).unwrap();
    let mut table = "| scenario | outcome | events | what happens |\n|---|---|---|---|\n".to_owned();
    for row in scenarios.as_array().unwrap() {
        let text = |key: &str| row[key].as_str().unwrap();
        let (min, max) = (&row["events_min"], &row["events_max"]);
        let events = if min == max { min.to_string() } else { format!("{min}-{max}") };
        let _ =
            writeln!(table, "| `{}` | {} | {events} | {} |", text("name"), text("outcome"), text("title"));
    }
    table
}

/// The parts of the README between ```` ```console ```` and its end: where they are, the command, the output.
fn blocks(text: &str) -> Vec<(std::ops::Range<usize>, String, String)> {
    let mut blocks = Vec::new();
    let mut from = 0;
    while let Some(begin) = text[from..].find("```console\n") {
        let begin = from + begin + "```console\n".len();
        let end = begin + text[begin..].find("```").unwrap();
        let (command, output) = text[begin..end].split_once('\n').unwrap();
        blocks.push((begin..end, command.trim_start_matches("$ ").to_owned(), output.to_owned()));
        from = end + 3;
    }
    blocks
}

#[test]
fn commands_print_what_the_readme_shows() {
    let path = readme();
    let mut text = fs::read_to_string(&path).unwrap();
    let update = std::env::var_os("UPDATE_DOCS").is_some();
    let body = path.with_file_name("docs").join("verify/body.json");
    fs::copy(body, PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("body.json")).unwrap();
    let found = blocks(&text);
    assert!(found.len() >= 3);
    for (place, command, shown) in found.into_iter().rev() {
        let printed = run(&command);
        if update {
            text.replace_range(place, &format!("$ {command}\n{printed}"));
        } else {
            assert_eq!(timeless(&printed), timeless(&shown), "{command}\n(UPDATE_DOCS=1 writes it anew)");
        }
    }
    let (begin, end) = ("<!-- scenarios -->\n", "<!-- end -->");
    let from = text.find(begin).unwrap() + begin.len();
    let to = from + text[from..].find(end).unwrap();
    if update {
        text.replace_range(from..to, &format!("\n{}\n", table()));
        fs::write(&path, text).unwrap();
    } else {
        assert_eq!(text[from..to].trim(), table().trim(), "(UPDATE_DOCS=1 writes it anew)");
    }
}

#[test]
fn the_rust_example_is_the_one_that_runs() {
    let text = fs::read_to_string(readme()).unwrap();
    let section = &text[text.find("## In Rust tests").unwrap()..];
    let begin = section.find("```rust\n").unwrap() + "```rust\n".len();
    let example = &section[begin..begin + section[begin..].find("```").unwrap()];
    // There it is a documentation test.
    let library = fs::read_to_string(readme().with_file_name("src").join("lib.rs")).unwrap();
    let as_comment: String = example
        .lines()
        .map(|line| if line.is_empty() { "//!\n".to_owned() } else { format!("//! {line}\n") })
        .collect();
    assert!(library.contains(&as_comment), "src/lib.rs has another example than the README:\n{as_comment}");
}

//! The published vectors, `docs/vectors.json`: our own verdicts and reasons, Node's, Python's and OpenSSL's verdicts.
//!
//! `UPDATE_DOCS=1 cargo test --test vectors` writes the file anew, and the table of reasons in `docs/verify.md`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

#[path = "vectors/table.rs"]
mod table;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use wms_sim::protocol::diagnosis::{Effort, Reason, explain};
use wms_sim::protocol::dialect::MacInput;
use wms_sim::protocol::mac::{Secret, Signer, verify};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Vector {
    name: String,
    /// The body, where it is UTF-8.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    body: Option<String>,
    /// The body, where it is not.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    body_base64: Option<String>,
    secret: String,
    /// What is hashed: the body's bytes, or what Node's 'ascii' makes of them (the dialect's `mac.input`).
    mac_input: String,
    /// The value of X-WMS-Content-MAC; null where there is none.
    header: Option<String>,
    verdict: String,
    /// The first of the reasons.
    reason: String,
    /// All reasons, where there are several.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    reasons: Vec<String>,
}

impl Vector {
    fn bytes(&self) -> Vec<u8> {
        match (&self.body, &self.body_base64) {
            (Some(text), None) => text.clone().into_bytes(),
            (None, Some(base64)) => STANDARD.decode(base64).unwrap(),
            _ => panic!("{}: one of body and body_base64 is needed", self.name),
        }
    }

    fn signer(&self) -> Signer {
        Signer::new(&Secret::new(self.secret.clone()), self.mac_input.parse::<MacInput>().unwrap())
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn published() -> Vec<Vector> {
    serde_json::from_str(&fs::read_to_string(root().join("docs/vectors.json")).unwrap()).unwrap()
}

#[test]
fn the_published_vectors_are_these() {
    let mut text = serde_json::to_string_pretty(&table::vectors()).unwrap();
    text.push('\n');
    let path = root().join("docs/vectors.json");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(path, text).unwrap();
    } else {
        assert!(
            fs::read_to_string(path).unwrap() == text,
            "UPDATE_DOCS=1 cargo test --test vectors writes it anew"
        );
    }
}

/// The table of reasons in `docs/verify.md`.
#[test]
fn the_page_lists_the_reasons() {
    let path = root().join("docs/verify.md");
    let mut text = fs::read_to_string(&path).unwrap();
    let mut table = "\n| reason | what happened | what to do |\n|---|---|---|\n".to_owned();
    for reason in Reason::ALL {
        let what = reason.what().replace('<', "&lt;").replace('*', "\\*");
        let _ = writeln!(table, "| `{reason}` | {what} | {} |", reason.hint());
    }
    table.push('\n');
    let (begin, end) = ("<!-- reasons -->\n", "<!-- end -->");
    let from = text.find(begin).unwrap() + begin.len();
    let to = from + text[from..].find(end).unwrap();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        text.replace_range(from..to, &table);
        fs::write(path, text).unwrap();
    } else {
        assert!(text[from..to] == table, "UPDATE_DOCS=1 cargo test --test vectors writes it anew");
    }
}

#[test]
fn our_verdicts_and_reasons() {
    let vectors = published();
    assert!(vectors.len() >= 40);
    for vector in vectors {
        let (body, signer) = (vector.bytes(), vector.signer());
        let headers: Vec<&[u8]> = vector.header.iter().map(String::as_bytes).collect();
        let valid = headers.first().is_some_and(|header| verify(&signer, &body, header).is_ok());
        assert_eq!(if valid { "valid" } else { "invalid" }, vector.verdict, "{}", vector.name);
        let explanation = explain(&[signer], &body, &headers, Effort::THOROUGH);
        let reasons: Vec<&str> = explanation.reasons().iter().map(|reason| reason.as_str()).collect();
        assert_eq!(reasons[0], vector.reason, "{}", vector.name);
        let all = if reasons.len() > 1 { reasons } else { vec![] };
        assert_eq!(all, vector.reasons, "{}", vector.name);
    }
}

/// Runs a program that checks all vectors at once.
fn agrees(program: &str, check: &str, published: &str) {
    let output = Command::new(program)
        .arg(root().join("tests/vectors").join(check))
        .arg(root().join("docs/verify").join(published))
        .arg(root().join("docs/vectors.json"))
        .output()
        .unwrap_or_else(|error| {
            panic!("{program}: {error}. Run scripts/test: it installs what is missing, or says how.")
        });
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{program}:\n{said}");
    assert_eq!(said.trim(), format!("{} vectors", self::published().len()));
}

#[test]
fn node_agrees() {
    agrees("node", "check.mjs", "verify.mjs");
}

#[test]
fn python_agrees() {
    agrees("python3", "check.py", "verify.py");
}

#[test]
fn openssl_computes_the_valid_ones() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("vectors");
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("body");
    for vector in published().into_iter().filter(|vector| vector.verdict == "valid") {
        let body = vector.bytes();
        fs::write(&file, if vector.mac_input == "latin1" { table::as_node_ascii(&body) } else { body })
            .unwrap();
        let output = Command::new("openssl")
            .args(["dgst", "-sha256", "-mac", "HMAC", "-macopt"])
            .arg(format!("hexkey:{}", hex::encode(&vector.secret)))
            .arg(&file)
            .output()
            .unwrap_or_else(|error| {
                panic!("openssl: {error}. Run scripts/test: it installs what is missing.")
            });
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let said = String::from_utf8(output.stdout).unwrap();
        let digits = said.split_whitespace().last().unwrap();
        assert_eq!(vector.header, Some(format!("hmac-sha256={digits}")), "{}", vector.name);
    }
}

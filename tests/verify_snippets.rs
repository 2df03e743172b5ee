//! The programs of `docs/verify/`: each language gives the same verdict on the same table of bodies and headers, and
//! `docs/verify.md` shows their lines as they are.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a function that fails fails its test"
)]

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

const SECRET: &str = "0b7d1c1e-MAC secret";
const PLAIN: &[u8] = br#"{"timestamp":1689684577,"sessionId":"ryueiwoqfh910fu3rpqruvfiu","sequence":0,"event":"WMS_LOADED","severity":"INFO"}"#;

fn mac(secret: &str, body: &[u8]) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap().chain_update(body);
    format!("hmac-sha256={}", hex::encode(mac.finalize().into_bytes()))
}

struct Case {
    name: String,
    secret: &'static str,
    body: Vec<u8>,
    /// `None`: the header was not sent.
    header: Option<OsString>,
    valid: bool,
}

fn case(
    name: &str,
    secret: &'static str,
    body: &[u8],
    header: Option<impl Into<OsString>>,
    valid: bool,
) -> Case {
    Case { name: name.to_owned(), secret, body: body.to_vec(), header: header.map(Into::into), valid }
}

/// Every body with its own MAC and with one of another secret, and the plain body with every odd header.
fn table() -> Vec<Case> {
    let every_byte: Vec<u8> = (0..=255).collect();
    let bodies: [(&str, &[u8]); 7] = [
        ("plain", PLAIN),
        ("with a line end", b"{\"sequence\":1}\n"),
        ("with CR LF", b"{\r\n\"sequence\":1\r\n}\r\n"),
        ("not ASCII", "{\"name\":\"Zo\u{eb} \u{20ac} \u{1f642}\"}".as_bytes()),
        ("with a byte order mark", b"\xef\xbb\xbf{}"),
        ("not UTF-8", &every_byte),
        ("empty", b""),
    ];
    let mut cases = Vec::new();
    for (name, body) in bodies {
        cases.push(case(&format!("body {name}"), SECRET, body, Some(mac(SECRET, body)), true));
        cases.push(case(
            &format!("body {name}, another secret"),
            SECRET,
            body,
            Some(mac("other", body)),
            false,
        ));
    }
    let other_secret = "schl\u{fc}ssel \u{1f511}";
    cases.push(case("secret not ASCII", other_secret, PLAIN, Some(mac(other_secret, PLAIN)), true));
    let one_byte_more = [PLAIN, b"\n"].concat();
    cases.push(case("MAC of one byte more", SECRET, PLAIN, Some(mac(SECRET, &one_byte_more)), false));

    let right = mac(SECRET, PLAIN);
    let hex = right.strip_prefix("hmac-sha256=").unwrap();
    cases.push(case("no header", SECRET, PLAIN, None::<String>, false));
    for (name, header) in [
        ("empty", String::new()),
        ("prefix only", "hmac-sha256=".to_owned()),
        ("no prefix", hex.to_owned()),
        ("another prefix", format!("sha256={hex}")),
        ("two prefixes", format!("hmac-sha256={right}")),
        ("truncated by a byte", right[..right.len() - 2].to_owned()),
        ("truncated by a digit", right[..right.len() - 1].to_owned()),
        ("a digit too many", format!("{right}0")),
        ("a space before", format!(" {right}")),
        ("a line end after", format!("{right}\n")),
        ("hex in upper case", format!("hmac-sha256={}", hex.to_uppercase())),
        ("all in upper case", right.to_uppercase()),
        ("not hex", format!("hmac-sha256={}", "z".repeat(64))),
        ("not ASCII", format!("hmac-sha256={}", "\u{eb}".repeat(64))),
        ("as many characters, not ASCII", "\u{eb}".repeat(right.len())),
    ] {
        cases.push(case(&format!("header {name}"), SECRET, PLAIN, Some(header), false));
    }
    let not_utf8 = [b"hmac-sha256=\xff\xfe", &hex.as_bytes()[2..]].concat();
    cases.push(case("header not UTF-8", SECRET, PLAIN, Some(OsStr::from_bytes(&not_utf8)), false));
    cases
}

fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/verify").join(name)
}

/// A fresh folder for what a language builds and reads.
fn folder(language: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("verify").join(language);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn run(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| match error.kind() {
        ErrorKind::NotFound => panic!(
            "{} is not installed. Run scripts/test: it installs what is missing, or says how.",
            command.get_program().display()
        ),
        _ => panic!("{command:?}: {error}"),
    })
}

fn build(command: &mut Command) -> Output {
    let output = run(command);
    assert!(output.status.success(), "{command:?} failed:\n{}", String::from_utf8_lossy(&output.stderr));
    output
}

/// Runs the program on every case and compares the verdicts.
fn agrees(folder: &Path, program: impl AsRef<OsStr>, args: &[&OsStr]) {
    let mut wrong = Vec::new();
    for (number, case) in table().into_iter().enumerate() {
        let body = folder.join(format!("body-{number}"));
        fs::write(&body, &case.body).unwrap();
        let mut command = Command::new(&program);
        // In the C locale, Java would lose the letters of a secret that is not ASCII.
        command.args(args).arg(&body).env("WMS_MAC_SECRET", case.secret).env("LC_ALL", "C.UTF-8");
        command.args(&case.header);
        let output = run(&mut command);
        let said = String::from_utf8_lossy(&output.stdout);
        let (word, code) = if case.valid { ("valid", 0) } else { ("invalid", 1) };
        if said.trim_end() != word || output.status.code() != Some(code) {
            let stderr = String::from_utf8_lossy(&output.stderr);
            wrong.push(format!("{}: expected {word}, got {said:?}, {}\n{stderr}", case.name, output.status));
        }
    }
    assert!(wrong.is_empty(), "{} differs:\n{}", program.as_ref().display(), wrong.join("\n"));
}

#[test]
fn node() {
    agrees(&folder("node"), "node", &[source("verify.mjs").as_os_str()]);
}

#[test]
fn python() {
    agrees(&folder("python"), "python3", &[source("verify.py").as_os_str()]);
}

#[test]
fn go() {
    let folder = folder("go");
    let binary = folder.join("verify");
    // Only the standard library is needed, so nothing may be fetched.
    let mut go = Command::new("go");
    go.arg("build").arg("-o").arg(&binary).arg(source("verify.go")).current_dir(&folder);
    build(go.env("CGO_ENABLED", "0").env("GOFLAGS", "").env("GOPROXY", "off").env("GOTOOLCHAIN", "local"));
    agrees(&folder, &binary, &[]);
}

#[test]
fn java() {
    let folder = folder("java");
    build(Command::new("javac").arg("-d").arg(&folder).arg(source("Verify.java")));
    // The last two only make it start faster.
    let args = ["-cp", folder.to_str().unwrap(), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "Verify"];
    agrees(&folder, "java", &args.map(OsStr::new));
}

#[test]
fn php() {
    agrees(&folder("php"), "php", &[source("verify.php").as_os_str()]);
}

#[test]
fn ruby() {
    agrees(&folder("ruby"), "ruby", &[source("verify.rb").as_os_str()]);
}

#[test]
fn rust() {
    // `cargo test --test` alone does not build examples. After a whole `cargo test` this only asks for the path.
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
    // What cargo tells this test about its package would make build scripts of dependencies (ring's) run again.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(&name);
        }
    }
    cargo.args(["build", "--offline", "--all-features", "--example", "verify", "--message-format", "json"]);
    let output = build(&mut cargo);
    let binary = String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["target"]["name"] == "verify")
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .expect("the path of the example");
    agrees(&folder("rust"), &binary, &[]);
}

/// What the tables above are computed with agrees with OpenSSL.
#[test]
fn openssl_computes_the_same_mac() {
    let file = folder("openssl").join("body");
    for case in table().into_iter().filter(|case| case.valid) {
        fs::write(&file, &case.body).unwrap();
        let mut openssl = Command::new("openssl");
        let output = build(openssl.args(["dgst", "-sha256", "-hmac", case.secret]).arg(&file));
        let said = String::from_utf8(output.stdout).unwrap();
        let hex = said.split_whitespace().last().unwrap();
        assert_eq!(case.header.unwrap(), OsString::from(format!("hmac-sha256={hex}")), "{}", case.name);
    }
}

/// A program without a secret must not answer: an empty one is anyone's.
#[test]
fn an_empty_secret_is_refused() {
    let body = folder("empty-secret").join("body");
    fs::write(&body, PLAIN).unwrap();
    for (program, file) in
        [("node", "verify.mjs"), ("python3", "verify.py"), ("php", "verify.php"), ("ruby", "verify.rb")]
    {
        let mut command = Command::new(program);
        command.arg(source(file)).arg(&body).arg(mac("", PLAIN)).env("WMS_MAC_SECRET", "");
        assert_eq!(run(&mut command).status.code(), Some(2), "{program}");
    }
}

/// The lines between the markers, less their common indentation.
fn core_of(file: &str) -> String {
    let text = fs::read_to_string(source(file)).unwrap();
    let is = |line: &str, word: &str| {
        line.trim()
            .strip_prefix("//")
            .or(line.trim().strip_prefix('#'))
            .is_some_and(|rest| rest.trim() == word)
    };
    let lines: Vec<&str> = text
        .lines()
        .skip_while(|line| !is(line, "begin"))
        .skip(1)
        .take_while(|line| !is(line, "end"))
        .collect();
    assert!(!lines.is_empty(), "{file} has no lines between begin and end");
    let indent = lines.iter().map(|line| line.len() - line.trim_start().len()).min().unwrap();
    lines.iter().fold(String::new(), |core, line| core + &line[indent..] + "\n")
}

#[test]
fn the_pages_show_the_lines_that_are_run() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for page in ["docs/verify.md", "README.md"] {
        let text = fs::read_to_string(root.join(page)).unwrap();
        for (file, fence) in [
            ("verify.mjs", "js"),
            ("verify.py", "python"),
            ("verify.go", "go"),
            ("Verify.java", "java"),
            ("verify.php", "php"),
            ("verify.rb", "ruby"),
            ("verify.rs", "rust"),
        ] {
            let expected = format!("```{fence}\n{}```\n", core_of(file));
            assert!(text.contains(&expected), "{page} lacks the lines of {file}:\n{expected}");
        }
    }
}

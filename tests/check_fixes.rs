//! The lines that `check --hint` shows can be copied: each is read by its language's own tool. Nothing is run.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::fs;
use std::process::{Command, Stdio};

use wms_sim::conformance::diagnosis::fixes::LANGUAGES;

/// The lines of a language, each written to a file of its own and read by a tool. True where the tool is there.
fn read_by(language: &str, ending: &str, tool: &str, arguments: &[&str], write: fn(&str) -> String) {
    let folder = tempfile::tempdir().unwrap();
    let (_, lines) = LANGUAGES.iter().find(|(name, _)| *name == language).unwrap();
    for (number, lines) in lines.iter().enumerate() {
        let file = folder.path().join(format!("L{number}.{ending}"));
        fs::write(&file, write(lines.code.trim())).unwrap();
        let done = Command::new(tool).args(arguments).arg(&file).stdin(Stdio::null()).output();
        let done =
            done.unwrap_or_else(|error| panic!("{tool}: {error}; scripts/test says what has to be there"));
        let told = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{}\n{told}", lines.code);
    }
}

#[test]
fn node_reads_its_lines() {
    read_by("node", "mjs", "node", &["--check"], str::to_owned);
}

#[test]
fn python_reads_its_lines() {
    const READ: &str = "import ast, sys; ast.parse(open(sys.argv[1]).read())";
    read_by("python", "py", "python3", &["-c", READ], str::to_owned);
}

#[test]
fn go_reads_its_lines() {
    let write = |code: &str| {
        let code =
            if code.starts_with("func ") { code.to_owned() } else { format!("func f() {{\n{code}\n}}") };
        format!("package p\n\n{code}\n")
    };
    read_by("go", "go", "gofmt", &["-e", "-l"], write);
}

#[test]
fn php_reads_its_lines() {
    read_by("php", "php", "php", &["-l"], |code| format!("<?php\n{code}\n"));
}

#[test]
fn ruby_reads_its_lines() {
    read_by("ruby", "rb", "ruby", &["-c"], str::to_owned);
}

#[test]
fn rust_reads_its_lines() {
    let (_, lines) = LANGUAGES.iter().find(|(name, _)| *name == "rust").unwrap();
    for lines in *lines {
        let items = syn::parse_str::<syn::File>(lines.code).is_ok();
        let body = syn::parse_str::<syn::Block>(&format!("{{ {} }}", lines.code));
        assert!(items || body.is_ok(), "{}\n{:?}", lines.code, body.err());
    }
}

/// The compiler's own parser, without looking for what the lines name.
#[test]
fn java_reads_its_lines() {
    const PARSER: &str = r"
import java.util.List;
import javax.tools.*;
public class Parse {
    public static void main(String[] files) throws Exception {
        var compiler = ToolProvider.getSystemJavaCompiler();
        var found = new DiagnosticCollector<JavaFileObject>();
        var manager = compiler.getStandardFileManager(found, null, null);
        var task = (com.sun.source.util.JavacTask) compiler.getTask(null, manager, found, null, null, manager.getJavaFileObjects(files));
        task.parse();
        found.getDiagnostics().forEach(System.err::println);
        System.exit(found.getDiagnostics().isEmpty() ? 0 : 1);
    }
}";
    let folder = tempfile::tempdir().unwrap();
    let parser = folder.path().join("Parse.java");
    fs::write(&parser, PARSER).unwrap();
    let (_, lines) = LANGUAGES.iter().find(|(name, _)| *name == "java").unwrap();
    let mut command = Command::new("java");
    command.arg(&parser);
    for (number, lines) in lines.iter().enumerate() {
        let file = folder.path().join(format!("L{number}.java"));
        let code = lines.code.trim();
        let member = ["@", "static ", "private "].iter().any(|start| code.starts_with(start));
        let code = if member { code.to_owned() } else { format!("Object f() {{\n{code}\n}}") };
        fs::write(&file, format!("class L{number} {{\n{code}\n}}\n")).unwrap();
        command.arg(file);
    }
    let done = command.stdin(Stdio::null()).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

//! What runs in CI, run here: the steps of action.yml, the workflow and the GitLab job of docs/ci, against real services.

#![cfg(all(unix, feature = "cli"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a function that fails fails its test"
)]

use std::collections::BTreeSet;
use std::fs;
use std::net::TcpListener;
use std::process::Command;

use serde_json::Value;

#[path = "ci/expression.rs"]
mod expression;
#[path = "ci/github.rs"]
mod github;
#[path = "ci/machine.rs"]
mod machine;
#[path = "ci/yaml.rs"]
mod yaml;

use github::{Done, action, job};
use machine::{Machine, project};

const SECRET: &str = "hunter2-of-the-ci";

fn env(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The secret is in no output, but where GitHub is told to hide it, and in no file.
#[track_caller]
fn keeps(machine: &Machine, done: &Done, secret: &str) {
    let said = done.said().replacen(&format!("::add-mask::{secret}\n"), "", 1);
    assert!(!said.contains(secret), "{said}");
    assert!(!done.summary.contains(secret), "{}", done.summary);
    let files = machine.files_with(secret, &["said"]);
    assert!(files.is_empty(), "{files:?}");
}

#[test]
fn the_example_app_passes() {
    let machine = Machine::new();
    let url = machine.url();
    let probe = format!("http://127.0.0.1:{}/sessions/{{sessionId}}", machine.port);
    let inputs = [
        ("start", "sleep 1000 & echo $! >child.pid; node server.mjs"),
        ("url", &url),
        ("secret", SECRET),
        ("strict", "true"),
        ("fast", "true"),
        ("probe", &probe),
        ("hint", "node"),
        ("args", "--header\nX-Where: from CI"),
    ];
    let done = action(&machine, &inputs, &env(&[("WMS_MAC_SECRET", SECRET)]));
    assert_eq!(done.code(), 0, "{}", done.said());
    assert!(done.find("Build wms-sim").is_none() && done.find("Show the service's log").is_none());

    // The reports, and what is made of them.
    let read = |name: &str| fs::read_to_string(&done.outputs[name]).unwrap();
    let report: Value = serde_json::from_str(&read("json")).unwrap();
    assert!(read("junit").contains("<testsuites "), "{}", read("junit"));
    assert!(read("html").contains("<html"), "{}", read("html"));
    let passed = report["cases"].as_array().unwrap().iter();
    let passed = passed.filter(|case| case["verdict"] == "pass" && case["level"] != "INFO").count();
    let all = format!("{passed} of {passed} passed · ");
    assert!(done.step("Check the webhook").said.contains("PASSED in "), "{}", done.said());
    assert!(done.step("Check the webhook").said.contains(&all), "{}", done.said());
    assert!(done.summary.starts_with(&format!("### wms-sim check: passed\n\n{all}")), "{}", done.summary);
    let outputs = ["exit-code", "passed", "failed"].map(|name| done.outputs[name].clone());
    assert_eq!(outputs, ["0".to_owned(), passed.to_string(), "0".to_owned()]);

    // What is uploaded is the folder that has them.
    let (uses, with) = &done.used[0];
    assert!(uses.starts_with("actions/upload-artifact@"), "{uses}");
    assert_eq!(with["name"], "wms-sim-check");
    for name in ["junit", "html", "json"] {
        assert!(done.outputs[name].starts_with(&format!("{}/", with["path"])), "{:?}", done.outputs);
    }

    // The service has ended, with what it started.
    assert!(machine.is_quiet() && machine.groups().is_empty());
    let child = fs::read_to_string(machine.workspace().join("child.pid")).unwrap();
    assert!(!is_alive(child.trim()), "{child}");
    keeps(&machine, &done, SECRET);
    let arguments = fs::read_to_string(machine.path("home/arguments")).unwrap();
    assert!(arguments.contains("\n--header\nX-Where: from CI\n--\n"), "{arguments}");
}

/// Not gone, and not dead and only waiting to be asked after.
fn is_alive(pid: &str) -> bool {
    let output = Command::new("ps").args(["-o", "stat=", "-p", pid]).output().unwrap();
    let state = String::from_utf8(output.stdout).unwrap();
    !state.trim().is_empty() && !state.starts_with('Z')
}

#[test]
fn a_broken_receiver_fails() {
    let machine = Machine::new();
    let receivers = project().join("tests/receivers").display().to_string();
    // It ends when its stdin does, so it gets one that lasts: two processes to stop.
    let start = "echo '::error::obey me'; tail -f /dev/null | MUTANT=header-optional node mutants.cjs";
    let inputs = [
        ("start", start),
        ("directory", &receivers),
        ("url", &machine.url()),
        ("secret", SECRET),
        ("cases", "mac/missing\n  events/wms-*"),
    ];
    let done = action(&machine, &inputs, &env(&[("WMS_MAC_SECRET", SECRET)]));
    assert_eq!(done.code(), 1, "{}", done.said());
    assert_eq!(done.outputs["exit-code"], "1");
    assert_eq!(done.outputs["failed"], "1");
    assert!(done.summary.starts_with("### wms-sim check: FAILED\n"), "{}", done.summary);
    assert!(done.summary.contains("\n| `mac/missing` | failed | MUST | "), "{}", done.summary);
    assert!(!done.summary.contains("`events/"), "{}", done.summary);
    assert_eq!(done.used.len(), 1, "the reports are kept all the same: {:?}", done.used);
    assert!(machine.is_quiet() && machine.groups().is_empty());

    // The log is shown, and what it says is not obeyed.
    let log = &done.step("Show the service's log").said;
    assert!(log.contains("{\"type\":\"ready\",\"port\":"), "{log}");
    let (before, after) = log.split_once("::error::obey me").unwrap();
    let token = before.split_once("::stop-commands::").unwrap().1.trim();
    assert!(token.len() == 32 && after.ends_with(&format!("\n::{token}::\n")), "{log}");
    keeps(&machine, &done, SECRET);
}

#[test]
fn known_failures_are_no_news() {
    let machine = Machine::new();
    let receivers = project().join("tests/receivers").display().to_string();
    let url = machine.url();
    let run = |name: &str, value: &str| {
        let inputs = [
            ("start", "tail -f /dev/null | MUTANT=header-optional node mutants.cjs"),
            ("directory", &receivers),
            ("url", &url),
            ("secret", SECRET),
            ("cases", "mac/missing mac/wrong-secret"),
            (name, value),
        ];
        action(&machine, &inputs, &env(&[("WMS_MAC_SECRET", SECRET)]))
    };
    let done = run("args", "--write-baseline\nci/known.txt");
    assert!(
        fs::read_to_string(machine.workspace().join("ci/known.txt")).unwrap().contains("mac/missing"),
        "{}",
        done.said()
    );
    let done = run("baseline", "ci/known.txt");
    assert_eq!(done.code(), 0, "{}", done.said());
    assert!(done.summary.contains("1 of 2 passed · 1 known\n"), "{}", done.summary);
}

#[test]
fn a_service_that_does_not_start() {
    let machine = Machine::new();
    let inputs = [("start", "echo no database; exit 7"), ("url", &machine.url()), ("secret", SECRET)];
    let done = action(&machine, &inputs, &[]);
    assert_eq!(done.code(), 3, "{}", done.said());
    assert!(done.step("Start the service").said.contains("ended with exit code 7 before"), "{}", done.said());
    assert!(done.step("Show the service's log").said.contains("no database"), "{}", done.said());
    assert!(done.find("Check the webhook").is_none() && done.used.is_empty());
    assert_eq!(done.outputs["exit-code"], "");

    let inputs = [
        ("start", "sleep 1000 & echo $! >child.pid; exit 0"),
        ("url", &machine.url()),
        ("secret", SECRET),
        ("wait-for", "1s"),
    ];
    let done = action(&machine, &inputs, &[]);
    assert_eq!(done.code(), 3, "{}", done.said());
    assert!(done.step("Start the service").said.contains("did not answer within 1s"), "{}", done.said());
    let child = fs::read_to_string(machine.workspace().join("child.pid")).unwrap();
    assert!(!is_alive(child.trim()), "{child}");
}

#[test]
fn another_service_is_not_checked_by_mistake() {
    let machine = Machine::new();
    let listener = TcpListener::bind(("127.0.0.1", machine.port)).unwrap();
    std::thread::spawn(move || listener.incoming().for_each(drop));
    let inputs = [("start", "touch started"), ("url", &machine.url()), ("secret", SECRET)];
    let done = action(&machine, &inputs, &[]);
    assert_eq!(done.code(), 2, "{}", done.said());
    assert!(
        done.step("Start the service").said.contains("before the service was started"),
        "{}",
        done.said()
    );
    assert!(!machine.workspace().join("started").exists());
}

#[test]
fn what_is_given_is_never_run() {
    let machine = Machine::new();
    let names = [
        "url",
        "cases",
        "strict",
        "wait-for",
        "directory",
        "hint",
        "budget",
        "args",
        "baseline",
        "probe",
        "artifact",
    ];
    for (name, bad) in names.into_iter().flat_map(|name| {
        ["$(touch pwned); touch pwned", "\"; touch pwned; \"", "'; touch pwned; '"].map(|bad| (name, bad))
    }) {
        let mut inputs =
            vec![("url", "http://127.0.0.1:9/"), ("secret", SECRET), ("cases", "events/wms-loaded")];
        // Without a service to start, the check has them all.
        inputs.push(if ["directory", "wait-for"].contains(&name) {
            ("start", "exit 1")
        } else {
            ("wait-for", "0s")
        });
        inputs.push((name, bad));
        let done = action(&machine, &inputs, &[]);
        assert_ne!(done.code(), 0, "{name}: {}", done.said());
        assert!(!done.said().contains("unbound variable"), "{name}: {}", done.said());
    }
    for folder in ["workspace", "temp", "home"] {
        assert!(!machine.path(folder).join("pwned").exists(), "{folder}");
    }
    let done = action(&machine, &[("url", "http://127.0.0.1:9/"), ("secret", "")], &[]);
    assert_eq!(done.code(), 2, "{}", done.said());
    assert!(done.said().contains("no secret to sign events with"), "{}", done.said());
}

/// A secret of several lines is hidden too: GitHub reads line breaks in the way in which they are written here.
#[test]
fn the_mask() {
    let machine = Machine::new();
    let done =
        action(&machine, &[("url", "http://127.0.0.1:9/"), ("secret", "50%\r\nof"), ("wait-for", "1s")], &[]);
    assert!(done.step("Prepare").said.contains("::add-mask::50%25%0D%0Aof\n"), "{}", done.said());
}

/// A cargo that notes how it is called, and installs the program that there is.
fn cargo(machine: &Machine) {
    let binary = env!("CARGO_BIN_EXE_wms-sim");
    let lines = format!(
        "echo \"$@\" >>\"$HOME/cargo\"\nroot=${{!#}}\nmkdir -p \"$root/bin\"\ncp '{binary}' \"$root/bin/\""
    );
    machine.program("cargo", &lines);
}

#[test]
fn it_is_built_where_it_is_not_there() {
    let machine = Machine::bare();
    cargo(&machine);
    let inputs = [
        ("start", "node server.mjs"),
        ("url", &machine.url()),
        ("secret", SECRET),
        ("cases", "events/wms-loaded"),
    ];
    let calls = || fs::read_to_string(machine.path("home/cargo")).unwrap();
    let mut keys = BTreeSet::new();
    for _ in 0..2 {
        let done = action(&machine, &inputs, &env(&[("WMS_MAC_SECRET", SECRET)]));
        assert_eq!(done.code(), 0, "{}", done.said());
        let (uses, with) = &done.used[0];
        assert!(uses.starts_with("actions/cache@"), "{uses}");
        let root = machine.path("temp/wms-sim-built").display().to_string();
        assert_eq!(with["path"], root);
        assert!(with["key"].starts_with("wms-sim-Linux-X64--") && with["key"].len() > 80, "{}", with["key"]);
        keys.insert(with["key"].clone());
        // The second time it is there.
        let project = project().display();
        assert_eq!(calls(), format!("install --locked --force --path {project} --root {root}\n"));
    }
    assert_eq!(keys.len(), 1);
}

#[test]
fn a_program_can_be_named() {
    let machine = Machine::bare();
    let inputs = [
        ("start", "node server.mjs"),
        ("url", &machine.url()),
        ("secret", SECRET),
        ("cases", "events/wms-loaded"),
        ("binary", env!("CARGO_BIN_EXE_wms-sim")),
    ];
    let done = action(&machine, &inputs, &env(&[("WMS_MAC_SECRET", SECRET)]));
    assert_eq!(done.code(), 0, "{}", done.said());
    assert_eq!(done.used.len(), 1, "{:?}", done.used);
}

/// The workflow of docs/ci, with the port of this machine.
fn workflow(machine: &Machine) -> Value {
    let text = fs::read_to_string(project().join("docs/ci/github.yml")).unwrap();
    yaml::parse(&text.replace("127.0.0.1:3000", &format!("127.0.0.1:{}", machine.port)))
}

#[test]
fn the_workflow_of_the_docs() {
    let machine = Machine::new();
    let workflow = workflow(&machine);
    let done = job(&machine, &workflow["jobs"]["check"], "push");
    assert_eq!(done.code(), 0, "{}", done.said());
    let arguments = fs::read_to_string(machine.path("home/arguments")).unwrap();
    assert!(arguments.contains("\n--fast\n"), "{arguments}");
    assert!(machine.is_quiet());
}

#[test]
fn the_drill_of_the_docs() {
    let mut machine = Machine::new();
    let temp = machine.path("temp").display().to_string();
    machine.set("RUNNER_TEMP", &temp);
    let workflow = workflow(&machine);
    let done = job(&machine, &workflow["jobs"]["rotation"], "push");
    assert_eq!(done.code(), 0, "{}", done.said());
    let report: Value = serde_json::from_str(&fs::read_to_string(&done.outputs["json"]).unwrap()).unwrap();
    let cases = report["cases"].as_array().unwrap();
    assert!(cases.len() > 5, "{report}");
    for case in cases {
        assert!(case["id"].as_str().unwrap().starts_with("rotation/") && case["verdict"] == "pass", "{case}");
    }
    assert!(machine.is_quiet());
}

/// The jobs of docs/ci/gitlab.yml: the first builds, the second checks.
#[test]
fn the_jobs_for_gitlab() {
    let mut machine = Machine::bare();
    cargo(&machine);
    let text = fs::read_to_string(project().join("docs/ci/gitlab.yml")).unwrap();
    let file = yaml::parse(&text.replace("127.0.0.1:3000", &format!("127.0.0.1:{}", machine.port)));
    let source = machine.path("source").display().to_string();
    let version = file["variables"]["WMS_SIM_VERSION"].as_str().unwrap();
    let set = machine.run(
        &format!(
            "git init -q '{source}'; cd '{source}'; mkdir scripts; cp -r '{}' scripts/; git add .\n\
             git -c user.name=x -c user.email=x@x commit -q -m x; git tag '{version}'",
            project().join("scripts/ci").display()
        ),
        &[],
    );
    assert_eq!(set.code, 0, "{}", set.said);
    machine.set("WMS_SIM_VERSION", version);
    machine.set("WMS_SIM_REPOSITORY", &format!("file://{source}"));

    let script = |job: &Value, part: &str| -> String {
        let lines: Vec<_> = job[part].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
        lines.join("\n") + "\n"
    };
    for _ in 0..2 {
        let built = machine.run(&script(&file["wms-sim-build"], "script"), &[]);
        assert_eq!(built.code, 0, "{}", built.said);
    }
    let calls = fs::read_to_string(machine.path("home/cargo")).unwrap();
    assert_eq!(calls, "install --locked --path .wms-sim-source --root .wms-sim\n");

    // What is handed from job to job, and nothing else.
    fs::remove_dir_all(machine.workspace().join(".wms-sim-source")).unwrap();
    let (base, webhook) = (&file[".wms-sim-check"], &file["webhook"]);
    assert_eq!(webhook["extends"], ".wms-sim-check");
    assert_eq!(script(webhook, "before_script"), "npm ci\n");
    let workspace = machine.workspace().display().to_string();
    let mut variables = yaml::pairs(&base["variables"]);
    variables.extend(yaml::pairs(&webhook["variables"]));
    for (_, value) in &mut variables {
        *value = value.replace("$CI_PROJECT_DIR", &workspace);
    }
    let done = machine.run(&script(base, "script"), &variables);
    assert_eq!(done.code, 0, "{}", done.said);
    assert!(done.said.contains("PASSED in ") && machine.is_quiet(), "{}", done.said);
    let junit = machine.workspace().join(base["artifacts"]["reports"]["junit"].as_str().unwrap());
    assert!(fs::read_to_string(&junit).unwrap().contains("<testsuites "));
    assert_eq!(base["artifacts"]["when"], "always");

    // One that fails shows its log, is ended all the same, and its report is its own.
    let mut broken = variables.clone();
    broken.extend(env(&[
        ("WMS_CHECK_START", "echo ::error::; tail -f /dev/null | MUTANT=header-optional node mutants.cjs"),
        ("WMS_CHECK_DIRECTORY", &project().join("tests/receivers").display().to_string()),
        ("WMS_CHECK_CASES", "mac/missing"),
        ("WMS_CHECK_PROBE", ""),
    ]));
    let done = machine.run(&script(base, "script"), &broken);
    assert_eq!(done.code, 1, "{}", done.said);
    assert!(done.said.contains("::error::\n{\"type\":\"ready\""), "{}", done.said);
    assert!(!done.said.contains("stop-commands") && machine.is_quiet(), "{}", done.said);
    assert!(fs::read_to_string(&junit).unwrap().contains("type=\"MUST\""));

    broken.extend(env(&[("WMS_CHECK_START", "exit 9")]));
    let done = machine.run(&script(base, "script"), &broken);
    assert_eq!(done.code, 3, "{}", done.said);
}

fn check_jsonschema(schema: &str, files: &[&std::path::Path]) {
    let program = project().join("tests/ci/.venv/bin/check-jsonschema");
    assert!(
        program.exists(),
        "{} does not exist.\nRun scripts/test: it installs what is missing, or says how.",
        program.display()
    );
    let output = Command::new(program).args(["--builtin-schema", schema]).args(files).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
}

/// The blocks of docs/ci.md that begin with a word.
fn blocks(first: &str) -> Vec<String> {
    let text = fs::read_to_string(project().join("docs/ci.md")).unwrap();
    let parts = text.split("```yaml\n").skip(1);
    let blocks = parts.map(|part| part.split_once("```").unwrap().0.to_owned());
    blocks.filter(|block| block.starts_with(first)).collect()
}

#[test]
fn the_files_are_what_github_and_gitlab_read() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let copies = |first: &str| -> Vec<_> {
        let write = |(place, block): (usize, String)| {
            let path = folder.path().join(format!("{place}.yml"));
            fs::write(&path, block).unwrap();
            path
        };
        blocks(first).into_iter().enumerate().map(write).collect()
    };
    check_jsonschema("vendor.github-actions", &[&project().join("action.yml")]);
    for block in copies("on:") {
        check_jsonschema("vendor.github-workflows", &[&block]);
    }
    check_jsonschema("vendor.github-workflows", &[&project().join("docs/ci/github.yml")]);
    for block in copies("include:") {
        check_jsonschema("vendor.gitlab-ci", &[&block]);
    }
    check_jsonschema("vendor.gitlab-ci", &[&project().join("docs/ci/gitlab.yml")]);
}

/// Every other action has the version of its major line, and every input and output is in the docs, and no other.
#[test]
fn the_action_and_the_docs_agree() {
    let action = yaml::load(&project().join("action.yml"));
    let workflow = yaml::load(&project().join("docs/ci/github.yml"));
    let mut steps = action["runs"]["steps"].as_array().unwrap().clone();
    for job in workflow["jobs"].as_object().unwrap().values() {
        steps.extend(job["steps"].as_array().unwrap().iter().cloned());
    }
    for uses in
        steps.iter().filter_map(|step| step["uses"].as_str()).filter(|uses| !uses.starts_with("OWNER/"))
    {
        let (name, version) = uses.split_once("@v").unwrap_or_else(|| panic!("{uses} has no version"));
        assert!(["actions/cache", "actions/checkout", "actions/upload-artifact"].contains(&name), "{uses}");
        assert!(version.parse::<u32>().is_ok(), "{uses}");
    }

    let text = fs::read_to_string(project().join("docs/ci.md")).unwrap();
    for part in ["inputs", "outputs"] {
        let rows = text.split_once(&format!("<!-- {part} -->")).unwrap().1;
        let rows = rows.trim_start().lines().skip(2).take_while(|line| line.starts_with('|'));
        let told: Vec<_> =
            rows.flat_map(|row| row.split('|').nth(1).unwrap().split('`').skip(1).step_by(2)).collect();
        let there: Vec<_> = action[part].as_object().unwrap().keys().collect();
        assert_eq!(told, there);
    }
    for block in blocks("on:").iter().map(|block| yaml::parse(block)) {
        for step in
            block["jobs"].as_object().unwrap().values().flat_map(|job| job["steps"].as_array().unwrap())
        {
            for (name, _) in yaml::pairs(&step["with"]) {
                assert!(action["inputs"][&name].is_object(), "there is no input {name}");
            }
        }
    }
}

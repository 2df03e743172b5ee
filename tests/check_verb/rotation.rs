//! The drill of a secret's replacement.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::common::cli::{Sim, file, json_lines, of_type, scratch, sim, until};
use super::report::{Report, reported};

/// Knows the secrets that stand in a file, a line each, as `KNOWS` says: all of them whenever it is asked, those that were
/// there when it began, or every one that ever was there.
const RECEIVER: &str = r"
const [http, fs, crypto] = [require('http'), require('fs'), require('crypto')];
const read = () => fs.readFileSync('secrets', 'utf8').split('\n').filter(Boolean);
const begun = read();
const ever = new Set();
const known = { now: read, begun: () => begun, ever: () => { read().forEach((one) => ever.add(one)); return [...ever]; } }[process.env.KNOWS];
const server = http.createServer((req, res) => {
  const chunks = [];
  req.on('data', (chunk) => chunks.push(chunk));
  req.on('end', () => {
    const mac = (secret) => 'hmac-sha256=' + crypto.createHmac('sha256', secret).update(Buffer.concat(chunks)).digest('hex');
    res.writeHead(known().some((secret) => mac(secret) === req.headers['x-wms-content-mac']) ? 204 : 401).end();
  });
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.on('end', () => process.exit()).resume();
";

/// The step as a user would write it.
const STEP: &str = "case $WMS_SIM_STAGE in old) cat old ;; both) cat old new ;; new) cat new ;; esac > next; mv next secrets";

struct Receiver {
    child: Child,
    folder: TempDir,
    port: String,
}

impl Receiver {
    fn start(knows: &str) -> Self {
        let folder = scratch();
        file(&folder, "old", "the-old-secret\n");
        file(&folder, "new", "the-new-secret\n");
        file(&folder, "secrets", "the-old-secret\n");
        // As they are given to the check: without the line's end.
        file(&folder, "old.secret", "the-old-secret");
        file(&folder, "new.secret", "the-new-secret");
        let mut child = Command::new("node")
            .args(["-e", RECEIVER])
            .env("KNOWS", knows)
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node is needed: scripts/test installs it");
        let mut port = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut port).unwrap();
        Self { child, folder, port: port.trim().to_owned() }
    }

    fn drill(&self) -> Sim {
        let url = format!("http://127.0.0.1:{}/webhook", self.port);
        let line = ["check", "--secret-file", "old.secret", "--rotate-to", "new.secret", "--to", &url];
        sim(line).args(["--wait-for-target", "500ms"]).dir(self.folder.path())
    }

    #[track_caller]
    fn judged(&self, step: &str, code: i32) -> (String, Report) {
        let (output, report) = reported(self.drill().args(["--rotate-step", step]));
        assert_eq!(output.code(), Some(code), "{output}");
        (output.to_string(), report)
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_receiver_that_reads_its_secrets_anew_passes() {
    let receiver = Receiver::start("now");
    let (text, report) = receiver.judged(STEP, 0);
    assert_eq!(report.with("pass").len(), report.cases().len(), "{text}");
    assert_eq!(report.cases().len(), 8, "{text}");
    assert!(report.cases().iter().all(|case| case["id"].as_str().unwrap().starts_with("rotation/")));
}

#[test]
fn one_that_reads_them_once_never_takes_the_new_one() {
    let receiver = Receiver::start("begun");
    let (text, report) = receiver.judged(STEP, 1);
    let failed = [
        "rotation/both-takes-new",
        "rotation/both-in-a-session",
        "rotation/new-takes-new",
        "rotation/new-refuses-old",
    ];
    assert_eq!(report.with("fail"), failed, "{text}");
    assert_eq!(report.with("error"), [""; 0], "{text}");
}

/// It is a drill again, so it names the new secret and the step. A step that may hold credentials is to be filled in.
#[test]
fn the_command_that_repeats_a_failure_repeats_the_drill() {
    let receiver = Receiver::start("begun");
    let steps =
        [("true", "true"), ("test $WMS_SIM_STAGE", "'test $WMS_SIM_STAGE'"), ("echo s3cret", "'...'")];
    for (step, shown) in steps {
        let (text, report) = receiver.judged(step, 1);
        let command = report.case("rotation/both-takes-new")["reproduce"]["command"].as_str().unwrap();
        assert!(command.contains("--secret-file old.secret"), "{command}");
        assert!(command.contains("--rotate-to new.secret"), "{command}");
        assert!(command.contains(&format!("--rotate-step {shown}")), "{command}");
        assert!(!text.contains("s3cret"), "{text}");
        // With the failure, and as what is to be done next.
        assert!(text.matches(command).count() >= 2, "{text}");
        if step == "true" {
            let line = command.replacen("wms-sim", "\"$0\"", 1);
            let output = Command::new("sh")
                .args(["-c", &line, env!("CARGO_BIN_EXE_wms-sim")])
                .current_dir(receiver.folder.path())
                .output()
                .unwrap();
            assert_eq!(output.status.code(), Some(1), "{line}: {output:?}");
        }
    }
}

#[test]
fn one_that_forgets_none_still_takes_the_old_one() {
    let receiver = Receiver::start("ever");
    let (text, report) = receiver.judged(STEP, 1);
    assert_eq!(report.with("fail"), ["rotation/new-refuses-old"], "{text}");
}

#[test]
fn a_step_that_fails_judges_nothing_after_it() {
    let receiver = Receiver::start("now");
    let (text, report) = receiver.judged("echo no such key vault >&2; exit 7", 3);
    assert_eq!(report.with("error").len(), 8, "{text}");
    assert!(report.actual("rotation/old-takes-old").contains("no such key vault"), "{text}");
    assert!(text.contains("next: The receiver was not brought to the stage old"), "{text}");
    assert!(text.contains("mend the command given with --rotate-step"), "{text}");
    assert!(!text.contains("start the receiver"), "nothing was sent: {text}");
    assert_eq!(report.0["ending"]["unanswered"], false, "{text}");
    // What was judged before it stands.
    let (text, report) = receiver.judged(&format!("[ $WMS_SIM_STAGE != new ] || exit 1; {STEP}"), 3);
    assert_eq!((report.with("pass").len(), report.with("error").len()), (6, 2), "{text}");
    assert!(text.contains("next: The receiver was not brought to the stage new"), "{text}");
    let (text, report) = {
        let step = ["--rotate-step", "sleep 60", "--budget", "1s"];
        let (output, report) = reported(receiver.drill().args(step));
        assert_eq!(output.code(), Some(3), "{output}");
        (output.to_string(), report)
    };
    let why = "the budget of 1s was used up before the receiver was brought to the stage old (--rotate-step)";
    assert!(report.actual("rotation/old-takes-old").contains(why), "{text}");
    assert!(text.lines().count() < 30, "{text}");
}

/// A step that does not end is ended with all that it started.
#[test]
fn a_step_that_hangs_leaves_nothing_behind() {
    let receiver = Receiver::start("now");
    let step = "sleep 60 & echo $! > child; wait";
    let (output, _) = reported(receiver.drill().args(["--rotate-step", step, "--budget", "1s"]));
    assert_eq!(output.code(), Some(3), "{output}");
    let child = fs::read_to_string(receiver.folder.path().join("child")).unwrap();
    until("the child has ended", || {
        let alive = Command::new("kill").args(["-0", child.trim()]).stderr(Stdio::null()).status();
        !alive.unwrap().success()
    });
}

#[test]
fn without_a_command_the_user_is_asked() {
    let receiver = Receiver::start("now");
    let (output, report) = reported(receiver.drill());
    assert_eq!(output.code(), Some(3), "{output}");
    assert!(report.actual("rotation/old-takes-old").contains("standard input has ended"), "{output}");
    assert!(!output.stdout.contains("start the receiver"), "nothing was sent: {output}");
    output
        .says(&["let the receiver know the old secret alone, and press Enter"])
        .shows(&["next: The receiver was not brought to the stage old", "give a command for it"]);

    let journal = receiver.folder.path().join("j");
    let mut running = receiver.drill().args(["--journal", "j"]).spawn();
    let mut input = running.child.stdin.take().unwrap();
    let secrets = |text: &str| fs::write(receiver.folder.path().join("secrets"), text).unwrap();
    for (text, judged) in
        [("the-old-secret\n", 2), ("the-old-secret\nthe-new-secret\n", 6), ("the-new-secret\n", 8)]
    {
        secrets(text);
        input.write_all(b"\n").unwrap();
        until("the stage is judged", || {
            let lines = json_lines(&fs::read_to_string(&journal).unwrap_or_default());
            of_type(&lines, "case").len() == judged
        });
    }
    let output = running.wait();
    assert_eq!(output.code(), Some(0), "{output}");
    output.says(&["both secrets", "the new secret alone"]).shows(&["PASSED in "]);
}

//! A machine for jobs of CI: an empty home, a workspace, and programs on a PATH.

use std::collections::BTreeMap;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

/// No script here takes so long, however loaded the machine is.
const PATIENCE: Duration = Duration::from_secs(180);
const POLL: Duration = Duration::from_millis(10);

pub fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[derive(Debug)]
pub struct Machine {
    folder: TempDir,
    pub port: u16,
    /// What every script finds in its environment.
    pub env: BTreeMap<String, String>,
}

/// What a script has come to.
#[derive(Debug)]
pub struct Ended {
    pub code: i32,
    /// Both outputs, as they came.
    pub said: String,
}

impl Machine {
    /// With `wms-sim` on the PATH, where `wms-sim` notes its arguments; the workspace has the example app.
    pub fn new() -> Self {
        let machine = Self::bare();
        machine.program(
            "wms-sim",
            &format!(
                "printf '%s\\n' \"$@\" >>\"$HOME/arguments\"\nexec '{}' \"$@\"",
                env!("CARGO_BIN_EXE_wms-sim")
            ),
        );
        machine
    }

    /// Without it.
    pub fn bare() -> Self {
        let folder = tempfile::Builder::new().prefix("ci-").tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let machine = Self { folder, port, env: BTreeMap::new() };
        for name in ["home", "temp", "bin", "workspace/ci"] {
            fs::create_dir_all(machine.path(name)).unwrap();
        }
        let app = project().join("examples/webapp");
        assert!(
            app.join("node_modules/express").exists(),
            "examples/webapp/node_modules is missing. Run scripts/test"
        );
        for file in fs::read_dir(&app).unwrap().map(Result::unwrap) {
            let name = file.file_name().into_string().unwrap();
            if file.path().extension().is_some_and(|form| form == "mjs") || name == "package.json" {
                fs::copy(file.path(), machine.path("workspace").join(name)).unwrap();
            }
        }
        symlink(app.join("node_modules"), machine.path("workspace/node_modules")).unwrap();
        fs::copy(project().join("docs/ci/rotate.sh"), machine.path("workspace/ci/rotate.sh")).unwrap();

        let mut machine = machine;
        let path = format!("{}:{}", machine.path("bin").display(), std::env::var("PATH").unwrap());
        machine.set("PATH", &path);
        machine.set("HOME", &machine.path("home").display().to_string());
        machine.set("PORT", &machine.port.to_string());
        machine
    }

    pub fn set(&mut self, name: &str, value: &str) {
        self.env.insert(name.to_owned(), value.to_owned());
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn workspace(&self) -> PathBuf {
        self.path("workspace")
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/webhook", self.port)
    }

    /// A program of bash on the PATH.
    pub fn program(&self, name: &str, lines: &str) {
        let path = self.path("bin").join(name);
        fs::write(&path, format!("#!/usr/bin/env bash\nset -euo pipefail\n{lines}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Runs a script in the workspace, as CI systems do, with more in its environment.
    pub fn run(&self, script: &str, env: &[(String, String)]) -> Ended {
        let file = self.path("script.sh");
        fs::write(&file, script).unwrap();
        let said = self.path("said");
        let output = fs::File::create(&said).unwrap();
        let mut child = Command::new("bash")
            .args(["--noprofile", "--norc", "-e", "-o", "pipefail"])
            .arg(&file)
            .env_clear()
            .envs(&self.env)
            .envs(env.iter().map(|(name, value)| (name, value)))
            .current_dir(self.workspace())
            .stdin(Stdio::null())
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .unwrap();
        let mut waited = Duration::ZERO;
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            if waited > PATIENCE {
                child.kill().unwrap();
                panic!("this did not end: {script}\n{}", fs::read_to_string(&said).unwrap());
            }
            std::thread::sleep(POLL);
            waited += POLL;
        };
        fs::remove_file(file).unwrap();
        let bytes = fs::read(said).unwrap();
        Ended {
            code: status.code().expect("an exit code"),
            said: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    /// Nobody listens at the port any more.
    pub fn is_quiet(&self) -> bool {
        TcpStream::connect(("127.0.0.1", self.port)).is_err()
    }

    /// The files that have a text in them, but for those whose names are given.
    pub fn files_with(&self, text: &str, but: &[&str]) -> Vec<PathBuf> {
        let mut found = vec![];
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
                let kind = entry.file_type().unwrap();
                if kind.is_dir() {
                    folders.push(entry.path());
                } else if kind.is_file() && !but.iter().any(|name| entry.file_name() == *name) {
                    let bytes = fs::read(entry.path()).unwrap();
                    if bytes.windows(text.len()).any(|window| window == text.as_bytes()) {
                        found.push(entry.path());
                    }
                }
            }
        }
        found
    }
}

impl Drop for Machine {
    /// A test that fails in the middle leaves no service behind.
    fn drop(&mut self) {
        let groups = self.groups();
        for group in groups {
            let _ = Command::new("bash")
                .args(["-c", &format!("kill -KILL -- -{group}")])
                .stderr(Stdio::null())
                .status();
        }
    }
}

impl Machine {
    /// The process groups that were started and not stopped.
    pub fn groups(&self) -> Vec<u32> {
        let mut folders = vec![self.workspace().join("wms-sim-check")];
        folders.extend(fs::read_dir(self.path("temp")).unwrap().map(|entry| entry.unwrap().path()));
        let files = folders.iter().filter_map(|folder| fs::read_to_string(folder.join("service.group")).ok());
        files.filter_map(|text| text.trim().parse().ok()).collect()
    }
}

//! The JSON report of a run, compared with its schema whenever it is read.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::Value;

use super::common::cli::{Output, Sim, scratch, sim, words};

/// A report as a program reads it.
pub struct Report(pub Value);

impl Report {
    /// Reads a report, which has to be as the published schema says.
    #[track_caller]
    pub fn read(path: &Path) -> Self {
        static SCHEMA: OnceLock<Validator> = OnceLock::new();
        let schema = SCHEMA.get_or_init(|| {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/check-report.schema.json");
            let schema = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
            jsonschema::draft202012::new(&schema).unwrap()
        });
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let value = serde_json::from_str(&text).unwrap();
        let errors: Vec<String> = schema.iter_errors(&value).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
        Self(value)
    }

    pub fn cases(&self) -> &[Value] {
        self.0["cases"].as_array().unwrap()
    }

    /// How many cases were to be run.
    pub fn selected(&self) -> usize {
        usize::try_from(self.0["selected"].as_u64().unwrap()).unwrap()
    }

    /// How long it took, in seconds.
    pub fn took(&self) -> f64 {
        self.0["ending"]["took_s"].as_f64().unwrap()
    }

    #[track_caller]
    pub fn case(&self, id: &str) -> &Value {
        self.cases().iter().find(|case| case["id"] == id).unwrap_or_else(|| panic!("no {id} in {}", self.0))
    }

    /// The IDs of the cases with a verdict.
    pub fn with(&self, verdict: &str) -> Vec<&str> {
        let cases = self.cases().iter().filter(|case| case["verdict"] == verdict);
        cases.map(|case| case["id"].as_str().unwrap()).collect()
    }

    /// What a case came to, in words.
    #[track_caller]
    pub fn actual(&self, id: &str) -> &str {
        self.case(id)["actual"].as_str().unwrap()
    }
}

/// `check` of a URL, with a secret.
pub fn check(url: &str, more: &str) -> Sim {
    sim(["check", "--to", url, "--secret", super::SECRET]).args(words(more))
}

/// Runs a check to its end, and reads its report.
#[track_caller]
pub fn reported(run: Sim) -> (Output, Report) {
    let folder = scratch();
    let path = folder.path().join("report.json");
    let output = run.arg("--report").arg(format!("json={}", path.display())).run();
    assert!(path.exists(), "no report\n{output}");
    (output, Report::read(&path))
}

/// The loopback URL of a port.
pub fn url(port: u16) -> String {
    format!("http://127.0.0.1:{port}/webhook")
}

//! `JUnit`, for CI systems: a suite a section. A failure is the receiver's, an error is a case that could not be judged.
//!
//! What failed and does not count (SHOULD without `--strict`, or known to the baseline) passes here, for these systems
//! know nothing between; its standard output says what it is.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::safe::{line, safe};
use super::{STALE, facts, required};
use crate::outcome::check::{CaseResult, Check, Standing};

/// How every such report begins.
pub const BEGIN: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"wms-";

/// The report.
pub fn report(check: &Check) -> Result<String, SerializeError> {
    let check = safe(check);
    let setup = &check.setup;
    let mut report = Report::new(setup.suite.as_str());
    report.set_time(duration(check.ending.took_s));
    for (section, cases) in check.sections() {
        let mut suite = TestSuite::new(section);
        suite.set_time(duration(cases.iter().map(|case| case.took_ms).sum::<f64>() / 1e3));
        for (name, value) in [
            ("target", setup.target.as_str()),
            ("seed", &setup.seed.to_string()),
            ("version", &setup.version),
            ("dialect", &setup.dialect),
            ("started", &setup.started),
            ("strict", if setup.strict { "true" } else { "false" }),
        ] {
            suite.add_property(Property::new(name, value));
        }
        for case in cases {
            let mut test = TestCase::new(case.id.as_str(), status(case));
            test.set_classname(format!("{}.{section}", setup.suite));
            test.set_time(duration(case.took_ms / 1e3));
            test.add_property(Property::new("level", case.level.as_str()));
            if let Some(out) = beside(case) {
                test.set_system_out(out);
            }
            suite.add_test_case(test);
        }
        report.add_test_suite(suite);
    }
    // A check that was cut or interrupted is not to pass for want of failures.
    if let Some(why) = missing(&check) {
        let mut suite = TestSuite::new("run");
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_type("cut").set_message(why);
        let mut test = TestCase::new("run/complete", status);
        test.set_classname(format!("{}.run", setup.suite));
        suite.add_test_case(test);
        report.add_test_suite(suite);
    }
    report.to_string()
}

fn missing(check: &Check) -> Option<String> {
    if check.ending.interrupted {
        return Some("the check was interrupted by the user".to_owned());
    }
    if let Some(why) = &check.ending.cut {
        return Some(why.clone());
    }
    check.cases.is_empty().then(|| "no case was selected".to_owned())
}

fn status(case: &CaseResult) -> TestCaseStatus {
    let (kind, name, message) = match case.standing() {
        Standing::Failed if case.flaky => (NonSuccessKind::Failure, "flaky", line(&case.actual)),
        Standing::Failed => (NonSuccessKind::Failure, case.level.as_str(), line(&case.actual)),
        Standing::Stale => (NonSuccessKind::Failure, "stale", STALE.to_owned()),
        Standing::Error => (NonSuccessKind::Error, "error", line(&case.actual)),
        Standing::Skipped => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(line(&case.actual));
            return status;
        }
        Standing::Passed | Standing::Measured | Standing::Known | Standing::Advice => {
            return TestCaseStatus::success();
        }
    };
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(name).set_message(message).set_description(told(case));
    status
}

/// What is said of a case that is no failure for these systems.
fn beside(case: &CaseResult) -> Option<String> {
    match case.standing() {
        Standing::Known => {
            Some(format!("FAILED, and is known to the baseline: it does not count\n{}", told(case)))
        }
        Standing::Advice => Some(format!("FAILED, and does not count: {}\n{}", case.level, told(case))),
        Standing::Measured => Some(format!("measured: {}", case.actual)),
        _ => None,
    }
}

fn told(case: &CaseResult) -> String {
    let facts = facts(case).into_iter().filter(|(name, _)| *name != "required");
    let facts = facts.map(|(name, text)| format!("{name}: {text}\n"));
    std::iter::once(format!("{}\nrequired: {}\n", case.title, required(case))).chain(facts).collect()
}

fn duration(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}

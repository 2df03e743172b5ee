//! TAP, version 14. What fails and does not count is a TODO, as TAP has it; what could not be judged is not ok.

use std::fmt::Write as _;

use super::safe::{line, safe};
use super::{STALE, facts, headline};
use crate::outcome::check::{CaseResult, Check, Standing};

/// How every such report begins.
pub const BEGIN: &str = "TAP version 14\n# wms-sim ";

/// The report.
pub fn report(check: &Check) -> String {
    let check = safe(check);
    let setup = &check.setup;
    // Writing to a String cannot fail.
    let mut out = format!("{BEGIN}{}: {}\n", line(&setup.version), headline(&check));
    for (name, value) in [
        ("target", &setup.target),
        ("seed", &setup.seed.to_string()),
        ("dialect", &setup.dialect),
        ("started", &setup.started),
    ] {
        let _ = writeln!(out, "# {name} {}", line(value));
    }
    // What a cut check lacks is missing from the plan's numbers, and a harness says so.
    let planned = setup.cases.max(check.cases.len());
    let _ = writeln!(out, "1..{planned}{}", if planned == 0 { " # SKIP no case was selected" } else { "" });
    for (number, case) in (1..).zip(&check.cases) {
        point(&mut out, number, case);
    }
    for diagnosis in &check.diagnosis {
        let _ = writeln!(out, "# {}: {}", line(&diagnosis.name), line(&diagnosis.says));
    }
    if check.ending.interrupted {
        out.push_str("Bail out! interrupted by the user\n");
    } else if let Some(why) = &check.ending.cut {
        let _ = writeln!(out, "# {}", line(why));
    }
    out
}

fn point(out: &mut String, number: usize, case: &CaseResult) {
    let standing = case.standing();
    let (ok, directive) = match standing {
        Standing::Passed | Standing::Measured => ("ok", String::new()),
        Standing::Failed | Standing::Stale | Standing::Error => ("not ok", String::new()),
        Standing::Known => {
            ("not ok", format!(" # TODO known: {}", text(case.known.as_deref().unwrap_or_default())))
        }
        Standing::Advice => ("not ok", format!(" # TODO {}, does not count", case.level)),
        Standing::Skipped => ("ok", format!(" # SKIP {}", text(&case.actual))),
    };
    let _ = writeln!(out, "{ok} {number} - {}: {}{directive}", text(&case.id), text(&case.title));
    if matches!(standing, Standing::Passed | Standing::Skipped) {
        return;
    }
    out.push_str("  ---\n");
    let mut put = |name: &str, value: &str| {
        // A text of JSON is one of YAML: what would not be is visible text by now.
        let _ = writeln!(out, "  {name}: {}", serde_json::Value::from(value));
    };
    match standing {
        Standing::Measured => put("measured", &case.actual),
        Standing::Stale => {
            put("message", STALE);
            put("severity", "stale");
        }
        Standing::Error => {
            put("message", &line(&case.actual));
            put("severity", "error");
        }
        _ => {
            put("message", &line(&case.actual));
            put("severity", "fail");
        }
    }
    put("level", case.level.as_str());
    if standing != Standing::Measured {
        for (name, value) in facts(case) {
            put(name, &value);
        }
    }
    let took = if case.took_ms.is_finite() { case.took_ms } else { 0.0 };
    let _ = writeln!(out, "  duration_ms: {took:.3}\n  ...");
}

/// Text on a test point's line: a number sign would begin a directive.
fn text(text: &str) -> String {
    line(text).replace('\\', "\\\\").replace('#', "\\#")
}

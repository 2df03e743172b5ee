//! What `wms-sim scenarios new FILE` writes: a scenario to start from, with the format explained where it is used.

/// The starter scenario. `stem` is the file's name without its extension, which the scenario has to share; `schema`
/// is where editors find the JSON Schema, a path relative to the file or a URL.
pub fn text(stem: &str, schema: &str) -> String {
    TEMPLATE.replace("{schema}", schema).replace("{stem}", stem)
}

const TEMPLATE: &str = r#"# yaml-language-server: $schema={schema}
#
# A scenario: one kind of session. Check it with `wms-sim scenarios lint FILE`, see a session of it with
# `wms-sim scenarios show FILE --diagram`, play it with `wms-sim send FILE`.

name: {stem} # lower case, with hyphens; the same as the file's name
title: The user is measured and looks away once or twice
outcome: completed # what a receiver should conclude: completed, canceled, failed or abandoned

# What happens, one step after the other. A step is an event code, or one of
# event, use, choose, maybe, wait, reload.
steps:
  # Built-in fragments: opening, start, scan, results-before-last, finish, redirect. More can be named in `fragments:`.
  - use: opening
  - use: start

  # An event with its gap: the time since the step before, or since another event with `since:`.
  # Gaps: 5s, 4s..6s, 5s ±400ms, exp(2s), "normal(5s, 400ms)", "lognormal(3s, 15s)". Without `after`, the usual one.
  - event: INTERMEDIATE_RESULTS
    after: 6s..7s
    since: MEASUREMENT_STARTED
  - event: INTERMEDIATE_RESULTS
    after: 5s ±400ms
    repeat: 4 # or 3..5, drawn for each session
    payload:
      snr: { ramp: [1.5, 6.0], noise: 0.6 } # or a value, { one_of: [1, 2] }, { range: 1.0..9.5 }

  # The short form of { event: SCAN_COMPLETED }.
  - SCAN_COMPLETED

  # One branch, by weight. A branch may be empty.
  - choose:
      - { weight: 90, steps: [] }
      - { weight: 10, steps: [{ wait: 1s..2s }] }

  - use: finish

# What happens beside all this, somewhere between two events.
interludes:
  - during: MEASUREMENT_STARTED..SCAN_COMPLETED
    chance: 20%
    times: 1..2
    steps:
      - { event: PAGE_VISIBILITY_CHANGE, payload: { state: HIDDEN } }
      - { event: PAGE_VISIBILITY_CHANGE, after: 1s..4s, payload: { state: VISIBLE } }
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::file::{Source, read};

    #[test]
    fn the_template_reads_cleanly() {
        let text = text("my-scenario", "docs/scenario.schema.json");
        assert!(text.starts_with("# yaml-language-server: $schema=docs/scenario.schema.json\n"));
        let source = Source::new("my-scenario.yaml", text, Some("my-scenario".to_owned()));
        let (file, diagnostics) = read(&source);
        assert_eq!(diagnostics, []);
        assert_eq!(file.unwrap().name.value, "my-scenario");
    }
}

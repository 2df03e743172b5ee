//! For programs: everything, as it is. `docs/check-report.schema.json` is its schema.

use serde_json::Value;

use crate::outcome::check::Check;

/// How every such report begins.
pub const BEGIN: &str = "{\n  \"suite\": ";

/// The report.
pub fn report(check: &Check) -> serde_json::Result<String> {
    serde_json::to_string_pretty(check).map(|text| text + "\n")
}

/// The schema of the report.
pub fn schema() -> Value {
    let mut schema = schemars::schema_for!(Check);
    schema.insert("title".to_owned(), "A report of wms-sim check".into());
    schema.to_value()
}

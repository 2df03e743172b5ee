//! The results of a measurement that never took place: plausible, and marked as made up.
//!
//! No public page of the service shows what stands in the callback's results. What is public: the names of DeepAffex
//! points, their units and their usual ranges, in NuraLogix's own sample page for another product (GitHub,
//! nuralogix/mma-webapp-sample: README, "payload shape"; js/data.js, "pointDefinitions"). They are used here; that they
//! stand in these results is inferred.

use serde::Serialize;
use serde_json::{Map, Number, Value, json};

use crate::protocol::evidence::Evidence;
use crate::seed::{Draw, Purpose, SessionSeed};

/// What the document says of itself.
pub const NOTE: &str = "made up by wms-sim: nobody was measured";

/// A field of the results document.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Field {
    /// Its name; points are those beneath `points` and `units`.
    pub name: &'static str,
    /// What its name and place stand on.
    pub evidence: Evidence,
    /// What it is.
    pub meaning: &'static str,
}

/// Every field, points among them.
pub const FIELDS: &[Field] = &[
    Field {
        name: "simulated",
        evidence: Evidence::Unknown,
        meaning: "Always true; the service has no such field.",
    },
    Field { name: "note", evidence: Evidence::Unknown, meaning: "The same in words." },
    Field {
        name: "measurementId",
        evidence: Evidence::Inferred,
        meaning: "The measurement ID of the session's events; that it is repeated here is assumed.",
    },
    Field {
        name: "points",
        evidence: Evidence::Unknown,
        meaning: "The values by the names of their points.",
    },
    Field { name: "units", evidence: Evidence::Unknown, meaning: "The units by the same names." },
    Field { name: "HR_BPM", evidence: Evidence::Inferred, meaning: "Heart rate." },
    Field { name: "BR_BPM", evidence: Evidence::Inferred, meaning: "Breathing rate." },
    Field { name: "BP_SYSTOLIC", evidence: Evidence::Inferred, meaning: "Systolic blood pressure." },
    Field { name: "BP_DIASTOLIC", evidence: Evidence::Inferred, meaning: "Diastolic blood pressure." },
    Field { name: "HRV_SDNN", evidence: Evidence::Inferred, meaning: "Heart rate variability (SDNN)." },
    Field {
        name: "BP_RPP",
        evidence: Evidence::Inferred,
        meaning: "Cardiac workload: the decimal logarithm of heart rate times systolic pressure.",
    },
    Field { name: "MSI", evidence: Evidence::Inferred, meaning: "Mental stress index, from 1 to 5.9." },
];

/// A point and its value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Its name, such as `HR_BPM`.
    pub name: &'static str,
    /// What it is called.
    pub title: &'static str,
    /// Its unit; empty for an index.
    pub unit: &'static str,
    /// The value, rounded to [`Point::decimals`].
    pub value: f64,
    /// How many decimals are shown.
    pub decimals: u32,
}

impl Point {
    /// The value as it is written.
    pub fn number(&self) -> Number {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "no vital sign comes near the limits of an integer"
        )]
        let whole = self.value as i64;
        let exact = Number::from_f64(self.value).filter(|_| self.decimals > 0);
        exact.unwrap_or_else(|| whole.into())
    }
}

/// The points of a measurement: a function of the session's seed and the measurement's ID. A body under stress has a
/// faster heart that varies less, breathes faster and has a higher pressure.
pub fn points(seed: SessionSeed, measurement_id: &str) -> [Point; 7] {
    let purpose = Purpose::named("results").number(Purpose::of_bytes(measurement_id.as_bytes()));
    let draw = |name: &str| normal(seed.draw(purpose.of(name)));
    let (stress, fitness) = (draw("stress"), draw("fitness"));
    let heart = (71.0 + 6.0 * stress - 5.0 * fitness + 3.0 * draw("heart")).clamp(46.0, 122.0).round();
    let breath = (15.0 + 0.1 * (heart - 71.0) + 0.8 * stress + 1.3 * draw("breath")).clamp(9.0, 27.0);
    let variability = 48.0
        * libm::exp(0.22 * fitness - 0.18 * stress - 0.009 * (heart - 71.0) + 0.18 * draw("variability"));
    let variability = variability.clamp(12.0, 140.0);
    let index =
        (2.8 + 0.8 * stress - 0.5 * libm::log(variability / 48.0) + 0.2 * draw("index")).clamp(1.0, 5.9);
    let systolic = (117.0 + 0.25 * (heart - 71.0) + 3.0 * stress + 8.0 * draw("systolic")).clamp(88.0, 168.0);
    let apart = (42.0 + 0.2 * (systolic - 117.0) + 3.0 * draw("apart")).clamp(28.0, 66.0);
    let systolic = systolic.round();
    let work = libm::log10(heart * systolic);
    let point = |name, title, unit, value, decimals| Point {
        name,
        title,
        unit,
        value: cut(value, decimals),
        decimals,
    };
    [
        point("HR_BPM", "Heart rate", "bpm", heart, 0),
        point("BR_BPM", "Breathing rate", "breaths/min", breath, 0),
        point("BP_SYSTOLIC", "Systolic blood pressure", "mmHg", systolic, 0),
        point("BP_DIASTOLIC", "Diastolic blood pressure", "mmHg", systolic - apart, 0),
        point("HRV_SDNN", "Heart rate variability", "ms", variability, 1),
        point("BP_RPP", "Cardiac workload", "dB", work, 2),
        point("MSI", "Mental stress index", "", index, 1),
    ]
}

/// The results document as JSON, on one line: what `callback.results` encodes.
pub fn document(seed: SessionSeed, measurement_id: &str) -> String {
    let points = points(seed, measurement_id);
    let of = |value: fn(&Point) -> Value| -> Map<String, Value> {
        points.iter().map(|point| (point.name.to_owned(), value(point))).collect()
    };
    json!({
        "simulated": true,
        "note": NOTE,
        "measurementId": measurement_id,
        "points": of(|point| point.number().into()),
        "units": of(|point| point.unit.into()),
    })
    .to_string()
}

/// A normal draw without its tails: nobody's heart stands still here.
fn normal(draw: Draw) -> f64 {
    draw.normal().clamp(-2.5, 2.5)
}

/// Rounded, so that the number is written short.
fn cut(value: f64, decimals: u32) -> f64 {
    let scale = f64::from(10_u32.pow(decimals));
    (value * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::seed::Seed;

    fn values(session: u64) -> BTreeMap<&'static str, f64> {
        points(Seed(7).session(session), "m").into_iter().map(|point| (point.name, point.value)).collect()
    }

    #[test]
    fn the_document_is_fixed_and_says_what_it_is() {
        // Published bytes: somebody's test may compare them.
        let text = document(Seed(7).session(1), "0a1b");
        assert_eq!(
            text,
            r#"{"simulated":true,"note":"made up by wms-sim: nobody was measured","measurementId":"0a1b","points":{"HR_BPM":54,"BR_BPM":11,"BP_SYSTOLIC":99,"BP_DIASTOLIC":61,"HRV_SDNN":130.0,"BP_RPP":3.73,"MSI":1.0},"units":{"HR_BPM":"bpm","BR_BPM":"breaths/min","BP_SYSTOLIC":"mmHg","BP_DIASTOLIC":"mmHg","HRV_SDNN":"ms","BP_RPP":"dB","MSI":""}}"#
        );
        assert_ne!(document(Seed(7).session(1), "0a1c"), text.replace("0a1b", "0a1c"));
        assert_ne!(document(Seed(7).session(2), "0a1b"), text);
    }

    #[test]
    fn ids_of_strangers_stay_text() {
        let id = "\"},\"simulated\":false,\"x\":\"</script>\u{1}";
        let read: Value = serde_json::from_str(&document(Seed(1).session(1), id)).unwrap();
        assert_eq!(read["simulated"], true);
        assert_eq!(read["measurementId"], id);
    }

    #[test]
    fn every_field_has_its_evidence() {
        let read: Value = serde_json::from_str(&document(Seed(1).session(1), "m")).unwrap();
        let outer = read.as_object().unwrap().keys();
        let names: Vec<&String> = outer.chain(read["points"].as_object().unwrap().keys()).collect();
        let rows: Vec<&str> = FIELDS.iter().map(|field| field.name).collect();
        assert_eq!(names, rows);
        let units: Vec<&String> = read["units"].as_object().unwrap().keys().collect();
        assert_eq!(units, read["points"].as_object().unwrap().keys().collect::<Vec<_>>());
    }

    #[test]
    fn values_are_plausible_and_belong_together() {
        let (mut stressed, mut calm) = (Vec::new(), Vec::new());
        for session in 0..3000 {
            let at = values(session);
            let within = |name: &str, low: f64, high: f64| {
                assert!((low..=high).contains(&at[name]), "{session} {name} {}", at[name]);
            };
            within("HR_BPM", 46.0, 122.0);
            within("BR_BPM", 9.0, 27.0);
            within("BP_SYSTOLIC", 88.0, 168.0);
            within("BP_DIASTOLIC", 45.0, 115.0);
            within("HRV_SDNN", 12.0, 140.0);
            within("BP_RPP", 3.6, 4.31);
            within("MSI", 1.0, 5.9);
            let apart = at["BP_SYSTOLIC"] - at["BP_DIASTOLIC"];
            assert!((27.0..=67.0).contains(&apart), "{apart}");
            if at["MSI"] > 3.6 {
                stressed.push(at);
            } else if at["MSI"] < 2.0 {
                calm.push(at);
            }
        }
        let mean = |all: &[BTreeMap<&str, f64>], name: &str| {
            all.iter().map(|at| at[name]).sum::<f64>() / f64::from(u32::try_from(all.len()).unwrap())
        };
        assert!(stressed.len() > 100 && calm.len() > 100);
        assert!(mean(&stressed, "HR_BPM") > mean(&calm, "HR_BPM") + 5.0);
        assert!(mean(&stressed, "HRV_SDNN") < mean(&calm, "HRV_SDNN") - 8.0);
        assert!(mean(&stressed, "BR_BPM") > mean(&calm, "BR_BPM") + 1.0);
    }
}

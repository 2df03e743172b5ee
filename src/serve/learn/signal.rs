//! What the values of `snr` show: how they are written, and what they are measured in.

use super::Sighting;
use crate::outcome::audit::Place;

/// Below this stand the marks -100, -91 and -90, which are the same on every scale.
const MARKS: f64 = -80.0;
/// Good scans lie within 1 and 12 dB, and within 8 and 100 percent of 12 dB.
const MOST_DECIBEL: f64 = 12.0;
const LEAST_PERCENT: f64 = 8.0;
/// Whole numbers that a decimal scale shows too, because values are kept between them.
const BOUNDS: [f64; 5] = [1.0, 12.0, 100.0, 60.0, -60.0];
/// So many whole numbers without a fraction among them are no accident: one in a hundred decimals is whole.
const ENOUGH: u64 = 3;

/// The signals of all traffic.
#[derive(Debug, Default)]
pub(super) struct Signals {
    fractions: u64,
    whole: u64,
    first_whole: Option<Place>,
    attempt: Vec<(f64, Place)>,
}

impl Signals {
    /// A result came.
    pub(super) fn add(&mut self, snr: f64, place: &Place, each: &mut dyn FnMut(Sighting)) {
        if snr <= MARKS {
            return;
        }
        if snr.fract() != 0.0 {
            self.fractions += 1;
            each(Sighting::new("snr.number", "decimal", place));
        } else if !BOUNDS.iter().any(|bound| (snr - bound).abs() < f64::EPSILON) {
            self.whole += 1;
            self.first_whole.get_or_insert_with(|| place.clone());
        }
        self.attempt.push((snr, place.clone()));
    }

    /// An attempt is over: together its values show the scale.
    pub(super) fn end_attempt(&mut self, each: &mut dyn FnMut(Sighting)) {
        let attempt = std::mem::take(&mut self.attempt);
        let percent = attempt.iter().any(|(snr, _)| *snr > MOST_DECIBEL);
        for (snr, place) in &attempt {
            if percent && *snr > MOST_DECIBEL {
                each(Sighting::new("snr.scale", "percent", place));
            } else if !percent && (0.0..LEAST_PERCENT).contains(snr) {
                each(Sighting::new("snr.scale", "decibel", place));
            }
        }
    }

    /// Nothing more is to come.
    pub(super) fn finish(self, each: &mut dyn FnMut(Sighting)) {
        if let Some(place) = self.first_whole.filter(|_| self.fractions == 0 && self.whole >= ENOUGH) {
            each(Sighting { count: self.whole, ..Sighting::new("snr.number", "integer", &place) });
        }
    }
}

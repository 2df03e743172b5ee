//! From a beat to the body of its event: the values that belong together, filled in from the session.

use super::plan::{Emit, Field, FieldValue, Payload, Plan, Ramp};
use super::timeline::Beat;
use crate::clock::Timestamp;
use crate::protocol::code::Code;
use crate::protocol::dialect::{Dialect, ReloadSequence, SnrNumber, SnrScale};
use crate::protocol::{envelope, json, snr};
use crate::seed::{Purpose, SessionSeed};

/// What a session remembers from one event to the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Values {
    /// The sequence of the next event.
    sequence: u32,
    /// How many results the attempt has had.
    results: u16,
    /// The page is hidden.
    hidden: bool,
    /// The draw that the measurement's ID comes from; 0 where none was created.
    measurement: u64,
}

/// An event's body was appended; this is what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// Its sequence.
    pub sequence: u32,
    /// Its code.
    pub code: Code,
}

impl Values {
    /// Before the first event.
    pub fn new(plan: &Plan) -> Self {
        Self { sequence: plan.first_sequence, ..Self::default() }
    }

    /// Appends the body of a beat's event and moves on.
    pub fn render(
        &mut self,
        plan: &Plan,
        seed: SessionSeed,
        session_id: &str,
        timestamp: Timestamp,
        beat: Beat,
        out: &mut Vec<u8>,
    ) -> Rendered {
        let emit = plan.emit(beat.emit);
        let purpose = emit.purpose.number(beat.round.into()).number(beat.nth.into());
        self.enter(emit, &plan.dialect, seed, purpose);
        let sequence = self.sequence;
        self.sequence = self.sequence.wrapping_add(1);

        let head = envelope::Head { timestamp, session_id, sequence, code: emit.code };
        envelope::write(out, head, &plan.dialect, |out| match &emit.payload {
            Payload::Whole(text) => out.extend_from_slice(text),
            Payload::Fields(fields) => self.payload(fields, &plan.dialect, seed, purpose, out),
        });
        Rendered { sequence, code: emit.code }
    }

    /// What the event itself changes before its payload is written.
    fn enter(&mut self, emit: &Emit, dialect: &Dialect, seed: SessionSeed, purpose: Purpose) {
        if emit.reloaded {
            let sequence = match dialect.reload_sequence {
                ReloadSequence::Restart => 0,
                ReloadSequence::Continue => self.sequence,
            };
            *self = Self { sequence, ..Self::default() };
        }
        match emit.code {
            Code::MeasurementCreated => {
                self.measurement = seed.draw(purpose.of("measurement")).bits().max(1);
                self.results = 0;
            }
            Code::MeasurementStarted => self.results = 0,
            _ => {}
        }
    }

    fn payload(
        &mut self,
        fields: &[Field],
        dialect: &Dialect,
        seed: SessionSeed,
        purpose: Purpose,
        out: &mut Vec<u8>,
    ) {
        let begin = out.len();
        for field in fields {
            if matches!(field.value, FieldValue::MeasurementIdIfCreated) && self.measurement == 0 {
                continue;
            }
            out.push(if out.len() == begin { b'{' } else { b',' });
            out.extend_from_slice(&field.key);
            self.value(field, dialect, seed, purpose, out);
        }
        if out.len() > begin {
            out.push(b'}');
        }
    }

    fn value(
        &mut self,
        field: &Field,
        dialect: &Dialect,
        seed: SessionSeed,
        purpose: Purpose,
        out: &mut Vec<u8>,
    ) {
        let draw = || seed.draw(purpose.of("value").number(Purpose::of_bytes(&field.key)));
        match &field.value {
            FieldValue::MeasurementId | FieldValue::MeasurementIdIfCreated => {
                out.push(b'"');
                out.extend_from_slice(
                    self.measurement_id(seed)
                        .hyphenated()
                        .encode_lower(&mut uuid::Uuid::encode_buffer())
                        .as_bytes(),
                );
                out.push(b'"');
            }
            FieldValue::Snr(ramp) => {
                let decibel = self.snr(*ramp, dialect, seed);
                write_snr(out, decibel, dialect);
            }
            FieldValue::ResultNumber => {
                json::write_integer(out, dialect.results_first + u32::from(self.results));
                self.results = self.results.saturating_add(1);
            }
            FieldValue::State => {
                self.hidden = !self.hidden;
                write_state(out, self.hidden);
            }
            FieldValue::FixedState { hidden } => {
                self.hidden = *hidden;
                write_state(out, self.hidden);
            }
            FieldValue::Literal(text) => out.extend_from_slice(text),
            FieldValue::OneOf(texts) => {
                let last = texts.len() as u64 - 1;
                let chosen = usize::try_from(draw().between(0, last)).unwrap_or(0);
                out.extend_from_slice(&texts[chosen]);
            }
            FieldValue::Integers(low, high) => json::write_integer(out, between(draw(), *low, *high)),
            FieldValue::Hundredths(low, high) => {
                let drawn = between(draw(), *low, *high);
                json::write_hundredths(out, i32::try_from(drawn).unwrap_or(i32::MAX));
            }
        }
    }

    fn measurement_id(self, seed: SessionSeed) -> uuid::Uuid {
        let draw = seed.draw(Purpose::named("measurement").number(self.measurement));
        uuid::Builder::from_random_bytes(draw.bytes()).into_uuid()
    }

    /// The signal of the next result, in dB: along the ramp, with noise that is correlated from one result to the
    /// next. Computed from the draws of this and the earlier results, so that nothing has to be remembered.
    fn snr(self, ramp: Option<Ramp>, dialect: &Dialect, seed: SessionSeed) -> f64 {
        const CORRELATION: f64 = 0.7;
        const MEMORY: u16 = 24;
        let purpose = Purpose::named("snr").number(self.measurement);
        let (ramp, good) = ramp.map_or_else(
            || {
                let from = 1.5 + 2.5 * seed.draw(purpose.of("from")).unit();
                let to = 5.0 + 6.0 * seed.draw(purpose.of("to")).unit();
                (Ramp { from, to, noise: 0.6 }, true)
            },
            |ramp| (ramp, false),
        );
        let gauss = |n: u16| seed.draw(purpose.number(n.into())).normal();
        let first = self.results.saturating_sub(MEMORY);
        let fresh = libm::sqrt(1.0 - CORRELATION * CORRELATION);
        let noise = (first + 1..=self.results)
            .fold(gauss(first), |noise, n| CORRELATION.mul_add(noise, fresh * gauss(n)));
        let last = f64::from(dialect.results_count.saturating_sub(1).max(1));
        let progress = (f64::from(self.results) / last).min(1.0);
        let value = ramp.noise.mul_add(noise, (ramp.to - ramp.from).mul_add(progress, ramp.from));
        // An ordinary scan is good from its first result to its last.
        if good { value.clamp(2.0 * snr::THRESHOLD, 12.0) } else { value.clamp(-60.0, 60.0) }
    }
}

fn between(draw: crate::seed::Draw, low: i64, high: i64) -> i64 {
    low.wrapping_add_unsigned(draw.between(0, high.wrapping_sub(low).cast_unsigned()))
}

fn write_state(out: &mut Vec<u8>, hidden: bool) {
    out.push(b'"');
    out.extend_from_slice(if hidden { envelope::HIDDEN } else { envelope::VISIBLE }.as_bytes());
    out.push(b'"');
}

/// Writes a signal as the dialect does. The marks below -80 mean what they mean on every scale.
fn write_snr(out: &mut Vec<u8>, decibel: f64, dialect: &Dialect) {
    let value = match dialect.snr_scale {
        SnrScale::Percent if decibel > -80.0 => (decibel / 12.0 * 100.0).min(100.0),
        _ => decibel,
    };
    #[expect(clippy::cast_possible_truncation, reason = "`as` saturates, far beyond any signal")]
    match dialect.snr_number {
        SnrNumber::Integer => json::write_integer(out, libm::round(value) as i32),
        SnrNumber::Decimal => json::write_hundredths(out, libm::round(value * 100.0) as i32),
    }
}

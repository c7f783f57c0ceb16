//! The settings that are tuned, and the values that are tried.

use super::Tunable;

/// A setting that is tuned.
pub(super) struct Knob {
    /// As in the configuration: section and key.
    pub key: &'static str,
    /// What is tried.
    pub values: &'static [f32],
    field: fn(&mut Tunable) -> Field<'_>,
}

/// Where the value of a setting stands.
enum Field<'a> {
    Number(&'a mut f32),
    Count(&'a mut usize),
}

impl Knob {
    /// Its value.
    pub fn get(&self, settings: &Tunable) -> f32 {
        match (self.field)(&mut settings.clone()) {
            Field::Number(number) => *number,
            #[expect(clippy::cast_precision_loss, reason = "counts are small")]
            Field::Count(count) => *count as f32,
        }
    }

    /// Sets it.
    pub fn set(&self, settings: &mut Tunable, value: f32) {
        match (self.field)(settings) {
            Field::Number(number) => *number = value,
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the grid holds small counts")]
            Field::Count(count) => *count = value as usize,
        }
    }
}

/// All of them, section by section. What a re-index must do again comes last, since it takes longest.
pub(super) const GRID: &[Knob] = &[
    Knob {
        key: "retrieve.title_boost",
        values: &[0.0, 0.2, 0.4, 0.8],
        field: |of| Field::Number(&mut of.retrieve.title_boost),
    },
    Knob {
        key: "retrieve.language_boost",
        values: &[0.3, 0.6, 1.0],
        field: |of| Field::Number(&mut of.retrieve.language_boost),
    },
    Knob {
        key: "retrieve.document_boost",
        values: &[0.0, 0.1, 0.2, 0.3, 0.5],
        field: |of| Field::Number(&mut of.retrieve.document_boost),
    },
    Knob {
        key: "evidence.min_confidence",
        values: &[0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7],
        field: |of| Field::Number(&mut of.evidence.min_confidence),
    },
    Knob {
        key: "evidence.max_supporting",
        values: &[0.0, 2.0, 3.0, 5.0],
        field: |of| Field::Count(&mut of.evidence.max_supporting),
    },
    Knob {
        key: "evidence.min_reply",
        values: &[0.35, 0.45, 0.55, 0.65, 0.75],
        field: |of| Field::Number(&mut of.evidence.min_reply),
    },
    Knob {
        key: "answer.max_definition",
        values: &[4.0, 5.0, 6.0, 7.0],
        field: |of| Field::Count(&mut of.answer.max_definition),
    },
    Knob { key: "answer.max_reply", values: &[2.0, 3.0, 4.0], field: |of| Field::Count(&mut of.answer.max_reply) },
    Knob {
        key: "answer.min_direct",
        values: &[0.2, 0.27, 0.34, 0.42, 0.5],
        field: |of| Field::Number(&mut of.answer.min_direct),
    },
    Knob { key: "bm25.k1", values: &[0.5, 0.8, 1.2, 1.6], field: |of| Field::Number(&mut of.bm25.k1) },
    Knob { key: "bm25.b", values: &[0.2, 0.4, 0.6, 0.75], field: |of| Field::Number(&mut of.bm25.b) },
    Knob {
        key: "bm25.title_weight",
        values: &[1.0, 1.5, 2.0, 3.0],
        field: |of| Field::Number(&mut of.bm25.title_weight),
    },
    Knob {
        key: "bm25.pair_weight",
        values: &[0.0, 0.15, 0.3, 0.5],
        field: |of| Field::Number(&mut of.bm25.pair_weight),
    },
    Knob {
        key: "ingest.chunk.target_chars",
        values: &[600.0, 900.0, 1200.0],
        field: |of| Field::Count(&mut of.chunk.target_chars),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_set_and_got_and_touches_no_other() {
        for knob in GRID {
            for &value in knob.values {
                let mut settings = Tunable::default();
                knob.set(&mut settings, value);
                assert!((knob.get(&settings) - value).abs() < f32::EPSILON, "{}", knob.key);
                for other in GRID.iter().filter(|other| other.key != knob.key) {
                    let (now, before) = (other.get(&settings), other.get(&Tunable::default()));
                    assert!((now - before).abs() < f32::EPSILON, "{} changes {}", knob.key, other.key);
                }
            }
        }
    }
}

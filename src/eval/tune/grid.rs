//! The settings that are tuned, and the values that are tried.

use super::Tunable;

/// A setting that is tuned.
pub(super) struct Knob {
    /// As in the configuration: section and key.
    pub key: &'static str,
    /// What is tried.
    pub values: &'static [f32],
    /// Whether it counts for nothing where no model embeds passages.
    pub needs_model: bool,
    field: Field,
}

/// Where the value of a setting stands.
enum Field {
    Number(fn(&mut Tunable) -> &mut f32),
    Count(fn(&mut Tunable) -> &mut usize),
}

impl Knob {
    const fn number(key: &'static str, values: &'static [f32], field: fn(&mut Tunable) -> &mut f32) -> Self {
        Self { key, values, needs_model: false, field: Field::Number(field) }
    }

    const fn of_meaning(key: &'static str, values: &'static [f32], field: fn(&mut Tunable) -> &mut f32) -> Self {
        Self { needs_model: true, ..Self::number(key, values, field) }
    }

    const fn count(key: &'static str, values: &'static [f32], field: fn(&mut Tunable) -> &mut usize) -> Self {
        Self { key, values, needs_model: false, field: Field::Count(field) }
    }

    /// Its value.
    pub fn get(&self, settings: &Tunable) -> f32 {
        let mut settings = settings.clone();
        match self.field {
            Field::Number(field) => *field(&mut settings),
            #[expect(clippy::cast_precision_loss, reason = "counts are small")]
            Field::Count(field) => *field(&mut settings) as f32,
        }
    }

    /// Sets it.
    pub fn set(&self, settings: &mut Tunable, value: f32) {
        match self.field {
            Field::Number(field) => *field(settings) = value,
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the grid holds small counts")]
            Field::Count(field) => *field(settings) = value as usize,
        }
    }
}

/// All of them, section by section. What a re-index must do again comes last, since it takes longest.
pub(super) const GRID: &[Knob] = &[
    Knob::of_meaning("retrieve.dense_share", &[0.3, 0.5, 0.6, 0.7, 0.8], |of| &mut of.retrieve.dense_share),
    Knob::of_meaning("retrieve.meaning_boost", &[0.0, 2.0, 3.0, 4.0, 6.0], |of| &mut of.retrieve.meaning_boost),
    Knob::of_meaning("retrieve.meaning_relief", &[0.0, 0.15, 0.3, 0.45], |of| &mut of.retrieve.meaning_relief),
    Knob::number("retrieve.title_boost", &[0.8, 1.2, 1.65, 2.2], |of| &mut of.retrieve.title_boost),
    Knob::number("retrieve.words_boost", &[0.5, 0.8, 1.1, 1.5], |of| &mut of.retrieve.words_boost),
    Knob::number("retrieve.sentence_boost", &[0.0, 0.5, 0.9, 1.3], |of| &mut of.retrieve.sentence_boost),
    Knob::number("retrieve.opening_boost", &[0.0, 0.25, 0.5, 0.95], |of| &mut of.retrieve.opening_boost),
    Knob::number("retrieve.question_boost", &[0.4, 0.85, 1.3], |of| &mut of.retrieve.question_boost),
    Knob::number("retrieve.likeness_boost", &[0.0, 0.5, 1.0, 1.5, 2.0, 3.0], |of| &mut of.retrieve.likeness_boost),
    Knob::number("retrieve.wanted_boost", &[0.0, 0.15, 0.3, 0.5], |of| &mut of.retrieve.wanted_boost),
    Knob::number("retrieve.language_boost", &[1.5, 2.7, 4.0], |of| &mut of.retrieve.language_boost),
    Knob::number("retrieve.document_boost", &[0.5, 1.0, 1.55, 2.2], |of| &mut of.retrieve.document_boost),
    Knob::number("evidence.min_confidence", &[0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7], |of| {
        &mut of.evidence.min_confidence
    }),
    Knob::count("evidence.max_supporting", &[0.0, 2.0, 3.0, 5.0], |of| &mut of.evidence.max_supporting),
    Knob::number("evidence.min_reply", &[0.1, 0.15, 0.2, 0.3, 0.4], |of| &mut of.evidence.min_reply),
    Knob::count("answer.max_definition", &[4.0, 5.0, 6.0, 7.0], |of| &mut of.answer.max_definition),
    Knob::count("answer.max_reply", &[2.0, 3.0, 4.0], |of| &mut of.answer.max_reply),
    Knob::number("answer.min_direct", &[0.1, 0.15, 0.2, 0.27, 0.34], |of| &mut of.answer.min_direct),
    Knob::number("bm25.k1", &[0.5, 0.8, 1.2, 1.6], |of| &mut of.bm25.k1),
    Knob::number("bm25.b", &[0.2, 0.4, 0.6, 0.75], |of| &mut of.bm25.b),
    Knob::number("bm25.title_weight", &[1.0, 1.5, 2.0, 3.0], |of| &mut of.bm25.title_weight),
    Knob::number("bm25.questions_weight", &[0.3, 0.6, 1.0, 1.5], |of| &mut of.bm25.questions_weight),
    Knob::number("bm25.pair_weight", &[0.0, 0.15, 0.3, 0.5], |of| &mut of.bm25.pair_weight),
    Knob::count("ingest.chunk.target_chars", &[600.0, 900.0, 1200.0], |of| &mut of.chunk.target_chars),
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

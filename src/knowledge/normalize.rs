//! Mends transcripts: spaces, immediate repetitions, light punctuation.

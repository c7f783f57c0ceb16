//! The gate in front of every new generation, as far as a re-index knows it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use anyhow::Result;

use super::generation::Manifest;

/// Whether a generation may take the place of the live one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Judgement {
    /// What is worse, line by line; if nothing is, it holds up.
    pub worse: Vec<String>,
    /// The figures of the goldset that it reached; none where it was not asked.
    pub figures: BTreeMap<String, f64>,
}

/// Judges the second generation by the first, which is live; both can be opened by their names. What judges lies above this
/// layer, since it asks whole questions.
#[derive(Clone)]
pub struct Gate(Arc<Judge>);

type Judge = dyn Fn(&Manifest, &Manifest) -> Result<Judgement> + Send + Sync;

impl Gate {
    /// A gate that `judge` keeps.
    pub fn new(judge: impl Fn(&Manifest, &Manifest) -> Result<Judgement> + Send + Sync + 'static) -> Self {
        Self(Arc::new(judge))
    }

    /// Whether `new` may take the place of `live`.
    pub fn judge(&self, live: &Manifest, new: &Manifest) -> Result<Judgement> {
        (self.0)(live, new)
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gate(…)")
    }
}
